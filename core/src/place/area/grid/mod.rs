//! On which side of the edge a point lies: cells that no edge meets lie on one side as a whole; in the others a way
//! of which the beginning's side is known is followed to the point. A cell with many edges is cut into cells again.

mod build;
mod cell;
mod way;

use super::{
    bounds::Bounds,
    frame::{Frame, Place},
    outline::{Chain, Outline},
};
use crate::place::Point;
use cell::{Cell, Kind};
use way::{End, Start};

/// The cells over one outline.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    /// The first covers everything; each other covers a cell of one before it.
    sheets: Vec<Sheet>,
    cells: Vec<Cell>,
    /// The edges of the parted cells.
    chains: Vec<CellChain>,
}

/// A frame with its cells.
#[derive(Debug, Clone)]
struct Sheet {
    frame: Frame,
    /// Where its cells start.
    cells: u32,
    /// No degree east, and none north, is shorter in it, metres.
    least_m: [f64; 2],
}

impl Sheet {
    /// No edge is nearer to a point of a whole cell, metres.
    fn least_m(&self, point: Point, place: Place, rings: u32) -> f64 {
        let between = f64::from(rings - 1);
        let [east, north] = self
            .frame
            .inset(point, place)
            .map(|(inset, side)| inset + between * side);
        (east * self.least_m[0]).min(north * self.least_m[1])
    }
}

/// What the cell of a point tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Whether the point lies inside or on the edge; exact.
    pub(super) inside: bool,
    /// No edge is nearer, metres; 0 where the cell does not tell.
    pub(super) least_m: f64,
}

/// Some edges of a cell, and whether the next of the list belong to the same cell.
#[derive(Debug, Clone, Copy)]
struct CellChain {
    chain: Chain,
    more: bool,
}

impl Grid {
    /// What is known of a point by its cell. What is not finite lies nowhere.
    pub(super) fn see(&self, outline: &Outline, point: Point) -> Seen {
        match self.look_up(point) {
            Some((sheet, place, Kind::Whole { inside, rings })) => Seen {
                inside,
                least_m: sheet.least_m(point, place, rings),
            },
            Some((sheet, place, Kind::Parted { odd, chains })) => {
                let start = Start {
                    outline,
                    west: sheet.frame.corner(place).lon,
                    odd,
                    chains: self.chains_from(chains),
                };
                let End { inside, on_edge } = start.follow(point);
                Seen {
                    inside: inside || on_edge,
                    least_m: 0.0,
                }
            }
            _ => Seen {
                inside: false,
                least_m: 0.0,
            },
        }
    }

    /// No edge that is as near as this to a point lies further away in degrees: where the cells cover the point, and
    /// so all latitudes between it and any edge.
    pub(super) fn reach(&self, point: Point, by_m: f64) -> Option<Point> {
        let everything = self.sheets.first()?;
        everything.frame.place_of(point)?;
        let [east, north] = everything.least_m;
        Some(Point {
            lon: by_m / east,
            lat: by_m / north,
        })
    }

    /// Whether `one_of` holds for a chain of a cell that a box meets.
    pub(super) fn any_edge(&self, bounds: &Bounds, one_of: impl Fn(Chain) -> bool + Copy) -> bool {
        self.sheets
            .first()
            .is_some_and(|first| self.any_on(first, bounds, one_of))
    }

    fn any_on(&self, sheet: &Sheet, bounds: &Bounds, one_of: impl Fn(Chain) -> bool + Copy) -> bool {
        sheet
            .frame
            .numbers_in(bounds)
            .any(|number| match self.cells[sheet.cells as usize + number].into() {
                Kind::Whole { .. } => false,
                Kind::Parted { chains, .. } => self.chains_from(chains).any(one_of),
                Kind::Cut { sheet } => self.any_on(&self.sheets[sheet as usize], bounds, one_of),
            })
    }

    /// The cell of a point, down to one that is not cut.
    fn look_up(&self, point: Point) -> Option<(&Sheet, Place, Kind)> {
        let mut sheet = self.sheets.first()?;
        loop {
            let place = sheet.frame.place_of(point)?;
            match self.cells[sheet.cells as usize + sheet.frame.number(place)].into() {
                Kind::Cut { sheet: inner } => sheet = &self.sheets[inner as usize],
                kind => return Some((sheet, place, kind)),
            }
        }
    }

    /// The chains of a cell.
    fn chains_from(&self, first: u32) -> impl Iterator<Item = Chain> + Clone + '_ {
        let mut more = true;
        let chains = self.chains[first as usize..].iter();
        chains.map_while(move |next| std::mem::replace(&mut more, next.more).then_some(next.chain))
    }
}
