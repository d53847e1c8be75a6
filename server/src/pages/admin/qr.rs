//! A link as a QR code (ISO/IEC 18004), dark on light with its quiet zone, whatever the page's colours.

use qrcode::{Color, QrCode};

/// Modules of light around it, which readers need.
const QUIET: usize = 4;

/// A code to be drawn: squares of one unit.
pub(super) struct Qr {
    /// Width and height.
    pub(super) side: usize,
    /// Its dark modules, as the data of an SVG path.
    pub(super) path: String,
}

impl Qr {
    /// None where the text is too long for any code.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let (width, modules) = (code.width(), code.to_colors());
        let dark = modules.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark);
        let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
        Some(Self {
            side: width + 2 * QUIET,
            path: path.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn its_finders_stand_within_the_quiet_zone() {
        let qr = Qr::of("https://onbeat.example/enrol#code=x").expect("it is short");
        let far = qr.side - 5;
        for (x, y) in [(4, 4), (far, 4), (4, far)] {
            assert!(qr.path.contains(&format!("M{x} {y}h")), "{x} {y}");
        }
        assert!(!qr.path.contains("M3 ") && !qr.path.contains(&format!("M{} ", far + 1)));
        assert!(Qr::of(&"x".repeat(10_000)).is_none());
    }
}
