//! How days went and what was found in them, past its time: of each day a summary is left, frozen in place of its account.

use chrono::{Days, NaiveDate};
use onbeat_core::rules::DayView;

use super::{Deed, Desk, DeskResult, erase::in_dispute, records::DayFrozen};
use crate::{
    auth::Actor,
    fold::{self, asked_cell, day_key, frozen_blob, frozen_cell},
    store::ViewQuery,
};

/// Days summarised in one transaction, and folded before the next: neither holds up what phones send.
const PAGE: usize = 100;

/// What was forgotten, or (dry) would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forgotten {
    /// Days of reps.
    pub(super) days: u64,
    /// No day before this one is left to be looked at again: the oldest that is under dispute, or where it ended.
    pub(super) until: NaiveDate,
}

/// Leaves a summary of the days from one (all, if none is named) to before another; but of those that are under dispute.
///
/// # Errors
/// The store's. What was forgotten before an error stays forgotten: ask again.
pub(super) async fn forget(
    desk: &Desk,
    actor: &Actor,
    from: Option<NaiveDate>,
    before: NaiveDate,
    dry_run: bool,
) -> DeskResult<Forgotten> {
    let opening_ms = |day| desk.app.documents().schedule_of("", day).whole_day(day).from_ms;
    let mut query = ViewQuery {
        kind: "day".into(),
        // Other zones begin earlier, or later.
        from_ms: from.map(|day| opening_ms(day - Days::new(1))),
        to_ms: Some(opening_ms(before + Days::new(1))),
        limit: PAGE,
        bare: true,
        ..ViewQuery::default()
    };
    let mut forgotten = Forgotten { days: 0, until: before };
    loop {
        let page = desk.app.store.views(&query).await?;
        let mut deed = Deed::new(actor);
        let summarised = forgotten.days;
        for row in &page {
            let Ok(view) = serde_json::from_str::<DayView>(&row.body) else {
                continue;
            };
            if view.day >= before || view.is_summary() {
                continue;
            }
            if in_dispute(desk, &view).await? {
                forgotten.until = forgotten.until.min(view.day);
                continue;
            }
            forgotten.days += 1;
            if !dry_run {
                summarise(desk, &mut deed, view).await?;
            }
        }
        if !dry_run && forgotten.days > summarised {
            deed.commit(desk).await?;
            fold::settle(&desk.app).await?;
        }
        if !query.go_on(&page) {
            return Ok(forgotten);
        }
    }
}

async fn summarise(desk: &Desk, deed: &mut Deed, view: DayView) -> DeskResult<()> {
    let (rep, day) = (view.rep.clone(), view.day);
    deed.change.drop_blobs.extend(frozen_blob(&desk.app, &rep, day).await?);
    let summary = serde_json::to_vec(&view.summary()).expect("a view is plain data");
    let view = deed.blob(summary);
    deed.change.cells.push(frozen_cell(&rep, day, &view));
    deed.change.drop_cells.push(asked_cell(&rep, day));
    deed.change.mark.push(day_key(&rep, day));
    deed.record(&DayFrozen { rep, day, view });
    Ok(())
}
