//! Taking out what the server holds, page by page, so that no log is too long for it.

use chrono::NaiveDate;
use futures_util::{
    StreamExt,
    future::ready,
    stream::{Stream, once, try_unfold},
};
use onbeat_core::{
    record::{BranchStart, Certificate, Head, Line, Receipt, Seal, StreamId, Tip},
    rules::DayView,
};
use serde::{Deserialize, Serialize};

use super::{Deed, Desk, DeskError, DeskResult, books, days, records::DataExported};
use crate::{
    auth::Actor,
    files::export::{Cell, Clocks, DAY_COLUMNS, VISIT_COLUMNS, VisitRow, csv_line, day_cells, visit_cells},
    phones::phones_of,
    store::{LogLine, LogRow, ViewQuery, ViewRow},
};

/// Records or rows of one page.
const PAGE: usize = 500;

/// What to take out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Export {
    /// The log of a stream, of all phones of a rep, or (neither) of the desk.
    Log {
        /// One stream.
        #[serde(default)]
        stream: Option<StreamId>,
        /// All of a rep.
        #[serde(default)]
        rep: Option<String>,
    },
    /// KEYS.json.
    Keys,
    /// Visits.
    Visits {
        /// First day.
        from: Option<NaiveDate>,
        /// Last day.
        to: Option<NaiveDate>,
        /// As CSV, else a JSON object a line.
        csv: bool,
    },
    /// Days.
    Days {
        /// First day.
        from: Option<NaiveDate>,
        /// Last day.
        to: Option<NaiveDate>,
        /// As CSV, else a JSON object a line.
        csv: bool,
    },
}

/// A page of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Page {
    /// To be written as it is.
    pub text: String,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

/// One page.
///
/// # Errors
/// No such stream or rep; `no_phone`, `bad_range`, `bad_cursor`.
pub async fn page(desk: &Desk, what: &Export, after: Option<&str>) -> DeskResult<Page> {
    match what {
        Export::Log { stream, rep } => {
            let streams = streams(desk, stream.as_ref(), rep.as_ref()).await?;
            log_page(desk, &streams, after).await
        }
        Export::Keys => {
            let keys = desk.app.signer.public(desk.now_ms());
            let text = serde_json::to_string_pretty(&keys).expect("keys are JSON") + "\n";
            Ok(Page { text, next: None })
        }
        Export::Visits { from, to, csv } => {
            let query = query(desk, "visit", *from, *to)?;
            table_page(desk, query, after, *csv, &VISIT_COLUMNS, visit_row).await
        }
        Export::Days { from, to, csv } => {
            let query = query(desk, "day", *from, *to)?;
            table_page(desk, query, after, *csv, &DAY_COLUMNS, day_row).await
        }
    }
}

/// A page that is taken out beside the server. The first is recorded before it is given out, but for the keys: they are
/// everybody's.
///
/// # Errors
/// As [`page`]; the store's.
pub async fn taken(desk: &Desk, actor: &Actor, what: &Export, after: Option<&str>) -> DeskResult<Page> {
    let page = page(desk, what, after).await?;
    if after.is_some() || matches!(what, Export::Keys) {
        return Ok(page);
    }
    note(desk, actor, &what.told(actor)).await?;
    Ok(page)
}

/// Notes that somebody takes something out.
///
/// # Errors
/// The store's.
pub async fn note(desk: &Desk, actor: &Actor, exported: &DataExported) -> DeskResult<()> {
    let mut deed = Deed::new(actor);
    deed.record(exported);
    deed.commit(desk).await
}

impl Export {
    fn told(&self, actor: &Actor) -> DataExported {
        let by = actor.user.clone();
        let table = |what: &str, from, to, csv| DataExported {
            what: what.into(),
            format: if csv { "csv" } else { "ndjson" }.into(),
            from,
            to,
            ..DataExported::default()
        };
        let told = match self.clone() {
            Self::Log { stream, rep } => {
                let is_desks = stream.is_none() && rep.is_none();
                DataExported {
                    stream,
                    rep,
                    ..table(if is_desks { "desk_log" } else { "log" }, None, None, false)
                }
            }
            Self::Keys => table("keys", None, None, false),
            Self::Visits { from, to, csv } => table("visits", from, to, csv),
            Self::Days { from, to, csv } => table("days", from, to, csv),
        };
        DataExported { by, ..told }
    }
}

/// All of it, page after page as it is read: no log is held whole. A page that can't be made breaks the stream off,
/// so that half a log is not taken for one.
///
/// # Errors
/// Of the first page.
pub async fn stream(desk: Desk, what: Export) -> DeskResult<impl Stream<Item = DeskResult<String>> + Send> {
    let first = page(&desk, &what, None).await?;
    let rest = try_unfold((desk, what, first.next), |(desk, what, after)| async move {
        let Some(after) = after else { return Ok(None) };
        let page = page(&desk, &what, Some(&after)).await?;
        Ok(Some((page.text, (desk, what, page.next))))
    });
    Ok(once(ready(Ok(first.text))).chain(rest))
}

