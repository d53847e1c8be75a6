/// Why a track can't be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrackError {
    /// Larger than is read at once.
    #[error("the track is larger than {mib} MiB: cut it into parts")]
    TooBig {
        /// The most, in MiB.
        mib: usize,
    },
    /// Not UTF-8.
    #[error("the track is not UTF-8 text: byte {byte} (counted from 0) does not fit; save the file as UTF-8")]
    NotUtf8 {
        /// First byte that does not fit.
        byte: usize,
    },
    /// CSV without the columns that are needed.
    #[error(
        "line 1: the header lacks {missing}; it reads {found:?}. Its columns, parted by commas, are \
         time,lat,lon,accuracy_m and, if you have them, simulated,satellites,speed_mps,provider"
    )]
    Header {
        /// The columns that are missing.
        missing: String,
        /// What stands there.
        found: String,
    },
    /// A column stands twice.
    #[error("line 1: the column {0:?} stands twice: keep one of them")]
    ColumnTwice(String),
    /// Not CSV or XML.
    #[error("line {line}: {what}")]
    Malformed {
        /// Line of the file.
        line: u64,
        /// What is wrong, and how to mend it.
        what: String,
    },
    /// A file without a recorded point.
    #[error("the file holds no recorded points (in GPX: trkpt in a trk){aside}; export the recorded track itself")]
    NoPoints {
        /// What it holds instead.
        aside: String,
    },
    /// Points, and not one with a time.
    #[error(
        "none of the {points} points has a time, so nothing can be said about when the phone was where: \
         export the track with its times"
    )]
    NoTimes {
        /// How many points.
        points: usize,
    },
    /// Not RFC 3339.
    #[error("line {line}: {text:?} is not a time: write RFC 3339 with an offset, such as 2026-03-02T08:00:00+08:00")]
    NotATime {
        /// Line of the file.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// Before 2000 or after 2100.
    #[error(
        "line {line}: the time {text} lies outside the years 2000 to 2100, so the recorder's clock was not set: \
         mend the times or remove such points"
    )]
    OutOfYears {
        /// Line of the file.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A value that can't be read.
    #[error("line {line}: {column} is {text:?}, not {wanted}")]
    BadValue {
        /// Line of the file.
        line: u64,
        /// The column or element.
        column: &'static str,
        /// What stands there.
        text: String,
        /// What should.
        wanted: &'static str,
    },
    /// No accuracy, and none was given for the track.
    #[error("line {line}: the fix has no accuracy; --accuracy M gives one, in metres, for the whole track")]
    NoAccuracy {
        /// Line of the file.
        line: u64,
    },
    /// Not a place on Earth.
    #[error("line {line}: lat {lat}, lon {lon} is no place on Earth (lat -90 to 90, lon -180 to 180){hint}")]
    OutOfRange {
        /// Line of the file.
        line: u64,
        /// Degrees north.
        lat: f64,
        /// Degrees east.
        lon: f64,
        /// A guess at what happened, or nothing.
        hint: &'static str,
    },
}
