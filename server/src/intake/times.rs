//! When the records of a batch were written, and what of it can't be true (docs/adr/0009).

use std::collections::{HashMap, HashSet};

use onbeat_core::{
    reading::BootId,
    record::{BodyLine, Certificate, Hash, Moment, Record},
    rules::clock::Anchored,
    time::ClockAnchor,
};

use super::{
    claims::{Claim, LOOK_BACK, Step},
    line_times::LineTimes,
};
use crate::{
    app::App,
    fold::{Times, boot_key, since_cell, tie_of},
    store::{Ahead, Cell, LogLine, LogRow, StoreResult},
};

/// Key of the records that came before their boot had an anchor.
fn unanchored_key(stream: &str, boot: &str) -> String {
    format!("unanchored/{stream}/{boot}")
}

/// A batch as it came, and when.
pub(super) struct Arrival<'a> {
    pub(super) app: &'a App,
    /// What is stored.
    pub(super) stored: &'a Ahead<'a>,
    pub(super) line: &'a LogLine,
    pub(super) certificate: &'a Certificate,
    pub(super) records: &'a [Record],
    /// `None` where erased or unreadable.
    pub(super) bodies: &'a [Option<BodyLine>],
    /// So many of the records are stored already: what they are worth was decided when they came.
    pub(super) skipped: usize,
    pub(super) now_ms: i64,
}

/// When a record was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    /// Milliseconds since 1970 (UTC). Of what can't be read: the time of the record before it.
    pub(super) at_ms: i64,
    /// What it states can't be true.
    pub(super) back_dated: bool,
}

impl Dated {
    fn at(at_ms: i64) -> Self {
        Self {
            at_ms,
            back_dated: false,
        }
    }
}

/// The times of a batch.
pub(super) struct BatchTimes {
    /// Of its boots.
    pub(super) times: Times,
    /// Of its records, in their order.
    pub(super) dated: Vec<Dated>,
    /// What was stored of boots before their first anchor, where that came just now (or is sent again).
    pub(super) before_first: Vec<LogRow>,
    /// What is to be kept of it.
    pub(super) cells: Vec<Cell>,
    /// The new records whose anchors count.
    counted: HashSet<Hash>,
}

impl BatchTimes {
    /// The key of a new record by which the times of its boot are found.
    pub(super) fn key(&self, stream: &str, hash: &Hash, body: &BodyLine) -> Option<String> {
        if self.counted.contains(hash) {
            return Some(boot_key(stream, &body.at.boot));
        }
        (!self.times.anchored(&body.at.boot)).then(|| unanchored_key(stream, &body.at.boot))
    }
}

impl Arrival<'_> {
    /// Holds the batch's times against what was signed before it and is signed now.
    pub(super) async fn dated(&self) -> StoreResult<BatchTimes> {
        let Self { app, line, .. } = *self;
        let boots = self.bodies.iter().flatten().map(|body| body.at.boot.as_str());
        let drift_ppm = app.documents().policy(self.now_ms).clock.drift_ppm;
        let stored = Times::stored(self.stored, &line.stream, boots, drift_ppm).await?;
        let of_line = LineTimes::find(self.stored, line, self.certificate).await?;
        let words = self.words();
        let mut before_first = self.before_first(&stored, &words).await?;
        let steps = self.steps(&words).await?;
        let mut walk = Walk {
            arrival: self,
            steps,
            before_first: &before_first,
            times: stored,
            of_line,
            fresh: Vec::new(),
            counted: HashSet::new(),
            cells: Vec::new(),
        };
        let floors = walk.signed(&words);
        let Walk {
            times,
            mut of_line,
            fresh,
            counted,
            mut cells,
            ..
        } = walk;
        let times = times.with(fresh);
        let dated = self.judge(&times, &mut of_line, &floors);
        if self.skipped < self.records.len() {
            cells.push(of_line.cell(line));
        }
        before_first.retain(|boot, _| times.anchored(boot));
        Ok(BatchTimes {
            times,
            dated,
            before_first: before_first.into_values().flatten().collect(),
            cells,
            counted,
        })
    }

    /// The server's words among the new records, by index: what they follow on is later.
    fn words(&self) -> HashMap<usize, Anchored> {
        let word = |index: usize| {
            let anchored: Anchored = self.bodies[index].as_ref()?.read()?.ok()?;
            let ours = anchored.anchor.stream == self.line.stream && self.app.signer.signed(&anchored.anchor);
            ours.then_some((index, anchored))
        };
        (self.skipped..self.bodies.len()).filter_map(word).collect()
    }

    /// What is stored of the boots that may get their first anchor now, or got it by these very records.
    async fn before_first(
        &self,
        stored: &Times,
        words: &HashMap<usize, Anchored>,
    ) -> StoreResult<HashMap<BootId, Vec<LogRow>>> {
        let here: HashSet<Hash> = self.records.iter().map(|record| record.hash).collect();
        let asked = words.keys().filter_map(|index| self.bodies[*index].as_ref());
        let asked = asked.map(|body| &body.at.boot).filter(|boot| !stored.anchored(boot));
        let again = stored.anchored_by.iter();
        let again = again.filter(|(_, records)| records.iter().all(|hash| here.contains(hash)));
        let boots: HashSet<&BootId> = asked.chain(again.map(|(boot, _)| boot)).collect();
        let mut rows = HashMap::new();
        for boot in boots {
            let key = unanchored_key(&self.line.stream, boot);
            rows.insert(boot.clone(), self.app.store.records_of(&key).await?);
        }
        Ok(rows)
    }

    /// The records that the batch follows on, as far as its anchors may be signed over them, and its own.
    async fn steps(&self, words: &HashMap<usize, Anchored>) -> StoreResult<Vec<Step>> {
        let mut steps = Vec::new();
        if words.is_empty() {
            return Ok(steps);
        }
        let first = self.records[0].head.seq;
        if words.values().any(|word| word.anchor.seq < first) {
            let from = first.saturating_sub(LOOK_BACK as u64).max(1);
            let between = |line: LogLine, to: u64| async move {
                let most = to.saturating_sub(from) as usize;
                self.app.store.records(&line, from, most).await
            };
            let own = between(self.line.clone(), first).await?;
            if from == 1 {
                steps.push(Step::certificate(self.certificate));
            }
            if !self.line.branch.is_empty() {
                let main = LogLine {
                    branch: String::new(),
                    ..self.line.clone()
                };
                let left = own.first().map_or(first, |row| row.seq);
                steps.extend(between(main, left).await?.iter().map(Step::stored));
            }
            steps.extend(own.iter().map(Step::stored));
        }
        let records = self.records.iter().zip(self.bodies);
        steps.extend(records.map(|(record, body)| Step {
            seq: record.head.seq,
            hash: record.hash,
            at: body.as_ref().map(|body| body.at.clone()),
        }));
        Ok(steps)
    }

    /// Holds each new record's time against what was signed before it, and against now.
    fn judge(&self, times: &Times, of_line: &mut LineTimes, floors: &[i64]) -> Vec<Dated> {
        let mut dated = Vec::with_capacity(self.bodies.len());
        for (index, body) in self.bodies.iter().enumerate() {
            let floor_ms = index.checked_sub(self.skipped).map(|index| floors[index]);
            dated.push(match (body, floor_ms) {
                (Some(body), Some(floor_ms)) => self.judge_one(times, of_line, body, floor_ms),
                (Some(body), None) => Dated::at(times.when(&body.at, self.now_ms).at_ms),
                (None, _) => Dated::at(of_line.newest_ms.min(self.now_ms)),
            });
        }
        dated
    }

    /// A wall clock alone accuses nobody: it was brought between its bounds.
    fn judge_one(&self, times: &Times, of_line: &mut LineTimes, body: &BodyLine, floor_ms: i64) -> Dated {
        let when = times.when(&body.at, self.now_ms);
        let moment = when.error_ms.map(|error_ms| Moment {
            at_ms: when.at_ms,
            error_ms,
        });
        let beyond = |moment: Moment| {
            let bounds = [floor_ms, self.now_ms].map(Moment::signed);
            moment.early_ms(bounds[0]).is_some() || moment.late_ms(bounds[1]).is_some()
        };
        let backwards = of_line.runs_backwards(body);
        if backwards || moment.is_some_and(beyond) {
            return Dated {
                at_ms: when.at_ms.max(floor_ms).min(self.now_ms),
                back_dated: true,
            };
        }
        of_line.newest_ms = when.at_ms;
        Dated::at(when.at_ms)
    }
}

