//! What lies under the maps, where the company wants more than its own districts there.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use super::{DeskError, DeskResult};

/// The beginning of a PMTiles file of version 3 (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>).
const PMTILES: &[u8; 8] = b"PMTiles\x03";

/// A map under the maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseMap {
    /// Where it comes from.
    pub source: Source,
    /// It is in GCJ-02: what is shown on it is shifted, in the browser alone.
    pub gcj02: bool,
    /// Whose it is, as shown on it.
    pub attribution: String,
}

/// Where a base map comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A PMTiles file that this server serves.
    File(PathBuf),
    /// Images of another server, which browsers fetch there.
    Tiles {
        /// Their address, with `{z}`, `{x}`, `{y}`.
        url: String,
        /// Scheme, host and port of it.
        origin: String,
    },
}

impl BaseMap {
    /// The base map that is configured, if one is.
    ///
    /// # Errors
    /// `bad_map`: a file that is no PMTiles, an address that is none of tiles, or both of them.
    pub fn new(file: Option<&Path>, tiles: Option<&str>, gcj02: bool, attribution: &str) -> DeskResult<Option<Self>> {
        let source = match (file, tiles) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(bad("map.file and map.tiles are both set: take one of them away".into())),
            (Some(path), None) => pmtiles(path)?,
            (None, Some(url)) => tiles_of(url)?,
        };
        Ok(Some(Self {
            source,
            gcj02,
            attribution: attribution.to_owned(),
        }))
    }

    /// The other server that browsers fetch from.
    pub fn origin(&self) -> Option<&str> {
        match &self.source {
            Source::File(_) => None,
            Source::Tiles { origin, .. } => Some(origin),
        }
    }
}

fn bad(why: String) -> DeskError {
    DeskError::input("bad_map", why)
}

fn pmtiles(path: &Path) -> DeskResult<Source> {
    let shown = path.display();
    let mut begin = [0; PMTILES.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.map_err(|error| bad(format!("map.file {shown}: {error}")))?;
    if begin != *PMTILES {
        return Err(bad(format!("map.file {shown} is no PMTiles file of version 3")));
    }
    Ok(Source::File(path.to_owned()))
}

/// The origin goes into a header and the pages' policy: only what a host's name is made of may stand in it.
fn tiles_of(url: &str) -> DeskResult<Source> {
    let example = "https://tiles.example.com/{z}/{x}/{y}.png";
    let wrong = || bad(format!("map.tiles {url:?} is no address of tiles, such as {example}"));
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let (host, path) = rest.split_once('/').ok_or_else(wrong)?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let is_named = ["{z}", "{x}", "{y}"].iter().all(|name| path.contains(name));
    if !matches!(scheme, "http" | "https") || host.is_empty() || !host.chars().all(is_host) || !is_named {
        return Err(wrong());
    }
    Ok(Source::Tiles {
        url: url.to_owned(),
        origin: format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tiles_have_an_address_with_their_place_and_an_origin() {
        for (url, origin) in [
            (
                "https://tiles.example.com/{z}/{x}/{y}.png",
                Some("https://tiles.example.com"),
            ),
            (
                "http://10.0.0.7:8081/a/{z}/{y}/{x}.jpg?k=1",
                Some("http://10.0.0.7:8081"),
            ),
            ("https://tiles.example.com/{z}/{x}.png", None),
            ("https://tiles.example.com; script-src */{z}/{x}/{y}", None),
            ("javascript://x/{z}/{x}/{y}", None),
            ("/{z}/{x}/{y}.png", None),
            ("", None),
        ] {
            let map = BaseMap::new(None, Some(url), false, "").map(|map| map.unwrap());
            assert_eq!(map.as_ref().ok().and_then(BaseMap::origin), origin, "{url}");
            assert!(map.is_ok() || map.is_err_and(|error| error.code == "bad_map"), "{url}");
        }
    }

    #[test]
    fn a_file_is_looked_into_before_anybody_is_promised_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.pmtiles");
        for (bytes, good) in [
            (&b"PMTiles\x03 and more"[..], true),
            (b"PMTiles\x02 and more", false),
            (b"PM", false),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(BaseMap::new(Some(&path), None, true, "").is_ok(), good, "{bytes:?}");
        }
        assert!(BaseMap::new(Some(&folder.path().join("none")), None, false, "").is_err());
        assert!(BaseMap::new(Some(&path), Some("https://a/{z}/{x}/{y}"), false, "").is_err());
        assert_eq!(BaseMap::new(None, None, false, "").unwrap(), None);
    }
}