async fn streams(desk: &Desk, stream: Option<&StreamId>, rep: Option<&String>) -> DeskResult<Vec<StreamId>> {
    match (stream, rep) {
        (Some(stream), _) => Ok(vec![stream.clone()]),
        (None, Some(rep)) => {
            let phones = phones_of(&desk.app, rep).await?;
            if phones.is_empty() {
                books::was_rep(desk, rep)?;
                let why =
                    format!("{rep} has never had a phone, so there is no log: enrol one with `onbeat enrol {rep}`");
                return Err(DeskError::conflict("no_phone", why));
            }
            Ok(phones.into_iter().map(|(stream, _)| stream).collect())
        }
        (None, None) => Ok(vec![desk.app.desk.stream().clone()]),
    }
}

/// A stretch of an export: one line of an epoch.
struct Section {
    line: LogLine,
    first: u64,
    certificate: Option<Certificate>,
}

/// The sections in the order they stand in a file: an epoch's certificate and main line, then its branches.
async fn sections(desk: &Desk, stream: &str) -> DeskResult<Vec<Section>> {
    let mut sections = Vec::new();
    for cell in desk.app.store.cells("certificate", &format!("{stream}/"), 0).await? {
        let certificate = Certificate::parse(&cell.body)
            .map_err(|error| DeskError::environment("damaged", format!("certificate {}: {error}", cell.key)))?;
        sections.push(Section {
            line: LogLine {
                stream: stream.into(),
                epoch: certificate.epoch,
                branch: String::new(),
            },
            first: 1,
            certificate: Some(certificate),
        });
    }
    if sections.is_empty() {
        return Err(DeskError::missing("stream", stream));
    }
    let lines = desk.app.store.lines(stream).await?;
    let branches = lines.into_iter().filter(|(line, ..)| !line.branch.is_empty());
    sections.extend(branches.map(|(line, first, _)| Section {
        line,
        first,
        certificate: None,
    }));
    sections.sort_by(|a, b| a.line.cmp(&b.line));
    Ok(sections)
}

/// Where a page of a log begins.
#[derive(Serialize, Deserialize)]
struct Cursor {
    line: LogLine,
    seq: u64,
}

async fn log_page(desk: &Desk, streams: &[StreamId], after: Option<&str>) -> DeskResult<Page> {
    let mut all = Vec::new();
    for stream in streams {
        all.extend(sections(desk, stream).await?);
    }
    let Some(head) = all.first() else {
        return Ok(Page::default());
    };
    let bad = || DeskError::input("bad_cursor", "this cursor is of another export");
    let cursor = match after {
        Some(after) => serde_json::from_str::<Cursor>(after).map_err(|_| bad())?,
        None => Cursor {
            line: head.line.clone(),
            seq: head.first,
        },
    };
    let place = all
        .iter()
        .position(|section| section.line == cursor.line)
        .ok_or_else(bad)?;
    let (text, ended_at) = section_page(desk, &all[place], cursor.seq).await?;
    let next = match ended_at {
        Some(seq) => Some(Cursor { seq, ..cursor }),
        None => all.get(place + 1).map(|next| Cursor {
            line: next.line.clone(),
            seq: next.first,
        }),
    };
    let next = next.map(|next| serde_json::to_string(&next).expect("a cursor is JSON"));
    Ok(Page { text, next })
}

/// A page of a section, and the seq to go on from; none where the section ended.
async fn section_page(desk: &Desk, section: &Section, seq: u64) -> DeskResult<(String, Option<u64>)> {
    let rows = desk.app.store.records(&section.line, seq, PAGE).await?;
    let mut text = String::new();
    if seq == section.first {
        text += &opening(section, rows.first())?;
    }
    for row in &rows {
        text += &format!("{}\n{}\n", row.head, row.body.as_deref().unwrap_or("null"));
    }
    let next_seq = rows.last().map_or(seq, |last| last.seq + 1);
    if rows.len() == PAGE {
        return Ok((text, Some(next_seq)));
    }
    let seals = seals(desk, &section.line).await?;
    let newest = desk.app.store.tip(&section.line).await?;
    let mut covered = seals
        .iter()
        .map(|seal| seal.seq)
        .chain(newest.iter().map(|row| row.seq));
    if covered.any(|seq| seq >= next_seq) {
        // More came while this was read: no seal and no receipt is given out without its record.
        return Ok((text, Some(next_seq)));
    }
    for seal in seals {
        text += &Line::Seal(seal).to_ndjson();
    }
    let is_phone = section.line.stream != *desk.app.desk.stream();
    text += &newest
        .filter(|_| is_phone)
        .map_or_else(String::new, |newest| receipt(desk, &newest));
    Ok((text, None))
}

