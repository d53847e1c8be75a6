//! What can't be used is told with what it is, where, and how to mend it; and nothing of it is taken.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use onbeat_tests::world::Binaries;
use rusqlite::Connection;

use crate::bed::Bed;

/// A district of some kilometres in Shanghai.
const SQUARE: &str = "[[121.4,31.2],[121.5,31.2],[121.5,31.3],[121.4,31.3],[121.4,31.2]]";
/// A track of one fix.
const TRACK: &str = "time,lat,lon,accuracy_m\n2026-03-02T12:00:00+08:00,31.23,121.47,10\n";

fn districts(ring: &str) -> String {
    format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"name\":\"A\"}},\
         \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}}}]}}"
    )
}

fn exit_code(run: &Output) -> i32 {
    run.status.code().expect("it ends by itself")
}

fn said(run: &Output) -> String {
    String::from_utf8_lossy(&run.stderr).into_owned()
}

/// It ended with a code, said all of some words, and wrote no answer.
fn refuses(what: &str, run: &Output, code: i32, words: &[&str]) {
    let said = said(run);
    assert_eq!(exit_code(run), code, "{what}: {said}");
    for word in words {
        assert!(said.contains(word), "{what}: {word:?} is not in {said:?}");
    }
    assert!(
        run.stdout.is_empty(),
        "{what}: {}",
        String::from_utf8_lossy(&run.stdout)
    );
}

/// Files, and the command that reads them.
struct Desk {
    folder: tempfile::TempDir,
    onbeat: PathBuf,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            onbeat: Binaries::find().unwrap().onbeat,
        }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn judge(&self, districts: &Path, track: &Path, more: &[&str]) -> Output {
        Command::new(&self.onbeat)
            .args(["judge", "--format", "ndjson"])
            .args(more)
            .args([Path::new("--districts"), districts, Path::new("--track"), track])
            .output()
            .unwrap()
    }
}

#[test]
fn judge_says_what_is_wrong_with_districts() {
    let desk = Desk::new();
    let track = desk.write("track.csv", TRACK);
    let whole = districts(SQUARE);
    let good = desk.judge(&desk.write("good.geojson", &whole), &track, &[]);
    assert_eq!(exit_code(&good), 0, "{}", said(&good));
    let cases: &[(&str, String, &[&str])] = &[
        (
            "truncated",
            whole[..whole.len() - 30].into(),
            &["ends too early", "line 1, column", "export it again"],
        ),
        (
            "unclosed",
            districts("[[121.4,31.2],[121.5,31.2],[121.5,31.3],[121.4,31.3]]"),
            &["feature 1", "not closed", "repeat the first position"],
        ),
        (
            "self-crossing",
            districts("[[121.4,31.2],[121.5,31.3],[121.5,31.2],[121.4,31.3],[121.4,31.2]]"),
            &["feature 1", "crosses its own ring", "redraw the ring"],
        ),
        (
            "no features",
            "{\"type\":\"FeatureCollection\",\"features\":[]}".into(),
            &["no Polygon", "export the districts as areas"],
        ),
        (
            "an empty ring",
            districts("[]"),
            &["feature 1", "draw it, or leave it out"],
        ),
        (
            "swapped",
            districts("[[31.2,121.4],[31.2,121.5],[31.3,121.5],[31.3,121.4],[31.2,121.4]]"),
            &["feature 1", "seem swapped", "longitude first"],
        ),
        (
            "projected",
            districts("[[4.0,5e6],[5.0,5e6],[5.0,6e6],[4.0,5e6]]"),
            &["feature 1", "write degrees in WGS-84"],
        ),
        (
            "antimeridian",
            districts("[[179.5,10],[-179.5,10],[-179.5,11],[179.5,11],[179.5,10]]"),
            &["feature 1", "crosses the antimeridian", "cut the polygon at 180"],
        ),
        (
            "pole",
            districts("[[0,88],[90,88],[90,89.5],[0,89.5],[0,88]]"),
            &["feature 1", "of a pole", "draw it without"],
        ),
        (
            "no GeoJSON",
            "a,b\n1,2\n".into(),
            &["not GeoJSON", "export the file again"],
        ),
    ];
    for (what, text, words) in cases {
        let file = desk.write("bad.geojson", text);
        let words = [&["bad.geojson"], *words].concat();
        refuses(what, &desk.judge(&file, &track, &[]), 2, &words);
    }
}

