//! What the simulated Firma Virtual begins with.

use serde::{Deserialize, Serialize};

use super::catalogue::{FeeRow, standard_catalogue};
use super::variants::Variants;

/// Whether somebody is a person or a company. Source: contract sections 3.3 and 3.8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartyType {
    /// A person.
    #[default]
    Natural,
    /// A company.
    Legal,
}

impl PartyType {
    /// The kind with that word.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "NATURAL" => Some(Self::Natural),
            "LEGAL" => Some(Self::Legal),
            _ => None,
        }
    }

    /// The vendor's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Natural => "NATURAL",
            Self::Legal => "LEGAL",
        }
    }
}

/// A user of the vendor: who calls, and whose contracts are found by the user's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The owner id of contracts.
    pub id: u32,
    /// Name at log-in: 6 to 16 letters or digits.
    pub login: String,
    /// Password.
    pub password: String,
    /// E-mail, unique among users.
    pub email: String,
    /// RUT.
    pub rut: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Telephone number.
    #[serde(default)]
    pub phone: String,
    /// Person or company.
    #[serde(default)]
    pub user_type: PartyType,
    /// The vendor's number of a profile.
    #[serde(default)]
    pub profile: i64,
    /// Free text.
    #[serde(default)]
    pub comments: String,
    /// Can neither log in nor use a token that was given before.
    #[serde(default)]
    pub disabled: bool,
    /// The code that was mailed to set a new password; good for once.
    #[serde(default)]
    pub reset_code: Option<String>,
}

/// Users, prices and deviations at the start.
#[derive(Clone, Debug)]
pub struct FirmaVirtualConfig {
    /// Who may call.
    pub users: Vec<User>,
    /// What contracts cost.
    pub catalogue: Vec<FeeRow>,
    /// Deviations.
    pub variants: Variants,
}

impl Default for FirmaVirtualConfig {
    /// The user of the contract's log-in example and a catalogue in which the rows of its other examples have their numbers.
    fn default() -> Self {
        let user = User {
            id: 20,
            login: "userapp".to_owned(),
            password: "example-password".to_owned(),
            email: "ana@example.cl".to_owned(),
            rut: "76795561-8".to_owned(),
            first_name: "ANA".to_owned(),
            last_name: "DIAZ".to_owned(),
            phone: "56978570242".to_owned(),
            user_type: PartyType::Natural,
            profile: 0,
            comments: "NA".to_owned(),
            disabled: false,
            reset_code: None,
        };
        Self { users: vec![user], catalogue: standard_catalogue(), variants: Variants::default() }
    }
}
