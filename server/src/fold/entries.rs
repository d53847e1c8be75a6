use std::{collections::HashMap, panic::resume_unwind};

use onbeat_core::{
    record::{BodyLine, Payload, StreamId},
    rules::{Entry, Name, presence::FixTaken},
    time::Trusted,
};

use super::times::Times;
use crate::{
    app::App,
    background,
    clock::bounded,
    phones::stream_of,
    store::{LogRow, StoreResult},
};

/// Stored records as the rules see them: read, with their trusted time. Left out are erased and unreadable ones, and
/// the places of a phone that another took the place of by then: it may lie in a drawer.
pub(super) async fn entries(app: &App, rows: Vec<LogRow>, drift_ppm: i64) -> StoreResult<Vec<Entry>> {
    let read = background::run(|| rows.into_iter().filter_map(read).collect());
    let read: Vec<(LogRow, BodyLine)> = read.await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
    let phones = phones(app, &read, drift_ppm).await?;
    let when = |row: &LogRow, body: &BodyLine| match phones.get(&row.line.stream) {
        Some(phone) => phone.times.when(&body.at, row.received_ms),
        // The desk's own records carry the server's time.
        None => Trusted {
            at_ms: bounded(body.at.at_ms),
            error_ms: Some(0),
        },
    };
    let entry = |(row, body): (LogRow, BodyLine)| Entry {
        when: when(&row, &body),
        name: Name {
            stream: row.line.stream,
            epoch: row.line.epoch,
            branch: row.line.branch,
            seq: row.seq,
        },
        hash: row.hash,
        body,
    };
    let counts = |entry: &Entry| {
        let retired_ms = phones.get(&entry.name.stream).and_then(|phone| phone.retired_ms);
        entry.body.kind != FixTaken::TYPE || retired_ms.is_none_or(|retired_ms| entry.when.at_ms < retired_ms)
    };
    let mut entries: Vec<Entry> = read.into_iter().map(entry).filter(counts).collect();
    entries.sort_by(|a, b| (a.when.at_ms, &a.name).cmp(&(b.when.at_ms, &b.name)));
    Ok(entries)
}

fn read(mut row: LogRow) -> Option<(LogRow, BodyLine)> {
    let body = BodyLine::parse(row.body.take()?).ok()?;
    Some((row, body))
}

/// What a phone's records are read by.
struct Phone {
    times: Times,
    retired_ms: Option<i64>,
}

/// The phones among the streams of some records, their times from all that is known of the boots they name.
async fn phones(app: &App, read: &[(LogRow, BodyLine)], drift_ppm: i64) -> StoreResult<HashMap<StreamId, Phone>> {
    let records = read.iter().filter(|(row, _)| row.line.stream != *app.desk.stream());
    let mut boots: HashMap<&str, Vec<&str>> = HashMap::new();
    for (row, body) in records {
        boots.entry(&row.line.stream).or_default().push(&body.at.boot);
    }
    let mut phones = HashMap::new();
    for (stream, boots) in boots {
        let known = stream_of(&*app.store, stream).await?;
        let phone = Phone {
            times: Times::stored(&*app.store, stream, boots, drift_ppm).await?,
            retired_ms: known.and_then(|(body, _)| body.retired_ms),
        };
        phones.insert(stream.to_owned(), phone);
    }
    Ok(phones)
}
