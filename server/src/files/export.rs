//! Tables for people: days and visits as CSV (RFC 4180).

use onbeat_core::{
    reference::Rep,
    rules::{Class, DayView, visit::VisitView},
};
use serde::{Deserialize, Serialize};

use crate::clock::rfc3339;

/// The body of a view of kind `visit`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VisitRow {
    /// The rep's id.
    pub rep: String,
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// The visit.
    pub visit: VisitView,
}

/// Columns of [`day_cells`].
pub const DAY_COLUMNS: [&str; 18] = [
    "rep",
    "name",
    "team",
    "day",
    "closed",
    "window_from",
    "window_to",
    "inside_s",
    "edge_s",
    "outside_s",
    "unknown_s",
    "excused_s",
    "fixes",
    "sign_in_at",
    "sign_in_way",
    "visits",
    "findings",
    "questions",
];

/// Columns of [`visit_cells`].
pub const VISIT_COLUMNS: [&str; 15] = [
    "rep",
    "day",
    "visit",
    "customer",
    "customer_name",
    "from",
    "to",
    "dwell_s",
    "distance_m",
    "purpose",
    "outcome",
    "content",
    "feedback",
    "next_step",
    "photos",
];

/// A day as a row.
pub fn day_cells(rep: Option<&Rep>, day: &DayView) -> Vec<String> {
    let counts = &day.counts;
    let of_class = |class| day.findings.iter().filter(|finding| finding.class == class).count();
    vec![
        day.rep.clone(),
        rep.map(|rep| rep.name.clone()).unwrap_or_default(),
        rep.map(|rep| rep.team.clone()).unwrap_or_default(),
        day.day.to_string(),
        day.closed.to_string(),
        time(day.window.map(|window| window.from_ms)),
        time(day.window.map(|window| window.to_ms)),
        counts.inside_s.to_string(),
        counts.edge_s.to_string(),
        counts.outside_s.to_string(),
        counts.unknown_s.to_string(),
        counts.excused_s.to_string(),
        counts.fixes.to_string(),
        time(day.sign_in.at_ms),
        code(&day.sign_in.way),
        day.visits.len().to_string(),
        of_class(Class::Finding).to_string(),
        of_class(Class::Question).to_string(),
    ]
}

/// A visit as a row.
pub fn visit_cells(row: &VisitRow) -> Vec<String> {
    let visit = &row.visit;
    let report = visit.report.as_ref();
    let said =
        |field: fn(&onbeat_core::rules::visit::Report) -> &String| report.map(field).cloned().unwrap_or_default();
    vec![
        row.rep.clone(),
        row.day.clone(),
        visit.visit.clone(),
        visit.customer.clone(),
        visit.customer_name.clone().unwrap_or_default(),
        time(Some(visit.from_ms)),
        time(visit.to_ms),
        visit.dwell_s.map(|seconds| seconds.to_string()).unwrap_or_default(),
        visit
            .distance_mm
            .map(|mm| format!("{:.1}", mm as f64 / 1000.0))
            .unwrap_or_default(),
        visit.purpose.clone(),
        code(&report.map(|report| report.outcome)),
        said(|report| &report.content),
        said(|report| &report.feedback),
        said(|report| &report.next_step),
        visit.photos.len().to_string(),
    ]
}

/// A table to take out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns; a unit is said last.
    pub columns: Vec<&'static str>,
    /// Cells in the order of the columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As a CSV file. It begins with a byte order mark: without one, spreadsheets take UTF-8 for something else.
    pub fn csv(&self) -> String {
        let head = csv_line(self.columns.iter().map(ToString::to_string));
        let rows = self.rows.iter().map(|row| csv_line(row.iter().cloned()));
        format!("\u{feff}{head}{}", rows.collect::<String>())
    }
}

/// A row of a CSV file. A text that a spreadsheet would take for a formula gets an apostrophe before it
/// (<https://owasp.org/www-community/attacks/CSV_Injection>); numbers stay numbers.
pub fn csv_line(cells: impl Iterator<Item = String>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let written = writer.write_record(cells.map(harmless));
    written.expect("writing to memory does not fail");
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}

pub(super) fn harmless(cell: String) -> String {
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    if formula { format!("'{cell}") } else { cell }
}

/// An instant as a cell, RFC 3339.
pub fn time(at_ms: Option<i64>) -> String {
    at_ms.map(rfc3339).unwrap_or_default()
}

/// An enum's code as a cell.
pub fn code(value: &Option<impl Serialize>) -> String {
    let value = value.as_ref().and_then(|value| serde_json::to_value(value).ok());
    value
        .and_then(|value| value.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::csv_line;

    #[test]
    fn cells_are_quoted_and_no_formula() {
        let line = |cells: &[&str]| csv_line(cells.iter().map(ToString::to_string));
        assert_eq!(line(&["a", "b,c", "say \"hi\""]), "a,\"b,c\",\"say \"\"hi\"\"\"\r\n");
        assert_eq!(line(&["=1+1", "@x", "-12.5", "+x"]), "'=1+1,'@x,-12.5,'+x\r\n");
    }
}
