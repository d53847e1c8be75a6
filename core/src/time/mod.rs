//! When: windows, calendars, zones, and what a clock is worth. Knows time only.

mod calendar;
mod clock;
mod schedule;

pub use calendar::Calendar;
pub use clock::{ClockAnchor, Clocks, Trusted};
pub use schedule::{Interval, Schedule, TimeError, When};
