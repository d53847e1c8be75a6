//! A phone and a server that share no binary come to the same bytes.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use onbeat_core::{
    judge::FixVerdict,
    reading::Fix,
    record::{Line, read_lines},
    rules::{Name, presence::FixTaken},
};
use onbeat_tests::{
    story::{DATE, What},
    world::{Api, World, day_view},
};
use serde_json::{Value, json};

use crate::bed::Bed;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");
/// Golden fixes.
const GOLDEN: usize = 600;
/// A rep whose district is that of the golden vectors.
const GOLDEN_REP: &str = "vera";

/// Verdicts by the record of the fix, each as JSON.
type Verdicts = BTreeMap<Name, String>;

fn text(verdict: &FixVerdict) -> String {
    serde_json::to_string(verdict).unwrap()
}

/// What the phone made of each fix, out of its exported log.
fn seen(log: &str) -> Verdicts {
    let (mut verdicts, mut branch) = (Verdicts::new(), String::new());
    for line in read_lines(log) {
        match line.unwrap() {
            Line::Certificate(_) => branch.clear(),
            Line::Branch(start) => branch = start.branch,
            Line::Record(record) => {
                let body = record.body().and_then(Result::ok);
                let Some(taken) = body.and_then(|body| body.read::<FixTaken>()) else {
                    continue;
                };
                let name = Name {
                    stream: record.head.stream,
                    epoch: record.head.epoch,
                    branch: branch.clone(),
                    seq: record.head.seq,
                };
                verdicts.insert(name, text(&taken.unwrap().seen.expect("the phone judged it").verdict));
            }
            _ => {}
        }
    }
    verdicts
}

/// What the server made of each fix of a day.
fn ruled(desk: &Api, rep: &str, date: &str) -> Verdicts {
    let trail = desk
        .get(&format!("/api/v1/days/{rep}/{date}/trail?why=comparing%20verdicts"))
        .unwrap();
    let fixes = trail.as_array().unwrap().iter();
    let verdict = |fix: &Value| {
        let ruled: FixVerdict = serde_json::from_value(fix["ruled"].clone()).unwrap();
        (serde_json::from_value(fix["name"].clone()).unwrap(), text(&ruled))
    };
    fixes.map(verdict).collect()
}

/// Fixes whose verdicts differ, with both.
fn differing<'a>(phone: &'a Verdicts, server: &'a Verdicts) -> Vec<(&'a Name, Option<&'a String>, Option<&'a String>)> {
    let names: std::collections::BTreeSet<&Name> = phone.keys().chain(server.keys()).collect();
    let both = names.into_iter().map(|name| (name, phone.get(name), server.get(name)));
    both.filter(|(_, phone, server)| phone != server).collect()
}

/// All readings of the played day.
pub(crate) fn verdicts_of_the_day_are_equal(world: &World) {
    let mut compared = 0;
    for day in &world.story().days {
        let desk = world.supervisor_of(day).unwrap();
        let log = world.server.command(&["export", "log", "--rep", day.rep]).unwrap();
        let (phone, server) = (seen(&log), ruled(&desk, day.rep, &DATE.to_string()));
        let differing = differing(&phone, &server);
        // A place edited on the phone no longer fits what the phone had seen there: the server says so.
        let edits = day.happenings.iter().filter(|(_, what)| *what == What::EditLog).count();
        assert_eq!(differing.len(), edits, "{}: {differing:?}", day.rep);
        let view = day_view(&desk, day).unwrap();
        assert_eq!(view.presence.differences, [], "{}", day.rep);
        compared += phone.len();
    }
    println!("{compared} verdicts compared");
    assert!(compared > 5_000, "only {compared} readings");
}

