use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::{Process, WorldError, WorldResult, error::Doing, process::LineProcess};

/// Longest wait for one answer: a sync of a whole day, on a busy machine.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Commands sent before their answers are read: together they fit into a pipe, so neither side waits for
/// the other.
const PIPELINED_MAX: usize = 32;

/// A phone: its folder, and the process that plays it.
pub struct Player {
    name: String,
    binary: PathBuf,
    folder: PathBuf,
    process: Option<LineProcess>,
}

impl Player {
    /// A phone on a folder; it is not switched on.
    pub fn new(name: &str, binary: &Path, folder: &Path) -> Self {
        Self {
            name: name.to_owned(),
            binary: binary.to_owned(),
            folder: folder.to_owned(),
            process: None,
        }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts the app.
    ///
    /// # Errors
    /// If there is no such program, or no such folder.
    pub fn start(&mut self) -> WorldResult<()> {
        fs::create_dir_all(&self.folder).doing(|| format!("making {}", self.folder.display()))?;
        self.launch(Command::new(&self.binary))
    }

    /// Starts the app under `strace`, which writes what it waits for the disk for, and what it answers, to a file.
    ///
    /// # Errors
    /// If there is no such program.
    pub fn start_traced(&mut self, trace: &Path) -> WorldResult<()> {
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o"]);
        command.arg(trace).arg(&self.binary);
        self.launch(command)
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<Process> {
        Some(Process::numbered(self.process.as_ref()?.id()))
    }

    fn launch(&mut self, mut command: Command) -> WorldResult<()> {
        command.arg("--dir").arg(&self.folder);
        let stderr = self.folder.with_extension("log");
        self.process = Some(LineProcess::spawn(
            &format!("phone of {}", self.name),
            command,
            &stderr,
        )?);
        Ok(())
    }

    /// Kills the app with -9.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Ends the app in good order.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn exit(&mut self) -> WorldResult<()> {
        if self.process.is_some() {
            self.ask(json!({"do": "exit"}))?;
            if let Some(process) = self.process.take() {
                process.finish(ANSWER_WAIT);
            }
        }
        Ok(())
    }

    /// One command and its answer.
    ///
    /// # Errors
    /// [`WorldError::Refused`], or that of a process that is gone or silent.
    pub fn ask(&mut self, command: Value) -> WorldResult<Value> {
        let answer = self.ask_all(std::slice::from_ref(&command))?;
        Ok(answer.into_iter().next().unwrap_or_default())
    }

    /// Many commands, sent ahead of their answers.
    ///
    /// # Errors
    /// The first that was refused, or that of a process that is gone or silent.
    pub fn ask_all(&mut self, commands: &[Value]) -> WorldResult<Vec<Value>> {
        if commands.is_empty() {
            return Ok(Vec::new()); // a phone that is off has nothing to answer
        }
        let name = self.name.clone();
        let process = self.running()?;
        let mut answers = Vec::with_capacity(commands.len());
        for batch in commands.chunks(PIPELINED_MAX) {
            for command in batch {
                process.write(&command.to_string())?;
            }
            for command in batch {
                answers.push(read_answer(&name, command, &process.read(ANSWER_WAIT)?)?);
            }
        }
        Ok(answers)
    }

    /// Sends commands one after the other and kills the app with -9 after a while, at whatever it is doing;
    /// the answers that it gave before.
    ///
    /// # Errors
    /// If the app does not run, or a command was refused.
    pub fn kill_amid(&mut self, commands: &[Value], after: Duration) -> WorldResult<Vec<Value>> {
        let name = self.name.clone();
        let process = self.running()?;
        for command in commands.iter().take(PIPELINED_MAX) {
            process.write(&command.to_string())?;
        }
        thread::sleep(after); // the moment is the point: it comes from the test's seed
        let said = self.process.take().map(LineProcess::kill_and_drain).unwrap_or_default();
        let pairs = commands.iter().zip(&said);
        pairs.map(|(command, line)| read_answer(&name, command, line)).collect()
    }

    /// Copies the folder; the app must not run.
    ///
    /// # Errors
    /// Of the file system.
    pub fn copy_folder(&self, to: &Path) -> WorldResult<()> {
        copy(&self.folder, to).doing(|| format!("copying {}", self.folder.display()))
    }

    /// Puts a copy in place of the folder; the app must not run.
    ///
    /// # Errors
    /// Of the file system.
    pub fn restore_folder(&self, from: &Path) -> WorldResult<()> {
        let restored = fs::remove_dir_all(&self.folder).and_then(|()| copy(from, &self.folder));
        restored.doing(|| format!("restoring {}", self.folder.display()))
    }

    fn running(&mut self) -> WorldResult<&mut LineProcess> {
        let who = || format!("phone of {} (never started)", self.name);
        self.process.as_mut().ok_or_else(|| WorldError::Ended {
            who: who(),
            last_words: String::new(),
        })
    }
}

fn read_answer(name: &str, command: &Value, line: &str) -> WorldResult<Value> {
    let answer: Value = serde_json::from_str(line).unwrap_or_else(|_| json!({ "not_json": line }));
    if let Some(ok) = answer.get("ok") {
        return Ok(ok.clone());
    }
    let said = |field: &str| answer["error"][field].as_str().unwrap_or("?").to_owned();
    let (code, message) = (said("code"), said("message"));
    Err(WorldError::Refused {
        who: format!("phone of {name}"),
        command: command.to_string(),
        code,
        message,
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
