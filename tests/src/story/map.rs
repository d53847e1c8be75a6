//! The districts, and which side of an edge a point is on: even-odd over all rings, distances by the
//! ellipsoid's scale at the point. Independent of the engine, slow and plain.

use serde_json::{Value, json};

/// A place, WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// North.
    pub lat: f64,
    /// East.
    pub lon: f64,
}

impl Point {
    /// From degrees.
    pub const fn new(lat: f64, lon: f64) -> Self {
        Self { lat, lon }
    }

    /// Metres of one degree north and one degree east here (series for WGS-84; NGA, "American Practical
    /// Navigator", 2019, appendix on the length of a degree).
    fn scale(self) -> (f64, f64) {
        let lat = self.lat.to_radians();
        let north = 111_132.92 - 559.82 * (2.0 * lat).cos() + 1.175 * (4.0 * lat).cos();
        let east = 111_412.84 * lat.cos() - 93.5 * (3.0 * lat).cos();
        (north, east)
    }

    /// Metres north and east from here to there.
    fn offset_to(self, there: Self) -> (f64, f64) {
        let (north, east) = self.scale();
        ((there.lat - self.lat) * north, (there.lon - self.lon) * east)
    }

    /// The point so many metres north and east of here.
    pub fn moved(self, north_m: f64, east_m: f64) -> Self {
        let (north, east) = self.scale();
        Self::new(self.lat + north_m / north, self.lon + east_m / east)
    }

    /// Distance in metres, good to a few parts in ten thousand over the distances of a city.
    pub fn metres_to(self, there: Self) -> f64 {
        let (north, east) = self.offset_to(there);
        north.hypot(east)
    }

    /// The point a share (0 to 1) of the way to another, straight in longitude and latitude.
    pub fn towards(self, there: Self, share: f64) -> Self {
        Self::new(
            self.lat + (there.lat - self.lat) * share,
            self.lon + (there.lon - self.lon) * share,
        )
    }
}

/// Closed ring of points.
type Ring = Vec<Point>;

/// A multipolygon as parts of rings, shell first.
#[derive(Debug, Clone)]
pub struct Region {
    parts: Vec<Vec<Ring>>,
}

impl Region {
    /// A square with sides of `side_m` around a centre.
    pub fn square(centre: Point, side_m: f64) -> Self {
        let half = side_m / 2.0;
        let corner = |north: f64, east: f64| centre.moved(north * half, east * half);
        let ring = vec![
            corner(-1.0, -1.0),
            corner(-1.0, 1.0),
            corner(1.0, 1.0),
            corner(1.0, -1.0),
            corner(-1.0, -1.0),
        ];
        Self {
            parts: vec![vec![ring]],
        }
    }

    /// The same with a hole in the part that holds the hole.
    ///
    /// # Panics
    /// If no part holds it.
    pub fn with_hole(&self, hole: Self) -> Self {
        let mut ring = hole.parts[0][0].clone();
        ring.reverse(); // holes run clockwise, RFC 7946
        let mut cut = self.clone();
        let holds = |rings: &&mut Vec<Ring>| is_in(&rings[0], ring[0]);
        let part = cut.parts.iter_mut().find(holds).expect("the hole lies in the district");
        part.push(ring);
        cut
    }

    /// Whether a point is inside.
    pub fn contains(&self, point: Point) -> bool {
        let odd = |rings: &Vec<Ring>| rings.iter().filter(|ring| is_in(ring, point)).count() % 2 == 1;
        self.parts.iter().any(odd)
    }

    /// Metres to the nearest edge, positive inside.
    pub fn edge_m(&self, point: Point) -> f64 {
        let edges = self.parts.iter().flatten().flat_map(|ring| ring.windows(2));
        let nearest = edges.map(|edge| distance_to_edge(point, edge[0], edge[1]));
        let distance = nearest.fold(f64::INFINITY, f64::min);
        if self.contains(point) { distance } else { -distance }
    }

