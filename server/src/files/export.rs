//! Tables that are taken out, as CSV (RFC 4180) or (`super::xlsx`) as workbooks. A cell knows what it is: an instant is
//! written as people's spreadsheets read it, or exactly for programs.

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, TimeZone};
use chrono_tz::Tz;
use onbeat_core::{
    reference::Rep,
    rules::{Class, DayView, visit::VisitView},
};
use serde::{Deserialize, Serialize};

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// What people wrote or named.
    Text(String),
    /// A code, under the heading of its words: `state`, `open`.
    Code(&'static str, String),
    /// A number, as it is written.
    Number(String),
    /// A day.
    Day(NaiveDate),
    /// An instant, by the clocks of its place.
    Time(DateTime<FixedOffset>),
}

impl Cell {
    /// Nothing is known.
    pub fn empty() -> Self {
        Self::Text(String::new())
    }

    /// A text; none is empty.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or_else(Self::empty, |text| Self::Text(text.into()))
    }

    /// A number; none is empty.
    pub fn number(number: Option<impl ToString>) -> Self {
        number.map_or_else(Self::empty, |number| Self::Number(number.to_string()))
    }

    /// A value that is written as a code; none is empty.
    pub fn code(heading: &'static str, value: Option<&impl Serialize>) -> Self {
        let value = value.and_then(|value| serde_json::to_value(value).ok());
        let code = value.as_ref().and_then(|value| value.as_str());
        code.map_or_else(Self::empty, |code| Self::Code(heading, code.to_owned()))
    }

    /// Yes or no.
    pub fn flag(flag: bool) -> Self {
        Self::Code("flag", flag.to_string())
    }

    /// As programs read it: an instant is RFC 3339.
    pub fn exact(self) -> String {
        match self {
            Self::Time(at) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
            cell => cell.plain(),
        }
    }

    /// As spreadsheets read it in every language: an instant is date and time without what they would take for a text.
    pub(super) fn plain(self) -> String {
        match self {
            Self::Text(text) | Self::Code(_, text) | Self::Number(text) => text,
            Self::Day(day) => day.to_string(),
            Self::Time(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}

/// The clocks of a place.
#[derive(Debug, Clone, Copy)]
pub struct Clocks(Tz);

impl Clocks {
    /// By a zone's IANA name; UTC where there is none of it.
    pub fn of(zone: &str) -> Self {
        Self(zone.parse().unwrap_or(Tz::UTC))
    }

    /// What they show at an instant, milliseconds since 1970 (UTC).
    pub fn time(self, at_ms: Option<i64>) -> Cell {
        self.at(at_ms).map_or_else(Cell::empty, Cell::Time)
    }

    /// How far they are from UTC then: `UTC+08:00`.
    pub fn offset(self, at_ms: i64) -> Cell {
        Cell::text(self.at(Some(at_ms)).map(|at| format!("UTC{}", at.format("%:z"))))
    }

    fn at(self, at_ms: Option<i64>) -> Option<DateTime<FixedOffset>> {
        let at = self.0.timestamp_millis_opt(at_ms?).single()?;
        Some(at.fixed_offset())
    }
}

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
pub const DAY_COLUMNS: [&str; 19] = [
    "rep",
    "name",
    "team",
    "day",
    "closed",
    "zone",
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
pub const VISIT_COLUMNS: [&str; 16] = [
    "rep",
    "day",
    "visit",
    "customer",
    "customer_name",
    "zone",
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

/// A day as a row, by the clocks of its area; the rep and the team as they were then.
pub fn day_cells(rep: Option<&Rep>, team: &str, clocks: Clocks, day: &DayView) -> Vec<Cell> {
    let counts = &day.counts;
    let of_class = |class| day.findings.iter().filter(|finding| finding.class == class).count();
    let opens_ms = day.window.map(|window| window.from_ms);
    vec![
        Cell::Text(day.rep.clone()),
        Cell::text(rep.map(|rep| &rep.name)),
        Cell::Text(team.to_owned()),
        Cell::Day(day.day),
        Cell::flag(day.closed),
        opens_ms
            .or(day.sign_in.at_ms)
            .map_or_else(Cell::empty, |at_ms| clocks.offset(at_ms)),
        clocks.time(opens_ms),
        clocks.time(day.window.map(|window| window.to_ms)),
        Cell::number(Some(counts.inside_s)),
        Cell::number(Some(counts.edge_s)),
        Cell::number(Some(counts.outside_s)),
        Cell::number(Some(counts.unknown_s)),
        Cell::number(Some(counts.excused_s)),
        Cell::number(Some(counts.fixes)),
        clocks.time(day.sign_in.at_ms),
        Cell::code("way", day.sign_in.way.as_ref()),
        Cell::number(Some(day.visits.len())),
        Cell::number(Some(of_class(Class::Finding))),
        Cell::number(Some(of_class(Class::Question))),
    ]
}

/// A visit as a row, by the clocks of its area.
pub fn visit_cells(clocks: Clocks, row: &VisitRow) -> Vec<Cell> {
    let visit = &row.visit;
    let report = visit.report.as_ref();
    vec![
        Cell::Text(row.rep.clone()),
        row.day.parse().map_or_else(|_| Cell::empty(), Cell::Day),
        Cell::Text(visit.visit.clone()),
        Cell::Text(visit.customer.clone()),
        Cell::text(visit.customer_name.as_ref()),
        clocks.offset(visit.from_ms),
        clocks.time(Some(visit.from_ms)),
        clocks.time(visit.to_ms),
        Cell::number(visit.dwell_s),
        Cell::number(visit.distance_mm.map(|mm| format!("{:.1}", mm as f64 / 1000.0))),
        Cell::Text(visit.purpose.clone()),
        Cell::code("outcome", report.map(|report| &report.outcome)),
        Cell::text(report.map(|report| &report.content)),
        Cell::text(report.map(|report| &report.feedback)),
        Cell::text(report.map(|report| &report.next_step)),
        Cell::number(Some(visit.photos.len())),
    ]
}

/// A table to take out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What the columns are called.
    pub columns: Vec<String>,
    /// Cells in the order of the columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table whose columns are called by codes.
    pub fn new(columns: &[&str], rows: Vec<Vec<Cell>>) -> Self {
        let columns = columns.iter().map(ToString::to_string).collect();
        Self { columns, rows }
    }

    /// The table in somebody's words: `word` has them for a code under a heading.
    #[must_use]
    pub fn in_words(mut self, word: impl Fn(&str, &str) -> String) -> Self {
        for column in &mut self.columns {
            *column = word("column", column);
        }
        for cell in self.rows.iter_mut().flatten() {
            if let Cell::Code(heading, code) = cell {
                *cell = Cell::Text(word(heading, code));
            }
        }
        self
    }

    /// As a CSV file. It begins with a byte order mark: without one, spreadsheets take UTF-8 for something else.
    pub fn csv(self) -> String {
        let head = csv_line(self.columns.into_iter());
        let rows = self.rows.into_iter();
        let rows = rows.map(|row| csv_line(row.into_iter().map(Cell::plain)));
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

#[cfg(test)]
mod tests {
    use super::{Cell, Clocks, Table, csv_line};

    #[test]
    fn an_instant_is_told_by_the_clocks_of_its_place() {
        // 2026-11-23T00:30:00Z, and an hour of New York's that comes twice.
        for (zone, at_ms, offset, plain, exact) in [
            (
                "Asia/Shanghai",
                1_795_393_800_000,
                "UTC+08:00",
                "2026-11-23 08:30:00",
                "2026-11-23T08:30:00+08:00",
            ),
            (
                "America/New_York",
                1_793_511_000_000,
                "UTC-04:00",
                "2026-11-01 01:30:00",
                "2026-11-01T01:30:00-04:00",
            ),
            (
                "America/New_York",
                1_793_514_600_000,
                "UTC-05:00",
                "2026-11-01 01:30:00",
                "2026-11-01T01:30:00-05:00",
            ),
            (
                "Nowhere/Land",
                0,
                "UTC+00:00",
                "1970-01-01 00:00:00",
                "1970-01-01T00:00:00Z",
            ),
        ] {
            let clocks = Clocks::of(zone);
            assert_eq!(clocks.offset(at_ms), Cell::Text(offset.into()), "{zone}");
            assert_eq!(clocks.time(Some(at_ms)).plain(), plain, "{zone}");
            assert_eq!(clocks.time(Some(at_ms)).exact(), exact, "{zone}");
        }
        assert_eq!(
            Clocks::of("UTC").time(Some(i64::MAX)),
            Cell::empty(),
            "a phone may claim any time"
        );
    }

    #[test]
    fn codes_are_put_into_words_and_what_people_wrote_is_not() {
        let row = vec![Cell::Code("state", "open".into()), Cell::Text("open".into())];
        let table = Table::new(&["state", "note"], vec![row]);
        let said = table.in_words(|heading, code| format!("{heading} {code}!")).csv();
        assert_eq!(said, "\u{feff}column state!,column note!\r\nstate open!,open\r\n");
    }

    #[test]
    fn cells_are_quoted_and_no_formula() {
        let line = |cells: &[&str]| csv_line(cells.iter().map(ToString::to_string));
        assert_eq!(line(&["a", "b,c", "say \"hi\""]), "a,\"b,c\",\"say \"\"hi\"\"\"\r\n");
        assert_eq!(line(&["=1+1", "@x", "-12.5", "+x"]), "'=1+1,'@x,-12.5,'+x\r\n");
    }
}
