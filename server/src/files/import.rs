//! What people bring: files of several kinds turned into GeoJSON and CSV, and tables of customers and users. A table is read whole, and every row that can't be
//! used is named, so that it is mended once.

mod archive;
pub mod columns;
mod error;
mod kml;
mod read;
mod shapefile;
mod sheet;

use std::collections::{BTreeMap, HashMap};

use onbeat_core::reference::Customer;

pub use error::FileError;
pub use read::{geojson, table, text};

use super::RowError;
use crate::auth::{Role, check_length, user};

/// What a row of `users` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRow {
    /// Somebody who logs in.
    LogIn {
        /// Log-in name.
        user: String,
        /// Name as people say it.
        name: String,
        /// What he may do.
        role: Role,
        /// Own teams.
        teams: Vec<String>,
        /// As given; without one it is made.
        password: Option<String>,
    },
    /// A rep, who logs in nowhere: his phone is enrolled.
    Rep {
        /// The rep's id.
        id: String,
        /// Line of the file.
        row: u64,
        /// Name as people say it.
        name: String,
        /// Team.
        team: String,
        /// Districts by id.
        districts: Vec<String>,
        /// Customers by id.
        customers: Vec<String>,
    },
}

/// Columns that a table of customers has, the key first.
const NEEDED_CUSTOMER: [&str; 4] = ["id", "name", "lat", "lon"];
/// Columns that it may have.
const OPTIONAL_CUSTOMER: [&str; 2] = ["landline", "place_confirmed"];

/// Reads customers: columns `id,name,lat,lon[,landline,place_confirmed]`, WGS-84 degrees.
///
/// # Errors
/// Every row that can't be used.
pub fn customers(text: &str) -> Result<Vec<Customer>, Vec<RowError>> {
    let table = Table::read(text, &NEEDED_CUSTOMER, &OPTIONAL_CUSTOMER)?;
    table.rows(|row| {
        Some(Customer {
            id: row.key("id")?,
            name: row.needed("name")?.to_owned(),
            lat_e9: row.degrees("lat", 90.0)?,
            lon_e9: row.degrees("lon", 180.0)?,
            place_confirmed: row.flag("place_confirmed")?,
            landline: row.digits("landline")?,
        })
    })
}

/// Reads users: columns `user,name,role,team,districts,customers[,password]`; lists are separated by `;`.
///
/// # Errors
/// Every row that can't be used.
pub fn users(text: &str) -> Result<Vec<UserRow>, Vec<RowError>> {
    let needed = ["user", "name", "role", "team", "districts", "customers"];
    Table::read(text, &needed, &["password"])?.rows(user_row)
}

fn user_row(row: &mut Row<'_>) -> Option<UserRow> {
    let id = row.key("user")?;
    let name = row.needed("name")?.to_owned();
    let role = match row.needed("role")? {
        "rep" => return rep_row(row, id, name),
        "admin" => Role::Admin,
        "supervisor" => Role::Supervisor,
        "clerk" => Role::Clerk,
        "auditor" => Role::Auditor,
        other => {
            let why = format!("{other:?} is no role: write rep, admin, supervisor, clerk or auditor");
            return row.refuse("role", "no_role", &[other], why);
        }
    };
    let Some(user) = user::normal(&id) else {
        return row.refuse(
            "user",
            "bad_user",
            &[&id],
            format!("{id:?} can't be a log-in name: at most 64 characters, no spaces"),
        );
    };
    let password = row.cell("password").map(ToOwned::to_owned);
    if let Some(Err(error)) = password.as_deref().map(check_length) {
        return row.refuse("password", "bad_password", &[], error.to_string());
    }
    Some(UserRow::LogIn {
        user,
        name,
        role,
        teams: row.list("team"),
        password,
    })
}

fn rep_row(row: &mut Row<'_>, id: String, name: String) -> Option<UserRow> {
    let team = row.needed("team")?.to_owned();
    if team.contains(';') {
        return row.refuse("team", "one_team", &[], "a rep is in one team".into());
    }
    Some(UserRow::Rep {
        id,
        row: row.line,
        name,
        team,
        districts: row.list("districts"),
        customers: row.list("customers"),
    })
}

/// A name as a document's key: as given, but for what a path or a list can't hold.
pub fn key_of(name: &str) -> String {
    let bad = |c: char| c.is_control() || matches!(c, '/' | ';' | '\\' | '?' | '#' | '%');
    name.trim().replace(bad, "-")
}

struct Table<'a> {
    columns: HashMap<String, usize>,
    records: Vec<(u64, csv::StringRecord)>,
    key: &'a str,
}

struct Row<'a> {
    line: u64,
    columns: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
    errors: &'a mut Vec<RowError>,
}

