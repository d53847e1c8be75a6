use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{Server, WorldResult, error::Doing};
use crate::story::{DayStory, Story, ZONE};

/// Somebody who can log in.
#[derive(Debug, Clone, Serialize)]
pub struct Login {
    /// `admin`, `supervisor`, `clerk` or `auditor`.
    pub role: String,
    /// Log-in name.
    pub user: String,
    /// Made for this folder.
    pub password: String,
    /// Team, for a supervisor; else empty.
    #[serde(skip)]
    pub team: String,
}

/// Team of a rep: the boroughs north and south of the East River.
pub(super) fn team_of(day: &DayStory) -> &'static str {
    match day.district {
        "Manhattan" | "Bronx" => "north",
        _ => "south",
    }
}

/// Imports policy, districts, customers and people by the commands that an admin uses, and records the duties
/// as a demo's.
///
/// # Errors
/// Of the command that failed.
pub fn set_up(server: &Server, story: &Story, files: &Path) -> WorldResult<Vec<Login>> {
    fs::create_dir_all(files).doing(|| format!("making {}", files.display()))?;
    let logins = logins()?;
    let imports = [
        ("policy", "toml", format!("[window]\nzone = \"{ZONE}\"\n")),
        ("districts", "geojson", story.map.to_geojson()),
        ("customers", "csv", customers_csv(story)),
        ("users", "csv", users_csv(story, &logins)),
    ];
    for (kind, extension, text) in imports {
        let file: PathBuf = files.join(kind).with_extension(extension);
        fs::write(&file, text).doing(|| format!("writing {}", file.display()))?;
        server.command(&["import", kind, &file.to_string_lossy()])?;
    }
    server.command(&["duties", "record", "--demo"])?;
    Ok(logins)
}

fn logins() -> WorldResult<Vec<Login>> {
    let people = [
        ("admin", "admin", ""),
        ("supervisor", "nora", "north"),
        ("supervisor", "stan", "south"),
        ("clerk", "clara", ""),
        ("auditor", "otto", ""),
    ];
    let login = |(role, user, team): (&str, &str, &str)| {
        Ok(Login {
            role: role.into(),
            user: user.into(),
            password: password()?,
            team: team.into(),
        })
    };
    people.into_iter().map(login).collect()
}

fn password() -> WorldResult<String> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| std::io::Error::other(error.to_string()))
        .doing(|| "drawing a password".into())?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a string takes everything
        text
    }))
}

fn customers_csv(story: &Story) -> String {
    let row = |c: &crate::story::Customer| {
        format!(
            "{},{},{:.7},{:.7},{},{}\n",
            c.id, c.name, c.place.lat, c.place.lon, c.landline, c.confirmed
        )
    };
    let rows: String = story.customers.iter().map(row).collect();
    format!("id,name,lat,lon,landline,place_confirmed\n{rows}")
}

fn users_csv(story: &Story, logins: &[Login]) -> String {
    let login = |l: &Login| format!("{},{},{},{},,,{}\n", l.user, l.user, l.role, l.team, l.password);
    let rep = |day: &DayStory| {
        let own = story.customers.iter().filter(|c| c.rep == day.rep);
        let customers = own.map(|c| c.id.as_str()).collect::<Vec<_>>().join(";");
        format!(
            "{},{},rep,{},{},{customers},\n",
            day.rep,
            day.name,
            team_of(day),
            day.district
        )
    };
    let rows: String = logins.iter().map(login).chain(story.days.iter().map(rep)).collect();
    format!("user,name,role,team,districts,customers,password\n{rows}")
}
