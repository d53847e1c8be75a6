//! Districts, generated and recorded, with the places in them where customers are.

use onbeat_core::place::{Area, Datum, Point, Shape, distance_m, read_districts, union};

use crate::{Family, Stratum, random::Random, way::Place};

/// Where a day takes place.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) area: Area,
    /// A service hall near customers: a no-go place.
    pub(crate) no_go: Vec<(String, Area)>,
    /// Where customers are: inside the area, as near to the edge as the stratum says.
    pub(crate) spots: Vec<Place>,
    plane: Plane,
}

/// Metres north and east of a point, true to a percent over some kilometres: ways are made in it, and what is
/// true of them is asked of the area itself.
#[derive(Debug, Clone, Copy)]
struct Plane {
    origin: Point,
    north_m: f64,
    east_m: f64,
}

impl Plane {
    fn at(origin: Point) -> Self {
        let step = 0.01;
        let north = Point {
            lat: origin.lat + step,
            ..origin
        };
        let east = Point {
            lon: origin.lon + step,
            ..origin
        };
        Self {
            origin,
            north_m: distance_m(origin, north) / step,
            east_m: distance_m(origin, east) / step,
        }
    }

    fn point(&self, (north, east): Place) -> Point {
        Point {
            lat: self.origin.lat + north / self.north_m,
            lon: self.origin.lon + east / self.east_m,
        }
    }

    fn place(&self, point: Point) -> Place {
        let north = (point.lat - self.origin.lat) * self.north_m;
        (north, (point.lon - self.origin.lon) * self.east_m)
    }

    fn ring(&self, corners: impl IntoIterator<Item = Place>) -> Vec<Point> {
        corners.into_iter().map(|corner| self.point(corner)).collect()
    }
}

impl Ground {
    pub(crate) fn point(&self, place: Place) -> Point {
        self.plane.point(place)
    }

    pub(crate) fn place(&self, point: Point) -> Place {
        self.plane.place(point)
    }

    pub(crate) fn holds(&self, place: Place) -> bool {
        self.area.contains(self.point(place))
    }

    /// Signed metres to the edge, positive inside.
    pub(crate) fn edge_m(&self, place: Place) -> f64 {
        let edge = self.area.edge_distance(self.point(place));
        edge.map_or(f64::NEG_INFINITY, |edge| edge.edge_mm as f64 / 1000.0)
    }

    /// All grounds of a stratum. The two families have none in common.
    pub(crate) fn all(stratum: Stratum, family: Family) -> Vec<Self> {
        let count = match stratum {
            Stratum::Market | Stratum::Mall | Stratum::Strip => 24,
            _ => 8,
        };
        let mut grounds: Vec<Self> = (0..count).map(|i| Self::generated(stratum, family, i)).collect();
        if matches!(
            stratum,
            Stratum::Deep | Stratum::Clean | Stratum::Edge | Stratum::Canyon
        ) {
            grounds.extend(Self::boroughs(stratum, family));
        }
        grounds
    }

    /// The recorded ones: boroughs, some kilometres wide.
    pub(crate) fn boroughs(stratum: Stratum, family: Family) -> Vec<Self> {
        let ground = |(shape, origin): (Shape, Point)| {
            let mut random = Random::new(77, &[stratum.number()]);
            Self::new(stratum, &shape, Plane::at(origin), 5000.0, &mut random)
        };
        recorded(family).into_iter().map(ground).collect()
    }

    fn generated(stratum: Stratum, family: Family, number: u64) -> Self {
        let random = &mut Random::new(family as u64, &[stratum.number(), number]);
        let plane = Plane::at(Point {
            lat: random.between(-45.0, 55.0),
            lon: random.between(-179.0, 179.0),
        });
        let (rings, reach_m) = match stratum {
            Stratum::Market => (vec![block(30.0, 30.0, random).to_vec()], 45.0),
            Stratum::Mall => {
                let (half, wide) = (random.between(60.0, 120.0), random.between(60.0, 120.0));
                (vec![block(half, wide, random).to_vec()], 170.0)
            }
            Stratum::Strip => (vec![strip(random)], 2500.0),
            Stratum::Edge => (town(random), 3500.0),
            _ => (town(random), 2000.0),
        };
        let rings = rings.into_iter().map(|ring| plane.ring(ring)).collect();
        let mut shape = Shape::new(vec![rings]).expect("a generated district is valid");
        if stratum == Stratum::Edge {
            // Customers beyond the edge, each with its disc: parts of the area of their own.
            let discs = (0..3).map(|_| {
                let far_m = random.between(1900.0, 3200.0);
                Shape::disc(plane.point(random.offset(far_m)), 200.0)
            });
            shape = union(&std::iter::once(shape).chain(discs).collect::<Vec<_>>());
        }
        Self::new(stratum, &shape, plane, reach_m, random)
    }

