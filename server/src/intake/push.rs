use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    body::Body as HttpBody,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
};
use chrono::NaiveDate;
use onbeat_core::{
    record::{Batch, BodyLine, Certificate, Hash, Receipt, Record, StreamId, Tip},
    rules::signs::SignsNoted,
};
use serde::{Deserialize, Serialize};

use super::{
    fault::{self, Certificates, Refusal, misnamed, sealed, stored_of},
    line_times::LineTimes,
    place::{Days, Visits},
    quarantine, text,
    times::{Arrival, BatchTimes, Dated},
};
use crate::{
    app::App,
    certificates::{certificate_at, certificate_of},
    clock::bounded,
    error::{ApiError, ApiResult},
    fold::{self, Times},
    phones::{Caller, StreamBody, not_revoked, stream_at, stream_cell, stream_of},
    store::{Ahead, Cell, Change, Committed, Guard, LogLine, LogRow, Lookup, NewRecord, Wanted},
};

/// A push is prepared anew so often if others wrote to the same stream meanwhile.
const ATTEMPTS: usize = 5;

/// `?branch=`
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(super) struct Line {
    /// First 16 hex digits of the first divergent hash; left out for the main line.
    #[serde(default)]
    branch: String,
}

/// A record that the server holds without its body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub(super) struct Erased {
    /// Which epoch.
    epoch: u32,
    /// Which record.
    seq: u64,
}

/// What became of a push.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Pushed {
    /// Over the last record of the push.
    receipt: Receipt,
    /// Records appended.
    stored: usize,
    /// Records that were there already.
    skipped: usize,
    /// Places outside the window: the phone erases them too.
    erased: Vec<Erased>,
}

/// Key of the newest seal of a line by one key: a cell of kind `seal`, its body the seal's JSON.
pub fn seal_key(line: &LogLine, kid: &str) -> String {
    format!("{}/{}/{}/{kid}", line.stream, line.epoch, line.branch)
}

/// Takes a batch of records in.
#[utoipa::path(
    post,
    path = "/api/v1/streams/{stream}/log",
    tag = "phone",
    params(("stream" = String, Path, description = "The caller's own stream"), Line),
    request_body(
        content = String,
        content_type = "application/x-ndjson",
        description = "Records (two lines each) of one epoch and branch, a seal last; at most 500 and 512 KiB; gzip allowed"
    ),
    responses(
        (status = 200, description = "Durable, or durable already", body = Pushed),
        (status = 400, description = "`not_utf8`, `not_gzip`"),
        (status = 401, description = "`unknown_device`"),
        (status = 403, description = "`not_your_stream`, `revoked`"),
        (status = 404, description = "`unknown_epoch`"),
        (status = 409, description = "`fork` {seq, hash}, `gap` {expected_seq}"),
        (status = 413, description = "`too_big`"),
        (status = 422, description = "`chain`, `seal`, `body_hash`, `unsealed` {seq}: quarantined"),
        (status = 429, description = "`too_often`"),
        (status = 503, description = "`disk_full`, `busy`: nothing acknowledged"),
    )
)]
pub(super) async fn push(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(stream): Path<StreamId>,
    Query(line): Query<Line>,
    headers: HeaderMap,
    body: HttpBody,
) -> ApiResult<Json<Pushed>> {
    caller.owns(&stream)?;
    let text = {
        let _place = app.turns.read().ok_or_else(ApiError::busy)?;
        text::read(&headers, body).await?
    };
    let _turn = app.turns.take(text.len()).await.ok_or_else(ApiError::busy)?;
    match take(&app, &caller, &text, line.branch).await {
        Ok(pushed) => {
            app.metrics.records.add("stored", pushed.stored);
            app.metrics.records.add("known", pushed.skipped);
            Ok(Json(pushed))
        }
        Err(Failure::Api(error)) => Err(error),
        Err(Failure::Refused(refusal)) => {
            quarantine::keep(&app, &caller, &text, &refusal).await?;
            Err(refusal.answer())
        }
    }
}

