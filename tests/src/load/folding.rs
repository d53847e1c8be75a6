//! Whether the views keep up with what comes in, and what that costs as the day grows.

use std::{
    error::Error,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::{
    DAY_FIXES, Fleet, Ground, LoadReport, Loaded,
    fleet::rep_name,
    minutes,
    push::{at_once, push_one},
};
use crate::{
    figures::Figure,
    story::{DATE, at},
    world::{Api, Login, Process, WorldResult},
};

/// Records of a push: what a phone gathers between two syncs, ten minutes apart.
const PUSH_RECORDS: usize = 10;
/// What a fleet of 120,000 phones with a fix a minute sends.
const RECORDS_PER_S: usize = 2_000;
/// How often a view is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Has phones send a whole day within `lasts`, in pushes as they come in a real one.
///
/// # Errors
/// Of the server.
pub async fn folding(
    lasts: Duration,
    ground: &Ground<'_>,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Figure>, Box<dyn Error>> {
    let phones = (RECORDS_PER_S as f64 * lasts.as_secs_f64() / DAY_FIXES as f64).ceil() as usize;
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, phones).await?;
    let loads = fleet.loaded(|| minutes(DATE), PUSH_RECORDS).await?;
    fleet.server.set_clock(at("16:20"))?;
    let watch = Watch::new(&fleet)?;
    let acknowledged = watch.acknowledged.clone();
    progress("pushing");
    let watching = tokio::task::spawn_blocking(move || watch.until(lasts));
    let begun = Instant::now();
    let pushing = loads.into_iter().enumerate().map(|(n, Loaded { phone, pushes })| {
        let acknowledged = (n == 0).then(|| acknowledged.clone());
        async move {
            let mut pushed = Vec::new();
            for (turn, push) in pushes.into_iter().enumerate() {
                let due_s = ((turn * phones + n) * PUSH_RECORDS) as f64 / RECORDS_PER_S as f64;
                tokio::time::sleep(Duration::from_secs_f64(due_s).saturating_sub(begun.elapsed())).await;
                pushed.push(push_one(&phone, push).await);
                if let Some(acknowledged) = &acknowledged {
                    acknowledged.lock().expect("nobody panics").push(Instant::now());
                }
            }
            pushed
        }
    });
    let pushed = at_once(pushing).await?;
    let seen = watching.await??;
    let report = LoadReport::of(pushed, begun.elapsed());
    let mut figures = report.figures(&format!("{phones} phones, {PUSH_RECORDS} records a push"));
    figures.extend(seen.figures(&report));
    figures.extend(fleet.rss());
    Ok(figures)
}

/// Looks at one rep's day again and again, as a supervisor would, and at what the server costs.
struct Watch {
    address: String,
    admin: Login,
    server: Process,
    /// When each push of the watched phone was acknowledged.
    acknowledged: Arc<Mutex<Vec<Instant>>>,
}

/// What was seen.
struct Seen {
    /// The longest that an acknowledged record was not in its view.
    behind: Duration,
    /// CPU time of the server, in each quarter.
    quarters: [Duration; 4],
}

impl Watch {
    fn new(fleet: &Fleet) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            address: fleet.server.address(),
            admin: fleet.logins[0].clone(),
            server: fleet.server.process().ok_or("the server has ended")?,
            acknowledged: Arc::default(),
        })
    }

    fn until(&self, lasts: Duration) -> WorldResult<Seen> {
        let desk = Api::log_in(&self.address, &self.admin.user, &self.admin.password)?;
        let (begun, mut behind, mut spent) = (Instant::now(), Duration::ZERO, vec![self.server.cpu()]);
        while spent.len() <= 4 {
            thread::sleep(LOOK_EVERY);
            behind = behind.max(self.behind(&desk)?);
            if begun.elapsed() >= lasts.mul_f64(spent.len() as f64 / 4.0) {
                spent.push(self.server.cpu());
            }
        }
        let quarters = std::array::from_fn(|n| spent[n + 1].saturating_sub(spent[n]));
        Ok(Seen { behind, quarters })
    }

    /// For how long the oldest acknowledged push has not been in the view.
    fn behind(&self, desk: &Api) -> WorldResult<Duration> {
        let days = desk.get(&format!("/api/v1/days?rep={}", rep_name(0)))?;
        let fixes = days["items"][0]["counts"]["fixes"].as_u64().unwrap_or(0);
        let shown = fixes as usize / PUSH_RECORDS;
        let acknowledged = self.acknowledged.lock().expect("nobody panics");
        Ok(acknowledged.get(shown).map_or(Duration::ZERO, Instant::elapsed))
    }
}

impl Seen {
    fn figures(&self, report: &LoadReport) -> [Figure; 3] {
        let records = report.stored as f64 / 4.0;
        let [first, .., last] = self.quarters.map(|spent| spent.as_secs_f64() * 1e6 / records);
        let what = "of the server's CPU a record, in the";
        [
            Figure::new("behind_s", "a view was behind at most", self.behind.as_secs_f64(), "s"),
            Figure::new(
                "first_quarter_us",
                format!("{what} first quarter of the day"),
                first,
                "us",
            ),
            Figure::new("last_quarter_us", format!("{what} last quarter of the day"), last, "us"),
        ]
    }
}
