//! Which column of a file is which: people call them as they like.

use super::{NEEDED_CUSTOMER, OPTIONAL_CUSTOMER};

/// What columns are called, in English and Chinese, without spaces and in small letters.
const CALLED: [(&str, &[&str]); 6] = [
    (
        "id",
        &[
            "id",
            "code",
            "no",
            "number",
            "customerid",
            "编号",
            "客户编号",
            "客户编码",
            "编码",
            "代码",
        ],
    ),
    (
        "name",
        &[
            "name",
            "customer",
            "customername",
            "名称",
            "客户名称",
            "客户",
            "店名",
            "姓名",
        ],
    ),
    ("lat", &["lat", "latitude", "y", "纬度"]),
    ("lon", &["lon", "lng", "long", "longitude", "x", "经度"]),
    (
        "landline",
        &[
            "landline",
            "phone",
            "telephone",
            "tel",
            "固定电话",
            "固话",
            "座机",
            "电话",
        ],
    ),
    (
        "place_confirmed",
        &["placeconfirmed", "confirmed", "位置已确认", "已确认"],
    ),
];

/// A column that a table of customers has, and where it is found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name here.
    pub name: &'static str,
    /// A customer can't be without it.
    pub needed: bool,
    /// Where it probably stands in the file, from 0.
    pub at: Option<usize>,
}

/// The header of a table.
pub fn header(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    reader
        .headers()
        .map_or_else(|_| Vec::new(), |header| header.iter().map(str::to_owned).collect())
}

/// Whether a header has the columns of customers by their names, and no others.
pub fn fits(header: &[String]) -> bool {
    let names: Vec<String> = header.iter().map(|name| name.to_lowercase()).collect();
    let known = |name: &String| name.is_empty() || CALLED.iter().any(|(known, _)| known == name);
    NEEDED_CUSTOMER
        .iter()
        .all(|name| names.iter().any(|found| found == name))
        && names.iter().all(known)
}

/// The columns of customers, each where it probably stands.
pub fn columns(header: &[String]) -> Vec<Column> {
    let plain = |name: &String| name.to_lowercase().replace([' ', '_', '-'], "");
    let plain: Vec<String> = header.iter().map(plain).collect();
    let column = |(name, called): (&'static str, &[&str])| Column {
        name,
        needed: !OPTIONAL_CUSTOMER.contains(&name),
        at: plain.iter().position(|found| called.contains(&found.as_str())),
    };
    CALLED.map(column).to_vec()
}

/// The table with the chosen columns only, called as they are here; rows stay in their lines.
pub fn chosen(text: &str, columns: &[(&str, usize)]) -> Option<String> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name)).ok()?;
    let mut line = 2;
    for record in reader.records() {
        let record = record.ok()?;
        // Blank lines are skipped by the reader, and kept here so that an error names the line that people see.
        let at = record.position().map_or(line, csv::Position::line);
        while line < at {
            writer.write_record([""]).ok()?;
            line += 1;
        }
        let cells = columns
            .iter()
            .map(|(_, at)| record.get(*at).unwrap_or_default().replace(['\r', '\n'], " "));
        writer.write_record(cells).ok()?;
        line += 1;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}
