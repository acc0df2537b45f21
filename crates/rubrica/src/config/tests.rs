use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

/// Not secret: the bytes 0 to 31.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const API_KEY: &str = "rk_0123456789abcdef0123456789abcdef";

fn environment(variables: &[(&str, &str)]) -> Sources {
    let variables = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Sources { file: None, environment: Some(variables.collect::<HashMap<_, _>>()), overrides: BTreeMap::new() }
}

fn with_key(variables: &[(&str, &str)]) -> Sources {
    let mut sources = environment(variables);
    sources.overrides.insert("secrets.master_key".to_owned(), MASTER_KEY.to_owned());
    sources
}

/// The configuration of a file with this name and content.
fn of_file(name: &str, content: &str) -> Result<Config, ConfigFaults> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    load(&Sources { file: Some(file), ..with_key(&[]) }, Need::Everything)
}

fn faults(result: Result<Config, ConfigFaults>) -> Vec<String> {
    result.unwrap_err().0.iter().map(ToString::to_string).collect()
}

/// The manual with every commented setting switched on; its mounted secrets lie in `folder`.
fn everything_switched_on(folder: &Path) -> String {
    let mut text = String::new();
    for line in DEFAULTS.lines() {
        let setting = line.strip_prefix("# ").filter(|rest| {
            let key: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            rest.starts_with('[') || (!key.is_empty() && rest[key.len()..].starts_with(" = "))
        });
        writeln!(text, "{}", setting.unwrap_or(line)).unwrap();
    }
    let place = folder.display();
    text.replace("file:/run/secrets/", &format!("file:{place}/"))
        .replace("file:/etc/rubrica/", &format!("file:{place}/"))
}

#[test]
fn the_defaults_are_valid_but_for_the_master_key() {
    assert!(load(&environment(&[]), Need::Database).is_ok());
    let told = faults(load(&environment(&[]), Need::Everything));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("secrets.master_key: it is required"), "{told:?}");

    let config = load(&with_key(&[]), Need::Everything).unwrap();
    assert_eq!(config.server.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database.url.expose_secret(), "sqlite://rubrica.db?mode=rwc");
    assert_eq!(config.storage.url, "file:./rubrica-data");
    assert_eq!(config.limits.max_document_bytes, 100 * 1024 * 1024);
    assert_eq!(config.limits.max_artifact_bytes, 200 * 1024 * 1024);
    assert!(!config.security.allow_private_targets);
    assert!(config.tenants.is_empty());
}

#[test]
fn every_setting_that_the_manual_shows_can_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    write("rubrica-master-key", &format!("{MASTER_KEY}\n"));
    write("rubrica-admin-key", API_KEY);
    write("efirma-go-key", "test-private-key-0001\n");
    write("acme-hr-key", &format!("{API_KEY}\r\n"));
    write("trusted-roots.pem", include_str!("../../../pdf/tests/fixtures/root.pem"));
    write("all.toml", &everything_switched_on(folder.path()));

    let sources = Sources { file: Some(folder.path().join("all.toml")), ..environment(&[]) };
    let config = load(&sources, Need::Everything).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(
        config.server.public_bind.is_some() && config.server.ops_bind.is_some() && config.server.public_url.is_some()
    );
    assert_eq!((config.database.max_connections, config.database.migrate_on_start), (Some(16), Some(true)));
    assert_eq!(config.secrets.master_key.unwrap().expose_secret(), MASTER_KEY);
    assert_eq!(config.sandbox.seed, Some(42));
    assert!(config.verification.trusted_roots.is_some());
    let tenant = &config.tenants[0];
    assert_eq!(tenant.accounts[0].credentials["private_key"], "test-private-key-0001");
    assert_eq!(tenant.api_keys[0].key.expose_secret(), API_KEY);
    assert_eq!(tenant.api_keys[0].scopes.len(), 3);
    assert!(tenant.api_keys[0].expires_at.is_some());
    assert_eq!(tenant.routing.as_ref().unwrap().rules[0].when.metadata.len(), 1);
}

