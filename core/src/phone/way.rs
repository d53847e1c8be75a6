//! The way to a customer, as links that apps for maps take. Places are handed over in WGS 84: both makers of China turn
//! them into their own by the parameter that says so.

use std::fmt::Write;

use crate::reference::Customer;

/// Where the app runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RunsOn {
    /// Android.
    Android,
    /// iOS.
    Ios,
}

/// Links to the way to a customer, best first: the first whose app is there is opened. The last is the platform's own.
///
/// Sources: AMap, <https://lbs.amap.com/api/amap-mobile/guide/android/route> and
/// <https://lbs.amap.com/api/amap-mobile/guide/ios/route>, where `dev=1` says that the place is yet to be shifted; Baidu,
/// <https://lbsyun.baidu.com/index.php?title=uri/api/android> and `…/ios`, `coord_type`; `geo:` is RFC 5870 with Android's
/// `q`; Apple, <https://developer.apple.com/library/archive/featuredarticles/iPhoneURLScheme_Reference/MapLinks/MapLinks.html>.
pub fn ways_to(customer: &Customer, on: RunsOn) -> Vec<String> {
    let place = |e9: i64| format!("{:.6}", e9 as f64 / 1e9);
    let (lat, lon, name) = (place(customer.lat_e9), place(customer.lon_e9), encoded(&customer.name));
    let amap = match on {
        RunsOn::Android => "amapuri://route/plan/",
        RunsOn::Ios => "iosamap://path",
    };
    let (caller, own) = match on {
        RunsOn::Android => ("andr.onbeat.app", format!("geo:{lat},{lon}?q={lat},{lon}({name})")),
        RunsOn::Ios => (
            "ios.onbeat.app",
            format!("https://maps.apple.com/?daddr={lat},{lon}&q={name}"),
        ),
    };
    let to = format!("name:{name}%7Clatlng:{lat},{lon}");
    vec![
        format!("{amap}?sourceApplication=Onbeat&dlat={lat}&dlon={lon}&dname={name}&dev=1&t=0"),
        format!("baidumap://map/direction?destination={to}&coord_type=wgs84&mode=driving&src={caller}"),
        own,
    ]
}

/// Percent-encoded but for what RFC 3986 calls unreserved.
fn encoded(words: &str) -> String {
    words.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(byte.into()),
            _ => _ = write!(text, "%{byte:02X}"), // a string takes everything
        }
        text
    })
}