/// Goes through the new records in the order of their chain.
struct Walk<'a> {
    arrival: &'a Arrival<'a>,
    steps: Vec<Step>,
    before_first: &'a HashMap<BootId, Vec<LogRow>>,
    times: Times,
    of_line: LineTimes,
    fresh: Vec<ClockAnchor>,
    counted: HashSet<Hash>,
    cells: Vec<Cell>,
}

impl Walk<'_> {
    /// Notes what the server signed: for each new record the newest time before it; and which anchors count.
    fn signed(&mut self, words: &HashMap<usize, Anchored>) -> Vec<i64> {
        let arrival = self.arrival;
        let mut floors = Vec::new();
        for index in arrival.skipped..arrival.bodies.len() {
            let Some(body) = &arrival.bodies[index] else {
                floors.push(i64::MIN);
                continue;
            };
            let floor_ms = self.of_line.floor_ms(body);
            floors.push(floor_ms);
            if !self.times.since.contains_key(&body.at.boot) {
                let since_ms = floor_ms.saturating_sub(body.at.elapsed_ms);
                self.cells
                    .push(since_cell(&arrival.line.stream, &body.at.boot, since_ms));
                self.times.since.insert(body.at.boot.clone(), since_ms);
            }
            if let Some(anchored) = words.get(&index) {
                self.of_line.signed(anchored.anchor.server_at);
                if let Some(tie) = self.counts(index, body, anchored) {
                    self.fresh.push(tie);
                    self.counted.insert(arrival.records[index].hash);
                }
            }
        }
        floors
    }

    fn counts(&self, index: usize, body: &BodyLine, anchored: &Anchored) -> Option<ClockAnchor> {
        let claim = Claim {
            at: &body.at,
            anchored,
            tie: tie_of(body, anchored)?,
        };
        let own = self.arrival.records.len() - index;
        let boot = &body.at.boot;
        let mut known = self.times.anchors.iter().chain(&self.fresh);
        let agrees = if known.any(|tie| tie.boot == *boot) {
            let known = self.times.anchors.iter().chain(&self.fresh);
            claim.agrees_with(known.filter(|tie| tie.boot == *boot), self.times.drift_ppm)
        } else {
            let stored = self.before_first.get(boot).map_or(&[][..], Vec::as_slice);
            claim.is_possible(&self.times, stored, self.arrival.now_ms)
        };
        (agrees && claim.in_place(&self.steps[..self.steps.len() - own])).then_some(claim.tie)
    }
}

impl Step {
    fn certificate(certificate: &Certificate) -> Self {
        Self {
            seq: 0,
            hash: certificate.hash(),
            at: None,
        }
    }

    fn stored(row: &LogRow) -> Self {
        Self {
            seq: row.seq,
            hash: row.hash,
            at: row.read().map(|body| body.at),
        }
    }
}
