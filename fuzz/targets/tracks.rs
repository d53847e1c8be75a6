//! GPX and CSV: any bytes give a track in order of time or an error.
#![no_main]
#![allow(dead_code)]

use libfuzzer_sys::fuzz_target;

#[path = "../../server/src/files/track/mod.rs"]
mod track;

fuzz_target!(|bytes: &[u8]| {
    for accuracy_m in [None, Some(10.0)] {
        if let Ok(track) = track::read_track(bytes, accuracy_m) {
            assert!(track.fixes.is_sorted_by_key(|fix| fix.at_ms));
            for fix in &track.fixes {
                assert!(fix.fix.lat_e9.abs() <= 90_000_000_000, "{fix:?}");
                assert!(fix.fix.lon_e9.abs() <= 180_000_000_000, "{fix:?}");
            }
        }
    }
});
