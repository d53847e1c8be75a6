//! Files as people have them, turned into the two forms that are read: GeoJSON and CSV.

use super::{FileError, archive, kml, shapefile, sheet};

/// Districts as GeoJSON: that itself, KML or KMZ, or a zipped shapefile.
///
/// # Errors
/// Why the file can't be read. What is wrong with its shapes is told by who reads the GeoJSON.
pub fn geojson(bytes: &[u8]) -> Result<String, FileError> {
    if archive::is_archive(bytes) {
        let is_wanted = |name: &str| {
            let name = name.to_lowercase();
            // What macOS adds is no part of the data.
            let is_own = !name.starts_with("__macosx/");
            is_own
                && [".kml", ".shp", ".dbf", ".prj", ".cpg"]
                    .iter()
                    .any(|end| name.ends_with(end))
        };
        let entries = archive::entries(bytes, is_wanted)?;
        let kml = entries.iter().find(|(name, _)| name.to_lowercase().ends_with(".kml"));
        return match kml {
            Some((_, bytes)) => kml::geojson(&text(bytes)?),
            None => shapefile::geojson(&entries),
        };
    }
    let text = text(bytes)?;
    if text.trim_start().starts_with('<') {
        return kml::geojson(&text);
    }
    Ok(text)
}

/// A table as CSV: that itself, or a workbook's first sheet.
///
/// # Errors
/// Why the file can't be read. What is wrong with its rows is told by who reads them.
pub fn table(bytes: &[u8]) -> Result<String, FileError> {
    if archive::is_archive(bytes) {
        return sheet::csv(bytes);
    }
    text(bytes)
}

/// Text as UTF-8, without a byte order mark.
///
/// # Errors
/// `not_utf8`.
pub fn text(bytes: &[u8]) -> Result<String, FileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| FileError::NotUtf8 {
        byte: error.valid_up_to(),
    })?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
