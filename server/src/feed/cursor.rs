use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Where a phone stands in the feed of one server: `<incarnation>-<n>`. In the middle of a snapshot also the
/// last document told: `<incarnation>-<n>-<base64url of kind and key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Whose feed.
    pub(super) incarnation: String,
    /// The newest item that is known, or will be once the snapshot is complete.
    pub(super) newest: u64,
    /// Kind and key of the snapshot's last document so far.
    pub(super) told: Option<(String, String)>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.incarnation, self.newest)?;
        match &self.told {
            Some((kind, key)) => write!(f, "-{}", URL_SAFE_NO_PAD.encode(format!("{kind}\n{key}"))),
            None => Ok(()),
        }
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // The third part is base64url, which may hold the separator itself.
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or(());
        let (incarnation, newest) = (next()?.to_owned(), next()?.parse().map_err(|_| ())?);
        let told = parts.next().map(read_told).transpose()?;
        Ok(Self {
            incarnation,
            newest,
            told,
        })
    }
}

fn read_told(text: &str) -> Result<(String, String), ()> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ())?;
    let text = String::from_utf8(bytes).map_err(|_| ())?;
    let (kind, key) = text.split_once('\n').ok_or(())?;
    Ok((kind.to_owned(), key.to_owned()))
}
