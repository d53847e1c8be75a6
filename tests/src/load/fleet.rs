use std::{error::Error, fmt::Write, fs, io, time::Duration};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{FROM_ONE_ADDRESS, Loaded, address, anchored, client, client_from, each};
use crate::{
    figures::Figure,
    raw_phone::{Answer, RawPhone},
    story::{Story, at},
    world::{Binaries, Login, Server, set_up},
};

/// Enrolments at the same time: the server takes eight commands at once.
const AT_ONCE: usize = 8;
const SETTLE_PAUSE: Duration = Duration::from_millis(500);
const SETTLE_TRIES: u32 = 3_600;

/// On what a load is brought.
pub struct Ground<'a> {
    /// The server's program.
    pub binaries: &'a Binaries,
    /// Where the reps work.
    pub story: &'a Story,
    /// A PostgreSQL database that is empty, where the server's data is not to be in its folder.
    pub database: Option<&'a str>,
}

/// A server on a fresh folder, set up, early on the story's day, with a phone for each of many reps.
pub struct Fleet {
    /// All that is made.
    pub folder: TempDir,
    /// The server.
    pub server: Server,
    /// Who can log in, an admin first.
    pub logins: Vec<Login>,
    /// The phones, each of a rep of his own.
    pub phones: Vec<RawPhone>,
}

impl Fleet {
    /// Sets the server up by its own commands, and enrols so many phones by its own links, fifty from an address; they
    /// go on from there, over a new connection for each request.
    ///
    /// # Errors
    /// Of the server.
    pub async fn enrolled(ground: &Ground<'_>, reps: usize) -> Result<Self, Box<dyn Error>> {
        let Ground {
            binaries,
            story,
            database,
        } = ground;
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("server");
        let more = database.map(|url| ["--database", url]);
        let more = more.as_ref().map_or(&[][..], |more| more);
        let server = Server::start_with(&binaries.onbeat, &data, "127.0.0.1:0", at("07:00"), more)?;
        let logins = set_up(&server, story, &folder.path().join("import"))?;
        let file = folder.path().join("reps.csv");
        fs::write(&file, reps_csv(reps))?;
        server.command(&["import", "users", &file.to_string_lossy()])?;
        let phones = enrol(&server, reps).await?;
        Ok(Self {
            folder,
            server,
            logins,
            phones,
        })
    }

    /// Waits until no day is to be folded any more.
    ///
    /// # Errors
    /// Of the server, or if it still folds after half an hour.
    pub async fn settle(&self) -> Result<(), Box<dyn Error>> {
        let (client, url) = (client(), format!("{}/healthz", self.server.address()));
        for _ in 0..SETTLE_TRIES {
            let answer: Value = client.get(&url).send().await?.json().await?;
            if answer["settled"] == true {
                return Ok(());
            }
            tokio::time::sleep(SETTLE_PAUSE).await;
        }
        Err("the server still folds: is the machine busy?".into())
    }

    /// Size of the server's folder.
    ///
    /// # Errors
    /// Of the file system.
    pub(super) fn bytes_on_disk(&self) -> io::Result<u64> {
        let files = fs::read_dir(self.server.data())?.map(|file| file?.metadata());
        files.map(|file| file.map(|file| file.len())).sum()
    }

    /// The most memory that the server held, where the system tells.
    pub(super) fn rss(&self) -> Option<Figure> {
        let rss_mb = self.server.rss_peak_mb()?;
        Some(Figure::new("rss_mb", "the server's memory at most", rss_mb, "MiB"))
    }

    /// The phones, once each has the server's time in its log and that log at the server.
    ///
    /// # Errors
    /// An answer that is no time, or not 200.
    pub async fn anchored_phones(&mut self) -> Result<Vec<RawPhone>, Box<dyn Error>> {
        let anchoring = each(std::mem::take(&mut self.phones), AT_ONCE, async |mut phone| {
            let batch = anchored(&mut phone).await?;
            match phone.push(&batch).await {
                (200, _) => Ok(phone),
                answer => Err(answer),
            }
        });
        let phones: Result<_, Answer> = anchoring.await.into_iter().collect();
        phones.map_err(|answer| format!("a phone was not anchored: {answer:?}").into())
    }

    /// As [`Fleet::anchored_phones`], each with a fix at some times, in pushes of `most` records.
    pub(super) async fn loaded<T: Iterator<Item = i64>>(
        &mut self,
        times_ms: impl Fn() -> T,
        most: usize,
    ) -> Result<Vec<Loaded>, Box<dyn Error>> {
        let phones = self.anchored_phones().await?.into_iter();
        Ok(phones
            .map(|phone| Loaded::with_fixes(phone, times_ms(), most))
            .collect())
    }
}

/// Id of a rep, by the number of his phone.
pub(crate) fn rep_name(n: usize) -> String {
    format!("rep-{n:05}")
}

fn reps_csv(reps: usize) -> String {
    let mut text = "user,name,role,team,districts,customers,password\n".to_owned();
    for n in 0..reps {
        let _ = writeln!(text, "{},Rep {n},rep,south,Queens,,", rep_name(n)); // a string takes everything
    }
    text
}

/// Clients for so many phones, fifty to an address.
fn clients(reps: usize) -> Vec<Client> {
    let first_of_each = (0..reps).step_by(FROM_ONE_ADDRESS);
    first_of_each.map(|n| client_from(address(1, n))).collect()
}

/// Enrols a phone each for so many reps, fifty from an address.
pub(crate) async fn enrol(server: &Server, reps: usize) -> Result<Vec<RawPhone>, Box<dyn Error>> {
    let clients = clients(reps);
    let enrolling = each(0..reps, AT_ONCE, |n| {
        let (link, from) = (link(server, &rep_name(n)), clients[n / FROM_ONE_ADDRESS].clone());
        async move {
            let enrolled = RawPhone::enrol(from, &link?).await;
            enrolled.map_err(|answer| format!("a phone was not enrolled: {answer:?}"))
        }
    });
    let phones: Result<_, String> = enrolling.await.into_iter().collect();
    Ok(phones?)
}

/// By the socket, since a process for each of ten thousand would take an hour.
fn link(server: &Server, rep: &str) -> Result<String, String> {
    let code = server.control(&json!({"do": "enrol", "rep": rep, "minutes": 60}));
    let code = code.map_err(|error| error.to_string())?;
    code["link"]
        .as_str()
        .map(str::to_owned)
        .ok_or(format!("no link for {rep}: {code}"))
}
