//! Tables as workbooks (ECMA-376, by `rust_xlsxwriter`): texts are texts and numbers numbers, no cell is a formula.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::export::{Table, harmless};

/// Most rows of a sheet but its head (ECMA-376 allows 1,048,576; so many are held in memory at once).
pub const ROWS_MOST: usize = 100_000;
/// Longest text of a cell, in characters.
const CELL_MOST_CHARS: usize = 32_000;

/// A table as a workbook of one sheet.
///
/// # Errors
/// Of the writer.
pub fn workbook(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (sheet, head) = (workbook.add_worksheet(), Format::new().set_bold());
    for (column, name) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, *name, &head)?;
    }
    for (row, cells) in (1u32..).zip(table.rows.iter().take(ROWS_MOST)) {
        for ((column, name), cell) in (0u16..).zip(&table.columns).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) if number.is_finite() && is_number(name) => sheet.write_number(row, column, number)?,
                _ => sheet.write_string(row, column, harmless(cell.chars().take(CELL_MOST_CHARS).collect()))?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    workbook.save_to_buffer()
}

/// A column of numbers says its unit, or counts something; telephone numbers and ids are texts.
fn is_number(column: &str) -> bool {
    const COUNTED: [&str; 10] = [
        "confirmed",
        "days",
        "fixes",
        "findings",
        "kept_permille",
        "lat",
        "lon",
        "photos",
        "questions",
        "visits",
    ];
    column.ends_with("_s") || column.ends_with("_m") || COUNTED.contains(&column)
}

#[cfg(test)]
mod tests {
    use super::{is_number, workbook};
    use crate::files::export::Table;

    #[test]
    fn a_column_says_whether_it_is_of_numbers() {
        for (column, number) in [
            ("outside_s", true),
            ("distance_m", true),
            ("visits", true),
            ("landline", false),
            ("rep", false),
            ("day", false),
        ] {
            assert_eq!(is_number(column), number, "{column}");
        }
    }

    #[test]
    fn a_workbook_is_a_zip_file_with_a_sheet() {
        let table = Table {
            columns: vec!["rep", "visits"],
            rows: vec![vec!["=1+1".into(), "3".into()]],
        };
        let bytes = workbook(&table).expect("written");
        assert!(bytes.starts_with(b"PK\x03\x04"));
        let names = String::from_utf8_lossy(&bytes);
        assert!(
            names.contains("xl/worksheets/sheet1.xml"),
            "the sheet is named in the file's directory"
        );
    }
}
