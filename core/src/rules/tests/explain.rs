//! Every finding and question says what made it.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    judge::{Out, PlaceVerdict},
    record::EpochReason,
    rules::{
        Explanation, Fact, MOST, Noted, SetAside,
        clock::ClockMoved,
        explain,
        log::{BatchQuarantined, EpochOpened, RecordBackDated, StreamForked},
        presence::{Cause, CauseNoted},
        together,
        visit::{CheckedIn, CheckedOut, PhotoTaken},
    },
    testing::{fix, square_at},
    words::{Language, said},
};

/// A day with what the server found there by itself.
struct Told {
    case: Case,
    noted: Vec<Finding>,
}

impl Told {
    fn basis(&self) -> Basis {
        let mut basis = self.case.basis();
        basis.noted.push(Noted {
            judged_by: None,
            rep: REP.into(),
            day: day(),
            records: Vec::new(),
            findings: self.noted.clone(),
        });
        basis
    }

    fn explained(&self) -> Vec<Explanation> {
        let basis = self.basis();
        let view = fold_day(&basis, day(), &self.case.entries, self.case.now_ms);
        let explain = |finding: &Finding| explain(&basis, &view, &self.case.entries, self.case.now_ms, finding);
        view.findings.iter().map(explain).collect()
    }
}

fn told(case: Case) -> Told {
    let noted = Vec::new();
    Told { case, noted }
}

/// What made the only finding of a kind.
fn of(told: &Told, kind: FindingKind) -> Explanation {
    let mut explained = told.explained();
    explained.retain(|explanation| explanation.finding.kind == kind);
    assert_eq!(explained.len(), 1, "{kind:?}");
    explained.remove(0)
}

fn out() -> Told {
    told(Case::out())
}

fn at_opening() -> Told {
    let way = vec![(0.0, (5000.0, 0.0)), (40.0, (5000.0, 0.0)), (50.0, HOME)];
    told(Case::on_way(&Way(way), &[]))
}

/// Silent from minute 290 to 410, with no sign-in.
fn silent() -> Told {
    let mut case = Case::on_way(&Way(vec![(0.0, HOME)]), &[(290.0, 410.0)]);
    for at_min in [100.0, 290.5] {
        let cause = Cause::LocationOff;
        case.phone(minute(at_min), &CauseNoted { cause });
    }
    told(case)
}

fn stay(customer: bool) -> Told {
    let away = (1500.0, 0.0);
    let way = vec![
        (0.0, HOME),
        (100.0, away),
        (160.0, away),
        (200.0, HOME),
        (510.0, (0.0, 2500.0)),
    ];
    let mut case = Case::on_way(&Way(way), &[]);
    if customer {
        case.customer("c-1", HOME);
    }
    case.sign_in(75.0);
    told(case)
}

fn hall(side_m: f64) -> Told {
    let away = (1500.0, 0.0);
    let way = vec![(0.0, HOME), (94.0, HOME), (100.0, away), (140.0, away), (146.0, HOME)];
    let mut case = Case::on_way(&Way(way), &[]);
    case.customer("c-1", HOME);
    case.no_go.push(square_at(away, side_m));
    told(case)
}

fn odd_fixes() -> Told {
    let mut case = Case::on_way(&Way(vec![(0.0, HOME), (510.0, (2000.0, 0.0))]), &[(100.0, 120.0)]);
    case.sign_in(5.0);
    for at in 0..12 {
        case.fix(minute(100.5 + f64::from(at)), fix((300.0, 0.0), 5_000, Some(9)));
    }
    for at in 0..4 {
        let mut simulated = fix((310.0, 0.0), 5_000, Some(9));
        simulated.simulated = true;
        case.fix(minute(200.1 + f64::from(at)), simulated);
    }
    case.phone(minute(310.0), &ClockMoved { by_ms: -2_400_000 });
    told(case)
}

/// Six check-ins 900 m off in a quarter of an hour, the last visit of a minute, and one photo in two of them.
fn visits() -> Told {
    let way = vec![(0.0, (2000.0, 0.0)), (510.0, (-2000.0, 0.0))];
    let mut case = Case::on_way(&Way(way), &[(90.0, 130.0)]);
    case.customer("c-1", (1900.0, 0.0));
    for number in 0..6u32 {
        let visit = format!("{number:032x}");
        let at = 101.0 + 3.0 * f64::from(number);
        let fix_seq = Some(case.fix(minute(at), fix((1000.0, 0.0), 5_000, Some(9))));
        let check_in = CheckedIn {
            visit: visit.clone(),
            customer: "c-1".into(),
            fix_epoch: Some(1),
            fix_seq,
            purpose: String::new(),
        };
        case.phone(minute(at + 0.1), &check_in);
        let photo = PhotoTaken {
            visit: visit.clone(),
            blob: Hash::of(if number < 2 { "shelf".into() } else { visit.clone() }),
            bytes: 5,
            media_type: "image/jpeg".into(),
        };
        case.phone(minute(at + 0.2), &photo);
        let (fix_epoch, fix_seq) = (None, None);
        case.phone(
            minute(at + if number < 5 { 3.5 } else { 1.1 }),
            &CheckedOut {
                visit,
                fix_epoch,
                fix_seq,
            },
        );
    }
    told(case)
}

