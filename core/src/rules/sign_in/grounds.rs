use crate::rules::{Finding, case::Case, explain::Grounds};

/// Late or missing: by the first fix inside, and the sign-in if it came.
pub(in crate::rules) fn grounds(case: &Case<'_>, finding: &Finding) -> Grounds {
    let mut grounds = Grounds::new(finding, &["fix", "sign_in"]);
    let late_ms = finding.number("late_min_s").unwrap_or_default().saturating_mul(1000);
    let due_ms = finding.number("due_ms").unwrap_or_default();
    grounds.measure = grounds
        .measure
        .number("first_inside_ms", due_ms.saturating_sub(late_ms));
    grounds.deciding = case.fixes.numbered().named(&finding.evidence);
    grounds.condition("late", true, finding, &["due_ms", "late_s", "late_min_s"])
}
