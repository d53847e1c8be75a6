//! Reports: adherence in a period by rep, team, district or day, a month's sheet, and tables to take out.

mod export;
mod heat;
mod sheet;
mod spark;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Frame,
    bar::{Bar, Piece},
    filter::{self, Choice, given},
    frame,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskResult, Fault,
        days::Which,
        month::Month,
        reports::{self, By, Sums},
        tables::What,
    },
};
pub(super) use export::{__path_table, __path_trail, Format, table, trail};
use heat::Heat;
pub(super) use sheet::{__path_freeze, __path_sheet, freeze, sheet};
use spark::Spark;

/// What a period can be summed by, as codes.
const WAYS: [(&str, By); 4] = [
    ("rep", By::Rep),
    ("team", By::Team),
    ("district", By::District),
    ("day", By::Day),
];

/// Which days, and what they are summed by.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `rep`, `team`, `district` or `day`.
    by: Option<String>,
    /// First day, `YYYY-MM-DD`; the first of this month where nothing is said.
    from: Option<String>,
    /// Last day; today where nothing is said.
    to: Option<String>,
    /// Only of this team.
    team: Option<String>,
    /// Only of this rep.
    rep: Option<String>,
}

impl Wanted {
    fn by(&self) -> By {
        let named = WAYS.iter().find(|(code, _)| Some(*code) == self.by.as_deref());
        named.map_or(By::Rep, |(_, by)| *by)
    }

    fn which(&self, desk: &Desk) -> Which {
        let day = |text: &Option<String>| text.as_deref().and_then(|day| day.trim().parse::<NaiveDate>().ok());
        let now_ms = desk.now_ms();
        let today = desk.app.documents().schedule_at("", now_ms).day_of(now_ms);
        Which {
            from: day(&self.from).or_else(|| today.with_day(1)),
            to: day(&self.to).or(Some(today)),
            team: given(self.team.as_ref()),
            rep: given(self.rep.as_ref()),
        }
    }
}

/// A line of sums.
struct Line {
    name: String,
    /// A rep's calendar, or his day where only he is asked for.
    link: Option<String>,
    bar: Bar,
    spark: Option<Spark>,
    days: i64,
    kept: String,
    outside: String,
    unknown: String,
    visits: i64,
}

impl Line {
    fn new(frame: &Frame, name: String, sums: &Sums) -> Self {
        Self {
            name,
            link: None,
            spark: None,
            bar: bar(frame, sums),
            days: sums.days,
            kept: sums
                .kept_permille()
                .map_or_else(|| "–".to_owned(), |kept| frame.local.share(kept)),
            outside: frame.local.duration(sums.outside_s),
            unknown: frame.local.duration(sums.unknown_s),
            visits: sums.visits,
        }
    }
}

