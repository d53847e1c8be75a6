use std::sync::Arc;

use serde_json::Value;

use super::Place;
use crate::{
    app::App,
    auth::Actor,
    clock::SystemClock,
    desk::{self, Command, Desk, DeskError, DeskResult},
    folder,
    socket::{self, Line},
};

/// Where commands are carried out.
pub(super) enum Client {
    /// By the server that runs on the folder.
    Server(Line),
    /// Here, since no server runs.
    Here(Desk),
}

impl Client {
    /// Finds the running server, else opens the folder, and its database where one is named.
    ///
    /// # Errors
    /// There is no such folder, another process holds it, a newer onbeat wrote it, or the data stands elsewhere.
    pub(super) async fn open(place: &Place) -> DeskResult<Self> {
        let data = &*place.data;
        if let Some(line) = socket::connect(data).await {
            return Ok(Self::Server(line));
        }
        if !folder::exists(data) {
            let why = format!(
                "{} holds no server's data: start one with onbeat serve --data DIR",
                data.display()
            );
            return Err(DeskError::environment("no_data", why));
        }
        let url = place.database.as_deref();
        folder::check_database(data, url.is_some())?;
        let app = App::open_on(data, url, Arc::new(SystemClock), folder::is_demo(data)).await?;
        Ok(Self::Here(Desk::new(app)))
    }

    /// Has a command carried out.
    ///
    /// # Errors
    /// Of the desk.
    pub(super) async fn ask(&mut self, command: Command) -> DeskResult<Value> {
        match self {
            Self::Server(line) => line.ask(&command).await,
            Self::Here(desk) => desk::run(desk, &Actor::console(), command).await,
        }
    }
}

/// One command on a folder.
///
/// # Errors
/// As [`Client::open`] and [`Client::ask`].
pub(super) async fn ask(place: &Place, command: Command) -> DeskResult<Value> {
    Client::open(place).await?.ask(command).await
}
