//! Adherence in sums: what is edge or unknown is its own, and never counted as outside.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use futures_util::future::join;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Books, Desk, DeskError, DeskResult, days::Which};
use crate::{
    auth::Actor,
    fold::DaySums,
    store::{ViewQuery, ViewRow},
};

/// Longest period, in days.
const DAYS_MOST: i64 = 92;
/// Most views that are read for a table.
const VIEWS_MOST: usize = 100_000;
/// Views read at a time.
const READ: usize = 1_000;

/// What days are summed by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By rep.
    #[default]
    Rep,
    /// By the team of the day.
    Team,
    /// By the districts of the day: a day in two of them is summed once, under both names.
    District,
    /// By day.
    Day,
}

impl By {
    /// How people call what a sum is of; a day has no name.
    pub fn name(self, books: &Books, key: &str) -> Option<String> {
        match self {
            Self::Rep => Some(books.rep_name(key).to_owned()),
            Self::Team => Some(books.team_name(key).to_owned()),
            Self::District => {
                let names: Vec<&str> = key.split('+').map(|id| books.district_name(id)).collect();
                Some(names.join(" + "))
            }
            Self::Day => None,
        }
    }
}

/// Days that are over, in sums.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Rep-days with a window.
    pub days: i64,
    /// Seconds of their windows.
    pub window_s: i64,
    /// Seconds inside.
    pub inside_s: i64,
    /// Seconds on the edge: compliant.
    pub edge_s: i64,
    /// Seconds outside and not excused.
    pub outside_s: i64,
    /// Seconds of which nothing is known: neither.
    pub unknown_s: i64,
    /// Seconds excused.
    pub excused_s: i64,
    /// Days with a sign-in.
    pub signed_in: i64,
    /// Visits.
    pub visits: i64,
}

impl Sums {
    /// All of them together.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        parts.into_iter().for_each(|sums| all.join(sums));
        all
    }

    /// Adds a day.
    pub fn add(&mut self, day: &DaySums) {
        let counts = &day.counts;
        self.join(&Self {
            days: 1,
            window_s: day.window_s,
            inside_s: counts.inside_s,
            edge_s: counts.edge_s,
            outside_s: counts.outside_s,
            unknown_s: counts.unknown_s,
            excused_s: counts.excused_s,
            signed_in: i64::from(day.signed_in),
            visits: i64::try_from(day.visits).unwrap_or(i64::MAX),
        });
    }

    /// Adds other sums.
    pub fn join(&mut self, other: &Self) {
        self.days += other.days;
        self.window_s += other.window_s;
        self.inside_s += other.inside_s;
        self.edge_s += other.edge_s;
        self.outside_s += other.outside_s;
        self.unknown_s += other.unknown_s;
        self.excused_s += other.excused_s;
        self.signed_in += other.signed_in;
        self.visits += other.visits;
    }

    /// Thousandths of the known time that were kept: inside and edge over these and outside. What is excused is neither:
    /// leave lifts nobody's share, and lowers none. `None` where nothing is known.
    pub fn kept_permille(&self) -> Option<i64> {
        let kept_s = self.inside_s + self.edge_s;
        let known_s = kept_s + self.outside_s;
        // Rounded down only where something was outside: all of it is all of it.
        (known_s > 0).then(|| kept_s * 1000 / known_s)
    }
}

/// Adherence in a period that has two ends, by id or day.
///
/// # Errors
/// `bad_range`, `too_many`; the store's.
pub async fn adherence(desk: &Desk, actor: &Actor, which: &Which, by: By) -> DeskResult<BTreeMap<String, Sums>> {
    let courses = courses(desk, actor, which, by).await?;
    Ok(courses
        .into_iter()
        .map(|(key, course)| (key, Sums::of(course.values())))
        .collect())
}

/// Sums day by day.
pub type Course = BTreeMap<NaiveDate, Sums>;

/// As [`adherence`], day by day.
///
/// # Errors
/// As [`adherence`].
pub async fn courses(desk: &Desk, actor: &Actor, which: &Which, by: By) -> DeskResult<BTreeMap<String, Course>> {
    let mut courses: BTreeMap<String, Course> = BTreeMap::new();
    each_day(desk, actor, which, |day| {
        let key = match by {
            By::Rep => day.rep.clone(),
            By::Team => day.team.clone(),
            By::District => day.districts.join("+"),
            By::Day => day.day.to_string(),
        };
        courses.entry(key).or_default().entry(day.day).or_default().add(&day);
    })
    .await?;
    Ok(courses)
}