    fn new(stratum: Stratum, shape: &Shape, plane: Plane, reach_m: f64, random: &mut Random) -> Self {
        let mut ground = Self {
            area: Area::prepare(shape),
            no_go: Vec::new(),
            spots: Vec::new(),
            plane,
        };
        let (least_m, most_m) = match stratum {
            Stratum::Deep | Stratum::Clean => (400.0, f64::INFINITY),
            Stratum::Edge => (2.0, 100.0),
            Stratum::Canyon | Stratum::Gaps | Stratum::Mute => (60.0, f64::INFINITY),
            Stratum::Market | Stratum::Mall | Stratum::Strip => (1.0, f64::INFINITY),
        };
        while ground.spots.len() < 150 {
            let place = (random.between(-reach_m, reach_m), random.between(-reach_m, reach_m));
            if (least_m..most_m).contains(&ground.edge_m(place)) {
                ground.spots.push(place);
            }
        }
        if matches!(stratum, Stratum::Deep | Stratum::Canyon | Stratum::Mall) {
            let spot = ground.spots[0];
            let (north, east) = random.offset(250.0);
            let hall = block(70.0, 70.0, random).map(|(n, e)| (spot.0 + north + n, spot.1 + east + e));
            let hall = Shape::new(vec![vec![plane.ring(hall)]]).expect("a square is valid");
            let hall = Area::prepare(&hall);
            let apart = |place: &Place| {
                hall.edge_distance(plane.point(*place))
                    .is_some_and(|edge| edge.edge_mm < -100_000)
            };
            ground.spots.retain(apart);
            ground.no_go.push(("hall".into(), hall));
        }
        ground
    }
}

fn block(half_m: f64, wide_m: f64, random: &mut Random) -> [Place; 4] {
    let (sin, cos) = random.between(0.0, 1.5).sin_cos();
    let corners = [
        (-half_m, -wide_m),
        (-half_m, wide_m),
        (half_m, wide_m),
        (half_m, -wide_m),
    ];
    corners.map(|(n, e)| (n * cos - e * sin, n * sin + e * cos))
}

/// A town of some 3 km with up to two holes.
fn town(random: &mut Random) -> Vec<Vec<Place>> {
    let ring = |middle: Place, radius_m: f64, corners: u64, rough: f64, random: &mut Random| -> Vec<Place> {
        let turn = std::f64::consts::TAU / corners as f64;
        let corner = |i: u64| {
            let (sin, cos) = (i as f64 * turn).sin_cos();
            let radius_m = radius_m * random.between(1.0 - rough, 1.0 + rough);
            (middle.0 + radius_m * cos, middle.1 + radius_m * sin)
        };
        (0..corners).map(corner).collect()
    };
    let corners = random.whole(5, 60);
    let mut rings = vec![ring((0.0, 0.0), 1600.0, corners, 0.15, random)];
    for hole in 0..random.whole(0, 2) {
        let middle = (random.between(-300.0, 300.0), if hole == 0 { -450.0 } else { 450.0 });
        let radius_m = random.between(100.0, 350.0);
        rings.push(ring(middle, radius_m, 9, 0.2, random));
    }
    rings
}

/// Both sides of a street with bends.
fn strip(random: &mut Random) -> Vec<Place> {
    let half_m = random.between(60.0, 100.0);
    let mut middle = Vec::new();
    let mut east = 0.0;
    for i in 0..8 {
        middle.push((f64::from(i) * 500.0 - 1750.0, east));
        east += random.between(-180.0, 180.0);
    }
    let left = middle.iter().map(|(n, e)| (*n, e - half_m));
    let right = middle.iter().rev().map(|(n, e)| (*n, e + half_m));
    left.chain(right).collect()
}

/// Recorded districts: boroughs of New York, and where in them the days take place.
fn recorded(family: Family) -> Vec<(Shape, Point)> {
    let places: &[(&str, f64, f64)] = match family {
        Family::Tuning => &[("Brooklyn", 40.64, -73.95), ("Bronx", 40.85, -73.87)],
        Family::Testing | Family::Other => &[("Queens", 40.71, -73.83), ("Manhattan", 40.78, -73.97)],
    };
    let file = include_str!("../../data/nyc-boroughs.geojson");
    let districts = read_districts(file, "name", Datum::Wgs84).expect("the file of the boroughs is valid");
    let place = |(name, lat, lon): &(&str, f64, f64)| {
        let district = districts.iter().find(|district| district.name == *name);
        let shape = district.expect("the borough is in the file").shape.clone();
        (shape, Point { lat: *lat, lon: *lon })
    };
    places.iter().map(place).collect()
}

/// Shapes of recorded ways between two points that lie apart: from (0, 0) to (1, 0).
pub(crate) fn recorded_shapes(family: Family) -> Vec<Vec<Place>> {
    let text = match family {
        Family::Tuning => include_str!("../../data/tracks/nyc-taxi-stops.csv"),
        Family::Testing | Family::Other => include_str!("../../data/tracks/munich-drive.csv"),
    };
    let column = |line: &str, i: usize| line.split(',').nth(i)?.parse().ok();
    let points: Vec<Point> = text
        .lines()
        .filter_map(|line| {
            Some(Point {
                lat: column(line, 1)?,
                lon: column(line, 2)?,
            })
        })
        .collect();
    let (chunk, step) = match family {
        Family::Tuning => (4, 1),
        Family::Testing | Family::Other => (120, 10),
    };
    points
        .chunks(chunk)
        .filter_map(|chunk| shape_of(&chunk.iter().step_by(step).copied().collect::<Vec<_>>()))
        .collect()
}

/// Turned and scaled so that it ends at (1, 0); none where start and end all but meet.
fn shape_of(points: &[Point]) -> Option<Vec<Place>> {
    let (first, last) = (points.first()?, points.last()?);
    let plane = Plane::at(*first);
    let (dn, de) = plane.place(*last);
    let square = dn * dn + de * de;
    let shape: Vec<Place> = points
        .iter()
        .map(|point| plane.place(*point))
        .map(|(n, e)| ((n * dn + e * de) / square, (e * dn - n * de) / square))
        .collect();
    let near = |(along, across): &Place| (-0.5..=1.5).contains(along) && across.abs() <= 0.7;
    (square > 300.0 * 300.0 && shape.iter().all(near)).then_some(shape)
}