fn log() -> Told {
    let mut case = Case::plain();
    let (rep, stream) = (String::from(REP), String::from(STREAM));
    for fault in ["chain", "seal", "body_hash", "unsealed"] {
        let broken = BatchQuarantined {
            rep: rep.clone(),
            stream: stream.clone(),
            epoch: 1,
            seq: 41,
            fault: fault.into(),
            blob: Hash::of("bytes"),
        };
        case.desk(minute(300.0), &broken);
    }
    let dated = RecordBackDated {
        rep: rep.clone(),
        stream: stream.clone(),
        epoch: 1,
        branch: String::new(),
        seq: 42,
        hash: Hash::of("record"),
    };
    case.desk(minute(301.0), &dated);
    let forked = StreamForked {
        rep: rep.clone(),
        stream: stream.clone(),
        epoch: 1,
        seq: 40,
    };
    case.desk(minute(302.0), &forked);
    let replaced = EpochOpened {
        rep,
        stream,
        epoch: 2,
        reason: EpochReason::KeyLost,
        certificate: "{}".into(),
    };
    case.desk(minute(303.0), &replaced);
    told(case)
}

fn together() -> Told {
    let case = Case::plain();
    let sources = [&case.entries[100], &case.entries[230]].map(Entry::source);
    let noted = vec![together::question(
        REP,
        "rep-2",
        "2026-11-23",
        interval(100.0, 240.0),
        sources.to_vec(),
    )];
    Told { case, noted }
}

/// A day of each kind; together they have all that there is to be found.
fn days() -> Vec<Told> {
    vec![
        out(),
        at_opening(),
        silent(),
        stay(true),
        stay(false),
        hall(60.0),
        hall(400.0),
        odd_fixes(),
        visits(),
        log(),
        together(),
    ]
}

/// A new kind without a day here, or without words, fails.
#[test]
fn every_kind_of_the_closed_list_is_explained_in_words_of_the_closed_list() {
    let (mut kinds, mut codes) = (BTreeSet::new(), BTreeMap::new());
    for explained in days().iter().map(Told::explained) {
        for explanation in explained {
            let kind = explanation.finding.kind;
            kinds.insert(kind);
            assert_eq!(explanation.sentences.len(), 2, "{kind:?}");
            assert!(!explanation.conditions.is_empty(), "{kind:?}");
            assert!(explanation.conditions[0].met && !explanation.erased, "{kind:?}");
            let named: Vec<&Name> = explanation.records.iter().map(|record| &record.name).collect();
            assert_eq!(named, explanation.finding.evidence.iter().collect::<Vec<_>>());
            assert!(
                explanation.records.iter().all(|record| record.kind.is_some()),
                "{kind:?}"
            );
            assert!(explanation.basis.iter().any(|version| version.starts_with("policy ")));
            for language in [Language::En, Language::Zh] {
                for line in said(&explanation, language) {
                    assert!(!line.contains('{') && line.chars().count() > 10, "{kind:?}: {line}");
                }
            }
            let of_kind = explanation
                .sentences
                .iter()
                .map(|sentence| (sentence.code.clone(), kind));
            codes.extend(of_kind);
        }
    }
    assert_eq!(kinds, FindingKind::ALL.into());
    let catalogue: BTreeMap<String, String> = serde_json::from_str(include_str!("../../words/en.json")).unwrap();
    let sentences = catalogue
        .into_keys()
        .filter(|code| !code.contains('.') && code != "places_erased");
    assert_eq!(codes.into_keys().collect::<Vec<_>>(), sentences.collect::<Vec<_>>());
}