/// Why a push is not taken.
enum Failure {
    Refused(Refusal),
    Api(ApiError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<ApiError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Api(error.into())
    }
}

async fn take(app: &App, caller: &Caller, text: &str, branch: String) -> Result<Pushed, Failure> {
    let batch = fault::read(text, &caller.stream)?;
    let push = Push {
        app,
        caller,
        line: LogLine {
            stream: caller.stream.clone(),
            epoch: batch.records[0].head.epoch,
            branch,
        },
        bodies: batch
            .records
            .iter()
            .map(|record| BodyLine::parse(record.body_line.clone()?).ok())
            .collect(),
        batch,
    };
    for _ in 0..ATTEMPTS {
        if let Some(pushed) = push.attempt().await? {
            return Ok(pushed);
        }
    }
    Err(Failure::Api(ApiError::busy()))
}

/// One batch on its way in.
struct Push<'a> {
    app: &'a App,
    caller: &'a Caller,
    line: LogLine,
    batch: Batch,
    /// Read; `None` where erased or unreadable.
    bodies: Vec<Option<BodyLine>>,
}

/// Where the line stands that a batch continues.
struct Standing {
    /// Of its epoch.
    certificate: Certificate,
    /// Newest record of the line, `None` before the first.
    tip_seq: u64,
    /// How many of the batch's records are stored.
    skipped: usize,
    /// The line's records from the batch's first on.
    stored: Vec<LogRow>,
}

