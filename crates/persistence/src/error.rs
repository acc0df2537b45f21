//! What can go wrong in the store, told apart by what the caller does next.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::keys::SealError;

/// Why the store did not do what was asked. No message holds a value of a row.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row changed since it was read, or it exists already: read it again and decide again.
    #[error("the row changed since it was read")]
    Conflict,
    /// The job was claimed by another worker since, or is gone: stop, whatever was found belongs to nobody.
    #[error("the job's lease is lost")]
    LeaseLost,
    /// The idempotency key was taken over by another request since: stop.
    #[error("the reservation of the idempotency key is lost")]
    RequestLost,
    /// The row to change is not there, or belongs to another tenant.
    #[error("there is no such {what}")]
    Missing {
        /// What was looked for.
        what: &'static str,
    },
    /// Something else already has this name.
    #[error("the {what} is taken")]
    Taken {
        /// Which name.
        what: &'static str,
    },
    /// Something still needs the row, so that it cannot be deleted.
    #[error("the {what} is in use")]
    InUse {
        /// What is in use.
        what: &'static str,
    },
    /// A row does not read as what was written: damage, or a version of the program that is too old.
    #[error("a row of {table} cannot be read: {reason}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// Which rule it breaks; never the value.
        reason: String,
    },
    /// The caller asked for something that makes no sense: a defect.
    #[error("the change contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The cursor was not made by this store for this list.
    #[error("the cursor is not valid")]
    Cursor,
    /// The tables are not those of this version.
    #[error("{pending} migrations are pending: run `rubrica migrate up`")]
    Schema {
        /// How many migrations are pending.
        pending: usize,
    },
    /// The address of the database cannot be used.
    #[error("the database address is not usable: {0}")]
    Address(&'static str),
    /// The database failed or cannot be reached; trying again later may help.
    #[error("the database failed")]
    Database(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict,
            Some(SqlErr::ForeignKeyConstraintViolation(_) | _) | None => Self::Database(error),
        }
    }
}

impl StoreError {
    /// The same error, where a conflict is in truth a taken name.
    pub(crate) fn taken(self, what: &'static str) -> Self {
        if matches!(self, Self::Conflict) { Self::Taken { what } } else { self }
    }

    /// A row that does not read as what was written.
    pub(crate) fn unreadable(table: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Unreadable { table, reason: reason.to_string() }
    }

    /// Whether the database undid the transaction in favour of another one, so that repeating it at once is right.
    ///
    /// Source: PostgreSQL 15 manual, appendix A, codes 40001 and 40P01; SQLite result codes, `SQLITE_BUSY` (5) and
    /// `SQLITE_BUSY_SNAPSHOT` (517).
    pub(crate) fn is_transient(&self) -> bool {
        let Self::Database(
            DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause))
            | DbErr::Conn(RuntimeErr::SqlxError(cause)),
        ) = self
        else {
            return false;
        };
        cause
            .as_database_error()
            .and_then(|database| database.code())
            .is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01" | "5" | "517"))
    }
}
