//! What will happen at which virtual time: scripted signers, reminders, delayed callbacks.
//!
//! One task works the agenda in order of time, ties in order of entry, so that scripted signers act in a fixed order. Long calls to other
//! servers run beside it, so that a slow receiver delays nobody.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{Notify, watch};

use crate::sandbox::Sandbox;
use crate::sync::lock;

type Job = Box<dyn FnOnce(Sandbox) -> BoxFuture<'static, ()> + Send>;

/// Jobs by due time, and how many are running now.
pub(crate) struct Agenda {
    queue: Mutex<Queue>,
    changed: Notify,
    running: watch::Sender<usize>,
}

#[derive(Default)]
struct Queue {
    jobs: BTreeMap<(DateTime<Utc>, u64), Job>,
    next: u64,
}

/// Keeps the sandbox counted as busy while it lives.
pub(crate) struct Busy {
    running: watch::Sender<usize>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.running.send_modify(|running| *running = running.saturating_sub(1));
    }
}

impl Agenda {
    pub(crate) fn new() -> Self {
        Self { queue: Mutex::default(), changed: Notify::new(), running: watch::Sender::new(0) }
    }

    /// Enters a job; one that is due already runs as soon as those before it ended.
    pub(crate) fn at<F, Fut>(&self, due: DateTime<Utc>, job: F)
    where
        F: FnOnce(Sandbox) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let mut queue = lock(&self.queue);
        let key = (due, queue.next);
        queue.next += 1;
        queue.jobs.insert(key, Box::new(|sandbox| job(sandbox).boxed()));
        drop(queue);
        self.changed.notify_one();
    }

    /// Drops everything that has not begun.
    pub(crate) fn clear(&self) {
        lock(&self.queue).jobs.clear();
    }

    /// Counts the sandbox as busy until the returned value is dropped.
    pub(crate) fn busy(&self) -> Busy {
        self.running.send_modify(|running| *running += 1);
        Busy { running: self.running.clone() }
    }

    fn next_due(&self) -> Option<DateTime<Utc>> {
        lock(&self.queue).jobs.first_key_value().map(|((due, _), _)| *due)
    }

    /// The first due job; busy is counted before the queue is unlocked, so that `settled` cannot look between the two.
    fn take_due(&self, now: DateTime<Utc>) -> Option<(Job, Busy)> {
        let mut queue = lock(&self.queue);
        let first = queue.jobs.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        Some((first.remove(), self.busy()))
    }

    /// Waits until nothing is due and nothing runs; `false` when that took longer than `at_most`.
    pub(crate) async fn settled(&self, sandbox: &Sandbox, at_most: Duration) -> bool {
        let quiet = async {
            let mut running = self.running.subscribe();
            loop {
                let idle = *running.borrow_and_update() == 0;
                let due = self.next_due().is_some_and(|due| due <= sandbox.now());
                if idle && !due {
                    return;
                }
                // A due job that has not begun raises the count when it does, so waiting for a change cannot miss it.
                if running.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(at_most, quiet).await.is_ok()
    }
}

/// Works the agenda until the sandbox stops.
pub(crate) async fn run(sandbox: Sandbox) {
    let stopped = sandbox.stopped();
    let work = async {
        loop {
            let agenda = sandbox.agenda();
            if let Some((job, busy)) = agenda.take_due(sandbox.now()) {
                job(sandbox.clone()).await;
                drop(busy);
                continue;
            }
            match agenda.next_due() {
                Some(due) => tokio::select! {
                    () = agenda.changed.notified() => {}
                    () = sandbox.clock().sleep_until(due) => {}
                },
                None => agenda.changed.notified().await,
            }
        }
    };
    tokio::select! {
        () = stopped.cancelled() => {}
        () = work => {}
    }
}
