//! Findings and questions about visits. A check-in is never blocked; what is odd is asked about afterwards.

use super::{
    PhotoTaken, PhotoUse, reused,
    visits::{Visit, distance_mm},
};
use crate::{
    rules::{FindingKind, Source, case::Case, finding::Found},
    time::Interval,
};

/// All of a day.
pub(super) fn all(case: &Case<'_>, visits: &[Visit<'_>]) -> Vec<Found> {
    let far = visits.iter().filter_map(|visit| far(case, visit));
    let short = visits.iter().filter_map(|visit| short(case, visit));
    far.chain(short)
        .chain(bursts(case, visits))
        .chain(photos(case, visits))
        .collect()
}

/// Far from a customer whose place is confirmed, the disc of the fix counted. One usable fix of the visit
/// (or of the minutes around the check-in) that may be at the customer's clears it, since single fixes jump.
fn far(case: &Case<'_>, visit: &Visit<'_>) -> Option<Found> {
    let (customer, fix) = (visit.customer.filter(|customer| customer.place_confirmed)?, visit.fix?);
    if case.excuse_at(visit.view.from_ms).is_some() {
        return None;
    }
    let radius_mm = case.fixes.judged[fix].verdict.radius_mm?;
    let far_mm = libm::round(case.basis.policy.visit.far_m * 1000.0) as i64;
    let is_far = |i: usize| {
        let radius_mm = case.fixes.judged[i].verdict.radius_mm;
        radius_mm.is_none_or(|radius_mm| distance_mm(case, customer, i) > far_mm.saturating_add(radius_mm))
    };
    let around = around(case, visit.view.from_ms, visit.view.to_ms);
    let judged = &case.fixes.judged;
    let around =
        judged.partition_point(|j| j.at_ms < around.from_ms)..judged.partition_point(|j| j.at_ms < around.to_ms);
    if !is_far(fix) || !around.into_iter().all(is_far) {
        return None;
    }
    let evidence = vec![case.fixes.sources[fix].clone(), visit.check_in.source()];
    Some(
        of_visit(FindingKind::VisitFar, visit, evidence)
            .number("distance_mm", distance_mm(case, customer, fix))
            .number("radius_mm", radius_mm)
            .number("far_mm", far_mm),
    )
}

/// A visit, or the minutes around its check-in where it was shorter: fixes of that time clear it.
pub(super) fn around(case: &Case<'_>, from_ms: i64, to_ms: Option<i64>) -> Interval {
    let around_ms = case.basis.policy.ruling.half_width_s.saturating_mul(1000);
    let to_ms = to_ms.unwrap_or(from_ms).max(from_ms.saturating_add(around_ms));
    Interval {
        from_ms: from_ms.saturating_sub(around_ms),
        to_ms: to_ms.saturating_add(1),
    }
}

fn short(case: &Case<'_>, visit: &Visit<'_>) -> Option<Found> {
    let least_s = case.basis.policy.visit.dwell_min.saturating_mul(60);
    let dwell_s = visit.view.dwell_s.filter(|dwell_s| *dwell_s < least_s)?;
    let evidence = vec![visit.check_in.source(), visit.check_out?.source()];
    Some(
        of_visit(FindingKind::ShortVisit, visit, evidence)
            .number("dwell_s", dwell_s)
            .number("dwell_min_s", least_s),
    )
}

fn of_visit(kind: FindingKind, visit: &Visit<'_>, evidence: Vec<Source>) -> Found {
    let from_ms = visit.view.from_ms;
    let to_ms = visit.view.to_ms.unwrap_or(from_ms).max(from_ms + 1);
    Found::new(kind, Interval { from_ms, to_ms }, evidence)
        .text("visit", &visit.view.visit)
        .text("customer", &visit.view.customer)
}

/// One question for each unbroken row of check-ins that come too fast.
fn bursts(case: &Case<'_>, visits: &[Visit<'_>]) -> Vec<Found> {
    let policy = &case.basis.policy.visit;
    let (least, length_ms) = (
        policy.burst_visits.max(2) as usize,
        policy.burst_min.saturating_mul(60_000),
    );
    let mut bursts: Vec<(usize, usize)> = Vec::new();
    for (first, row) in visits.windows(least).enumerate() {
        let last = first + least - 1;
        if row[least - 1].view.from_ms - row[0].view.from_ms <= length_ms {
            match bursts.last_mut() {
                Some(burst) if first <= burst.1 => burst.1 = last,
                _ => bursts.push((first, last)),
            }
        }
    }
    let question = |(first, last): (usize, usize)| {
        let interval = Interval {
            from_ms: visits[first].view.from_ms,
            to_ms: visits[last].view.from_ms + 1,
        };
        let evidence = visits[first..=last]
            .iter()
            .map(|visit| visit.check_in.source())
            .collect();
        Found::new(FindingKind::CheckInBurst, interval, evidence)
            .number("check_ins", (last - first + 1) as i64)
            .number("burst_min_s", policy.burst_min.saturating_mul(60))
            .number("burst_visits", i64::from(policy.burst_visits))
    };
    bursts.into_iter().map(question).collect()
}

/// One question for each photo that an earlier visit, among the records given, has too.
fn photos(case: &Case<'_>, visits: &[Visit<'_>]) -> Vec<Found> {
    let taken = case.records.of::<PhotoTaken>();
    let uses: Vec<PhotoUse> = taken
        .map(|(entry, photo)| PhotoUse {
            blob: photo.blob,
            visit: photo.visit,
            at_ms: entry.when.at_ms,
            source: entry.source(),
        })
        .collect();
    let of_day = |visit: &str| visits.iter().any(|known| known.view.visit == visit);
    let reused = reused(&uses).into_iter().filter(|reuse| of_day(&reuse.again.visit));
    reused
        .map(|reuse| {
            let evidence = vec![reuse.first.source.clone(), reuse.again.source.clone()];
            Found::at(FindingKind::PhotoReused, reuse.again.at_ms, evidence)
                .text("visit", &reuse.again.visit)
                .text("first_visit", &reuse.first.visit)
                .number("first_at_ms", reuse.first.at_ms)
                .text("photo", reuse.again.blob.to_string())
        })
        .collect()
}
