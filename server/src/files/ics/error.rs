/// Why a calendar can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IcsError {
    /// Larger than is read.
    #[error("the calendar is larger than {mib} MiB: export fewer years, or the holidays alone")]
    TooBig {
        /// The most, in MiB.
        mib: usize,
    },
    /// Not UTF-8.
    #[error("the calendar is not UTF-8 text: byte {byte} (counted from 0) does not fit; save the file as UTF-8")]
    NotUtf8 {
        /// First byte that does not fit.
        byte: usize,
    },
    /// Something else than iCalendar.
    #[error("no iCalendar file: it does not begin with BEGIN:VCALENDAR; export the calendar as .ics")]
    NotICalendar,
    /// Cut off, or wrongly nested.
    #[error("line {line}: {what}; export the calendar again")]
    Structure {
        /// Line of the file.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A value that can't be read.
    #[error("line {line}, event {event:?}: {name} is {value:?}, not {wanted}")]
    BadValue {
        /// Line of the file.
        line: usize,
        /// The event's summary, or its UID.
        event: String,
        /// The property.
        name: String,
        /// What stands there.
        value: String,
        /// What should.
        wanted: String,
    },
    /// An event without a beginning.
    #[error("line {line}, event {event:?}: it has no DTSTART, so its day is not known")]
    NoStart {
        /// Line of the event's BEGIN.
        line: usize,
        /// The event's summary, or its UID.
        event: String,
    },
    /// More days than a calendar of days off has.
    #[error(
        "line {line}, event {event:?}: with it the calendar has more than {most} days off or made up; weekly days off belong into the policy's workdays, and a daily event is no holiday"
    )]
    TooManyDays {
        /// Line of the event's BEGIN.
        line: usize,
        /// The event's summary, or its UID.
        event: String,
        /// The most.
        most: usize,
    },
}
