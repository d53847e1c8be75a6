use serde::{Deserialize, Serialize};

use crate::{
    record::{BodyLine, Branch, Hash, StreamId},
    time::Trusted,
};

/// Names one record anywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Name {
    /// Whose log.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Which branch, empty for the main line.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub branch: Branch,
    /// Which record.
    pub seq: u64,
}

/// One record as the rules see it. Sorted by (trusted time, name) before folding.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: Name,
    /// Its hash.
    pub hash: Hash,
    /// When, as far as can be told.
    pub when: Trusted,
    /// What; erased and unreadable records have no entry.
    pub body: BodyLine,
}

impl Entry {
    /// What findings cite.
    pub fn source(&self) -> Source {
        Source {
            name: self.name.clone(),
            hash: self.hash,
        }
    }
}

/// A record as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// Its hash.
    pub hash: Hash,
}
