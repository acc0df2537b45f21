//! Tells waiting workers and requests that something happened, so that polling may be slow.
//!
//! Only a hint: every waiter also polls. This process is told directly after a commit. Other replicas are told by
//! PostgreSQL's `NOTIFY`, sent by one task after the commit and not inside the transaction: a transaction that notifies
//! takes a lock of the whole cluster at its commit, which would let one commit at a time through.

use std::collections::HashSet;
use std::time::Duration;

use domain::ids::EnvelopeId;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sqlx::postgres::PgListener;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::database::Database;

const CHANNEL: &str = "rubrica";
/// How many envelopes one notification names: a payload has at most 8000 bytes.
const MOST_NAMED: usize = 200;
/// How many changes a slow subscriber may fall behind before it is told that it missed some.
const BACKLOG: usize = 1024;
const RECONNECT: Duration = Duration::from_secs(5);

#[derive(Debug)]
enum Note {
    Jobs,
    Envelope(EnvelopeId),
}

/// Where to learn of new jobs and changed envelopes.
#[derive(Debug)]
pub struct Wakeups {
    jobs: watch::Sender<u64>,
    envelopes: broadcast::Sender<EnvelopeId>,
    relay: Option<mpsc::UnboundedSender<Note>>,
    tasks: Vec<AbortHandle>,
}

impl Drop for Wakeups {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Wakeups {
    pub(crate) fn start(database: &Database) -> Self {
        let (jobs, _) = watch::channel(0);
        let (envelopes, _) = broadcast::channel(BACKLOG);
        let (mut relay, mut tasks) = (None, Vec::new());
        if database.is_postgres() {
            let (sender, notes) = mpsc::unbounded_channel();
            relay = Some(sender);
            tasks.push(tokio::spawn(send(database.clone(), notes)).abort_handle());
            let listening = listen(database.writer().clone(), jobs.clone(), envelopes.clone());
            tasks.push(tokio::spawn(listening).abort_handle());
        }
        Self { jobs, envelopes, relay, tasks }
    }

    /// Changes its value whenever a job may have become claimable.
    #[must_use]
    pub fn jobs(&self) -> watch::Receiver<u64> {
        self.jobs.subscribe()
    }

    /// Gives the id of every envelope that a commit changed. After
    /// [`Lagged`](broadcast::error::RecvError::Lagged) read again what you wait for.
    #[must_use]
    pub fn envelopes(&self) -> broadcast::Receiver<EnvelopeId> {
        self.envelopes.subscribe()
    }

    pub(crate) fn jobs_added(&self) {
        self.jobs.send_modify(|count| *count = count.wrapping_add(1));
        self.pass_on(Note::Jobs);
    }

    pub(crate) fn envelope_changed(&self, envelope: EnvelopeId) {
        // Nobody listening is no failure.
        let _ = self.envelopes.send(envelope);
        self.pass_on(Note::Envelope(envelope));
    }

    fn pass_on(&self, note: Note) {
        if let Some(relay) = &self.relay {
            // The task ends only with this value.
            let _ = relay.send(note);
        }
    }
}

/// Sends what gathered while the notification before was on its way as one notification.
async fn send(database: Database, mut notes: mpsc::UnboundedReceiver<Note>) {
    while let Some(first) = notes.recv().await {
        let (mut jobs, mut envelopes) = (false, HashSet::new());
        let mut next = Some(first);
        while let Some(note) = next {
            match note {
                Note::Jobs => jobs = true,
                Note::Envelope(id) => _ = envelopes.insert(id),
            }
            next = if envelopes.len() < MOST_NAMED { notes.try_recv().ok() } else { None };
        }
        let mut words: Vec<String> = envelopes.iter().map(|id| id.as_uuid().simple().to_string()).collect();
        if jobs {
            words.push("jobs".to_owned());
        }
        let statement = database.statement("SELECT pg_notify($1, $2)", [CHANNEL.into(), words.join(",").into()]);
        if let Err(error) = database.writer().execute_raw(statement).await {
            tracing::debug!(%error, "a notification of other replicas was not sent; they find the work by polling");
        }
    }
}

async fn listen(connection: DatabaseConnection, jobs: watch::Sender<u64>, envelopes: broadcast::Sender<EnvelopeId>) {
    loop {
        let heard = async {
            let mut listener = PgListener::connect_with(connection.get_postgres_connection_pool()).await?;
            listener.listen(CHANNEL).await?;
            loop {
                let notification = listener.recv().await?;
                for word in notification.payload().split(',') {
                    match Uuid::try_parse(word) {
                        Ok(id) => _ = envelopes.send(EnvelopeId::from_uuid(id)),
                        Err(_) => jobs.send_modify(|count| *count = count.wrapping_add(1)),
                    }
                }
            }
        };
        let ended: Result<(), sqlx::Error> = heard.await;
        if let Err(error) = ended {
            tracing::debug!(%error, "listening for other replicas was interrupted; polling goes on");
        }
        tokio::time::sleep(RECONNECT).await;
    }
}
