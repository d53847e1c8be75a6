use serde::{Deserialize, Serialize};

/// A row of a file that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowError {
    /// Line of the file, from 1; 0 for the file as a whole.
    pub row: u64,
    /// Column, empty for the row as a whole.
    pub column: String,
    /// What is wrong, and how to mend it.
    pub message: String,
}
