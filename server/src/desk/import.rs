//! Taking in what a company brings: districts, customers, users, calendar, policy. A file is taken whole or
//! not at all.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use onbeat_core::{
    place::{Datum, NamedShape, read_districts},
    policy::Policy,
    reference::{District, NoGoPlace, Rep, Team},
    time::{Calendar, Schedule},
};
use serde::{Deserialize, Serialize};

use super::{
    Books, Deed, Desk, DeskError, DeskResult, books,
    policy::{self, ValueChanged},
    turn::{self, DocumentTurned, Start, Turned, turn},
    users::{self, UserShown},
};
use crate::{
    auth::Actor,
    files::{self, RowError, import::UserRow},
};

/// Fewest days that positions are kept: what a rep may be asked about is to be looked up.
const FIXES_LEAST_DAYS: u32 = 31;
/// Largest tolerance at an edge, in metres.
const EDGE_TOLERANCE_MAX_M: u32 = 500;

/// A file, with what is to be known about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum File {
    /// GeoJSON (RFC 7946).
    Districts {
        /// The file.
        text: String,
        /// The property that names a district.
        name_property: String,
        /// The coordinates' datum.
        datum: Datum,
        /// Overrides the policy's tolerance, 0-500 m.
        edge_tolerance_m: Option<u32>,
        /// They are no-go places.
        no_go: bool,
    },
    /// CSV, see [`files::import::customers`].
    Customers {
        /// The file.
        text: String,
    },
    /// CSV, see [`files::import::users`].
    Users {
        /// The file.
        text: String,
    },
    /// iCalendar (RFC 5545).
    Calendar {
        /// The file.
        text: String,
    },
    /// `policy.toml`.
    Policy {
        /// The file.
        text: String,
    },
}

impl File {
    /// What it mostly changes.
    fn kind(&self) -> &'static str {
        match self {
            Self::Districts { .. } => "district",
            Self::Customers { .. } => "customer",
            Self::Users { .. } => "user",
            Self::Calendar { .. } => "calendar",
            Self::Policy { .. } => "policy",
        }
    }
}

/// What an import came to, or (dry) would.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Imported {
    /// Nothing was written.
    pub dry_run: bool,
    /// Documents and areas.
    #[serde(flatten)]
    pub turned: Turned,
    /// Dry: the documents one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentTurned>,
    /// Log-ins made or changed; a password that was made is told here, once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserShown>,
    /// Values of the policy that differ from those in force so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<ValueChanged>,
}

/// Imports a file, in force now or since an earlier time; policy or calendar also from a later time on.
///
/// # Errors
/// Every row that can't be used; nothing is taken then. `bad_valid_from`, `too_far_back`, `from_now`.
pub async fn import(
    desk: &Desk,
    actor: &Actor,
    file: File,
    dry_run: bool,
    valid_from: Option<&str>,
) -> DeskResult<Imported> {
    let before = Books::now(desk);
    let start = Start::read(desk, &before, valid_from)?;
    start.allows(file.kind())?;
    let mut deed = Deed::new(actor);
    let mut after = Books::clone(&before);
    let mut users = Vec::new();
    let mut named = BTreeSet::new();
    match file {
        File::Districts {
            text,
            name_property,
            datum,
            edge_tolerance_m,
            no_go,
        } => {
            check_tolerance(edge_tolerance_m)?;
            for district in shapes(text, name_property, datum).await? {
                let (id, name) = (files::import::key_of(&district.name), district.name);
                let shape = deed.blob(district.shape.to_bytes());
                named.insert((if no_go { "no_go" } else { "district" }, id.clone()));
                if no_go {
                    after.no_go.insert(id, NoGoPlace { name, shape });
                } else {
                    let district = District {
                        name,
                        shape,
                        edge_tolerance_m,
                    };
                    after.districts.insert(id, district);
                }
            }
        }
        File::Customers { text } => {
            let rows = files::import::customers(&text).map_err(DeskError::rows)?;
            named.extend(rows.iter().map(|customer| ("customer", customer.id.clone())));
            after
                .customers
                .extend(rows.into_iter().map(|customer| (customer.id.clone(), customer)));
        }
        File::Users { text } => {
            let rows = files::import::users(&text).map_err(DeskError::rows)?;
            let reps = rows.iter().filter_map(|row| match row {
                UserRow::Rep { id, .. } => Some(("rep", id.clone())),
                UserRow::LogIn { .. } => None,
            });
            named.extend(reps);
            users = take_users(&mut deed, desk, &mut after, rows).await?;
        }
        File::Calendar { text } => {
            after.calendar = read_calendar(desk, &after, &text)?;
            named.insert(("calendar", "calendar".to_owned()));
        }
        File::Policy { text } => {
            let policy = files::toml(&text).map_err(|why| DeskError::input("bad_policy", why))?;
            after.policy = check_policy(policy, &after)?;
            named.insert(("policy", "policy".to_owned()));
        }
    }
    let turned = turn(&mut deed, desk, start, (&before, &after), &named)?;
    if dry_run {
        // A password made now is not the one that will be.
        users.iter_mut().for_each(|user| user.password = None);
    } else {
        turn::commit(deed, desk, start).await?;
    }
    Ok(Imported {
        dry_run,
        turned,
        documents: if dry_run {
            turn::differences(&before, &after)
        } else {
            Vec::new()
        },
        users,
        policy: policy::changes(&before.policy, &after.policy),
    })
}

