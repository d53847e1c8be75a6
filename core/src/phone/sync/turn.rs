//! When the server is asked again: both shells wait for it, and decide nothing of it.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    phone::{Phone, PhoneError, locked, replaced, store},
    reading::Stamp,
};

/// How the app stands. What the rep did, or wishes by a tap, is sent at once in either state, unless the server holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AppState {
    /// On the screen, or recording.
    Awake,
    /// Neither: the system wakes it.
    Asleep,
}

/// From one try to the next, and the step of the back-off.
const PACE_S: i64 = 5 * 60;
/// The pace doubles so often while tries fail: 40 minutes, and half as long again by the spread.
const DOUBLINGS: u32 = 3;
/// With nothing to send, an app that sleeps asks for what is new so often.
const FETCH_S: i64 = 4 * 3_600;

const TURN: &str = "sync_turn";

/// What the newest try came to. Kept over restarts, so that nobody forgets how long a server asked for patience.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// The moment that waits are counted from: of the newest try in its turn, or of the newest answer; `None` before the
    /// first.
    tried: Option<Stamp>,
    /// Tries in their turn since the last one that came to a good end.
    failures: u32,
    /// Seconds for which the server wants to be left alone.
    retry_after_s: i64,
    /// Random: many phones that failed together come back apart.
    spread: u64,
}

impl Turn {
    /// A try has failed until it comes to a good end: what is cut off is tried later too. One before its turn, as by a
    /// tap, is extra: taps without a network put nothing off.
    pub(in crate::phone) fn begin(&mut self, at: Stamp, spread: u64) {
        if !self.is_due(&at) {
            return;
        }
        *self = Self {
            tried: Some(at),
            failures: self.failures + 1,
            retry_after_s: 0,
            spread,
        };
    }

    /// One that went on for longer than the wait after it is counted from its end. A server that took the log was heard,
    /// whatever else it does not take, as a photo: that slows down nothing.
    pub(in crate::phone) fn end(&mut self, at: Stamp, gave_up: bool, retry_after_s: Option<u64>) {
        if !gave_up {
            self.failures = 0;
        }
        if !gave_up || retry_after_s.is_some() || self.is_due(&at) {
            self.tried = Some(at);
            self.retry_after_s = retry_after_s.map_or(0, |after_s| after_s as i64);
        }
    }

    /// Seconds for which the server still wants to be left alone: then nobody asks it, not even by a tap.
    pub(super) fn held_s(&self, at: &Stamp) -> i64 {
        self.left_s(at, self.retry_after_s)
    }

    /// Whether something that waits would be sent by itself now.
    fn is_due(&self, at: &Stamp) -> bool {
        self.due_s(at, AppState::Awake, true) == 0
    }

    /// Seconds until it is asked again by itself; 0: now.
    fn due_s(&self, at: &Stamp, app: AppState, waits: bool) -> i64 {
        let wait_s = match self.failures {
            0 if app == AppState::Asleep && !waits => FETCH_S,
            0 => PACE_S,
            failures => {
                let step_s = PACE_S << (failures - 1).min(DOUBLINGS);
                step_s + (self.spread % (step_s as u64 / 2)) as i64
            }
        };
        self.left_s(at, wait_s.max(self.retry_after_s))
    }

    /// What is left of a wait since the newest try. Over a restart of the phone its wall clock counts; one that ran back
    /// tells nothing, and nobody waits for it.
    fn left_s(&self, at: &Stamp, wait_s: i64) -> i64 {
        let Some(tried) = &self.tried else { return 0 };
        let since_ms = if tried.boot == at.boot {
            at.elapsed_ms.saturating_sub(tried.elapsed_ms)
        } else {
            at.at_ms.saturating_sub(tried.at_ms)
        };
        if since_ms < 0 {
            return 0;
        }
        (wait_s - since_ms / 1000).max(0)
    }
}

