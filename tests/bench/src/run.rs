//! The run: what is started, in which order it is measured, and that nothing of it is left behind.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use clap::Args;
use hyper::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::load::{Load, Script};
use crate::machine::Machine;
use crate::postgres::OwnDatabase;
use crate::process::{Process, free_address};
use crate::reference::{DatabaseManifest, FilesManifest, Manifest, ReadManifest};
use crate::report::{Comparison, Footprint, Report, duration, mib};
use crate::rounds::{Side, compare};
use crate::subject::{Created, Setup, Subject, draft, efirma_go, plain, request};
use crate::{in_base64, pdf_file, sink};

/// One MiB.
pub const MIB: usize = 1024 * 1024;
/// Envelopes that are read in turns.
const READ: usize = 32;
/// The size of their document.
const SMALL_DOCUMENT: usize = 20_000;
/// How often a start is timed.
const STARTS: usize = 5;
/// How long an idle broker is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(3);
/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_secs(30 * 60);

/// What is measured, and how long.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The program `rubrica`, of the same kind of build as this one.
    #[arg(long)]
    rubrica: PathBuf,
    /// Where databases and files of the run go: a folder on the disk that shall be measured. They are deleted afterwards.
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
    /// A PostgreSQL server where this user may create databases.
    #[arg(long, env = "TEST_POSTGRES_URL", default_value = "postgres:///postgres?host=/var/run/postgresql")]
    postgres_url: String,
    /// Rounds of each side.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Clients at the same time, for reads and creates.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Reads of a round.
    #[arg(long, default_value_t = 10_000)]
    reads: usize,
    /// Creates of a round.
    #[arg(long, default_value_t = 2_000)]
    creates: usize,
    /// No request of a round begins after so many seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Size of the document that is uploaded and sent, in MiB.
    #[arg(long, default_value_t = 50)]
    mebibytes: usize,
    /// Size of the document that travels as base64 inside JSON, in MiB.
    #[arg(long, default_value_t = 60)]
    base64_mebibytes: usize,
    /// Uploads, and sends, of a round.
    #[arg(long, default_value_t = 4)]
    transfers: usize,
    /// Clients at the same time, for uploads and sends.
    #[arg(long, default_value_t = 2)]
    transfer_clients: usize,
}

/// Measures everything and prints it.
///
/// # Errors
/// When a server does not start or gives a wrong answer, after half an hour, and when it is interrupted.
pub async fn run(args: RunArgs) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("rubrica-bench-").tempdir_in(&args.folder)?;
    let run = Run { binary: args.rubrica.canonicalize().context("there is no program `rubrica`")?, args, folder };
    let report = run.everything().await?;
    println!("\n{report}");
    Ok(())
}

struct Run {
    args: RunArgs,
    binary: PathBuf,
    folder: TempDir,
}

/// The reference's process, and where it answers.
struct Reference {
    process: Process,
    address: SocketAddr,
}

impl Run {
    async fn everything(&self) -> Result<Report> {
        let mut machine = Machine::here().to_string();
        eprintln!("{machine}\n");
        let (process, address) = sink::start(self.folder.path(), self.limit(), false).await?;
        let sink = Reference { process, address };
        let mut comparisons = bounded(self.over_sqlite(sink.address)).await?;
        match OwnDatabase::create(&self.args.postgres_url).await {
            Err(error) => {
                let note = format!("PostgreSQL was NOT measured: {error:#}");
                eprintln!("\n{note}\n");
                machine = format!("{machine}\n{note}");
            }
            Ok(database) => {
                machine = format!("{machine}; PostgreSQL {}", database.version());
                let measured = bounded(self.over_postgres(&database, sink.address)).await;
                // Also after a failure: the database is the run's own.
                database.remove().await?;
                comparisons.extend(measured?);
            }
        }
        let (with_files, mut lines) = bounded(self.with_files(&sink)).await?;
        comparisons.extend(with_files);
        lines.extend(
            bounded(in_base64::measure(&self.binary, &self.folder("base64")?, self.args.base64_mebibytes)).await?,
        );
        lines.splice(0..0, bounded(self.starts(sink.address)).await?);
        Ok(Report { machine, comparisons, footprint: Footprint { lines } })
    }

    async fn over_sqlite(&self, sink: SocketAddr) -> Result<Vec<Comparison>> {
        let folder = self.folder("sqlite")?;
        let url = sqlite_url(&folder);
        self.over_database("SQLite", &self.setup(folder, url, sink)).await
    }

    async fn over_postgres(&self, database: &OwnDatabase, sink: SocketAddr) -> Result<Vec<Comparison>> {
        let setup = self.setup(self.folder("postgres")?, database.url(), sink);
        self.over_database("PostgreSQL", &setup).await
    }

