//! Transactions of every vendor in one shape, for the index, the control API and harnesses that do not care which vendor it is.

use serde::Serialize;

/// A transaction at a vendor: what the vendor calls a document, portfolio, contract, operation or process.
#[derive(Clone, Debug, Serialize)]
pub struct Transaction {
    /// The vendor's kind.
    pub vendor: &'static str,
    /// The vendor's own id.
    pub id: String,
    /// What the caller sent along to find it again, verbatim, where the vendor has a place for it.
    pub correlation: Option<String>,
    /// A name for people.
    pub name: String,
    /// The vendor's word for its state.
    pub state: String,
    /// Whether it reached a recipient, or could have: what must not exist twice.
    pub live: bool,
    /// Its recipients, in the order of the request.
    pub people: Vec<Person>,
}

/// A recipient of a [`Transaction`].
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// E-mail address; a phone number where the vendor was given that instead.
    pub contact: String,
    /// How far they got, in the vendor's words or the simulator's.
    pub state: String,
    /// Whether it is their turn.
    pub may_act: bool,
    /// The page where they act, where they have one.
    pub sign_url: Option<String>,
}

/// Why a deed of a recipient or an operator is not possible now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// No transaction has that id.
    #[error("no such transaction")]
    UnknownTransaction,
    /// It has no recipient with that address, or nobody is asked to act.
    #[error("no such recipient, or nobody is asked to act now")]
    NoRecipient,
    /// It ended already, or it is not there yet, or its signed file is just being made.
    #[error("the transaction is not in process")]
    NotInProcess,
    /// Somebody else is to act before.
    #[error("it is not this recipient's turn")]
    NotTheirTurn,
    /// The recipient has acted already.
    #[error("this recipient has acted already")]
    AlreadyActed,
    /// The signed file could not be made.
    #[error("the document could not be signed")]
    CannotSeal,
}
