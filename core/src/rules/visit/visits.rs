use std::collections::BTreeMap;

use super::{CheckedIn, CheckedOut, PhotoTaken, Report, VisitView};
use crate::{
    place::{Point, distance_m},
    reference::Customer,
    rules::{Entry, case::Case},
};

/// A visit with the records that findings cite.
pub(super) struct Visit<'a> {
    pub(super) view: VisitView,
    pub(super) check_in: &'a Entry,
    pub(super) check_out: Option<&'a Entry>,
    pub(super) customer: Option<&'a Customer>,
    /// The check-in's fix, among the day's.
    pub(super) fix: Option<usize>,
}

/// Every check-in of the day opens a visit; what else names it, whenever it came, belongs to it.
pub(super) fn visits<'a>(case: &Case<'a>) -> Vec<Visit<'a>> {
    let mut visits: Vec<Visit<'a>> = Vec::new();
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    for (entry, check_in) in case.records.of::<CheckedIn>() {
        if case.has(entry.when.at_ms) && !by_id.contains_key(&check_in.visit) {
            by_id.insert(check_in.visit.clone(), visits.len());
            visits.push(open(case, entry, check_in));
        }
    }
    for (entry, check_out) in case.records.of::<CheckedOut>() {
        if let Some(i) = by_id.get(&check_out.visit) {
            visits[*i].close(entry);
        }
    }
    for (entry, report) in case.records.of::<Report>() {
        if let Some(i) = by_id.get(&report.visit) {
            visits[*i].report(entry, report);
        }
    }
    for (entry, photo) in case.records.of::<PhotoTaken>() {
        if let Some(i) = by_id.get(&photo.visit) {
            visits[*i].photo(entry, &photo);
        }
    }
    visits
}

fn open<'a>(case: &Case<'a>, entry: &'a Entry, check_in: CheckedIn) -> Visit<'a> {
    let customer = case
        .basis
        .customers
        .iter()
        .find(|customer| customer.id == check_in.customer);
    let fix = case.fixes.named_by(entry, check_in.fix_epoch, check_in.fix_seq);
    let distance_mm = customer
        .zip(fix)
        .map(|(customer, fix)| distance_mm(case, customer, fix));
    let view = VisitView {
        visit: check_in.visit,
        customer: check_in.customer,
        customer_name: customer.map(|customer| customer.name.clone()),
        from_ms: entry.when.at_ms,
        to_ms: None,
        dwell_s: None,
        distance_mm,
        purpose: check_in.purpose,
        report: None,
        photos: Vec::new(),
        records: vec![entry.name.clone()],
        in_window: case.window.is_some_and(|window| window.contains(entry.when.at_ms)),
    };
    Visit {
        view,
        check_in: entry,
        check_out: None,
        customer,
        fix,
    }
}

/// From a fix of the day to a customer.
pub(super) fn distance_mm(case: &Case<'_>, customer: &Customer, fix: usize) -> i64 {
    let place = Point::from_e9(customer.lat_e9, customer.lon_e9);
    libm::round(distance_m(place, Point::from(&case.fixes.judged[fix].fix)) * 1000.0) as i64
}

impl<'a> Visit<'a> {
    /// The first check-out at or after the check-in counts.
    fn close(&mut self, entry: &'a Entry) {
        if self.check_out.is_none() && entry.when.at_ms >= self.view.from_ms {
            self.check_out = Some(entry);
            self.view.to_ms = Some(entry.when.at_ms);
            self.view.dwell_s = Some((entry.when.at_ms - self.view.from_ms) / 1000);
            self.view.records.push(entry.name.clone());
        }
    }

    /// The newest counts, and records come in order.
    fn report(&mut self, entry: &Entry, report: Report) {
        if !report.purpose.is_empty() {
            self.view.purpose.clone_from(&report.purpose);
        }
        self.view.report = Some(report);
        self.view.records.push(entry.name.clone());
    }

    fn photo(&mut self, entry: &Entry, photo: &PhotoTaken) {
        if !self.view.photos.contains(&photo.blob) {
            self.view.photos.push(photo.blob);
        }
        self.view.records.push(entry.name.clone());
    }
}