    /// Reads and creates.
    async fn over_database(&self, name: &str, setup: &Setup) -> Result<Vec<Comparison>> {
        let subject = Subject::start(setup).await?;
        let created = subject.create().await?;
        let document = Bytes::from(pdf_file::generate(SMALL_DOCUMENT)?);
        let mut reads = Vec::new();
        for _ in 0..READ {
            let Created { path_id, id, .. } = subject.create().await?;
            subject.upload(&path_id, document.clone()).await?;
            let body = subject.read(&path_id).await?;
            reads.push(ReadManifest { path_id, id, body });
        }
        let ids: Vec<String> = reads.iter().map(|read| read.path_id.clone()).collect();
        let database = DatabaseManifest {
            url: setup.database_url.clone(),
            reads,
            created_id: created.id,
            created_body: created.body,
        };
        let reference = self.start_reference(&setup.folder, Some(database), self.files(&setup.folder, None)).await?;
        let at_most = Duration::from_secs(self.args.seconds);
        let load = |requests| Load { clients: self.args.clients, requests, at_most };
        let read = compare(
            format!("read, {name}"),
            None,
            self.args.rounds,
            load(self.args.reads),
            side(&subject.process, subject.address, subject.reads(ids.clone())),
            side(&reference.process, reference.address, reads_of_reference(reference.address, ids)),
        )
        .await?;
        let create = compare(
            format!("create, {name}"),
            None,
            self.args.rounds,
            load(self.args.creates),
            side(&subject.process, subject.address, subject.creates()),
            side(&reference.process, reference.address, {
                plain(reference.address, Method::POST, "/v1/envelopes", draft().into(), StatusCode::CREATED)
            }),
        )
        .await?;
        Ok(vec![read, create])
    }

    /// Uploads, then sends of what was uploaded, and what memory they took.
    async fn with_files(&self, sink: &Reference) -> Result<(Vec<Comparison>, Vec<(String, String)>)> {
        let folder = self.folder("files")?;
        let document = Bytes::from(pdf_file::generate(self.args.mebibytes.saturating_mul(MIB))?);
        std::fs::write(folder.join("document.pdf"), &document)?;
        let setup = self.setup(folder.clone(), sqlite_url(&folder), sink.address);
        let subject = Subject::start(&setup).await?;
        let reference = self.start_reference(&folder, None, self.files(&folder, Some(sink.address))).await?;
        let mut drafts = Vec::new();
        for _ in 0..self.args.transfers.saturating_mul(self.args.rounds.saturating_add(1)) {
            drafts.push(subject.create().await?.path_id);
        }
        let of_round = |round: usize| -> Vec<String> {
            drafts.iter().skip(round.saturating_mul(self.args.transfers)).take(self.args.transfers).cloned().collect()
        };
        let load = Load {
            clients: self.args.transfer_clients,
            requests: self.args.transfers,
            at_most: Duration::from_secs(self.args.seconds.saturating_mul(6)),
        };
        let size = f64::from(u32::try_from(self.args.mebibytes)?);
        let reference_side = |path: &'static str, body: Bytes, status| {
            side(&reference.process, reference.address, plain(reference.address, Method::POST, path, body, status))
        };
        let before = subject.process.memory()?;
        let upload = compare(
            format!("upload {size} MiB"),
            Some(size),
            self.args.rounds,
            load,
            Side {
                process: &subject.process,
                address: subject.address,
                script: Box::new(|round| subject.uploads(of_round(round), document.clone())),
            },
            reference_side("/upload", document.clone(), StatusCode::CREATED),
        )
        .await?;
        let uploaded = subject.process.memory()?;
        let send = compare(
            format!("send {size} MiB"),
            Some(size),
            self.args.rounds,
            load,
            Side {
                process: &subject.process,
                address: subject.address,
                script: Box::new(|round| subject.sends(of_round(round))),
            },
            reference_side("/send", Bytes::new(), StatusCode::ACCEPTED),
        )
        .await?;
        let sent = subject.process.memory()?;
        let (count, clients) = (drafts.len(), self.args.transfer_clients);
        let lines = vec![
            ("peak memory before the uploads (VmHWM)".to_owned(), mib(before.peak)),
            (format!("peak memory after {count} uploads of {size} MiB, {clients} at a time"), mib(uploaded.peak)),
            (format!("peak memory after {count} sends of {size} MiB, {clients} at a time"), mib(sent.peak)),
            ("memory at the end (VmRSS)".to_owned(), mib(sent.now)),
        ];
        Ok((vec![upload, send], lines))
    }

    /// How long the broker takes to be ready, and what it holds when nobody asks anything of it.
    async fn starts(&self, sink: SocketAddr) -> Result<Vec<(String, String)>> {
        let (mut first, mut again) = (Vec::new(), Vec::new());
        let mut idle = 0;
        for number in 0..STARTS {
            let folder = self.folder(&format!("start-{number}"))?;
            let setup = self.setup(folder.clone(), sqlite_url(&folder), sink);
            first.push(Subject::start(&setup).await?.ready_after);
            let subject = Subject::start(&setup).await?;
            again.push(subject.ready_after);
            if number == 0 {
                tokio::time::sleep(IDLE).await;
                idle = subject.process.memory()?.now;
            }
        }
        let middle = |mut times: Vec<Duration>| {
            times.sort_unstable();
            times.get(times.len() / 2).copied().map_or_else(String::new, duration)
        };
        Ok(vec![
            (format!("start to ready, new SQLite database, median of {STARTS}"), middle(first)),
            (format!("start to ready, existing database, median of {STARTS}"), middle(again)),
            (format!("memory when idle for {} s (VmRSS)", IDLE.as_secs()), mib(idle)),
        ])
    }

    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(folder.join("reference"))?;
        Ok(folder)
    }

    fn setup(&self, folder: PathBuf, database_url: String, sink: SocketAddr) -> Setup {
        Setup { binary: self.binary.clone(), folder, database_url, account: efirma_go(sink, self.limit()) }
    }

    /// The vendor's limit: a little more than the document.
    fn limit(&self) -> u64 {
        let bytes = self.args.mebibytes.saturating_add(1).saturating_mul(MIB);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    fn files(&self, folder: &Path, sink: Option<SocketAddr>) -> FilesManifest {
        FilesManifest {
            folder: folder.join("reference"),
            document: folder.join("document.pdf"),
            sink,
            form: vendor_form(),
        }
    }

    async fn start_reference(
        &self,
        folder: &Path,
        database: Option<DatabaseManifest>,
        files: FilesManifest,
    ) -> Result<Reference> {
        let address = free_address()?;
        let manifest = folder.join("reference.json");
        std::fs::write(&manifest, serde_json::to_vec(&Manifest { bind: address, database, files })?)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("reference").arg("--manifest").arg(&manifest);
        let mut process = Process::start("reference", &mut command, folder)?;
        process.ready(&format!("http://{address}/health/ready")).await?;
        Ok(Reference { process, address })
    }
}

