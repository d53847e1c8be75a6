use super::*;
use crate::rules::sign_in::{SignInEntered, SignInWay, SignedIn};

fn call(case: &mut Case, at_min: f64, number: &str, customer: Option<&str>) {
    let entered = SignInEntered {
        rep: REP.into(),
        called_at_ms: minute(at_min),
        number: number.into(),
        customer: customer.map(str::to_owned),
        in_area: customer == Some("of the district"),
        note: String::new(),
        by: "clerk-1".into(),
    };
    // Entered in the evening, of a call in the morning.
    case.desk(EVENING_MS, &entered);
}

fn unsigned() -> Case {
    let mut case = Case::plain();
    case.entries.retain(|entry| entry.body.kind != SignedIn::TYPE);
    case.customer("c-1", HOME);
    case
}

#[test]
fn a_sign_in_is_late_after_half_an_hour_inside() {
    let table = [
        (-20.0, None),
        (0.0, None),
        (29.0, None),
        (32.0, Some(FindingKind::SignedInLate)),
    ];
    for (at_min, found) in table {
        let mut case = unsigned();
        case.sign_in(at_min);
        assert_eq!(case.kinds(), Vec::from_iter(found), "at {at_min}");
        let view = case.view().sign_in;
        assert_eq!((view.at_ms, view.way), (Some(minute(at_min)), Some(SignInWay::App)));
        let due_ms = view.due_ms.unwrap();
        assert!((minute(30.0)..minute(31.0)).contains(&due_ms));
    }
}

#[test]
fn a_missing_sign_in_is_found_when_the_window_has_passed() {
    let mut case = unsigned();
    assert_eq!(case.kinds(), [FindingKind::NotSignedIn]);
    case.now_ms = WINDOW.to_ms - 1;
    assert_eq!(case.kinds(), []);
    case.now_ms = EVENING_MS;
    case.exception("exception-1", ExceptionKind::Leave, interval(400.0, 510.0));
    assert_eq!(case.kinds(), []);
    // Never inside: never due.
    let mut edge = Case::on_way(&Way(vec![(0.0, (3000.0, 0.0))]), &[]);
    edge.customer("c-1", (3000.0, 0.0));
    assert_eq!((edge.kinds(), edge.view().sign_in.due_ms), (vec![], None));
}

#[test]
fn a_call_counts_and_a_landline_is_evidence_of_the_place() {
    let table = [
        ("021c-1", None, SignInWay::Landline),
        ("021c-1", Some("c-1"), SignInWay::Landline),
        ("021c-1", Some("c-2"), SignInWay::OtherNumber),
        ("13900000000", Some("c-1"), SignInWay::OtherNumber),
        ("0215888", Some("of the district"), SignInWay::Landline),
        ("", None, SignInWay::OtherNumber),
    ];
    for (number, customer, way) in table {
        let mut case = unsigned();
        call(&mut case, 20.0, number, customer);
        let view = case.view();
        assert_eq!(
            (view.sign_in.way, view.sign_in.at_ms),
            (Some(way), Some(minute(20.0))),
            "{number} {customer:?}"
        );
        assert_eq!(view.findings, Vec::new());
    }
    let mut late = unsigned();
    call(&mut late, 50.0, "021c-1", None);
    late.sign_in(70.0);
    let finding = late.only();
    assert_eq!(
        (finding.kind, finding.to_ms),
        (FindingKind::SignedInLate, minute(50.0)),
        "the first counts"
    );
}

#[test]
fn a_call_that_proves_nothing_takes_the_place_of_no_proof() {
    let mut case = unsigned();
    call(&mut case, -480.0, "13900000000", None);
    case.sign_in(6.0);
    let shown = |case: &Case| {
        let view = case.view().sign_in;
        (view.way, view.at_ms)
    };
    assert_eq!(shown(&case), (Some(SignInWay::App), Some(minute(6.0))));
    assert_eq!(case.kinds(), []);
    // Of two that prove a place the first counts.
    call(&mut case, 5.0, "021c-1", None);
    assert_eq!(shown(&case), (Some(SignInWay::Landline), Some(minute(5.0))));
    // It still counts for being in time: nobody is late who called.
    let mut late = unsigned();
    call(&mut late, 20.0, "13900000000", None);
    late.sign_in(70.0);
    assert_eq!(late.kinds(), []);
}

#[test]
fn the_place_of_a_sign_in_is_that_of_its_fix() {
    let mut case = unsigned();
    let fix = case.fix(minute(10.2), crate::testing::fix((100.0, 0.0), 5_000, Some(9)));
    case.phone(
        minute(10.25),
        &SignedIn {
            fix_seq: Some(fix),
            fix_epoch: Some(1),
            note: String::new(),
        },
    );
    let view = case.view().sign_in;
    assert_eq!(view.fix.map(|name| name.seq), Some(fix));
    assert_eq!(view.district.as_deref(), Some("North"));
    assert!((2_890_000..2_910_000).contains(&view.edge_mm.unwrap()));
    // An evening's sign-in has a time and no place.
    let mut evening = unsigned();
    let fix = evening.fix(minute(550.0), crate::testing::fix(HOME, 5_000, Some(9)));
    evening.phone(
        minute(550.1),
        &SignedIn {
            fix_seq: Some(fix),
            fix_epoch: None,
            note: String::new(),
        },
    );
    let view = evening.view().sign_in;
    assert_eq!((view.fix, view.edge_mm, view.district), (None, None, None));
}
