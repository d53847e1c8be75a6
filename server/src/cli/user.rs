use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Common, Format, client::ask, list, say, text};
use crate::{
    auth::Role,
    desk::{
        Command, DeskError, DeskResult,
        users::{NewUser, UserChange},
    },
};

/// What to do about users.
#[derive(Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Add a user; without --password-stdin a password is made and shown once.
    Add {
        /// Log-in name.
        user: String,
        /// What the user may do.
        #[arg(long, value_enum)]
        role: Role,
        /// Name as people say it.
        #[arg(long)]
        name: Option<String>,
        /// Own teams, separated by commas.
        #[arg(long, value_delimiter = ',')]
        teams: Vec<String>,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        common: Common,
    },
    /// List all users.
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Give a new password; sessions and tokens of before end.
    Password {
        /// Log-in name.
        user: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Shut a user out.
    Disable {
        /// Log-in name.
        user: String,
        #[command(flatten)]
        common: Common,
    },
    /// Set a user's own teams.
    Teams {
        /// Log-in name.
        user: String,
        /// Own teams, separated by commas; none to take all away.
        #[arg(value_delimiter = ',')]
        teams: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Make a token for a program that acts as this user.
    Token {
        /// Log-in name.
        user: String,
        /// How long it is good.
        #[arg(long, default_value_t = 90)]
        days: u32,
        #[command(flatten)]
        common: Common,
    },
}

impl UserArgs {
    fn common(&self) -> &Common {
        match &self.what {
            What::Add { common, .. }
            | What::List { common }
            | What::Password { common, .. }
            | What::Disable { common, .. }
            | What::Teams { common, .. }
            | What::Token { common, .. } => common,
        }
    }

    pub(super) fn format(&self) -> Format {
        self.common().format
    }

    fn command(&self) -> DeskResult<Command> {
        Ok(match &self.what {
            What::Add {
                user,
                role,
                name,
                teams,
                password_stdin,
                ..
            } => Command::UserAdd(NewUser {
                user: user.clone(),
                name: name.clone().unwrap_or_else(|| user.clone()),
                role: *role,
                teams: teams.clone(),
                password: password_stdin.then(read_password).transpose()?,
            }),
            What::List { .. } => Command::UserList,
            What::Password {
                user, password_stdin, ..
            } => {
                let password = if *password_stdin {
                    read_password()?
                } else {
                    String::new()
                };
                change(user, |change| change.password = Some(password))
            }
            What::Disable { user, .. } => change(user, |change| change.disabled = Some(true)),
            What::Teams { user, teams, .. } => change(user, |change| change.teams = Some(teams.clone())),
            What::Token { user, days, .. } => Command::UserToken {
                user: user.clone(),
                days: *days,
            },
        })
    }
}

fn change(user: &str, set: impl FnOnce(&mut UserChange)) -> Command {
    let mut change = UserChange::default();
    set(&mut change);
    Command::UserChange {
        user: user.into(),
        change,
    }
}

/// Does it.
pub(super) async fn run(args: &UserArgs) -> DeskResult<()> {
    let common = args.common();
    let answer = ask(&common.place, args.command()?).await?;
    say(common.format, &answer, |answer| match answer {
        Value::Array(users) => users.iter().map(told).collect::<Vec<_>>().join("\n"),
        _ if answer["token"].is_string() => format!("token (shown once): {}", text(answer, "token")),
        _ => told(answer),
    })
}

fn told(user: &Value) -> String {
    let mut line = format!(
        "{:20} {:10} {}",
        text(user, "user"),
        text(user, "role"),
        list(&user["teams"])
    );
    if user["disabled"] == true {
        line += " (disabled)";
    }
    if let Some(password) = user["password"].as_str() {
        line += &format!("\npassword (shown once): {password}");
    }
    line
}

fn read_password() -> DeskResult<String> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| DeskError::environment("input", error.to_string()))?;
    match line.trim_end_matches(['\r', '\n']) {
        "" => Err(DeskError::input("bad_password", "standard input holds no password")),
        password => Ok(password.to_owned()),
    }
}