/// Takes in the days of a period that are over and had a window.
///
/// # Errors
/// `bad_range`, `too_many`; the store's.
pub async fn each_day(desk: &Desk, actor: &Actor, which: &Which, mut take: impl FnMut(DaySums)) -> DeskResult<()> {
    bounded(which)?;
    let read = |view: &ViewRow| serde_json::from_str::<DaySums>(&view.body).ok();
    each(desk, which.query(desk, actor, DaySums::KIND), |view| {
        if let Some(day) = read(view).filter(|day| day.closed && day.window_s > 0) {
            take(day);
        }
    })
    .await
}

/// A period has two ends, the first before the second, and no more than a quarter between them.
///
/// # Errors
/// `bad_range`, `from_after_to`.
pub fn bounded(which: &Which) -> DeskResult<(NaiveDate, NaiveDate)> {
    match (which.from, which.to) {
        (Some(from), Some(to)) if from <= to && (to - from).num_days() < DAYS_MOST => Ok((from, to)),
        (Some(from), Some(to)) if from > to => {
            let why = format!("the last day, {to}, lies before the first, {from}");
            Err(DeskError::input("from_after_to", why))
        }
        _ => {
            let why = format!("give a first and a last day, at most {DAYS_MOST} days");
            Err(DeskError::input("bad_range", why))
        }
    }
}

/// All views of a query, as far as `T` reads them.
///
/// # Errors
/// As [`rows`].
pub async fn all<T: DeserializeOwned>(desk: &Desk, query: ViewQuery) -> DeskResult<Vec<T>> {
    rows(desk, query, |view| serde_json::from_str(&view.body).ok()).await
}

/// What is read of all views of a query.
///
/// # Errors
/// As [`each`].
pub async fn rows<T>(desk: &Desk, query: ViewQuery, row: impl Fn(&ViewRow) -> Option<T>) -> DeskResult<Vec<T>> {
    let mut rows = Vec::new();
    each(desk, query, |view| rows.extend(row(view))).await?;
    Ok(rows)
}

/// Takes in the views of a query, one after the other: while some are fetched, those before them are read.
///
/// # Errors
/// `too_many`; the store's.
async fn each(desk: &Desk, mut query: ViewQuery, mut take: impl FnMut(&ViewRow)) -> DeskResult<()> {
    query.limit = READ;
    let mut seen = 0;
    let mut page = desk.app.store.views(&query).await?;
    loop {
        seen += page.len();
        if !query.go_on(&page) {
            page.iter().for_each(take);
            return Ok(());
        }
        if seen >= VIEWS_MOST {
            let why = format!("more than {VIEWS_MOST} rows: choose a shorter period, or a team");
            return Err(DeskError::input("too_many", why));
        }
        let (next, ()) = join(desk.app.store.views(&query), async { page.iter().for_each(&mut take) }).await;
        page = next?;
    }
}

#[cfg(test)]
mod tests {
    use super::{Sums, Which, bounded};

    #[test]
    fn what_is_unknown_or_edge_is_never_outside() {
        let sums = |inside_s, edge_s, outside_s, unknown_s, excused_s| Sums {
            inside_s,
            edge_s,
            outside_s,
            unknown_s,
            excused_s,
            ..Sums::default()
        };
        for (sums, kept) in [
            (sums(0, 0, 0, 0, 0), None),
            (sums(0, 0, 0, 3600, 0), None),
            (sums(100, 0, 0, 900, 0), Some(1000)),
            (sums(0, 100, 0, 900, 0), Some(1000)),
            (sums(0, 0, 0, 0, 100), None),
            (sums(50, 0, 50, 0, 900), Some(500)),
            (sums(900, 0, 100, 5000, 0), Some(900)),
            (sums(99_999, 0, 1, 0, 0), Some(999)),
        ] {
            assert_eq!(sums.kept_permille(), kept, "{sums:?}");
        }
    }

    #[test]
    fn a_period_has_two_ends_and_is_bounded() {
        let which = |from: &str, to: &str| Which {
            from: from.parse().ok(),
            to: to.parse().ok(),
            ..Which::default()
        };
        for (from, to, good) in [
            ("2026-11-01", "2026-11-30", true),
            ("2026-11-01", "2026-11-01", true),
            ("2026-11-02", "2026-11-01", false),
            ("2026-01-01", "2026-12-31", false),
            ("", "2026-11-30", false),
            ("2026-11-01", "", false),
        ] {
            assert_eq!(bounded(&which(from, to)).is_ok(), good, "{from} {to}");
        }
    }
}
