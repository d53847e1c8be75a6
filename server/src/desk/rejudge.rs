//! Judging days of the past anew, by documents that were corrected since. What eases is applied; what would burden is
//! only said, for a person to look at with the rep (docs/adr/0011).

use chrono::NaiveDate;
use futures_util::{StreamExt, TryStreamExt, stream};
use onbeat_core::rules::{Comparison, DaysRejudged, Effect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Desk, DeskError, DeskResult, books};
use crate::{
    append::append,
    auth::Actor,
    desk_log::Act,
    fold::{self, Rejudging},
    store::Change,
};

/// Days judged anew at a time.
const DAYS_MOST: i64 = 92;
/// Reps of one page: what they make is applied together.
const REPS: usize = 64;
/// Reps judged at the same time: while one day waits for what it reads, others keep the cores busy.
const AT_ONCE: usize = 6;

/// Which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Days {
    /// First day, `YYYY-MM-DD`.
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// Last day, `YYYY-MM-DD`; it must be over.
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// Only of this rep.
    #[serde(default)]
    pub rep: Option<String>,
}

/// A rep's day that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayRejudged {
    /// Whose.
    pub rep: String,
    /// Which.
    #[schema(value_type = String, format = Date)]
    pub day: NaiveDate,
    /// The area's IANA zone.
    pub zone: String,
    /// What changes: applied where it eases, only proposed where it burdens.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// A page of what came of it, or (dry) would.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejudgedPage {
    /// Days that are eased, or would be burdened, rep by rep.
    pub days: Vec<DayRejudged>,
    /// Days of reps looked at.
    pub looked_at: u64,
    /// Days for which the corrected documents count from now on; with `dry_run` those for which they would.
    pub counted: u64,
    /// Days whose places are erased, so that they stay as they were frozen.
    pub erased: u64,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

/// Judges the days of some reps anew.
///
/// # Errors
/// No such rep; `bad_range`; `day_open`; a day that can't be judged. The pages before stay applied.
pub async fn rejudge(
    desk: &Desk,
    actor: &Actor,
    days: &Days,
    dry_run: bool,
    after: Option<&str>,
) -> DeskResult<RejudgedPage> {
    check(desk, days)?;
    if after.is_none() {
        fold::settle(&desk.app).await?;
    }
    let documents = desk.app.documents();
    let is_next = |rep: &&String| after.is_none_or(|after| rep.as_str() > after);
    let is_wanted = |rep: &&String| days.rep.as_ref().is_none_or(|wanted| wanted == *rep);
    let mut reps: Vec<String> = documents
        .keys("rep")
        .filter(is_next)
        .filter(is_wanted)
        .cloned()
        .collect();
    let more = reps.len() > REPS;
    reps.truncate(REPS);
    let desk_seq = documents.desk_seq();
    // Each a task of its own: reading records keeps a core as busy as judging them.
    let judged = stream::iter(reps.clone()).map(|rep| {
        let judging = tokio::spawn(of_rep(desk.clone(), rep, days.clone(), desk_seq));
        async {
            judging
                .await
                .map_err(|error| DeskError::environment("fold", error.to_string()))?
        }
    });
    let judged: Vec<OfRep> = judged.buffered(AT_ONCE).try_collect().await?;
    let mut page = RejudgedPage {
        next: reps.pop().filter(|_| more),
        ..RejudgedPage::default()
    };
    if !dry_run {
        apply(desk, actor, &judged, desk_seq).await?;
        // Days are folded again while the next page is judged; the last one waits for all.
        if page.next.is_none() {
            fold::settle(&desk.app).await?;
        }
    }
    for of_rep in judged {
        page.looked_at += of_rep.looked_at;
        page.counted += of_rep.counting.len() as u64;
        page.erased += of_rep.erased;
        page.days.extend(of_rep.changed);
    }
    Ok(page)
}

fn check(desk: &Desk, days: &Days) -> DeskResult<()> {
    if let Some(rep) = &days.rep {
        books::was_rep(desk, rep)?;
    }
    let length = (days.to - days.from).num_days() + 1;
    if !(1..=DAYS_MOST).contains(&length) {
        let why = format!("from {} to {} are no 1 to {DAYS_MOST} days", days.from, days.to);
        return Err(DeskError::input("bad_range", why));
    }
    let rep = days.rep.as_deref().unwrap_or_default();
    let today = desk.app.documents().day_at(rep, desk.now_ms());
    if days.to >= today {
        let why = format!("{} is not over: rejudge days before {today}", days.to);
        return Err(DeskError::conflict("day_open", why));
    }
    Ok(())
}

/// What the days of one rep came to.
struct OfRep {
    rep: String,
    /// Days for which the corrected documents are to count.
    counting: Vec<NaiveDate>,
    /// Those of them that they ease.
    eased: Vec<NaiveDate>,
    changed: Vec<DayRejudged>,
    looked_at: u64,
    erased: u64,
}

async fn of_rep(desk: Desk, rep: String, days: Days, desk_seq: u64) -> DeskResult<OfRep> {
    let mut of_rep = OfRep {
        rep,
        counting: Vec::new(),
        eased: Vec::new(),
        changed: Vec::new(),
        looked_at: 0,
        erased: 0,
    };
    for day in days.from.iter_days().take_while(|day| *day <= days.to) {
        of_rep.looked_at += 1;
        match fold::rejudge(&desk.app, &of_rep.rep, day, desk_seq).await? {
            Rejudging::Done | Rejudging::Open => {}
            Rejudging::Erased => of_rep.erased += 1,
            Rejudging::Unheard => of_rep.counting.push(day),
            Rejudging::Differs { comparison, is_marked } => {
                let schedule = desk.app.documents().schedule_of(&of_rep.rep, day);
                of_rep.take(day, schedule.zone(), *comparison, is_marked);
            }
        }
    }
    Ok(of_rep)
}

impl OfRep {
    /// Corrected documents count wherever they burden nothing, so that late data are judged by them too.
    fn take(&mut self, day: NaiveDate, zone: &str, comparison: Comparison, is_marked: bool) {
        let effect = comparison.effect;
        if effect != Effect::Burdened && !is_marked {
            self.counting.push(day);
            self.eased.extend((effect == Effect::Eased).then_some(day));
        }
        if effect == Effect::Burdened || (effect == Effect::Eased && !is_marked) {
            self.changed.push(DayRejudged {
                rep: self.rep.clone(),
                day,
                zone: zone.to_owned(),
                comparison,
            });
        }
    }
}

/// A record for each rep, which reaches his phones with the days, and has the days folded again.
async fn apply(desk: &Desk, actor: &Actor, judged: &[OfRep], desk_seq: u64) -> DeskResult<()> {
    let counting = judged.iter().filter(|of_rep| !of_rep.counting.is_empty());
    let act = |of_rep: &OfRep| {
        Act::new(&DaysRejudged {
            rep: of_rep.rep.clone(),
            days: of_rep.counting.clone(),
            eased: of_rep.eased.clone(),
            desk_seq,
            by: actor.user.clone(),
        })
    };
    let acts: Vec<Act> = counting.map(act).collect();
    if acts.is_empty() {
        return Ok(());
    }
    append(&desk.app, acts, Change::default()).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