#[test]
fn every_key_of_every_section_is_in_the_manual() {
    let sections = toml_sections();
    assert!(sections.len() >= 11, "{sections:?}");
    for (section, text) in sections {
        let variable = format!("RUBRICA__{}__NO_SUCH_KEY", section.to_uppercase());
        let told = faults(load(&with_key(&[(&variable, "1")]), Need::Everything));
        let (_, known) = told[0].split_once("there are ").unwrap_or_else(|| panic!("{section}: {told:?}"));
        let known = known.split(" (in ").next().unwrap();
        for key in known.split([',', ' ']).map(|word| word.trim_matches('`')).filter(|w| !w.is_empty() && *w != "or") {
            let documented = [format!("\n{key} = "), format!("\n# {key} = ")].iter().any(|line| text.contains(line));
            assert!(documented, "{section}.{key} is not in default.toml");
        }
    }
}

/// The sections of the manual by name, each with its lines.
fn toml_sections() -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in DEFAULTS.lines() {
        if let Some(name) = line.strip_prefix('[') {
            sections.push((name.trim_end_matches(']').to_owned(), "\n".to_owned()));
        } else if let Some((_, text)) = sections.last_mut() {
            writeln!(text, "{line}").unwrap();
        }
    }
    sections
}

#[test]
fn the_environment_goes_before_the_file_and_the_command_line_before_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rubrica.yaml");
    std::fs::write(
        &file,
        "server:\n  bind: 127.0.0.1:1111\nworker:\n  concurrency: 3\nlimits:\n  max_document_bytes: 5000\n",
    )
    .unwrap();
    let mut sources = Sources {
        file: Some(file),
        ..with_key(&[
            ("RUBRICA__WORKER__CONCURRENCY", "4"),
            ("RUBRICA__SERVER__BIND", "127.0.0.1:2222"),
            ("OTHER__SERVER__BIND", "x"),
        ])
    };
    sources.overrides.insert("server.bind".to_owned(), "127.0.0.1:3333".to_owned());
    let config = load(&sources, Need::Everything).unwrap();
    assert_eq!(config.server.bind.port(), 3333);
    assert_eq!(config.worker.concurrency, 4);
    assert_eq!(config.limits.max_document_bytes, 5000);
}

#[test]
fn an_empty_variable_counts_as_not_set_and_a_list_has_commas() {
    let keys = format!("{MASTER_KEY}, {MASTER_KEY}");
    let sources = with_key(&[("RUBRICA__SERVER__BIND", ""), ("RUBRICA__SECRETS__PREVIOUS_MASTER_KEYS", &keys)]);
    let config = load(&sources, Need::Everything).unwrap();
    assert_eq!(config.server.bind.port(), 8080);
    assert_eq!(config.secrets.previous_master_keys.len(), 2);
}

