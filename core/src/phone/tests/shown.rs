//! What shells ask beyond the log: whether this phone is the rep's still, whether he agreed, the map, the diagnosis.

use super::*;
use crate::{
    phone::{replaced, store::photos},
    reference::Notice,
    rules::presence::LocationAnswered,
};

fn tell_replaced(phone: &Phone) {
    let told = |tx: &rusqlite::Transaction<'_>| replaced::note(tx, OPENING_MS);
    phone.with(|store| store.write(told)).unwrap();
}

#[test]
fn a_replaced_phone_records_no_more_and_shows_what_it_has() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    phone.sign_in(&reading(1, 0), "here".into()).unwrap();
    let draft = Report {
        content: "half a word".into(),
        ..Report::empty("v".into())
    };
    phone.save_draft(&draft).unwrap();
    assert!(matches!(phone.leave(), Err(PhoneError::BadInput(_))), "it is in use");
    tell_replaced(&phone);
    let before = kinds(&phone);
    let now = reading(2, 0);
    let refused: [(&str, Result<(), PhoneError>); 6] = [
        ("a fix", phone.on_fix(&now).map(drop)),
        ("a sign-in", phone.sign_in(&now, String::new()).map(drop)),
        ("a visit", phone.check_in(&now, "c-17".into(), String::new()).map(drop)),
        ("a cause", phone.cause(&now.at, Cause::BatteryLow)),
        ("a break", phone.break_start(&now.at)),
        ("an answer", phone.answer_location(&now.at, true)),
    ];
    for (what, result) in refused {
        assert!(matches!(result, Err(PhoneError::Replaced)), "{what}: {result:?}");
    }
    assert_eq!(kinds(&phone), before);
    let today = phone.today(&now.at).unwrap();
    assert_eq!((today.replaced_ms, today.next), (Some(OPENING_MS), Next::Rest));
    assert!(today.day.sign_in.at_ms.is_some());
    assert_eq!(phone.draft("v").unwrap(), Some(draft));
    assert!(phone.export_own().unwrap().contains("market.signed_in"));
}

#[test]
fn a_replaced_phone_is_left_once_all_of_it_arrived() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    tell_replaced(&phone);
    let photo = |tx: &rusqlite::Transaction<'_>| photos::put(tx, &Hash::of("p"), &"0".repeat(32), b"p", OPENING_MS);
    phone.with(|store| store.write(photo)).unwrap();
    let waiting = phone.leave().unwrap_err();
    assert!(
        matches!(waiting, PhoneError::StillWaiting { records: 0, photos: 1 }),
        "{waiting}"
    );
    let gone = |tx: &rusqlite::Transaction<'_>| Ok(tx.execute("DELETE FROM photos", []).map(drop)?);
    phone.with(|store| store.write(gone)).unwrap();
    phone.leave().unwrap();
    assert!(matches!(phone.today(&stamp(0)), Err(PhoneError::Wiped)));
    assert!(!folder.path().join("phone.db").exists());
}

#[test]
fn a_phone_that_the_server_tells_again_is_in_use_again() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    tell_replaced(&phone);
    phone.with(|store| store.write(|tx| replaced::note_in_use(tx))).unwrap();
    phone.cause(&stamp(0), Cause::BatteryLow).unwrap();
}

