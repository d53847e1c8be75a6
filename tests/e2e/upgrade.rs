//! The upgrade drill, on what a server and a phone of November 2026 left, before the database's schema had steps
//! (tests/data/older/SOURCES.md).

use std::{path::Path, process::Command};

use onbeat_tests::world::Binaries;
use serde_json::Value;

use crate::bed::{self, Bed, REP};

/// Where the older server listened: its phone asks there.
const LISTENED: &str = "127.77.7.7:18076";
const ADMIN_PASSWORD: &str = "7e7a3de9e9f83d84";
/// Fixes that were at the server, and those that the phone had yet to send.
const SENT: usize = 20;
const WAITING: usize = 5;

fn fixes(log: &str) -> usize {
    log.matches("\"type\":\"fix\"").count()
}

/// What the doctor says of a copy of a folder, first and then.
fn looked_at_twice(folder: &Path) -> [String; 2] {
    let copy = tempfile::tempdir().unwrap();
    bed::copy(folder, copy.path());
    std::array::from_fn(|_| {
        let mut doctor = Command::new(Binaries::find().unwrap().onbeat);
        let said = doctor.arg("doctor").arg("--data").arg(copy.path()).output().unwrap();
        assert!(!said.status.success());
        String::from_utf8(said.stdout).unwrap()
    })
}

fn day(bed: &Bed) -> Value {
    bed.settle();
    let days = bed.desk("admin").get(&format!("/api/v1/days?rep={REP}")).unwrap();
    days["items"][0].clone()
}

#[test]
fn what_an_older_server_and_an_older_phone_left_is_taken_over_whole() {
    let older = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/older");
    for said in looked_at_twice(&older.join("server")) {
        assert!(said.contains("this onbeat writes"), "looking upgrades nothing: {said}");
    }
    let mut bed = Bed::over(&older.join("server"), LISTENED, ADMIN_PASSWORD);
    assert_eq!(fixes(&bed.verified_log(REP)), SENT);
    assert_eq!(day(&bed)["counts"]["fixes"], SENT);
    let mut phone = bed.older_phone(&older.join("phone"));
    let then = phone.take_fixes(bed.now_ms, 3);
    bed.sync(&mut phone, then);
    assert_eq!(fixes(&bed.verified_log(REP)), SENT + WAITING + 3);
    assert_eq!(day(&bed)["counts"]["fixes"], SENT + WAITING + 3);
    // A backup of what became of it is restored into an empty folder, and the phone goes on.
    let (backup, restored) = (bed.folder.path().join("backup"), bed.folder.path().join("restored"));
    let command = ["backup", "--out", backup.to_str().unwrap()];
    bed.server.command(&command).unwrap();
    bed.server.kill();
    let mut restore = Command::new(&bed.binaries.onbeat);
    let done = restore
        .arg("restore")
        .arg(&backup)
        .arg("--data")
        .arg(&restored)
        .status();
    assert!(done.unwrap().success());
    bed.restore_server_from(&restored);
    bed.server.restart(bed.now_ms).unwrap();
    let then = phone.take_fixes(then, 2);
    bed.sync(&mut phone, then);
    assert_eq!(fixes(&bed.verified_log(REP)), SENT + WAITING + 5);
}
