//! The program from outside: its arguments, its output, its exit codes, its signals.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;

/// Not secret: the bytes 0 to 31.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_MASTER_KEY: &str = "HwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4=";
const ADMIN_KEY: &str = "rk_admin_0123456789abcdef0123456789abcdef";

/// The program with a database and files of its own in `folder`.
fn rubrica(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rubrica"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUBRICA")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("RUBRICA__SERVER__BIND", "127.0.0.1:0")
        .env("RUBRICA__SANDBOX__BIND", "127.0.0.1:0")
        .env("RUBRICA__SECRETS__MASTER_KEY", MASTER_KEY);
    command
}

fn run(command: &mut Command, arguments: &[&str]) -> Output {
    command.args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A serving process; killed when the test ends without having stopped it.
struct Served {
    child: Child,
    ready: serde_json::Value,
}

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut told = Vec::new();
        let ready = loop {
            let Some(line) = lines.next() else { panic!("it ended before it was ready:\n{}", told.join("\n")) };
            let line = line.unwrap();
            let parsed: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            told.push(line);
            if parsed["message"] == "Rubrica is ready" {
                break parsed;
            }
        };
        // Read on, or the process would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, ready }
    }

    fn address(&self, listener: &str) -> SocketAddr {
        self.ready[format!("address.{listener}")].as_str().unwrap().parse().unwrap()
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn exit_code(mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the process does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The whole answer to a request that is written as it goes over the wire.
fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(address: SocketAddr, path: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
}

#[test]
fn the_help_names_every_command_and_the_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(&mut rubrica(folder.path()), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let text = out(&help);
    for word in ["serve", "demo", "migrate", "sandbox", "openapi", "config", "keys", "audit", "--config", "78"] {
        assert!(text.contains(word), "{word} is missing in:\n{text}");
    }
    for command in [&["serve"][..], &["demo"], &["migrate", "up"], &["keys", "create"], &["config", "check"]] {
        let help = run(&mut rubrica(folder.path()), &[command, &["--help"]].concat());
        assert_eq!(help.status.code(), Some(0), "{command:?}");
    }
}

#[test]
fn wrong_usage_is_told_apart_from_failure() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [&["swim"][..], &["serve", "--role", "king"], &["keys", "create", "--name", "x"], &["migrate"]] {
        assert_eq!(run(&mut rubrica(folder.path()), wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_check_of_a_configuration_tells_every_fault_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rubrica.yaml");
    std::fs::write(&file, "server: { bnid: x }\nworker: { concurrency: 0 }\nsecrets: { master_key: hunter2 }\n")
        .unwrap();
    let arguments = ["config", "check", "--config", "rubrica.yaml"];
    let checked = run(rubrica(folder.path()).env_remove("RUBRICA__SECRETS__MASTER_KEY"), &arguments);
    assert_eq!(checked.status.code(), Some(78));
    let told = err(&checked);
    for fault in [
        "3 faults",
        "server.bnid: there is no such key",
        "worker.concurrency: it must be from 1",
        "secrets.master_key: it must be 32 bytes",
    ] {
        assert!(told.contains(fault), "{fault} is missing in:\n{told}");
    }
    assert!(!told.contains("hunter2"), "{told}");

    std::fs::write(&file, "worker: { concurrency: 1 }\n").unwrap();
    assert_eq!(run(&mut rubrica(folder.path()), &arguments).status.code(), Some(0));
}

#[test]
fn the_sandbox_is_refused_where_private_targets_are() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(&mut rubrica(folder.path()), &["serve", "--sandbox"]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(
        err(&refused).contains("security.allow_private_targets: the sandbox is a private target"),
        "{}",
        err(&refused)
    );
}

#[test]
fn the_printed_contract_is_the_committed_one() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["json", "yaml"] {
        let printed = run(&mut rubrica(folder.path()), &["openapi", "--format", format]);
        assert_eq!(printed.status.code(), Some(0), "{}", err(&printed));
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../openapi/openapi.{format}"));
        let committed = std::fs::read_to_string(committed).unwrap();
        assert!(
            committed == out(&printed),
            "openapi/openapi.{format} is not what the handlers say: run `make openapi`"
        );
    }
}

#[test]
fn migrations_are_listed_before_and_after_they_are_applied() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = |what| run(&mut rubrica(folder.path()), &["migrate", what]);
    let before = migrate("status");
    assert_eq!(before.status.code(), Some(1));
    assert!(out(&before).contains("pending") && !out(&before).contains("applied"), "{}", out(&before));
    assert_eq!(migrate("up").status.code(), Some(0));
    assert_eq!(migrate("up").status.code(), Some(0));
    let after = migrate("status");
    assert_eq!(after.status.code(), Some(0));
    assert!(out(&after).contains("applied") && !out(&after).contains("pending"), "{}", out(&after));
}

#[test]
fn a_key_is_shown_once_listed_without_itself_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let keys = |arguments: &[&str]| run(&mut rubrica(folder.path()), &[&["keys"], arguments].concat());

    let too_early = keys(&["list"]);
    assert_eq!(too_early.status.code(), Some(1));
    assert!(err(&too_early).contains("rubrica migrate up"), "{}", err(&too_early));
    assert_eq!(run(&mut rubrica(folder.path()), &["migrate", "up"]).status.code(), Some(0));

    let made = keys(&["create", "--name", "ops", "--scope", "admin"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let key = out(&made).trim().to_owned();
    assert!(key.starts_with("rk_") && key.len() > 40, "{key}");

    let listed = out(&keys(&["list"]));
    assert!(listed.contains("ops") && listed.contains("admin") && listed.contains("valid"), "{listed}");
    assert!(!listed.contains(&key), "{listed}");
    let id = listed.split_whitespace().next().unwrap();
    assert_eq!(keys(&["revoke", id]).status.code(), Some(0));
    assert!(out(&keys(&["list"])).contains("revoked"));

    let nobody = keys(&["list", "--tenant", "nobody"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(err(&nobody).contains("nobody"), "{}", err(&nobody));
}

#[test]
fn another_master_key_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(rubrica(folder.path()).arg("serve"));
    served.signal("-TERM");
    assert_eq!(served.exit_code(), Some(0));
    let refused = run(rubrica(folder.path()).env("RUBRICA__SECRETS__MASTER_KEY", OTHER_MASTER_KEY), &["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("secrets.previous_master_keys"), "{}", err(&refused));
}

#[test]
fn an_address_in_use_is_told_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(rubrica(folder.path()).env("RUBRICA__SERVER__BIND", &address), &["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = err(&refused);
    assert!(
        told.contains("server.bind") && told.contains(&address) && told.contains("RUBRICA__SERVER__BIND"),
        "{told}"
    );
}

#[test]
fn a_process_that_is_told_to_stop_finishes_what_it_answers_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(
        rubrica(folder.path())
            .env("RUBRICA__AUTH__BOOTSTRAP_ADMIN_KEY", ADMIN_KEY)
            .env("RUBRICA__SERVER__DRAIN_DELAY_S", "1")
            .arg("serve"),
    );
    let address = served.address("api");
    assert!(get(address, "/health/ready").starts_with("HTTP/1.1 200"));

    // A request of which half is there when the signal comes.
    let body = r#"{"name":"Acme SL","slug":"acme"}"#;
    let (first, rest) = body.split_at(10);
    let mut under_way = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/tenants HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {ADMIN_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{first}",
        body.len()
    );
    under_way.write_all(head.as_bytes()).unwrap();
    // Another answer on the same worker proves that the server has the first half by now.
    assert!(get(address, "/health/live").starts_with("HTTP/1.1 200"));

    served.signal("-TERM");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !get(address, "/health/ready").starts_with("HTTP/1.1 503") {
        assert!(Instant::now() < deadline, "readiness does not fail after SIGTERM");
    }
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "new connections are still taken");
        std::thread::sleep(Duration::from_millis(20));
    }
    under_way.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(served.exit_code(), Some(0));
}

#[test]
fn a_worker_serves_health_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(rubrica(folder.path()).args(["serve", "--role", "worker"]));
    let address = served.address("ops");
    assert!(served.ready.get("address.api").is_none(), "{}", served.ready);
    assert!(get(address, "/health/ready").starts_with("HTTP/1.1 200"));
    assert!(get(address, "/metrics").starts_with("HTTP/1.1 200"));
    let refused = get(address, "/v1/envelopes");
    assert!(refused.starts_with("HTTP/1.1 404") || refused.starts_with("HTTP/1.1 405"), "{refused}");
    served.signal("-INT");
    assert_eq!(served.exit_code(), Some(0));
}

#[test]
fn the_sandbox_alone_tells_its_address_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = rubrica(folder.path())
        .env_remove("RUBRICA__SECRETS__MASTER_KEY")
        .args(["sandbox", "--bind", "127.0.0.1:0", "--seed", "7"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let served = Served { child, ready: serde_json::Value::Null };
    let address = line.trim().rsplit("http://").next().unwrap().trim_end_matches('/').parse().unwrap();
    assert!(get(address, "/").contains("Simulated providers"));
    served.signal("-TERM");
    assert_eq!(served.exit_code(), Some(0));
}

#[tokio::test]
async fn the_demo_leaves_signed_documents_of_every_provider_and_a_trail_that_shows_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let demo = run(rubrica(folder.path()).env("RUBRICA__WORKER__CONCURRENCY", "no number"), &["demo"]);
    let told = out(&demo);
    assert_eq!(demo.status.code(), Some(0), "{told}\n{}", err(&demo));
    assert_eq!(err(&demo), "", "the log is quiet");
    let of = |kind: &str| told.lines().filter(|line| line.contains(kind)).collect::<Vec<_>>().join("\n");
    let output = folder.path().join("demo-output");
    for (kind, signed, signatures) in [
        ("efirma_go", &["contrato-trabajo-es"][..], 2),
        ("gofirmex", &["promesa-compraventa-cl", "contrato-trabajo-es"], 2),
        ("firma_virtual", &["promesa-compraventa-cl"], 3),
        ("viafirma", &["contrato-trabajo-es"], 1),
        ("arqsign", &["contrato-locacao-pt"], 2),
    ] {
        let told = of(kind);
        for line in ["envelope.completed", "saved signed_document", &format!("valid, {signatures} signature(s)")] {
            assert!(told.contains(line), "{line} is missing in:\n{told}");
        }
        for name in signed {
            let original = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/{name}.pdf"));
            let original = std::fs::read(original).unwrap();
            let signed = std::fs::read(output.join(kind).join(format!("{name}-signed.pdf"))).unwrap();
            // ArqSign adds a page with the signatures before it signs.
            assert_eq!(signed.starts_with(&original), kind != "arqsign", "{kind}: {name}");
            assert!(signed.len() > original.len(), "{kind}: {name}");
        }
    }
    // The second signer's file goes over the first one's.
    let first = std::fs::read(output.join("viafirma/contrato-trabajo-es-signed.pdf")).unwrap();
    let second = std::fs::read(output.join("viafirma/contrato-trabajo-es-signed-2.pdf")).unwrap();
    assert!(second.starts_with(&first) && second.len() > first.len());
    assert!(of("viafirma").contains("opens the page and follows its link into the signing program"));

    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(output.join("keys.json")).unwrap()).unwrap();
    let url = format!("sqlite://{}?mode=rwc", output.join("rubrica.db").display());
    let verify = || {
        let mut command = rubrica(folder.path());
        command.env("RUBRICA__SECRETS__MASTER_KEY", kept["master_key"].as_str().unwrap());
        run(command.env("RUBRICA__DATABASE__URL", &url), &["audit", "verify"])
    };
    let intact = verify();
    assert_eq!(intact.status.code(), Some(0), "{}", err(&intact));
    assert!(out(&intact).starts_with("5 histories") && out(&intact).contains("0 broken"), "{}", out(&intact));

    // The simulated providers begin anew, at other addresses; the accounts follow them.
    let again = run(&mut rubrica(folder.path()), &["demo"]);
    assert_eq!(again.status.code(), Some(0), "{}\n{}", out(&again), err(&again));
    assert!(out(&verify()).starts_with("10 histories"), "{}", out(&verify()));

    let database = sea_orm::Database::connect(&url).await.unwrap();
    database.execute_unprepared("UPDATE events SET data = '{}' WHERE sequence = 3").await.unwrap();
    database.close().await.unwrap();
    let damaged = verify();
    assert_eq!(damaged.status.code(), Some(1));
    assert!(out(&damaged).contains("event 3"), "{}", out(&damaged));
}

#[test]
fn a_transcript_names_the_assumption_that_failed_and_the_setting_that_corrects_it() {
    let folder = tempfile::tempdir().unwrap();
    let line = |verdict: &str| {
        serde_json::json!({
            "at": "2026-11-30T09:00:00Z", "account": "pac_1", "provider": "gofirmex",
            "exchange": {
                "endpoint": "create_portfolio", "method": "POST", "request": {}, "status": 200, "content_type": null,
                "body": {}
            },
            "judged": [
                { "assumption": "G3", "setting": "/settings/profile/id", "says": "The id is there.", "verdict": verdict },
                { "assumption": "G4", "setting": "", "says": "It answers.", "verdict": "met" },
                { "assumption": "G5", "setting": "", "says": "Nobody knows.", "verdict": "silent" }
            ]
        })
        .to_string()
    };
    let check = |lines: &[String]| {
        std::fs::write(folder.path().join("calls.jsonl"), lines.join("\n")).unwrap();
        run(&mut rubrica(folder.path()), &["transcript", "check", "calls.jsonl"])
    };
    let good = check(&[line("met"), line("met")]);
    assert_eq!(good.status.code(), Some(0), "{}", err(&good));
    assert!(out(&good).contains("2 calls recorded") && !out(&good).contains("G5"), "{}", out(&good));
    let bad = check(&[line("met"), line("failed")]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(out(&bad).contains("assumption G3 is refuted at create_portfolio"), "{}", out(&bad));
    assert!(out(&bad).contains("Correct it with /settings/profile/id"), "{}", out(&bad));
    let broken = check(&["{}".to_owned()]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(err(&broken).contains("line 1"), "{}", err(&broken));
}
