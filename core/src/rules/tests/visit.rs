use super::*;
use crate::{
    rules::{
        Source,
        visit::{CheckedIn, CheckedOut, Outcome, PhotoTaken, PhotoUse, Report, reused},
    },
    testing::fix,
};

fn id(visit: u32) -> String {
    format!("{visit:032x}")
}

fn check_in(case: &mut Case, visit: u32, at_min: f64, fix: Option<u64>) {
    case.phone(
        minute(at_min),
        &CheckedIn {
            visit: id(visit),
            customer: "c-1".into(),
            fix_epoch: fix.map(|_| 1),
            fix_seq: fix,
            purpose: "order".into(),
        },
    );
}

fn check_out(case: &mut Case, visit: u32, at_min: f64) {
    case.phone(
        minute(at_min),
        &CheckedOut {
            visit: id(visit),
            fix_epoch: None,
            fix_seq: None,
        },
    );
}

fn report(case: &mut Case, visit: u32, at_min: f64, content: &str) {
    case.phone(
        minute(at_min),
        &Report {
            visit: id(visit),
            purpose: "new product".into(),
            content: content.into(),
            feedback: "good".into(),
            next_step: "deliver".into(),
            outcome: Outcome::Met,
        },
    );
}

fn photo(case: &mut Case, visit: u32, at_min: f64, bytes: &str) {
    case.phone(
        minute(at_min),
        &PhotoTaken {
            visit: id(visit),
            blob: Hash::of(bytes),
            bytes: bytes.len() as u64,
            media_type: "image/jpeg".into(),
        },
    );
}

#[test]
fn a_visit_is_what_its_records_say() {
    let mut case = Case::plain();
    case.customer("c-1", (400.0, 0.0));
    let seq = case.fix(minute(100.0), fix((400.0, 30.0), 5_000, Some(9)));
    check_in(&mut case, 1, 100.1, Some(seq));
    photo(&mut case, 1, 105.0, "shelf");
    photo(&mut case, 1, 106.0, "shelf");
    check_out(&mut case, 1, 120.1);
    check_out(&mut case, 1, 130.0);
    report(&mut case, 1, 125.0, "first words");
    report(&mut case, 1, 560.0, "better words");
    check_in(&mut case, 2, 540.0, None);
    let view = case.view();
    assert_eq!(view.findings, Vec::new());
    let [visit, evening] = &view.visits[..] else {
        panic!("{:?}", view.visits)
    };
    assert_eq!(
        (visit.from_ms, visit.to_ms, visit.dwell_s),
        (minute(100.1), Some(minute(120.1)), Some(1200))
    );
    assert_eq!(
        (visit.customer_name.as_deref(), visit.purpose.as_str()),
        (Some("Shop c-1"), "new product")
    );
    assert_eq!(visit.report.as_ref().unwrap().content, "better words");
    assert_eq!(visit.photos, [Hash::of("shelf")]);
    assert!((29_000..31_000).contains(&visit.distance_mm.unwrap()), "{visit:?}");
    assert_eq!(visit.records.len(), 6);
    assert_eq!(
        (visit.in_window, evening.in_window, evening.distance_mm),
        (true, false, None)
    );
}

#[test]
fn far_from_a_confirmed_place_is_a_finding() {
    // Metres from the customer at check-in, whether the place is confirmed, whether a later fix is near.
    let table = [
        (200.0, true, false, false),
        (258.0, true, false, false),
        (275.0, true, false, true),
        (900.0, true, false, true),
        (900.0, false, false, false),
        (900.0, true, true, false),
    ];
    for (metres, confirmed, near_later, found) in table {
        let mut case = Case::on_way(
            &Way(vec![(0.0, (2000.0, 0.0)), (510.0, (-2000.0, 0.0))]),
            &[(90.0, 130.0)],
        );
        case.sign_in(5.0);
        case.customer("c-1", (1000.0 + metres, 0.0));
        case.customers[0].place_confirmed = confirmed;
        let seq = case.fix(minute(110.0), fix((1000.0, 0.0), 5_000, Some(9)));
        check_in(&mut case, 1, 110.1, Some(seq));
        if near_later {
            case.fix(minute(112.0), fix((900.0 + metres, 0.0), 5_000, Some(9)));
        }
        check_out(&mut case, 1, 120.0);
        let findings: Vec<_> = case
            .view()
            .findings
            .into_iter()
            .filter(|f| f.kind == FindingKind::VisitFar)
            .collect();
        assert_eq!(
            findings.len(),
            usize::from(found),
            "{metres} m, confirmed {confirmed}, near {near_later}"
        );
        assert!(
            findings
                .iter()
                .all(|finding| finding.evidence[0].seq == seq && finding.from_ms == minute(110.1))
        );
    }
}

#[test]
fn short_visits_and_bursts_are_asked_about() {
    let mut case = Case::plain();
    for visit in 0..5 {
        check_in(&mut case, visit, 100.0 + f64::from(visit) * 5.0, None);
        check_out(&mut case, visit, 103.0 + f64::from(visit) * 5.0);
    }
    check_in(&mut case, 9, 300.0, None);
    check_out(&mut case, 9, 302.9);
    assert_eq!(case.kinds(), [FindingKind::CheckInBurst, FindingKind::ShortVisit]);
    let burst = &case.view().findings[0];
    assert_eq!(
        (burst.from_ms, burst.to_ms, burst.evidence.len()),
        (minute(100.0), minute(120.0) + 1, 5)
    );
    case.entries.retain(|entry| entry.when.at_ms != minute(110.0));
    assert_eq!(case.kinds(), [FindingKind::ShortVisit]);
}

#[test]
fn a_photo_used_twice_is_asked_about() {
    let mut case = Case::plain();
    check_in(&mut case, 1, 100.0, None);
    photo(&mut case, 1, 101.0, "shelf");
    photo(&mut case, 1, 102.0, "shelf");
    check_in(&mut case, 2, 200.0, None);
    photo(&mut case, 2, 201.0, "door");
    assert_eq!(case.kinds(), []);
    photo(&mut case, 2, 202.0, "shelf");
    photo(&mut case, 2, 203.0, "shelf");
    let question = case.only();
    assert_eq!(
        (question.kind, question.from_ms),
        (FindingKind::PhotoReused, minute(202.0))
    );
    // Of an earlier day.
    let mut later = Case::plain();
    photo(&mut later, 7, -1440.0, "shelf");
    check_in(&mut later, 8, 100.0, None);
    photo(&mut later, 8, 101.0, "shelf");
    assert_eq!(later.kinds(), [FindingKind::PhotoReused]);
}

#[test]
fn photos_are_compared_across_days_in_order_of_time() {
    let photo = |visit: &str, at_ms: i64| PhotoUse {
        blob: Hash::of("shelf"),
        visit: visit.into(),
        at_ms,
        source: Source {
            name: Name {
                stream: STREAM.into(),
                epoch: 1,
                branch: String::new(),
                seq: at_ms as u64,
            },
            hash: Hash::of(visit),
        },
    };
    let uses = [
        photo("c", 30),
        photo("a", 10),
        photo("b", 20),
        photo("a", 40),
        photo("b", 50),
    ];
    let pairs: Vec<_> = reused(&uses)
        .iter()
        .map(|r| (r.first.visit.clone(), r.again.visit.clone()))
        .collect();
    assert_eq!(pairs, [("a".into(), "b".into()), ("a".into(), "c".into())]);
}
