//! Whether an evader's day raises a finding or a question, from the records that his phone would write.

use chrono::NaiveDate;
use onbeat_core::{
    judge::JudgedFix,
    policy::Policy,
    reading::Stamp,
    record::{Body, Hash, Payload},
    reference::{Document, Rep},
    rules::{Basis, DayView, Entry, FindingKind, Name, clock::ClockMoved, fold_day, presence::FixTaken, together},
    time::Trusted,
};

use crate::day::{Day, WINDOW};

/// What a supervisor can see of it; a late sign-in or a long stay says nothing of how he hid.
const TELLING: [FindingKind; 7] = [
    FindingKind::LeftArea,
    FindingKind::OutsideAtOpening,
    FindingKind::Unaccounted,
    FindingKind::SimulatedFixes,
    FindingKind::IdenticalFixes,
    FindingKind::ClockChanged,
    FindingKind::PhonesTogether,
];

/// The phone whose wall clock was moved so far at an instant, if it was.
pub(crate) fn by_records(day: &Day<'_>, clock_moved: Option<(i64, i64)>, policy: &Policy) -> bool {
    let mut entries: Vec<Entry> = Vec::with_capacity(day.fixes.len() + 1);
    for JudgedFix { at_ms, fix, .. } in &day.fixes {
        let taken = FixTaken {
            fix: fix.clone(),
            seen: None,
        };
        entries.push(entry(*at_ms, entries.len() as u64, &taken));
    }
    if let Some((at_ms, by_ms)) = clock_moved {
        entries.push(entry(at_ms, entries.len() as u64, &ClockMoved { by_ms }));
        entries.sort_by_key(|entry| entry.when.at_ms);
    }
    let view: DayView = fold_day(&basis(day, policy), monday(), &entries, WINDOW.to_ms);
    view.findings.iter().any(|finding| TELLING.contains(&finding.kind))
}

/// Two phones that one person carries.
pub(crate) fn by_company(a: &Day<'_>, b: &Day<'_>, policy: &Policy) -> bool {
    !together::together(&a.fixes, &b.fixes, WINDOW, policy).is_empty()
}

pub(crate) fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day of the calendar")
}

fn entry<P: Payload>(at_ms: i64, seq: u64, payload: &P) -> Entry {
    let stamp = Stamp {
        at_ms,
        elapsed_ms: at_ms - WINDOW.from_ms + 1_000_000,
        boot: "00000000000000b0".into(),
    };
    Entry {
        name: Name {
            stream: "0".repeat(32),
            epoch: 0,
            branch: String::new(),
            seq,
        },
        hash: Hash([0; 32]),
        when: Trusted {
            at_ms,
            error_ms: Some(500),
        },
        body: Body::new([0; 16], stamp, payload).into(),
    }
}

fn basis(day: &Day<'_>, policy: &Policy) -> Basis {
    let rep = Rep {
        name: String::new(),
        team: String::new(),
        role: None,
        districts: Vec::new(),
        customers: Vec::new(),
    };
    let documents = [
        ("rep".to_owned(), Document::Rep(rep)),
        ("policy".to_owned(), Document::Policy(policy.clone())),
    ];
    let mut basis = Basis::new("rep", &documents, |_| None).expect("a rep and a policy are a basis");
    basis.area = day.truth.ground.area.clone().into();
    basis
}
