//! A trail as a table: a row a fix, as the server ruled on it and as the phone saw it.

use super::clocks;
use crate::{
    desk::{Desk, look::TrailFix},
    files::export::{Cell, Table},
};

const COLUMNS: [&str; 14] = [
    "stream",
    "epoch",
    "branch",
    "seq",
    "zone",
    "time",
    "lat",
    "lon",
    "accuracy_m",
    "provider",
    "ruled",
    "edge_m",
    "radius_m",
    "phone_saw",
];

/// The fixes of a rep. Of one that was erased the record alone is left.
pub fn trail(desk: &Desk, rep: &str, fixes: Vec<TrailFix>) -> Table {
    let metres = |mm: Option<i64>| Cell::number(mm.map(|mm| format!("{:.1}", mm as f64 / 1000.0)));
    let degrees = |e9: Option<i64>| Cell::number(e9.map(|e9| format!("{:.7}", e9 as f64 / 1e9)));
    let rows = fixes.into_iter().map(|fix| {
        let clocks = clocks(desk, rep, fix.at_ms);
        let (taken, ruled) = (fix.taken.as_ref(), fix.ruled.as_ref());
        let place = taken.map(|taken| &taken.fix);
        let seen = taken.and_then(|taken| taken.seen.as_ref());
        vec![
            Cell::Text(fix.name.stream),
            Cell::number(Some(fix.name.epoch)),
            Cell::Text(fix.name.branch),
            Cell::number(Some(fix.name.seq)),
            clocks.offset(fix.at_ms),
            clocks.time(Some(fix.at_ms)),
            degrees(place.map(|place| place.lat_e9)),
            degrees(place.map(|place| place.lon_e9)),
            metres(place.and_then(|place| place.accuracy_mm)),
            Cell::code("provider", place.map(|place| &place.provider)),
            Cell::code("ruled", ruled.map(|ruled| &ruled.place)),
            metres(ruled.and_then(|ruled| ruled.edge_mm)),
            metres(ruled.and_then(|ruled| ruled.radius_mm)),
            Cell::code("ruled", seen.map(|seen| &seen.verdict.place)),
        ]
    });
    Table::new(&COLUMNS, rows.collect())
}
