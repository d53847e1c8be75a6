use crate::ground::Ground;

/// Metres north and east of a ground's origin.
pub(crate) type Place = (f64, f64);

/// Length of the window, seconds: 08:00 to 16:30.
pub(crate) const WINDOW_S: f64 = 510.0 * 60.0;

/// Where somebody truly is: straight and even between places at seconds after the opening.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    knots: Vec<(f64, Place)>,
    /// Stays: from, to, whether under a roof.
    pub(crate) stays: Vec<Stay>,
}

/// A while at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stay {
    pub(crate) from_s: f64,
    pub(crate) to_s: f64,
    /// Without sight of satellites.
    pub(crate) roof: bool,
}

/// A while truly outside the area.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outside {
    pub(crate) from_s: f64,
    pub(crate) to_s: f64,
    /// What the way between leaving and coming back may take; nothing of what the window cuts off is a way.
    pub(crate) allowance_s: f64,
    /// The window opened or closed meanwhile.
    pub(crate) cut: bool,
    /// Metres beyond the edge where he was farthest out.
    pub(crate) far_m: f64,
}

impl Outside {
    /// Short enough for the way between leaving and coming back.
    pub(crate) fn is_allowed(&self) -> bool {
        !self.cut && self.to_s - self.from_s <= self.allowance_s
    }
}

impl Way {
    pub(crate) fn begin(place: Place) -> Self {
        Self {
            knots: vec![(0.0, place)],
            stays: Vec::new(),
        }
    }

    /// Time and place so far.
    pub(crate) fn end(&self) -> (f64, Place) {
        self.knots[self.knots.len() - 1]
    }

    pub(crate) fn stay(&mut self, seconds: f64, roof: bool) {
        let (from_s, here) = self.end();
        let to_s = from_s + seconds;
        self.knots.push((to_s, here));
        self.stays.push(Stay { from_s, to_s, roof });
    }

    pub(crate) fn go(&mut self, place: Place, kmh: f64) {
        let (now_s, here) = self.end();
        self.knots.push((now_s + distance(here, place) / (kmh / 3.6), place));
    }

    /// Where he is; `hint` is the knot last found, since the way is followed in order of time.
    pub(crate) fn at(&self, second: f64, hint: &mut usize) -> Place {
        while *hint + 1 < self.knots.len() && self.knots[*hint + 1].0 <= second {
            *hint += 1;
        }
        let (from_s, a) = self.knots[*hint];
        match self.knots.get(*hint + 1) {
            Some((to_s, b)) => {
                let part = (second - from_s) / (to_s - from_s);
                (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part)
            }
            None => a,
        }
    }

    /// Times truly outside within the window, to `step_s`.
    pub(crate) fn outside(&self, ground: &Ground, step_s: f64) -> Vec<Outside> {
        let mut outside: Vec<Outside> = Vec::new();
        let mut left = (0.0, 0.0);
        let mut before = None;
        for (second, place, within) in self.truth(ground, step_s) {
            if !within && before != Some(false) {
                left = place;
                outside.push(Outside {
                    from_s: second,
                    to_s: second,
                    allowance_s: 0.0,
                    cut: false,
                    far_m: 0.0,
                });
            }
            if let Some(last) = outside.last_mut().filter(|_| !within || before == Some(false)) {
                last.to_s = second;
                last.allowance_s = allowance_s(left, place);
                last.cut = last.from_s <= 0.0 || second >= WINDOW_S;
                last.far_m = last.far_m.max(-ground.edge_m(place));
            }
            before = Some(within);
        }
        outside
    }

    /// Second, place and whether it is in the area: along each move, and once at the ends of a stay.
    fn truth<'w>(&'w self, ground: &'w Ground, step_s: f64) -> impl Iterator<Item = (f64, Place, bool)> + 'w {
        let moves = self.knots.windows(2).flat_map(move |pair| {
            let [(from_s, a), (to_s, b)] = [pair[0], pair[1]];
            let to_s = to_s.min(WINDOW_S);
            let steps = if a == b {
                1
            } else {
                ((to_s - from_s) / step_s).ceil().max(1.0) as usize
            };
            let full_s = pair[1].0 - from_s;
            (1..=steps).filter(move |_| from_s < to_s).map(move |i| {
                let second = from_s + (to_s - from_s) * i as f64 / steps as f64;
                let part = (second - from_s) / full_s;
                (second, (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part))
            })
        });
        let all = std::iter::once(self.knots[0]).chain(moves);
        all.map(|(second, place)| (second, place, ground.holds(place)))
    }
}

pub(crate) fn distance(a: Place, b: Place) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// What the shipped policy allows for the way between two points of the area.
fn allowance_s(a: Place, b: Place) -> f64 {
    600.0 + 1.5 * distance(a, b) / (20.0 / 3.6)
}
