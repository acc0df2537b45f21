//! Keyed digests: what is compared or looked up without being readable, and what must not be forged.
//!
//! Their keys are derived from one random root that is made once for a database and kept in it, sealed. So they outlive
//! every rotation of the master key: API keys stay valid and the history stays verifiable.

use aws_lc_rs::hkdf::Prk;
use aws_lc_rs::{digest, hmac};
use domain::ids::{AccountId, TenantId};

use crate::keys::{SealError, derive, framed};

/// A keyed SHA-256.
pub(crate) type Digest = [u8; 32];

/// One key for each purpose, so that a digest of one never serves another.
pub(crate) struct Digests {
    api_keys: hmac::Key,
    tokens: hmac::Key,
    terms: hmac::Key,
    references: hmac::Key,
    callbacks: hmac::Key,
    requests: hmac::Key,
    chain: hmac::Key,
    cursors: hmac::Key,
}

fn tag(key: &hmac::Key, parts: &[&[u8]]) -> Digest {
    let mut bytes = [0; 32];
    let tag = hmac::sign(key, &framed(parts));
    bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

impl Digests {
    pub(crate) fn new(root: &Prk) -> Result<Self, SealError> {
        let key = |purpose: &str| {
            derive::<32>(root, &[b"digest", purpose.as_bytes()])
                .map(|bytes| hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice()))
        };
        Ok(Self {
            api_keys: key("api keys")?,
            tokens: key("callback tokens")?,
            terms: key("terms")?,
            references: key("references")?,
            callbacks: key("callbacks")?,
            requests: key("requests")?,
            chain: key("event chain")?,
            cursors: key("cursors")?,
        })
    }

    pub(crate) fn api_key(&self, key: &str) -> Digest {
        tag(&self.api_keys, &[key.as_bytes()])
    }

    pub(crate) fn token(&self, token: &str) -> Digest {
        tag(&self.tokens, &[token.as_bytes()])
    }

    /// A metadata pair of a tenant.
    pub(crate) fn metadata(&self, tenant: TenantId, key: &str, value: &str) -> Digest {
        let tenant = tenant.as_uuid();
        tag(&self.terms, &[b"metadata", tenant.as_bytes(), key.as_bytes(), value.as_bytes()])
    }

    /// An e-mail address of a tenant's recipient; upper and lower case are the same.
    pub(crate) fn email(&self, tenant: TenantId, address: &str) -> Digest {
        let tenant = tenant.as_uuid();
        tag(&self.terms, &[b"email", tenant.as_bytes(), address.to_lowercase().as_bytes()])
    }

    /// The term under which the envelope of a submission is found by the end of the submission's id, which vendors repeat.
    pub(crate) fn submission_tail(&self, tenant: TenantId, tail: &str) -> Digest {
        let tenant = tenant.as_uuid();
        tag(&self.terms, &[b"submission_tail", tenant.as_bytes(), tail.as_bytes()])
    }

    /// A provider's id of a transaction at an account.
    pub(crate) fn reference(&self, account: AccountId, reference: &str) -> Digest {
        tag(&self.references, &[account.as_uuid().as_bytes(), reference.as_bytes()])
    }

    pub(crate) fn callback(&self, account: AccountId, parts: &[&[u8]]) -> Digest {
        tag(&self.callbacks, &[account.as_uuid().as_bytes(), &framed(parts)])
    }

    pub(crate) fn request(&self, parts: &[&[u8]]) -> Digest {
        tag(&self.requests, parts)
    }

    /// The chain's hash of an event: HMAC-SHA-256 over the previous hash and the canonical event, one after the other.
    pub(crate) fn chain(&self, previous: &Digest, event: &str) -> Digest {
        let mut context = hmac::Context::with_key(&self.chain);
        context.update(previous);
        context.update(event.as_bytes());
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }

    pub(crate) fn sign_cursor(&self, parts: &[&[u8]]) -> Digest {
        tag(&self.cursors, parts)
    }

    /// Whether `signature` is that of `parts`, in constant time.
    pub(crate) fn verify_cursor(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        hmac::verify(&self.cursors, &framed(parts), signature).is_ok()
    }
}

/// Plain SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    out.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    out
}
