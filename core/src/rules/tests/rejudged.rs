use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    reference::FindingState as S,
    rules::{Comparison, Effect},
};

type Said = (FindingKind, i64, i64, S);

/// An account that says only these things, with so many seconds outside and unknown.
fn account(said: &[Said], outside_s: i64, unknown_s: i64) -> DayView {
    let mut view = Case::empty().view();
    view.counts.outside_s = outside_s;
    view.counts.unknown_s = unknown_s;
    let finding = |(n, (kind, from, to, state)): (usize, &Said)| Finding {
        id: Hash::of(format!("{n}")),
        class: kind.class(),
        kind: *kind,
        from_ms: from * 1000,
        to_ms: to * 1000,
        evidence: Vec::new(),
        facts: BTreeMap::new(),
        state: *state,
    };
    view.findings = said.iter().enumerate().map(finding).collect();
    view
}

#[test]
fn what_eases_and_what_burdens() {
    use FindingKind::{
        AtNoGo, LeftArea, LogForked, NotSignedIn, OutsideAtOpening, PerhapsAtNoGo, SignedInLate, Unaccounted,
    };
    let out = (LeftArea, 100, 200, S::Open);
    let cases: &[(&str, &[Said], &[Said], Effect)] = &[
        ("the same", &[out], &[out], Effect::Same),
        ("a finding goes", &[out], &[], Effect::Eased),
        ("a finding comes", &[], &[out], Effect::Burdened),
        ("shorter", &[out], &[(LeftArea, 120, 200, S::Open)], Effect::Eased),
        ("longer", &[out], &[(LeftArea, 100, 201, S::Open)], Effect::Burdened),
        (
            "as long, but later",
            &[out],
            &[(LeftArea, 110, 210, S::Open)],
            Effect::Burdened,
        ),
        (
            "parted",
            &[out],
            &[(LeftArea, 100, 140, S::Open), (LeftArea, 160, 200, S::Open)],
            Effect::Eased,
        ),
        (
            "two that met",
            &[(LeftArea, 100, 150, S::Open), (LeftArea, 150, 200, S::Open)],
            &[(LeftArea, 120, 180, S::Open)],
            Effect::Eased,
        ),
        (
            "half of each",
            &[out, (LeftArea, 300, 400, S::Open)],
            &[(LeftArea, 500, 510, S::Open)],
            Effect::Burdened,
        ),
        (
            "asked instead of charged",
            &[out],
            &[(Unaccounted, 110, 150, S::Open)],
            Effect::Eased,
        ),
        (
            "charged instead of asked",
            &[(Unaccounted, 100, 200, S::Open)],
            &[out],
            Effect::Burdened,
        ),
        (
            "no longer from the opening on",
            &[(OutsideAtOpening, 0, 200, S::Open)],
            &[out],
            Effect::Eased,
        ),
        (
            "from the opening on",
            &[out],
            &[(OutsideAtOpening, 100, 200, S::Open)],
            Effect::Burdened,
        ),
        (
            "perhaps at a no-go place, no longer for certain",
            &[(AtNoGo, 100, 200, S::Open)],
            &[(PerhapsAtNoGo, 100, 200, S::Open)],
            Effect::Eased,
        ),
        (
            "another matter",
            &[out],
            &[(AtNoGo, 100, 200, S::Open)],
            Effect::Burdened,
        ),
        (
            "late instead of never",
            &[(NotSignedIn, 0, 500, S::Open)],
            &[(SignedInLate, 0, 90, S::Open)],
            Effect::Eased,
        ),
        (
            "confirmed, and shorter",
            &[(LeftArea, 100, 200, S::Confirmed)],
            &[(LeftArea, 100, 150, S::Confirmed)],
            Effect::Eased,
        ),
        (
            "what was withdrawn comes back as another part",
            &[(LeftArea, 100, 200, S::Withdrawn)],
            &[(LeftArea, 100, 150, S::Withdrawn), (LeftArea, 160, 200, S::Open)],
            Effect::Burdened,
        ),
        (
            "what was only asked about is confirmed",
            &[out],
            &[(LeftArea, 100, 150, S::Confirmed)],
            Effect::Burdened,
        ),
        (
            "no length",
            &[(LogForked, 5, 5, S::Open)],
            &[(LogForked, 5, 5, S::Open)],
            Effect::Same,
        ),
        (
            "no length, and new",
            &[],
            &[(LogForked, 5, 5, S::Open)],
            Effect::Burdened,
        ),
    ];
    for (name, former, later, effect) in cases {
        let comparison = Comparison::of(&account(former, 60, 60), &account(later, 60, 60));
        assert_eq!(comparison.effect, *effect, "{name}: {comparison:?}");
    }
    for (outside_s, unknown_s, effect) in [
        (0, 60, Effect::Eased),
        (60, 0, Effect::Eased),
        (61, 0, Effect::Burdened),
        (60, 600, Effect::Same),
    ] {
        let [former, later] = [(60, 60), (outside_s, unknown_s)].map(|(out_s, lost_s)| account(&[out], out_s, lost_s));
        assert_eq!(Comparison::of(&former, &later).effect, effect, "{former:?} {later:?}");
    }
}

