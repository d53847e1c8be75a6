//! What clocks can't do (docs/adr/0009): every attack, and every honest phone that looks like one.

#![allow(clippy::unwrap_used)]

use onbeat_core::{
    record::{Anchor, EpochReason, Hash, Payload, Record},
    rules::{
        Fact, FindingKind, Noted,
        clock::Anchored,
        log::RecordBackDated,
        presence::{BreakStarted, PrivateEnded, PrivateStarted},
        visit::{CheckedIn, Outcome, Report},
    },
};
use serde_json::json;

use super::tests::{desk_records, main_line, needle, open_epoch, stored};
use crate::{
    store::Change,
    testing::{HOUR, MINUTE, Phone, REP, World, at, fix},
};

const DAY: i64 = 24 * HOUR;
/// Far enough from any limit.
const LATE: i64 = 5 * HOUR;
/// Latitudes of fixes, found nowhere else.
const NEEDLE: i64 = 5_000_001;

/// How many records of a phone are filed under a day.
async fn filed(world: &World, phone: &Phone, day: &str) -> usize {
    let rows = world.app.store.records_of(&format!("day/{REP}/{day}")).await.unwrap();
    rows.iter().filter(|row| row.line.stream == phone.stream).count()
}

async fn notes(world: &World) -> usize {
    desk_records(world, "record.back_dated").await.len()
}

async fn anchors(world: &World, phone: &Phone) -> usize {
    let key = format!("boot/{}/{}", phone.stream, phone.boot);
    world.app.store.records_of(&key).await.unwrap().len()
}

/// An anchor that was asked for at `sent_ms`, as the phone says.
fn claim(phone: &Phone, anchor: Anchor, sent_ms: i64) -> Anchored {
    Anchored {
        anchor,
        sent_elapsed_ms: phone.elapsed(sent_ms),
        received_elapsed_ms: phone.elapsed(sent_ms) + 40,
    }
}

/// Three hours of fixes of a boot without an anchor, each hour pushed as it goes.
async fn morning(world: &World) -> (Phone, Anchor) {
    let mut phone = world.enrol(REP).await;
    phone.fix(at(9, 0), NEEDLE);
    let anchor = phone.ask_time(world, at(9, 0) + 1_000).await;
    world.pushed(&phone, 0).await;
    for hour in 1..=3 {
        phone.fix(at(9 + hour, 0), NEEDLE + hour);
        world.set_time(at(9 + hour, 0) + 1_000);
        world.pushed(&phone, hour as usize).await;
    }
    (phone, anchor)
}