#[test]
fn judge_says_what_is_wrong_with_a_track() {
    let desk = Desk::new();
    let area = desk.write("area.geojson", districts(SQUARE));
    let row = |row: &str| format!("time,lat,lon,accuracy_m\n{row}\n").into_bytes();
    let cases: &[(&str, &str, Vec<u8>, &[&str])] = &[
        (
            "GPX without times",
            "bad.gpx",
            b"<gpx version=\"1.1\"><trk><trkseg><trkpt lat=\"31.2\" lon=\"121.4\"/></trkseg></trk></gpx>".to_vec(),
            &["none of the 1 points has a time", "export the track with its times"],
        ),
        (
            "GPX that ends early",
            "bad.gpx",
            b"<gpx version=\"1.1\"><trk><trkseg><trkpt lat=\"31.2\"".to_vec(),
            &["line 1"],
        ),
        (
            "CSV with a wrong header",
            "bad.csv",
            b"when,latitude,lon,accuracy_m\n1,2,3,4\n".to_vec(),
            &["line 1", "lacks time", "time,lat,lon,accuracy_m"],
        ),
        (
            "CSV not UTF-8",
            "bad.csv",
            b"time,lat,lon,accuracy_m,provider\n2026-03-02T12:00:00Z,31.2,121.4,9,g\xfct\n".to_vec(),
            &["not UTF-8", "byte", "save the file as UTF-8"],
        ),
        (
            "an accuracy that is no number",
            "bad.csv",
            row("2026-03-02T12:00:00Z,31.2,121.4,NaN"),
            &["line 2", "no accuracy", "--accuracy M"],
        ),
        (
            "no accuracy",
            "bad.csv",
            row("2026-03-02T12:00:00Z,31.2,121.4,"),
            &["line 2", "no accuracy", "--accuracy M"],
        ),
        (
            "a time without an offset",
            "bad.csv",
            row("2026-03-02 12:00:00,31.2,121.4,9"),
            &["line 2", "is not a time", "write RFC 3339"],
        ),
        (
            "1970",
            "bad.csv",
            row("1970-01-01T00:00:00Z,31.2,121.4,9"),
            &["line 2", "clock was not set", "mend the times"],
        ),
        (
            "the far future",
            "bad.csv",
            row("2199-01-01T00:00:00Z,31.2,121.4,9"),
            &["line 2", "outside the years 2000 to 2100"],
        ),
        (
            "lat and lon swapped",
            "bad.csv",
            row("2026-03-02T12:00:00Z,121.4,31.2,9"),
            &["line 2", "lat 121.4", "swapped"],
        ),
    ];
    for (what, name, bytes, words) in cases {
        let words = [&[*name], *words].concat();
        refuses(what, &desk.judge(&area, &desk.write(name, bytes), &[]), 2, &words);
    }
    let nowhere = Path::new("nowhere.csv");
    refuses("no file", &desk.judge(&area, nowhere, &[]), 3, &["nowhere.csv"]);
}

#[test]
fn judge_says_what_is_wrong_with_its_arguments() {
    let desk = Desk::new();
    let (area, track) = (
        desk.write("area.geojson", districts(SQUARE)),
        desk.write("track.csv", TRACK),
    );
    let policy = desk.write("policy.toml", "[fix]\naccuracy_max = 100\n");
    let cases: &[(&[&str], &[&str])] = &[
        (&["--zone", "Asia/Peking"], &["Asia/Peking", "zone"]),
        (&["--window", "08:00-08:00"], &["08:00"]),
        (&["--window", "08:00"], &["--window", "HH:MM-HH:MM"]),
        (&["--district", "B"], &["\"B\"", "the file has: A"]),
        (&["--accuracy", "NaN"], &["--accuracy", "metres above zero"]),
        (
            &["--policy", policy.to_str().unwrap()],
            &["policy.toml", "accuracy_max", "line 2"],
        ),
    ];
    for (arguments, words) in cases {
        refuses(&arguments.join(" "), &desk.judge(&area, &track, arguments), 2, words);
    }
}

/// How many records the desk's log has, but for those of looking here: every import that is taken writes one.
fn desk_records(bed: &Bed) -> usize {
    let log = bed.server.command(&["export", "log", "--desk"]).unwrap();
    let bodies = log.lines().filter(|line| line.contains("\"type\":"));
    bodies
        .filter(|line| !line.contains("\"type\":\"data.exported\""))
        .count()
}

#[test]
fn an_import_that_cannot_be_used_changes_nothing() {
    let bed = Bed::new();
    let cases: &[(&str, &[u8], &[&str])] = &[
        (
            "customers",
            b"id,name,lat,lon\nc1,Good,40.7,-73.9\nc2,,40.7,-73.9\nc3,Far,140.7,-73.9\n",
            &["2 rows", "nothing was imported", "line 3: name", "line 4: lat"],
        ),
        ("customers", b"id,title\nc1,Good\n", &["line 1", "name"]),
        (
            "customers",
            b"id,name,lat,lon\nc1,M\xfcller,40.7,-73.9\n",
            &["not UTF-8", "save it as UTF-8"],
        ),
        (
            "users",
            b"user,name,role,team,districts,customers\nzoe,Zoe,chief,south,,\n",
            &["1 row can't", "line 2: role", "chief", "write rep, admin"],
        ),
        (
            "users",
            b"user,name,role,team,districts,customers\nzoe,Zoe,rep,south,Atlantis,\n",
            &["line 2", "Atlantis"],
        ),
        ("policy", b"[window]\nzone = \"America/Gotham\"\n", &["America/Gotham"]),
        ("policy", b"[window]\nfrom = \"08:00\"\nto = \"08:00\"\n", &["08:00"]),
        ("policy", b"[fix]\naccuracy_max = 100\n", &["accuracy_max", "line 2"]),
        (
            "districts",
            b"{\"type\":\"FeatureCollection\",\"features\":[",
            &["ends too early"],
        ),
        ("calendar", b"no calendar\n", &["calendar"]),
    ];
    let before = desk_records(&bed);
    for (kind, bytes, words) in cases {
        let file = bed.folder.path().join("bad-file");
        fs::write(&file, bytes).unwrap();
        let run = onbeat(&bed, &["import", kind, file.to_str().unwrap(), "--data"]);
        let words = [&["bad-file"], *words].concat();
        refuses(&format!("{kind} {}", String::from_utf8_lossy(bytes)), &run, 2, &words);
    }
    let run = onbeat(&bed, &["import", "users", "nowhere.csv", "--data"]);
    refuses("no file", &run, 3, &["nowhere.csv"]);
    assert_eq!(desk_records(&bed), before, "nothing was imported");
}

