use csv::{ReaderBuilder, StringRecord, Trim};

use super::{RawPoint, TrackError};

const NEEDED: [&str; 3] = ["time", "lat", "lon"];

/// The rows of a CSV file, columns found by name.
pub(super) fn points(text: &str) -> Result<Vec<RawPoint>, TrackError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| malformed(&error))?.clone();
    let columns = Columns::find(&header)?;
    let rows = reader
        .records()
        .map(|row| row.map(|row| columns.point(&row)).map_err(|error| malformed(&error)));
    let points = rows.collect::<Result<Vec<_>, _>>()?;
    if points.is_empty() {
        return Err(TrackError::NoPoints {
            aside: ": it ends after its header".into(),
        });
    }
    Ok(points)
}

/// Where each column stands.
struct Columns<'a> {
    header: &'a StringRecord,
}

impl<'a> Columns<'a> {
    fn find(header: &'a StringRecord) -> Result<Self, TrackError> {
        let missing: Vec<&str> = NEEDED
            .into_iter()
            .filter(|name| !header.iter().any(|found| found == *name))
            .collect();
        if !missing.is_empty() {
            let found = header.iter().collect::<Vec<_>>().join(",").chars().take(80).collect();
            return Err(TrackError::Header {
                missing: missing.join(", "),
                found,
            });
        }
        let twice = header
            .iter()
            .enumerate()
            .find(|(at, name)| header.iter().take(*at).any(|other| other == *name));
        match twice {
            Some((_, name)) => Err(TrackError::ColumnTwice(name.into())),
            None => Ok(Self { header }),
        }
    }

    fn point(&self, row: &StringRecord) -> RawPoint {
        let mut point = RawPoint {
            line: row.position().map_or(0, csv::Position::line),
            ..RawPoint::default()
        };
        for (name, value) in self.header.iter().zip(row) {
            match name {
                "time" => point.time = value.into(),
                "lat" => point.lat = value.into(),
                "lon" => point.lon = value.into(),
                "accuracy_m" => point.accuracy_m = value.into(),
                "simulated" => point.simulated = value.into(),
                "satellites" => point.satellites = value.into(),
                "speed_mps" => point.speed_mps = value.into(),
                "provider" => point.provider = value.into(),
                _ => {}
            }
        }
        point
    }
}

fn malformed(error: &csv::Error) -> TrackError {
    let line = error.position().map_or(0, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "{len} columns where the header has {expected_len}: give each row a value, or an empty one, for each"
            )
        }
        other => format!("not CSV: {other:?}"),
    };
    TrackError::Malformed { line, what }
}