/// What the newest try came to; a new phone's, where none was made or another version kept it.
pub(crate) fn turn(connection: &Connection) -> Result<Turn, PhoneError> {
    let text = store::meta(connection, TURN)?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// Keeps it.
pub(super) fn keep_turn(tx: &Connection, turn: &Turn) -> Result<(), PhoneError> {
    let text = serde_json::to_string(turn).expect("a turn is plain data");
    store::set_meta(tx, TURN, &text)
}

impl Phone {
    /// Seconds until the app asks the server by itself, 0 for now: some minutes after it was heard, later and later while
    /// it is not, never before the server wants it, and rarely where the app sleeps and nothing waits. `None` where it
    /// has nothing to ask: a phone that is nobody's, or one that another took the place of and that sent all.
    ///
    /// # Errors
    /// The disk's.
    pub fn sync_in_s(&self, at: &Stamp, app: AppState) -> Result<Option<i64>, PhoneError> {
        let turn = locked(&self.session).turn.clone();
        self.with(|store| {
            let connection = store.connection();
            if store::log::certificate(connection)?.is_none() {
                return Ok(None);
            }
            let (records, _) = store::log::waiting(connection)?;
            let waits = records > 0 || !store::photos::pending(connection)?.is_empty();
            if !waits && replaced::since_ms(connection)?.is_some() {
                return Ok(None);
            }
            Ok(Some(turn.due_s(at, app, waits)))
        })
    }

    /// Until when the server wants to be left alone.
    pub(in crate::phone) fn held_until_ms(&self, at: &Stamp, now_ms: i64) -> Option<i64> {
        let held_s = locked(&self.session).turn.held_s(at);
        (held_s > 0).then_some(now_ms + 1000 * held_s)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        AppState::{Asleep, Awake},
        *,
    };

    const HOUR_S: i64 = 3_600;

    /// The clock and the time since boot run together, from one hour on.
    fn after(s: i64) -> Stamp {
        let ms = (HOUR_S + s) * 1000;
        Stamp {
            at_ms: ms,
            elapsed_ms: ms,
            boot: "a".into(),
        }
    }

    /// How a try came out: whether it gave up, and for how long the server wants to be left alone.
    type End = (bool, Option<u64>);

    fn well() -> End {
        (false, None)
    }

    fn badly(retry_after_s: Option<u64>) -> End {
        (true, retry_after_s)
    }

    /// Tries a day apart, the newest now, `None` for one that was cut off.
    fn tried(tries: &[Option<End>], spread: u64) -> Turn {
        let mut turn = Turn::default();
        for (ago, end) in (0..tries.len() as i64).rev().zip(tries) {
            try_at(&mut turn, after(-86_400 * ago), spread, *end);
        }
        turn
    }

    fn try_at(turn: &mut Turn, at: Stamp, spread: u64, end: Option<End>) {
        turn.begin(at.clone(), spread);
        if let Some((gave_up, retry_after_s)) = end {
            turn.end(at, gave_up, retry_after_s);
        }
    }

    #[test]
    fn the_server_is_asked_again_some_minutes_after_it_was_heard_and_later_and_later_while_it_is_not() {
        let failed = |n: usize| vec![Some(badly(None)); n];
        let cases = [
            ("never tried", vec![], [0, 0, 0]),
            ("heard", vec![Some(well())], [300, 300, 14_400]),
            ("one failure", failed(1), [300; 3]),
            ("two", failed(2), [600; 3]),
            ("three", failed(3), [1_200; 3]),
            ("four", failed(4), [2_400; 3]),
            ("forty", failed(40), [2_400; 3]),
            ("cut off", vec![None, None], [600; 3]),
            (
                "heard at last",
                [failed(4), vec![Some(well())]].concat(),
                [300, 300, 14_400],
            ),
            ("it asks for patience", vec![Some(badly(Some(7_200)))], [7_200; 3]),
            ("it asks for less than the pace", vec![Some(badly(Some(5)))], [300; 3]),
            (
                "it asks for less than the back-off",
                [failed(3), vec![Some(badly(Some(900)))]].concat(),
                [2_400; 3],
            ),
            (
                "patience that was asked for before",
                vec![Some(badly(Some(7_200))), Some(well())],
                [300, 300, 14_400],
            ),
        ];
        for (what, tries, expected) in cases {
            let turn = tried(&tries, 0);
            let due_s =
                [(Awake, true), (Asleep, true), (Asleep, false)].map(|(app, waits)| turn.due_s(&after(0), app, waits));
            assert_eq!(due_s, expected, "{what}");
            let later_s = turn.due_s(&after(100), Awake, true);
            assert_eq!(
                later_s,
                (expected[0] - 100).max(0),
                "{what}: it is counted from the try"
            );
        }
    }

    #[test]
    fn phones_that_failed_together_come_back_apart_within_the_hour() {
        let waits = |failures| {
            let turn = move |spread| tried(&vec![Some(badly(None)); failures], spread);
            (0..7_919).map(move |spread| turn(spread).due_s(&after(0), Awake, true))
        };
        for (failures, shortest_s) in [(1, 300), (2, 600), (9, 2_400)] {
            assert_eq!(waits(failures).min(), Some(shortest_s));
            assert_eq!(waits(failures).max(), Some(shortest_s * 3 / 2 - 1));
        }
    }

    #[test]
    fn taps_before_its_turn_put_nothing_off_and_what_the_server_says_to_one_counts() {
        let cases = [
            ("cut off", None, None),
            ("no network", Some(badly(None)), None),
            ("heard", Some(well()), Some(300)),
            ("it asks for patience", Some(badly(Some(7_200))), Some(7_200)),
        ];
        for (what, tap, expected_s) in cases {
            let mut turn = tried(&[Some(badly(None)); 4], 0);
            let due_s = |turn: &Turn| turn.due_s(&after(60), Awake, true);
            let expected_s = expected_s.unwrap_or(due_s(&turn));
            for _ in 0..4 {
                try_at(&mut turn, after(60), 7, tap);
            }
            assert_eq!(due_s(&turn), expected_s, "{what}");
        }
    }

    #[test]
    fn a_try_that_outlasts_its_own_wait_is_counted_from_its_end() {
        for (took_s, left_s) in [(60, 240), (299, 1), (300, 300), (400, 300)] {
            let mut turn = Turn::default();
            turn.begin(after(0), 0);
            turn.end(after(took_s), true, None);
            assert_eq!(turn.due_s(&after(took_s), Awake, true), left_s, "{took_s}");
        }
    }

    #[test]
    fn patience_is_kept_over_a_restart_and_by_no_clock_that_ran_back() {
        let turn = tried(&[Some(badly(Some(600)))], 0);
        let kept: Turn = serde_json::from_str(&serde_json::to_string(&turn).unwrap_or_default()).unwrap_or_default();
        let reboot = |s: i64| Stamp {
            elapsed_ms: 0,
            boot: "b".into(),
            ..after(s)
        };
        let cases = [
            ("at once", after(0), 600),
            ("under way", after(599), 1),
            ("over", after(600), 0),
            (
                "the clock was set ahead",
                Stamp {
                    at_ms: i64::MAX,
                    ..after(60)
                },
                540,
            ),
            ("rebooted", reboot(60), 540),
            ("rebooted later", reboot(86_400), 0),
            ("rebooted, the clock set back", reboot(-1), 0),
        ];
        for (what, at, expected) in cases {
            assert_eq!(kept.held_s(&at), expected, "{what}");
        }
        assert_eq!(
            tried(&[Some(badly(None))], 0).held_s(&after(0)),
            0,
            "a failure alone keeps no tap back"
        );
    }
}
