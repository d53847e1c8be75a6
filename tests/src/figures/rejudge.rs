use std::{error::Error, f64::consts::TAU, fmt::Write, fs, path::Path, thread, time::Duration, time::Instant};

use chrono::NaiveDate;
use onbeat_core::{
    reading::{Fix, Provider},
    record::Batch,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Figure,
    server::{all_taken, local_ms, workdays},
};
use crate::{
    load::{self, batches_of, push_all},
    raw_phone::RawPhone,
    story::{ZONE, map::Point},
    world::{Binaries, Server},
};

const REPS: usize = 1_000;
const DAYS: usize = 30;
/// Fixes of a day: one each three minutes of the window.
const DAY_FIXES: usize = 167;
const DISTRICTS: usize = 40;
const VERTICES: usize = 600;
/// Customers of a rep.
const CUSTOMERS: usize = 10;
/// Phones that push at the same time, and records of a push.
const PHONES: usize = 16;
const BATCH: usize = 500;
/// As the districts stood, and as they should have: metres of radius, metres north of the middle.
const WRONG: (f64, f64) = (1_125.0, 0.0);
const RIGHT: (f64, f64) = (1_300.0, 400.0);
/// Of so many days of reps one has an hour in the north, which only the right districts hold; of so many one has it in
/// the south, which only the wrong ones do.
const ONE_NORTH_IN: usize = 20;
const ONE_SOUTH_IN: usize = 50;
const NORTH_M: f64 = 1_320.0;
const SOUTH_M: f64 = -1_090.0;

/// Judging a month of a large company anew, after all its districts were corrected: the command from its start to its
/// end, beside a server that was started for it.
///
/// # Errors
/// Of the server, or if it refuses a push.
pub fn rejudge(binaries: &Binaries, mut progress: impl FnMut(&str)) -> Result<Vec<Figure>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let days: Vec<NaiveDate> = workdays().take(DAYS).collect();
    let (first, last) = (days[0], days[DAYS - 1]);
    let morning_after = local_ms(last, 7) + 24 * 3_600_000;
    let data = folder.path().join("server");
    let mut server = Server::start(&binaries.onbeat, &data, "127.0.0.1:0", local_ms(first, 6))?;
    found_company(&server, &folder)?;
    progress(&format!("{} fixes are pushed", REPS * DAYS * DAY_FIXES));
    push_month(&server, &days, morning_after)?;
    progress("the days are folded");
    settle(&server)?;
    server.restart(morning_after + 24 * 3_600_000)?;
    progress("the districts are corrected");
    let corrected = written(&folder, "corrected.geojson", &districts(RIGHT))?;
    let (first, last) = (first.to_string(), last.to_string());
    server.command(&["import", "districts", &corrected, "--valid-from", &first])?;
    settle(&server)?;
    server.restart(morning_after + 25 * 3_600_000)?;
    settle(&server)?;
    progress("the month is judged anew");
    let begun = Instant::now();
    let told = server.command(&["rejudge", "--from", &first, "--to", &last, "--format", "json"])?;
    let took = begun.elapsed();
    figures(&serde_json::from_str(&told)?, took, server.rss_peak_mb())
}

fn figures(told: &Value, took: Duration, rss_mb: Option<f64>) -> Result<Vec<Figure>, Box<dyn Error>> {
    let count = |name: &str| told[name].as_f64().ok_or_else(|| format!("rejudge told no {name}"));
    let fixes = REPS * DAYS * DAY_FIXES;
    let what = format!("of {REPS} reps, {DAYS} working days each, {fixes} fixes, {DISTRICTS} districts corrected");
    let figure = |name, said: &str, value, unit| Figure {
        name,
        what: format!("{said}, {what}"),
        value,
        unit,
    };
    let mut figures = vec![
        figure("rejudge_s", "judging a month anew", took.as_secs_f64(), "s"),
        figure(
            "rejudge_fixes_per_s",
            "fixes judged anew a second",
            fixes as f64 / took.as_secs_f64(),
            "fixes/s",
        ),
        figure(
            "rejudge_counted",
            "days for which the corrected districts count",
            count("counted")?,
            "days",
        ),
        figure("rejudge_eased", "days eased", count("eased")?, "days"),
        figure(
            "rejudge_proposed",
            "days that would be burdened and stay",
            count("proposed")?,
            "days",
        ),
    ];
    let rss = rss_mb.map(|value| figure("rejudge_server_rss_mb", "the server's memory at most", value, "MiB"));
    figures.extend(rss);
    Ok(figures)
}

/// Policy, districts, customers and reps, by the commands that an admin uses.
fn found_company(server: &Server, folder: &TempDir) -> Result<(), Box<dyn Error>> {
    let imports = [
        ("policy", "policy.toml", format!("[window]\nzone = \"{ZONE}\"\n")),
        ("districts", "districts.geojson", districts(WRONG)),
        ("customers", "customers.csv", customers()),
        ("users", "users.csv", users()),
    ];
    for (kind, name, text) in imports {
        server.command(&["import", kind, &written(folder, name, &text)?])?;
    }
    server.command(&["duties", "record", "--demo"])?;
    Ok(())
}

fn written(folder: &TempDir, name: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let path = folder.path().join(name);
    fs::write(&path, text)?;
    Ok(Path::to_string_lossy(&path).into_owned())
}

fn push_month(server: &Server, days: &[NaiveDate], after_ms: i64) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    for (round, reps) in (0..REPS).collect::<Vec<_>>().chunks(PHONES).enumerate() {
        // A minute a round: an office that enrols its phones is slowed down by the server.
        server.set_clock(after_ms + 60_000 * round as i64)?;
        let mut phones = Vec::new();
        for rep in reps {
            phones.push(runtime.block_on(phone(server, *rep, days))?);
        }
        all_taken(runtime.block_on(push_all(phones)))?;
    }
    Ok(())
}

