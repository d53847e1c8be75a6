#![allow(clippy::unwrap_used)]

mod clocks;
mod explain;
mod extremes;
mod presence;
mod rejudged;
mod sign_in;
mod standing;
mod together;
mod visit;

use chrono::NaiveDate;

use super::{
    Basis, Class, DayView, Entry, Finding, FindingKind, Name, fold_day,
    presence::{FixTaken, Seen},
};
use crate::{
    judge::judge_fix,
    place::Shape,
    policy::Policy,
    reading::{Fix, Stamp},
    record::{Body, Hash, Payload},
    reference::{AreaBlob, Customer, Decision, District, Document, Exception, ExceptionKind, NoGoPlace, Rep},
    testing::{MINUTE_MS, OPEN_MS, Place, STREET, WINDOW, Way, fixes, point, square},
    time::{Interval, Trusted, When},
};

const REP: &str = "rep-1";
const STREAM: &str = "00000000000000000000000000000001";
const DESK: &str = "000000000000000000000000000000de";
const HOME: Place = (0.0, 0.0);
/// 18:00: the window has passed.
const EVENING_MS: i64 = OPEN_MS + 600 * MINUTE_MS;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn minute(minute: f64) -> i64 {
    OPEN_MS + (minute * MINUTE_MS as f64) as i64
}

fn interval(from_min: f64, to_min: f64) -> Interval {
    Interval {
        from_ms: minute(from_min),
        to_ms: minute(to_min),
    }
}

/// Out of a 6 km district from 12:10 to 12:55, 1 km beyond its edge.
fn way_out() -> Way {
    let (edge, out) = ((3000.0, 0.0), (4000.0, 0.0));
    Way(vec![
        (0.0, HOME),
        (244.0, HOME),
        (250.0, edge),
        (253.0, out),
        (292.0, out),
        (295.0, edge),
        (301.0, HOME),
    ])
}

/// One rep's day as records and documents.
struct Case {
    shape: Shape,
    no_go: Vec<Shape>,
    policy: Policy,
    customers: Vec<Customer>,
    exceptions: Vec<Exception>,
    decisions: Vec<Decision>,
    entries: Vec<Entry>,
    now_ms: i64,
}

impl Case {
    /// A day without any record in a square district of 6 km.
    fn empty() -> Self {
        Self {
            shape: square(6000.0),
            no_go: Vec::new(),
            policy: Policy::default(),
            customers: Vec::new(),
            exceptions: Vec::new(),
            decisions: Vec::new(),
            entries: Vec::new(),
            now_ms: EVENING_MS,
        }
    }

    /// A way seen by a phone in the street, but for some silent minutes.
    fn on_way(way: &Way, silent: &[(f64, f64)]) -> Self {
        let mut case = Self::empty();
        for (at_ms, fix) in fixes(way, STREET, 60.0, silent, 17) {
            case.fix(at_ms, fix);
        }
        case
    }

    /// A day of small walks in the district that signs in in time: nothing is to be found.
    fn plain() -> Self {
        let walk = (0..26).map(|turn| (f64::from(turn) * 20.0, (if turn % 2 == 0 { 0.0 } else { 800.0 }, 0.0)));
        let mut case = Self::on_way(&Way(walk.collect()), &[]);
        case.sign_in(5.0);
        case
    }

    /// A day out from 12:10 to 12:55 without a word, and nothing else to be found.
    fn out() -> Self {
        let mut case = Self::on_way(&way_out(), &[]);
        case.customer("c-1", HOME);
        case.sign_in(5.0);
        case
    }

    /// A phone's record at an instant; its seq.
    fn phone<P: Payload>(&mut self, at_ms: i64, payload: &P) -> u64 {
        self.record(STREAM, at_ms, payload)
    }

    fn desk<P: Payload>(&mut self, at_ms: i64, payload: &P) -> u64 {
        self.record(DESK, at_ms, payload)
    }

    fn record<P: Payload>(&mut self, stream: &str, at_ms: i64, payload: &P) -> u64 {
        let seq = self.entries.len() as u64 + 1;
        let stamp = Stamp {
            at_ms,
            elapsed_ms: at_ms - OPEN_MS + 1_000_000,
            boot: "00000000000000b0".into(),
        };
        let body = Body::new([seq as u8; 16], stamp, payload);
        self.entries.push(Entry {
            name: Name {
                stream: stream.into(),
                epoch: 1,
                branch: String::new(),
                seq,
            },
            hash: Hash::of(format!("{stream} {seq}")),
            when: Trusted {
                at_ms,
                error_ms: Some(50),
            },
            body: body.into(),
        });
        seq
    }

    fn fix(&mut self, at_ms: i64, fix: Fix) -> u64 {
        self.phone(at_ms, &FixTaken { fix, seen: None })
    }

