//! Where the day and the rep stand: the first line of the day's screen.

use serde::Serialize;

use super::{LocationAnswer, Today, recording};
use crate::rules::Basis;

/// Where the day and the rep stand, in one word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// Another phone of the rep has the place of this one.
    Replaced,
    /// The rep did not agree that his place is recorded.
    NotAgreed,
    /// No window today.
    DayOff,
    /// Recording begins today.
    Begins {
        /// Trusted time.
        at_ms: i64,
    },
    /// On leave within the window.
    OnLeave {
        /// When recording begins again today; `None` where it does not.
        until_ms: Option<i64>,
    },
    /// Recording is over for today.
    Ended {
        /// Trusted time.
        at_ms: i64,
    },
    /// On a break.
    OnBreak {
        /// When it ends by itself.
        until_ms: i64,
    },
    /// In private time.
    InPrivate,
    /// Recording, and the rep was not seen yet.
    NotSeen,
    /// Recording, and seen where [`Today::here`] says.
    Seen,
}

/// What is said of a day as far as it is known; its own standing is not read.
pub(super) fn standing(today: &Today, basis: &Basis) -> Standing {
    if today.replaced_ms.is_some() {
        return Standing::Replaced;
    }
    if today.location != LocationAnswer::Agreed {
        return Standing::NotAgreed;
    }
    if let Some(own_time) = own_time(basis, today.now_ms) {
        return own_time;
    }
    match (today.break_until_ms, today.private_since_ms, &today.here) {
        (Some(until_ms), ..) => Standing::OnBreak { until_ms },
        (None, Some(_), _) => Standing::InPrivate,
        (None, None, None) => Standing::NotSeen,
        (None, None, Some(_)) => Standing::Seen,
    }
}

/// Outside the window and on leave.
fn own_time(basis: &Basis, now_ms: i64) -> Option<Standing> {
    let Some(window) = basis.schedule.window(basis.schedule.day_of(now_ms)) else {
        return Some(Standing::DayOff);
    };
    let Some(worked) = recording::worked(basis, window) else {
        return Some(Standing::OnLeave { until_ms: None });
    };
    let (within, is_over) = (window.contains(now_ms), worked.to_ms <= now_ms);
    match (within, is_over) {
        (false, false) => Some(Standing::Begins { at_ms: worked.from_ms }),
        (false, true) => Some(Standing::Ended { at_ms: worked.to_ms }),
        (true, true) => Some(Standing::OnLeave { until_ms: None }),
        (true, false) => recording::leave_until(basis, now_ms).map(|until_ms| Standing::OnLeave {
            until_ms: Some(until_ms),
        }),
    }
}
