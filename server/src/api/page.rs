use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    desk::{
        Desk, DeskError, DeskResult,
        audit::{self, DeskRecord},
    },
    store::{ViewQuery, ViewRow},
};

/// Items of a page where nothing is said.
const LIMIT: usize = 50;
/// Most items of a page.
pub(super) const LIMIT_MAX: usize = 200;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// `next` of the page before.
    pub(super) after: Option<String>,
    /// Items of the page, 1 to 200; 50 where nothing is said.
    pub(super) limit: Option<usize>,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The items.
    pub(super) items: Vec<T>,
    /// Where the next page begins; none after the last.
    pub(super) next: Option<String>,
}

impl PageQuery {
    /// Items wanted.
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX)
    }

    /// A page of the desk's log, newest first: records of some types (none: all) that `wanted` wants.
    ///
    /// # Errors
    /// `bad_cursor`; the store's.
    pub(super) async fn desk_records(
        &self,
        desk: &Desk,
        types: &[&str],
        wanted: impl Fn(&DeskRecord) -> bool,
    ) -> DeskResult<Page<DeskRecord>> {
        let before = self
            .after
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|_| bad_cursor())?;
        let (items, next) = audit::page(desk, before, types, wanted, self.limit()).await?;
        let next = next.map(|seq| seq.to_string());
        Ok(Page { items, next })
    }

    /// A page of views, each turned into an item.
    ///
    /// # Errors
    /// `bad_cursor`; the store's.
    pub(super) async fn views<T>(
        &self,
        desk: &Desk,
        query: ViewQuery,
        item: impl Fn(ViewRow) -> Option<T>,
    ) -> DeskResult<Page<T>> {
        let after = self.after.as_deref().map(cursor).transpose()?;
        let limit = self.limit();
        let query = ViewQuery { after, limit, ..query };
        let views = desk.app.store.views(&query).await?;
        let full = views.last().filter(|_| views.len() == limit);
        let next = full.map(|last| encode(&(last.at_ms, &last.key)));
        Ok(Page {
            items: views.into_iter().filter_map(item).collect(),
            next,
        })
    }
}

fn encode(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).expect("a cursor is JSON"))
}

fn cursor(text: &str) -> DeskResult<(i64, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(bad_cursor)
}

fn bad_cursor() -> DeskError {
    DeskError::input("bad_cursor", "after is no `next` of this list")
}
