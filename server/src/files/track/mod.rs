//! Recorded tracks, as GPX or CSV.
//!
//! The two readers find the points and their words; what the words mean, and what is wrong with them, is said
//! here once for both.

mod csv;
mod error;
mod gpx;

#[cfg(test)]
mod tests;

pub use error::TrackError;

use chrono::{DateTime, Datelike};
use onbeat_core::reading::{Fix, Provider};

/// Largest file that is read.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A recorded track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// By time.
    pub fixes: Vec<TrackFix>,
    /// Points that were passed over, since the file gives them no time.
    pub without_time: usize,
}

/// One point of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackFix {
    /// Milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The fix, in the track's own coordinate system.
    pub fix: Fix,
}

/// A point as it stands in the file.
#[derive(Debug, Default)]
struct RawPoint {
    /// Line of the file, from 1.
    line: u64,
    time: String,
    lat: String,
    lon: String,
    accuracy_m: String,
    simulated: String,
    satellites: String,
    speed_mps: String,
    provider: String,
}

/// Reads a track: GPX if the file begins with `<`, else CSV with the columns `time,lat,lon,accuracy_m` and, if
/// there, `simulated,satellites,speed_mps,provider`, in any order. `accuracy_m` is for fixes that the file gives
/// none.
///
/// # Errors
/// [`TrackError`] says what is wrong, in which line, and how to mend it.
pub fn read_track(bytes: &[u8], accuracy_m: Option<f64>) -> Result<Track, TrackError> {
    if bytes.len() > MAX_BYTES {
        return Err(TrackError::TooBig { mib: MAX_BYTES >> 20 });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| TrackError::NotUtf8 {
        byte: error.valid_up_to(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let points = if text.trim_start().starts_with('<') {
        gpx::points(text)?
    } else {
        csv::points(text)?
    };
    let count = points.len();
    let timed: Vec<RawPoint> = points.into_iter().filter(|point| !point.time.is_empty()).collect();
    if timed.is_empty() {
        return Err(TrackError::NoTimes { points: count });
    }
    let mut fixes = timed
        .iter()
        .map(|point| point.read(accuracy_m))
        .collect::<Result<Vec<_>, _>>()?;
    fixes.sort_by_key(|fix| fix.at_ms);
    Ok(Track {
        without_time: count - fixes.len(),
        fixes,
    })
}

impl RawPoint {
    fn read(&self, accuracy_m: Option<f64>) -> Result<TrackFix, TrackError> {
        let at_ms = self.at_ms()?;
        let (lat, lon) = self.place()?;
        let accuracy_m = self
            .accuracy_m()?
            .or(accuracy_m)
            .ok_or(TrackError::NoAccuracy { line: self.line })?;
        let fix = Fix {
            lat_e9: (lat * 1e9).round() as i64,
            lon_e9: (lon * 1e9).round() as i64,
            accuracy_mm: Some((accuracy_m * 1e3).round() as i64),
            age_ms: 0,
            provider: provider(&self.provider),
            satellites: self.satellites()?,
            // Below zero is how platforms say that the speed is not valid.
            speed_mm_s: self
                .number("speed_mps", &self.speed_mps)?
                .filter(|speed| *speed >= 0.0)
                .map(|s| (s * 1e3).round() as i64),
            simulated: self.simulated()?,
            approximate: false,
            still: false,
        };
        Ok(TrackFix { at_ms, fix })
    }

    fn at_ms(&self) -> Result<i64, TrackError> {
        let (line, text) = (self.line, self.time.clone());
        match DateTime::parse_from_rfc3339(&text) {
            Ok(at) if (2000..=2100).contains(&at.to_utc().year()) => Ok(at.timestamp_millis()),
            Ok(_) => Err(TrackError::OutOfYears { line, text }),
            Err(_) => Err(TrackError::NotATime { line, text }),
        }
    }

    fn place(&self) -> Result<(f64, f64), TrackError> {
        let coordinate = |column, text: &str| {
            let number = self.number(column, text)?.filter(|number| number.is_finite());
            number.ok_or_else(|| self.bad(column, text, "degrees such as 31.2304"))
        };
        let (lat, lon) = (coordinate("lat", &self.lat)?, coordinate("lon", &self.lon)?);
        let on_earth = |lat: f64, lon: f64| lat.abs() <= 90.0 && lon.abs() <= 180.0;
        if on_earth(lat, lon) {
            return Ok((lat, lon));
        }
        let hint = if on_earth(lon, lat) {
            ": it seems that lat and lon are swapped"
        } else {
            ""
        };
        Err(TrackError::OutOfRange {
            line: self.line,
            lat,
            lon,
            hint,
        })
    }

    /// `None` where it is absent or no number at all.
    fn accuracy_m(&self) -> Result<Option<f64>, TrackError> {
        Ok(self
            .number("accuracy_m", &self.accuracy_m)?
            .filter(|accuracy| accuracy.is_finite()))
    }

    fn satellites(&self) -> Result<Option<u32>, TrackError> {
        let text = self.satellites.as_str();
        let number = (!text.is_empty()).then(|| text.parse());
        number
            .transpose()
            .map_err(|_| self.bad("satellites", text, "a whole number"))
    }

    fn simulated(&self) -> Result<bool, TrackError> {
        match self.simulated.to_ascii_lowercase().as_str() {
            "" | "false" | "0" => Ok(false),
            "true" | "1" => Ok(true),
            _ => Err(self.bad("simulated", &self.simulated, "true or false")),
        }
    }

    fn number(&self, column: &'static str, text: &str) -> Result<Option<f64>, TrackError> {
        let number = (!text.is_empty()).then(|| text.parse::<f64>());
        number
            .transpose()
            .map_err(|_| self.bad(column, text, "a number with a decimal point"))
    }

    fn bad(&self, column: &'static str, text: &str, wanted: &'static str) -> TrackError {
        TrackError::BadValue {
            line: self.line,
            column,
            text: text.into(),
            wanted,
        }
    }
}

fn provider(text: &str) -> Provider {
    match text.to_ascii_lowercase().as_str() {
        "gps" => Provider::Gps,
        "network" => Provider::Network,
        "fused" => Provider::Fused,
        _ => Provider::Other,
    }
}