impl<'a> Table<'a> {
    /// Reads all rows; `needed` begins with the key column, whose values must differ.
    fn read(text: &str, needed: &[&'a str], optional: &[&str]) -> Result<Self, Vec<RowError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = reader.headers().cloned().map_err(|e| vec![whole(e.to_string())])?;
        let columns = columns(&header, needed, optional)?;
        let mut records = Vec::new();
        for record in reader.into_records() {
            let record = record.map_err(|e| vec![whole(e.to_string())])?;
            // Spreadsheets write blank rows as commas.
            if record.iter().all(str::is_empty) {
                continue;
            }
            records.push((record.position().map_or(0, csv::Position::line), record));
        }
        Ok(Self {
            columns,
            records,
            key: needed[0],
        })
    }

    fn rows<T>(&self, read: impl Fn(&mut Row<'_>) -> Option<T>) -> Result<Vec<T>, Vec<RowError>> {
        let (mut rows, mut errors) = (Vec::new(), Vec::new());
        let mut seen = BTreeMap::new();
        for (line, record) in &self.records {
            let mut row = Row {
                line: *line,
                columns: &self.columns,
                record,
                errors: &mut errors,
            };
            if let Some(first) = row.cell(self.key).and_then(|key| seen.insert(key.to_owned(), *line)) {
                let why = format!("stands in line {first} already");
                row.refuse::<()>(self.key, "twice", &[&first.to_string()], why);
            } else {
                rows.extend(read(&mut row));
            }
        }
        if errors.is_empty() { Ok(rows) } else { Err(errors) }
    }
}

fn columns(
    header: &csv::StringRecord,
    needed: &[&str],
    optional: &[&str],
) -> Result<HashMap<String, usize>, Vec<RowError>> {
    let columns: HashMap<String, usize> = header.iter().map(str::to_lowercase).zip(0..).collect();
    let missing = needed.iter().filter(|name| !columns.contains_key(**name));
    let mut errors: Vec<RowError> = missing
        .map(|name| {
            let header = join(header);
            let why = format!("the column {name} is missing; the header has: {header}");
            RowError::new(1, name, "missing_column", &[name, &header], why)
        })
        .collect();
    let unknown = columns
        .keys()
        .filter(|name| !needed.contains(&name.as_str()) && !optional.contains(&name.as_str()) && !name.is_empty());
    errors.extend(unknown.map(|name| {
        let known = [needed, optional].concat().join(", ");
        let why = format!("the column {name:?} is not known; these are: {known}");
        RowError::new(1, name, "unknown_column", &[name, &known], why)
    }));
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

fn join(header: &csv::StringRecord) -> String {
    header.iter().collect::<Vec<_>>().join(", ")
}

fn whole(message: String) -> RowError {
    RowError::new(0, "", "unreadable", &[], message)
}

impl<'a> Row<'a> {
    /// The cell, `None` where it is empty or there is no such column.
    fn cell(&self, column: &str) -> Option<&'a str> {
        let index = *self.columns.get(column)?;
        self.record.get(index).filter(|cell| !cell.is_empty())
    }

    fn refuse<T>(&mut self, column: &str, code: &str, values: &[&str], message: String) -> Option<T> {
        self.errors
            .push(RowError::new(self.line, column, code, values, message));
        None
    }

    fn needed(&mut self, column: &str) -> Option<&'a str> {
        let cell = self.cell(column);
        if cell.is_none() {
            self.refuse::<()>(column, "empty", &[], "is empty".into());
        }
        cell
    }

    fn key(&mut self, column: &str) -> Option<String> {
        let cell = self.needed(column)?;
        if cell != key_of(cell) || cell.chars().count() > 64 {
            let why = format!("{cell:?} can't be an id: at most 64 characters, none of / \\ ; ? # %");
            return self.refuse(column, "bad_id", &[cell], why);
        }
        Some(cell.to_owned())
    }

    fn list(&self, column: &str) -> Vec<String> {
        let cell = self.cell(column).unwrap_or_default();
        cell.split(';')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    }

    fn degrees(&mut self, column: &str, most: f64) -> Option<i64> {
        let cell = self.needed(column)?;
        match cell.parse::<f64>() {
            Ok(degrees) if degrees.abs() <= most => Some((degrees * 1e9).round() as i64),
            Ok(_) => self.refuse(
                column,
                "beyond",
                &[cell, &most.to_string()],
                format!("{cell} lies beyond {most} degrees: are lat and lon swapped?"),
            ),
            Err(_) => {
                let why = format!("{cell:?} is no number of degrees: write 31.2304");
                self.refuse(column, "no_degrees", &[cell], why)
            }
        }
    }

    fn flag(&mut self, column: &str) -> Option<bool> {
        match self.cell(column) {
            None | Some("0" | "no" | "false") => Some(false),
            Some("1" | "yes" | "true") => Some(true),
            Some(other) => self.refuse(column, "no_flag", &[other], format!("{other:?} is neither yes nor no")),
        }
    }

    /// A phone number as its digits; spaces, hyphens and brackets are how people write it.
    fn digits(&mut self, column: &str) -> Option<Option<String>> {
        let Some(cell) = self.cell(column) else {
            return Some(None);
        };
        match phone_digits(cell) {
            Some(digits) => Some(Some(digits)),
            None => self.refuse(column, "no_phone", &[cell], format!("{cell:?} is no phone number")),
        }
    }
}

/// The digits of a phone number as people write it; `None` where it is none.
pub fn phone_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let dressing = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | '+' | '(' | ')' | '.' | '/');
    ((5..=20).contains(&digits.len()) && text.chars().all(dressing)).then_some(digits)
}

#[cfg(test)]
mod tests;