impl Push<'_> {
    /// Checks against what is stored and commits; `None`: something else was stored meanwhile.
    async fn attempt(&self) -> Result<Option<Pushed>, Failure> {
        let stored = Ahead::read(&*self.app.store, self.wanted()).await?;
        let standing = self.standing(&stored).await?;
        let now_ms = self.app.now_ms();
        let (change, erased) = self.change(&stored, &standing, now_ms).await?;
        let (skipped, all) = (standing.skipped, self.batch.records.len());
        let nothing_new = skipped == all && change.erase.is_empty();
        if !nothing_new && self.app.commit(change).await? == Committed::Stale {
            return Ok(None);
        }
        let last = standing.stored.get(all - 1).filter(|_| skipped == all);
        Ok(Some(Pushed {
            receipt: self.receipt(last.map_or(now_ms, |row| row.received_ms)),
            stored: all - skipped,
            skipped,
            erased,
        }))
    }

    /// What it will ask the store.
    fn wanted(&self) -> Wanted {
        let LogLine { stream, epoch, .. } = &self.line;
        let boots = self.bodies.iter().flatten().map(|body| body.at.boot.as_str());
        let mut wanted = Times::wanted(stream, boots);
        wanted.tips.push(self.line.clone());
        let epochs = [*epoch, epoch.saturating_add(1)].map(|epoch| certificate_at(stream, epoch));
        wanted.cells.extend(epochs);
        wanted.cells.extend([LineTimes::at(&self.line), stream_at(stream)]);
        wanted
    }

    async fn standing(&self, store: &Ahead<'_>) -> Result<Standing, Failure> {
        let first = &self.batch.records[0];
        let certificates = self.certificates(store).await?;
        let newest = store.tip(&self.line).await?;
        sealed(&self.batch.seal, &certificates, newest.as_ref().map(|row| row.hash))?;
        let tip = match &newest {
            Some(row) => tip_at(&self.line, row.seq, row.hash),
            None if self.line.branch.is_empty() => Tip::of_certificate(&certificates.own),
            None => self.fork_point(first, &certificates).await?,
        };
        let stored = match &newest {
            Some(row) if row.seq >= first.head.seq => {
                self.app
                    .store
                    .records(&self.line, first.head.seq, self.batch.records.len())
                    .await?
            }
            _ => Vec::new(),
        };
        let skipped = stored_of(&self.batch.records, &tip, &stored)?;
        Ok(Standing {
            certificate: certificates.own,
            tip_seq: newest.map_or(0, |row| row.seq),
            skipped,
            stored,
        })
    }

    async fn certificates(&self, store: &Ahead<'_>) -> Result<Certificates, Failure> {
        let (stream, epoch) = (&self.line.stream, self.line.epoch);
        let own = certificate_of(store, stream, epoch).await?.ok_or_else(|| {
            let why = format!("epoch {epoch} of this stream was never opened here: ask for it");
            ApiError::new(StatusCode::NOT_FOUND, "unknown_epoch", why)
        })?;
        let next = certificate_of(store, stream, epoch.saturating_add(1)).await?;
        Ok(Certificates { own, next })
    }

    /// What a new branch starts from: the main line's record before it, or the certificate.
    async fn fork_point(&self, first: &Record, certificates: &Certificates) -> Result<Tip, Failure> {
        let main = LogLine {
            branch: String::new(),
            ..self.line.clone()
        };
        let (seq, store) = (first.head.seq, &self.app.store);
        let around = store.records(&main, seq.saturating_sub(1).max(1), 2).await?;
        let at = |wanted: u64| around.iter().find(|row| row.seq == wanted);
        if let Some(refusal) = misnamed(first, &self.line.branch, at(seq)) {
            return Err(refusal.into());
        }
        if seq == 1 {
            return Ok(Tip::of_certificate(&certificates.own));
        }
        match at(seq - 1) {
            Some(row) => Ok(tip_at(&main, row.seq, row.hash)),
            None => {
                let newest = store.tip(&main).await?.map_or(0, |row| row.seq);
                Err(Refusal::Gap(newest + 1).into())
            }
        }
    }

    /// What the push changes, and what the phone is to erase.
    async fn change(
        &self,
        stored: &Ahead<'_>,
        standing: &Standing,
        now_ms: i64,
    ) -> Result<(Change, Vec<Erased>), Failure> {
        let times = self.dated(stored, standing, now_ms).await?;
        let bodies: Vec<&BodyLine> = self.bodies.iter().flatten().collect();
        let (stream, rep) = (&self.line.stream, &self.caller.rep);
        let visits = Visits::find(self.app, stream, rep, &bodies).await?;
        let mut change = self.sync_state(stored, standing, now_ms).await?;
        change.cells.extend(times.cells.iter().cloned());
        let (erased, counting_on) = self.file(standing, &times, visits, now_ms, &mut change);
        if let Some(day) = counting_on {
            change.mark.extend(fold::days_after(self.app, rep, day).await?);
        }
        change.mark.sort();
        change.mark.dedup();
        Ok((change, erased.into_iter().collect()))
    }

    /// Files the records under what they touch; what the phone is to erase, and the first day of which something
    /// is another now that counts beyond it.
    fn file(
        &self,
        standing: &Standing,
        times: &BatchTimes,
        mut visits: Visits,
        now_ms: i64,
        change: &mut Change,
    ) -> (BTreeSet<Erased>, Option<NaiveDate>) {
        let days = Days::new(self.app.documents(), &self.caller.rep);
        let earlier = Earlier::of(times);
        let mut were = visits.clone();
        for record in &earlier {
            were.begin(&days, &record.body, record.was_ms);
            visits.begin(&days, &record.body, record.at_ms);
        }
        for (body, dated) in self.bodies.iter().zip(&times.dated) {
            if let Some(body) = body.as_ref().filter(|_| !dated.back_dated) {
                visits.begin(&days, body, dated.at_ms);
            }
        }
        let mut erased = self.erased_before(standing);
        for index in standing.skipped..self.batch.records.len() {
            let new = self.new_record(index, times, &days, &visits, now_ms);
            if self.batch.records[index].body_line.is_some() && new.body.is_none() {
                erased.insert(erased_at(&self.line, new.seq));
            }
            change
                .mark
                .extend(new.keys.iter().filter(|key| key.starts_with("day/")).cloned());
            change.append.push(new);
        }
        for record in &earlier {
            record.refile(&days, &were, &visits, change);
        }
        let gone = times.before_first.iter().filter(|row| row.body.is_none());
        erased.extend(gone.map(|row| erased_at(&row.line, row.seq)));
        erased.extend(change.erase.iter().map(|(line, seq)| erased_at(line, *seq)));
        let counting_on = first_counting_on(&days, self.bodies.iter().zip(&times.dated), &earlier);
        (erased, counting_on)
    }

    /// When the records were written. The desk is told of what can't be true before it is stored: a push that
    /// breaks off in between comes again.
    async fn dated(&self, stored: &Ahead<'_>, standing: &Standing, now_ms: i64) -> Result<BatchTimes, Failure> {
        let arrival = Arrival {
            app: self.app,
            stored,
            line: &self.line,
            certificate: &standing.certificate,
            records: &self.batch.records,
            bodies: &self.bodies,
            skipped: standing.skipped,
            now_ms,
        };
        let times = arrival.dated().await?;
        if let Some(first) = times.dated.iter().position(|dated| dated.back_dated) {
            quarantine::back_dated(self.app, self.caller, &self.line, &self.batch.records[first]).await?;
        }
        Ok(times)
    }

    /// Guards, the stream's last contact and its newest seal.
    async fn sync_state(&self, stored: &Ahead<'_>, standing: &Standing, now_ms: i64) -> Result<Change, Failure> {
        let stream = &self.line.stream;
        let (state, cell) = stream_of(stored, stream).await?.ok_or_else(ApiError::busy)?;
        not_revoked(&state)?;
        let synced = StreamBody {
            last_sync_ms: Some(now_ms),
            signs: self.signs(standing).or(state.signs),
            ..state
        };
        let seal = Cell {
            kind: "seal".into(),
            key: seal_key(&self.line, &self.batch.seal.kid),
            body: serde_json::to_string(&self.batch.seal).expect("a seal is plain data"),
            expires_ms: None,
        };
        Ok(Change {
            guards: vec![
                Guard::Tip(self.line.clone(), standing.tip_seq),
                Guard::Cell("stream".into(), stream.clone(), Some(cell)),
            ],
            cells: vec![stream_cell(stream, &synced), seal],
            ..Change::default()
        })
    }

    /// What the phone's platform shows now, where the main line's new records say so.
    fn signs(&self, standing: &Standing) -> Option<SignsNoted> {
        let new = self
            .bodies
            .get(standing.skipped..)
            .filter(|_| self.line.branch.is_empty())?;
        let noted = new.iter().rev().flatten().find_map(|body| body.read::<SignsNoted>())?;
        noted.ok()
    }

    /// Records of a retry whose bodies were erased when they first came.
    fn erased_before(&self, standing: &Standing) -> BTreeSet<Erased> {
        let pairs = self.batch.records.iter().zip(&standing.stored);
        let erased = pairs.filter(|(record, row)| record.body_line.is_some() && row.body.is_none());
        erased.map(|(_, row)| erased_at(&self.line, row.seq)).collect()
    }

    fn new_record(
        &self,
        index: usize,
        times: &BatchTimes,
        days: &Days<'_>,
        visits: &Visits,
        received_ms: i64,
    ) -> NewRecord {
        let (stream, record, dated) = (&self.line.stream, &self.batch.records[index], times.dated[index]);
        let (keys, erase) = match &self.bodies[index] {
            Some(body) => {
                let keys = if dated.back_dated {
                    vec![format!("back_dated/{stream}")]
                } else {
                    let own = times.key(stream, &record.hash, body);
                    let mut keys = days.keys(stream, body, dated.at_ms, visits);
                    keys.extend(own);
                    keys
                };
                (keys, days.must_erase(body, dated.at_ms))
            }
            // It may hold a place of any time between the record before it and now.
            None if record.body_line.is_some() => {
                let keys = vec![format!("unreadable/{stream}")];
                (keys, !days.within(dated.at_ms, received_ms))
            }
            None => (Vec::new(), false),
        };
        NewRecord {
            line: self.line.clone(),
            seq: record.head.seq,
            hash: record.hash,
            head: record.head_line.clone(),
            body: record.body_line.clone().filter(|_| !erase),
            received_ms,
            keys,
        }
    }

    /// Over the last record of the batch. Made from what is stored, so a retry is given the same again.
    fn receipt(&self, received_ms: i64) -> Receipt {
        let last = self.batch.records.last().expect("a batch is not empty");
        let tip = tip_at(&self.line, last.head.seq, last.hash);
        let sign = |kid| Receipt::unsigned(&tip, self.line.branch.clone(), received_ms, kid);
        self.app.signer.sign(received_ms, sign)
    }
}

