use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::{Value, json};

use super::{WorldError, WorldResult, error::Doing, process::LineProcess};

/// Longest wait until a server listens.
const START_WAIT: Duration = Duration::from_secs(30);
/// Longest wait for a command.
const COMMAND_WAIT: Duration = Duration::from_secs(60);

/// A server on its data folder.
pub struct Server {
    binary: PathBuf,
    data: PathBuf,
    /// `host:port`; kept over restarts, since the phones know it.
    listen: String,
    /// Further arguments, at every start.
    more: Vec<String>,
    process: Option<LineProcess>,
}

impl Server {
    /// Starts a demo's server at an instant; `listen` may name port 0.
    ///
    /// # Errors
    /// If it does not listen in time.
    pub fn start(binary: &Path, data: &Path, listen: &str, at_ms: i64) -> WorldResult<Self> {
        Self::start_with(binary, data, listen, at_ms, &[])
    }

    /// As [`Server::start`], with further arguments.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_with(binary: &Path, data: &Path, listen: &str, at_ms: i64, more: &[&str]) -> WorldResult<Self> {
        fs::create_dir_all(data).doing(|| format!("making {}", data.display()))?;
        let mut server = Self {
            binary: binary.to_owned(),
            data: data.to_owned(),
            listen: listen.to_owned(),
            more: more.iter().map(|&argument| argument.to_owned()).collect(),
            process: None,
        };
        server.launch(at_ms)?;
        Ok(server)
    }

    /// Starts again on the same folder and address, after [`Server::kill`]. A demo's clock begins at `at_ms`.
    ///
    /// # Errors
    /// If it does not listen in time.
    pub fn restart(&mut self, at_ms: i64) -> WorldResult<()> {
        self.kill();
        self.launch(at_ms)
    }

    fn launch(&mut self, at_ms: i64) -> WorldResult<()> {
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", &self.listen, "--demo", "--demo-clock", &rfc3339(at_ms)])
            .args(&self.more);
        // What the tests are told by, such as ONBEAT_SEED, is no configuration of the server's.
        for (name, _) in env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"ONBEAT_")) {
            command.env_remove(name);
        }
        let process = LineProcess::spawn("server", command, &self.data.join("server.log"))?;
        loop {
            let line = process.read(START_WAIT)?;
            if let Some((_, address)) = line.split_once("listening on ") {
                let address = address.trim().trim_end_matches('/');
                self.listen = address.rsplit("//").next().unwrap_or_default().to_owned();
                break;
            }
        }
        self.process = Some(process);
        Ok(())
    }

    /// Kills it with -9.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// `http://host:port`.
    pub fn address(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// One command over the control socket.
    ///
    /// # Errors
    /// If there is no server, or it refuses.
    pub fn control(&self, command: &Value) -> WorldResult<Value> {
        let talking = || format!("talking to the server's socket in {}", self.data.display());
        let mut socket = UnixStream::connect(self.data.join("onbeat.sock")).doing(talking)?;
        socket.set_read_timeout(Some(COMMAND_WAIT)).doing(talking)?;
        socket.write_all(format!("{command}\n").as_bytes()).doing(talking)?;
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).doing(talking)?;
        let answer: Value = serde_json::from_str(&line).unwrap_or_default();
        answer.get("ok").cloned().ok_or_else(|| WorldError::Command {
            command: command.to_string(),
            message: line,
        })
    }

    /// Sets a demo's clock.
    ///
    /// # Errors
    /// As [`Server::control`].
    pub fn set_clock(&self, at_ms: i64) -> WorldResult<()> {
        self.control(&json!({"do": "clock_set", "at_ms": at_ms})).map(drop)
    }

    /// `onbeat …` beside this server; its standard output.
    ///
    /// # Errors
    /// [`WorldError::Command`] with what it says.
    pub fn command(&self, arguments: &[&str]) -> WorldResult<String> {
        self.run(Command::new(&self.binary).args(arguments).arg("--data").arg(&self.data))
    }

    /// `onbeat verify` of a log's copy.
    ///
    /// # Errors
    /// [`WorldError::Command`] with what does not hold.
    pub fn verify(&self, export: &Path, keys: &Path) -> WorldResult<()> {
        let mut command = Command::new(&self.binary);
        self.run(command.arg("verify").arg(export).arg("--keys").arg(keys))
            .map(drop)
    }

    fn run(&self, command: &mut Command) -> WorldResult<String> {
        let output = command
            .output()
            .doing(|| format!("running {}", self.binary.display()))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(said);
        }
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        Err(WorldError::Command {
            command: arguments.join(" "),
            message: format!("{}{said}", String::from_utf8_lossy(&output.stderr))
                .trim()
                .to_owned(),
        })
    }

    /// A fresh enrolment link for a rep's phone.
    ///
    /// # Errors
    /// As [`Server::command`].
    pub fn enrolment_link(&self, rep: &str) -> WorldResult<String> {
        let text = self.command(&["enrol", rep, "--format", "json"])?;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let link = answer["link"].as_str().map(ToOwned::to_owned);
        link.ok_or_else(|| WorldError::Answer {
            who: "onbeat enrol".into(),
            lacks: "link",
            answer,
        })
    }

    /// Most memory it has held so far, in MiB; none where the system does not tell.
    pub fn rss_peak_mb(&self) -> Option<f64> {
        self.process()?.rss_peak_mb()
    }

    /// Its process, while there is one.
    pub fn process(&self) -> Option<Process> {
        Some(Process(self.process.as_ref()?.id()))
    }
}

/// A process, as the system tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Process(u32);

impl Process {
    /// One that was started.
    pub fn of(child: &std::process::Child) -> Self {
        Self(child.id())
    }

    pub(super) fn numbered(id: u32) -> Self {
        Self(id)
    }

    /// CPU time that its main thread has used so far, as of when it last waited; none where the system does not tell.
    pub fn main_thread_cpu(self) -> Option<Duration> {
        // <https://docs.kernel.org/scheduler/sched-stats.html>: the first field, in nanoseconds.
        let stat = fs::read_to_string(format!("/proc/{}/schedstat", self.0)).ok()?;
        let nanoseconds = stat.split_whitespace().next()?.parse().ok()?;
        Some(Duration::from_nanos(nanoseconds))
    }

    /// Most memory it has held so far, in MiB; none where the system does not tell.
    pub fn rss_peak_mb(self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kib / 1024.0)
    }

    /// CPU time it has used so far, in user mode and in the system's; nothing where the system does not tell.
    pub fn cpu(self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        // proc_pid_stat(5): the name, in brackets, is the second field; utime and stime are the 14th and 15th, in
        // hundredths of a second.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
        Duration::from_millis(10 * ticks.sum::<u64>())
    }
}

fn rfc3339(at_ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(at_ms).map_or_else(|| at_ms.to_string(), |at| at.to_rfc3339())
}