/// The line that says which epoch or branch begins.
fn opening(section: &Section, first: Option<&LogRow>) -> DeskResult<String> {
    if let Some(certificate) = &section.certificate {
        return Ok(Line::Certificate(certificate.clone()).to_ndjson());
    }
    let Some(first) = first else { return Ok(String::new()) };
    let head = Head::parse(&first.head)
        .map_err(|error| DeskError::environment("damaged", format!("record {}: {error}", first.seq)))?;
    let start = BranchStart {
        epoch: section.line.epoch,
        branch: section.line.branch.clone(),
        seq: head.seq - 1,
        hash: head.prev,
    };
    Ok(Line::Branch(start).to_ndjson())
}

/// The newest seal of a line by each key that sealed it; the desk's is made now.
async fn seals(desk: &Desk, line: &LogLine) -> DeskResult<Vec<Seal>> {
    if line.stream == *desk.app.desk.stream() {
        return Ok(vec![desk.app.desk.seal_head(&desk.app.signer).await?]);
    }
    let prefix = format!("{}/{}/{}/", line.stream, line.epoch, line.branch);
    let cells = desk.app.store.cells("seal", &prefix, 0).await?;
    let mut seals: Vec<Seal> = cells
        .iter()
        .filter_map(|cell| serde_json::from_str(&cell.body).ok())
        .collect();
    seals.sort_by_key(|seal| seal.seq);
    Ok(seals)
}

/// The server's word on the newest record of a phone's line.
fn receipt(desk: &Desk, newest: &LogRow) -> String {
    let tip = Tip {
        stream: newest.line.stream.clone(),
        epoch: newest.line.epoch,
        seq: newest.seq,
        hash: newest.hash,
    };
    let (at_ms, branch) = (newest.received_ms, &newest.line.branch);
    let receipt = desk
        .app
        .signer
        .sign(at_ms, |kid| Receipt::unsigned(&tip, branch.clone(), at_ms, kid));
    Line::Receipt(receipt).to_ndjson()
}

fn query(desk: &Desk, kind: &str, from: Option<NaiveDate>, to: Option<NaiveDate>) -> DeskResult<ViewQuery> {
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        let why = format!("no day is from {from} on and up to {to}: give the earlier day as --from");
        return Err(DeskError::input("bad_range", why));
    }
    let documents = desk.app.documents();
    let whole = |day: NaiveDate| documents.schedule_of("", day).whole_day(day);
    Ok(ViewQuery {
        kind: kind.into(),
        from_ms: from.map(|day| whole(day).from_ms),
        to_ms: to.map(|day| whole(day).to_ms),
        limit: PAGE,
        ..ViewQuery::default()
    })
}

async fn table_page(
    desk: &Desk,
    mut query: ViewQuery,
    after: Option<&str>,
    csv: bool,
    columns: &[&str],
    row: fn(&Desk, &ViewRow) -> Option<Vec<Cell>>,
) -> DeskResult<Page> {
    if let Some(after) = after {
        let bad = |_| DeskError::input("bad_cursor", "this cursor is of another export");
        query.after = Some(serde_json::from_str(after).map_err(bad)?);
    }
    let views = desk.app.store.views(&query).await?;
    let mut text = String::new();
    if csv && after.is_none() {
        text += &csv_line(columns.iter().map(ToString::to_string));
    }
    for view in &views {
        if csv {
            text.extend(row(desk, view).map(|cells| csv_line(cells.into_iter().map(Cell::exact))));
        } else {
            text += &format!("{}\n", view.body);
        }
    }
    let full = views.last().filter(|_| views.len() == PAGE);
    let next = full.map(|last| serde_json::to_string(&(last.at_ms, &last.key)).expect("a cursor is JSON"));
    Ok(Page { text, next })
}

fn day_row(desk: &Desk, view: &ViewRow) -> Option<Vec<Cell>> {
    let day: DayView = serde_json::from_str(&view.body).ok()?;
    let documents = desk.app.documents();
    let clocks = Clocks::of(documents.schedule_of(&day.rep, day.day).zone());
    let rep = documents.rep_on(&day.rep, day.day);
    Some(day_cells(rep, days::team_of(view), clocks, &day))
}

fn visit_row(desk: &Desk, view: &ViewRow) -> Option<Vec<Cell>> {
    let row: VisitRow = serde_json::from_str(&view.body).ok()?;
    let schedule = desk.app.documents().schedule_at(&row.rep, row.visit.from_ms);
    Some(visit_cells(Clocks::of(schedule.zone()), &row))
}
