//! What happens on a story's day, as commands to a phone.

use onbeat_core::base64url;
use serde_json::{Value, json};

use super::shop_front::shop_front;
use crate::story::{DayStory, Happening, What, at};

/// What the rep does with the app; none for what the sensors alone notice. `visit` is the newest visit's id.
pub(super) fn act(day: &DayStory, visit: &Value, what: &What, step: &Happening) -> Option<Value> {
    let with = |call: &str, more: Value| {
        let mut command = reading(day.rep, call, step);
        let more = more.as_object().into_iter().flatten();
        more.for_each(|(key, value)| command[key] = value.clone());
        command
    };
    Some(match what {
        What::SignIn => with("sign_in", json!({"note": ""})),
        What::CheckIn(site) => with(
            "check_in",
            json!({"customer": day.customer_id(*site), "purpose": "restock"}),
        ),
        What::CheckOut => with("check_out", json!({"visit": visit})),
        What::Report => with("report", json!({"report": report(visit)})),
        What::Photo => {
            let bytes = base64url::encode(shop_front(shop(day, step)));
            with(
                "photo",
                json!({"visit": visit, "bytes_b64": bytes, "media_type": "image/jpeg"}),
            )
        }
        What::BreakStart => with("break_start", Value::Null),
        What::BreakEnd => with("break_end", Value::Null),
        What::Cause(cause) => with("cause", json!({"cause": cause})),
        What::Reason(from_ms, to_ms, reason) => with(
            "reason",
            json!({"from_ms": from_ms, "to_ms": to_ms, "reason": reason, "note": ""}),
        ),
        _ => return None,
    })
}

/// The customer's name at whom the rep checked in last.
fn shop(day: &DayStory, step: &Happening) -> &'static str {
    let newest_first = day.happenings.iter().rev();
    let mut sites = newest_first.filter_map(|(at_ms, what)| match what {
        What::CheckIn(site) if *at_ms <= step.at_ms => Some(day.sites[*site].name),
        _ => None,
    });
    sites.next().unwrap_or(day.rep)
}

fn report(visit: &Value) -> Value {
    json!({
        "visit": visit, "purpose": "restock", "content": "went through the shelf and the order",
        "feedback": "wants smaller boxes", "next_step": "bring a sample", "outcome": "met",
    })
}

/// A call with what the sensors say.
pub(super) fn reading(rep: &str, call: &str, step: &Happening) -> Value {
    let mut command = command(rep, call, step.wall_ms, step.at_ms);
    command["fix"] = json!(step.fix);
    command
}

/// Every phone was switched on at six: true time since then is what no one can change.
pub(super) fn command(rep: &str, call: &str, wall_ms: i64, at_ms: i64) -> Value {
    let elapsed_ms = at_ms - at("06:00");
    let boot = rep.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    json!({"do": call, "fix": null,
        "at": {"at_ms": wall_ms, "elapsed_ms": elapsed_ms, "boot": format!("{boot:016x}")}})
}

/// A small JPEG, for each name another one of the same length: a quantisation table differs.
pub fn photo(name: &str) -> Vec<u8> {
    let mut table = [16_u8; 64];
    name.bytes()
        .zip(&mut table)
        .for_each(|(byte, entry)| *entry = byte.max(1));
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00];
    jpeg.extend(table);
    // One grey block of 8 x 8: frame, one Huffman table of each class with the single code 0, scan.
    jpeg.extend([
        0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00,
    ]);
    for class in [0x00, 0x10] {
        jpeg.extend([0xff, 0xc4, 0x00, 0x14, class, 0x01]);
        jpeg.extend([0_u8; 15]);
        jpeg.push(0x00);
    }
    jpeg.extend([
        0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x3f, 0xff, 0xd9,
    ]);
    jpeg
}
