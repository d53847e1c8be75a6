//! How the cells are made: every edge is noted in the cells that it meets, then each row is passed from west to
//! east, where the side is known from the way so far.

use super::{Cell, CellChain, Grid, Kind, Sheet, Start};
use crate::place::{
    area::{
        bounds::Bounds,
        frame::{Frame, Lengths, Place},
        outline::{Chain, Outline},
    },
    ellipsoid::Scale,
};

/// A cell with more edges is cut, but no deeper than so many times.
const CROWD: u32 = 32;
const DEPTH: u32 = 4;
/// What a sheet may cost, bytes for each edge in it: the first, and one over a cell.
const FIRST_COST: f64 = 11.0;
const INNER_COST: f64 = 4.0;
/// What lower bounds are lessened by, for what the series of a degree's length and distances leave out.
const MARGIN: f64 = 0.99;

/// Edges in a cell, and its number.
type Noted = (u32, Chain);

impl Grid {
    /// Over an outline.
    pub(in crate::place::area) fn new(outline: &Outline) -> Self {
        let mut grid = Self::default();
        if outline.rings().is_empty() {
            return grid;
        }
        let everything = Start {
            outline,
            west: f64::NEG_INFINITY,
            odd: false,
            chains: outline.rings().iter().copied(),
        };
        let bounds = outline.bounds();
        let frame = fitting(&everything, Frame::coarse(&bounds), &bounds, FIRST_COST);
        grid.lay(&everything, frame, DEPTH);
        grid.sheets.shrink_to_fit();
        grid.cells.shrink_to_fit();
        grid.chains.shrink_to_fit();
        grid
    }

    /// Lays a sheet over the edges; its number.
    fn lay<C: Iterator<Item = Chain> + Clone>(&mut self, over: &Start<'_, C>, frame: Frame, depth: u32) -> u32 {
        let noted = note(over, &frame);
        let (sheet, first) = (self.sheets.len(), self.cells.len());
        let scale = Scale::at(frame.poleward());
        self.sheets.push(Sheet {
            frame: frame.clone(),
            cells: first as u32,
            least_m: [scale.east(0.0).max(0.0), Scale::at(0.0).north(0.0)].map(|metres| metres * MARGIN),
        });
        let unknown = Cell::from(Kind::Whole {
            inside: false,
            rings: 1,
        });
        self.cells.resize(first + frame.cells(), unknown);
        let mut cells = noted.chunk_by(|a, b| a.0 == b.0).peekable();
        for row in 0..frame.rows() {
            let mut inside = over.follow(frame.corner(Place { column: 0, row })).inside;
            for column in 0..frame.columns() {
                let place = Place { column, row };
                let number = frame.number(place);
                let edges = cells.next_if(|edges| edges[0].0 as usize == number);
                let kind = match edges {
                    None => Kind::Whole { inside, rings: 1 },
                    Some(edges) => self.parted(over.outline, &frame, place, &mut inside, edges, depth),
                };
                self.cells[first + number] = kind.into();
            }
        }
        count_rings(&mut self.cells[first..first + frame.cells()], frame.columns() as usize);
        sheet as u32
    }

    /// A cell that edges meet. `inside` is the side just west of its corner, and then that of the next cell's.
    fn parted(
        &mut self,
        outline: &Outline,
        frame: &Frame,
        place: Place,
        inside: &mut bool,
        edges: &[Noted],
        depth: u32,
    ) -> Kind {
        let chains = joined(edges);
        let corner = frame.corner(place);
        let mut start = Start {
            outline,
            west: corner.lon,
            odd: *inside,
            chains: chains.iter().copied(),
        };
        start.odd = start.follow(corner).inside;
        let next = Place {
            column: place.column + 1,
            ..place
        };
        *inside = start.follow(frame.corner(next)).inside;
        let count: u32 = chains.iter().map(|chain| chain.last - chain.first).sum();
        if count > CROWD && depth > 0 {
            let inner = fitting(&start, frame.of_cell(place), &frame.bounds(place), INNER_COST);
            if inner.cells() > 1 {
                return Kind::Cut {
                    sheet: self.lay(&start, inner, depth - 1),
                };
            }
        }
        let first = self.chains.len() as u32;
        let last = chains.len() - 1;
        let chain = |(index, chain): (usize, &Chain)| CellChain {
            chain: *chain,
            more: index < last,
        };
        self.chains.extend(chains.iter().enumerate().map(chain));
        Kind::Parted {
            odd: start.odd,
            chains: first,
        }
    }
}

