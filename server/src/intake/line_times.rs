use std::collections::VecDeque;

use onbeat_core::{
    reading::BootId,
    record::{BodyLine, Certificate, backwards_ms},
};
use serde::{Deserialize, Serialize};

use crate::store::{Cell, LogLine, Lookup, StoreResult};

const KIND: &str = "line_times";
/// Boots that are remembered; a chain does not come back to an old one.
const BOOTS_MOST: usize = 8;

/// The times of one line of records as far as they came in: what the next ones are held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineTimes {
    /// Newest time that the server signed before them.
    floor_ms: i64,
    /// The same for records that are carried over from the epoch before: they are older than their certificate.
    carried_floor_ms: Option<i64>,
    /// Time of the newest record.
    pub(super) newest_ms: i64,
    /// The newest boots, with the most time since boot that was stated.
    boots: VecDeque<(BootId, i64)>,
}

impl LineTimes {
    /// The cell in which those of a line are kept: kind and key.
    pub(super) fn at(line: &LogLine) -> (String, String) {
        (KIND.into(), key(line))
    }

    /// Those of a line under its certificate.
    pub(super) async fn find(store: &dyn Lookup, line: &LogLine, certificate: &Certificate) -> StoreResult<Self> {
        if let Some(known) = Self::stored(store, line).await? {
            return Ok(known);
        }
        let former = LogLine {
            epoch: line.epoch.saturating_sub(1),
            branch: String::new(),
            ..line.clone()
        };
        let carries = line.epoch > 1 && line.branch.is_empty();
        let former = match carries {
            true => Self::stored(store, &former).await?,
            false => None,
        };
        Ok(Self {
            floor_ms: certificate.issued_at,
            carried_floor_ms: carries.then(|| former.map_or(0, |former| former.floor_ms)),
            newest_ms: certificate.issued_at,
            boots: VecDeque::new(),
        })
    }

    async fn stored(store: &dyn Lookup, line: &LogLine) -> StoreResult<Option<Self>> {
        let cell = store.cell(KIND, &key(line), i64::MIN).await?;
        Ok(cell.and_then(|cell| serde_json::from_str(&cell.body).ok()))
    }

    /// As they are kept.
    pub(super) fn cell(&self, line: &LogLine) -> Cell {
        Cell {
            kind: KIND.into(),
            key: key(line),
            body: serde_json::to_string(self).expect("times are plain data"),
            expires_ms: None,
        }
    }

    /// The newest signed time before the next record.
    pub(super) fn floor_ms(&self, body: &BodyLine) -> i64 {
        let carried = self.carried_floor_ms.filter(|_| body.carried_from.is_some());
        carried.unwrap_or(self.floor_ms)
    }

    /// The next record holds a time that the server signed: all behind it are later.
    pub(super) fn signed(&mut self, at_ms: i64) {
        self.floor_ms = self.floor_ms.max(at_ms);
        self.carried_floor_ms = self.carried_floor_ms.map(|floor_ms| floor_ms.max(at_ms));
    }

    /// Takes the next record's time since boot; says whether it runs backwards. What is carried over may be older
    /// than what stands before it.
    pub(super) fn runs_backwards(&mut self, body: &BodyLine) -> bool {
        if self.carried_floor_ms.is_some() && body.carried_from.is_some() {
            return false;
        }
        let at = &body.at;
        let known = self.boots.iter().rposition(|(boot, _)| *boot == at.boot);
        let known = known.and_then(|index| self.boots.remove(index));
        let (boot, newest_ms) = known.unwrap_or_else(|| (at.boot.clone(), i64::MIN));
        if self.boots.len() == BOOTS_MOST {
            self.boots.pop_front();
        }
        self.boots.push_back((boot, newest_ms.max(at.elapsed_ms)));
        backwards_ms(newest_ms, at.elapsed_ms).is_some()
    }
}

fn key(line: &LogLine) -> String {
    format!("{}/{}/{}", line.stream, line.epoch, line.branch)
}
