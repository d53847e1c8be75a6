use super::found::around;
use crate::{
    place::{Point, distance_m},
    reference::Customer,
    rules::{Fact, Finding, FindingKind, Place, case::Case, explain::Grounds},
};

/// By the records and figures of a visit; of a far one by the fixes that could have cleared it. A customer who has
/// gone since is told by his id, without a circle.
pub(in crate::rules) fn grounds(case: &Case<'_>, finding: &Finding) -> Grounds {
    let id = finding.text("customer").unwrap_or_default();
    let customer = case.basis.customers.iter().find(|customer| customer.id == id);
    let mut grounds = Grounds::new(finding, &["fix", "ruling", "visit"]);
    if let Some(customer) = customer {
        grounds.happened = grounds.happened.with("customer", Fact::Text(customer.name.clone()));
    }
    match finding.kind {
        FindingKind::VisitFar => far(case, finding, customer, grounds),
        FindingKind::ShortVisit => grounds.condition("short", true, finding, &["dwell_s", "dwell_min_s"]),
        FindingKind::CheckInBurst => {
            grounds.condition("burst", true, finding, &["check_ins", "burst_visits", "burst_min_s"])
        }
        _ => grounds.condition("same_photo", true, finding, &["photo", "first_visit", "visit"]),
    }
}

fn far(case: &Case<'_>, finding: &Finding, customer: Option<&Customer>, mut grounds: Grounds) -> Grounds {
    let fixes = case.fixes.numbered();
    let around_s = case.basis.policy.ruling.half_width_s;
    grounds.measure = grounds.measure.number("around_s", around_s);
    grounds.fixes = fixes.within(around(case, finding.from_ms, Some(finding.to_ms)), |_| true);
    grounds.deciding = fixes.named(&finding.evidence);
    let grounds = grounds.condition("far", true, finding, &["distance_mm", "far_mm", "radius_mm"]);
    let Some(customer) = customer else { return grounds };
    let place = Point::from_e9(customer.lat_e9, customer.lon_e9);
    let distance_mm = |point| Some(libm::round(distance_m(place, point) * 1000.0) as i64);
    Grounds {
        place: Some(Place {
            code: "customer".into(),
            name: Some(customer.name.clone()),
            lat_e9: customer.lat_e9,
            lon_e9: customer.lon_e9,
            radius_mm: finding.number("far_mm").unwrap_or_default(),
        }),
        ..grounds
            .measured(fixes, distance_mm)
            .condition("place_confirmed", customer.place_confirmed, finding, &[])
    }
}