/// A frame made as fine as is worth its memory.
fn fitting<C: Iterator<Item = Chain> + Clone>(over: &Start<'_, C>, coarse: Frame, bounds: &Bounds, cost: f64) -> Frame {
    let edges = || over.chains.clone().flat_map(|chain| over.outline.edges(chain));
    let most = cost * edges().count() as f64;
    coarse.refined(bounds, Lengths::of(edges(), bounds), |cells, crossings| {
        cells * size_of::<Cell>() as f64 + crossings * size_of::<CellChain>() as f64 <= most
    })
}

/// Which edges meet which cells, in the order of cells and then of edges.
fn note<C: Iterator<Item = Chain> + Clone>(over: &Start<'_, C>, frame: &Frame) -> Vec<Noted> {
    let mut noted: Vec<Noted> = Vec::new();
    for chain in over.chains.clone() {
        for (edge, (a, b)) in (chain.first..).zip(over.outline.edges(chain)) {
            frame.each_on_edge(a, b, |place| {
                let cell = frame.number(place) as u32;
                match noted.last_mut() {
                    Some((last_cell, chain)) if *last_cell == cell && chain.last == edge => chain.last += 1,
                    _ => noted.push((
                        cell,
                        Chain {
                            first: edge,
                            last: edge + 1,
                        },
                    )),
                }
            });
        }
    }
    noted.sort_unstable_by_key(|(cell, chain)| (*cell, chain.first));
    noted
}

/// The edges of a cell, chains that follow each other as one.
fn joined(edges: &[Noted]) -> Vec<Chain> {
    let runs = edges.chunk_by(|a, b| a.1.last == b.1.first);
    let chain = |run: &[Noted]| Chain {
        first: run[0].1.first,
        last: run[run.len() - 1].1.last,
    };
    runs.map(chain).collect()
}

/// Tells each whole cell how many cells away the nearest is that an edge meets, or the nearest beyond the sheet:
/// once forth and once back (A. Rosenfeld, J. L. Pfaltz, Sequential operations in digital picture processing, 1966).
fn count_rings(cells: &mut [Cell], columns: usize) {
    let forth = [(-1, 0), (-1, -1), (0, -1), (1, -1)];
    for number in 0..cells.len() {
        count_ring(cells, columns, number, forth, u32::MAX);
    }
    let back = forth.map(|(east, north)| (-east, -north));
    for number in (0..cells.len()).rev() {
        let Kind::Whole { rings, .. } = cells[number].into() else {
            continue;
        };
        count_ring(cells, columns, number, back, rings);
    }
}

/// One more than the least of some neighbours, and no more than `most`.
fn count_ring(cells: &mut [Cell], columns: usize, number: usize, neighbours: [(isize, isize); 4], most: u32) {
    let Kind::Whole { inside, .. } = cells[number].into() else {
        return;
    };
    let (column, row) = (number % columns, number / columns);
    let rings_at = |(east, north): (isize, isize)| {
        let column = column.checked_add_signed(east).filter(|column| *column < columns);
        let row = row.checked_add_signed(north);
        let neighbour = column
            .zip(row)
            .and_then(|(column, row)| cells.get(row * columns + column));
        match neighbour.map(|cell| Kind::from(*cell)) {
            Some(Kind::Whole { rings, .. }) => rings,
            _ => 0,
        }
    };
    let least = neighbours.into_iter().map(rings_at).fold(u32::MAX, u32::min);
    let rings = most.min(least.saturating_add(1));
    cells[number] = Kind::Whole { inside, rings }.into();
}
