//! What is chosen once for a data folder and holds ever after.

use crate::store::{Cell, Change, Guard, Store, StoreResult};

/// A value chosen once for a data folder and kept in a cell of kind `meta`.
pub(crate) async fn settled(store: &dyn Store, name: &str, choose: impl FnOnce() -> String) -> StoreResult<String> {
    let find = || store.cell("meta", name, i64::MIN);
    if let Some(cell) = find().await? {
        return Ok(cell.body);
    }
    let change = Change {
        guards: vec![Guard::Cell("meta".into(), name.into(), None)],
        cells: vec![Cell {
            kind: "meta".into(),
            key: name.into(),
            body: choose(),
            expires_ms: None,
        }],
        ..Change::default()
    };
    store.commit(change).await?;
    Ok(find().await?.map(|cell| cell.body).unwrap_or_default())
}