    /// Corners of the box around it: south-west, north-east.
    pub fn bounds(&self) -> (Point, Point) {
        let mut low = Point::new(f64::INFINITY, f64::INFINITY);
        let mut high = Point::new(f64::NEG_INFINITY, f64::NEG_INFINITY);
        for point in self.parts.iter().flatten().flatten() {
            low = Point::new(low.lat.min(point.lat), low.lon.min(point.lon));
            high = Point::new(high.lat.max(point.lat), high.lon.max(point.lon));
        }
        (low, high)
    }

    fn read(geometry: &Value) -> Option<Self> {
        let coordinates = &geometry["coordinates"];
        let parts = match geometry["type"].as_str()? {
            "Polygon" => vec![read_part(coordinates)?],
            "MultiPolygon" => coordinates.as_array()?.iter().map(read_part).collect::<Option<_>>()?,
            _ => return None,
        };
        Some(Self { parts })
    }

    fn to_geojson(&self) -> Value {
        let ring = |ring: &Ring| ring.iter().map(|p| json!([p.lon, p.lat])).collect::<Value>();
        let part = |rings: &Vec<Ring>| rings.iter().map(ring).collect::<Value>();
        json!({"type": "MultiPolygon", "coordinates": self.parts.iter().map(part).collect::<Value>()})
    }
}

fn read_part(part: &Value) -> Option<Vec<Ring>> {
    let point = |p: &Value| Some(Point::new(p[1].as_f64()?, p[0].as_f64()?));
    let ring = |r: &Value| r.as_array()?.iter().map(point).collect::<Option<Ring>>();
    part.as_array()?.iter().map(ring).collect()
}

/// Even-odd rule along a ray to the east.
fn is_in(ring: &Ring, point: Point) -> bool {
    let crossed = |edge: &&[Point]| {
        let (a, b) = (edge[0], edge[1]);
        let spans = (a.lat > point.lat) != (b.lat > point.lat);
        spans && point.lon < a.lon + (b.lon - a.lon) * (point.lat - a.lat) / (b.lat - a.lat)
    };
    ring.windows(2).filter(crossed).count() % 2 == 1
}

fn distance_to_edge(point: Point, a: Point, b: Point) -> f64 {
    let ((an, ae), (bn, be)) = (point.offset_to(a), point.offset_to(b));
    let (dn, de) = (bn - an, be - ae);
    let length2 = dn * dn + de * de;
    let share = if length2 == 0.0 {
        0.0
    } else {
        (-(an * dn + ae * de) / length2).clamp(0.0, 1.0)
    };
    (an + share * dn).hypot(ae + share * de)
}

/// Districts by name, in order of the file.
#[derive(Debug, Clone)]
pub struct Map {
    regions: Vec<(String, Region)>,
}

impl Map {
    /// Reads a FeatureCollection whose features have a `name`.
    ///
    /// # Panics
    /// If the text is none: the boroughs are data of ours.
    pub fn read(geojson: &str) -> Self {
        let file: Value = serde_json::from_str(geojson).expect("the boroughs are JSON");
        let feature = |f: &Value| {
            Some((
                f["properties"]["name"].as_str()?.to_owned(),
                Region::read(&f["geometry"])?,
            ))
        };
        let features = file["features"].as_array().expect("a FeatureCollection");
        Self {
            regions: features
                .iter()
                .map(feature)
                .collect::<Option<_>>()
                .expect("named polygons"),
        }
    }

    /// Adds a district.
    pub fn add(&mut self, name: &str, region: Region) {
        self.regions.push((name.to_owned(), region));
    }

    /// A district.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn region(&self, name: &str) -> &Region {
        let found = self.regions.iter().find(|(n, _)| n == name);
        &found.unwrap_or_else(|| panic!("no district {name:?} in the story")).1
    }

    /// As a file for `onbeat import districts`.
    pub fn to_geojson(&self) -> String {
        let feature = |(name, region): &(String, Region)| json!({"type": "Feature", "properties": {"name": name}, "geometry": region.to_geojson()});
        let features = self.regions.iter().map(feature).collect::<Value>();
        json!({"type": "FeatureCollection", "features": features}).to_string()
    }
}
