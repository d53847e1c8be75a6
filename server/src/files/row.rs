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
    /// What is wrong as a code, for words of other languages; empty where there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// What the message names of the file, in the order of the words' blanks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl RowError {
    /// A row that can't be used, with a code that has words in every language.
    pub fn new(row: u64, column: &str, code: &str, values: &[&str], message: String) -> Self {
        Self {
            row,
            column: column.into(),
            message,
            code: code.into(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        }
    }

    /// What is wrong that no row has words for.
    pub fn said(message: String) -> Self {
        Self::new(0, "", "", &[], message)
    }
}