#[test]
fn all_faults_are_told_at_once_with_their_keys() {
    let told = faults(of_file(
        "rubrica.yaml",
        r#"
server: { bind: nowhere, port: 8080, request_timeout_s: 5 }
database: { url: "mysql://db", max_connections: many }
storage: { url: "/var/lib" }
secrets: { previous_master_keys: [short] }
auth: { bootstrap_admin_key: admin }
telemetry: { log_format: xml, log_filter: "broker=loud" }
worker: { lease_s: 5, send_window_s: 10, concurrency: 0 }
verification: { trusted_roots: "not PEM" }
sandbox: { enabled: true }
webhooks: { retries: 3 }
tenants:
  - slug: Acme SL
    name: Acme
    accounts: [{ name: spain, kind: efirma_go }, { name: spain, kind: efirma_go, colour: red }]
    routing: { default_account: chile, rules: [{ name: a, when: { weather: rain }, accounts: [peru] }] }
    api_keys: [{ name: hr, key: short, scopes: [everything] }]
"#,
    ));
    let begins = [
        "auth.bootstrap_admin_key: it must have at least 32 characters",
        "database.max_connections: it must be an integer",
        "database.url: it must begin with sqlite:// or postgres://",
        "secrets.previous_master_keys[0]: it must be 32 bytes in base64",
        "security.allow_private_targets: the sandbox is a private target",
        "server.bind: invalid socket address",
        "server.port: there is no such key; there are `bind`",
        "server.request_timeout_s: it must be from 31 to 3600",
        "storage.url: it must be file:FOLDER",
        "telemetry.log_filter: it must be a level",
        "telemetry.log_format: it must be `json` or `pretty`",
        "tenants[0].accounts[1].colour: there is no such key",
        "tenants[0].accounts[1].name: \"spain\" is there twice",
        "tenants[0].api_keys[0].key: it must have at least 32 characters",
        "tenants[0].api_keys[0].scopes: it must be",
        "tenants[0].routing.default_account: no account of the tenant is named \"chile\"",
        "tenants[0].routing.rules[0].accounts[0]: no account",
        "tenants[0].routing.rules[0].when.weather: there is no such key",
        "tenants[0].slug: it must have 1 to 63 characters",
        "verification.trusted_roots: it must be one or more certificates in PEM",
        "webhooks: there is no such key",
        "worker.concurrency: it must be from 1 to 1000",
        "worker.lease_s: it must be longer than worker.send_window_s (10 s)",
    ];
    for begin in begins {
        assert!(told.iter().any(|fault| fault.starts_with(begin)), "{begin} is missing in:\n{}", told.join("\n"));
    }
    assert_eq!(told.len(), begins.len(), "{}", told.join("\n"));
}

#[test]
fn a_missing_member_is_told_with_its_key() {
    let told = faults(of_file("rubrica.yaml", "tenants: [{ slug: acme, accounts: [{ kind: efirma_go }] }]"));
    assert_eq!(told, ["tenants[0].accounts[0].name: it is required", "tenants[0].name: it is required"]);
}

#[test]
fn faults_never_repeat_a_secret() {
    let sources = environment(&[
        ("RUBRICA__SECRETS__MASTER_KEY", "hunter2"),
        ("RUBRICA__AUTH__BOOTSTRAP_ADMIN_KEY", "hunter2"),
        ("RUBRICA__DATABASE__URL", "mysql://root:hunter2@db"),
        ("RUBRICA__WORKER__LEASE_S", "hunter2"),
    ]);
    let told = load(&sources, Need::Everything).unwrap_err();
    assert_eq!(told.0.len(), 4, "{told}");
    assert!(!told.to_string().contains("hunter2"), "{told}");
}

#[test]
fn a_mounted_secret_that_cannot_be_read_is_told_with_its_key_and_file() {
    let told = faults(load(&environment(&[("RUBRICA__SECRETS__MASTER_KEY", "file:/no/such/file")]), Need::Everything));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("secrets.master_key: the file /no/such/file cannot be read"), "{told:?}");
}

#[test]
fn a_file_that_cannot_be_used_is_told_with_its_name() {
    let missing = Sources { file: Some("no-such-file.yaml".into()), ..with_key(&[]) };
    assert!(faults(load(&missing, Need::Everything))[0].starts_with("no-such-file.yaml: the file cannot be read"));
    assert!(faults(of_file("rubrica.ini", "a=b"))[0].contains("rubrica.ini: the name must end in"));
    let told = faults(of_file("rubrica.toml", "[server\nbind = 1"));
    assert!(told.len() == 1 && told[0].contains("rubrica.toml"), "{told:?}");
}

#[test]
fn two_listeners_cannot_share_an_address_unless_the_system_chooses_the_port() {
    let told = faults(load(&with_key(&[("RUBRICA__SERVER__OPS_BIND", "127.0.0.1:8080")]), Need::Everything));
    assert_eq!(told, ["server.ops_bind: 127.0.0.1:8080 is taken by server.bind already"]);
    let free = [("RUBRICA__SERVER__BIND", "127.0.0.1:0"), ("RUBRICA__SERVER__OPS_BIND", "127.0.0.1:0")];
    assert!(load(&with_key(&free), Need::Everything).is_ok());
}
