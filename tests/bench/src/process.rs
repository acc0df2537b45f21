//! The processes that a run starts: each ends with its handle, and only those are ended.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks whether a server is ready: what its start-up time is exact to.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// Linux tells processor times in this unit on every architecture that Rust supports (`USER_HZ`).
/// Source: proc(5), `/proc/pid/stat`.
const TICKS_PER_SECOND: u64 = 100;

/// A process that was started here. Dropping it ends it.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

/// Memory of a process, in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// The most that it ever had (`VmHWM`).
    pub peak: u64,
    /// What it has now (`VmRSS`).
    pub now: u64,
}

impl Process {
    /// Starts a program; what it says goes into a file of `folder`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &'static str, command: &mut Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name}: {}", command.get_program().to_string_lossy()))?;
        Ok(Self { name, child, log })
    }

    /// Waits until a GET of `url` is answered with 200; how long that took.
    ///
    /// # Errors
    /// When the process ends, or a minute is over.
    pub async fn ready(&mut self, url: &str) -> Result<Duration> {
        let begun = Instant::now();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        while begun.elapsed() < PATIENCE {
            if let Ok(answer) = http.get(url).send().await
                && answer.status().is_success()
            {
                return Ok(begun.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at its start ({status}):\n{}", self.name, self.last_words());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        bail!("{} is not ready after {} s:\n{}", self.name, PATIENCE.as_secs(), self.last_words())
    }

    /// Its memory.
    ///
    /// # Errors
    /// When it has ended.
    pub fn memory(&self) -> Result<Memory> {
        let status = self.proc("status")?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let value = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
            value.with_context(|| format!("/proc tells no {name}"))
        };
        Ok(Memory { peak: field("VmHWM")?, now: field("VmRSS")? })
    }

    /// The processor time that it has used, exact to 10 ms.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        // The name in parentheses may hold anything; fields are counted behind it. Source: proc(5): 14 utime, 15 stime.
        let (_, fields) = stat.rsplit_once(')').context("an unknown form of /proc/pid/stat")?;
        let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u64>);
        let mut next = || fields.next().context("too few fields in /proc/pid/stat")?.context("no number");
        let ticks = next()?.saturating_add(next()?);
        Ok(Duration::from_millis(ticks.saturating_mul(1000 / TICKS_PER_SECOND)))
    }

    /// The end of what it said.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        std::fs::read_to_string(path).with_context(|| format!("{} has ended:\n{}", self.name, self.last_words()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine that nobody listens at.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_and_ends_with_its_handle() {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start("sleeper", Command::new("sleep").arg("60"), folder.path()).unwrap();
        let id = process.child.id();
        let memory = process.memory().unwrap();
        assert!(memory.now > 0 && memory.peak >= memory.now);
        assert!(process.cpu().unwrap() < Duration::from_secs(1));
        drop(process);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }
}
