//! What is compared: each answers a question about the same points.

use geo::{Contains, Coord, LineString, MultiPolygon, Polygon, indexed::IntervalTreeMultiPolygon};
use geos::{Geom, Geometry, PreparedGeometry};
use onbeat_core::{
    judge::{PlaceVerdict, judge_fix},
    place::{Area, Districts, Point, Shape, Side},
    policy::Policy,
    reading::{Fix, Provider},
};
use rstar::{
    AABB, PointDistance, RTree,
    primitives::{GeomWithData, Line, Rectangle},
};

use crate::{
    points::Where,
    random::Random,
    rounds::{self, Contender, Line as Measured},
    shapes::Set,
};

/// A point and the shape it is asked about.
#[derive(Clone, Copy)]
struct Question {
    shape: usize,
    point: Point,
}

impl Question {
    fn coord(&self) -> Coord {
        Coord {
            x: self.point.lon,
            y: self.point.lat,
        }
    }

    /// A fix there, of good accuracy.
    fn fix(&self) -> Fix {
        Fix {
            lat_e9: (self.point.lat * 1e9).round() as i64,
            lon_e9: (self.point.lon * 1e9).round() as i64,
            accuracy_mm: Some(20_000),
            age_ms: 0,
            provider: Provider::Gps,
            satellites: None,
            speed_mm_s: None,
            simulated: false,
            approximate: false,
            still: false,
        }
    }
}

/// A shape as each contender wants it.
struct Asked {
    area: Area,
    polygon: MultiPolygon,
    tree: IntervalTreeMultiPolygon<f64>,
    flat: Flat,
}

/// The edges in an R*-tree, in metres on a plane through the shape's middle.
struct Flat {
    metres: [f64; 2],
    edges: RTree<Line<[f64; 2]>>,
}

impl Flat {
    fn of(shape: &Shape) -> Self {
        let rings = shape.parts().concat();
        let lats = || rings.iter().flatten().map(|point| point.lat);
        let middle = (lats().fold(90.0, f64::min) + lats().fold(-90.0, f64::max)) / 2.0;
        let metres = [111_320.0 * middle.to_radians().cos(), 110_950.0];
        let flat = |point: &Point| [point.lon * metres[0], point.lat * metres[1]];
        let lines = rings
            .iter()
            .flat_map(|ring| ring.windows(2))
            .map(|edge| Line::new(flat(&edge[0]), flat(&edge[1])));
        Self {
            metres,
            edges: RTree::bulk_load(lines.collect()),
        }
    }

    fn distance_m(&self, point: Point) -> f64 {
        let at = [point.lon * self.metres[0], point.lat * self.metres[1]];
        let nearest = self.edges.nearest_neighbor(&at);
        nearest.map_or(f64::INFINITY, |edge| edge.distance_2(&at).sqrt())
    }
}

fn multi_polygon(shape: &Shape) -> MultiPolygon {
    let line = |ring: &Vec<Point>| LineString(ring.iter().map(|p| Coord { x: p.lon, y: p.lat }).collect());
    let polygon = |part: &Vec<Vec<Point>>| Polygon::new(line(&part[0]), part[1..].iter().map(line).collect());
    MultiPolygon(shape.parts().iter().map(polygon).collect())
}

impl Asked {
    fn of(shape: &Shape) -> Self {
        let polygon = multi_polygon(shape);
        Self {
            area: Area::prepare(shape),
            tree: IntervalTreeMultiPolygon::new(&polygon),
            flat: Flat::of(shape),
            polygon,
        }
    }
}

/// Asks all questions about a set.
pub fn compare(set: &Set, random: &mut Random) -> Vec<Measured> {
    let asked: Vec<Asked> = set.shapes.iter().map(|(_, shape)| Asked::of(shape)).collect();
    let mut lines = Vec::new();
    for places in Where::ALL {
        let questions = questions(set, places, random);
        lines.extend(classes(set, places, &asked, &questions));
        lines.extend(verdicts(set, places, &asked, &questions));
        lines.extend(which(set, places, &asked, &questions));
    }
    lines
}

fn questions(set: &Set, places: Where, random: &mut Random) -> Vec<Question> {
    let mut questions = Vec::new();
    for (shape, (_, outline)) in set.shapes.iter().enumerate() {
        // As fixes are kept: in whole 1e-9 degrees.
        let asked = |point| Question { shape, point };
        let kept = |question: Question| asked(Point::from(&question.fix()));
        questions.extend(places.points(outline, random).into_iter().map(asked).map(kept));
    }
    questions
}

