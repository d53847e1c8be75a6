//! How a database comes to the newest schema: steps that are run once each and written down in the database. What
//! a step says never changes; a new thought is a new step.

use refinery::{Runner, Target};

use super::{StoreError, StoreResult};

/// Where refinery writes down which steps were taken.
pub(super) const HISTORY: &str = "refinery_schema_history";

/// The newest schema that these steps lead to.
pub(super) fn newest(steps: &Runner) -> u32 {
    steps
        .get_migrations()
        .iter()
        .map(|step| step.version())
        .max()
        .unwrap_or(0)
        .unsigned_abs()
}

/// Refuses what a newer onbeat wrote.
///
/// # Errors
/// [`StoreError::Newer`].
pub(super) fn refuse_newer(found: u32, steps: &Runner) -> StoreResult<()> {
    let known = newest(steps);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    Ok(())
}

/// Refuses also what an older onbeat wrote: who only reads brings nothing up to date.
///
/// # Errors
/// [`StoreError::Newer`], or [`StoreError::Database`] of an older one.
pub(super) fn refuse_other(found: u32, steps: &Runner) -> StoreResult<()> {
    refuse_newer(found, steps)?;
    let known = newest(steps);
    if found < known {
        let why = format!("the data has schema {found}, this onbeat writes {known}: start its server on it once");
        return Err(StoreError::Database(why));
    }
    Ok(())
}

/// The steps as one transaction: a step and the note of it come to pass together, or neither.
pub(super) fn at_once(steps: Runner, target: Target) -> Runner {
    steps.set_grouped(true).set_target(target)
}

/// A step that failed.
pub(super) fn failed(error: &refinery::Error) -> StoreError {
    StoreError::Database(format!("the schema could not be brought up to date: {error}"))
}