#[test]
fn no_place_is_kept_where_the_rep_did_not_agree() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let asked = |phone: &Phone| {
        let today = phone.today(&stamp(MINUTE_MS)).unwrap();
        (today.location, today.asks_location)
    };
    assert_eq!(asked(&phone), (LocationAnswer::NotAsked, true));
    phone.answer_location(&stamp(0), false).unwrap();
    assert_eq!(asked(&phone), (LocationAnswer::Refused, false));
    assert!(matches!(phone.on_fix(&reading(1, 0)), Err(PhoneError::LocationRefused)));
    let visit = phone.check_in(&reading(1, 0), "c-17".into(), "order".into()).unwrap();
    assert!(
        !kinds(&phone).contains(&"fix".into()),
        "the act is taken without its place"
    );
    phone.answer_location(&stamp(2 * MINUTE_MS), true).unwrap();
    assert!(phone.on_fix(&reading(3, 0)).unwrap().kept);
    phone.answer_location(&stamp(4 * MINUTE_MS), false).unwrap();
    phone.check_out(&reading(5, 0), &Report::empty(visit)).unwrap();
    let day = phone.day(&stamp(5 * MINUTE_MS), "2026-01-21").unwrap();
    let causes: Vec<Cause> = day.presence.causes.iter().map(|seen| seen.cause).collect();
    let withdrawn = [Cause::LocationRefused, Cause::LocationAgreed, Cause::LocationRefused];
    assert!(causes.ends_with(&withdrawn), "{causes:?}");
    assert_eq!(kinds(&phone).iter().filter(|kind| *kind == "fix").count(), 1);
    drop(phone);
    assert_eq!(
        asked(&phone_in(folder.path())),
        (LocationAnswer::Refused, false),
        "kept over a start"
    );
}

#[test]
fn a_refusal_holds_for_the_days_after_it() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let day_ms = 24 * 60 * MINUTE_MS;
    phone.answer_location(&stamp(0), false).unwrap();
    let excused_s = |day: &str| phone.day(&stamp(3 * day_ms), day).unwrap().counts.excused_s;
    let asked = |day: &str| phone.day(&stamp(3 * day_ms), day).unwrap().findings.len();
    let whole = excused_s("2026-01-22");
    assert!(whole > 8 * 3600, "{whole}");
    phone.answer_location(&stamp(day_ms + 60 * MINUTE_MS), true).unwrap();
    let days = ["2026-01-21", "2026-01-22", "2026-01-23"];
    assert_eq!(days.map(excused_s), [whole, 3600, 0]);
    assert_eq!(days.map(|day| asked(day) > 0), [false, true, true]);
}

#[test]
fn a_page_that_reads_otherwise_is_asked_about_again() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let page = |en: &str| Notice {
        zh: "位置".into(),
        en: en.into(),
    };
    let asks = |phone: &Phone| phone.today(&stamp(MINUTE_MS)).unwrap().asks_location;
    phone.answer_location(&stamp(0), true).unwrap();
    assert!(!asks(&phone), "the company has no page");
    put(&phone, "notice", &Document::Notice(page("first")));
    assert!(asks(&phone), "now it has one");
    assert!(
        phone.on_fix(&reading(1, 0)).unwrap().kept,
        "until he answers, his answer stands"
    );
    phone.answer_location(&stamp(2 * MINUTE_MS), true).unwrap();
    assert!(!asks(&phone));
    put(&phone, "notice", &Document::Notice(page("second")));
    assert!(asks(&phone));
    phone.answer_location(&stamp(3 * MINUTE_MS), false).unwrap();
    put(&phone, "notice", &Document::Notice(page("third")));
    assert!(!asks(&phone), "who refused is left in peace");
    assert_eq!(phone.notice().unwrap(), Some(page("third")));
    let answers = bodies(&phone)
        .into_iter()
        .filter_map(|body| body.read::<LocationAnswered>());
    let pages: Vec<_> = answers.map(|answer| answer.unwrap().page).collect();
    let versions = [None, Some(page("first").version()), Some(page("second").version())];
    assert_eq!(pages, versions, "each answer names the page it was given to");
}

