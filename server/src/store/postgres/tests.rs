#![allow(clippy::unwrap_used)]

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::*;

/// A PostgreSQL of its own, on a Unix socket in a temporary folder. It ends with the test, also with one that fails.
pub(crate) struct Cluster {
    pub(crate) url: String,
    server: Child,
    _folder: TempDir,
}

impl Cluster {
    /// Starts it from Debian's packages.
    pub(crate) fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        if root {
            let id = Command::new("id").args(["-u", "postgres"]).output().unwrap();
            let id: u32 = String::from_utf8(id.stdout).unwrap().trim().parse().unwrap();
            chown(folder.path(), Some(id), None).unwrap();
        }
        // It refuses to run as root.
        let run = |program: &str| {
            let program = programs.join(program);
            let mut command = if root {
                Command::new("setpriv")
            } else {
                Command::new(&program)
            };
            if root {
                command
                    .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"])
                    .arg(program);
            }
            command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let made = run("initdb")
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .status();
        assert!(made.unwrap().success(), "initdb");
        let mut server = run("postgres");
        server
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=", "-k"])
            .arg(folder.path());
        let url = format!(
            "postgres://postgres@{}/postgres",
            folder.path().display().to_string().replace('/', "%2F")
        );
        let cluster = Self {
            url,
            server: server.spawn().unwrap(),
            _folder: folder,
        };
        let begun = Instant::now();
        while !cluster._folder.path().join(".s.PGSQL.5432").exists() {
            assert!(begun.elapsed() < Duration::from_secs(30), "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        cluster
    }

    /// The store, once the server takes connections and the store before has let go of the database.
    pub(crate) async fn open(&self) -> Postgres {
        for _ in 0..500 {
            match Postgres::open(&self.url).await {
                Ok(store) => return store,
                Err(StoreError::Locked(_) | StoreError::Busy) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the database is still held");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT: it ends its own processes at once. What it leaves is thrown away.
        let _ = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        let _ = self.server.wait();
    }
}

/// Where Debian puts the newest version's programs.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("apt-get install postgresql");
    let newest = versions.map(|version| version.unwrap().path()).max();
    newest.expect("apt-get install postgresql").join("bin")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_has_one_server_and_a_newer_one_is_left_alone() {
    let cluster = Cluster::start();
    let first = cluster.open().await;
    assert!(matches!(Postgres::open(&cluster.url).await, Err(StoreError::Locked(_))));
    let newer = "INSERT INTO refinery_schema_history SELECT version + 1, name, applied_on, checksum
                 FROM refinery_schema_history ORDER BY version DESC LIMIT 1";
    first.pool.get().await.unwrap().batch_execute(newer).await.unwrap();
    drop(first);
    let refused = loop {
        match Postgres::open(&cluster.url).await.err().unwrap() {
            StoreError::Locked(_) | StoreError::Busy => tokio::time::sleep(Duration::from_millis(20)).await,
            error => break error,
        }
    };
    let known = crate::store::schema::newest(&schema::runner());
    assert!(
        matches!(refused, StoreError::Newer { found, known: k } if (found, k) == (known + 1, known)),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_after_its_connections_were_cut() {
    let cluster = Cluster::start();
    let store = cluster.open().await;
    let mark = |key: &str| Change {
        mark: vec![key.into()],
        ..Change::default()
    };
    store.commit(mark("before")).await.unwrap();
    let (other, connection) = tokio_postgres::connect(&cluster.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onbeat'";
    other.batch_execute(cut).await.unwrap();
    let mut tries = 0;
    while let Err(error) = store.commit(mark("after")).await {
        assert!(matches!(error, StoreError::Busy | StoreError::Locked(_)), "{error}");
        tries += 1;
        assert!(tries < 100);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let marks = store.marks(9).await.unwrap();
    assert_eq!(
        marks.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
        ["before", "after"]
    );
}

#[test]
fn a_url_that_asks_for_what_is_not_offered_is_refused() {
    for url in [
        "postgres://h/d?sslmode=require",
        "postgres://h/d?sslmode=verify-full",
        "mysql://h/d",
    ] {
        assert!(matches!(config(url), Err(StoreError::Database(_))), "{url}");
    }
    assert!(config("postgres://h/d?sslmode=prefer").is_ok());
}
