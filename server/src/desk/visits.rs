//! Visits as people look for them: by whose, where and when, and by words of their reports.

#[cfg(test)]
mod tests;

use super::{Desk, DeskError, DeskResult, days::Which, seen};
use crate::{auth::Actor, files::export::VisitRow, store::Field};

/// Visits of a page.
const PAGE: usize = 50;
/// Visits looked through for a page: words are in no index, and who asks does not wait for years of reports.
const LOOKED_MOST: usize = 4_000;
/// Visits read at a time.
const READ: usize = 500;
/// Most words that are looked for.
const WORDS_MOST: usize = 8;

/// Which visits.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose, and on which days.
    pub which: Which,
    /// Only to this customer.
    pub customer: Option<String>,
    /// All of these words stand somewhere in what was reported.
    pub words: String,
    /// After this place, for the next page.
    pub after: Option<(i64, String)>,
}

/// A page of visits, newest first.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The visits.
    pub visits: Vec<VisitRow>,
    /// Where to look on; none at the end. A page may have less than its fill, or nothing, and go on.
    pub next: Option<(i64, String)>,
}

/// Looks for visits.
///
/// # Errors
/// The store's.
pub async fn find(desk: &Desk, actor: &Actor, wanted: &Wanted) -> DeskResult<Found> {
    let mut query = wanted.which.query(desk, actor, "visit");
    let customer = wanted.customer.iter();
    query
        .fields
        .extend(customer.map(|id| ("customer".into(), Field::Text(id.clone()))));
    query.after.clone_from(&wanted.after);
    let words = words(&wanted.words);
    query.limit = if words.is_empty() { PAGE } else { READ };
    let (mut found, mut looked) = (Found::default(), 0);
    loop {
        let views = desk.app.store.views(&query).await?;
        looked += views.len();
        let is_last = views.len() < query.limit;
        for view in views {
            query.after = Some((view.at_ms, view.key));
            let Ok(visit) = serde_json::from_str(&view.body) else {
                continue;
            };
            if says(&visit, &words) {
                found.visits.push(visit);
            }
            if found.visits.len() == PAGE {
                found.next = query.after;
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
        if looked >= LOOKED_MOST {
            found.next = query.after;
            return Ok(found);
        }
    }
}

/// The newest visit to a customer that this person sees.
///
/// # Errors
/// The store's.
pub async fn newest(desk: &Desk, actor: &Actor, customer: &str) -> DeskResult<Option<VisitRow>> {
    let mut query = Which::default().query(desk, actor, "visit");
    query.fields.push(("customer".into(), Field::Text(customer.to_owned())));
    query.limit = 1;
    let views = desk.app.store.views(&query).await?;
    Ok(views.first().and_then(|view| serde_json::from_str(&view.body).ok()))
}

/// Opens a visit. That somebody saw the customer's is recorded first: if that fails nothing is shown.
///
/// # Errors
/// No such visit; the store's.
pub async fn open(desk: &Desk, actor: &Actor, visit: &str) -> DeskResult<VisitRow> {
    let view = desk.app.store.view("visit", visit).await?;
    let row: Option<VisitRow> = view.and_then(|view| serde_json::from_str(&view.body).ok());
    let row = row.ok_or_else(|| DeskError::missing("visit", visit))?;
    seen::note(desk, actor, [&row.visit.customer], false).await?;
    Ok(row)
}

/// The customers who were visited.
pub fn visited(visits: &[VisitRow]) -> impl Iterator<Item = &String> {
    visits.iter().map(|row| &row.visit.customer)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split_whitespace().take(WORDS_MOST);
    words.map(str::to_lowercase).collect()
}

/// Whether all the words stand in what was reported, in any of its parts.
fn says(row: &VisitRow, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let visit = &row.visit;
    let mut parts = vec![
        visit.purpose.as_str(),
        visit.customer_name.as_deref().unwrap_or_default(),
    ];
    if let Some(report) = &visit.report {
        parts.extend([&report.purpose, &report.content, &report.feedback, &report.next_step].map(String::as_str));
    }
    let said = parts.join("\n").to_lowercase();
    words.iter().all(|word| said.contains(word))
}