    fn sign_in(&mut self, at_min: f64) {
        let note = String::new();
        let payload = super::sign_in::SignedIn {
            fix_seq: None,
            fix_epoch: None,
            note,
        };
        self.phone(minute(at_min), &payload);
    }

    fn customer(&mut self, id: &str, place: Place) {
        let point = point(place);
        self.customers.push(Customer {
            id: id.into(),
            name: format!("Shop {id}"),
            lat_e9: (point.lat * 1e9) as i64,
            lon_e9: (point.lon * 1e9) as i64,
            place_confirmed: true,
            landline: Some(format!("021{id}")),
        });
    }

    fn exception(&mut self, id: &str, reason: ExceptionKind, interval: Interval) {
        self.exceptions.push(Exception {
            id: id.into(),
            rep: REP.into(),
            reason,
            from_ms: interval.from_ms,
            to_ms: interval.to_ms,
            approved_by: "sup-1".into(),
        });
    }

    fn documents(&self) -> Vec<(String, Document)> {
        let blob = |shape: &Shape| Hash::of(shape.to_bytes());
        let rep = Rep {
            name: "Li Wei".into(),
            team: "team-1".into(),
            role: None,
            districts: vec!["d-1".into()],
            customers: self.customers.iter().map(|customer| customer.id.clone()).collect(),
        };
        let area = AreaBlob {
            area: blob(&self.shape),
            districts: vec![District {
                name: "North".into(),
                shape: blob(&self.shape),
                edge_tolerance_m: None,
            }],
            no_go: self
                .no_go
                .iter()
                .map(|shape| NoGoPlace {
                    name: "Hall".into(),
                    shape: blob(shape),
                })
                .collect(),
            edge_tolerance_m: 50,
        };
        let mut documents = vec![
            (REP.to_owned(), Document::Rep(rep)),
            (REP.to_owned(), Document::Area(area)),
            ("policy".to_owned(), Document::Policy(self.policy.clone())),
        ];
        documents.extend(
            self.customers
                .iter()
                .map(|c| (c.id.clone(), Document::Customer(c.clone()))),
        );
        documents.extend(
            self.exceptions
                .iter()
                .map(|e| (e.id.clone(), Document::Exception(e.clone()))),
        );
        documents.extend(
            self.decisions
                .iter()
                .map(|d| (d.finding.to_string(), Document::Decision(d.clone()))),
        );
        documents
    }

    fn basis(&self) -> Basis {
        let blobs: Vec<Vec<u8>> = std::iter::once(&self.shape)
            .chain(&self.no_go)
            .map(Shape::to_bytes)
            .collect();
        let blob = |hash: &Hash| blobs.iter().find(|bytes| Hash::of(bytes) == *hash).cloned();
        Basis::new(REP, &self.documents(), blob).unwrap()
    }

    fn view(&self) -> DayView {
        fold_day(&self.basis(), day(), &self.entries, self.now_ms)
    }

    /// Kinds of what is found, in order.
    fn kinds(&self) -> Vec<FindingKind> {
        self.view().findings.iter().map(|finding| finding.kind).collect()
    }

    /// The only thing found.
    fn only(&self) -> Finding {
        let view = self.view();
        let [finding] = &view.findings[..] else {
            panic!("{:?}", view.findings)
        };
        finding.clone()
    }
}

#[test]
fn a_plain_day_has_nothing_to_be_found() {
    let case = Case::plain();
    let view = case.view();
    assert_eq!(view.findings, Vec::new());
    assert!(view.closed);
    assert_eq!(view.window, Some(WINDOW));
    assert_eq!((view.counts.inside_s, view.counts.fixes_unusable), (510 * 60, 0));
    assert_eq!(view.counts.fixes, case.entries.len() as i64 - 1);
}

#[test]
fn a_ruling_names_the_versions_it_stands_on() {
    let plain = Case::plain();
    let basis = plain.view().basis;
    let names: Vec<&str> = basis.iter().filter_map(|version| version.split(' ').next()).collect();
    assert_eq!(
        names,
        ["engine", "tzdb", "policy", "calendar", "rep", "customers", "area"]
    );
    assert_eq!(basis[6], format!("area {}", plain.basis().area_hash.unwrap()));
    type Change = fn(&mut Case);
    let cases: [(&str, Change); 4] = [
        ("policy", |case| case.policy.visit.dwell_min += 1),
        ("customers", |case| case.customer("c-9", HOME)),
        ("area", |case| case.shape = square(5_000.0)),
        ("exceptions", |case| {
            case.exception("x-1", ExceptionKind::Leave, interval(60.0, 90.0))
        }),
    ];
    for (name, change) in cases {
        let mut case = Case::plain();
        change(&mut case);
        let changed: Vec<String> = case
            .view()
            .basis
            .into_iter()
            .filter(|version| !basis.contains(version))
            .collect();
        assert!(
            changed.iter().any(|version| version.starts_with(name)),
            "{name}: {changed:?}"
        );
        let beside = changed
            .iter()
            .filter(|version| !version.starts_with(name) && !version.starts_with("rep "));
        assert_eq!(beside.count(), 0, "{name}: {changed:?}");
    }
    // Another day's exception is no part of it.
    let mut case = Case::plain();
    case.exception("x-1", ExceptionKind::Leave, interval(1_500.0, 1_600.0));
    assert_eq!(case.view().basis, basis);
}