/// Every fix of the morning is there, on its day, and nobody is accused.
async fn unharmed(world: &World, phone: &Phone, what: &str) {
    let rows = stored(world, &main_line(phone)).await;
    for (hour, row) in rows.iter().take(4).enumerate() {
        assert!(row.body.is_some(), "{what}: the fix of {}:00 is gone", 9 + hour);
        assert!(world.disk_holds(&needle(NEEDLE + hour as i64)), "{what}");
    }
    assert!(filed(world, phone, "2026-11-23").await >= 4, "{what}");
    assert_eq!(anchors(world, phone).await, 0, "{what}: the anchor counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_anchor_moves_what_is_receipted_where_it_cannot_have_been() {
    // What the phone says: when it asked (by its time since boot), and when it wrote that down.
    let cases = [
        ("kept back since nine", true, at(12, 5), at(12, 5)),
        (
            "kept back, and the time since boot set forward",
            true,
            at(12, 5) + LATE,
            at(12, 5) + LATE,
        ),
        (
            "fresh, and the time since boot set forward",
            false,
            at(12, 5) + LATE,
            at(12, 5) + LATE,
        ),
        (
            "fresh, and the time since boot set forward a little",
            false,
            at(13, 35),
            at(13, 35),
        ),
        ("fresh, and asked for hours ago", false, at(9, 30), at(12, 5)),
        (
            "fresh, and the time since boot set back",
            false,
            at(12, 0) + 1,
            at(12, 0) + 1,
        ),
    ];
    for (what, kept_back, sent_ms, written_ms) in cases {
        let world = World::new().await;
        let (mut phone, early) = morning(&world).await;
        let fresh_ms = if sent_ms < at(12, 5) { at(17, 0) } else { at(12, 5) };
        let anchor = match kept_back {
            true => early,
            false => phone.ask_time(&world, fresh_ms).await,
        };
        let claim = claim(&phone, anchor, sent_ms);
        phone.write(written_ms + 40, &claim);
        world.set_time(fresh_ms + 1_000);
        assert_eq!(world.pushed(&phone, 4).await["erased"], json!([]), "{what}");
        unharmed(&world, &phone, what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_anchor_puts_a_boot_before_what_was_signed_before_it() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(9, 0), 0).await;
    phone.reboot(at(9, 30));
    // Its wall clock is ten minutes back, so the receipts alone say nothing.
    phone.write_with(at(10, 0), -10 * MINUTE, &fix(NEEDLE));
    world.set_time(at(10, 0));
    world.pushed(&phone, 0).await;
    let anchor = phone.ask_time(&world, at(12, 5)).await;
    let claim = claim(&phone, anchor, at(12, 5) + LATE);
    phone.write(at(12, 5) + LATE + 40, &claim);
    assert_eq!(world.pushed(&phone, 2).await["erased"], json!([]));
    assert!(world.disk_holds(&needle(NEEDLE)));
    assert_eq!(anchors(&world, &phone).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_over_what_the_server_never_had_does_not_count() {
    let world = World::new().await;
    let (mut phone, _) = morning(&world).await;
    let mut invented = phone.clone();
    invented.tip.hash = Hash::of("nothing");
    let anchor = invented.ask_time(&world, at(12, 5)).await;
    let claim = claim(&phone, anchor, at(12, 5));
    phone.write(at(12, 5) + 40, &claim);
    world.pushed(&phone, 4).await;
    unharmed(&world, &phone, "an invented head").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_kept_back_into_the_next_epoch_does_not_count() {
    let world = World::new().await;
    let (mut phone, early) = morning(&world).await;
    let first = phone.clone();
    let heads = [Hash::of("refused"), phone.tip.hash];
    open_epoch(&world, &mut phone, EpochReason::Quarantined, &heads).await;
    phone.records.clear();
    let anchored = claim(&phone, early, at(12, 5));
    carried(&mut phone, at(12, 5) + 40, &anchored, 5);
    world.set_time(at(12, 6));
    assert_eq!(world.pushed(&phone, 0).await["erased"], json!([]));
    unharmed(&world, &first, "carried over").await;
}

/// Writes a record as one that was carried over from epoch 1.
fn carried<P: Payload>(phone: &mut Phone, at_ms: i64, payload: &P, seq: u64) {
    let tip = phone.tip.clone();
    let mut body = phone.write(at_ms, payload).body().unwrap().unwrap();
    body.fields
        .insert("carried_from".into(), json!({"epoch": 1, "seq": seq}));
    let record = Record::write(&tip, &body).unwrap();
    phone.tip = tip;
    phone.tip.advance(&record).unwrap();
    *phone.records.last_mut().unwrap() = record;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_anchors_that_contradict_each_other_the_first_counts() {
    for (what, off_ms) in [("later", LATE), ("earlier", -LATE)] {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        phone.anchor(&world, at(9, 0), 0).await;
        let anchor = phone.ask_time(&world, at(10, 0)).await;
        let forged = claim(&phone, anchor, at(10, 0) + off_ms);
        phone.write(at(10, 0) + off_ms.max(0) + 40, &forged);
        world.set_time(at(10, 1));
        world.pushed(&phone, 0).await;
        assert_eq!(anchors(&world, &phone).await, 1, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_back_dated_is_kept_named_and_left_out() {
    // By its time since boot.
    let cases = [
        ("before what stands before it", at(9, 0)),
        ("behind its receipt", at(13, 0)),
        ("long before its boot", at(0, 0) - 90 * DAY),
    ];
    for (what, stated_ms) in cases {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        phone.anchor(&world, at(8, 0), 0).await;
        phone.fix(at(10, 0), 0);
        world.set_time(at(10, 1));
        world.pushed(&phone, 0).await;
        let before = filed(&world, &phone, "2026-11-23").await;
        for n in 0..2 {
            phone.fix(stated_ms, NEEDLE);
            world.set_time(at(10, 2 + n));
            world.pushed(&phone, 2 + n as usize).await;
        }
        let rows = stored(&world, &main_line(&phone)).await;
        assert_eq!(rows.len(), 4, "{what}: it is evidence");
        assert_eq!(filed(&world, &phone, "2026-11-23").await, before, "{what}");
        assert_eq!(notes(&world).await, 1, "{what}: once a day");
        crate::fold::drain(&world.app).await.unwrap();
        let monday = "2026-11-23".parse().unwrap();
        let view = crate::fold::day_now(&world.app, REP, monday).await.unwrap();
        let broken: Vec<_> = view
            .findings
            .iter()
            .filter(|f| f.kind == FindingKind::LogBroken)
            .collect();
        assert_eq!(broken.len(), 1, "{what}");
        assert_eq!(broken[0].facts["seq"], Fact::Number(3), "{what}");
        // A retry accuses nobody anew, and the phone goes on.
        world.pushed(&phone, 2).await;
        phone.fix(at(10, 5), 0);
        world.set_time(at(10, 5));
        world.pushed(&phone, 4).await;
        let more = usize::from(what != "behind its receipt");
        assert_eq!(filed(&world, &phone, "2026-11-23").await, before + more, "{what}");
        assert_eq!(notes(&world).await, 1, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_epoch_is_no_way_back() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    world.pushed(&phone, 0).await;
    world.set_time(at(12, 0));
    let heads = [phone.tip.hash];
    open_epoch(&world, &mut phone, EpochReason::Fork, &heads).await;
    phone.records.clear();
    phone.fix(at(9, 0), NEEDLE);
    world.pushed(&phone, 0).await;
    assert_eq!(notes(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_without_an_anchor_reaches_no_day_before_it() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(9, 0), 0).await;
    phone.reboot(at(10, 0));
    for (minute, days) in [(1, -3), (2, -400), (3, 30), (4, 4_000)] {
        phone.write_with(at(10, minute), days * DAY, &fix(NEEDLE + minute));
        phone.write_with(at(10, minute), days * DAY, &BreakStarted {});
    }
    world.set_time(at(10, 5));
    assert_eq!(world.pushed(&phone, 0).await["erased"], json!([]));
    assert_eq!(
        filed(&world, &phone, "2026-11-23").await,
        9,
        "all on the one day that it can have been"
    );
    assert_eq!(notes(&world).await, 0, "a wall clock accuses nobody");
    crate::fold::drain(&world.app).await.unwrap();
    // The first anchor of the boot puts each where it was.
    phone.anchor(&world, at(10, 6), 30 * DAY).await;
    world.pushed(&phone, 9).await;
    assert_eq!((anchors(&world, &phone).await, notes(&world).await), (1, 0));
}

/// What an honest phone does, up to its last push.
#[tokio::test(flavor = "multi_thread")]
async fn honest_phones_are_accused_of_nothing() {
    // Wall clocks that are wrong in an anchored boot, or set while it runs.
    for off_ms in [-40 * MINUTE, 3 * HOUR, -20 * 365 * DAY] {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        phone.anchor(&world, at(8, 0), off_ms).await;
        for minute in 1..30 {
            phone.write_with(at(8, minute), if minute < 15 { off_ms } else { 0 }, &fix(minute));
        }
        world.set_time(at(8, 30));
        assert_eq!(world.pushed(&phone, 0).await["erased"], json!([]));
        assert_eq!(
            (filed(&world, &phone, "2026-11-23").await, notes(&world).await),
            (30, 0)
        );
    }
    thirty_days_offline().await;
    a_restored_phone().await;
    a_tail_that_is_carried_over().await;
    a_log_of_before_this_rule().await;
}

async fn thirty_days_offline() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    world.pushed(&phone, 0).await;
    // A boot that never sees the network, then one that does after a month, its quartz 80 ppm fast.
    phone.reboot(at(8, 30));
    for day in 0..20 {
        phone.fix(at(9, 0) + day * DAY, 0);
    }
    phone.reboot(at(9, 0) + 20 * DAY);
    for day in 21..30 {
        phone.fix(at(9, 0) + day * DAY + day * 7_000, 0);
    }
    let back = at(9, 0) + 30 * DAY;
    phone.anchor(&world, back, 0).await;
    world.set_time(back + MINUTE);
    world.pushed(&phone, 1).await;
    assert_eq!(notes(&world).await, 0);
    for day in ["2026-11-23", "2026-11-24", "2026-12-11", "2026-12-14", "2026-12-22"] {
        assert!(filed(&world, &phone, day).await > 0, "{day}");
    }
}

async fn a_restored_phone() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    phone.fix(at(8, 10), 0);
    world.set_time(at(8, 10));
    world.pushed(&phone, 0).await;
    let mut restored = phone.clone();
    phone.fix(at(8, 20), 0);
    world.set_time(at(8, 20));
    world.pushed(&phone, 2).await;
    restored.reboot(at(8, 40));
    restored.anchor(&world, at(8, 41), 0).await;
    restored.fix(at(8, 42), NEEDLE);
    restored.anchor(&world, at(8, 43), 0).await;
    world.set_time(at(8, 44));
    let branch = restored.records[2..].to_vec();
    let name = branch[0].hash.branch();
    let (status, answer) = world
        .push_text(&restored, &name, restored.batch_of(&branch).as_bytes())
        .await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((anchors(&world, &restored).await, notes(&world).await), (2, 0));
    // The branch goes on: its anchors are over the main line before it, and over itself.
    restored.anchor(&world, at(8, 50), 0).await;
    let more = restored.records[5..].to_vec();
    let (status, answer) = world
        .push_text(&restored, &name, restored.batch_of(&more).as_bytes())
        .await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((anchors(&world, &restored).await, notes(&world).await), (3, 0));
    assert_eq!(filed(&world, &phone, "2026-11-23").await, 7);
}

async fn a_tail_that_is_carried_over() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    world.pushed(&phone, 0).await;
    // What follows is refused at ten, and written anew; what an older branch still held comes later.
    world.set_time(at(10, 0));
    let heads = [Hash::of("refused"), phone.tip.hash];
    open_epoch(&world, &mut phone, EpochReason::Quarantined, &heads).await;
    phone.records.clear();
    for minute in 1..5 {
        carried(&mut phone, at(9, minute), &fix(0), 1 + minute as u64);
    }
    phone.fix(at(10, 1), 0);
    carried(&mut phone, at(9, 30), &fix(NEEDLE), 9);
    phone.anchor(&world, at(10, 2), 0).await;
    world.pushed(&phone, 0).await;
    assert_eq!((filed(&world, &phone, "2026-11-23").await, notes(&world).await), (8, 0));
    assert_eq!(anchors(&world, &phone).await, 2);
}

async fn a_log_of_before_this_rule() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    phone.fix(at(8, 1), 0);
    world.set_time(at(8, 2));
    world.pushed(&phone, 0).await;
    let cells = [
        ("line_times", format!("{}/1/", phone.stream)),
        ("boot_since", format!("{}/{}", phone.stream, phone.boot)),
    ];
    let change = Change {
        drop_cells: cells.map(|(kind, key)| (kind.into(), key)).into(),
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    phone.fix(at(8, 3), 0);
    phone.anchor(&world, at(8, 4), 0).await;
    world.pushed(&phone, 2).await;
    assert_eq!((filed(&world, &phone, "2026-11-23").await, notes(&world).await), (4, 0));
    assert_eq!(anchors(&world, &phone).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn private_time_follows_a_first_anchor_into_its_month() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    let first = at(10, 0) + 8 * DAY;
    phone.write_with(first, -DAY, &PrivateStarted {});
    phone.write_with(first + HOUR, -DAY, &PrivateEnded {});
    world.set_time(first + HOUR);
    world.pushed(&phone, 0).await;
    let of_month = async |month: &str| {
        let key = format!("private/{REP}/{month}");
        world.app.store.records_of(&key).await.unwrap().len()
    };
    assert_eq!((of_month("2026-11").await, of_month("2026-12").await), (2, 0));
    phone.anchor(&world, first + HOUR + MINUTE, -DAY).await;
    world.pushed(&phone, 2).await;
    assert_eq!(of_month("2026-12").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cant_be_read_is_kept_only_where_it_holds_no_place_outside() {
    // The record before it, when it came, and whether its body is kept.
    let cases = [
        (at(9, 0), at(9, 1), true),
        (at(9, 0), at(16, 29), true),
        (at(9, 0), at(16, 31), false),
        (at(7, 30), at(9, 0), false),
        (at(9, 0), at(9, 0) + DAY, false),
        (at(19, 0), at(19, 1), false),
    ];
    for (before_ms, came_ms, kept) in cases {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        phone.anchor(&world, at(7, 10), 0).await;
        phone.write(before_ms, &BreakStarted {});
        let body = format!("{{\"where\":[[{}]]}}", needle(NEEDLE));
        let head = json!({
            "v": 1, "stream": phone.stream, "epoch": 1, "seq": 3, "prev": phone.tip.hash, "body": Hash::of(&body),
        });
        phone
            .records
            .push(Record::from_lines(head.to_string(), Some(body)).unwrap());
        world.set_time(came_ms);
        let answer = world.pushed(&phone, 0).await;
        let erased = if kept {
            json!([])
        } else {
            json!([{"epoch": 1, "seq": 3}])
        };
        assert_eq!(answer["erased"], erased, "{before_ms} {came_ms}");
        assert_eq!(world.disk_holds(&needle(NEEDLE)), kept, "{before_ms} {came_ms}");
        assert_eq!(
            world.pushed(&phone, 0).await["erased"],
            erased,
            "a retry hears it again"
        );
    }
}

fn check_in(visit: &str) -> CheckedIn {
    CheckedIn {
        visit: visit.into(),
        customer: "c1".into(),
        fix_epoch: None,
        fix_seq: None,
        purpose: "order".into(),
    }
}

fn report(visit: &str) -> Report {
    Report {
        visit: visit.into(),
        purpose: "order".into(),
        content: "库存".into(),
        feedback: String::new(),
        next_step: String::new(),
        outcome: Outcome::Met,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_whole_on_its_day_after_a_first_anchor() {
    // How far the wall clock is off; when the rep was there and reported by true time, the visit's day, and whether
    // the report comes with the anchor.
    let cases = [
        ("a day behind", -DAY, at(10, 0), at(11, 0), "2026-11-23", false),
        (
            "over midnight, ahead",
            3 * HOUR,
            at(22, 0),
            at(10, 0) + DAY,
            "2026-11-23",
            false,
        ),
        (
            "with the anchor",
            3 * HOUR,
            at(22, 0),
            at(10, 0) + DAY,
            "2026-11-23",
            true,
        ),
        (
            "over midnight, behind",
            -3 * HOUR,
            at(1, 0) + DAY,
            at(10, 0) + DAY,
            "2026-11-24",
            false,
        ),
    ];
    for (what, off_ms, there_ms, said_ms, day, with_anchor) in cases {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        let visit = "0".repeat(32);
        phone.write_with(there_ms, off_ms, &check_in(&visit));
        let came_ms = said_ms + 6 * HOUR;
        world.set_time(came_ms);
        if with_anchor {
            world.pushed(&phone, 0).await;
        }
        phone.write_with(said_ms, off_ms, &report(&visit));
        if !with_anchor {
            world.pushed(&phone, 0).await;
        }
        let sent = phone.records.len() - usize::from(with_anchor);
        phone.anchor(&world, came_ms + MINUTE, off_ms).await;
        world.pushed(&phone, sent).await;
        let rows = world.app.store.records_of(&format!("day/{REP}/{day}")).await.unwrap();
        for (index, of_visit) in ["check-in", "report"].into_iter().enumerate() {
            let hash = phone.records[index].hash;
            assert!(
                rows.iter().any(|row| row.hash == hash),
                "{what}: the {of_visit} is elsewhere"
            );
        }
        assert_eq!((anchors(&world, &phone).await, notes(&world).await), (1, 0), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_anchor_has_its_days_folded_anew() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.write_with(at(10, 0), -HOUR, &fix(NEEDLE));
    world.set_time(at(10, 1));
    world.pushed(&phone, 0).await;
    crate::fold::drain(&world.app).await.unwrap();
    phone.anchor(&world, at(9, 0) + DAY, -HOUR).await;
    world.pushed(&phone, 1).await;
    let marks = world.app.store.marks(10).await.unwrap();
    let marked = |day: &str| marks.iter().any(|(key, _)| *key == format!("day/{REP}/{day}"));
    assert!(marked("2026-11-23"), "the fix was an hour later than it seemed");
    assert!(marked("2026-11-24"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rep_is_told_what_was_back_dated() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    phone.fix(at(10, 0), 0);
    phone.fix(at(9, 0), NEEDLE);
    world.set_time(at(10, 1));
    world.pushed(&phone, 0).await;
    crate::fold::drain(&world.app).await.unwrap();
    let (_, feed) = world.get("/api/v1/feed", &phone.token).await;
    let items = feed["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["kind"] == Noted::KIND).unwrap();
    let noted: Noted = serde_json::from_value(item["document"].clone()).unwrap();
    let kinds: Vec<String> = noted.entries().map(|entry| entry.body.kind).collect();
    assert_eq!(kinds, [RecordBackDated::TYPE]);
    assert_eq!(noted.findings[0].kind, FindingKind::LogBroken);
    assert_eq!(noted.findings[0].facts["fault"], Fact::Text("back_dated".into()));
}
