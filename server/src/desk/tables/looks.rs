//! Who opened reps' positions, as a table: what the reps see of it, and their days' pages.

use onbeat_core::{reference::Look, time::Interval};

use std::collections::BTreeMap;

use super::{Asked, clocks};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskResult,
        look::{self, Named},
        reports,
    },
    files::export::{Cell, Table},
};

const COLUMNS: [&str; 8] = ["rep", "name", "day", "by", "zone", "recorded_at", "why", "id"];

impl Asked {
    /// Looks at days of a period, oldest first.
    pub(super) async fn looks(&self, desk: &Desk, actor: &Actor) -> DeskResult<Table> {
        reports::bounded(&self.which)?;
        let documents = desk.app.documents();
        let is_touched = self.which.touched(&documents, actor);
        let of_day = |look: &Look| match look.day.parse() {
            Ok(day) => documents.schedule_of(&look.rep, day).whole_day(day),
            // A look at the whole log saw every day until then.
            Err(_) => Interval {
                from_ms: i64::MIN,
                to_ms: look.at_ms,
            },
        };
        let all = documents.keys("rep").flat_map(|rep| documents.looks(rep));
        let mut looks: Vec<Look> = all.filter(|look| is_touched(&look.rep, of_day(look))).collect();
        looks.sort_by(|a, b| (a.at_ms, &a.rep).cmp(&(b.at_ms, &b.rep)));
        let books = Books::now(desk);
        let (mut rows, mut known) = (Vec::with_capacity(looks.len()), BTreeMap::new());
        for look in looks {
            // Many looks are for one finding.
            let named = match known.get(&look.why) {
                Some(named) => *named,
                None => look::named(desk, actor, &look.why).await?,
            };
            known.insert(look.why.clone(), named);
            rows.push(cells(desk, &books, look, named));
        }
        Ok(Table::new(&COLUMNS, rows))
    }
}

fn cells(desk: &Desk, books: &Books, look: Look, named: Option<Named>) -> Vec<Cell> {
    let clocks = clocks(desk, &look.rep, look.at_ms);
    let name = books.rep_name(&look.rep).to_owned();
    vec![
        Cell::Text(look.rep),
        Cell::Text(name),
        match look.day.parse() {
            Ok(day) => Cell::Day(day),
            Err(_) => Cell::Code("look.day", look.day),
        },
        Cell::Text(look.by),
        clocks.offset(look.at_ms),
        clocks.time(Some(look.at_ms)),
        match named {
            Some(Named::Finding(kind)) => Cell::Code("kind", kind.code()),
            Some(named) => Cell::Code("why", named.code()),
            None if look.why == look::EMERGENCY => Cell::Code("why", look.why.clone()),
            // In somebody's own words.
            None => Cell::Text(look.why.clone()),
        },
        Cell::text(named.map(|_| look.why)),
    ]
}
