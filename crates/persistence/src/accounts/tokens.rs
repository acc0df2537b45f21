//! Callback addresses: which account a token belongs to, and how a token is replaced.

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, TenantId};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, OpenAccount};
use crate::entities::provider_account::{ActiveModel, Column, Entity};
use crate::error::StoreError;
use crate::store::Store;
use crate::time::micros;

/// Which of an account's tokens was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackToken {
    /// The current one.
    Current,
    /// The one before, within its overlap.
    Previous,
}

/// The account that a callback address belongs to.
#[derive(Debug, Clone)]
pub struct FoundAccount {
    /// Whose account it is.
    pub tenant: TenantId,
    /// The account with its secrets, which authenticating a callback needs.
    pub account: OpenAccount,
    /// Which token it was.
    pub token: CallbackToken,
}

impl Store {
    /// The account, of whatever tenant, whose callback address has this token at `now`.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when a secret of the account does not open.
    pub async fn find_callback_token(
        &self,
        token: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Option<FoundAccount>, StoreError> {
        // Looked up by a keyed digest: comparing digests in the index tells nothing about the token.
        let digest = self.digests().token(token.expose_secret()).to_vec();
        let previous = Condition::all()
            .add(Column::PreviousTokenDigest.eq(digest.clone()))
            .add(Column::PreviousTokenUntil.gt(micros(now)));
        let row = Entity::find()
            .filter(Condition::any().add(Column::TokenDigest.eq(digest.clone())).add(previous))
            .one(self.database().reader())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let tenant = TenantId::from_uuid(row.tenant_id);
        let token = if row.token_digest == digest { CallbackToken::Current } else { CallbackToken::Previous };
        let account = self.tenant(tenant).accounts().opened(row)?;
        Ok(Some(FoundAccount { tenant, account, token }))
    }
}

impl Accounts {
    /// Replaces the token of an account's callback address. The old one is good until `old_until`.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the tenant has no such account.
    pub async fn rotate_callback_token(
        &self,
        id: AccountId,
        new: &SecretString,
        old_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let change = ActiveModel {
            token_digest: Set(self.store.digests().token(new.expose_secret()).to_vec()),
            token_sealed: Set(self.seal_token(id.as_uuid(), new)?),
            previous_token_until: Set(Some(micros(old_until))),
            updated_at: Set(micros(now)),
            ..Default::default()
        };
        let changed = Entity::update_many()
            .set(change)
            // The right side is the value before the change.
            .col_expr(Column::PreviousTokenDigest, Expr::col(Column::TokenDigest))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(id.as_uuid()))
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .exec(self.store.database().writer())
            .await?;
        if changed.rows_affected == 0 { Err(StoreError::Missing { what: "account" }) } else { Ok(()) }
    }
}
