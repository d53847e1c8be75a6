#![allow(clippy::unwrap_used)]

use axum::http::Method;
use chrono::NaiveDate;
use onbeat_core::{
    place::{Point, Shape},
    record::Hash,
    reference::{Decision, Document, FindingState},
    rules::{DayView, Effect, Finding, FindingKind, JudgedBy, Noted, sign_in::SignedIn},
};
use serde_json::{Value, json};

use super::{Days, RejudgedPage, rejudge};
use crate::{
    auth::{Actor, Role},
    desk::{
        Desk, DeskError,
        decide::{Ruling, decide},
        documents,
        erase::{Erasure, erase},
        import::{File, import},
    },
    fold,
    store::{Change, ViewRow},
    testing::{CENTRE, HOUR, MINUTE, Phone, REP, World, at},
};

const DAY: i64 = 24 * HOUR;
/// 11 km north of the district's middle.
const NORTH: i64 = 100_000_000;
/// Well inside the district, in its south.
const SOUTH: i64 = -15_000_000;
const FAR_WEST: i64 = -400_000_000;
/// Covers the district's middle and the north, not its south.
const UP: (i64, i64) = (70_000_000, 75_000_000);
/// Covers everything.
const WIDE: (i64, i64) = (0, 150_000_000);

fn day(n: i64) -> NaiveDate {
    let monday: NaiveDate = "2026-11-23".parse().unwrap();
    monday + chrono::Duration::days(n)
}

fn ada() -> Actor {
    Actor {
        user: "ada".into(),
        role: Role::Admin,
        teams: Vec::new(),
    }
}

/// Where the rep is in an hour of the day, else in the middle.
type Hours<'a> = &'a [(i64, i64)];

/// Writes a day (counted from Monday) of a fix a minute, with a sign-in.
fn write_day(phone: &mut Phone, n: i64, hours: Hours<'_>) {
    for minute in 1..509 {
        let (hour, at_ms) = (8 + minute / 60, at(8, minute) + n * DAY);
        // He walks on, so that it is no long stay.
        let place = hours.iter().find(|(of, _)| *of == hour);
        let place = place.map_or(0, |(_, place)| place + minute % 60 * 150_000);
        phone.fix(at_ms, place);
        if minute == 5 {
            let fix_seq = phone.records.last().map(|record| record.head.seq);
            let note = String::new();
            phone.write(
                at_ms + 1,
                &SignedIn {
                    fix_seq,
                    fix_epoch: Some(1),
                    note,
                },
            );
        }
    }
}

/// A company whose rep worked so many days; it is the morning after.
struct Past {
    world: World,
    desk: Desk,
    phone: Phone,
    days: i64,
}

