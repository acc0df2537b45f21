//! The vendor's customers: keys, users, folders, roles, credits and limits. Source: contract sections 1, 2.10 to 2.14 and 6.

use serde::{Deserialize, Serialize};

/// Whether an account may call. Source: contract section 2.14.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// May call.
    #[default]
    Active,
    /// Its calls are answered 401.
    Inactive,
    /// Its calls are answered 401, or 400 where a variant says so.
    Blocked,
    /// Its calls are answered 401.
    Pending,
}

impl AccountStatus {
    /// `idStatus` and `status`. The contract gives words for the first only; the others are this simulator's.
    pub(super) fn id_and_word(self) -> (i64, &'static str) {
        match self {
            Self::Active => (1, "Ativo"),
            Self::Inactive => (2, "Inativo"),
            Self::Blocked => (3, "Bloqueado"),
            Self::Pending => (4, "Pendente"),
        }
    }
}

/// Whether a user may send. Source: contract section 2.11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// May send.
    #[default]
    Active,
    /// Refused as `idResponsavel`.
    Inactive,
    /// Refused as `idResponsavel`.
    Blocked,
}

impl UserStatus {
    /// The documented word and the number of the example's type.
    pub(super) fn word_and_id(self) -> (&'static str, i64) {
        match self {
            Self::Active => ("Ativo", 1),
            Self::Inactive => ("Inativo", 2),
            Self::Blocked => ("Bloqueado", 3),
        }
    }
}

/// The language of a user, in which status words of their processes are written. Source: contract section 2.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Portuguese.
    #[default]
    Pt,
    /// Spanish.
    Es,
    /// English. Its words are not published (assumption A7): these are this simulator's.
    En,
}

/// A user of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Id, 8-4-4-4-12.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether they may send.
    #[serde(default)]
    pub status: UserStatus,
    /// Whether they are a sender at all.
    #[serde(default = "yes")]
    pub sender: bool,
    /// Their language.
    #[serde(default)]
    pub language: Language,
}

/// A group of users, for the filters of webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Id, 8-4-4-4-12.
    pub id: String,
    /// Ids of its users.
    pub users: Vec<String>,
}

/// A folder of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Id, 8-4-4-4-12.
    pub id: String,
    /// Name.
    pub name: String,
    /// Id of the folder it is in; absent: the root.
    #[serde(default)]
    pub parent: Option<String>,
    /// Deleted; still accepted for sending.
    #[serde(default)]
    pub deleted: bool,
}

/// A role that signers may have. Source: contract section 2.12.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerRole {
    /// Id, 8-4-4-4-12.
    pub id: String,
    /// Name.
    pub name: String,
    /// One of the vendor's own.
    #[serde(default)]
    pub standard: bool,
}

/// What an account may still spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credits {
    /// Processes.
    pub sendings: i64,
    /// Messages by WhatsApp.
    pub whatsapp: i64,
    /// Messages by SMS.
    pub sms: i64,
    /// Balances may fall below zero.
    pub excess_allowed: bool,
}

impl Default for Credits {
    fn default() -> Self {
        Self { sendings: 1_000_000, whatsapp: 1_000_000, sms: 1_000_000, excess_allowed: false }
    }
}

/// How many calls an account may make; absent: as many as it likes. Source: contract section 6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// In a second.
    pub per_second: Option<u64>,
    /// In a minute.
    pub per_minute: Option<u64>,
    /// In an hour.
    pub per_hour: Option<u64>,
    /// In a calendar month.
    pub per_month: Option<u64>,
}

/// What a process has that says nothing about it. Source: contract section 2.1, `configuracoesAvancadas`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    /// Days until it expires.
    pub expiry_days: i64,
    /// Days of warning before it expires.
    pub warning_days: i64,
    /// Days between reminders; absent: none.
    pub reminder_days: Option<i64>,
    /// A QR code on completion.
    pub qr_code: bool,
    /// Every document has to be opened before signing.
    pub must_read: bool,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { expiry_days: 30, warning_days: 3, reminder_days: Some(7), qr_code: false, must_read: false }
    }
}

