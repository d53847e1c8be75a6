//! The desk's pages over a month of a large company: how long the server takes, and what comes over the wire first.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::{self, Write},
    fs, thread,
    time::{Duration, Instant},
};

use reqwest::{
    Client, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, COOKIE, SET_COOKIE},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    company::{DISTRICTS, REPS, customer_name, day_with_visits},
    month::{DAYS, days, founded, push_month},
};
use crate::{
    load::{Fleet, client, local_ms, quantile, rep_name},
    world::Binaries,
};

/// Times that a page is asked for, one after the other.
const ASKED: usize = 20;
/// Teams of a supervisor: a hundred reps.
const TEAMS: usize = 4;
const PASSWORD: &str = "a long password for a short while";
/// Who looks.
const ROLES: [&str; 4] = ["admin", "supervisor", "clerk", "auditor"];
/// The goals.
const MOST_MS: f64 = 100.0;
const MOST_BYTES: usize = 150_000;
const MOST_BYTES_WITH_MAP: usize = 600_000;

/// A page as somebody of a role opens it.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// Who.
    pub role: &'static str,
    /// Until its last byte is there, half of the times, milliseconds.
    pub p50_ms: f64,
    /// 95 of 100 times.
    pub p95_ms: f64,
    /// Bytes of all bodies of the first visit: the page, its files, what its map shows.
    pub bytes: usize,
    /// It has a map.
    pub map: bool,
    /// Time and bytes are within the goals.
    pub good: bool,
}

/// All pages that were measured.
#[derive(Debug, Clone, Serialize)]
pub struct Pages {
    /// Cores of this machine.
    pub cores: usize,
    /// By path and role.
    pub pages: Vec<Page>,
}

impl Pages {
    /// All are within the goals.
    pub fn good(&self) -> bool {
        self.pages.iter().all(|page| page.good)
    }
}

impl fmt::Display for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  p50 ms   p95 ms  first kB  role        page")?;
        for page in &self.pages {
            let kilobytes = page.bytes as f64 / 1e3;
            let Page {
                path,
                role,
                p50_ms,
                p95_ms,
                ..
            } = page;
            let over = if page.good { "" } else { "  over the goal" };
            writeln!(
                f,
                "{p50_ms:>8.1} {p95_ms:>8.1} {kilobytes:>9.1}  {role:<10}  {path}{over}"
            )?;
        }
        let good = self.pages.iter().filter(|page| page.good).count();
        writeln!(
            f,
            "{good} of {} within {MOST_MS} ms and {} kB, {} kB with a map; on {} cores, shared by the server and what measures it",
            self.pages.len(),
            MOST_BYTES / 1_000,
            MOST_BYTES_WITH_MAP / 1_000,
            self.cores
        )
    }
}

/// Fills a server with a month and opens every page as each role that may.
///
/// # Errors
/// Of the server, or a page that an admin is not shown.
pub async fn pages(binaries: &Binaries, mut progress: impl FnMut(&str)) -> Result<Pages, Box<dyn Error>> {
    let days = days();
    let last = days[DAYS - 1];
    progress("nothing yet: enrolling the phones");
    let mut fleet = founded(binaries).await?;
    let phones = fleet.anchored_phones().await?;
    fleet.server.set_clock(local_ms(last, 18))?;
    progress(&format!("nothing yet: pushing {DAYS} days of {REPS} reps"));
    push_month(phones, &days, day_with_visits).await?;
    progress("nothing yet: folding the days");
    fleet.settle().await?;
    log_ins(&fleet)?;
    fleet.server.restart(local_ms(last, 18))?;
    fleet.settle().await?;
    progress("the pages");
    let seats = seats(&fleet).await?;
    let mut pages = Vec::new();
    for path in paths(&seats[1], &last.to_string()).await? {
        for seat in &seats {
            match seat.measure(&path).await? {
                Some(page) => pages.push(page),
                None if seat.role == "admin" => return Err(format!("{path} is not shown to an admin").into()),
                None => {}
            }
        }
    }
    let cores = thread::available_parallelism()?.get();
    Ok(Pages { cores, pages })
}

/// One of each role.
fn log_ins(fleet: &Fleet) -> Result<(), Box<dyn Error>> {
    let mut csv = "user,name,role,team,districts,customers,password\n".to_owned();
    let teams: Vec<String> = (0..TEAMS).map(|team| format!("team{}", team % DISTRICTS)).collect();
    for role in ROLES {
        let teams = if role == "supervisor" {
            teams.join(";")
        } else {
            String::new()
        };
        writeln!(csv, "{role},{role},{role},{teams},,,{PASSWORD}")?;
    }
    let file = fleet.folder.path().join("log-ins.csv");
    fs::write(&file, csv)?;
    fleet.server.command(&["import", "users", &file.to_string_lossy()])?;
    Ok(())
}