#[test]
fn order_of_arrival_and_repetition_never_change_the_view() {
    let mut case = Case::on_way(&way_out(), &[(100.0, 160.0)]);
    case.sign_in(70.0);
    case.phone(minute(400.0), &super::clock::ClockMoved { by_ms: -2_400_000 });
    let view = case.view();
    assert!(view.findings.len() >= 4, "{:?}", view.findings);
    for seed in 0..5 {
        let mut random = crate::testing::Random(seed);
        let again: Vec<Entry> = case.entries.iter().filter(|_| random.one_in(3)).cloned().collect();
        case.entries.extend(again);
        random.shuffle(&mut case.entries);
        assert_eq!(case.view(), view, "seed {seed}");
    }
}

#[test]
fn days_with_next_to_nothing() {
    let empty = Case::empty();
    let view = empty.view();
    assert_eq!(view.counts.unknown_s, 510 * 60);
    assert_eq!(empty.kinds(), [FindingKind::Unaccounted]);
    // Before the window nothing is known, and nothing asked.
    let early = Case {
        now_ms: OPEN_MS - 1,
        ..Case::empty()
    };
    assert_eq!(
        (early.view().spans, early.kinds(), early.view().closed),
        (vec![], vec![], false)
    );
    // A Sunday.
    let sunday = fold_day(
        &empty.basis(),
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
        &[],
        EVENING_MS,
    );
    assert_eq!(
        (sunday.window, sunday.spans, sunday.findings, sunday.closed),
        (None, vec![], vec![], true)
    );
    // One fix.
    let mut one = Case::empty();
    one.fix(minute(60.0), crate::testing::fix(HOME, 5_000, Some(9)));
    assert_eq!(one.view().counts.fixes, 1);
    assert_eq!(one.kinds(), [FindingKind::Unaccounted, FindingKind::NotSignedIn]);
}

#[test]
fn a_rep_without_documents_has_no_basis() {
    let documents = Case::empty().documents();
    let error = Basis::new("rep-2", &documents, |_| None).unwrap_err();
    assert_eq!(error.to_string(), "no document says who rep rep-2 is");
    let error = Basis::new(REP, &documents, |_| None).unwrap_err();
    assert!(error.to_string().contains("is missing or damaged"), "{error}");
    let mut unreadable = documents.clone();
    let mut policy = Policy::default();
    policy.break_time.from = "noon".into();
    unreadable.push(("policy".into(), Document::Policy(policy)));
    let shape = Case::empty().shape.to_bytes();
    let error = Basis::new(REP, &unreadable, |_| Some(shape.clone())).unwrap_err();
    assert!(error.to_string().contains("noon"), "{error}");
    // Nothing assigned yet: nothing can be judged against, so nobody is outside.
    let rep = documents.into_iter().take(1).collect::<Vec<_>>();
    let basis = Basis::new(REP, &rep, |_| None).unwrap();
    let case = Case::on_way(&way_out(), &[]);
    let view = fold_day(&basis, day(), &case.entries, EVENING_MS);
    assert_eq!(view.counts.edge_s, 510 * 60);
    assert!(
        view.findings.iter().all(|finding| finding.class == Class::Question),
        "{:?}",
        view.findings
    );
}

#[test]
fn a_phone_that_saw_it_otherwise_is_shown() {
    let mut case = Case::plain();
    let fix = crate::testing::fix(HOME, 5_000, Some(9));
    let basis = case.basis();
    let right = judge_fix(&fix, &basis.area, &basis.policy.fix, 50.0);
    let wrong = crate::judge::FixVerdict {
        place: crate::judge::PlaceVerdict::Outside,
        ..right
    };
    for verdict in [right, wrong] {
        let seen = Some(Seen {
            verdict,
            when: When::Within,
            area: None,
        });
        case.phone(minute(20.0), &FixTaken { fix: fix.clone(), seen });
    }
    let differences = case.view().presence.differences;
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].fix.seq, case.entries.len() as u64);
    assert_eq!((differences[0].phone, differences[0].ruled), (wrong.place, right.place));
}

#[test]
fn a_hundred_thousand_records_fold() {
    let mut case = Case::empty();
    for (at_ms, fix) in fixes(&way_out(), STREET, 0.306, &[], 18) {
        case.fix(at_ms, fix);
    }
    case.sign_in(5.0);
    assert!(case.entries.len() > 99_000);
    assert_eq!(
        case.kinds()
            .iter()
            .filter(|kind| kind.class() == Class::Finding)
            .count(),
        1
    );
}
