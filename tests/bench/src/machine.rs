//! What the figures were taken on.

use std::fmt;
use std::process::Command;

/// The machine and the toolchain.
#[derive(Debug)]
pub struct Machine {
    cores: usize,
    processor: String,
    memory_gib: String,
    load: String,
    rustc: String,
    kernel: String,
}

impl Machine {
    /// This machine, as far as it tells.
    pub fn here() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let unknown = || "unknown".to_owned();
        let processor = read("/proc/cpuinfo")
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.trim().to_owned()));
        let memory = read("/proc/meminfo").lines().find_map(|line| {
            let kib: u32 = line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Some(format!("{:.0}", f64::from(kib) / 1024.0 / 1024.0))
        });
        let rustc = Command::new("rustc").arg("--version").output().ok();
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: processor.unwrap_or_else(unknown),
            memory_gib: memory.unwrap_or_else(unknown),
            load: read("/proc/loadavg").split_whitespace().next().map_or_else(unknown, str::to_owned),
            rustc: rustc
                .and_then(|output| String::from_utf8(output.stdout).ok())
                .map_or_else(unknown, |text| text.trim().to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let build = if cfg!(debug_assertions) { "debug build: the figures mean nothing" } else { "release build" };
        write!(
            f,
            "{} cores ({}), {} GiB, Linux {}, load {} at the start; {}; {build}",
            self.cores, self.processor, self.memory_gib, self.kernel, self.load, self.rustc
        )
    }
}