/// Somebody who is logged in.
struct Seat {
    role: &'static str,
    client: Client,
    address: String,
    cookie: String,
}

async fn seats(fleet: &Fleet) -> Result<Vec<Seat>, Box<dyn Error>> {
    let mut seats = Vec::new();
    for role in ROLES {
        let (client, address) = (client(), fleet.server.address());
        let who = json!({"user": role, "password": PASSWORD});
        let log_in = client
            .post(format!("{address}/api/v1/login"))
            .header("origin", &address);
        let answer = log_in.json(&who).send().await?.error_for_status()?;
        let cookie = answer.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.ok_or("no cookie came")?.to_owned();
        seats.push(Seat {
            role,
            client,
            address,
            cookie,
        });
    }
    Ok(seats)
}

impl Seat {
    async fn get(&self, path: &str, encoding: &str) -> Result<(StatusCode, Vec<u8>), Box<dyn Error>> {
        let request = self.client.get(format!("{}{path}", self.address));
        let request = request.header(COOKIE, &self.cookie).header(ACCEPT, "text/html");
        let answer = request.header(ACCEPT_ENCODING, encoding).send().await?;
        Ok((answer.status(), answer.bytes().await?.to_vec()))
    }

    async fn api(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        let (_, bytes) = self.get(&format!("/api/v1/{path}"), "identity").await?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// `None` where the page is not for this role.
    async fn measure(&self, path: &str) -> Result<Option<Page>, Box<dyn Error>> {
        let (status, plain) = self.get(path, "identity").await?;
        if status == StatusCode::FORBIDDEN {
            return Ok(None);
        }
        if status != StatusCode::OK {
            return Err(format!("{path} as {}: {status}", self.role).into());
        }
        let (_, page) = self.get(path, "gzip").await?;
        let (parts, mut bytes) = (parts(&String::from_utf8_lossy(&plain)), page.len());
        for part in &parts {
            bytes += self.get(part, "gzip").await?.1.len();
        }
        let mut times = Vec::with_capacity(ASKED);
        for _ in 0..ASKED {
            let begun = Instant::now();
            self.get(path, "gzip").await?;
            times.push(begun.elapsed());
        }
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let map = parts.iter().any(|part| part.contains("maplibre"));
        let most = if map { MOST_BYTES_WITH_MAP } else { MOST_BYTES };
        let p95_ms = ms(quantile(&times, 0.95));
        Ok(Some(Page {
            path: path.to_owned(),
            role: self.role,
            p50_ms: ms(quantile(&times, 0.5)),
            p95_ms,
            bytes,
            map,
            good: p95_ms <= MOST_MS && bytes <= most,
        }))
    }
}

/// Files of this server that a page names, and what its map shows.
fn parts(html: &str) -> BTreeSet<String> {
    let named = html
        .split('"')
        .filter(|part| part.starts_with("/assets/") || part.starts_with("/map/"));
    named
        .map(|part| part.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

/// Every page, and what maps and the board read, of things that a supervisor sees.
async fn paths(seat: &Seat, day: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let finding = text(&seat.api("findings").await?["items"][0]["finding"]["id"]);
    let visit = text(&seat.api("visits").await?["items"][0]["visit"]["visit"]);
    let (rep, customer, month) = (rep_name(0), customer_name(0, 0), &day[..7]);
    let first = days()[0];
    Ok([
        "/today".to_owned(),
        "/today?page=10".into(),
        "/today?q=rep".into(),
        "/map/districts".into(),
        "/map/visits".into(),
        "/findings".into(),
        "/findings?state=withdrawn".into(),
        format!("/findings/{finding}"),
        "/register".into(),
        format!("/register/print?day={day}"),
        format!("/reps/{rep}/days/{day}"),
        format!("/reps/{rep}/days/{day}?why=to+measure"),
        "/visits".into(),
        "/visits?q=shop".into(),
        format!("/visits/{visit}"),
        "/customers".into(),
        "/customers?q=c0999".into(),
        format!("/customers/{customer}"),
        format!("/customers/{customer}?positions=true"),
        "/exceptions".into(),
        format!("/reports?from={first}&to={day}"),
        format!("/reports?from={first}&to={day}&by=team"),
        format!("/reports?from={first}&to={day}&by=district"),
        format!("/reports?from={first}&to={day}&by=day"),
        format!("/reports/months/{month}"),
        "/admin".into(),
        "/admin/users".into(),
        "/admin/import".into(),
        "/admin/draw".into(),
        "/admin/shares".into(),
        "/admin/policy".into(),
        "/admin/calendar".into(),
        "/admin/duties".into(),
        "/admin/notice".into(),
        "/admin/phones".into(),
        "/admin/quarantine".into(),
        "/admin/audit".into(),
        "/admin/erase".into(),
    ]
    .to_vec())
}
