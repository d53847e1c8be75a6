use crate::desk::DeskError;

/// Why a file can't be read at all; what is wrong with its rows is told row by row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Text in another encoding, or no text.
    #[error("the file is not UTF-8 text: byte {byte} (counted from 0) does not fit; save it as UTF-8")]
    NotUtf8 {
        /// First byte that does not fit.
        byte: usize,
    },
    /// An archive that can't be opened.
    #[error("the archive can't be opened ({0}): pack or export it again")]
    Archive(String),
    /// An archive that would grow too large.
    #[error("unpacked the file has more than {mib} MiB or {entries} entries: hand in less at a time")]
    Bomb {
        /// The most, in MiB.
        mib: u64,
        /// The most entries.
        entries: usize,
    },
    /// An archive without what is needed.
    #[error("the archive holds no {0}: pack a shapefile (.shp with its .dbf and .prj) or a KML file")]
    Lacks(&'static str),
    /// XML that can't be read.
    #[error("line {line}: {what}; export the file again")]
    Kml {
        /// Line of the file.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A shapefile that can't be read.
    #[error("the shapefile can't be read ({0}): export it again")]
    Shapefile(String),
    /// Coordinates of another system.
    #[error("the shapefile's coordinates are of {0}: convert it to WGS-84 (EPSG:4326)")]
    ForeignSystem(String),
    /// A workbook that can't be read.
    #[error("the workbook can't be read ({0}): save it as .xlsx or .csv")]
    Workbook(String),
    /// A sheet with more than is read.
    #[error("the sheet {sheet:?} is larger than {rows} rows or {columns} columns: hand in less at a time")]
    Sheet {
        /// Its name.
        sheet: String,
        /// The most rows.
        rows: u32,
        /// The most columns.
        columns: u32,
    },
}

impl FileError {
    /// For programs, and for words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "not_utf8",
            Self::Archive(_) | Self::Lacks(_) => "bad_archive",
            Self::Bomb { .. } | Self::Sheet { .. } => "file_too_big",
            Self::Kml { .. } => "bad_kml",
            Self::Shapefile(_) => "bad_shapefile",
            Self::ForeignSystem(_) => "foreign_system",
            Self::Workbook(_) => "bad_workbook",
        }
    }
}

/// So much is said of a file.
const SAID_MAX_CHARS: usize = 500;

impl From<FileError> for DeskError {
    fn from(error: FileError) -> Self {
        // It may quote what is in the file, which may be all of it.
        let mut said = error.to_string();
        if let Some((at, _)) = said.char_indices().nth(SAID_MAX_CHARS) {
            said.truncate(at);
            said.push('…');
        }
        Self::input(error.code(), said)
    }
}
