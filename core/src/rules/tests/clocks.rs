use super::*;
use crate::{
    record::EpochReason,
    rules::{
        Fact,
        clock::ClockMoved,
        log::{BatchQuarantined, EpochOpened, RecordBackDated, StreamForked},
    },
};

#[test]
fn a_clock_that_was_moved_is_asked_about_once() {
    let mut case = Case::plain();
    case.phone(minute(200.0), &ClockMoved { by_ms: 60_000 });
    assert_eq!(case.kinds(), []);
    case.phone(minute(310.0), &ClockMoved { by_ms: -2_400_000 });
    case.phone(minute(350.0), &ClockMoved { by_ms: 61_000 });
    case.phone(minute(2000.0), &ClockMoved { by_ms: i64::MIN });
    let question = case.only();
    assert_eq!(
        (question.kind, question.class),
        (FindingKind::ClockChanged, Class::Question)
    );
    assert_eq!((question.from_ms, question.to_ms), (minute(310.0), minute(350.0) + 1));
    assert_eq!(question.facts["by_ms"], Fact::Number(-2_400_000));
    assert_eq!(question.evidence.len(), 2);
}

#[test]
fn a_fork_is_a_question_and_a_broken_log_a_finding() {
    let fork = |rep: &str| StreamForked {
        rep: rep.into(),
        stream: STREAM.into(),
        epoch: 1,
        seq: 40,
    };
    let broken = |rep: &str| BatchQuarantined {
        rep: rep.into(),
        stream: STREAM.into(),
        epoch: 1,
        seq: 41,
        fault: "body_hash".into(),
        blob: Hash::of("bytes"),
    };
    let mut case = Case::plain();
    case.desk(minute(300.0), &fork("rep-2"));
    case.desk(minute(301.0), &broken("rep-2"));
    case.desk(minute(2000.0), &broken(REP));
    assert_eq!(case.kinds(), []);
    let seq = case.desk(minute(302.0), &fork(REP));
    case.desk(minute(303.0), &broken(REP));
    let findings = case.view().findings;
    let classes: Vec<_> = findings.iter().map(|finding| (finding.kind, finding.class)).collect();
    assert_eq!(
        classes,
        [
            (FindingKind::LogForked, Class::Question),
            (FindingKind::LogBroken, Class::Finding)
        ]
    );
    assert_eq!(findings[0].evidence[0].seq, seq);
    assert_eq!(findings[1].facts["fault"], Fact::Text("body_hash".into()));
    let dated = |rep: &str| RecordBackDated {
        rep: rep.into(),
        stream: STREAM.into(),
        epoch: 1,
        branch: String::new(),
        seq: 42,
        hash: Hash::of("record"),
    };
    let mut case = Case::plain();
    case.desk(minute(304.0), &dated("rep-2"));
    case.desk(minute(304.0), &dated(REP));
    let finding = case.only();
    assert_eq!(
        (finding.kind, &finding.facts["seq"]),
        (FindingKind::LogBroken, &Fact::Number(42))
    );
    assert_eq!(finding.facts["fault"], Fact::Text("back_dated".into()));
}

#[test]
fn a_key_that_nothing_vouches_for_is_asked_about() {
    let opened = |rep: &str, reason| EpochOpened {
        rep: rep.into(),
        stream: STREAM.into(),
        epoch: 2,
        reason,
        certificate: "{}".into(),
    };
    let mut case = Case::plain();
    case.desk(minute(300.0), &opened(REP, EpochReason::Fork));
    case.desk(minute(301.0), &opened(REP, EpochReason::Quarantined));
    case.desk(minute(302.0), &opened("rep-2", EpochReason::KeyLost));
    assert_eq!(case.kinds(), []);
    let seq = case.desk(minute(303.0), &opened(REP, EpochReason::KeyLost));
    let question = case.only();
    assert_eq!(
        (question.kind, question.class),
        (FindingKind::KeyReplaced, Class::Question)
    );
    assert_eq!(question.evidence[0].seq, seq);
    assert_eq!(question.facts["epoch"], Fact::Number(2));
}
