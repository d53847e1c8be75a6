//! A PostgreSQL of a test's own, from Debian's packages: on a Unix socket in a temporary folder. It ends with the
//! test, also with one that fails. The end-to-end tests have this file too.

use std::{
    fs::{self, Permissions},
    io::Write,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A running server, and what it keeps.
pub(crate) struct Cluster {
    /// How it is reached.
    pub(crate) url: String,
    folder: TempDir,
    postgres: PathBuf,
    options: Vec<String>,
    server: Child,
}

impl Cluster {
    /// Starts one.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::start_on(5432, &postgres(), options)
    }

    /// Starts one by a program that stands in for PostgreSQL's.
    pub(crate) fn start_by(postgres: &Path) -> Self {
        Self::start_on(5432, postgres, &[])
    }

    /// The port is part of the socket's name.
    fn start_on(port: u16, postgres: &Path, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some((user, group)) = owner() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let made = program("initdb")
            .args([
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(folder.path().join("data"))
            .status();
        assert!(made.unwrap().success(), "initdb");
        let socket = folder.path().display().to_string().replace('/', "%2F");
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let server = spawn(postgres, folder.path(), &options);
        let mut cluster = Self {
            url: format!("postgres://postgres@{socket}:{port}/postgres"),
            folder,
            postgres: postgres.to_owned(),
            options,
            server,
        };
        cluster.wait();
        cluster
    }

    /// Starts one that also listens on a port of this machine, with TLS by a certificate and its key (PEM); the port.
    pub(crate) fn start_with_tls(certificate: &str, key: &str) -> (Self, u16) {
        let files = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = files.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = owner() {
                chown(&path, Some(user), Some(group)).unwrap();
                chown(files.path(), Some(user), Some(group)).unwrap();
            }
            path.display().to_string()
        };
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (certificate, key) = (file("tls.crt", certificate), file("tls.key", key));
        let options = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={certificate}"),
            format!("ssl_key_file={key}"),
        ];
        let cluster = Self::start_on(port, &postgres(), &options.each_ref().map(String::as_str));
        (cluster, port)
    }

    /// Runs statements; the rows that they answer, a line each.
    pub(crate) fn sql(&self, statements: &str) -> String {
        sql(&self.url, statements)
    }

    /// Ends it: with `QUIT` as `pg_ctl stop -m immediate` does, with `KILL` as the kernel does.
    pub(crate) fn kill(&mut self, signal: &str) {
        send(signal, self.server.id());
        let _ = self.server.wait();
    }

    /// Starts it again on what it keeps.
    pub(crate) fn restart(&mut self) {
        self.server = spawn(&self.postgres, self.folder.path(), &self.options);
        self.wait();
    }

    /// Stops all its processes where they are, or has them go on.
    pub(crate) fn pause(&self, paused: bool) {
        let server = self.server.id();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap_or_default();
        let signal = if paused { "STOP" } else { "CONT" };
        for process in children
            .split_whitespace()
            .map(|id| id.parse().unwrap())
            .chain([server])
        {
            send(signal, process);
        }
    }

    /// Until it takes connections. Where it was killed, those of its processes that are still there hold it up.
    fn wait(&mut self) {
        let begun = Instant::now();
        let is_ready = || {
            let mut asked = program("pg_isready");
            asked.arg("-q").arg("-d").arg(&self.url);
            asked.status().unwrap().success()
        };
        while !is_ready() {
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start");
            sleep(Duration::from_millis(20));
            if self.server.try_wait().unwrap().is_some() {
                self.server = spawn(&self.postgres, self.folder.path(), &self.options);
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.pause(false);
        // What it leaves is thrown away.
        self.kill("QUIT");
    }
}

/// As [`Cluster::sql`], by a URL.
pub(crate) fn sql(url: &str, statements: &str) -> String {
    let mut psql = program("psql");
    psql.args(["-qAt", "-v", "ON_ERROR_STOP=1", "-d", url]);
    let mut running = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = running.stdin.take().unwrap();
    let statements = statements.to_owned();
    let writing = thread::spawn(move || input.write_all(statements.as_bytes()));
    let answered = running.wait_with_output().unwrap();
    assert!(answered.status.success(), "psql");
    writing.join().unwrap().unwrap();
    String::from_utf8(answered.stdout).unwrap()
}

fn spawn(postgres: &Path, folder: &Path, options: &[String]) -> Child {
    let mut server = as_owner(postgres);
    server
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-c", "listen_addresses=", "-c", "max_connections=300", "-k"])
        .arg(folder);
    for option in options {
        server.args(["-c", option]);
    }
    server.spawn().unwrap()
}

/// The server's program.
pub(crate) fn postgres() -> PathBuf {
    programs().join("postgres")
}

/// One of its programs.
pub(crate) fn program(name: &str) -> Command {
    as_owner(&programs().join(name))
}

/// A program as the user who may run it: the server refuses to run as root. It prints nothing.
fn as_owner(program: &Path) -> Command {
    let mut command = match owner() {
        None => Command::new(program),
        Some(_) => {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"])
                .arg(program);
            command
        }
    };
    command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Where Debian puts the newest version's programs.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("apt-get install postgresql");
    let newest = versions.map(|version| version.unwrap().path()).max();
    newest.expect("apt-get install postgresql").join("bin")
}

/// User and group that the server runs as, where that is not who runs the test.
fn owner() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let id = |which: &str| {
        let id = Command::new("id").args([which, "postgres"]).output().unwrap();
        String::from_utf8(id.stdout).unwrap().trim().parse().unwrap()
    };
    Some((id("-u"), id("-g")))
}

fn send(signal: &str, process: u32) {
    let _ = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(process.to_string())
        .stderr(Stdio::null())
        .status();
}
