//! What a rep's phones are told of his day beyond what they can fold themselves.

use onbeat_core::{
    record::{Body, Payload},
    reference::{DocumentDropped, DocumentPut, FindingState},
    rules::{DayView, Finding, Noted, NotedRecord},
};

use crate::{
    app::App,
    feed,
    store::{Change, LogRow, StoreResult},
};

/// Desk records of one day that are told.
const RECORDS_MOST: usize = 50;
/// Findings of one day that are told.
const FINDINGS_MOST: usize = 50;

/// What is told of a day with the desk's records of it.
pub(super) fn noted(view: &DayView, records: Vec<NotedRecord>) -> Noted {
    let found = view.findings.iter().filter(|finding| finding.kind.is_servers());
    Noted {
        rep: view.rep.clone(),
        day: view.day,
        records,
        findings: found.map(unsaid).take(FINDINGS_MOST).collect(),
    }
}

/// The desk's records among those that touch a day.
pub(super) fn records(app: &App, rows: &[LogRow]) -> Vec<NotedRecord> {
    let desks = rows.iter().filter(|row| row.line.stream == *app.desk.stream());
    desks.filter_map(record).take(RECORDS_MOST).collect()
}

/// Documents go to the phones by themselves.
fn record(row: &LogRow) -> Option<NotedRecord> {
    let body = row.body.clone()?;
    let kind = Body::parse(&body).ok()?.kind;
    let is_document = matches!(kind.as_str(), DocumentPut::TYPE | DocumentDropped::TYPE);
    (!is_document).then(|| NotedRecord {
        head: row.head.clone(),
        body,
    })
}

/// As it was found: a phone applies by itself what was answered and decided.
fn unsaid(finding: &Finding) -> Finding {
    let mut finding = finding.clone();
    finding.state = FindingState::Open;
    finding.facts.remove("appealed_at_ms");
    finding
}

/// Tells the rep's phones if they don't know it yet; days that no phone keeps any more are passed over.
pub(super) async fn tell(app: &App, noted: &Noted, change: &mut Change) -> StoreResult<()> {
    let now_ms = app.now_ms();
    let age = app.documents().day_at(&noted.rep, now_ms) - noted.day;
    if age.num_days() >= Noted::DAYS as i64 {
        return Ok(());
    }
    let body = (!noted.is_empty()).then(|| serde_json::to_string(noted).expect("what was noted is plain data"));
    let cell = feed::noted_cell(noted, body.as_deref(), now_ms);
    let told = app.store.cell(&cell.kind, &cell.key, i64::MIN).await?;
    if told.map(|told| told.body) == body {
        return Ok(());
    }
    change.feed.push(feed::noted_item(noted, body.clone()));
    match body {
        Some(_) => change.cells.push(cell),
        None => change.drop_cells.push((cell.kind, cell.key)),
    }
    Ok(())
}
