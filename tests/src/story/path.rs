use super::{at, map::Point};

/// Where somebody truly is, exact at every instant: straight lines between knots in time.
#[derive(Debug, Clone)]
pub struct Path {
    knots: Vec<(i64, Point)>,
}

impl Path {
    /// Begins at a place; before that time he is there too.
    pub fn begin(time: &str, place: Point) -> Self {
        Self {
            knots: vec![(at(time), place)],
        }
    }

    /// Stays until then.
    ///
    /// # Panics
    /// If that time has passed: the story contradicts itself.
    #[must_use]
    pub fn stay_until(mut self, time: &str) -> Self {
        let (now_ms, here) = self.last();
        let until_ms = at(time);
        assert!(until_ms >= now_ms, "{time} has passed when the stay begins");
        self.knots.push((until_ms, here));
        self
    }

    /// Goes to a place at a speed.
    #[must_use]
    pub fn go(mut self, place: Point, kmh: f64) -> Self {
        let (now_ms, here) = self.last();
        let takes_ms = here.metres_to(place) / (kmh / 3.6) * 1000.0;
        self.knots.push((now_ms + takes_ms as i64, place));
        self
    }

    /// Goes to a place so as to be there at a time.
    ///
    /// # Panics
    /// If that time has passed.
    #[must_use]
    pub fn arrive(mut self, time: &str, place: Point) -> Self {
        assert!(at(time) > self.last().0, "{time} has passed when the way begins");
        self.knots.push((at(time), place));
        self
    }

    /// Where he is.
    pub fn position(&self, at_ms: i64) -> Point {
        let next = self.knots.partition_point(|(t, _)| *t <= at_ms);
        let Some(&(to_ms, to)) = self.knots.get(next) else {
            return self.last().1;
        };
        let Some(&(from_ms, from)) = next.checked_sub(1).and_then(|i| self.knots.get(i)) else {
            return to;
        };
        from.towards(to, (at_ms - from_ms) as f64 / (to_ms - from_ms) as f64)
    }

    /// How fast he goes, metres a second.
    pub fn speed_m_s(&self, at_ms: i64) -> f64 {
        self.position(at_ms).metres_to(self.position(at_ms + 1000))
    }

    /// Time and place of the last knot.
    pub fn last(&self) -> (i64, Point) {
        *self.knots.last().expect("a path has a beginning")
    }
}