/// `onbeat …` on the bed's data folder, named last.
fn onbeat(bed: &Bed, arguments: &[&str]) -> Output {
    Command::new(&bed.binaries.onbeat)
        .args(arguments)
        .arg(bed.server.data())
        .output()
        .unwrap()
}

#[test]
fn a_command_that_asks_for_nothing_says_what_to_give() {
    let bed = Bed::new();
    let cases: &[(&[&str], &[&str])] = &[
        (&["export", "log"], &["--stream", "--rep", "--desk"]),
        (
            &["export", "log", "--desk", "--rep", "leo"],
            &["--desk", "cannot be used with"],
        ),
        (
            &["export", "days", "--from", "2026-11-02", "--to", "2026-11-01"],
            &["2026-11-02", "the earlier day as --from"],
        ),
        (
            &["export", "visits", "--from", "2026-11-02", "--to", "2026-11-01"],
            &["2026-11-02", "the earlier day as --from"],
        ),
        (&["export", "days", "--from", "2.11.2026"], &["YYYY-MM-DD"]),
        (
            &["export", "log", "--rep", "leo"],
            &["leo has never had a phone", "onbeat enrol leo"],
        ),
        (&["export", "log", "--rep", "nobody"], &["no rep \"nobody\""]),
        (&["erase", "fixes", "--before", "yesterday"], &["YYYY-MM-DD"]),
        (
            &["erase", "fixes", "--before", "2026-05-13"],
            &["is to come", "2026-05-12 or earlier"],
        ),
        (
            &["duties", "record", "basis", "--note", "n", "--date", "2026-13-01"],
            &["YYYY-MM-DD"],
        ),
        (
            &["rejudge", "--from", "2026-11-02", "--to", "yesterday", "--dry-run"],
            &["YYYY-MM-DD"],
        ),
    ];
    for (command, words) in cases {
        let run = onbeat(&bed, &[*command, &["--data"]].concat());
        refuses(&command.join(" "), &run, 2, words);
    }
}

#[test]
fn a_folder_that_is_taken_or_of_a_newer_version_is_left_alone() {
    let mut bed = Bed::new();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data"];
    refuses(
        "a second server",
        &onbeat(&bed, &serve),
        3,
        &["another onbeat runs on", "stop it first"],
    );
    bed.desk("auditor").get("/api/v1/me").unwrap();
    bed.server.kill();
    let file = bed.server.data().join("onbeat.sqlite");
    let database = Connection::open(&file).unwrap();
    let step = "INSERT INTO refinery_schema_history SELECT 99, name, applied_on, checksum FROM refinery_schema_history \
                WHERE version = 1";
    assert_eq!(database.execute(step, []).unwrap(), 1);
    // Closing it writes all back into the file.
    drop(database);
    let before = fs::read(&file).unwrap();
    for command in [&serve[..], &["export", "keys", "--data"], &["enrol", "leo", "--data"]] {
        refuses(
            "a newer folder",
            &onbeat(&bed, command),
            3,
            &["schema 99", "use the newer onbeat"],
        );
    }
    assert!(fs::read(&file).unwrap() == before, "not a byte of it changed");
}

#[test]
fn every_command_has_help_that_names_the_exit_codes() {
    let onbeat = Binaries::find().unwrap().onbeat;
    let mut waiting: Vec<Vec<String>> = vec![Vec::new()];
    let mut read = 0;
    while let Some(command) = waiting.pop() {
        let run = Command::new(&onbeat).args(&command).arg("--help").output().unwrap();
        let help = String::from_utf8(run.stdout.clone()).unwrap();
        assert_eq!(exit_code(&run), 0, "{command:?}");
        assert!(help.contains("Exit codes: 0 done"), "{command:?}: {help}");
        let listed = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| !line.is_empty());
        // What is indented further goes on with the line before.
        let named = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let names = named.filter(|name| !name.is_empty() && *name != "help");
        waiting.extend(names.map(|name| [command.clone(), vec![name.to_owned()]].concat()));
        read += 1;
    }
    assert!(read > 20, "{read} commands");
    let unknown = Command::new(&onbeat).arg("guess").output().unwrap();
    refuses("no such command", &unknown, 2, &["guess"]);
}