/// Everything found on the played day: rep and supervisor are shown the same, byte for byte.
pub(crate) fn explanations_of_the_day_are_equal(world: &mut World) {
    let pairs = world.explanations().unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for [phone, server] in &pairs {
        let who = format!("{} {}", phone["rep"], phone["finding"]["kind"]);
        for (name, value) in phone.as_object().unwrap() {
            assert_eq!(value.to_string(), server[name].to_string(), "{who}: {name}");
        }
        assert_eq!(phone.to_string(), server.to_string(), "{who}");
        assert_eq!(phone["sentences"].as_array().unwrap().len(), 2, "{who}");
        kinds.insert(phone["finding"]["kind"].to_string());
    }
    println!("{} explanations compared, of {kinds:?}", pairs.len());
    assert!(kinds.len() >= 5, "{kinds:?}");
}

/// The golden vectors' fixes.
fn golden_fixes() -> Vec<Fix> {
    let file = fs::read_to_string(format!("{VECTORS}/fixes.csv")).unwrap();
    file.lines().skip(1).map(golden_fix).collect()
}

fn golden_fix(row: &str) -> Fix {
    let cells: Vec<&str> = row.split(',').collect();
    let scaled = |cell: &str, by: f64| (cell.parse::<f64>().unwrap() * by).round() as i64;
    serde_json::from_value(json!({
        "lat_e9": scaled(cells[1], 1e9), "lon_e9": scaled(cells[2], 1e9), "accuracy_mm": scaled(cells[3], 1e3),
        "simulated": cells[4] == "true", "satellites": cells[5].parse::<u8>().unwrap(),
        "speed_mm_s": scaled(cells[6], 1e3), "provider": cells[7],
    }))
    .unwrap()
}

/// `onbeat judge` of the golden vectors: a line a fix.
fn judged(onbeat: &Path) -> Vec<String> {
    let run = Command::new(onbeat)
        .args(["judge", "--format", "ndjson"])
        .args(["--districts", &format!("{VECTORS}/area.geojson")])
        .args(["--track", &format!("{VECTORS}/fixes.csv")])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let out = String::from_utf8(run.stdout).unwrap();
    out.lines()
        .take_while(|line| line.starts_with("{\"time\""))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn golden_verdicts_of_phone_server_and_command_are_equal() {
    const HOUR_MS: i64 = 3_600_000;
    const DAY_MS: i64 = 24 * HOUR_MS;
    let mut bed = Bed::new();
    let users = bed.folder.path().join("golden.csv");
    let row = format!("user,name,role,team,districts,customers\n{GOLDEN_REP},Vera,rep,south,Vector,\n");
    fs::write(&users, row).unwrap();
    let area = format!("{VECTORS}/area.geojson");
    bed.server.command(&["import", "districts", &area]).unwrap();
    bed.server
        .command(&["import", "users", users.to_str().unwrap()])
        .unwrap();
    // The imports took real seconds, and a clock is never set back.
    bed.now_ms += HOUR_MS;
    let mut phone = bed.phone(GOLDEN_REP);
    // From tomorrow on the district is in force all day.
    let tomorrow = bed.now_ms + DAY_MS;
    bed.sync(&mut phone, tomorrow);
    let fixes = golden_fixes();
    assert_eq!(fixes.len(), GOLDEN);
    let commands: Vec<Value> = (0..)
        .zip(&fixes)
        .map(|(n, fix)| phone.command(tomorrow + 30_000 * n, json!({"do": "fix", "fix": fix})))
        .collect();
    phone.player.ask_all(&commands).unwrap();
    bed.sync(&mut phone, tomorrow + 30_000 * GOLDEN as i64);
    let log = bed.verified_log(GOLDEN_REP);
    let (seen, ruled) = (seen(&log), ruled(&bed.desk("admin"), GOLDEN_REP, "2026-05-13"));
    assert_eq!(seen.len(), GOLDEN);
    assert_eq!(differing(&seen, &ruled), []);
    let judged = judged(&bed.binaries.onbeat);
    assert_eq!(judged.len(), GOLDEN);
    for (line, verdict) in judged.iter().zip(seen.values()) {
        let verdict: FixVerdict = serde_json::from_str(verdict).unwrap();
        let edge_m = json!(verdict.edge_mm.map(|mm| mm as f64 / 1e3));
        let same = format!("\"place\":{},\"edge_m\":{edge_m},", json!(verdict.place));
        assert!(line.contains(&same), "{line} and not {same}");
    }
}