#[test]
fn every_fix_is_as_the_judge_saw_it() {
    for told in days() {
        let basis = told.basis();
        for explanation in told.explained() {
            assert!(explanation.fixes.is_sorted_by_key(|fix| fix.at_ms));
            for shown in &explanation.fixes {
                let ruled = judge_fix(&shown.fix, &basis.area, &basis.policy.fix, basis.edge_tolerance_m);
                assert_eq!(shown.verdict, ruled);
                let usable = ruled.place != PlaceVerdict::Unusable;
                assert_eq!(
                    (shown.radius_68_mm.is_some(), shown.side_ppm.is_some()),
                    (usable, usable)
                );
                let wide = shown.radius_68_mm.zip(ruled.radius_mm);
                assert!(
                    wide.is_none_or(|(drawn, judging)| 1.9 < judging as f64 / drawn as f64),
                    "{shown:?}"
                );
                // A disc that holds the position with 99 % lies on one side just where that side is as sure.
                let clear = ruled
                    .edge_mm
                    .zip(ruled.radius_mm)
                    .map(|(edge, radius)| edge.abs() - radius);
                let sure = shown.side_ppm.map(|ppm| ppm >= 990_000);
                assert!(
                    clear
                        .zip(sure)
                        .is_none_or(|(clear, sure)| clear.abs() < 10 || (clear > 0) == sure)
                );
            }
        }
    }
}

#[test]
fn an_hour_outside_is_drawn_with_its_middles_conditions_and_flanks() {
    let explanation = of(&out(), FindingKind::LeftArea);
    let finding = &explanation.finding;
    let charged: Vec<_> = explanation
        .votes
        .iter()
        .filter(|vote| (finding.from_ms..=finding.to_ms).contains(&vote.at_ms))
        .collect();
    assert!(
        charged
            .iter()
            .all(|vote| vote.out != Out::No && vote.edge_mm.unwrap() < -110_000)
    );
    assert!(charged.iter().filter(|vote| vote.out == Out::Clear).count() * 2 > charged.len());
    assert!(
        explanation.votes.len() > charged.len(),
        "the minutes around are drawn too"
    );
    let [proof] = &explanation.proofs[..] else {
        panic!("{:?}", explanation.proofs)
    };
    assert_eq!(
        (proof.interval, proof.fixes),
        (finding.interval(), charged.len() as u32)
    );
    let codes: Vec<&str> = explanation
        .conditions
        .iter()
        .map(|condition| condition.code.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "long",
            "clear",
            "one_piece",
            "backed_by_satellites",
            "longer_than_the_way"
        ]
    );
    let way = explanation.transit.unwrap();
    assert!(way.from_ms < finding.from_ms && finding.to_ms < way.to_ms && way.allowed_s < 45 * 60);
    let statuses: Vec<_> = explanation
        .spans
        .iter()
        .map(|span| format!("{:?}", span.status))
        .collect();
    assert_eq!(statuses, ["Inside", "Edge", "Outside", "Edge", "Inside"]);
    let decides: Vec<_> = explanation.fixes.iter().filter(|fix| fix.decides).collect();
    assert!((5..=8).contains(&decides.len()), "{decides:#?}");
    for name in ["left_after_ms", "back_before_ms"] {
        let at_ms = finding.number(name).unwrap();
        assert!(decides.iter().any(|fix| fix.at_ms == at_ms), "{name}");
    }
    assert_eq!(explanation.policy["ruling.outside_min_s"], Fact::Number(480));
    assert_eq!(explanation.policy["ruling.proof_radii"], Fact::Text("1.67".into()));
    assert_eq!(explanation.policy["unknown.top_speed_kmh"], Fact::Number(60));
    assert_eq!(
        said(&explanation, Language::En)[0],
        "From 12:10 to 12:53 (43 min) the middle of the positions lay outside the area; the farthest position \
         was 1009 m from its edge."
    );
}

#[test]
fn what_was_not_counted_is_shown_with_its_reason() {
    let mut told = out();
    let case = &mut told.case;
    // Twelve kilometres in ten seconds and back; half a kilometre in half a minute and back; the cell tower only.
    case.fix(minute(270.1), fix((16_000.0, 0.0), 5_000, Some(9)));
    case.fix(minute(280.5), fix((4_600.0, 0.0), 5_000, Some(9)));
    case.fix(minute(285.5), fix((4_000.0, 0.0), 900_000, None));
    let explanation = of(&told, FindingKind::LeftArea);
    let at = |at_min: f64| {
        explanation
            .fixes
            .iter()
            .find(|fix| fix.at_ms == minute(at_min))
            .unwrap()
    };
    assert_eq!(at(270.1).set_aside, Some(SetAside::Speed));
    assert_eq!(at(280.5).set_aside, Some(SetAside::Jump));
    assert_eq!(at(285.5).verdict.unusable, Some(crate::judge::Unusable::TooWide));
    let aside = explanation.fixes.iter().filter(|fix| fix.set_aside.is_some());
    assert_eq!(aside.count(), 2);
}

