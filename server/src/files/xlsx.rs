//! Tables as workbooks (ECMA-376, by `rust_xlsxwriter`): texts are texts and numbers numbers, no cell is a formula.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{
    export::{Cell, Table, harmless},
    places::xml_text,
};

/// Most rows of a sheet but its head (ECMA-376 allows 1,048,576; so many are held in memory at once).
pub const ROWS_MOST: usize = 100_000;
/// Longest text of a cell, in characters.
const CELL_MOST_CHARS: usize = 32_000;

/// A table as a workbook of one sheet.
///
/// # Errors
/// Of the writer.
pub fn workbook(table: Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (sheet, formats) = (workbook.add_worksheet(), Formats::new());
    for (column, name) in (0u16..).zip(table.columns) {
        sheet.write_string_with_format(0, column, name, &formats.head)?;
    }
    for (row, cells) in (1u32..).zip(table.rows.into_iter().take(ROWS_MOST)) {
        for (column, cell) in (0u16..).zip(cells) {
            write(sheet, (row, column), cell, &formats)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    workbook.save_to_buffer()
}

/// How cells are shown.
struct Formats {
    head: Format,
    day: Format,
    time: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), cell: Cell, formats: &Formats) -> Result<(), XlsxError> {
    let dated = match &cell {
        Cell::Day(day) => date(*day).map(|day| (day, &formats.day)),
        Cell::Time(at) => time(at).map(|at| (at, &formats.time)),
        _ => None,
    };
    if let Some((at, format)) = dated {
        sheet.write_datetime_with_format(row, column, &at, format)?;
        return Ok(());
    }
    let number = matches!(cell, Cell::Number(_));
    let text = xml_text(&cell.plain());
    match text.parse::<f64>() {
        Ok(value) if number && value.is_finite() => sheet.write_number(row, column, value)?,
        _ => sheet.write_string(row, column, harmless(text.chars().take(CELL_MOST_CHARS).collect()))?,
    };
    Ok(())
}

/// A day, if workbooks know it: they count from 1900 on.
fn date(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok()?;
    ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok()
}

fn time(at: &DateTime<FixedOffset>) -> Option<ExcelDateTime> {
    let day = date(at.date_naive())?;
    day.and_hms(at.hour() as u16, at.minute() as u8, at.second() as f64)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::workbook;
    use crate::files::export::{Cell, Table};

    #[test]
    fn a_workbook_is_a_zip_file_with_a_sheet() {
        let row = vec![Cell::Text("=1+1".into()), Cell::Number("3".into())];
        let bytes = workbook(Table::new(&["rep", "visits"], vec![row])).expect("written");
        assert!(bytes.starts_with(b"PK\x03\x04"));
        let names = String::from_utf8_lossy(&bytes);
        assert!(
            names.contains("xl/worksheets/sheet1.xml"),
            "the sheet is named in the file's directory"
        );
    }
}
