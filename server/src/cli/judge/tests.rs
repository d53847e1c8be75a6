#![allow(clippy::unwrap_used)]

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use chrono::DateTime;
use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;

use super::*;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: JudgeArgs,
}

fn data(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(name);
    path.to_str().unwrap().into()
}

fn args(districts: &str, track: &str, more: &str) -> JudgeArgs {
    let named = ["judge", "--districts", districts, "--track", track];
    Command::try_parse_from(named.into_iter().chain(more.split_whitespace()))
        .unwrap()
        .args
}

fn judge(districts: &str, track: &str, more: &str) -> String {
    let mut out = Vec::new();
    run(&args(&data(districts), &data(track), more), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lines(districts: &str, track: &str, more: &str) -> Vec<Value> {
    let text = judge(districts, track, &format!("{more} --format ndjson"));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How often each value of a field of the fixes comes, most often first.
fn counts(lines: &[Value], field: &str) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for fix in lines.iter().filter(|line| line.get("time").is_some()) {
        *counts.entry(fix[field].as_str().unwrap_or("null").into()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// The spans and findings, a line each.
fn rulings(lines: &[Value]) -> String {
    let rulings = lines.iter().filter(|line| line.get("time").is_none());
    rulings.map(|line| format!("{line}\n")).collect()
}

fn ms(time: &Value) -> i64 {
    DateTime::parse_from_rfc3339(time.as_str().unwrap())
        .unwrap()
        .timestamp_millis()
}

const NEW_YORK: &str = "--accuracy 10 --zone America/New_York";

#[test]
fn a_slit_between_neighbours_is_no_edge() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    // East and west of 0.8 m where nobody's district was drawn; a corner of the eastern one lies half-way.
    let feature = |name: &str, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
        )
    };
    let west = feature("west", "[10,0],[10.01,0],[10.01,0.01],[10,0.01],[10,0]");
    let east = "[10.0100072,0],[10.02,0],[10.02,0.01],[10.0100072,0.01],[10.0100072,0.005],[10.0100072,0]";
    let both = format!(
        r#"{{"type":"FeatureCollection","features":[{west},{}]}}"#,
        feature("east", east)
    );
    let districts = file("districts.geojson", &both);
    let track = file(
        "track.csv",
        "time,lat,lon,accuracy_m\n2026-11-23T02:00:00Z,0.004,10.0100036,5\n",
    );
    let fix = &lines(&districts, &track, "")[0];
    let seen = (
        &fix["place"],
        fix["edge_m"].as_f64().unwrap() > 440.0,
        fix["district"].is_string(),
    );
    assert_eq!(seen, (&"inside".into(), true, true), "{fix}");
    // Of one district alone the border is where it was drawn.
    let fix = &lines(&districts, &track, "--district west")[0];
    assert_eq!(
        (&fix["place"], fix["edge_m"].as_f64()),
        (&"edge".into(), Some(-0.401)),
        "{fix}"
    );
}

#[test]
fn new_york_stops_are_counted_by_borough() {
    let lines = lines("nyc-boroughs.geojson", "tracks/nyc-taxi-stops.csv", NEW_YORK);
    // Counted in the source of the data, see tests/data/SOURCES.md.
    let expected = [("Manhattan", 1287), ("Queens", 59), ("Brooklyn", 14), ("null", 4)];
    assert_eq!(
        counts(&lines, "district"),
        expected.map(|(name, count)| (name.to_owned(), count))
    );
    let mut summary = format!("{:?}\n{:?}\n", counts(&lines, "place"), counts(&lines, "when"));
    for line in lines.iter().take(2) {
        writeln!(summary, "{line}").unwrap();
    }
    insta::assert_snapshot!(summary);
}

#[test]
fn of_the_stops_one_borough_holds_its_own_and_their_signs_agree() {
    let lines = lines(
        "nyc-boroughs.geojson",
        "tracks/nyc-taxi-stops.csv",
        &format!("{NEW_YORK} --district Queens"),
    );
    for fix in lines.iter().filter(|line| line.get("time").is_some()) {
        let inside = fix["district"] == "Queens";
        assert_eq!(fix["edge_m"].as_f64().unwrap() >= 0.0, inside, "{fix}");
        assert!(fix["place"] != "outside" || !inside, "{fix}");
        assert!(fix["place"] != "inside" || inside, "{fix}");
    }
}

#[test]
fn spans_tile_the_window_of_each_workday_from_the_first_to_the_last_fix() {
    let lines = lines("nyc-boroughs.geojson", "tracks/nyc-taxi-stops.csv", NEW_YORK);
    let spans: Vec<&Value> = lines.iter().filter_map(|line| line.get("span")).collect();
    let mut days: Vec<&str> = spans.iter().map(|span| span["day"].as_str().unwrap()).collect();
    days.dedup();
    // 2013-01-01 was a Tuesday; without a calendar it is a workday. 31 days, less four weekends.
    assert_eq!((days.len(), days[0], days[22]), (23, "2013-01-01", "2013-01-31"));
    for day in days {
        let spans: Vec<_> = spans.iter().filter(|span| span["day"] == day).collect();
        let opens = DateTime::parse_from_rfc3339(&format!("{day}T08:00:00-05:00"))
            .unwrap()
            .timestamp_millis();
        assert_eq!(ms(&spans[0]["from"]), opens);
        assert_eq!(ms(&spans[spans.len() - 1]["to"]), opens + 510 * 60_000);
        assert!(spans.windows(2).all(|pair| pair[0]["to"] == pair[1]["from"]), "{day}");
    }
}

const MUNICH: &str = "--accuracy 10 --zone Europe/Berlin --window 06:30-08:00";

#[test]
fn the_munich_drive_leaves_its_district() {
    let lines = lines(
        "districts/munich.geojson",
        "tracks/munich-drive.csv",
        &format!("{MUNICH} --district Schwabing"),
    );
    // By the rectangles alone: 283 fixes in Schwabing, 495 in Laim, 416 in none.
    let expected = [("Laim", 495), ("null", 416), ("Schwabing", 283)];
    assert_eq!(
        counts(&lines, "district"),
        expected.map(|(name, count)| (name.to_owned(), count))
    );
    let left = lines
        .iter()
        .filter_map(|line| line.get("finding"))
        .find(|finding| finding["kind"] == "left_area");
    let left = left.expect("the drive leaves Schwabing for good");
    let (from, to) = (left["from"].as_str().unwrap(), left["to"].as_str().unwrap());
    // Over the edge at 04:58:50 UTC; the track ends at 05:14:02.
    assert!(
        ("2014-09-10T04:58:50Z".."2014-09-10T05:01:00Z").contains(&from),
        "{from}"
    );
    assert!(("2014-09-10T05:13:00Z".."2014-09-10T05:14:05Z").contains(&to), "{to}");
    assert!(!left["evidence"].as_array().unwrap().is_empty());
    insta::assert_snapshot!(format!("{:?}\n{}", counts(&lines, "place"), rulings(&lines)));
}

#[test]
fn seven_minutes_between_two_of_its_districts_are_no_finding() {
    let text = judge("districts/munich.geojson", "tracks/munich-drive.csv", MUNICH);
    assert!(!text.contains("left the area"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn what_made_a_finding_is_said_on_demand() {
    let more = format!("{MUNICH} --district Schwabing");
    let plain = judge("districts/munich.geojson", "tracks/munich-drive.csv", &more);
    let text = judge(
        "districts/munich.geojson",
        "tracks/munich-drive.csv",
        &format!("{more} --explain"),
    );
    let more_said: Vec<&str> = text.lines().filter(|line| !plain.contains(line)).collect();
    assert_eq!(more_said.len() % 2, 0, "{more_said:?}");
    assert!(
        more_said
            .iter()
            .any(|line| line.contains("the middle of the positions lay outside the area"))
    );

    let lines = lines(
        "districts/munich.geojson",
        "tracks/munich-drive.csv",
        &format!("{more} --explain"),
    );
    let named = |name: &str| lines.iter().filter_map(|line| line.get(name)).collect::<Vec<_>>();
    let (findings, explained) = (named("finding"), named("explain"));
    assert_eq!(
        (findings.len(), more_said.len()),
        (explained.len(), 2 * explained.len())
    );
    for (finding, explanation) in findings.iter().zip(explained) {
        assert_eq!(finding["id"], explanation["finding"]["id"]);
        assert!(!explanation["fixes"].as_array().unwrap().is_empty() && !explanation["conditions"].is_null());
    }
}

#[test]
fn the_walk_in_istria_is_outside_for_an_hour_on_a_sunday_that_the_policy_makes_a_workday() {
    let folder = TempDir::new().unwrap();
    let policy = folder.path().join("policy.toml");
    fs::write(&policy, "[window]\nzone = \"Europe/Zagreb\"\nworkdays = [\"sun\"]\n").unwrap();
    let more = format!("--accuracy 10 --district Zbevnica --policy {}", policy.display());
    let lines = lines("districts/istria.geojson", "gpx/korita-zbevnica.gpx", &more);
    // By the rectangle alone: 401 fixes in it, 112 north of it, from 10:18:59 to 11:28:22 UTC.
    assert_eq!(
        counts(&lines, "district"),
        [("Zbevnica".to_owned(), 401), ("null".to_owned(), 112)]
    );
    let left = lines
        .iter()
        .filter_map(|line| line.get("finding"))
        .find(|finding| finding["kind"] == "left_area");
    let left = left.expect("the walk is more than 200 m out for most of an hour");
    assert!(left["from"].as_str().unwrap() >= "2010-10-03T10:18:59Z", "{left}");
    assert!(left["to"].as_str().unwrap() <= "2010-10-03T11:28:22Z", "{left}");
    insta::assert_snapshot!(format!("{:?}\n{}", counts(&lines, "place"), rulings(&lines)));
}

#[test]
fn on_a_day_off_fixes_are_judged_and_no_window_is_ruled_on() {
    let text = judge(
        "districts/istria.geojson",
        "gpx/korita-zbevnica.gpx",
        "--accuracy 10 --zone Europe/Zagreb",
    );
    insta::assert_snapshot!(text);
}

#[test]
fn the_drive_at_visnjan_stays_inside() {
    let more = "--accuracy 10 --zone Europe/Zagreb --window 07:15-07:25";
    let lines = lines("districts/istria.geojson", "gpx/around-visnjan-with-car.gpx", more);
    assert_eq!(counts(&lines, "place"), [("inside".to_owned(), 104)]);
    insta::assert_snapshot!(rulings(&lines));
}

#[test]
fn the_walk_at_the_lake_of_cerknica_is_out_twice_and_only_what_is_seen_is_charged() {
    let more = "--accuracy 10 --zone Europe/Ljubljana --window 16:20-18:20";
    let lines = lines("districts/cerknica.geojson", "gpx/cerknicko-jezero.gpx", more);
    // By the rectangle alone.
    let expected = [("Cerknica", 249), ("null", 47)];
    assert_eq!(
        counts(&lines, "district"),
        expected.map(|(name, count)| (name.to_owned(), count))
    );
    let mut adverse = lines.iter().filter(|line| line["finding"]["class"] == "finding");
    // Of the first time, 15:24:25 to 15:40:18, there are two fixes, then 14 minutes of none, then the way back.
    // From 15:58:31 on he is 3 km out, until the track ends.
    let left = &adverse.next().expect("he is out for good")["finding"];
    assert_eq!((&left["kind"], adverse.next()), (&"left_area".into(), None));
    assert!(ms(&left["from"]) >= ms(&"2010-08-05T15:58:31Z".into()), "{left}");
    assert!(ms(&left["to"]) <= ms(&"2010-08-05T16:20:00Z".into()), "{left}");
    insta::assert_snapshot!(format!("{:?}\n{}", counts(&lines, "place"), rulings(&lines)));
}

/// A square of about 2 km at (31.23, 121.47), and a track of given lines.
fn made(folder: &Path, rows: &str) -> (String, String) {
    let square = "{\"type\":\"Polygon\",\"coordinates\":[[[121.46,31.22],[121.48,31.22],[121.48,31.24],[121.46,31.24],[121.46,31.22]]]}";
    let feature = format!("{{\"type\":\"Feature\",\"properties\":{{\"name\":\"Square\"}},\"geometry\":{square}}}");
    let (districts, track) = (folder.join("square.geojson"), folder.join("track.csv"));
    fs::write(&districts, feature).unwrap();
    fs::write(&track, format!("time,lat,lon,accuracy_m\n{rows}")).unwrap();
    (districts.to_str().unwrap().into(), track.to_str().unwrap().into())
}

#[test]
fn a_line_says_what_each_fix_is() {
    let folder = TempDir::new().unwrap();
    let rows = "2026-03-02T16:30:00+08:00,31.23,121.47,5\n2026-03-02T07:59:59.5+08:00,31.23,121.47,10\n\
        2026-03-02T08:00:00+08:00,31.23,121.4599,10\n2026-03-02T12:00:00+08:00,31.23,121.45,10\n\
        2026-03-02T13:00:00+08:00,31.23,121.45,151\n2026-03-01T12:00:00+08:00,31.23,121.47,0\n";
    let (districts, track) = made(folder.path(), rows);
    let mut out = Vec::new();
    run(&args(&districts, &track, "--format ndjson"), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    insta::assert_snapshot!(
        text.lines()
            .filter(|line| line.starts_with("{\"time\""))
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn datums_are_converted_at_the_door() {
    // GCJ-02 is about 500 m off in Shanghai; where both sides are off, the distance stays, but for the datum's scale.
    let folder = TempDir::new().unwrap();
    let (districts, track) = made(folder.path(), "2026-03-02T12:00:00+08:00,31.23,121.47,10\n");
    let edge = |more: &str| {
        let mut out = Vec::new();
        run(&args(&districts, &track, &format!("{more} --format ndjson")), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let fix: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        (fix["edge_m"].as_f64().unwrap(), fix["lat"].as_f64().unwrap())
    };
    let (plain, _) = edge("");
    let (moved, lat) = edge("--track-datum gcj02");
    assert!((plain - moved).abs() > 100.0 && lat != 31.23, "{plain} {moved}");
    let (both, _) = edge("--track-datum gcj02 --datum gcj02");
    assert!((both - plain).abs() < 10.0, "{plain} {both}");
    let (baidu, _) = edge("--track-datum bd09 --datum bd09");
    assert!((baidu - plain).abs() < 10.0, "{plain} {baidu}");
}

#[test]
fn geojson_is_one_feature_collection() {
    let all: Value = serde_json::from_str(&judge(
        "districts/munich.geojson",
        "tracks/munich-drive.csv",
        &format!("{MUNICH} --district Schwabing --format geojson"),
    ))
    .unwrap();
    let features = all["features"].as_array().unwrap();
    let of = |kind: &str| {
        features
            .iter()
            .filter(|f| f["properties"]["feature"] == kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (all["type"].as_str(), of("fix").len()),
        (Some("FeatureCollection"), 1194)
    );
    let shapes = |kind: &str| {
        of(kind)
            .iter()
            .map(|f| f["geometry"]["type"].clone())
            .collect::<Vec<_>>()
    };
    let first = of("fix")[0];
    insta::assert_snapshot!(format!(
        "{first}\nspans {:?}\nfindings {:?}",
        shapes("span"),
        shapes("finding")
    ));
}

#[test]
fn what_is_wrong_is_said_with_its_exit_code() {
    let folder = TempDir::new().unwrap();
    let (districts, track) = made(folder.path(), "2026-03-02T12:00:00+08:00,31.23,121.47,10\n");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let bare = file("bare.csv", b"time,lat,lon\n2026-03-02T12:00:00+08:00,31.23,121.47\n");
    let typo = file("typo.toml", b"[fix]\naccuracy_max = 100\n");
    let gotham = file("gotham.toml", b"[window]\nzone = \"America/Gotham\"\n");
    let latin = file("latin.geojson", b"{\"name\":\"M\xfcnchen\"}");
    let missing = folder.path().join("missing.csv");
    let cases = [
        ("no track", args(&districts, missing.to_str().unwrap(), "")),
        ("no districts", args(missing.to_str().unwrap(), &track, "")),
        ("a folder", args(folder.path().to_str().unwrap(), &track, "")),
        ("districts not UTF-8", args(&latin, &track, "")),
        ("districts no GeoJSON", args(&track, &track, "")),
        (
            "unknown district",
            args(&data("nyc-boroughs.geojson"), &track, "--district Jersey"),
        ),
        ("unknown zone", args(&districts, &track, "--zone Asia/Peking")),
        (
            "unknown zone in the policy",
            args(&districts, &track, &format!("--policy {gotham}")),
        ),
        ("window without an end", args(&districts, &track, "--window 08:00")),
        ("window of no length", args(&districts, &track, "--window 08:00-08:00")),
        ("window no time", args(&districts, &track, "--window 8-16:30")),
        ("track no CSV", args(&districts, &districts, "")),
        ("track without accuracies", args(&districts, &bare, "")),
        (
            "unknown key in the policy",
            args(&districts, &track, &format!("--policy {typo}")),
        ),
    ];
    let mut all = String::new();
    for (name, args) in cases {
        let error = run(&args, &mut Vec::new()).unwrap_err();
        let said = error.to_string().replace(folder.path().to_str().unwrap(), "DIR");
        writeln!(
            all,
            "{name}: exit {}\n    {}",
            error.exit_code(),
            said.replace('\n', "\n    ")
        )
        .unwrap();
    }
    insta::assert_snapshot!(all);
}

/// A phone 950 m out when the window opens and again later, inside between; simulated at times; then silent.
#[test]
fn the_help_names_every_kind_that_a_track_can_show() {
    let folder = TempDir::new().unwrap();
    let mut rows = String::new();
    for minute in 0..180 {
        let (hour, minute, far) = (8 + minute / 60, minute % 60, minute % 90 < 40);
        let lon = if far { 121.45 } else { 121.47 };
        writeln!(
            rows,
            "2026-03-02T{hour:02}:{minute:02}:00+08:00,31.23,{lon},10,{},8",
            !far && minute % 7 == 0
        )
        .unwrap();
    }
    let (districts, track) = made(folder.path(), "");
    fs::write(&track, format!("time,lat,lon,accuracy_m,simulated,satellites\n{rows}")).unwrap();
    let mut out = Vec::new();
    run(&args(&districts, &track, "--format ndjson"), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let findings = text
        .lines()
        .filter(|line| line.starts_with("{\"finding\""))
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["finding"]["kind"].as_str().unwrap().to_owned()
        });
    let kinds: std::collections::BTreeSet<_> = findings.collect();
    let named = [
        "identical_fixes",
        "left_area",
        "outside_at_opening",
        "simulated_fixes",
        "unaccounted",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), named);
    assert!(named.iter().all(|kind| args::AFTER.contains(kind)));
}

#[test]
fn an_accuracy_is_metres_above_zero() {
    for bad in ["0", "-1", "NaN", "inf", "ten"] {
        let named = ["judge", "--districts", "a", "--track", "b", "--accuracy", bad];
        let refused = Command::try_parse_from(named).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("metres above zero"), "{bad}: {refused}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    struct Gone;
    impl io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let folder = TempDir::new().unwrap();
    let (districts, track) = made(folder.path(), "2026-03-02T12:00:00+08:00,31.23,121.47,10\n");
    assert!(run(&args(&districts, &track, "--format ndjson"), &mut Gone).is_ok());
    assert!(run(&args(&districts, &track, "--format geojson"), &mut Gone).is_ok());
}
