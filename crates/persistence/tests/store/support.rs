//! A fresh store on each database, and things to put into it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::{Attention, AttentionCode};
use domain::envelope::{ActsAs, Document, EnvelopeSpec, Field, FieldType, Notary, PageBox, RecipientSpec, Role};
use domain::events::Actor;
use domain::ids::{AccountId, DocumentId, EnvelopeId, RecipientId, SubmissionId, TenantId};
use domain::record::{CollectionState, Envelope, Recipient, Routed, StoredDocument, Submission};
use domain::states::{EnvelopeStatus, RecipientStatus, SubmissionState};
use domain::steps::{Start, Step, SubmissionPlan};
use futures::FutureExt;
use persistence::{Change, Committed, Database, DatabaseConfig, KeyRing, Store, StoreError, truncated};
use sea_orm::ConnectionTrait;
use secrecy::SecretBox;
use serde_json::json;
use uuid::Uuid;

/// One database and the store on it.
pub struct TestStore {
    pub store: Store,
    pub config: DatabaseConfig,
    /// A connection that bypasses the store: to look at rows and to damage them.
    pub raw: sea_orm::DatabaseConnection,
}

pub fn master_key(byte: u8) -> SecretBox<[u8; 32]> {
    SecretBox::new(Box::new([byte; 32]))
}

pub fn key_ring(byte: u8) -> KeyRing {
    KeyRing::new(&master_key(byte), &[]).unwrap()
}

impl TestStore {
    async fn open(url: &str) -> Self {
        let mut config = DatabaseConfig::new(url.to_owned());
        config.max_connections = 6;
        let database = Database::connect(&config).await.unwrap();
        database.migrate().await.unwrap();
        let raw = sea_orm::Database::connect(url).await.unwrap();
        Self { store: Store::open(database, key_ring(7)).await.unwrap(), config, raw }
    }

    pub fn is_postgres(&self) -> bool {
        self.store.database().is_postgres()
    }

    /// Runs SQL past the store; how many rows it changed.
    pub async fn sql(&self, sql: &str) -> u64 {
        self.raw.execute_unprepared(sql).await.unwrap().rows_affected()
    }

    /// The number that a query past the store gives as `n`.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = sea_orm::Statement::from_string(self.raw.get_database_backend(), sql);
        self.raw.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    async fn close(self) {
        self.raw.close_by_ref().await.unwrap();
        self.store.database().close().await.unwrap();
    }
}

fn postgres_url() -> String {
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/test".to_owned())
}

fn postgres_is_required() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
        || std::env::var("RUBRICA_REQUIRE_POSTGRES").is_ok_and(|value| value == "1")
}

/// Runs `test` on a fresh SQLite file and, where PostgreSQL answers, on a fresh database of it.
pub async fn for_each_database(test: impl AsyncFn(&TestStore)) {
    on_sqlite(&test).await;
    on_postgres(&test).await;
}

pub async fn on_sqlite(test: impl AsyncFn(&TestStore)) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("store.db").display());
    let store = TestStore::open(&url).await;
    test(&store).await;
    store.close().await;
}

