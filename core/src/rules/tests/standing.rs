use super::*;
use crate::{
    reference::FindingState as S,
    rules::{Answered, Appealed},
};

fn out() -> (Case, Finding) {
    let case = Case::out();
    let finding = case.only();
    (case, finding)
}

fn answer(case: &mut Case, finding: &Finding, at_min: f64) {
    case.phone(
        minute(at_min),
        &Answered {
            finding: finding.id,
            kind: finding.kind,
            from_ms: finding.from_ms,
            to_ms: finding.to_ms,
            day: "2026-11-23".into(),
            text: "lunch".into(),
        },
    );
}

fn appeal(case: &mut Case, finding: &Finding, at_min: f64) {
    case.phone(
        minute(at_min),
        &Appealed {
            finding: finding.id,
            kind: finding.kind,
            from_ms: finding.from_ms,
            to_ms: finding.to_ms,
            day: "2026-11-23".into(),
            text: "the bridge was closed".into(),
        },
    );
}

fn decide(case: &mut Case, finding: &Finding, state: S, at_min: f64) {
    case.decisions.push(Decision {
        finding: finding.id,
        rep: REP.into(),
        finding_kind: finding.kind.code(),
        from_ms: finding.from_ms,
        to_ms: finding.to_ms,
        state,
        reason: "talked".into(),
        by: "sup-1".into(),
        at_ms: minute(at_min),
        on_appeal: false,
    });
}

#[test]
fn words_count_in_the_order_they_were_said() {
    let (mut case, finding) = out();
    assert_eq!(finding.state, S::Open);
    answer(&mut case, &finding, 600.0);
    assert_eq!(case.only().state, S::Answered);
    decide(&mut case, &finding, S::Confirmed, 700.0);
    assert_eq!(case.only().state, S::Confirmed);
    answer(&mut case, &finding, 710.0);
    assert_eq!(case.only().state, S::Confirmed);
    appeal(&mut case, &finding, 720.0);
    let appealed = case.only();
    assert_eq!(appealed.state, S::Answered);
    assert!(appealed.facts.contains_key("appealed_at_ms"));
    decide(&mut case, &finding, S::Withdrawn, 800.0);
    assert_eq!(case.only().state, S::Withdrawn);
    case.decisions.reverse();
    assert_eq!(case.only().state, S::Withdrawn);
}

#[test]
fn a_decision_follows_the_finding_and_falls_when_its_evidence_grows() {
    let (mut case, finding) = out();
    decide(&mut case, &finding, S::Excused, 700.0);
    answer(&mut case, &finding, 600.0);
    // Less evidence after a rebuild: another first record, another id, the same finding.
    let cut = minute(260.0);
    case.entries
        .retain(|entry| !(minute(249.0)..cut).contains(&entry.when.at_ms));
    let smaller = case.only();
    assert_ne!(smaller.id, finding.id);
    assert_eq!(smaller.state, S::Excused);
    // The decision was made on less than is known now.
    let (mut case, finding) = out();
    let mut known = finding.clone();
    known.to_ms -= 5 * MINUTE_MS;
    decide(&mut case, &known, S::Excused, 700.0);
    assert_eq!(case.only().state, S::Open);
    answer(&mut case, &finding, 800.0);
    assert_eq!(case.only().state, S::Answered);
    // Within a minute it is the same.
    case.decisions[0].to_ms = finding.to_ms - 50_000;
    assert_eq!(case.only().state, S::Excused);
}

#[test]
fn words_on_another_kind_time_or_rep_change_nothing() {
    let (mut case, finding) = out();
    let other = Finding {
        kind: FindingKind::LongStay,
        ..finding.clone()
    };
    decide(&mut case, &other, S::Confirmed, 700.0);
    let far = Finding {
        from_ms: minute(400.0),
        to_ms: minute(410.0),
        id: Hash::of("other"),
        ..finding.clone()
    };
    decide(&mut case, &far, S::Confirmed, 701.0);
    decide(&mut case, &finding, S::Confirmed, 702.0);
    case.decisions[2].rep = "rep-2".into();
    assert_eq!(case.only().state, S::Open);
}