#[test]
fn distances_are_told_to_the_place_that_a_finding_is_about() {
    let far = of_first(&visits(), FindingKind::VisitFar);
    let place = far.place.as_ref().unwrap();
    assert_eq!((place.name.as_deref(), place.radius_mm), (Some("Shop c-1"), 200_000));
    let fix = far.fixes.iter().find(|fix| fix.decides).unwrap();
    assert_eq!(fix.target_mm, far.finding.number("distance_mm"));
    assert!(far.fixes.iter().all(|fix| fix.target_mm.unwrap() > 800_000));

    let stay = of(&stay(true), FindingKind::LongStay);
    assert!(stay.fixes.iter().all(|fix| fix.target_mm.unwrap() < 200_000));
    assert_eq!(stay.place.unwrap().code, "stay");

    let hall = of(&hall(400.0), FindingKind::AtNoGo);
    let inside = |at_ms| (hall.finding.from_ms..=hall.finding.to_ms).contains(&at_ms);
    assert!(
        hall.fixes
            .iter()
            .all(|fix| !inside(fix.at_ms) || fix.target_mm.unwrap() > 0)
    );
    assert!(hall.fixes.iter().any(|fix| !inside(fix.at_ms)) && hall.place.is_none());
}

fn of_first(told: &Told, kind: FindingKind) -> Explanation {
    let explained = told.explained();
    explained
        .into_iter()
        .find(|explanation| explanation.finding.kind == kind)
        .unwrap()
}

#[test]
fn no_more_of_a_trail_is_shown_than_made_the_finding() {
    use FindingKind as K;
    for told in days() {
        for explanation in told.explained() {
            let kind = explanation.finding.kind;
            let without = [
                K::ClockChanged,
                K::LogBroken,
                K::LogForked,
                K::KeyReplaced,
                K::ShortVisit,
                K::CheckInBurst,
            ];
            assert!(!without.contains(&kind) || explanation.fixes.is_empty(), "{kind:?}");
            if matches!(kind, K::SignedInLate | K::NotSignedIn) {
                assert_eq!(explanation.fixes.len(), 1, "the first inside");
            }
            let of_time = matches!(kind, K::LeftArea | K::OutsideAtOpening | K::Unaccounted);
            assert_eq!(!explanation.spans.is_empty(), of_time, "{kind:?}");
            if kind == K::Unaccounted {
                assert_eq!(explanation.fixes.len(), 2, "before and after the silence");
                assert_eq!(explanation.causes.len(), 1, "the one in it");
            }
            if kind == K::SimulatedFixes {
                assert!(explanation.fixes.iter().all(|fix| fix.fix.simulated));
            }
            if kind == K::PhonesTogether {
                assert!(explanation.fixes.iter().all(|fix| fix.name.stream == STREAM));
            }
        }
    }
}

#[test]
fn a_day_whose_fixes_were_erased_says_so_and_keeps_its_sentences() {
    for told in days() {
        let basis = told.basis();
        let view = fold_day(&basis, day(), &told.case.entries, told.case.now_ms);
        let mut kept = told.case.entries.clone();
        kept.retain(|entry| entry.body.kind != FixTaken::TYPE);
        for before in told.explained() {
            let after = explain(&basis, &view, &kept, told.case.now_ms, &before.finding);
            assert!(after.erased && after.fixes.is_empty() && after.votes.is_empty());
            assert_eq!(after.sentences[..2], before.sentences[..]);
            assert_eq!(after.sentences[2].code, "places_erased");
            assert!(said(&after, Language::En)[2].contains("90 days"));
            let gone = before
                .records
                .iter()
                .filter(|record| record.kind.as_deref() == Some(FixTaken::TYPE));
            let missing = after.records.iter().filter(|record| record.kind.is_none());
            assert_eq!(missing.count(), gone.count());
            assert_eq!(after.finding, before.finding);
        }
    }
}

#[test]
fn an_explanation_is_bounded_and_does_not_depend_on_the_order_of_arrival() {
    let mut case = Case::empty();
    for (at_ms, fix) in fixes(&way_out(), STREET, 1.0, &[], 18) {
        case.fix(at_ms, fix);
    }
    let mut told = told(case);
    let explained = told.explained();
    let left = of(&told, FindingKind::LeftArea);
    assert_eq!((left.fixes.len() <= MOST, left.votes.len() <= MOST), (true, true));
    assert!(left.fixes_of > 3_000 && left.fixes.len() > MOST / 2);
    assert!(left.fixes.iter().filter(|fix| fix.decides).count() >= 5);
    assert!(serde_json::to_string(&left).unwrap().len() < 200_000);
    let again: Vec<Entry> = told.case.entries.iter().step_by(3).cloned().collect();
    told.case.entries.extend(again);
    crate::testing::Random(7).shuffle(&mut told.case.entries);
    assert_eq!(told.explained(), explained);
}

#[test]
fn an_explanation_survives_json() {
    for explanation in days().iter().flat_map(Told::explained) {
        let text = serde_json::to_string(&explanation).unwrap();
        assert_eq!(serde_json::from_str::<Explanation>(&text).unwrap(), explanation);
    }
}
