use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

use super::{WorldError, WorldResult, error::Doing};

/// Lines that may wait to be read; a process that writes more waits.
const LINES_WAITING: usize = 1024;

/// A process that speaks in lines. It is killed when it is dropped.
pub(super) struct LineProcess {
    who: String,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: PathBuf,
}

impl LineProcess {
    /// Starts it; its standard error is appended to a file.
    pub(super) fn spawn(who: &str, mut command: Command, stderr: &Path) -> WorldResult<Self> {
        let starting = || format!("starting {who}");
        let errors = File::options().create(true).append(true).open(stderr).doing(starting)?;
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().doing(starting)?;
        let stdout = child.stdout.take().expect("standard output is piped");
        let (sender, lines) = sync_channel(LINES_WAITING);
        // Ends with the process, or when nobody listens any more.
        thread::spawn(move || {
            let read = BufReader::new(stdout).lines().map_while(Result::ok);
            read.map_while(|line| sender.send(line).ok()).for_each(drop);
        });
        Ok(Self {
            who: who.to_owned(),
            stdin: child.stdin.take(),
            child,
            lines,
            stderr: stderr.to_owned(),
        })
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a line.
    pub(super) fn write(&mut self, line: &str) -> WorldResult<()> {
        let stdin = self.stdin.as_mut().expect("standard input is open until the end");
        let written = stdin
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| stdin.flush());
        written.map_err(|_| self.ended())
    }

    /// Waits for a line.
    pub(super) fn read(&self, wait: Duration) -> WorldResult<String> {
        self.lines.recv_timeout(wait).map_err(|error| match error {
            RecvTimeoutError::Disconnected => self.ended(),
            RecvTimeoutError::Timeout => WorldError::Silent {
                who: self.who.clone(),
                waited: wait,
                last_words: self.last_words(),
            },
        })
    }

    /// Kills it with -9, at whatever it is doing, and waits until it is gone.
    pub(super) fn kill(mut self) {
        self.end();
    }

    /// Waits until it is gone by itself, and whoever watches it too; kills what says nothing for `wait` and goes on.
    pub(super) fn finish(mut self, wait: Duration) {
        let last = loop {
            if let Err(last) = self.lines.recv_timeout(wait) {
                break last;
            }
        };
        // Its output is closed before its files are unlocked.
        if last == RecvTimeoutError::Timeout || self.child.wait().is_err() {
            self.end();
        }
    }

    /// Kills it with -9; the whole lines that it wrote before and nobody has read.
    pub(super) fn kill_and_drain(mut self) -> Vec<String> {
        self.end();
        self.lines.iter().collect()
    }

    fn end(&mut self) {
        // Both fail only for a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn ended(&self) -> WorldError {
        WorldError::Ended {
            who: self.who.clone(),
            last_words: self.last_words(),
        }
    }

    fn last_words(&self) -> String {
        let all = fs::read(&self.stderr).unwrap_or_default();
        let tail = &all[all.len().saturating_sub(2_000)..];
        String::from_utf8_lossy(tail).trim().to_owned()
    }
}

impl Drop for LineProcess {
    fn drop(&mut self) {
        self.end();
    }
}
