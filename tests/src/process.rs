//! The broker as a process of its own, which can be made to die.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

use crate::client::Client;
use crate::eventually::{PATIENCE, eventually};
use crate::settings::Settings;

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A running broker; it is killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    client: Client,
}

impl Process {
    /// Starts `program serve` and waits until it is ready. With a failpoint, it dies where that says.
    pub async fn serve(program: &Path, settings: &Settings, failpoint: Option<&str>) -> Self {
        let mut command = Command::new(program);
        command.arg("serve").env_clear().envs(settings.environment()).kill_on_drop(true).stdin(Stdio::null());
        if let Some(failpoint) = failpoint {
            command.env("RUBRICA_FAILPOINT", failpoint);
        }
        let bind = settings.by_key().get("server.bind").expect("an address");
        let mut process = Self {
            child: command.spawn().expect("the program starts"),
            client: Client::new(&format!("http://{bind}")),
        };
        let client = process.client.clone();
        eventually("the broker to be ready", async || {
            if let Some(status) = process.child.try_wait().unwrap() {
                panic!("the broker ended before it was ready: {status}");
            }
            let answer = client.get("/health/ready").try_send().await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
        process
    }

    /// A caller of its API without a key.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The most memory that it ever held, in KiB (`VmHWM`). Source: proc(5), `/proc/pid/status`.
    pub fn peak_memory_kib(&self) -> u64 {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the broker ends").unwrap()
    }

    /// Asks it to end (SIGTERM), as whoever runs it does.
    pub async fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await.expect("the program kill");
        assert!(asked.success());
        self.ended().await
    }

    /// Ends it as a power cut would (SIGKILL).
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
