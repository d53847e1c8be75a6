/// What is known of a cell: a kind in the lowest bits, a number above.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell(u32);

/// A cell spelled out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// No edge meets it, nor any cell that is fewer than `rings` away.
    Whole { inside: bool, rings: u32 },
    /// Edges meet it: the first of its chains, and on which side the ways in it begin.
    Parted { odd: bool, chains: u32 },
    /// It has a sheet of its own.
    Cut { sheet: u32 },
}

const BITS: u32 = 3;

impl From<Kind> for Cell {
    fn from(kind: Kind) -> Self {
        let (number, tag) = match kind {
            Kind::Whole { inside, rings } => (rings, u32::from(inside)),
            Kind::Parted { odd, chains } => (chains, 2 | u32::from(odd)),
            Kind::Cut { sheet } => (sheet, 4),
        };
        Self(number << BITS | tag)
    }
}

impl From<Cell> for Kind {
    fn from(Cell(bits): Cell) -> Self {
        let number = bits >> BITS;
        let (odd, parted) = (bits & 1 != 0, bits & 2 != 0);
        if bits & 4 != 0 {
            Self::Cut { sheet: number }
        } else if parted {
            Self::Parted { odd, chains: number }
        } else {
            Self::Whole {
                inside: odd,
                rings: number,
            }
        }
    }
}