/// A customer of the vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Id, 8-4-4-4-12.
    pub id: String,
    /// Name.
    pub name: String,
    /// What the header `AppKey` carries.
    pub app_key: String,
    /// What the header `SubscriptionKey` may carry.
    pub subscription_keys: Vec<String>,
    /// Whether it may call.
    #[serde(default)]
    pub status: AccountStatus,
    /// Whether the plan has the permission for calls; without it they are answered 403.
    #[serde(default = "yes")]
    pub integration: bool,
    /// A trial.
    #[serde(default)]
    pub trial: bool,
    /// Users.
    pub users: Vec<User>,
    /// Groups.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Folders.
    pub folders: Vec<Folder>,
    /// Roles of signers.
    #[serde(default)]
    pub roles: Vec<SignerRole>,
    /// Balances.
    #[serde(default)]
    pub credits: Credits,
    /// Limits.
    #[serde(default)]
    pub rate_limits: RateLimits,
    /// Defaults of processes.
    #[serde(default)]
    pub defaults: Defaults,
}

fn yes() -> bool {
    true
}

impl Account {
    /// The account of the contract's examples. Their keys are not published, so these are the simulator's own; limits are off.
    pub fn demo() -> Self {
        let text = str::to_owned;
        let folder = |id: &str, name: &str, parent: Option<&str>, deleted| Folder {
            id: text(id),
            name: text(name),
            parent: parent.map(text),
            deleted,
        };
        let role = |id: &str, name: &str| SignerRole { id: text(id), name: text(name), standard: true };
        Self {
            id: text("3c0a5e1d-7d0a-4b57-9b54-0f6a2d6f8e21"),
            name: text("Empresa"),
            app_key: text("8d0f6c1e-52b7-4f0e-9c55-1b7c6f3a9d40"),
            subscription_keys: vec![text("test-subscription-key-0001"), text("test-subscription-key-0002")],
            status: AccountStatus::Active,
            integration: true,
            trial: false,
            users: vec![User {
                id: text("1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d"),
                name: text("Carlos Lima"),
                status: UserStatus::Active,
                sender: true,
                language: Language::Pt,
            }],
            groups: Vec::new(),
            folders: vec![
                folder("0f3b6d52-4a38-49c8-a5f2-7c1f3e9b8a60", "Empresa", None, false),
                folder(
                    "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11",
                    "Contratos",
                    Some("0f3b6d52-4a38-49c8-a5f2-7c1f3e9b8a60"),
                    false,
                ),
                folder(
                    "77aa2c94-8e1d-4c36-b0d5-6f2a9e4b1c73",
                    "2025",
                    Some("5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11"),
                    false,
                ),
            ],
            roles: vec![
                role("a1c7e2f4-1b7e-4f0d-8f4e-5a0c9d3b7e11", "Locatário"),
                role("b2d8f3a5-2c8f-4a1e-9a5f-6b1d0e4c8f22", "Locador"),
                role("c3e9a4b6-3d9a-4b2f-8b6a-7c2e1f5d9a33", "Testemunha"),
            ],
            credits: Credits::default(),
            rate_limits: RateLimits::default(),
            defaults: Defaults::default(),
        }
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id.eq_ignore_ascii_case(id))
    }

    pub(super) fn folder(&self, id: &str) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.id.eq_ignore_ascii_case(id))
    }

    /// The folder's names from the root, joined by `|`. Source: contract section 2.10.
    pub(super) fn path_of(&self, folder: &Folder) -> String {
        let mut names = vec![folder.name.as_str()];
        let mut parent = folder.parent.as_deref();
        // No longer than there are folders: a loop in what a test set up ends here.
        for _ in 0..self.folders.len() {
            let Some(found) = parent.and_then(|id| self.folder(id)) else {
                break;
            };
            names.insert(0, &found.name);
            parent = found.parent.as_deref();
        }
        names.join("|")
    }

    /// The root folder.
    pub(super) fn root(&self) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.parent.is_none())
    }

    pub(super) fn children_of(&self, parent: &str) -> impl Iterator<Item = &Folder> {
        self.folders
            .iter()
            .filter(move |folder| folder.parent.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(parent)))
    }

    /// Whether a role of that name exists, without regard to case and extra blanks. Source: contract section 2.1.
    pub(super) fn has_role(&self, name: &str) -> bool {
        let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        self.roles.iter().any(|role| plain(&role.name) == plain(name))
    }
}

impl User {
    /// Whether they may be named as who sends.
    pub(super) fn is_active_sender(&self) -> bool {
        self.status == UserStatus::Active && self.sender
    }
}
