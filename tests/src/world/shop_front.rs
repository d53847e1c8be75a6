//! A photo of a shop, drawn: a JPEG as a phone's camera would hand it over.

use jpeg_encoder::{ColorType, Encoder};

const WIDTH: usize = 480;
const HEIGHT: usize = 360;
/// Of a letter, in its own squares.
const LETTER: (usize, usize) = (3, 5);
/// A to Z, three by five, row by row from the top.
const LETTERS: [u16; 26] = [
    0b010_101_111_101_101,
    0b110_101_110_101_110,
    0b011_100_100_100_011,
    0b110_101_101_101_110,
    0b111_100_110_100_111,
    0b111_100_110_100_100,
    0b011_100_101_101_011,
    0b101_101_111_101_101,
    0b111_010_010_010_111,
    0b001_001_001_101_010,
    0b101_101_110_101_101,
    0b100_100_100_100_111,
    0b101_111_111_101_101,
    0b110_101_101_101_101,
    0b010_101_101_101_010,
    0b110_101_110_100_100,
    0b010_101_101_110_011,
    0b110_101_110_101_101,
    0b011_100_010_001_110,
    0b111_010_010_010_010,
    0b101_101_101_101_111,
    0b101_101_101_101_010,
    0b101_101_111_111_101,
    0b101_101_010_101_101,
    0b101_101_010_010_010,
    0b111_001_010_100_111,
];

type Colour = [u8; 3];

/// The front of a shop with its name over the door, another one for each name.
pub(super) fn shop_front(name: &str) -> Vec<u8> {
    let mut picture = Picture::new();
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let [a, b, c, _] = hash.to_le_bytes();
    let paint = [90 + a / 2, 70 + b / 2, 60 + c / 2];
    picture.shade((0, 0, WIDTH, 110), [150, 190, 230], [225, 235, 245]);
    picture.shade((0, 290, WIDTH, HEIGHT - 290), [150, 150, 148], [105, 105, 104]);
    picture.shade((40, 60, 400, 230), paint, paint.map(|part| part.saturating_sub(40)));
    picture.fill((56, 78, 368, 44), [245, 240, 225]);
    picture.write((64, 85), name, [60, 40, 30]);
    for stripe in 0..23 {
        let colour = if stripe % 2 == 0 { paint } else { [250, 250, 245] };
        picture.shade(
            (56 + 16 * stripe, 128, 16, 28),
            colour,
            colour.map(|part| part.saturating_sub(30)),
        );
    }
    picture.shade((64, 166, 230, 104), [40, 52, 64], [96, 116, 130]);
    for shelf in 0..3 {
        let top = 190 + 28 * shelf;
        for good in 0..11 {
            let tone = hash.rotate_left((5 * good + 3 * shelf) as u32).to_le_bytes();
            let height = 12 + usize::from(tone[3] % 8);
            picture.fill(
                (72 + 20 * good, top - height + 12, 14, height),
                [tone[0], tone[1], tone[2]],
            );
        }
        picture.fill((64, top + 12, 230, 3), [180, 160, 130]);
    }
    picture.shade((322, 166, 92, 124), [110, 78, 52], [80, 56, 38]);
    picture.fill((334, 178, 68, 60), [120, 140, 150]);
    picture.fill((400, 246, 6, 6), [220, 200, 120]);
    picture.jpeg()
}

struct Picture(Vec<Colour>);

/// Left, top, width, height.
type Box = (usize, usize, usize, usize);

impl Picture {
    fn new() -> Self {
        Self(vec![[128; 3]; WIDTH * HEIGHT])
    }

    fn fill(&mut self, place: Box, colour: Colour) {
        self.shade(place, colour, colour);
    }

    /// From one colour at the top to another at the bottom.
    fn shade(&mut self, (left, top, width, height): Box, from: Colour, to: Colour) {
        for row in 0..height.min(HEIGHT - top) {
            let mixed = [0, 1, 2].map(|part| {
                let (from, to) = (usize::from(from[part]), usize::from(to[part]));
                ((from * (height - row) + to * row) / height) as u8
            });
            let start = (top + row) * WIDTH + left;
            self.0[start..start + width.min(WIDTH - left)].fill(mixed);
        }
    }

    /// Letters as large as a name of this length leaves room for; what is no letter is a gap.
    fn write(&mut self, (left, top): (usize, usize), text: &str, colour: Colour) {
        let scale = (352 / (text.chars().count().max(1) * (LETTER.0 + 1))).clamp(1, 6);
        for (at, letter) in text.to_uppercase().chars().enumerate() {
            let known = (letter as usize).checked_sub('A' as usize).and_then(|n| LETTERS.get(n));
            let Some(bits) = known else { continue };
            for square in (0..15).filter(|square| bits >> (14 - square) & 1 == 1) {
                let x = left + scale * (at * (LETTER.0 + 1) + square % LETTER.0);
                let y = top + scale * (square / LETTER.0);
                if x + scale <= WIDTH {
                    self.fill((x, y, scale, scale), colour);
                }
            }
        }
    }

    fn jpeg(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pixels = self.0.into_flattened();
        Encoder::new(&mut bytes, 80)
            .encode(&pixels, WIDTH as u16, HEIGHT as u16, ColorType::Rgb)
            .expect("a picture of these measures is a JPEG");
        bytes
    }
}
