use std::{fs, path::Path};

use serde_json::Value;

use super::{Binaries, Player, Script, Server, WorldResult, error::Doing, script::records, set_up};
use crate::story::{Story, at};

/// Differences told at most: after the first, the rest mostly follow from it.
const DIFFERENCES_MAX: usize = 5;

/// A server that is set up and waits for the phone of one rep, in whatever language it is written.
pub struct Stage {
    server: Server,
    link: String,
}

impl Stage {
    /// Starts a server on a fresh folder at seven in the morning, with the story's people, for the phone of its first rep.
    ///
    /// # Errors
    /// Whatever part did not do what it was told.
    pub fn start(story: &Story, binaries: &Binaries, folder: &Path) -> WorldResult<Self> {
        let server = Server::start(&binaries.onbeat, &folder.join("server"), "127.0.0.1:0", at("07:00"))?;
        set_up(&server, story, &folder.join("import"))?;
        let link = server.enrolment_link(story.days[0].rep)?;
        Ok(Self { server, link })
    }

    /// What the phone is enrolled by.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Sets the server's clock.
    ///
    /// # Errors
    /// Of the server.
    pub fn set_clock(&self, at_ms: i64) -> WorldResult<()> {
        self.server.set_clock(at_ms)
    }

    /// `onbeat …` beside the server; its standard output.
    ///
    /// # Errors
    /// Of the command.
    pub fn command(&self, arguments: &[&str]) -> WorldResult<String> {
        self.server.command(arguments)
    }

    /// Checks a log's copy by `onbeat verify`, with the server's keys.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, export: &Path) -> WorldResult<()> {
        let keys = export.with_extension("keys.json");
        fs::write(&keys, self.server.command(&["export", "keys"])?).doing(|| format!("writing {}", keys.display()))?;
        self.server.verify(export, &keys)
    }
}

/// The records that a phone of Rust writes when it plays a script: what every phone must.
///
/// # Errors
/// Of the phone or the server.
pub fn played(script: &Script, story: &Story, binaries: &Binaries, folder: &Path) -> WorldResult<Vec<Value>> {
    let stage = Stage::start(story, binaries, folder)?;
    let mut player = Player::new(story.days[0].rep, &binaries.player, &folder.join("phone"));
    let export = script.play(&stage, &mut player)?;
    Ok(records(&export))
}

/// Where the records of a log's copy are not as they should be.
pub fn differences(wanted: &[Value], export: &str) -> Vec<String> {
    let told = records(export);
    let mut differences: Vec<String> = wanted
        .iter()
        .zip(&told)
        .enumerate()
        .filter(|(_, (wanted, told))| wanted != told)
        .map(|(n, (wanted, told))| format!("record {}: {told}, wanted {wanted}", n + 1))
        .take(DIFFERENCES_MAX)
        .collect();
    if wanted.len() != told.len() {
        differences.push(format!("{} records, wanted {}", told.len(), wanted.len()));
    }
    differences
}
