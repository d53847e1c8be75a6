#![allow(clippy::unwrap_used)]

use std::{fmt::Write, fs, path::PathBuf};

use chrono::{DateTime, SecondsFormat};
use proptest::prelude::*;

use super::*;

fn data(name: &str) -> Vec<u8> {
    fs::read(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../tests/data")
            .join(name),
    )
    .unwrap()
}

fn time(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .unwrap()
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// What was read, or what was said, in one line.
fn told(bytes: &[u8]) -> String {
    match read_track(bytes, Some(10.0)) {
        Err(error) => error.to_string(),
        Ok(track) => {
            let (first, last) = (track.fixes.first().unwrap(), track.fixes.last().unwrap());
            let places = (first.fix.lat_e9, first.fix.lon_e9, last.fix.lat_e9, last.fix.lon_e9);
            let (count, skipped) = (track.fixes.len(), track.without_time);
            format!(
                "{count} fixes, {skipped} skipped, {} to {}, {places:?}",
                time(first.at_ms),
                time(last.at_ms)
            )
        }
    }
}

#[test]
fn recorded_and_awkward_files_are_read_or_refused_clearly() {
    let names = [
        "gpx/around-visnjan-with-car.gpx",
        "gpx/cerknicko-jezero.gpx",
        "gpx/cerknicko-without-times.gpx",
        "gpx/gpx1.0_with_all_fields.gpx",
        "gpx/gpx1.1_with_all_fields.gpx",
        "gpx/korita-zbevnica.gpx",
        "gpx/track-with-empty-segment.gpx",
        "gpx/track-with-extremes.gpx",
        "gpx/track-with-less-sec-time.gpx",
        "gpx/track_with_dilution_errors.gpx",
        "gpx/track_with_speed.gpx",
        "gpx/unicode_with_bom.gpx",
        "gpx/unicode_with_bom_noencoding.gpx",
        "tracks/munich-drive.csv",
        "tracks/nyc-taxi-stops.csv",
    ];
    let mut all = String::new();
    for name in names {
        writeln!(all, "{name}\n    {}", told(&data(name))).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn bad_files_are_told_where_and_how_to_mend_them() {
    let row = |row: &str| format!("time,lat,lon,accuracy_m,simulated,satellites,speed_mps\n{row}\n").into_bytes();
    let point = |inner: &str| format!("<gpx><trk><trkseg>\n<trkpt {inner}</trkpt></trkseg></trk></gpx>").into_bytes();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", b"".into()),
        ("header only", b"time,lat,lon\n".into()),
        ("wrong header", b"when,latitude,lon\n2026-03-02T08:00:00Z,1,2\n".into()),
        ("semicolons", b"time;lat;lon\n2026-03-02T08:00:00Z;1;2\n".into()),
        ("column twice", b"time,lat,lon,lat\n2026-03-02T08:00:00Z,1,2,1\n".into()),
        ("short row", b"time,lat,lon\n2026-03-02T08:00:00Z,1\n".into()),
        ("not UTF-8", b"time,lat,lon\n2026-03-02T08:00:00Z,1,\xff\n".into()),
        ("UTF-16", b"\xff\xfet\0i\0m\0e\0".into()),
        ("no times", row(",1,2,3,,,")),
        ("no time of day", row("2026-03-02,1,2,3,,,")),
        ("no offset", row("2026-03-02T08:00:00,1,2,3,,,")),
        ("clock never set", row("1970-01-01T00:00:12Z,1,2,3,,,")),
        ("far future", row("2101-01-01T00:00:00Z,1,2,3,,,")),
        ("decimal comma", row("2026-03-02T08:00:00Z,\"31,2\",2,3,,,")),
        ("lat not a number", row("2026-03-02T08:00:00Z,NaN,2,3,,,")),
        ("lat missing", row("2026-03-02T08:00:00Z,,2,3,,,")),
        ("swapped", row("2026-03-02T08:00:00Z,121.47,31.23,3,,,")),
        ("out of range", row("2026-03-02T08:00:00Z,91,181,3,,,")),
        ("bad accuracy", row("2026-03-02T08:00:00Z,1,2,12m,,,")),
        ("bad simulated", row("2026-03-02T08:00:00Z,1,2,3,perhaps,,")),
        ("bad satellites", row("2026-03-02T08:00:00Z,1,2,3,,-1,")),
        ("bad speed", row("2026-03-02T08:00:00Z,1,2,3,,,fast")),
        ("HTML", b"<!DOCTYPE html>\n<html><body/></html>".into()),
        ("truncated GPX", b"<gpx><trk><trkseg>\n<trkpt lat=\"1\"".into()),
        ("unclosed GPX", b"<gpx><trk>\n<trkseg></trk></gpx>".into()),
        ("empty GPX", b"<gpx/>".into()),
        (
            "GPX point without lat",
            point("lon=\"2\"><time>2026-03-02T08:00:00Z</time>"),
        ),
        (
            "GPX point with a bad time",
            point("lat=\"1\" lon=\"2\"><time>yesterday</time>"),
        ),
        (
            "GPX point swapped",
            point("lat=\"121\" lon=\"31\"><time>2026-03-02T08:00:00Z</time>"),
        ),
        ("entities without end", {
            let entities = "<!DOCTYPE gpx [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
                <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\
                <!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]>";
            format!("{entities}<gpx><name>&h;</name></gpx>").into_bytes()
        }),
    ];
    let mut all = String::new();
    for (name, bytes) in cases {
        writeln!(all, "{name}\n    {}", read_track(&bytes, Some(10.0)).unwrap_err()).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_accuracy_of_a_fix_comes_from_the_file_or_else_from_the_caller() {
    let track = |accuracy: &str| format!("time,lat,lon,accuracy_m\n2026-03-02T08:00:00Z,1,2,{accuracy}\n").into_bytes();
    let cases = [
        ("12.5", Some(10.0), Ok(12_500)),
        ("12.5", None, Ok(12_500)),
        ("0", Some(10.0), Ok(0)), // unusable, no error
        ("-1", None, Ok(-1_000)),
        ("1e300", None, Ok(i64::MAX)),
        ("", Some(10.0), Ok(10_000)),
        ("NaN", Some(10.0), Ok(10_000)),
        ("inf", None, Err(TrackError::NoAccuracy { line: 2 })),
        ("NaN", None, Err(TrackError::NoAccuracy { line: 2 })),
        ("", None, Err(TrackError::NoAccuracy { line: 2 })),
    ];
    for (stated, given, expected) in cases {
        let read = read_track(&track(stated), given).map(|track| track.fixes[0].fix.accuracy_mm.unwrap());
        assert_eq!(read, expected, "{stated} {given:?}");
    }
    let without = b"time,lat,lon\n2026-03-02T08:00:00Z,1,2\n";
    let said = read_track(without, None).unwrap_err().to_string();
    assert_eq!(
        said,
        "line 2: the fix has no accuracy; --accuracy M gives one, in metres, for the whole track"
    );
}

#[test]
fn columns_are_found_by_name_and_fixes_sorted_by_time() {
    let text = "\u{feff}provider,lon,note,lat,speed_mps,time,simulated,satellites,accuracy_m\r\n\
        gps,121.4737,\"a, b\",31.2304,1.5,2026-03-02T08:00:01.250+08:00,true,7,4.2\r\n\
        wifi,-73.97245,,40.756298,-1,2026-03-01T23:59:59Z,,,30\r\n\
        fused,0,,0,,,,,30\r\n";
    let track = read_track(text.as_bytes(), None).unwrap();
    assert_eq!(track.without_time, 1);
    assert_eq!(
        track.fixes.iter().map(|fix| time(fix.at_ms)).collect::<Vec<_>>(),
        ["2026-03-01T23:59:59Z", "2026-03-02T00:00:01.250Z"]
    );
    assert_eq!(
        track.fixes[0].fix,
        Fix {
            lat_e9: 40_756_298_000,
            lon_e9: -73_972_450_000,
            accuracy_mm: Some(30_000),
            age_ms: 0,
            provider: Provider::Other,
            satellites: None,
            speed_mm_s: None,
            simulated: false,
            approximate: false,
            still: false,
        }
    );
    assert_eq!(
        track.fixes[1].fix,
        Fix {
            lat_e9: 31_230_400_000,
            lon_e9: 121_473_700_000,
            accuracy_mm: Some(4_200),
            age_ms: 0,
            provider: Provider::Gps,
            satellites: Some(7),
            speed_mm_s: Some(1_500),
            simulated: true,
            approximate: false,
            still: false,
        }
    );
}

#[test]
fn gpx_points_carry_satellites_speed_and_an_extension_s_accuracy() {
    let text = "<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:x=\"urn:x\"><trk><trkseg>
        <trkpt lat=\"1\" lon=\"2\"><time>2026-03-02T08:00:00</time><sat>9</sat>
        <extensions><x:speed>2.5</x:speed><x:accuracy>6</x:accuracy></extensions></trkpt>
        </trkseg></trk></gpx>";
    let track = read_track(text.as_bytes(), None).unwrap();
    assert_eq!(time(track.fixes[0].at_ms), "2026-03-02T08:00:00Z");
    let fix = &track.fixes[0].fix;
    assert_eq!(
        (fix.satellites, fix.speed_mm_s, fix.accuracy_mm),
        (Some(9), Some(2_500), Some(6_000))
    );
}

proptest! {
    #[test]
    fn a_damaged_track_is_read_or_refused(gpx in any::<bool>(), at in 0usize..2000, cut in 0usize..40, put in "[-+0-9eNa<>&;\",\\r\\n/é]{0,12}") {
        let mut bytes = data(if gpx { "gpx/gpx1.1_with_all_fields.gpx" } else { "tracks/munich-drive.csv" });
        bytes.truncate(6000);
        let at = if gpx { 3200 + at } else { at };
        bytes.splice(at.min(bytes.len())..(at + cut).min(bytes.len()), put.bytes());
        let read = read_track(&bytes, Some(10.0));
        prop_assert!(read.is_err() || read.is_ok_and(|track| track.fixes.iter().all(|fix| fix.fix.lat_e9.abs() <= 90_000_000_000)));
    }
}
