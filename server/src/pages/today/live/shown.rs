//! What a board shows, and its drawing of what changed.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;

use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult, excused::Excused},
    pages::{
        Frame, frame,
        today::{DayState, Needs, Row, Wanted, days_on, seen},
    },
};

#[derive(Template)]
#[template(path = "live.html")]
struct Drawing<'a> {
    frame: &'a Frame,
    needs: Needs,
    rows: Vec<&'a Row>,
}

/// How each rep's row reads.
pub(super) type Prints = BTreeMap<String, String>;

fn prints(rows: &[Row]) -> Prints {
    rows.iter().map(|row| (row.rep.clone(), format!("{row:?}"))).collect()
}

/// What a board shows: a day, to whom and how.
pub(in crate::pages::today) struct Shown {
    pub(super) desk: Desk,
    actor: Actor,
    frame: Frame,
    day: NaiveDate,
}

impl Shown {
    /// The day that runs.
    pub(in crate::pages::today) fn today(desk: Desk, actor: Actor, frame: Frame) -> Self {
        let day = Wanted::default().day(&desk);
        Self {
            desk,
            actor,
            frame,
            day,
        }
    }

    /// Of one board for all to whom it shows the same.
    pub(super) fn key(&self) -> String {
        format!("{:?} {} {}", self.actor.scopes(), self.frame.words.tag(), self.day)
    }

    pub(in crate::pages::today) fn is_of(&self, day: NaiveDate) -> bool {
        self.day == day
    }

    pub(super) fn is_over(&self) -> bool {
        !self.is_of(Wanted::default().day(&self.desk))
    }

    /// All rows.
    fn rows(&self, books: &Books, days: &BTreeMap<String, DayState>) -> Vec<Row> {
        let documents = self.desk.app.documents();
        let reps = seen(&self.desk, &documents, &self.actor, &Wanted::of(self.day), days);
        let known = Excused::on(&self.desk, self.day);
        reps.into_iter()
            .map(|(id, rep)| Row::new(&self.frame, books, id, rep, self.day, days.get(id), &known))
            .collect()
    }

    pub(super) async fn prints(&self) -> DeskResult<Prints> {
        let days = days_on(&self.desk, &self.actor, self.day).await?;
        Ok(prints(&self.rows(&Books::now(&self.desk), &days)))
    }

    /// Who needs a person, and the rows that are not as they were last.
    pub(super) async fn drawing(&self, last: &mut Prints) -> DeskResult<String> {
        let books = Books::now(&self.desk);
        let days = days_on(&self.desk, &self.actor, self.day).await?;
        let needs = Needs::of(&self.desk, &self.actor, &self.frame, &books, self.day, &days).await?;
        let rows = self.rows(&books, &days);
        let now = prints(&rows);
        let html = frame::rendered(&Drawing {
            frame: &self.frame,
            needs,
            rows: rows
                .iter()
                .filter(|row| last.get(&row.rep) != now.get(&row.rep))
                .collect(),
        })?;
        *last = now;
        Ok(html)
    }
}
