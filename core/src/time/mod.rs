//! When: windows, calendars, zones, and what a clock is worth. Knows time only.

mod calendar;
mod clock;
mod interval;
mod schedule;
mod wall;

#[cfg(test)]
mod tests;

pub use calendar::Calendar;
pub use clock::{ClockAnchor, Clocks, Trusted};
pub use interval::Interval;
pub use schedule::{Schedule, TimeError, Until, When};