impl Past {
    async fn new(days: &[Hours<'_>]) -> Self {
        let world = World::new().await;
        let mut phone = world.enrol(REP).await;
        phone.anchor(&world, at(7, 30), 0).await;
        for (n, hours) in (0..).zip(days) {
            write_day(&mut phone, n, hours);
        }
        let past = Self {
            desk: Desk::new(world.app.clone()),
            days: days.len() as i64,
            world,
            phone,
        };
        past.world.set_time(at(7, 0) + past.days * DAY);
        past.push(0).await;
        past
    }

    async fn push(&self, from: usize) {
        for records in self.phone.records[from..].chunks(400) {
            let text = self.phone.batch_of(records);
            let (status, answer) = self.world.push_text(&self.phone, "", text.as_bytes()).await;
            assert_eq!(status.as_u16(), 200, "{answer}");
        }
        fold::drain(&self.world.app).await.unwrap();
    }

    /// The district becomes a square so far north and so large, since Monday.
    async fn correct(&self, (north, half): (i64, i64)) {
        let corner = |dy: i64, dx: i64| Point::from_e9(CENTRE.0 + north + dy * half, CENTRE.1 + dx * half);
        let ring = vec![corner(-1, -1), corner(-1, 1), corner(1, 1), corner(1, -1)];
        let bytes = Shape::new(vec![vec![ring]]).unwrap().to_bytes();
        let shape = Hash::of(&bytes);
        let blobs = vec![(shape, bytes)];
        let change = Change {
            blobs,
            ..Change::default()
        };
        self.world.app.commit(change).await.unwrap();
        self.put("district", "d1", json!({"name": "d1", "shape": shape})).await;
    }

    async fn put(&self, kind: &str, key: &str, document: Value) {
        let turned = documents::put(&self.desk, &ada(), (kind, key), document, Some("2026-11-23")).await;
        assert_eq!(turned.unwrap().changed, 1, "{kind} {key}");
        fold::drain(&self.world.app).await.unwrap();
    }

    async fn page(&self, dry_run: bool) -> RejudgedPage {
        let days = Days {
            from: day(0),
            to: day(self.days - 1),
            rep: None,
        };
        let mut page = rejudge(&self.desk, &ada(), &days, dry_run, None).await.unwrap();
        assert_eq!(page.next.take(), None);
        page
    }

    async fn rejudge(&self) -> RejudgedPage {
        let would = self.state().await;
        let dry = self.page(true).await;
        assert_eq!(self.state().await, would, "a dry run writes nothing");
        let page = self.page(false).await;
        assert_eq!(page, dry, "and says what will be");
        page
    }

    /// A second run writes nothing, and says no more than what stays proposed.
    async fn is_done(&self) {
        let before = self.state().await;
        let page = self.page(false).await;
        assert_eq!((self.state().await, page.counted), (before, 0));
        let burdened = page.days.iter().all(|day| day.comparison.effect == Effect::Burdened);
        assert!(burdened, "{page:?}");
    }

    /// All that stands: the desk's newest record, and the views.
    async fn state(&self) -> (u64, Vec<ViewRow>) {
        (self.world.app.desk.head().await.unwrap().seq, views(&self.world).await)
    }

    async fn view(&self, n: i64) -> DayView {
        fold::day_now(&self.world.app, REP, day(n)).await.unwrap()
    }

    async fn out(&self, n: i64) -> Vec<Finding> {
        out(&self.view(n).await)
    }
}

async fn views(world: &World) -> Vec<ViewRow> {
    world.views(&["day", "finding"]).await
}

fn out(view: &DayView) -> Vec<Finding> {
    let mut found = view.findings.clone();
    found.retain(|finding| finding.kind == FindingKind::LeftArea);
    found
}

/// The views that a restart makes from the log alone.
async fn rebuilt(world: &World) -> Vec<ViewRow> {
    let again = world.copy().await;
    let stored = views(&again).await;
    let change = Change {
        mark: stored
            .iter()
            .filter(|view| view.kind == "day")
            .map(|view| format!("day/{}", view.key))
            .collect(),
        drop_views: stored.into_iter().map(|view| (view.kind, view.key)).collect(),
        ..Change::default()
    };
    again.app.commit(change).await.unwrap();
    fold::drain(&again.app).await.unwrap();
    views(&again).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_changes_no_day_until_it_is_rejudged_and_then_eases_it() {
    let past = Past::new(&[&[(12, NORTH)], &[]]).await;
    let before = past.view(0).await;
    assert_eq!(out(&before).len(), 1);
    past.correct(WIDE).await;
    assert_eq!(past.view(0).await, before, "recorded alone it changes nothing");
    let page = past.rejudge().await;
    let [changed] = &page.days[..] else { panic!("{page:?}") };
    assert_eq!(
        (changed.rep.as_str(), changed.day, changed.comparison.effect),
        (REP, day(0), Effect::Eased)
    );
    assert_eq!(
        (changed.comparison.eased[0].left_s, changed.comparison.after.outside_s),
        (0, 0)
    );
    // The day that stays as it was is judged by it too, should more of it come.
    assert_eq!((page.looked_at, page.counted), (4, 4), "two days of two reps");
    let view = past.view(0).await;
    assert_eq!((out(&view).len(), view.counts.outside_s), (0, 0));
    let stored = past
        .world
        .app
        .store
        .view("day", "wang/2026-11-23")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        serde_json::from_str::<DayView>(&stored.body).unwrap(),
        view,
        "the desk sees it"
    );
    let told = past.world.app.store.cells("noted", REP, i64::MIN).await.unwrap();
    assert!(
        told.iter().any(|cell| cell.body.contains("days.rejudged")),
        "so does the rep"
    );
    let (_, stands_on) = fold::day_with_documents(&past.world.app, REP, day(0)).await.unwrap();
    assert_eq!(
        stands_on,
        past.world.app.documents().basis_of(REP, day(0), Some(u64::MAX))
    );
    past.is_done().await;
    assert_eq!(rebuilt(&past.world).await, views(&past.world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_burden_is_only_proposed() {
    let past = Past::new(&[&[], &[(12, NORTH)], &[(12, SOUTH)], &[(10, NORTH), (12, SOUTH)]]).await;
    past.correct(UP).await;
    let before = views(&past.world).await;
    let page = past.rejudge().await;
    let effects: Vec<_> = page
        .days
        .iter()
        .map(|changed| (changed.day, changed.comparison.effect))
        .collect();
    assert_eq!(
        effects,
        [
            (day(1), Effect::Eased),
            (day(2), Effect::Burdened),
            (day(3), Effect::Burdened)
        ]
    );
    let [added] = &page.days[1].comparison.added[..] else {
        panic!("{page:?}")
    };
    assert_eq!(added.kind, FindingKind::LeftArea);
    assert!(
        added.from_ms >= at(11, 55) + 2 * DAY && added.to_ms <= at(13, 5) + 2 * DAY,
        "{added:?}"
    );
    let is_eased = |row: &&ViewRow| row.body.contains("2026-11-24");
    let mut kept: Vec<ViewRow> = before;
    kept.retain(|row| !is_eased(&row));
    let mut now = views(&past.world).await;
    now.retain(|row| !is_eased(&row));
    assert_eq!(now, kept, "byte by byte as before");
    assert_eq!(
        (
            past.out(1).await.len(),
            past.out(2).await.len(),
            past.out(3).await.len()
        ),
        (0, 0, 1)
    );
    past.is_done().await;
    assert_eq!(rebuilt(&past.world).await, views(&past.world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_decided_stays() {
    let past = Past::new(&[&[(10, FAR_WEST), (12, NORTH), (14, FAR_WEST)]]).await;
    let [first, _, last] = &past.out(0).await[..] else {
        panic!()
    };
    for (finding, ruling) in [(first, Ruling::Withdrawn), (last, Ruling::Excused)] {
        decide(&past.desk, &ada(), &finding.id.to_string(), ruling, "talked")
            .await
            .unwrap();
    }
    past.correct(WIDE).await;
    assert_eq!(past.rejudge().await.days[0].comparison.effect, Effect::Eased);
    let states: Vec<FindingState> = past.out(0).await.iter().map(|finding| finding.state).collect();
    assert_eq!(states, [FindingState::Withdrawn, FindingState::Excused]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_that_grew_is_decided_anew_and_once() {
    let past = Past::new(&[&[(10, FAR_WEST)]]).await;
    let finding = past.out(0).await.remove(0);
    let id = finding.id.to_string();
    let of_its_beginning = Decision {
        finding: finding.id,
        rep: REP.into(),
        finding_kind: finding.kind.code(),
        from_ms: finding.from_ms,
        to_ms: finding.from_ms + MINUTE,
        state: FindingState::Excused,
        reason: "talked".into(),
        by: "ada".into(),
        at_ms: past.desk.now_ms(),
        on_appeal: false,
    };
    past.world.put(&id, Document::Decision(of_its_beginning)).await;
    fold::settle(&past.world.app).await.unwrap();
    let open = views(&past.world).await;
    let (desk, ada) = (&past.desk, ada());
    let again = || decide(desk, &ada, &id, Ruling::Excused, "talked");
    again().await.unwrap();
    // As where the day could not be folded since.
    let unfolded = Change {
        views: open,
        ..Change::default()
    };
    past.world.app.commit(unfolded).await.unwrap();
    assert_eq!(again().await.unwrap_err().code, "decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn late_data_never_make_a_correction_accuse() {
    let mut past = Past::new(&[&[(10, NORTH)], &[]]).await;
    let sent = past.phone.records.len();
    past.correct(UP).await;
    past.rejudge().await;
    assert_eq!(past.out(0).await.len(), 0);
    // Another phone comes late with an hour in the south, where the corrected district is not.
    past.phone.reboot(at(11, 0));
    for minute in 0..60 {
        past.phone.fix(at(12, minute) + 30_000, SOUTH - minute * 20_000);
    }
    past.push(sent).await;
    let south = |finding: &&Finding| finding.from_ms >= at(11, 30);
    assert_eq!(past.out(0).await.iter().find(south), None);
    assert_eq!(rebuilt(&past.world).await, views(&past.world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_comes_after_the_rejudging_is_eased_all_the_same() {
    let mut past = Past::new(&[&[]]).await;
    past.world.set_time(at(7, 0) + 2 * DAY);
    past.days = 2;
    past.correct(WIDE).await;
    assert_eq!(past.rejudge().await.days, []);
    let sent = past.phone.records.len();
    write_day(&mut past.phone, 1, &[(12, NORTH)]);
    past.push(sent).await;
    let view = past.view(1).await;
    assert_eq!((view.counts.fixes, out(&view).len()), (508, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_day_stays_as_it_was_frozen() {
    let past = Past::new(&[&[(12, NORTH)], &[(12, NORTH)]]).await;
    let erasure = |n| Erasure {
        rep: None,
        before: day(n),
    };
    erase(&past.desk, &ada(), erasure(1), false).await.unwrap();
    let frozen = past.view(0).await;
    past.correct(WIDE).await;
    let page = past.rejudge().await;
    assert_eq!((page.erased, page.days.len()), (1, 1));
    assert_eq!((past.view(0).await, past.out(1).await.len()), (frozen, 0));
    let eased = past.view(1).await;
    erase(&past.desk, &ada(), erasure(2), false).await.unwrap();
    fold::drain(&past.world.app).await.unwrap();
    assert_eq!(past.view(1).await, eased, "an eased day is frozen as eased");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_and_calendars_are_corrected_too() {
    let kinds = |view: &DayView| view.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>();
    let window = |from: &str, to: &str| json!({"window": {"from": from, "to": to}});
    let cases = [
        ("policy", window("08:00", "11:30"), Some(Effect::Eased)),
        ("policy", window("06:00", "16:30"), Some(Effect::Burdened)),
        ("policy", json!({"sign_in": {"late_min": 45}}), None),
        ("calendar", json!({"holidays": ["2026-11-23"]}), Some(Effect::Eased)),
    ];
    for (kind, document, effect) in cases {
        let past = Past::new(&[&[(12, NORTH)]]).await;
        let before = past.view(0).await;
        past.put(kind, kind, document.clone()).await;
        assert_eq!(past.view(0).await, before, "{document}");
        let page = past.rejudge().await;
        let effects: Vec<Effect> = page.days.iter().map(|day| day.comparison.effect).collect();
        assert_eq!(effects, effect.into_iter().collect::<Vec<_>>(), "{document}");
        let after = past.view(0).await;
        match effect {
            Some(Effect::Eased) => assert!(!kinds(&after).contains(&FindingKind::LeftArea), "{document}"),
            _ => assert_eq!(after, before, "{document}"),
        }
        past.is_done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_correction_may_follow_another() {
    let past = Past::new(&[&[(10, NORTH), (12, FAR_WEST)]]).await;
    past.correct(UP).await;
    past.rejudge().await;
    assert_eq!(past.out(0).await.len(), 1);
    // Taken back: what it eased is not charged again, only proposed.
    past.correct((0, 20_000_000)).await;
    assert_eq!(past.rejudge().await.days[0].comparison.effect, Effect::Burdened);
    assert_eq!(past.out(0).await.len(), 1);
    past.correct((0, 500_000_000)).await;
    assert_eq!(past.rejudge().await.days[0].comparison.effect, Effect::Eased);
    assert_eq!(past.out(0).await.len(), 0);
    past.is_done().await;
    assert_eq!(rebuilt(&past.world).await, views(&past.world).await);
}

/// What stands today already is put again where it shall have stood before.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_into_force_too_late_is_dated_back() {
    let past = Past::new(&[&[(12, NORTH)], &[]]).await;
    let square = json!({"type": "Feature", "properties": {"name": "d1"}, "geometry": {"type": "Polygon", "coordinates":
        [[[121.3, 31.0], [121.6, 31.0], [121.6, 31.5], [121.3, 31.5], [121.3, 31.0]]]}});
    let import_from = async |valid_from: Option<&str>| {
        let file = File::Districts {
            text: json!({"type": "FeatureCollection", "features": [square]}).to_string(),
            name_property: "name".into(),
            datum: onbeat_core::place::Datum::Wgs84,
            edge_tolerance_m: None,
            no_go: false,
        };
        import(&past.desk, &ada(), file, false, valid_from)
            .await
            .unwrap()
            .turned
    };
    let now = import_from(None).await;
    assert_eq!((now.changed, now.areas), (1, 2));
    assert_eq!(past.rejudge().await.days, [], "it holds from now on");
    let back = import_from(Some("2026-11-23")).await;
    assert_eq!((back.changed, back.areas), (1, 2));
    assert_eq!(import_from(Some("2026-11-23")).await.changed, 0, "once");
    assert_eq!(past.rejudge().await.days[0].comparison.effect, Effect::Eased);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_days_that_are_over_are_rejudged() {
    let past = Past::new(&[&[]]).await;
    let code = async |from: i64, to: i64, rep: Option<&str>| {
        let rep = rep.map(str::to_owned);
        let days = Days {
            from: day(from),
            to: day(to),
            rep,
        };
        let refused: DeskError = rejudge(&past.desk, &ada(), &days, false, None).await.unwrap_err();
        refused.code
    };
    assert_eq!(code(0, 1, None).await, "day_open");
    assert_eq!(code(0, -1, None).await, "bad_range");
    assert_eq!(code(-92, 0, None).await, "bad_range");
    assert_eq!(code(0, 0, Some("nobody")).await, "not_found");
}

/// The rep's phones judge by what is in force now, so they are told what the desk judges a day of the past by.
#[tokio::test(flavor = "multi_thread")]
async fn phones_are_told_what_a_past_day_is_judged_by() {
    let past = Past::new(&[&[(12, NORTH)], &[(12, SOUTH)]]).await;
    let told = async |n: i64| -> Option<JudgedBy> {
        let key = format!("{REP}/{}", day(n));
        let cell = past.world.app.store.cell("noted", &key, i64::MIN).await.unwrap()?;
        serde_json::from_str::<Noted>(&cell.body).unwrap().judged_by
    };
    assert_eq!((told(0).await, told(1).await), (None, None), "by what is in force now");
    past.correct(UP).await;
    let documents = past.world.app.documents();
    let known = documents.basis_of(REP, day(1), None);
    let (as_known, bytes) = JudgedBy::of(&known);
    assert_eq!(
        (told(0).await.as_ref(), told(1).await.as_ref()),
        (Some(&as_known), Some(&as_known))
    );
    for (hash, says) in [(as_known.documents, Some(bytes)), (as_known.shapes[0], None)] {
        let path = format!("/api/v1/blobs/{hash}");
        let (status, body) = past
            .world
            .raw(Method::GET, &path, &past.phone.token, &[], Vec::new())
            .await;
        assert_eq!(status.as_u16(), 200);
        assert!(says.is_none_or(|says| says == body));
    }
    past.rejudge().await;
    assert_eq!(
        (told(0).await, told(1).await),
        (None, Some(as_known)),
        "the eased day is judged as now"
    );
}
