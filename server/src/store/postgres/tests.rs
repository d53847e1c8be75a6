#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use refinery::Target;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::{cluster::Cluster, *};
use crate::store::{FeedRow, Guard, NewRecord};

const LEASE: Duration = Duration::from_secs(60);

/// A server of a cluster, with a folder of its own.
struct Server {
    store: Arc<Postgres>,
    _folder: TempDir,
}

impl std::ops::Deref for Server {
    type Target = Postgres;

    fn deref(&self) -> &Postgres {
        &self.store
    }
}

async fn server(cluster: &Cluster) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Postgres::open(folder.path(), &cluster.url).await.unwrap());
    Server { store, _folder: folder }
}

fn mark(keys: &[&str]) -> Change {
    Change {
        mark: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..Change::default()
    }
}

fn unmark(claims: &[Claim]) -> Change {
    Change {
        unmark: claims.to_vec(),
        ..Change::default()
    }
}

fn keys(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.key.as_str()).collect()
}

/// Until the database takes connections again.
async fn committed(store: &Postgres, change: Change) {
    let begun = Instant::now();
    while let Err(error) = store.commit(change.clone()).await {
        assert!(matches!(error, StoreError::Away(_)), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_make_one_schema_and_a_newer_one_is_left_alone() {
    let cluster = Cluster::start(&["fsync=off"]);
    let (first, ..) = tokio::join!(server(&cluster), server(&cluster), server(&cluster));
    let folder = first._folder.path();
    assert!(matches!(
        Postgres::open(folder, &cluster.url).await,
        Err(StoreError::Locked(_))
    ));
    let newer = "INSERT INTO refinery_schema_history SELECT version + 1, name, applied_on, checksum
                 FROM refinery_schema_history ORDER BY version DESC LIMIT 1";
    first.pool.get().await.unwrap().batch_execute(newer).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    let refused = Postgres::open(other.path(), &cluster.url).await.err().unwrap();
    let known = crate::store::schema::newest(&schema::runner());
    assert!(
        matches!(refused, StoreError::Newer { found, known: k } if (found, k) == (known + 1, known)),
        "{refused}"
    );
}

/// A client of a database.
async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// All that the schema of a new database says, once its steps were taken up to each of some versions in turn.
async fn said(cluster: &Cluster, name: &str, versions: &[Target]) -> Vec<String> {
    let admin = client(&cluster.url).await;
    admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    let url = format!("{}{name}", cluster.url.strip_suffix("postgres").unwrap());
    let mut db = client(&url).await;
    for version in versions {
        schema::upgrade(&mut db, *version).await.unwrap();
    }
    let catalogue = "
        SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, collation_name, is_nullable,
                         column_default, is_identity) FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
                  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 'sequence', sequencename, data_type, start_value, increment_by)
                  FROM pg_sequences WHERE schemaname = 'public'
        ORDER BY 1";
    db.query(catalogue, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgraded_database_equals_a_fresh_one() {
    let cluster = Cluster::start(&["fsync=off"]);
    let fresh = said(&cluster, "fresh", &[Target::Latest]).await;
    for part in [
        "column log ",
        "index CREATE UNIQUE INDEX log_pkey",
        "constraint view_field",
        "sequence mark_number",
    ] {
        assert!(
            fresh.iter().any(|line| line.starts_with(part)),
            "no {part} in {fresh:?}"
        );
    }
    let newest = crate::store::schema::newest(&schema::runner());
    for version in 1..=newest {
        let steps = [Target::Version(version as i32), Target::Latest];
        let upgraded = said(&cluster, &format!("from_{version}"), &steps).await;
        assert_eq!(upgraded, fresh, "from step {version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_an_older_database_are_found_by_their_keys() {
    let cluster = Cluster::start(&["fsync=off"]);
    let mut db = client(&cluster.url).await;
    schema::upgrade(&mut db, Target::Version(3)).await.unwrap();
    let older = "
        INSERT INTO log (stream, epoch, branch, seq, hash, head, received_ms)
        SELECT stream, 1, '', seq, sha256(''), '', 0
        FROM generate_series(1, 5) AS seq, unnest('{s,t}'::text[]) AS stream ORDER BY seq, stream;
        INSERT INTO log_key (key, stream, epoch, branch, seq)
        SELECT 'day/r/' || seq / 4, stream, epoch, branch, seq FROM log WHERE (stream, seq) <> ('s', 2)";
    db.batch_execute(older).await.unwrap();
    let store = server(&cluster).await;
    for (key, expected) in [("day/r/0", "s1 t1 t2 s3 t3"), ("day/r/1", "s4 t4 s5 t5")] {
        let found = store.records_of(key).await.unwrap();
        let found = found.iter().map(|row| format!("{}{}", row.line.stream, row.seq));
        assert_eq!(found.collect::<Vec<_>>().join(" "), expected);
    }
    assert_eq!(ties(&db).await, 5);
}

/// Older servers write until the first newer one has the table.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_server_ties_while_the_schema_goes_up_is_carried_over() {
    let cluster = Cluster::start(&["fsync=off"]);
    let (mut db, older) = (client(&cluster.url).await, client(&cluster.url).await);
    schema::upgrade(&mut db, Target::Version(3)).await.unwrap();
    let tied = "
        BEGIN;
        INSERT INTO log (stream, epoch, branch, seq, hash, head, received_ms) VALUES ('s', 1, '', 1, sha256(''), '', 0);
        INSERT INTO log_key (key, stream, epoch, branch, seq) VALUES ('day/r/1', 's', 1, '', 1)";
    older.batch_execute(tied).await.unwrap();
    let upgrade = tokio::spawn(async move { schema::upgrade(&mut db, Target::Latest).await });
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'log_key'::regclass AND NOT granted)";
    while !older.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
        assert!(!upgrade.is_finished());
    }
    older.batch_execute("COMMIT").await.unwrap();
    upgrade.await.unwrap().unwrap();
    let found = server(&cluster).await.records_of("day/r/1").await.unwrap();
    assert_eq!(found.len(), 1);
}

/// Rows that tie records to keys.
async fn ties(db: &Client) -> i64 {
    let counted = db.query_one("SELECT count(*) FROM log_key", &[]).await.unwrap();
    counted.get(0)
}

/// A push writes a row for a key, whatever the number of its records; so does a restore.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_follow_one_another_are_tied_by_one_row() {
    let cluster = Cluster::start(&["fsync=off"]);
    let store = server(&cluster).await;
    let line = LogLine {
        stream: "s".into(),
        epoch: 1,
        branch: String::new(),
    };
    let record = |seq| NewRecord {
        line: line.clone(),
        seq,
        hash: Hash::of(seq.to_string()),
        head: String::new(),
        body: None,
        received_ms: 0,
        keys: vec!["day/r/1".into()],
    };
    let push = Change {
        append: (1..=100).map(record).collect(),
        keys: (1..=100).map(|seq| (line.clone(), seq, "day/r/2".into())).collect(),
        ..Change::default()
    };
    committed(&store, push).await;
    assert_eq!(ties(&client(&cluster.url).await).await, 2);
    for key in ["day/r/1", "day/r/2"] {
        assert_eq!(store.records_of(key).await.unwrap().len(), 100);
    }
}

/// A plan is kept while the log grows: it must not be one that suits a short log alone.
#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_key_are_found_by_indexes_also_while_the_log_is_short() {
    let cluster = Cluster::start(&["fsync=off", "autovacuum=off"]);
    let _store = server(&cluster).await;
    let db = client(&cluster.url).await;
    let short = "
        INSERT INTO log (stream, epoch, branch, seq, hash, head, received_ms)
        SELECT 's' || n % 6, 1, '', n, '', repeat('x', 600), 0 FROM generate_series(1, 600) AS n;
        INSERT INTO log_key (key, stream, epoch, branch, first, last)
        SELECT 'day/' || seq, stream, epoch, branch, seq, seq FROM log;
        ANALYZE log;
        SET plan_cache_mode = force_generic_plan;";
    db.batch_execute(short).await.unwrap();
    let plan = async |name: &str, sql: &str, asked: &str| {
        let prepare = format!("PREPARE {name} AS {sql}");
        db.batch_execute(&prepare).await.unwrap();
        let plan = db.query(&format!("EXPLAIN EXECUTE {name} ({asked})"), &[]).await;
        let steps = plan.unwrap().iter().map(|row| row.get(0)).collect::<Vec<String>>();
        steps.join("\n")
    };
    let read = plan("of_key", &read::of_key(), "''").await;
    for index in ["Scan using log_pkey", "Scan on log_key_pkey"] {
        assert!(read.contains(index), "no {index} in {read}");
    }
    let late = plan("tie", apply::TIE, "'{}', '{}', '{}', '{}', '{}', '{}'").await;
    for index in ["Scan using log_pkey", "SubPlan", "log_key_pkey"] {
        assert!(late.contains(index), "no {index} in {late}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_of_the_schema_take_as_long_as_they_take_and_statements_after_them_do_not() {
    let cluster = Cluster::start(&["fsync=off"]);
    let admin = client(&cluster.url).await;
    let bounded_steps_fail = "
        CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            IF current_setting('statement_timeout') <> '0' THEN RAISE 'bounded'; END IF;
        END $$;
        CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse();";
    admin.batch_execute(bounded_steps_fail).await.unwrap();
    let store = server(&cluster).await;
    let bound = store.pool.get().await.unwrap();
    let bound: String = bound.query_one("SHOW statement_timeout", &[]).await.unwrap().get(0);
    assert_eq!(bound, "1min");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_would_lose_what_it_acknowledged_is_told_of() {
    for (options, names) in [
        (&["fsync=off"][..], vec!["fsync"]),
        (&["full_page_writes=on"], Vec::new()),
    ] {
        let cluster = Cluster::start(options);
        let faults = server(&cluster).await.faults().await.unwrap();
        let found = faults.iter().map(|fault| match fault {
            StoreFault::Setting { name, .. } => name.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(found.collect::<Vec<_>>(), names);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_shared_out_and_a_lost_claim_changes_nothing() {
    let cluster = Cluster::start(&["fsync=off"]);
    let (one, other) = (server(&cluster).await, server(&cluster).await);
    committed(&one, mark(&["a", "b", "c", "d"])).await;
    let own = one.claim(2, LEASE, &["b".into()]).await.unwrap();
    assert_eq!(keys(&own), ["a", "c"]);
    let others = other.claim(9, Duration::ZERO, &[]).await.unwrap();
    assert_eq!(keys(&others), ["b", "d"], "what nobody has");
    // Their time is over at once: another is given them.
    let again = one.claim(9, LEASE, &[]).await.unwrap();
    assert_eq!(keys(&again), ["b", "d"]);
    assert_eq!(other.claim(9, LEASE, &[]).await.unwrap(), []);
    let lost = Change {
        mark: vec!["e".into()],
        ..unmark(&others)
    };
    assert_eq!(other.commit(lost).await.unwrap(), Committed::Stale);
    // Set again while it is worked off it stays, and is free for the next.
    committed(&other, mark(&["a"])).await;
    assert_eq!(other.claim(9, LEASE, &[]).await.unwrap(), [], "still his who has it");
    assert_eq!(one.commit(unmark(&own)).await.unwrap(), Committed::Done);
    assert_eq!(one.commit(unmark(&own)).await.unwrap(), Committed::Stale);
    assert_eq!(keys(&other.claim(9, LEASE, &[]).await.unwrap()), ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_ask_at_once_none_is_given_anothers_mark() {
    let cluster = Cluster::start(&["fsync=off"]);
    let servers = [server(&cluster).await, server(&cluster).await, server(&cluster).await];
    let all: Vec<String> = (0..300).map(|n| format!("k{n:03}")).collect();
    committed(&servers[0], mark(&all.iter().map(String::as_str).collect::<Vec<_>>())).await;
    let claiming = (0..60).map(|n| {
        let store = Arc::clone(&servers[n % 3].store);
        tokio::spawn(async move { store.claim(5, LEASE, &[]).await.unwrap() })
    });
    let mut given = Vec::new();
    for claims in claiming.collect::<Vec<_>>() {
        given.extend(claims.await.unwrap().into_iter().map(|claim| claim.key));
    }
    given.sort();
    given.dedup();
    let left = servers[0].claim(300, LEASE, &given).await.unwrap();
    assert_eq!(
        given.len() + left.len(),
        300,
        "each was given once, and those passed over are left"
    );
}

/// Guards hold against what other servers write, whatever the order in which changes name things; and nobody waits
/// in a circle, which would show as an error.
#[tokio::test(flavor = "multi_thread")]
async fn guards_hold_over_servers_and_nobody_waits_in_a_circle() {
    const EACH: u32 = 40;
    let cluster = Cluster::start(&["fsync=off"]);
    let servers = [server(&cluster).await, server(&cluster).await, server(&cluster).await];
    let counting = servers.iter().enumerate().map(|(n, server)| {
        let store = Arc::clone(&server.store);
        tokio::spawn(async move {
            let mut done = 0;
            while done < EACH {
                let line = LogLine {
                    stream: "desk".into(),
                    epoch: 1,
                    branch: String::new(),
                };
                let seq = store.tip(&line).await.unwrap().map_or(0, |tip| tip.seq);
                let cell = store.cell("meta", "count", 0).await.unwrap().map(|cell| cell.body);
                let count: u32 = cell.as_deref().map_or(0, |body| body.parse().unwrap());
                let mut named = vec!["day/a".to_owned(), "day/b".into(), "day/c".into()];
                named.rotate_left(n);
                let change = Change {
                    guards: vec![
                        Guard::Tip(line.clone(), seq),
                        Guard::Cell("meta".into(), "count".into(), cell),
                    ],
                    append: vec![NewRecord {
                        line,
                        seq: seq + 1,
                        hash: Hash::of(seq.to_string()),
                        head: format!("head {seq}"),
                        body: None,
                        received_ms: 0,
                        keys: named.clone(),
                    }],
                    cells: vec![Cell {
                        kind: "meta".into(),
                        key: "count".into(),
                        body: (count + 1).to_string(),
                        expires_ms: None,
                    }],
                    feed: vec![FeedRow {
                        cursor: 0,
                        scope: "all".into(),
                        kind: "policy".into(),
                        key: format!("{n}/{done}"),
                        body: None,
                    }],
                    blobs: vec![(Hash::of("x"), b"x".to_vec()), (Hash::of("y"), b"y".to_vec())],
                    mark: named,
                    ..Change::default()
                };
                done += u32::from(store.commit(change).await.unwrap() == Committed::Done);
            }
        })
    });
    for counted in counting.collect::<Vec<_>>() {
        counted.await.unwrap();
    }
    let count = servers[0].cell("meta", "count", 0).await.unwrap().unwrap().body;
    assert_eq!(count, (3 * EACH).to_string(), "no count was lost");
    let (items, newest) = servers[0].feed(&["all".into()], 0, 1_000).await.unwrap();
    let cursors: Vec<u64> = items.iter().map(|item| item.cursor).collect();
    assert_eq!(
        (cursors, newest),
        ((1..=u64::from(3 * EACH)).collect(), u64::from(3 * EACH))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_very_many_things_goes_through_beside_others() {
    let cluster = Cluster::start(&["fsync=off"]);
    let (one, other) = (server(&cluster).await, server(&cluster).await);
    let many: Vec<String> = (0..2_000).map(|n| format!("day/{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for _ in 0..5 {
        tokio::join!(
            committed(&one, mark(&many)),
            committed(&other, mark(&["day/7", "day/3"]))
        );
    }
    assert_eq!(one.marks(1_000).await.unwrap().len(), 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_wakes_the_other_servers_also_after_a_cut() {
    let cluster = Cluster::start(&["fsync=off"]);
    let (one, other) = (server(&cluster).await, server(&cluster).await);
    let soon = |what| tokio::time::timeout(Duration::from_secs(20), what);
    committed(&one, mark(&["a"])).await;
    soon(other.marked_elsewhere()).await.unwrap();
    cut(&cluster).await;
    // Nobody knows what was told meanwhile.
    soon(other.marked_elsewhere()).await.unwrap();
    committed(&one, mark(&["a"])).await;
    soon(other.marked_elsewhere()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_told_to_the_other_servers() {
    let cluster = Cluster::start(&["fsync=off"]);
    let (one, other) = (server(&cluster).await, server(&cluster).await);
    let soon = |what| tokio::time::timeout(Duration::from_secs(20), what);
    // To have begun to listen counts as news.
    soon(other.viewed_elsewhere()).await.unwrap();
    let view = ViewRow {
        kind: "day".into(),
        key: "wang/2026-11-23".into(),
        scope: "team/t1".into(),
        at_ms: 1,
        fields: Vec::new(),
        body: "{}".into(),
    };
    let change = Change {
        views: vec![view],
        ..Change::default()
    };
    committed(&one, mark(&["a"])).await;
    soon(other.marked_elsewhere()).await.unwrap();
    committed(&one, change).await;
    soon(other.viewed_elsewhere()).await.unwrap();
}

/// Cuts all connections of servers.
async fn cut(cluster: &Cluster) {
    let admin = client(&cluster.url).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onbeat'";
    admin.batch_execute(cut).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_after_its_connections_were_cut_and_after_the_database_died() {
    let mut cluster = Cluster::start(&["fsync=off"]);
    let store = server(&cluster).await;
    committed(&store, mark(&["before"])).await;
    cut(&cluster).await;
    committed(&store, mark(&["cut"])).await;
    for signal in ["QUIT", "KILL"] {
        cluster.kill(signal);
        for _ in 0..3 {
            let gone = [store.commit(mark(&["x"])).await.err(), store.marks(1).await.err()];
            for error in gone.into_iter().flatten() {
                assert!(matches!(error, StoreError::Away(_)), "{error}");
            }
        }
        let refused = tempfile::tempdir().unwrap();
        assert!(matches!(
            Postgres::open(refused.path(), &cluster.url).await,
            Err(StoreError::Away(_))
        ));
        cluster.restart();
        committed(&store, mark(&[signal])).await;
    }
    let marks = store.marks(9).await.unwrap();
    let marks: Vec<_> = marks.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(marks, ["before", "cut", "QUIT", "KILL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_is_waited_for_only_so_long() {
    let cluster = Cluster::start(&["fsync=off"]);
    let store = server(&cluster).await;
    committed(&store, mark(&["before"])).await;
    store.marks(1).await.unwrap();
    cluster.pause(true);
    let (written, read) = tokio::join!(store.commit(mark(&["x"])), store.marks(1));
    assert!(matches!(written, Err(StoreError::Away(_))), "{written:?}");
    assert!(matches!(read, Err(StoreError::Away(_))), "{read:?}");
    cluster.pause(false);
    committed(&store, mark(&["after"])).await;
    assert!(store.marks(9).await.unwrap().iter().any(|(key, _)| key == "after"));
}

/// A certificate authority's certificate; one it gave out for `localhost`, and its key.
fn certificates() -> (String, String, String) {
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = authority.self_signed(&authority_key).unwrap();
    let certificate = CertificateParams::new(["localhost".into()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority, &authority_key).unwrap();
    (authority.pem(), certificate.pem(), key.serialize_pem())
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_used_where_it_is_asked_for_and_checked() {
    let (root, certificate, key) = certificates();
    let (_cluster, port) = Cluster::start_with_tls(&certificate, &key);
    let files = tempfile::tempdir().unwrap();
    let root_file = files.path().join("root.pem");
    let other_file = files.path().join("other.pem");
    std::fs::write(&root_file, root).unwrap();
    std::fs::write(&other_file, certificates().0).unwrap();
    let of = |file: &Path| format!("&sslrootcert={}", file.display());
    let cases: [(&str, &str, String, Result<bool, &str>); 7] = [
        ("localhost", "disable", String::new(), Ok(false)),
        ("localhost", "require", of(&root_file), Ok(true)),
        ("localhost", "verify-full", of(&root_file), Ok(true)),
        ("localhost", "verify-full", String::new(), Err("UnknownIssuer")),
        ("localhost", "verify-full", of(&other_file), Err("certificate")),
        ("127.0.0.1", "verify-full", of(&root_file), Err("not valid for name")),
        ("127.0.0.1", "require", of(&root_file), Err("not valid for name")),
    ];
    for (host, mode, more, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("postgres://postgres@{host}:{port}/postgres?sslmode={mode}{more}");
        let opened = Postgres::open(folder.path(), &url).await;
        match (opened, expected) {
            (Ok(store), Ok(encrypted)) => {
                let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                           WHERE application_name = 'onbeat' AND pid = pg_backend_pid()";
                let db = store.pool.get().await.unwrap();
                let is: bool = db.query_one(sql, &[]).await.unwrap().get(0);
                assert_eq!(is, encrypted, "{url}");
            }
            (Err(error), Err(said)) => assert!(error.to_string().contains(said), "{url}: {error}"),
            (Ok(_), Err(said)) => panic!("{url}: expected {said}"),
            (Err(error), Ok(_)) => panic!("{url}: {error}"),
        }
    }
}

#[test]
fn a_url_that_asks_for_what_is_not_offered_is_refused() {
    let cases = BTreeMap::from([
        ("postgres://h/d?sslmode=prefer", false),
        ("postgres://h/d?sslmode=verify-ca", false),
        ("postgres://h/d?sslmode=require&sslrootcert=/nowhere.pem", false),
        ("mysql://h/d", false),
        ("host=h", false),
        ("postgres://h/d", true),
        ("postgresql://h/d?sslmode=disable&connect_timeout=3", true),
        ("postgres://h/d?sslmode=verify-full", true),
    ]);
    for (url, offered) in cases {
        let read = Address::read(url);
        assert_eq!(read.is_ok(), offered, "{url}");
        assert!(matches!(read, Ok(_) | Err(StoreError::Database(_))), "{url}");
    }
}
