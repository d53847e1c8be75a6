//! Where the tests' data stands: in each test's folder, or, where the run is told so, in PostgreSQL, in a schema of
//! each test's own.

use std::{
    env,
    process::{Command, Stdio},
};

use crate::{
    random,
    store::postgres::cluster::{Cluster, program, sql},
};

/// The URL of the cluster.
const VARIABLE: &str = "ONBEAT_TEST_DATABASE";
/// The tests that open an App.
const TESTS: [&str; 6] = ["api::", "desk::", "feed::", "fold::", "intake::", "photos::"];

#[test]
fn whatever_holds_in_a_folder_holds_in_postgresql() {
    let cluster = Cluster::start(&["fsync=off"]);
    let run = Command::new(env::current_exe().unwrap())
        .args(TESTS)
        .env(VARIABLE, &cluster.url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert!(!said.contains("running 0 tests"), "{said}");
}

/// A schema of one test.
#[derive(Clone)]
pub(crate) struct Schema {
    cluster: String,
    name: String,
}

impl Schema {
    /// A new one, where the run is told to use PostgreSQL.
    pub(crate) fn told() -> Option<Self> {
        Some(Self::on(&env::var(VARIABLE).ok()?))
    }

    /// A new one of a cluster.
    pub(crate) fn on(cluster: &str) -> Self {
        let name = format!("test_{}", random::hex::<8>());
        sql(cluster, &format!("CREATE SCHEMA {name}"));
        let cluster = cluster.to_owned();
        Self { cluster, name }
    }

    /// What a server is told to open.
    pub(crate) fn url(&self) -> String {
        format!("{}?options=-csearch_path%3D{}", self.cluster, self.name)
    }

    /// All that stands in it.
    pub(crate) fn text(&self) -> String {
        let mut dump = program("pg_dump");
        // Bytes that are text are searched as such.
        let cluster = format!("{}?options=-cbytea_output%3Descape", self.cluster);
        dump.args(["-n", &self.name, "-d", &cluster]);
        let dumped = dump.stdout(Stdio::piped()).output().unwrap();
        assert!(dumped.status.success(), "pg_dump");
        String::from_utf8(dumped.stdout).unwrap()
    }

    /// A schema that holds the same.
    pub(crate) fn copy(&self) -> Self {
        let name = format!("test_{}", random::hex::<8>());
        sql(&self.cluster, &self.text().replace(&self.name, &name));
        Self {
            cluster: self.cluster.clone(),
            name,
        }
    }
}
