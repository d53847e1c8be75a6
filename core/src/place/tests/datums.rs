use super::{Datum, Point, Random, at, distance_m};

#[test]
fn known_pairs_are_met() {
    // Published with coordtransform (github.com/wandergis/coordtransform).
    let wgs84 = at(116.404, 39.915);
    let gcj02 = Datum::Gcj02.from_wgs84(wgs84);
    assert!((gcj02.lon - 116.410_244_499_169_38).abs() < 1e-9 && (gcj02.lat - 39.916_404_281_501_64).abs() < 1e-9);
    // The same collection: 116.404, 39.915 in GCJ-02 is 116.41036949371029, 39.92133699351022 in BD-09.
    let bd09 = Datum::Bd09.from_wgs84(Datum::Gcj02.to_wgs84(wgs84));
    assert!((bd09.lon - 116.410_369_493_710_29).abs() < 1e-8 && (bd09.lat - 39.921_336_993_510_22).abs() < 1e-8);
    let off_m = distance_m(wgs84, gcj02);
    assert!((500.0..615.0).contains(&off_m), "{off_m}");
}

#[test]
fn there_and_back_is_the_same_place() {
    let mut random = Random::new("datums");
    for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
        for _ in 0..5000 {
            let place = at(random.between(73.0, 136.0), random.between(2.0, 55.0));
            let back = datum.to_wgs84(datum.from_wgs84(place));
            assert!(distance_m(place, back) < 0.001, "{datum:?} {place:?}");
        }
    }
}

#[test]
fn outside_of_china_nothing_changes() {
    let places: [Point; 4] = [at(-74.0, 40.7), at(116.0, -10.0), at(140.0, 36.0), at(8.5, 47.4)];
    for place in places {
        for datum in [Datum::Gcj02, Datum::Bd09] {
            assert_eq!(datum.from_wgs84(place), place);
            assert_eq!(datum.to_wgs84(place), place);
        }
    }
}