#[test]
fn the_map_is_the_district_in_metres_with_all_that_is_on_it() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    let empty = phone.map(&stamp(0)).unwrap();
    assert_eq!(empty.here, None);
    phone.on_fix(&reading(1, 0)).unwrap();
    phone.check_in(&reading(2, 0), "c-17".into(), String::new()).unwrap();
    let map = phone.map(&stamp(2 * MINUTE_MS)).unwrap();
    // 0.04 degrees each way at 31.23 N: 3.81 km and 4.44 km (Vincenty, GeographicLib agrees).
    let near = |value: i64, expected_m: i64| (value - expected_m * 1000).abs() < 30_000;
    assert!(near(map.width_mm, 3_811) && near(map.height_mm, 4_435), "{map:?}");
    let [area] = &map.areas[..] else { panic!("{map:?}") };
    assert_eq!(
        (area.kind, area.rings.len(), area.rings[0].len()),
        (MapKind::District, 1, 5)
    );
    assert_eq!(area.rings[0].first(), area.rings[0].last());
    let corners = area.rings[0].iter().map(|point| (point.x_mm, point.y_mm));
    let (width, height) = (map.width_mm, map.height_mm);
    assert!(
        corners
            .clone()
            .all(|corner| [(0, 0), (width, 0), (0, height), (width, height)].contains(&corner))
    );
    let here = map.here.unwrap();
    assert!((here.at.x_mm * 2 - width).abs() < 2_000 && (here.at.y_mm * 2 - height).abs() < 2_000);
    assert_eq!(here.seen.accuracy_mm, Some(10_000));
    let [shop] = &map.customers[..] else {
        panic!("one customer")
    };
    assert!(
        shop.visited && shop.at.y_mm < here.at.y_mm,
        "north of the rep: {shop:?}"
    );
    assert!(near(here.at.y_mm - shop.at.y_mm, 111));
}

#[test]
fn the_diagnosis_has_the_newest_place_and_five_starts() {
    let folder = TempDir::new().unwrap();
    let phone = phone_in(folder.path());
    assert_eq!(phone.diagnosis().unwrap().last_fix_ms, None);
    phone.on_fix(&reading(3, 0)).unwrap();
    for n in 0..7 {
        let start = Start {
            due_ms: (n > 0).then_some(OPENING_MS),
            by: StartedBy::Alarm,
            exit: Some(Exit {
                at_ms: OPENING_MS,
                why: ExitReason::Memory,
                words: Some("low memory ".repeat(40)),
            }),
        };
        phone.note_start(&stamp(n * MINUTE_MS), start).unwrap();
    }
    let before = kinds(&phone);
    drop(phone);
    let phone = phone_in(folder.path());
    let diagnosis = phone.diagnosis().unwrap();
    assert_eq!(diagnosis.last_fix_ms, Some(OPENING_MS + 3 * MINUTE_MS));
    let at: Vec<i64> = diagnosis
        .starts
        .iter()
        .map(|seen| (seen.at_ms - OPENING_MS) / MINUTE_MS)
        .collect();
    assert_eq!(at, [6, 5, 4, 3, 2]);
    let exit = diagnosis.starts[0].start.exit.as_ref().unwrap();
    assert_eq!((exit.at_ms, exit.why), (OPENING_MS, ExitReason::Memory));
    assert_eq!(exit.words.as_ref().unwrap().chars().count(), 200, "bounded");
    assert_eq!(kinds(&phone), before, "none of it is a record");
}

#[test]
fn a_way_is_a_link_for_each_app_for_maps() {
    let customer = Customer {
        id: "c-17".into(),
        name: "转角 & Co".into(),
        lat_e9: 31_231_000_000,
        lon_e9: -121_470_000_600,
        place_confirmed: false,
        landline: None,
    };
    let name = "%E8%BD%AC%E8%A7%92%20%26%20Co";
    let (place, at) = ("31.231000,-121.470001", "dlat=31.231000&dlon=-121.470001");
    let baidu = |caller: &str| {
        format!(
            "baidumap://map/direction?destination=name:{name}%7Clatlng:{place}&coord_type=wgs84&mode=driving&src={caller}"
        )
    };
    let amap = format!("sourceApplication=Onbeat&{at}&dname={name}&dev=1&t=0");
    assert_eq!(
        ways_to(&customer, RunsOn::Android),
        [
            format!("amapuri://route/plan/?{amap}"),
            baidu("andr.onbeat.app"),
            format!("geo:{place}?q={place}({name})")
        ]
    );
    assert_eq!(
        ways_to(&customer, RunsOn::Ios),
        [
            format!("iosamap://path?{amap}"),
            baidu("ios.onbeat.app"),
            format!("https://maps.apple.com/?daddr={place}&q={name}")
        ]
    );
}
