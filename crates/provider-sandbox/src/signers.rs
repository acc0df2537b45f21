//! Scripted signers: what recipients do by themselves once it is their turn.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a recipient does once it is their turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptAction {
    /// Signs, or approves where the role is to review.
    Sign,
    /// Refuses.
    Decline,
    /// Does nothing: a person uses the signer's page or the control API.
    #[default]
    Ignore,
}

/// A recipient's behaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What they do.
    pub action: ScriptAction,
    /// How long after the beginning of their turn, in milliseconds of virtual time. Recipients whose moment is the same act in the order in
    /// which the request named them.
    #[serde(default)]
    pub after_ms: u64,
}

impl Script {
    /// Signs after so many milliseconds of virtual time.
    pub fn sign_after_ms(after_ms: u64) -> Self {
        Self { action: ScriptAction::Sign, after_ms }
    }

    /// Declines after so many milliseconds of virtual time.
    pub fn decline_after_ms(after_ms: u64) -> Self {
        Self { action: ScriptAction::Decline, after_ms }
    }

    /// How long after the beginning of their turn they act.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.after_ms)
    }
}

/// Behaviours by e-mail address (compared without regard to case), with one for everybody else.
///
/// A script is read when a recipient's turn begins; changing it later does not move what is already on the agenda.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripts {
    /// Everybody without a line of their own. Default: ignore.
    #[serde(default)]
    pub default: Script,
    /// By e-mail address.
    #[serde(default)]
    pub by_email: BTreeMap<String, Script>,
}

impl Scripts {
    /// Everybody signs at once.
    pub fn everybody_signs() -> Self {
        Self { default: Script::sign_after_ms(0), by_email: BTreeMap::new() }
    }

    /// The behaviour of one address.
    pub(crate) fn of(&self, email: &str) -> Script {
        let email = email.to_lowercase();
        self.by_email
            .iter()
            .find(|(address, _)| address.to_lowercase() == email)
            .map_or(self.default, |(_, script)| *script)
    }
}