#[test]
fn it_says_what_is_left_of_a_finding() {
    use FindingKind::{LeftArea, OutsideAtOpening};
    let former = account(
        &[(OutsideAtOpening, 0, 200, S::Open), (LeftArea, 300, 400, S::Open)],
        300,
        0,
    );
    let later = account(&[(LeftArea, 50, 150, S::Open)], 100, 0);
    let left: Vec<i64> = Comparison::of(&former, &later)
        .eased
        .iter()
        .map(|eased| eased.left_s)
        .collect();
    assert_eq!(left, [100, 0]);
    let added = Comparison::of(&later, &former).added;
    assert_eq!(added, former.findings, "the way back would add all of it");
}

fn said() -> impl Strategy<Value = Vec<Said>> {
    let kind = proptest::sample::select(
        &[
            FindingKind::LeftArea,
            FindingKind::OutsideAtOpening,
            FindingKind::Unaccounted,
            FindingKind::AtNoGo,
            FindingKind::PerhapsAtNoGo,
        ][..],
    );
    let state = proptest::sample::select(&[S::Open, S::Answered, S::Excused, S::Confirmed, S::Withdrawn][..]);
    let one =
        (kind, 0..12_i64, 0..6_i64, state).prop_map(|(kind, from, length, state)| (kind, from, from + length, state));
    proptest::collection::vec(one, 0..5)
}

proptest! {
    #[test]
    fn no_account_burdens_compared_with_itself(said in said()) {
        let view = account(&said, 0, 0);
        let comparison = Comparison::of(&view, &view);
        prop_assert_eq!(comparison.effect, Effect::Same);
    }

    /// Step by step nothing can come to stand that was not held against the rep at first.
    #[test]
    fn easing_adds_up(a in said(), b in said(), c in said()) {
        let [a, b, c] = [a, b, c].map(|said| account(&said, 0, 0));
        let bears = |from: &DayView, to: &DayView| Comparison::of(from, to).effect != Effect::Burdened;
        if bears(&a, &b) && bears(&b, &c) {
            prop_assert!(bears(&a, &c));
        }
    }

    /// Of two different accounts at most one way is easing.
    #[test]
    fn what_eases_one_way_burdens_the_other(a in said(), b in said()) {
        let [a, b] = [a, b].map(|said| account(&said, 0, 0));
        if Comparison::of(&a, &b).effect == Effect::Eased {
            prop_assert_eq!(Comparison::of(&b, &a).effect, Effect::Burdened);
        }
    }

    /// An account stays bearable however much of it is taken away.
    #[test]
    fn leaving_out_never_burdens(said in said(), kept in proptest::collection::vec(any::<bool>(), 5)) {
        let fewer: Vec<Said> = said.iter().zip(kept).filter(|(_, kept)| *kept).map(|(said, _)| *said).collect();
        let comparison = Comparison::of(&account(&said, 0, 0), &account(&fewer, 0, 0));
        prop_assert_ne!(comparison.effect, Effect::Burdened);
    }
}