/// Inside or not.
fn classes(set: &Set, places: Where, asked: &[Asked], questions: &[Question]) -> Vec<Measured> {
    let geometries: Vec<Geometry> = asked
        .iter()
        .map(|asked| Geometry::try_from(&asked.polygon).expect("a multipolygon is a geometry"))
        .collect();
    let prepared: Vec<PreparedGeometry<'_>> = geometries
        .iter()
        .map(|geometry| geometry.to_prepared_geom().expect("it can be prepared"))
        .collect();
    let points: Vec<Geometry> = questions
        .iter()
        .map(|question| Geometry::try_from(geo::Point(question.coord())).expect("a point is a geometry"))
        .collect();
    let (prepared, points) = (&prepared, &points);
    let of = |question: usize| (&asked[questions[question].shape], &questions[question]);
    let n = questions.len();
    let contenders = [
        Contender::new("Onbeat", n, |i| {
            let (asked, question) = of(i);
            u8::from(asked.area.contains(question.point))
        }),
        Contender::new("geo IntervalTreeMultiPolygon", n, |i| {
            let (asked, question) = of(i);
            u8::from(asked.tree.contains(&question.coord()))
        }),
        Contender::new("GEOS prepared", n, |i| {
            let shape = &prepared[questions[i].shape];
            u8::from(shape.contains(&points[i]).unwrap_or(false))
        }),
        Contender::new("geo Contains", n, |i| {
            let (asked, question) = of(i);
            u8::from(asked.polygon.contains(&question.coord()))
        }),
    ];
    rounds::run(set.name, "inside?", places.name(), n, &contenders)
}

/// Inside, edge or outside, with the accuracy: of a disc and a tolerance.
fn verdicts(set: &Set, places: Where, asked: &[Asked], questions: &[Question]) -> Vec<Measured> {
    let policy = Policy::default().fix;
    let policy = &policy;
    let fixes: Vec<Fix> = questions.iter().map(Question::fix).collect();
    let fixes = &fixes;
    let judged = |i: usize| {
        judge_fix(
            &fixes[i],
            &asked[questions[i].shape].area,
            policy,
            policy.edge_tolerance_m,
        )
    };
    let radius_mm = judged(0).radius_mm.expect("the fix is usable");
    let tolerance_mm = (policy.edge_tolerance_m * 1000.0) as i64;
    let of = |question: usize| (&asked[questions[question].shape], &questions[question]);
    let n = questions.len();
    let contenders = [
        Contender::new("Onbeat, the decision", n, |i| {
            let (Asked { area, .. }, question) = of(i);
            match area.clear_side(question.point, radius_mm, radius_mm + tolerance_mm) {
                Some(Side::Inside) => 0,
                Some(Side::Outside) => 2,
                None => 1,
            }
        }),
        Contender::new("Onbeat, judge_fix with its distance", n, |i| match judged(i).place {
            PlaceVerdict::Inside => 0,
            PlaceVerdict::Outside => 2,
            PlaceVerdict::Edge | PlaceVerdict::Unusable => 1,
        }),
        Contender::new("rstar nearest + interval tree", n, |i| {
            let (asked, question) = of(i);
            let distance_mm = asked.flat.distance_m(question.point) * 1000.0;
            let inside = asked.tree.contains(&question.coord());
            match inside {
                true if distance_mm >= radius_mm as f64 => 0,
                false if distance_mm >= (radius_mm + tolerance_mm) as f64 => 2,
                _ => 1,
            }
        }),
    ];
    rounds::run(set.name, "verdict", places.name(), n, &contenders)
}

/// Which of all.
fn which(set: &Set, places: Where, asked: &[Asked], questions: &[Question]) -> Vec<Measured> {
    const NONE: u8 = u8::MAX;
    let districts = Districts::prepare(&set.shapes);
    let mut by_size: Vec<usize> = (0..asked.len()).collect();
    by_size.sort_by(|a, b| set.shapes[*a].1.area_m2().total_cmp(&set.shapes[*b].1.area_m2()));
    let boxes = by_size.iter().enumerate().map(|(rank, shape)| {
        let points = set.shapes[*shape].1.parts().concat().concat();
        let corners: Vec<[f64; 2]> = points.iter().map(|point| [point.lon, point.lat]).collect();
        let bounds = AABB::from_points(&corners);
        GeomWithData::new(Rectangle::from_aabb(bounds), rank)
    });
    let boxes = RTree::bulk_load(boxes.collect());
    let (districts, boxes, by_size) = (&districts, &boxes, &by_size);
    let n = questions.len();
    let contenders = [
        Contender::new("Onbeat", n, |i| {
            let name = districts.holding(questions[i].point).map(str::as_bytes);
            name.map_or(NONE, |name| (name[0] - b'0') * 10 + name[1] - b'0')
        }),
        Contender::new("rstar + interval tree", n, |i| {
            let Coord { x, y } = questions[i].coord();
            let reached = boxes.locate_all_at_point(&[x, y]);
            let holding = reached.filter(|found| asked[by_size[found.data]].tree.contains(&questions[i].coord()));
            holding
                .map(|found| found.data)
                .min()
                .map_or(NONE, |rank| by_size[rank] as u8)
        }),
    ];
    rounds::run(set.name, "which?", places.name(), n, &contenders)
}
