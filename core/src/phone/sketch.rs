//! The sketch of a finding: its fixes with the circles they were judged by, flat, ready to be scaled.

use serde::Serialize;

use super::{MapPoint, map::mm};
use crate::{
    judge::PlaceVerdict,
    place::{Plan, Point},
    rules::Explanation,
};

/// What is drawn of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Sketch {
    /// Width of the ground shown, millimetres: all circles lie within.
    pub width_mm: i64,
    /// Its height.
    pub height_mm: i64,
    /// The fixes, in order of time.
    pub fixes: Vec<SketchFix>,
    /// The place that the finding is about.
    pub place: Option<SketchPlace>,
}

/// A fix of a sketch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SketchFix {
    /// Where.
    pub at: MapPoint,
    /// The circle it was judged by.
    pub radius_mm: Option<i64>,
    /// On which side of the edge.
    pub place: PlaceVerdict,
    /// The finding stands on it.
    pub decides: bool,
}

/// A place of a sketch, as a circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SketchPlace {
    /// Its middle.
    pub at: MapPoint,
    /// Its circle.
    pub radius_mm: i64,
}

/// Around the widest circle.
const MARGIN_MM: i64 = 25_000;

impl Sketch {
    /// `None` where no fixes are shown.
    pub(super) fn of(explanation: &Explanation) -> Option<Self> {
        let Explanation { fixes, place, .. } = explanation;
        fixes.first()?;
        let middle = place.as_ref().map(|place| Point::from_e9(place.lat_e9, place.lon_e9));
        let plan = Plan::holding(fixes.iter().map(|fix| Point::from(&fix.fix)).chain(middle))?;
        let radii = fixes.iter().filter_map(|fix| fix.verdict.radius_mm);
        let radii = radii.chain(place.as_ref().map(|place| place.radius_mm));
        let margin_mm = radii.max().unwrap_or(0) + MARGIN_MM;
        let at = |point| {
            let MapPoint { x_mm, y_mm } = MapPoint::on(&plan, point);
            MapPoint {
                x_mm: x_mm + margin_mm,
                y_mm: y_mm + margin_mm,
            }
        };
        let (width_m, height_m) = plan.size_m();
        Some(Self {
            width_mm: mm(width_m) + 2 * margin_mm,
            height_mm: mm(height_m) + 2 * margin_mm,
            fixes: fixes
                .iter()
                .map(|fix| SketchFix {
                    at: at(Point::from(&fix.fix)),
                    radius_mm: fix.verdict.radius_mm,
                    place: fix.verdict.place,
                    decides: fix.decides,
                })
                .collect(),
            place: place.as_ref().zip(middle).map(|(place, middle)| SketchPlace {
                at: at(middle),
                radius_mm: place.radius_mm,
            }),
        })
    }
}
