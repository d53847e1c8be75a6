//! Backups, and what follows from them. All of it is one way of rows ([`crate::store::snapshot`]): from a store or a
//! file, into a file or an empty store, and counted on the way.

mod backup;
mod file;
mod last;
mod load;
mod new_folder;
mod place;
mod proof;
mod relocate;
mod restore;
mod shelf;
mod tally;

#[cfg(test)]
mod tests;

pub use backup::{Backup, backup};
pub use last::{last_backup_ms, note_backup};
pub use place::Place;
pub use proof::{Proof, prove};
pub use relocate::{Moved, relocate};
pub use restore::{Restore, Restored, restore};
pub use shelf::{clear, file_on};
pub use tally::Tally;