/// A stored record whose boot has its first anchor now.
struct Earlier<'a> {
    row: &'a LogRow,
    body: BodyLine,
    /// When it seemed to be written, and is filed by.
    was_ms: i64,
    /// When it was.
    at_ms: i64,
}

impl<'a> Earlier<'a> {
    /// Those that can be read.
    fn of(times: &'a BatchTimes) -> Vec<Self> {
        let read = times.before_first.iter().filter_map(|row| {
            let body = row.read()?;
            Some(Self {
                row,
                was_ms: bounded(times.times.wall_ms(&body.at, row.received_ms)),
                at_ms: times.times.when(&body.at, row.received_ms).at_ms,
                body,
            })
        });
        read.collect()
    }

    /// Files it where it belongs by what is known now, or erases it where that lies outside the window. Its days
    /// are to be folded anew even where it stays: its time is another.
    fn refile(&self, days: &Days<'_>, were: &Visits, are: &Visits, change: &mut Change) {
        let stream = &self.row.line.stream;
        let before: BTreeSet<String> = days.keys(stream, &self.body, self.was_ms, were).into_iter().collect();
        let mut keys: BTreeSet<String> = days.keys(stream, &self.body, self.at_ms, are).into_iter().collect();
        if days.must_erase(&self.body, self.at_ms) {
            change.erase.push((self.row.line.clone(), self.row.seq));
            keys.clear();
        }
        let touched = before.union(&keys).filter(|key| key.starts_with("day/"));
        change.mark.extend(touched.cloned());
        let new = keys.difference(&before);
        let file = |key: &String| (self.row.line.clone(), self.row.seq, key.clone());
        change.keys.extend(new.map(file));
    }
}

/// The first day of which something becomes known, or turns out to be of another day, that counts beyond it.
fn first_counting_on<'b>(
    days: &Days<'_>,
    bodies: impl Iterator<Item = (&'b Option<BodyLine>, &'b Dated)>,
    earlier: &[Earlier<'_>],
) -> Option<NaiveDate> {
    let new = bodies.filter_map(|(body, dated)| Some((body.as_ref()?, dated.at_ms)));
    let refiled = earlier
        .iter()
        .flat_map(|record| [(&record.body, record.was_ms), (&record.body, record.at_ms)]);
    let counting_on = new
        .chain(refiled)
        .filter(|(body, at_ms)| days.key_beyond(body, *at_ms).is_some());
    counting_on.map(|(_, at_ms)| days.day(at_ms)).min()
}

fn erased_at(line: &LogLine, seq: u64) -> Erased {
    Erased { epoch: line.epoch, seq }
}

fn tip_at(line: &LogLine, seq: u64, hash: Hash) -> Tip {
    Tip {
        stream: line.stream.clone(),
        epoch: line.epoch,
        seq,
        hash,
    }
}
