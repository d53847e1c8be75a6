use super::{SignInEntered, SignInView, SignInWay, SignedIn};
use crate::{
    place::Point,
    rules::{Entry, FindingKind, case::Case, finding::Found},
    time::Interval,
};

/// The day's sign-in, and what is to be found about it.
pub(in crate::rules) fn fold(case: &Case<'_>) -> (SignInView, Vec<Found>) {
    let mut came: Vec<Came<'_>> = by_app(case).chain(by_phone(case)).collect();
    came.sort_by_key(|came| (came.at_ms, &came.entry.name));
    let first = came.first();
    // What proves a place stands before a call that proves none, whatever time somebody says that one came at.
    let shown = came
        .iter()
        .min_by_key(|came| (came.way == SignInWay::OtherNumber, came.at_ms));
    let first_inside = case.fixes.first_inside();
    let late_ms = case.basis.policy.sign_in.late_min.saturating_mul(60_000);
    let due_ms = first_inside.map(|i| case.fixes.judged[i].at_ms.saturating_add(late_ms));
    let found = due_ms
        .and_then(|due_ms| found(case, due_ms, first))
        .into_iter()
        .collect();
    let fix = shown.and_then(|came| came.fix);
    let view = SignInView {
        due_ms,
        at_ms: shown.map(|came| came.at_ms),
        way: shown.map(|came| came.way),
        record: shown.map(|came| came.entry.name.clone()),
        fix: fix.map(|i| case.fixes.sources[i].name.clone()),
        district: fix.and_then(|i| district(case, i)),
        edge_mm: fix.and_then(|i| case.fixes.judged[i].verdict.edge_mm),
    };
    (view, found)
}

/// One sign-in.
struct Came<'a> {
    at_ms: i64,
    way: SignInWay,
    entry: &'a Entry,
    fix: Option<usize>,
}

fn by_app<'a>(case: &Case<'a>) -> impl Iterator<Item = Came<'a>> {
    let signed_in = case
        .records
        .of::<SignedIn>()
        .filter(|(entry, _)| case.has(entry.when.at_ms));
    signed_in.map(|(entry, record)| Came {
        at_ms: entry.when.at_ms,
        way: SignInWay::App,
        entry,
        fix: case.fixes.named_by(entry, record.fix_epoch, record.fix_seq),
    })
}

fn by_phone<'a>(case: &Case<'a>) -> impl Iterator<Item = Came<'a>> {
    let entered = case.records.of::<SignInEntered>();
    let entered = entered.filter(|(_, call)| call.rep == case.basis.rep_id && case.has(call.called_at_ms));
    entered.map(|(entry, call)| Came {
        at_ms: call.called_at_ms,
        way: way(case, &call),
        entry,
        fix: None,
    })
}

/// A landline of one of the rep's customers, or of another one where the rep may be, is evidence of the place (R4); any
/// other number is none.
fn way(case: &Case<'_>, call: &SignInEntered) -> SignInWay {
    let is_landline = case.basis.customers.iter().any(|customer| {
        let landline = customer.landline.as_deref();
        landline.is_some_and(|landline| !landline.is_empty() && landline == call.number)
            && call.customer.as_ref().is_none_or(|id| *id == customer.id)
    });
    if is_landline || (call.in_area && call.customer.is_some()) {
        SignInWay::Landline
    } else {
        SignInWay::OtherNumber
    }
}

fn district(case: &Case<'_>, fix: usize) -> Option<String> {
    let point = Point::from(&case.fixes.judged[fix].fix);
    case.basis.districts.holding(point).map(str::to_owned)
}

/// Late, or missing once the window has passed. A day with leave has neither.
fn found(case: &Case<'_>, due_ms: i64, first: Option<&Came<'_>>) -> Option<Found> {
    let window = case.window?;
    if case.excuses.iter().any(|excuse| excuse.by == "leave") {
        return None;
    }
    let (kind, to_ms) = match first {
        Some(came) if came.at_ms > due_ms => (FindingKind::SignedInLate, came.at_ms),
        None if case.window_passed() && due_ms < window.to_ms => (FindingKind::NotSignedIn, window.to_ms),
        _ => return None,
    };
    let inside = case.fixes.first_inside().map(|i| &case.fixes.sources[i]);
    let evidence = inside
        .cloned()
        .into_iter()
        .chain(first.map(|came| came.entry.source()))
        .collect();
    let interval = Interval { from_ms: due_ms, to_ms };
    Some(
        Found::new(kind, interval, evidence)
            .number("due_ms", due_ms)
            .number("late_s", interval.length_ms() / 1000)
            .number("late_min_s", case.basis.policy.sign_in.late_min.saturating_mul(60)),
    )
}
