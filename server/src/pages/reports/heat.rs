use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::{desk::reports::Sums, pages::Frame};

/// Size of a cell, in units of the drawing.
const WIDTH: i64 = 46;
const HEIGHT: i64 = 28;
/// Room for the weekdays at the left.
const LEFT: i64 = 56;

/// Days as a calendar: a column a week, a row a weekday, each with the share that was kept.
pub(super) struct Heat {
    pub(super) cells: Vec<Cell>,
    /// Weekdays: place and words.
    pub(super) rows: Vec<(i64, &'static str)>,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A day.
pub(super) struct Cell {
    pub(super) x: i64,
    pub(super) y: i64,
    /// `none`, `low`, `some`, `most` or `all`: how much was kept.
    pub(super) level: &'static str,
    /// Hundredths, where anything is known.
    pub(super) text: String,
    pub(super) title: String,
    /// The rep's day, where only he is asked for.
    pub(super) link: Option<String>,
}

impl Heat {
    /// The days from one to another.
    pub(super) fn new(
        frame: &Frame,
        from: NaiveDate,
        to: NaiveDate,
        sums: &BTreeMap<String, Sums>,
        of_day: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let days = from.iter_days().take_while(|day| *day <= to);
        let monday = from - Days::new(from.weekday().num_days_from_monday().into());
        let cells: Vec<Cell> = days
            .map(|day| {
                let key = day.to_string();
                let kept = sums.get(&key).and_then(Sums::kept_permille);
                let said = kept.map_or_else(
                    || frame.t("reports.nothing_known").to_owned(),
                    |kept| frame.local.share(kept),
                );
                Cell {
                    x: LEFT + (day - monday).num_days() / 7 * WIDTH,
                    y: i64::from(day.weekday().num_days_from_monday()) * HEIGHT,
                    level: level(kept),
                    text: kept.map_or_else(String::new, |kept| (kept / 10).to_string()),
                    title: format!("{} {said}", frame.local.date(day)),
                    link: of_day(&key).filter(|_| sums.contains_key(&key)),
                }
            })
            .collect();
        let weeks = (to - monday).num_days() / 7 + 1;
        let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        Self {
            cells,
            rows: (0..).map(|row| row * HEIGHT + 18).zip(words).collect(),
            width: LEFT + weeks * WIDTH,
            height: 7 * HEIGHT,
        }
    }

    /// A picture; with links in it a group, whose parts are told too.
    pub(super) fn role(&self) -> &'static str {
        if self.cells.iter().any(|cell| cell.link.is_some()) {
            "group"
        } else {
            "img"
        }
    }
}

fn level(kept: Option<i64>) -> &'static str {
    match kept {
        None => "none",
        Some(..800) => "low",
        Some(800..950) => "some",
        Some(950..995) => "most",
        Some(_) => "all",
    }
}