fn check_tolerance(edge_tolerance_m: Option<u32>) -> DeskResult<()> {
    match edge_tolerance_m {
        Some(metres) if metres > EDGE_TOLERANCE_MAX_M => {
            let why = format!("the edge tolerance is 0 to {EDGE_TOLERANCE_MAX_M} m, not {metres}");
            Err(DeskError::input("bad_tolerance", why))
        }
        _ => Ok(()),
    }
}

/// The districts of a file.
///
/// # Errors
/// `bad_geojson`.
pub(super) async fn shapes(text: String, name_property: String, datum: Datum) -> DeskResult<Vec<NamedShape>> {
    let read = move || read_districts(&text, &name_property, datum);
    let shapes = tokio::task::spawn_blocking(read).await;
    let shapes = shapes.map_err(|error| DeskError::environment("failed", error.to_string()))?;
    shapes.map_err(|error| DeskError {
        rows: vec![files::shape_fault(&error)],
        ..DeskError::input("bad_geojson", error.to_string())
    })
}

/// Days are meant in the zone of the company's window.
fn read_calendar(desk: &Desk, books: &Books, text: &str) -> DeskResult<Calendar> {
    let schedule = Schedule::new(&books.policy.window, &books.calendar).map_err(books::bad_policy)?;
    let today = schedule.day_of(desk.now_ms());
    let zone = schedule.zone().parse::<Tz>();
    let zone = zone.map_err(|error| DeskError::input("bad_policy", error.to_string()))?;
    files::ics::read_calendar(text.as_bytes(), zone, today)
        .map_err(|error| DeskError::input("bad_calendar", error.to_string()))
}

/// A policy that can be lived by: its windows can be read, its numbers are numbers.
///
/// # Errors
/// `bad_policy`.
pub(super) fn check_policy(policy: Policy, books: &Books) -> DeskResult<Policy> {
    for rule in std::iter::once(&policy.window).chain(policy.roles.values()) {
        Schedule::new(rule, &books.calendar).map_err(books::bad_policy)?;
    }
    let retention = &policy.retention;
    if retention.fixes_days < FIXES_LEAST_DAYS || retention.days_days < retention.fixes_days {
        let why = format!(
            "retention.fixes_days is at least {FIXES_LEAST_DAYS}, since a day's account can be answered and appealed \
             that long, and retention.days_days is no less than it"
        );
        return Err(DeskError::input("bad_policy", why));
    }
    if let Some((key, _)) = policy::values(&policy)
        .into_iter()
        .find(|(_, value)| is_negative(value))
    {
        return Err(DeskError::input("bad_policy", format!("{key} is less than 0")));
    }
    let kept = serde_json::to_value(&policy)
        .ok()
        .and_then(|kept| serde_json::from_value(kept).ok());
    if kept.as_ref() != Some(&policy) || !(0.5..1.0).contains(&policy.fix.confidence) {
        let why = "a number is infinite or none, or fix.confidence is not between 0.5 and 1";
        return Err(DeskError::input("bad_policy", why));
    }
    Ok(policy)
}

fn is_negative(value: &serde_json::Value) -> bool {
    value.as_f64().is_some_and(|number| number < 0.0)
}

/// Log-ins into cells, reps and their new teams into the books.
async fn take_users(deed: &mut Deed, desk: &Desk, after: &mut Books, rows: Vec<UserRow>) -> DeskResult<Vec<UserShown>> {
    let (mut shown, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        match row {
            UserRow::LogIn {
                user,
                name,
                role,
                teams,
                password,
            } => {
                teams.iter().for_each(|team| add_team(after, team));
                let new = users::NewUser {
                    user,
                    name,
                    role,
                    teams,
                    password,
                };
                shown.push(users::put_in(deed, desk, new).await?);
            }
            UserRow::Rep {
                id,
                row,
                name,
                team,
                districts,
                customers,
            } => {
                add_team(after, &team);
                errors.extend(unknown(row, "districts", &districts, |id| {
                    after.districts.contains_key(id)
                }));
                errors.extend(unknown(row, "customers", &customers, |id| {
                    after.customers.contains_key(id)
                }));
                let role = after.reps.get(&id).and_then(|rep| rep.role.clone());
                let rep = Rep {
                    name,
                    team,
                    role,
                    districts,
                    customers,
                };
                after.reps.insert(id, rep);
            }
        }
    }
    if errors.is_empty() {
        Ok(shown)
    } else {
        Err(DeskError::rows(errors))
    }
}

fn add_team(after: &mut Books, team: &str) {
    let name = team.to_owned();
    after.teams.entry(team.into()).or_insert(Team { name });
}

fn unknown(row: u64, column: &str, ids: &[String], known: impl Fn(&String) -> bool) -> Vec<RowError> {
    let lacking = ids.iter().filter(|id| !known(id));
    lacking
        .map(|id| {
            let why = format!("there is no {id:?}: import {column} first");
            RowError::new(row, column, "unknown", &[id], why)
        })
        .collect()
}
