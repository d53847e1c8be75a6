//! The first sheet of a workbook (ECMA-376, `.xlsx`) as CSV. Of formulas the values are read that were saved; what
//! looks like a formula is text like any other, since nothing here computes.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, Reader, Xlsx};

use super::{FileError, archive};

/// Most rows: more customers than a company of a thousand reps has.
const ROWS_MAX: u32 = 100_000;
const COLUMNS_MAX: u32 = 100;

/// The first sheet that holds something. Rows stay in their lines, so that an error names the row that people see.
pub(super) fn csv(bytes: &[u8]) -> Result<String, FileError> {
    archive::check(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| bad(&error))?;
    for sheet in book.sheet_names() {
        let rows = rows(&mut book, &sheet)?;
        if !rows.is_empty() {
            return written(&rows);
        }
    }
    Err(FileError::Workbook("no sheet holds anything".into()))
}

fn bad(error: &impl ToString) -> FileError {
    FileError::Workbook(error.to_string())
}

type Rows = BTreeMap<u32, BTreeMap<u32, String>>;

/// Cell by cell: a sheet with one cell in its last corner is small in the file and would be huge as a grid.
fn rows(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Rows, FileError> {
    let mut rows = Rows::new();
    let Ok(mut cells) = book.worksheet_cells_reader(sheet) else {
        // A sheet of charts has no cells.
        return Ok(rows);
    };
    while let Some(cell) = cells.next_cell().map_err(|error| bad(&error))? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if row >= ROWS_MAX || column >= COLUMNS_MAX {
            return Err(FileError::Sheet {
                sheet: sheet.into(),
                rows: ROWS_MAX,
                columns: COLUMNS_MAX,
            });
        }
        rows.entry(row).or_default().insert(column, text);
    }
    Ok(rows)
}

/// A cell as people would type it into CSV, on one line.
fn text(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    };
    text.replace(['\r', '\n'], " ").trim().to_owned()
}

fn written(rows: &Rows) -> Result<String, FileError> {
    let last = rows.keys().next_back().copied().unwrap_or_default();
    let width = rows
        .values()
        .filter_map(|row| row.keys().next_back())
        .max()
        .map_or(1, |last| last + 1);
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for row in 0..=last {
        let cell = |column: u32| {
            rows.get(&row)
                .and_then(|row| row.get(&column))
                .map_or("", String::as_str)
        };
        writer.write_record((0..width).map(cell)).map_err(|error| bad(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| bad(&error))?;
    String::from_utf8(bytes).map_err(|error| bad(&error))
}
