use std::path::PathBuf;

use clap::{Args, ValueEnum};
use onbeat_core::place::Datum;

/// Judge a recorded track against districts, without a server
///
/// Says of each fix whether it is inside, at the edge, outside or unusable, and how far from the edge; of each
/// workday's window, span by span, what is known; and what a supervisor would be shown: findings and questions.
/// Nothing is stored or sent.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub struct JudgeArgs {
    /// Districts: GeoJSON with Polygons and MultiPolygons
    #[arg(long, value_name = "F.geojson")]
    pub districts: PathBuf,

    /// Judge against this district alone [default: the union of all]
    #[arg(long, value_name = "NAME")]
    pub district: Option<String>,

    /// Property of a feature that holds its district's name
    #[arg(long, value_name = "KEY", default_value = "name")]
    pub name_property: String,

    /// Coordinate system of the districts
    #[arg(long, value_enum, default_value_t = DatumArg::Wgs84)]
    pub datum: DatumArg,

    /// The track: GPX 1.0 or 1.1, or CSV with time,lat,lon,accuracy_m
    ///
    /// CSV has a header; its columns are time (RFC 3339), lat, lon, accuracy_m and, if there, simulated,
    /// satellites, speed_mps and provider, in any order. Points without a time are passed over and counted.
    #[arg(long, value_name = "T.gpx|T.csv")]
    pub track: PathBuf,

    /// Coordinate system of the track
    #[arg(long, value_enum, value_name = "DATUM", default_value_t = DatumArg::Wgs84)]
    pub track_datum: DatumArg,

    /// IANA time zone of the window [default: the policy's, which is Asia/Shanghai unless it says otherwise]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,

    /// Window of a workday, local time [default: the policy's, which is 08:00-16:30 unless it says otherwise]
    #[arg(long, value_name = "HH:MM-HH:MM")]
    pub window: Option<String>,

    /// Accuracy in metres of fixes that the track gives none
    #[arg(long, value_name = "M", value_parser = accuracy, allow_negative_numbers = true)]
    pub accuracy: Option<f64>,

    /// Policy; what it leaves out is as shipped
    #[arg(long, value_name = "P.toml")]
    pub policy: Option<PathBuf>,

    /// Say of each finding and question what made it: in text two sentences, in ndjson a line of data more
    #[arg(long)]
    pub explain: bool,

    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(super) const AFTER: &str = "\
Formats:
  text     for people: each day's spans, findings and questions, local time
  ndjson   a line a fix, by time:
             {\"time\",\"lat\",\"lon\",\"accuracy_m\",\"place\",\"edge_m\",\"district\",\"when\"}
           then a line a span:
             {\"span\":{\"day\",\"from\",\"to\",\"status\",\"excused_by\"}}
           then a line a finding or question:
             {\"finding\":{\"class\",\"kind\",\"from\",\"to\",\"id\",\"day\",\"facts\",\"evidence\"}}
           followed, with --explain, by what made it (docs/explain.md):
             {\"explain\":{\"finding\",\"sentences\",\"conditions\",\"fixes\",\"votes\",...}}
           Times are UTC, positions WGS-84; edge_m is metres from the edge,
           positive inside; evidence is the times of fixes.
  geojson  the same as one FeatureCollection: fixes as points, spans as lines,
           findings as the fixes that prove them

Kinds, of all that Onbeat knows, that a track alone can show:
  findings   left_area, outside_at_opening
  questions  unaccounted (nothing tells where the phone was), simulated_fixes,
             identical_fixes

Exit codes: 0 done, 2 bad input, 3 a file cannot be read or written

Example:
  onbeat judge --districts boroughs.geojson --track day.gpx --accuracy 10 \\
    --zone America/New_York";

/// A coordinate system, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DatumArg {
    /// GPS and RFC 7946
    Wgs84,
    /// Maps of mainland China
    Gcj02,
    /// Baidu's
    Bd09,
}

impl From<DatumArg> for Datum {
    fn from(datum: DatumArg) -> Self {
        match datum {
            DatumArg::Wgs84 => Self::Wgs84,
            DatumArg::Gcj02 => Self::Gcj02,
            DatumArg::Bd09 => Self::Bd09,
        }
    }
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// A JSON object a line
    Ndjson,
    /// One FeatureCollection (RFC 7946)
    Geojson,
}

fn accuracy(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(metres) if metres.is_finite() && metres > 0.0 => Ok(metres),
        _ => Err("give metres above zero, such as 10".into()),
    }
}