pub async fn on_postgres(test: impl AsyncFn(&TestStore)) {
    let url = postgres_url();
    let admin = match sea_orm::Database::connect(&url).await {
        Ok(admin) => admin,
        Err(error) => {
            assert!(!postgres_is_required(), "PostgreSQL is required but does not answer: {error}");
            // Written past the test harness, which would swallow it.
            let _ = writeln!(std::io::stderr(), "\n*** SKIPPED ON POSTGRESQL: {url} does not answer ***\n");
            return;
        }
    };
    let name = format!("rubrica_test_{}", Uuid::new_v4().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0")).await.unwrap();
    let mut own = url::Url::parse(&url).unwrap();
    own.set_path(&name);
    let outcome = AssertUnwindSafe(async {
        let store = TestStore::open(own.as_str()).await;
        test(&store).await;
        store.close().await;
    })
    .catch_unwind()
    .await;
    admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// Now, as the tables hold it.
pub fn now() -> DateTime<Utc> {
    truncated(Utc::now())
}

pub fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

pub fn broker() -> Actor {
    Actor::Broker
}

pub fn a_tenant() -> TenantId {
    TenantId::generate()
}

/// A recipient with this address.
pub fn a_recipient(email: &str) -> Recipient {
    Recipient {
        id: RecipientId::generate(),
        spec: RecipientSpec {
            role: Role::Signer,
            name: "Jesús Sánchez".to_owned(),
            given_name: None,
            family_name: None,
            second_family_name: None,
            email: Some(email.parse().unwrap()),
            phone: None,
            national_id: None,
            routing_order: 1,
            group: None,
            signature_level: None,
            delivery: None,
            authentication: Vec::new(),
            acts_as: ActsAs::Person,
            organization: None,
            message: None,
            fields: vec![Field {
                kind: FieldType::Signature,
                acts_as: None,
                document: 1,
                page: 1,
                x: 111.7512345678901,
                y: 0.1 + 0.2,
                width: Some(595.275_590_551_181_1),
                height: None,
            }],
            requested_attachments: Vec::new(),
            identity_documents: Vec::new(),
            provider_options: BTreeMap::from([("efirma_go".to_owned(), json!({"z": 1, "a": [true, null]}))]),
        },
        access_codes: BTreeMap::from([(0, "7391-secret".to_owned())]),
        status: RecipientStatus::Created,
        status_reason: None,
        signing_url: None,
        sent_at: None,
        viewed_at: None,
        completed_at: None,
        certificate: None,
        provider: BTreeMap::from([("status".to_owned(), json!("NEW"))]),
        in_submissions: BTreeMap::new(),
    }
}

pub fn a_document(order: u32) -> StoredDocument {
    StoredDocument {
        document: Document {
            id: DocumentId::generate(),
            filename: "contract.pdf".to_owned(),
            name: "Contract".to_owned(),
            order,
            size: 48_213,
            sha256: "ab".repeat(32),
            pages: vec![PageBox { width_pt: 595.28, height_pt: 841.89 }],
            provider_options: BTreeMap::new(),
        },
        object_key: format!("documents/{}", Uuid::new_v4()),
        chunk_sha256: vec!["cd".repeat(32)],
        created_at: now(),
    }
}

pub fn a_submission(account: AccountId, reference: Option<&str>) -> Submission {
    Submission {
        id: SubmissionId::generate(),
        account,
        plan: SubmissionPlan {
            ordinal: 0,
            documents: Vec::new(),
            recipients: Vec::new(),
            start: Start::AtOnce,
            steps: vec![Step::repeatable("create")],
            clean_up: Vec::new(),
        },
        state: SubmissionState::Submitting,
        attempt: 1,
        reference: reference.map(str::to_owned),
        vendor_status: None,
        acted: false,
        live: false,
        cancel: None,
        ended_at: None,
        details: BTreeMap::new(),
        error: None,
        integrity: None,
        reading: None,
        last_read_at: None,
        next_read_at: None,
        watched_until: None,
        renewal: domain::record::Renewal::default(),
        delivered: None,
        collection: CollectionState::default(),
        created_at: now(),
    }
}

/// A draft with a recipient and a document.
pub fn an_envelope(tenant: TenantId) -> Envelope {
    let at = now();
    Envelope {
        id: EnvelopeId::generate(),
        tenant,
        spec: EnvelopeSpec {
            reference: Some("HR-2026-0042".to_owned()),
            subject: "Employment contract".to_owned(),
            message: None,
            language: Some("es-ES".parse().unwrap()),
            expires_at: None,
            reminders: None,
            notary: Notary::None,
            stages: Vec::new(),
            provider_account: None,
            provider_options: BTreeMap::new(),
            metadata: BTreeMap::from([("cost_center".to_owned(), "77".to_owned())]),
        },
        status: EnvelopeStatus::Draft,
        status_reason: None,
        version: 1,
        pending_action: None,
        routed: None,
        attentions: Vec::new(),
        findings: Vec::new(),
        error: None,
        order: None,
        created_at: at,
        updated_at: at,
        sent_at: None,
        completed_at: None,
        recipients: vec![a_recipient("jesus@example.com")],
        stages: Vec::new(),
        documents: vec![a_document(1)],
        submissions: Vec::new(),
        artifacts: Vec::new(),
    }
}

pub fn an_attention(code: AttentionCode) -> Attention {
    Attention::new(code, "A person is needed.", now())
}

pub fn routed(account: AccountId, kind: &str) -> Routed {
    Routed {
        kind: kind.to_owned(),
        account_id: account,
        account_name: "main".to_owned(),
        rule: "default".to_owned(),
        reason: "No rule matches.".to_owned(),
        unreachable: Vec::new(),
    }
}

/// Stores a new envelope.
pub async fn create(store: &Store, envelope: &Envelope) -> Committed {
    store.commit(&Change::new(envelope.tenant, broker(), envelope.created_at).creating(envelope)).await.unwrap()
}

/// Stores a change of an envelope.
pub async fn update(store: &Store, before: &Envelope, after: &Envelope) -> Result<Committed, StoreError> {
    store.commit(&Change::new(before.tenant, broker(), now()).updating(before, after)).await
}

pub async fn load(store: &Store, envelope: &Envelope) -> Envelope {
    store.tenant(envelope.tenant).envelopes().load(envelope.id).await.unwrap().unwrap()
}