/// The result of a part of the run, unless it takes too long or the run is interrupted: an error then ends the processes
/// and deletes the files as any other does.
async fn bounded<T>(part: impl Future<Output = Result<T>>) -> Result<T> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        done = tokio::time::timeout(AT_MOST, Box::pin(part)) => done.context("the run took too long")?,
        _ = interrupt.recv() => bail!("interrupted"),
        _ = terminate.recv() => bail!("terminated"),
    }
}

fn side<'a>(process: &'a Process, address: SocketAddr, script: Script) -> Side<'a> {
    Side { process, address, script: Box::new(move |_| script.clone()) }
}

fn reads_of_reference(address: SocketAddr, ids: Vec<String>) -> Script {
    Script {
        request: std::sync::Arc::new(move |number| {
            let id = ids.get(number % ids.len().max(1)).context("no envelope to read")?;
            Ok(request(address, Method::GET, &format!("/v1/envelopes/{id}")).body(http_body_util::Full::default())?)
        }),
        status: StatusCode::OK,
        accepts: |body| body.starts_with(b"{"),
    }
}

/// The address of the SQLite database in `folder`.
pub fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("rubrica.db").display())
}

/// The text part that the vendor wants beside the file, as for the envelopes that the broker sends.
/// Source: efirma GO contract, section 3.1.
fn vendor_form() -> String {
    let person = |name: &str, surnames: [&str; 2], email: &str| {
        json!({
            "nombre_destinatario": name,
            "apellido1_destinatario": surnames[0],
            "apellido2_destinatario": surnames[1],
            "email_destinatario": email,
            "mensaje_privado": "",
            "enviar_notificacion": "si",
            "enviar_resumen": "no",
            "terminal_web": 1,
            "terminal_personal": 1,
            "terminal_corporativo": 0,
        })
    };
    let block = |order: u32, person: serde_json::Value| json!({ "tipo_bloque": "firma", "minimo": 1, "orden": order, "destinatarios": [person] });
    json!({
        "private_key": "test-private-key-0001",
        "cif_desarrollador": "A23433211",
        "origen": "Rubrica",
        "nombre_cliente": "Cliente A",
        "cif_cliente": "A77445566",
        "email_cliente": "cliente@cliente.example",
        "nombre_documento": "contract",
        "tipo_seguridad": "basica",
        "mensaje_general": "Please read and sign.",
        "campos_clave": { "rubrica_submission": "reference" },
        "enviar_url_respuesta": 1,
        "notificar_cada": "-1",
        "bloques": [
            block(1, person("Jesús", ["Sánchez", "Alonso"], "jesus@example.com")),
            block(2, person("Ana", ["Pérez", "Gil"], "ana@example.com")),
        ],
    })
    .to_string()
}