/// The sums as a bar, in the colours of a day's.
fn bar(frame: &Frame, sums: &Sums) -> Bar {
    let parts = [
        ("inside", sums.inside_s),
        ("edge", sums.edge_s),
        ("excused", sums.excused_s),
        ("unknown", sums.unknown_s),
        ("outside", sums.outside_s),
    ];
    let whole_s = parts.iter().map(|(_, seconds)| seconds).sum::<i64>().max(1);
    let (mut x, mut pieces, mut said) = (0, Vec::new(), Vec::new());
    for (kind, seconds) in parts.into_iter().filter(|(_, seconds)| *seconds > 0) {
        let width = (seconds * 1000 / whole_s).max(1);
        let title = format!("{} {}", frame.of("span", kind), frame.local.duration(seconds));
        said.push(title.clone());
        pieces.push(Piece { x, width, kind, title });
        x += width;
    }
    Bar {
        pieces,
        label: said.join(frame.t("unit.join")),
        ..Bar::default()
    }
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    frame: Frame,
    ways: Vec<(&'static str, bool)>,
    by: &'static str,
    /// From when to when, in words.
    period: String,
    from: String,
    to: String,
    teams: Vec<Choice>,
    reps: Vec<Choice>,
    lines: Vec<Line>,
    total: Option<Line>,
    heat: Option<Heat>,
    month: String,
    exports: Vec<Export>,
    wrong: Option<String>,
}

/// A table that can be taken out.
struct Export {
    what: &'static str,
    links: Vec<(&'static str, String)>,
}

/// Adherence in a period.
#[utoipa::path(get, path = "/reports", tag = "pages", params(Wanted), responses(
    (status = 200, description = "Adherence", body = String, content_type = "text/html"),
    (status = 422, description = "The period is too long, with the form", body = String, content_type = "text/html")
))]
pub(super) async fn show(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let (books, which, by) = (Books::now(&desk), wanted.which(&desk), wanted.by());
    let (courses, wrong) = match reports::courses(&desk, &actor, &which, by).await {
        Ok(courses) => (courses, None),
        Err(error) if error.fault == Fault::Input => (Default::default(), Some(error)),
        Err(error) => return Err(error),
    };
    let sums: BTreeMap<String, Sums> = courses
        .iter()
        .map(|(key, course)| (key.clone(), Sums::of(course.values())))
        .collect();
    let all = Sums::of(sums.values());
    let of_day = |day: &str| Some(format!("/reps/{}/days/{day}", which.rep.as_ref()?));
    let drawn = courses.len() <= spark::ROWS_MOST;
    let mut lines: Vec<Line> = courses
        .iter()
        .map(|(key, course)| Line {
            link: match by {
                By::Rep => Some(calendar(&which, key)),
                By::Day => of_day(key),
                _ => None,
            },
            spark: drawn.then(|| Spark::new(&frame, course)).flatten(),
            ..Line::new(&frame, name(&frame, &books, by, key), &sums[key])
        })
        .collect();
    if by != By::Day {
        // By name: who is outside most is no order of rank.
        lines.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let period = which.from.zip(which.to);
    let heat = period.filter(|_| by == By::Day && !lines.is_empty());
    let code = WAYS.iter().find(|(_, way)| *way == by).map_or("rep", |(code, _)| code);
    let (from, to) = (text(which.from), text(which.to));
    let page = ReportsPage {
        ways: WAYS.map(|(code, way)| (code, way == by)).to_vec(),
        by: code,
        teams: filter::teams(&books, &actor, which.team.as_ref()),
        reps: filter::reps_ever(&desk, &frame, &actor, which.rep.as_ref()),
        total: (lines.len() > 1).then(|| Line::new(&frame, frame.t("reports.total").to_owned(), &all)),
        month: Month::of(which.from.unwrap_or_default()).to_string(),
        period: period.map_or_else(String::new, |(from, to)| {
            format!("{} – {}", frame.local.date(from), frame.local.date(to))
        }),
        heat: heat.map(|(from, to)| Heat::new(&frame, from, to, &sums, of_day)),
        exports: exports(&which, code),
        lines,
        from,
        to,
        wrong: wrong.as_ref().map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong.as_ref()), &page)
}

fn name(frame: &Frame, books: &Books, by: By, key: &str) -> String {
    let day = || key.parse().map_or_else(|_| key.to_owned(), |day| frame.local.date(day));
    by.name(books, key).unwrap_or_else(day)
}

fn text(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// A rep's days as a calendar.
fn calendar(which: &Which, rep: &str) -> String {
    let (from, to, by, rep) = (text(which.from), text(which.to), "day".to_owned(), rep.to_owned());
    let team = which.team.as_ref();
    let given = [
        ("by", Some(&by)),
        ("from", Some(&from)),
        ("to", Some(&to)),
        ("team", team),
        ("rep", Some(&rep)),
    ];
    filter::link("/reports", &given)
}

fn exports(which: &Which, by: &str) -> Vec<Export> {
    let (from, to, by) = (text(which.from), text(which.to), by.to_owned());
    let tables = [
        ("adherence", What::Adherence),
        ("days", What::Days),
        ("visits", What::Visits),
        ("findings", What::Findings),
        ("register", What::Register),
        ("customers", What::Customers),
        ("exceptions", What::Exceptions),
        ("looks", What::Looks),
        ("phones", What::Phones),
        ("districts", What::Districts),
    ];
    let link = |what: &str, format: &'static str| {
        let (what, format) = (what.to_owned(), format.to_owned());
        let given = [
            ("what", Some(&what)),
            ("format", Some(&format)),
            ("from", Some(&from)),
            ("to", Some(&to)),
            ("by", Some(&by)),
            ("team", which.team.as_ref()),
            ("rep", which.rep.as_ref()),
        ];
        filter::link("/reports/export", &given)
    };
    let export = |(code, what): (&'static str, What)| {
        let formats: &[&'static str] = match what {
            What::Visits | What::Customers => &["csv", "xlsx", "geojson", "gpx"],
            What::Districts => &["geojson"],
            _ => &["csv", "xlsx"],
        };
        Export {
            what: code,
            links: formats.iter().map(|format| (*format, link(code, format))).collect(),
        }
    };
    tables.map(export).into_iter().collect()
}