async fn phone(server: &Server, rep: usize, days: &[NaiveDate]) -> Result<(RawPhone, Vec<Batch>), Box<dyn Error>> {
    let told = server.control(&json!({"do": "enrol", "rep": rep_id(rep), "minutes": 60}))?;
    let link = told["link"].as_str().ok_or("a code without a link")?;
    let enrolled = RawPhone::enrol(load::client(), link).await;
    let mut phone = enrolled.map_err(|answer| format!("no phone for rep {rep}: {answer:?}"))?;
    let fixes = days.iter().enumerate().flat_map(|(n, day)| fixes_of(rep, n, *day));
    let batches = batches_of(&mut phone, fixes, BATCH);
    Ok((phone, batches))
}

/// A day of stops within 700 m of the district's middle, and now and then an hour elsewhere.
fn fixes_of(rep: usize, n: usize, day: NaiveDate) -> impl Iterator<Item = (i64, Fix)> {
    let (begun_ms, middle) = (local_ms(day, 8), middle_of(rep % DISTRICTS));
    let trip = match rep + n {
        sum if sum % ONE_NORTH_IN == 0 => Some(NORTH_M),
        sum if sum % ONE_SOUTH_IN == 7 => Some(SOUTH_M),
        _ => None,
    };
    (0..DAY_FIXES).map(move |i| {
        let stop = (rep * 31 + n * 17 + i / 14) as f64;
        let wobble = (i as f64 * 2.4).sin() * 8.0;
        let (north_m, east_m) = match trip {
            Some(north_m) if (80..100).contains(&i) => (north_m + wobble, wobble),
            _ => (700.0 * (stop * 1.7).sin() + wobble, 700.0 * (stop * 2.3).cos() + wobble),
        };
        (
            begun_ms + 180_000 * i as i64 + 1_000,
            fix(middle.moved(north_m, east_m), i as i64),
        )
    })
}

fn fix(place: Point, n: i64) -> Fix {
    Fix {
        lat_e9: (place.lat * 1e9) as i64,
        lon_e9: (place.lon * 1e9) as i64,
        accuracy_mm: Some(8_000 + n * 977 % 9_000),
        age_ms: 300,
        provider: Provider::Gps,
        satellites: Some(9),
        speed_mm_s: Some(n * 131 % 1_500),
        simulated: false,
        approximate: false,
        still: false,
    }
}

/// Districts lie in a grid, 5 km apart.
fn middle_of(district: usize) -> Point {
    Point::new(40.6, -74.4).moved((district / 8) as f64 * 5_000.0, (district % 8) as f64 * 5_000.0)
}

/// All districts as GeoJSON: not quite round.
fn districts((radius_m, north_m): (f64, f64)) -> String {
    let ring = |district: usize| -> Vec<[f64; 2]> {
        let vertex = |n: usize| {
            let turn = TAU * n as f64 / VERTICES as f64;
            let radius_m = radius_m + 10.0 * (12.0 * turn).sin();
            let place = middle_of(district).moved(north_m + radius_m * turn.sin(), radius_m * turn.cos());
            [place.lon, place.lat]
        };
        (0..VERTICES).chain([0]).map(vertex).collect()
    };
    let features: Vec<Value> = (0..DISTRICTS)
        .map(|district| {
            let geometry = json!({"type": "Polygon", "coordinates": [ring(district)]});
            json!({"type": "Feature", "properties": {"name": district_id(district)}, "geometry": geometry})
        })
        .collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn customers() -> String {
    let mut csv = "id,name,lat,lon\n".to_owned();
    for (rep, n) in (0..REPS).flat_map(|rep| (0..CUSTOMERS).map(move |n| (rep, n))) {
        let angle = (rep * 7 + n) as f64;
        let place = middle_of(rep % DISTRICTS).moved(600.0 * angle.sin(), 600.0 * angle.cos());
        // A string takes everything.
        let _ = writeln!(
            csv,
            "{0},Shop {0},{1:.7},{2:.7}",
            customer_id(rep, n),
            place.lat,
            place.lon
        );
    }
    csv
}

fn users() -> String {
    let mut csv = "user,name,role,team,districts,customers,password\n".to_owned();
    for rep in 0..REPS {
        let (id, district) = (rep_id(rep), district_id(rep % DISTRICTS));
        let customers: Vec<String> = (0..CUSTOMERS).map(|n| customer_id(rep, n)).collect();
        let _ = writeln!(
            csv,
            "{id},{id},rep,team{},{district},{},",
            rep % DISTRICTS,
            customers.join(";")
        );
    }
    csv
}

fn rep_id(rep: usize) -> String {
    format!("rep{rep:04}")
}

fn district_id(district: usize) -> String {
    format!("d{district:02}")
}

fn customer_id(rep: usize, n: usize) -> String {
    format!("c{rep:04}-{n}")
}

/// Waits until no day is to be folded any more.
fn settle(server: &Server) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (client, url) = (load::client(), format!("{}/healthz", server.address()));
    for _ in 0..SETTLE_TRIES {
        let answer: Value = runtime.block_on(async { client.get(&url).send().await?.json().await })?;
        if answer["settled"] == true {
            return Ok(());
        }
        thread::sleep(SETTLE_PAUSE);
    }
    Err("the server still folds: is the machine busy?".into())
}

const SETTLE_PAUSE: Duration = Duration::from_millis(500);
const SETTLE_TRIES: u32 = 3_600;
