use std::{fs, path::Path};

use onbeat_core::{
    place::{Area, Datum, Districts, Joined, NamedShape, Point, Shape, join, read_districts},
    policy::{Policy, WindowRule},
    reading::Fix,
    time::{Calendar, Schedule},
};

use super::{JudgeArgs, JudgeError};
use crate::files::{
    self,
    track::{TrackFix, read_track},
};

/// What is judged, and by what.
pub(super) struct Input {
    pub(super) policy: Policy,
    pub(super) schedule: Schedule,
    /// Where one may be.
    pub(super) area: Area,
    /// What that is, for people.
    pub(super) area_name: String,
    /// All districts of the file.
    pub(super) districts: Districts,
    /// Fixes in WGS-84, by time.
    pub(super) fixes: Vec<TrackFix>,
    /// Findings are explained.
    pub(super) explain: bool,
    /// Points that were passed over.
    pub(super) without_time: usize,
}

impl Input {
    pub(super) fn read(args: &JudgeArgs) -> Result<Self, JudgeError> {
        let policy = policy(args)?;
        let schedule = schedule(&policy, args)?;
        let mut named = districts(args)?;
        let (area_name, area) = area(&mut named, args.district.as_deref())?;
        let track = read_track(&bytes(&args.track)?, args.accuracy).map_err(|source| JudgeError::Track {
            path: args.track.clone(),
            source,
        })?;
        let named: Vec<(String, Shape)> = named.into_iter().map(|named| (named.name, named.shape)).collect();
        let datum = Datum::from(args.track_datum);
        Ok(Self {
            policy,
            schedule,
            area: Area::prepare(&area),
            area_name,
            districts: Districts::prepare(&named),
            fixes: track.fixes.into_iter().map(|fix| to_wgs84(fix, datum)).collect(),
            explain: args.explain,
            without_time: track.without_time,
        })
    }
}

/// The policy with the window and zone of the command line.
fn policy(args: &JudgeArgs) -> Result<Policy, JudgeError> {
    let mut policy = match &args.policy {
        Some(path) => files::toml(&text(path)?).map_err(|why| JudgeError::Policy {
            path: path.clone(),
            message: why.trim_end().into(),
        })?,
        None => Policy::default(),
    };
    let WindowRule { zone, from, to, .. } = &mut policy.window;
    if let Some(given) = &args.zone {
        zone.clone_from(given);
    }
    if let Some(given) = &args.window {
        let (first, last) = given.split_once('-').ok_or_else(|| JudgeError::Window(given.clone()))?;
        (*from, *to) = (first.trim().into(), last.trim().into());
    }
    Ok(policy)
}

/// A window that can't be read is said to be the policy's where the command line says nothing of it.
fn schedule(policy: &Policy, args: &JudgeArgs) -> Result<Schedule, JudgeError> {
    Schedule::new(&policy.window, &Calendar::default()).map_err(|error| match &args.policy {
        Some(path) if args.zone.is_none() && args.window.is_none() => JudgeError::Policy {
            path: path.clone(),
            message: error.to_string(),
        },
        _ => error.into(),
    })
}

fn districts(args: &JudgeArgs) -> Result<Vec<NamedShape>, JudgeError> {
    read_districts(&text(&args.districts)?, &args.name_property, args.datum.into()).map_err(|source| {
        JudgeError::Districts {
            path: args.districts.clone(),
            source,
        }
    })
}

/// One district, or the union of all; of all each with the borders that it has there.
fn area(named: &mut [NamedShape], wanted: Option<&str>) -> Result<(String, Shape), JudgeError> {
    let names: Vec<&str> = named.iter().map(|district| district.name.as_str()).collect();
    let names = names.join(", ");
    match wanted {
        None => {
            let shapes: Vec<Shape> = named.iter().map(|district| district.shape.clone()).collect();
            let Joined { each, whole } = join(&shapes);
            for (district, shape) in named.iter_mut().zip(each) {
                district.shape = shape;
            }
            Ok((names, whole))
        }
        Some(name) => match named.iter().find(|district| district.name == name) {
            Some(district) => Ok((district.name.clone(), district.shape.clone())),
            None => Err(JudgeError::NoSuchDistrict {
                name: name.into(),
                names,
            }),
        },
    }
}

fn to_wgs84(fix: TrackFix, datum: Datum) -> TrackFix {
    if datum == Datum::Wgs84 {
        return fix;
    }
    let Point { lon, lat } = datum.to_wgs84(Point::from(&fix.fix));
    let e9 = |degrees: f64| (degrees * 1e9).round() as i64;
    TrackFix {
        at_ms: fix.at_ms,
        fix: Fix {
            lat_e9: e9(lat),
            lon_e9: e9(lon),
            ..fix.fix
        },
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, JudgeError> {
    fs::read(path).map_err(|source| JudgeError::Unreadable {
        path: path.into(),
        source,
    })
}

fn text(path: &Path) -> Result<String, JudgeError> {
    String::from_utf8(bytes(path)?).map_err(|error| JudgeError::NotUtf8 {
        path: path.into(),
        byte: error.utf8_error().valid_up_to(),
    })
}
