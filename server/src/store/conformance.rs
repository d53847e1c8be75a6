//! One story that every backend must tell the same way.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use onbeat_core::record::Hash;

use super::{
    Ahead, Cell, Change, Claim, Committed, DocumentRow, FeedRow, Field, Guard, LogLine, LogRow, Lookup, NewRecord,
    Store, ViewQuery, ViewRow, Wanted,
    postgres::{Postgres, cluster::Cluster},
    sqlite::Sqlite,
};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_tells_the_story() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    story(&store).await;
    drop(store);
    let file = rusqlite::Connection::open(folder.path().join("onbeat.sqlite")).unwrap();
    let mut lost = file.prepare("PRAGMA foreign_key_check").unwrap();
    assert!(!lost.exists([]).unwrap(), "a row names another that is not there");
    drop(lost);
    drop(file);
    // What was told is there after a restart.
    let store = Sqlite::open(folder.path()).unwrap();
    assert_eq!(store.tip(&line("a", 1, "")).await.unwrap().unwrap().seq, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_the_story() {
    let (cluster, folder) = (Cluster::start(&["fsync=off"]), tempfile::tempdir().unwrap());
    let store = Postgres::open(folder.path(), &cluster.url).await.unwrap();
    story(&store).await;
    drop(store);
    let store = Postgres::open(folder.path(), &cluster.url).await.unwrap();
    assert_eq!(store.tip(&line("a", 1, "")).await.unwrap().unwrap().seq, 3);
}

async fn story(store: &dyn Store) {
    log(store).await;
    ties(store).await;
    guards(store).await;
    erasure(store).await;
    documents_and_feed(store).await;
    views(store).await;
    cells(store).await;
    read_ahead(store).await;
    blobs(store).await;
    marks(store).await;
    nothing_by_halves(store).await;
    many_at_once(store).await;
}

fn line(stream: &str, epoch: u32, branch: &str) -> LogLine {
    LogLine {
        stream: stream.into(),
        epoch,
        branch: branch.into(),
    }
}

fn record(line: &LogLine, seq: u64, keys: &[&str]) -> NewRecord {
    let head = format!("head {seq} of {line:?} 库存");
    NewRecord {
        line: line.clone(),
        seq,
        hash: Hash::of(&head),
        head,
        body: Some(format!("body {seq}")),
        received_ms: 1_000 + seq as i64,
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    }
}

fn append(records: Vec<NewRecord>) -> Change {
    Change {
        append: records,
        ..Change::default()
    }
}

async fn done(store: &dyn Store, change: Change) {
    assert_eq!(store.commit(change).await.unwrap(), Committed::Done);
}

async fn stale(store: &dyn Store, change: Change) {
    assert_eq!(store.commit(change).await.unwrap(), Committed::Stale);
}

fn seqs(rows: &[LogRow]) -> Vec<u64> {
    rows.iter().map(|row| row.seq).collect()
}

async fn log(store: &dyn Store) {
    let (main, branch) = (line("a", 1, ""), line("a", 1, "0123456789abcdef"));
    assert_eq!(store.tip(&main).await.unwrap(), None);
    assert!(store.lines("a").await.unwrap().is_empty());
    done(
        store,
        append((1..=3).map(|seq| record(&main, seq, &["day/r/1"])).collect()),
    )
    .await;
    done(store, append(vec![record(&branch, 3, &["day/r/1", "boot/a/b"])])).await;
    done(store, append(vec![record(&line("b", 2, ""), 1, &[])])).await;

    let tip = store.tip(&main).await.unwrap().unwrap();
    let written = record(&main, 3, &[]);
    assert_eq!((tip.seq, tip.hash, tip.received_ms), (3, written.hash, 1_003));
    assert_eq!(
        (tip.head, tip.body, tip.line),
        (written.head, written.body, main.clone())
    );
    assert_eq!(
        store.lines("a").await.unwrap(),
        vec![(main.clone(), 1, 3), (branch.clone(), 3, 3)]
    );
    assert_eq!(seqs(&store.records(&main, 2, 10).await.unwrap()), [2, 3]);
    assert_eq!(seqs(&store.records(&main, 1, 1).await.unwrap()), [1]);
    assert_eq!(
        seqs(&store.records_of("day/r/1").await.unwrap()),
        [1, 2, 3, 3],
        "in order of arrival"
    );
    assert_eq!(store.records_of("boot/a/b").await.unwrap()[0].line, branch);
    assert!(store.records_of("unheard of").await.unwrap().is_empty());

    let later = Change {
        keys: vec![
            (main.clone(), 2, "boot/a/b".into()),
            (main.clone(), 2, "boot/a/b".into()),
        ],
        ..Change::default()
    };
    done(store, later).await;
    assert_eq!(store.records_of("boot/a/b").await.unwrap().len(), 2);
}

/// Records are tied in runs, and later between them, over them and to what is not stored: each is found once.
async fn ties(store: &dyn Store) {
    let (main, other) = (line("ties", 1, ""), line("ties", 2, ""));
    let keys = |seq| match seq {
        1..=3 | 6 | 7 => &["ties/1", "ties/1"][..],
        _ => &[],
    };
    let records = (1..=9).map(|seq| record(&main, seq, keys(seq)));
    done(store, append(records.collect())).await;
    done(store, append(vec![record(&other, 8, &["ties/1"])])).await;
    done(store, append(vec![record(&main, 10, &["ties/1"])])).await;
    let found = async || seqs(&store.records_of("ties/1").await.unwrap());
    assert_eq!(found().await, [1, 2, 3, 6, 7, 8, 10]);
    let tie = |seqs: &[u64]| Change {
        keys: seqs.iter().map(|seq| (main.clone(), *seq, "ties/1".into())).collect(),
        ..Change::default()
    };
    done(store, tie(&[8, 2, 3, 11])).await;
    assert_eq!(found().await, [1, 2, 3, 6, 7, 8, 8, 10]);
    done(store, tie(&[12, 9, 8, 7, 6, 5, 4, 3, 2])).await;
    assert_eq!(found().await, [1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 10]);
    done(store, append(vec![record(&main, 11, &[]), record(&main, 12, &[])])).await;
    assert_eq!(found().await.len(), 11, "what was not stored was not tied");
}

async fn guards(store: &dyn Store) {
    let main = line("a", 1, "");
    let taken = append(vec![record(&main, 3, &[])]);
    stale(store, taken).await;
    for (seq, holds) in [(2, false), (3, true)] {
        let change = Change {
            guards: vec![Guard::Tip(main.clone(), seq)],
            ..Change::default()
        };
        let committed = store.commit(change).await.unwrap();
        assert_eq!(committed == Committed::Done, holds);
    }
    stale(
        store,
        Change {
            guards: vec![Guard::Tip(line("nobody", 1, ""), 1)],
            ..Change::default()
        },
    )
    .await;
    let once = || Change {
        guards: vec![Guard::Cell("meta".into(), "once".into(), None)],
        cells: vec![cell("meta", "once", "1", None)],
        ..Change::default()
    };
    done(store, once()).await;
    stale(store, once()).await;
    let swap = Change {
        guards: vec![Guard::Cell("meta".into(), "once".into(), Some("1".into()))],
        drop_cells: vec![("meta".into(), "once".into())],
        ..Change::default()
    };
    done(store, swap).await;
    done(store, once()).await;
}

async fn erasure(store: &dyn Store) {
    let main = line("a", 1, "");
    let change = Change {
        erase: vec![(main.clone(), 2)],
        ..Change::default()
    };
    done(store, change).await;
    let rows = store.records(&main, 1, 3).await.unwrap();
    let bodies: Vec<_> = rows.iter().map(|row| row.body.is_some()).collect();
    assert_eq!(bodies, [true, false, true]);
    assert_eq!(rows[1].hash, record(&main, 2, &[]).hash, "the chain is whole");
}

async fn documents_and_feed(store: &dyn Store) {
    let document = |key: &str, valid_from_ms, body: Option<&str>| DocumentRow {
        kind: "customer".into(),
        key: key.into(),
        valid_from_ms,
        recorded_ms: 5,
        desk_seq: 7,
        body: body.map(str::to_owned),
    };
    let item = |scope: &str, key: &str| FeedRow {
        cursor: 0,
        scope: scope.into(),
        kind: "customer".into(),
        key: key.into(),
        body: Some("{}".into()),
    };
    let rows = vec![
        document("c1", 30, Some("{}")),
        document("c2", 10, None),
        document("c1", 20, None),
    ];
    let change = Change {
        documents: rows.clone(),
        feed: vec![item("all", "c1"), item("rep/x", "c2"), item("rep/y", "c3")],
        ..Change::default()
    };
    done(store, change).await;
    assert_eq!(
        store.documents("customer", None).await.unwrap(),
        rows,
        "as they were recorded"
    );
    assert_eq!(store.documents("customer", Some("c1")).await.unwrap().len(), 2);
    assert!(store.documents("policy", None).await.unwrap().is_empty());
    assert_eq!(store.documents_after(6).await.unwrap(), rows);
    assert!(store.documents_after(7).await.unwrap().is_empty());
    let earlier = DocumentRow {
        desk_seq: 3,
        ..document("c3", 5, None)
    };
    let change = Change {
        documents: vec![earlier.clone()],
        ..Change::default()
    };
    done(store, change).await;
    assert_eq!(
        store.documents_after(0).await.unwrap(),
        [vec![earlier], rows].concat(),
        "by the desk's records"
    );

    let scopes = ["all".to_owned(), "rep/y".to_owned()];
    let (items, newest) = store.feed(&scopes, 0, 10).await.unwrap();
    let keys: Vec<_> = items.iter().map(|item| (item.cursor, item.key.as_str())).collect();
    assert_eq!((keys, newest), (vec![(1, "c1"), (3, "c3")], 3));
    assert_eq!(store.feed(&scopes, 0, 1).await.unwrap().0.len(), 1);
    assert!(store.feed(&scopes, 3, 10).await.unwrap().0.is_empty());
    assert_eq!(store.feed(&[], 0, 10).await.unwrap(), (vec![], 3));
}

fn view(key: &str, scope: &str, at_ms: i64, state: &str, seconds: i64) -> ViewRow {
    ViewRow {
        kind: "finding".into(),
        key: key.into(),
        scope: scope.into(),
        at_ms,
        body: format!("{{\"key\":\"{key}\"}}"),
        fields: vec![
            ("seconds".into(), Field::Int(seconds)),
            ("state".into(), Field::Text(state.into())),
        ],
    }
}

fn findings(query: ViewQuery) -> ViewQuery {
    ViewQuery {
        kind: "finding".into(),
        limit: if query.limit == 0 { 100 } else { query.limit },
        ..query
    }
}

async fn keys_of(store: &dyn Store, query: ViewQuery) -> Vec<String> {
    store
        .views(&findings(query))
        .await
        .unwrap()
        .into_iter()
        .map(|view| view.key)
        .collect()
}

async fn views(store: &dyn Store) {
    let mut all = vec![
        view("f1", "team/a", 10, "open", 5),
        view("f2", "team/b", 20, "open", 6),
        view("f3", "team/a", 20, "answered", 5),
    ];
    // Too long for an index.
    all[2].body = format!("{{\"text\":\"{}\"}}", "长".repeat(3_000));
    let put = Change {
        views: all.clone(),
        ..Change::default()
    };
    done(store, put).await;
    assert_eq!(store.view("finding", "f1").await.unwrap().as_ref(), Some(&all[0]));
    assert_eq!(store.view("finding", "f9").await.unwrap(), None);
    let query = ViewQuery::default;
    let text = |name: &str, value: &str| (name.to_owned(), Field::Text(value.to_owned()));
    let int = |name: &str, value| (name.to_owned(), Field::Int(value));
    let cases = [
        (query(), vec!["f1", "f2", "f3"]),
        (
            ViewQuery {
                descending: true,
                ..query()
            },
            vec!["f3", "f2", "f1"],
        ),
        (ViewQuery { limit: 2, ..query() }, vec!["f1", "f2"]),
        (
            ViewQuery {
                after: Some((20, "f2".into())),
                ..query()
            },
            vec!["f3"],
        ),
        (
            ViewQuery {
                after: Some((20, "f2".into())),
                descending: true,
                ..query()
            },
            vec!["f1"],
        ),
        (
            ViewQuery {
                scopes: Some(vec!["team/a".into()]),
                ..query()
            },
            vec!["f1", "f3"],
        ),
        (
            ViewQuery {
                scopes: Some(vec![]),
                ..query()
            },
            vec![],
        ),
        (
            ViewQuery {
                from_ms: Some(11),
                ..query()
            },
            vec!["f2", "f3"],
        ),
        (
            ViewQuery {
                to_ms: Some(20),
                ..query()
            },
            vec!["f1"],
        ),
        (
            ViewQuery {
                fields: vec![text("state", "open")],
                ..query()
            },
            vec!["f1", "f2"],
        ),
        (
            ViewQuery {
                fields: vec![text("state", "open"), int("seconds", 6)],
                ..query()
            },
            vec!["f2"],
        ),
        (
            ViewQuery {
                except: vec![text("state", "open")],
                ..query()
            },
            vec!["f3"],
        ),
        (
            ViewQuery {
                except: vec![text("state", "answered"), int("seconds", 6), text("none", "open")],
                limit: 1,
                descending: true,
                ..query()
            },
            vec!["f1"],
        ),
        (
            ViewQuery {
                at_most: Some(("seconds".into(), 5)),
                ..query()
            },
            vec!["f1", "f3"],
        ),
        (
            ViewQuery {
                at_most: Some(("state".into(), i64::MAX)),
                ..query()
            },
            vec![],
        ),
        (
            ViewQuery {
                fields: vec![text("seconds", "5")],
                ..query()
            },
            vec![],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(keys_of(store, query.clone()).await, expected, "{query:?}");
        let query = findings(query);
        let mut whole = store.views(&query).await.unwrap();
        assert_eq!(whole.len(), expected.len());
        let bare = ViewQuery { bare: true, ..query };
        whole.iter_mut().for_each(|view| view.fields.clear());
        assert_eq!(store.views(&bare).await.unwrap(), whole, "{bare:?}");
    }
    let change = Change {
        views: vec![view("f1", "team/a", 15, "answered", 5)],
        drop_views: vec![("finding".into(), "f2".into()), ("finding".into(), "f9".into())],
        ..Change::default()
    };
    done(store, change).await;
    let open = ViewQuery {
        fields: vec![text("state", "open")],
        ..query()
    };
    assert!(keys_of(store, open).await.is_empty());
    assert_eq!(store.view("finding", "f1").await.unwrap().unwrap().at_ms, 15);
}

/// What is read in one trip is what is read one by one.
async fn read_ahead(store: &dyn Store) {
    done(
        store,
        Change {
            cells: vec![cell("ahead", "a", "1", None), cell("ahead", "b", "2", Some(5))],
            append: vec![record(&line("ahead", 1, ""), 1, &["ahead/1"])],
            ..Change::default()
        },
    )
    .await;
    let (lines, keys) = (
        ["ahead", "nobody"].map(|stream| line(stream, 1, "")),
        ["ahead/1", "ahead/2"],
    );
    let cells = ["a", "b", "c"].map(|key| ("ahead".to_owned(), key.to_owned()));
    let ahead = Wanted {
        tips: lines.to_vec(),
        keys: keys.map(str::to_owned).to_vec(),
        cells: cells.to_vec(),
    };
    let nothing = Ahead::read(store, Wanted::default()).await.unwrap();
    let ahead = Ahead::read(store, ahead).await.unwrap();
    for known in [&ahead as &dyn Lookup, &nothing] {
        for line in &lines {
            assert_eq!(known.tip(line).await.unwrap(), store.tip(line).await.unwrap());
        }
        for key in keys {
            assert_eq!(
                known.records_of(key).await.unwrap(),
                store.records_of(key).await.unwrap()
            );
        }
        for (kind, key) in &cells {
            for now_ms in [4, 5, i64::MIN] {
                let expected = store.cell(kind, key, now_ms).await.unwrap();
                assert_eq!(
                    known.cell(kind, key, now_ms).await.unwrap(),
                    expected,
                    "{key} at {now_ms}"
                );
            }
        }
    }
    assert_eq!(ahead.tip(&lines[0]).await.unwrap().unwrap().seq, 1);
}

fn cell(kind: &str, key: &str, body: &str, expires_ms: Option<i64>) -> Cell {
    Cell {
        kind: kind.into(),
        key: key.into(),
        body: body.into(),
        expires_ms,
    }
}

async fn cells(store: &dyn Store) {
    let put = Change {
        cells: vec![
            cell("code", "a/1", "x", Some(100)),
            cell("code", "a/2", "y", None),
            cell("code", "a%", "z", None),
            cell("code", "b/1", "z", None),
        ],
        ..Change::default()
    };
    done(store, put).await;
    assert_eq!(
        store.cell("code", "a/1", 99).await.unwrap(),
        Some(cell("code", "a/1", "x", Some(100)))
    );
    assert_eq!(store.cell("code", "a/1", 100).await.unwrap(), None, "expired");
    let drop_expired = |now_ms| Change {
        drop_expired_ms: Some(now_ms),
        ..Change::default()
    };
    done(store, drop_expired(99)).await;
    assert!(store.cell("code", "a/1", 0).await.unwrap().is_some(), "not yet");
    done(store, drop_expired(100)).await;
    assert_eq!(store.cell("code", "a/1", 0).await.unwrap(), None, "gone for good");
    let keys = |cells: Vec<Cell>| cells.into_iter().map(|cell| cell.key).collect::<Vec<_>>();
    assert_eq!(keys(store.cells("code", "a/", 0).await.unwrap()), ["a/2"]);
    assert_eq!(keys(store.cells("code", "a%", 0).await.unwrap()), ["a%"]);
    assert_eq!(store.cells("code", "", 200).await.unwrap().len(), 3);
}

async fn blobs(store: &dyn Store) {
    let (whole, parts) = (Hash::of("whole"), Hash::of("parts"));
    let put = || Change {
        blobs: vec![(whole, b"whole".to_vec())],
        ..Change::default()
    };
    done(store, put()).await;
    done(store, put()).await;
    assert_eq!(store.blob(&whole).await.unwrap().as_deref(), Some(&b"whole"[..]));
    assert_eq!(store.blob(&parts).await.unwrap(), None);
    assert_eq!(store.unfinished_blob(&parts).await.unwrap(), 0);
    assert_eq!(store.append_blob(&parts, 0, b"pa".to_vec()).await.unwrap(), 2);
    assert_eq!(
        store.append_blob(&parts, 0, b"pa".to_vec()).await.unwrap(),
        2,
        "sent again"
    );
    assert_eq!(
        store.append_blob(&parts, 7, b"x".to_vec()).await.unwrap(),
        2,
        "elsewhere"
    );
    assert_eq!(store.append_blob(&parts, 2, b"rts".to_vec()).await.unwrap(), 5);
    assert_eq!(store.unfinished_blob(&parts).await.unwrap(), 5);
    assert_eq!(store.blob(&parts).await.unwrap(), None, "not before it is whole");
    assert_eq!(store.unfinished_bytes(&parts).await.unwrap(), b"parts");
    assert_eq!(store.unfinished_blob(&parts).await.unwrap(), 5, "a look takes nothing");
    let finished = Change {
        blobs: vec![(parts, b"parts".to_vec())],
        drop_unfinished: vec![parts],
        ..Change::default()
    };
    done(store, finished).await;
    assert_eq!(store.blob(&parts).await.unwrap().as_deref(), Some(&b"parts"[..]));
    assert_eq!(store.unfinished_blob(&parts).await.unwrap(), 0);
}

fn mark(keys: &[&str]) -> Change {
    Change {
        mark: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..Change::default()
    }
}

fn unmark(marks: Vec<Claim>) -> Change {
    Change {
        unmark: marks,
        ..Change::default()
    }
}

/// All that is marked, to be worked off at once.
async fn claimed(store: &dyn Store) -> Vec<Claim> {
    store.claim(10, Duration::ZERO, &[]).await.unwrap()
}

async fn marks(store: &dyn Store) {
    done(store, mark(&["k1", "k2", "k1"])).await;
    let marked = claimed(store).await;
    let keys: Vec<_> = marked.iter().map(|claim| claim.key.as_str()).collect();
    assert_eq!(keys, ["k2", "k1"], "the newest last, each once");
    assert_eq!(store.claim(1, Duration::ZERO, &[]).await.unwrap()[0].key, "k2");
    let others = store.claim(1, Duration::ZERO, &["k2".into()]).await.unwrap();
    assert_eq!((others.len(), others[0].key.as_str()), (1, "k1"));
    let numbers = |claims: &[Claim]| claims.iter().map(|c| (c.key.clone(), c.number)).collect::<Vec<_>>();
    assert_eq!(store.marks(10).await.unwrap(), numbers(&marked));
    assert_eq!(store.marks(1).await.unwrap().len(), 1);
    let marked = claimed(store).await;
    done(store, mark(&["k2"])).await;
    done(store, unmark(marked)).await;
    let left = claimed(store).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key, "k2", "marked again since");
    done(store, unmark(left.clone())).await;
    done(store, mark(&["k2"])).await;
    let again = claimed(store).await;
    assert_ne!(again[0].number, left[0].number, "no number is given twice");
    done(store, unmark(again)).await;
    assert!(store.marks(10).await.unwrap().is_empty());
}

async fn nothing_by_halves(store: &dyn Store) {
    let main = line("half", 1, "");
    let change = Change {
        append: vec![record(&main, 1, &["day/half"]), record(&line("a", 1, ""), 1, &[])],
        cells: vec![cell("meta", "half", "x", None)],
        mark: vec!["half".into()],
        ..Change::default()
    };
    stale(store, change).await;
    assert_eq!(store.tip(&main).await.unwrap(), None);
    assert_eq!(store.cell("meta", "half", 0).await.unwrap(), None);
    assert!(store.records_of("day/half").await.unwrap().is_empty());
    assert!(store.marks(10).await.unwrap().is_empty());
}

/// Many writers at once are committed together; one that fails spoils no other's.
async fn many_at_once(store: &dyn Store) {
    let writers = (0..200u64).map(|n| {
        let main = line(&format!("many{}", n % 100), 1, "");
        store.commit(append(vec![record(&main, 1, &["day/many"])]))
    });
    let mut answers = Vec::new();
    let mut pending: Vec<_> = writers.collect();
    std::future::poll_fn(|cx| {
        pending.retain_mut(|writer| match writer.as_mut().poll(cx) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer.unwrap());
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Committed::Done).count(), 100);
    assert_eq!(answers.len(), 200);
    assert_eq!(store.records_of("day/many").await.unwrap().len(), 100);
}
