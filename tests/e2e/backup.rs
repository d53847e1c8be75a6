//! A backup that is made beside a server under load is restored and verified, and phones go on from it; on SQLite and on
//! PostgreSQL alike.

use std::process::Command;

use onbeat_tests::story::at;

use crate::{
    bed::{Bed, seed},
    cluster::Cluster,
    kills::fixes_by_time,
    pushing::{FIXES_A_PUSH, Phone, Pushing, each_second},
};

const REPS: [&str; 3] = ["ada", "ben", "leo"];
/// When their first fix was.
const BEGUN: &str = "10:30";
/// More than they can push until the end.
const FIXES: usize = 3_000;

#[test]
fn a_backup_under_load_comes_back_whole_in_a_folder() {
    // The server's folder is the place of its data, and gives way as a whole.
    comes_back_whole(Bed::new(), &[], || {});
}

#[test]
fn a_backup_under_load_comes_back_whole_in_postgresql() {
    let cluster = Cluster::start(&[]);
    let empty = || drop(cluster.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
    comes_back_whole(Bed::on(&cluster.url), &["--database", &cluster.url], empty);
}

fn comes_back_whole(mut bed: Bed, database: &[&str], empty: impl FnOnce()) {
    let mut random = seed("backup");
    let mut pushing = Pushing::to(vec![bed.server.address()]);
    for rep in REPS {
        pushing.enrol(&bed.server.enrolment_link(rep).unwrap(), at(BEGUN), FIXES);
    }
    bed.server.set_clock(at("15:00")).unwrap();
    assert!(doctor(&bed, database).contains("backup_missing"));
    pushing.begin(&mut random);
    pushing.each_once_more(Phone::taken);

    let before = pushing.each(Phone::taken);
    let file = bed.folder.path().join("backup");
    let backup = [&["backup", "--out", file.to_str().unwrap()], database].concat();
    bed.server.command(&backup).unwrap();
    pushing.each_once_more(Phone::taken);
    let pushed = pushing.end();
    assert!(!doctor(&bed, database).contains("backup_"), "the server knows of it");

    bed.server.kill();
    empty();
    let restored = bed.folder.path().join("restored");
    let mut restore = Command::new(&bed.binaries.onbeat);
    let restore = restore.arg("restore").arg(&file).arg("--data").arg(&restored);
    let done = restore.args(database).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    bed.restore_server_from(&restored);
    bed.server.restart(at("15:30")).unwrap();

    let stored: Vec<usize> = REPS.iter().map(|rep| stored_in_order(&bed, rep)).collect();
    for ((stored, before), pushed) in stored.iter().zip(before).zip(&pushed) {
        assert!(
            (before * FIXES_A_PUSH..*pushed).contains(stored),
            "{stored} of {pushed}"
        );
    }
    pushing.again(&pushed, &mut random);
    let all: Vec<usize> = REPS.iter().map(|rep| stored_in_order(&bed, rep)).collect();
    assert_eq!(all, pushed);
}

/// How many fixes of a rep are stored: those of the first seconds, each once, in a log that checks.
fn stored_in_order(bed: &Bed, rep: &str) -> usize {
    let stored = fixes_by_time(&bed.verified_log(rep));
    assert_eq!(stored, each_second(at(BEGUN), stored.len()), "of {rep}");
    stored.len()
}

/// What it says: of a server of the tests something is always wrong.
fn doctor(bed: &Bed, database: &[&str]) -> String {
    let examine = [&["doctor", "--format", "json"], database].concat();
    bed.server.command(&examine).unwrap_err().to_string()
}
