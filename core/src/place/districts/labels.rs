//! Which district holds a cell: most cells lie in one as a whole, or in none; the others have a list of those to
//! ask.

use crate::place::{
    Point,
    area::{Bounds, Frame, Ground, Lengths},
};

/// What the cells may cost, bytes for each edge of the districts.
const COST: f64 = 5.0;
/// No district is known to hold the cell.
const NONE: u32 = u32::MAX >> 1;

/// Cells over all districts.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    frame: Frame,
    cells: Vec<Label>,
    /// Lists of districts to ask, each with a settled label at its end.
    asked: Vec<Label>,
}

/// An answer, or where to ask: a number with a mark in its lowest bit.
#[derive(Debug, Clone, Copy)]
struct Label(u32);

impl Label {
    /// The district, or [`NONE`].
    fn settled(district: u32) -> Self {
        Self(district << 1)
    }

    /// In a cell: the list from here on. In a list: the district.
    fn ask(number: u32) -> Self {
        Self(number << 1 | 1)
    }

    fn is_settled(self) -> bool {
        self.0 & 1 == 0
    }

    fn number(self) -> usize {
        (self.0 >> 1) as usize
    }
}

/// A district whose edge meets a cell: numbers of the cell and of the district.
type Met = (u32, u32);

impl Labels {
    /// Over districts, of which the first that holds a point counts. `None` if they have no edge.
    pub(super) fn over(districts: &[Ground]) -> Option<Self> {
        let edged: Vec<&Ground> = districts.iter().filter(|d| !d.outline().rings().is_empty()).collect();
        let boxes: Vec<Bounds> = edged.iter().map(|district| district.outline().bounds()).collect();
        if boxes.is_empty() {
            return None;
        }
        let frame = fitting(&edged, &Bounds::around(&boxes));
        let (mut met, mut holding) = (Vec::new(), vec![NONE; frame.cells()]);
        for (number, district) in (0..).zip(districts) {
            let cells = met_by(district, &frame);
            mark_whole(district, number, &frame, &cells, &mut holding);
            met.extend(cells.into_iter().map(|cell| (cell, number)));
        }
        met.sort_unstable();
        Some(Self::written(frame, &met, &holding))
    }

    /// Number of the district that holds a point.
    pub(super) fn holding(&self, point: Point, districts: &[Ground]) -> Option<usize> {
        let place = self.frame.place_of(point)?;
        let mut label = self.cells[self.frame.number(place)];
        if !label.is_settled() {
            let mut list = self.asked[label.number()..].iter().copied();
            label = list.find(|next| next.is_settled() || districts[next.number()].holds(point))?;
        }
        (label.number() != NONE as usize).then(|| label.number())
    }

    fn written(frame: Frame, met: &[Met], holding: &[u32]) -> Self {
        let mut cells: Vec<Label> = holding.iter().map(|district| Label::settled(*district)).collect();
        let mut asked = Vec::new();
        for of_cell in met.chunk_by(|a, b| a.0 == b.0) {
            let cell = of_cell[0].0 as usize;
            let first = asked.len();
            // Those after the first that holds the whole cell never answer.
            let before = of_cell.iter().filter(|(_, district)| *district < holding[cell]);
            asked.extend(before.map(|(_, district)| Label::ask(*district)));
            if asked.len() > first {
                asked.push(cells[cell]);
                cells[cell] = Label::ask(first as u32);
            }
        }
        asked.shrink_to_fit();
        Self { frame, cells, asked }
    }
}

/// Cells as fine as is worth their memory.
fn fitting(districts: &[&Ground], bounds: &Bounds) -> Frame {
    let edges = || districts.iter().flat_map(|district| district.outline().all_edges());
    let most = COST * edges().count() as f64;
    Frame::coarse(bounds).refined(bounds, Lengths::of(edges(), bounds), |cells, crossings| {
        (cells + crossings) * size_of::<Label>() as f64 <= most
    })
}

/// The cells that a district's edge meets, in order.
fn met_by(district: &Ground, frame: &Frame) -> Vec<u32> {
    let mut cells = Vec::new();
    for (a, b) in district.outline().all_edges() {
        frame.each_on_edge(a, b, |place| cells.push(frame.number(place) as u32));
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Marks the cells that lie wholly in a district, if no other is known to hold them. Between two cells of a row that
/// its edge meets, those that it does not meet are all alike; beyond the outermost of a row, nothing is inside.
fn mark_whole(district: &Ground, number: u32, frame: &Frame, met: &[u32], holding: &mut [u32]) {
    for pair in met.windows(2) {
        let run = pair[0] + 1..pair[1];
        let [first, last] = [run.start, run.end].map(|cell| frame.place(cell as usize));
        if first.row == last.row && !run.is_empty() && district.holds(frame.centre(first)) {
            for cell in &mut holding[run.start as usize..run.end as usize] {
                *cell = number.min(*cell);
            }
        }
    }
}
