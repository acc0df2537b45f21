//! Secrets at rest: AES-256-GCM under a ring of master keys, each secret bound to its place.
//!
//! A sealed value is `1 ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The key that seals is derived from the master
//! key for one tenant, and the place (tenant, table, row, column) is authenticated with it: a value that is copied to
//! another row, column or tenant does not open. Master keys rotate: the ring seals with the current one and opens with
//! whichever the value names.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use domain::ids::TenantId;
use secrecy::{ExposeSecret, SecretBox, zeroize::Zeroizing};

/// The first byte of every sealed value.
const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_LEN;

/// Why a secret was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is not in the form that this version writes.
    #[error("the sealed value has an unknown form")]
    Form,
    /// It was sealed under a master key that is not in the ring.
    #[error("the sealed value needs a master key that is not configured")]
    UnknownKey,
    /// It was changed, or moved from another place.
    #[error("the sealed value was changed or belongs elsewhere")]
    Forged,
    /// What was inside is not what this place holds.
    #[error("the sealed value holds something unexpected")]
    Content,
    /// The cryptographic library refused.
    #[error("the value could not be sealed")]
    Failed,
}

/// The place of a sealed value. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct SealContext<'a> {
    /// Whose it is; `None` for what belongs to the platform.
    pub tenant: Option<TenantId>,
    /// The table.
    pub table: &'a str,
    /// The row's key, in bytes.
    pub row: &'a [u8],
    /// The column.
    pub column: &'a str,
}

impl SealContext<'_> {
    fn to_bytes(self) -> Vec<u8> {
        let tenant = self.tenant.map(|t| t.as_uuid().into_bytes()).unwrap_or_default();
        framed(&[&tenant, self.table.as_bytes(), self.row, self.column.as_bytes()])
    }
}

/// The parts one after another, each behind its length, so that no two lists of parts give the same bytes.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len().saturating_add(8)).sum());
    for part in parts {
        bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend(*part);
    }
    bytes
}

/// A key length for HKDF: 32 bytes.
#[derive(Clone, Copy)]
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// `N` bytes derived from `root` for the purpose that `info` names.
pub(crate) fn derive<const N: usize>(root: &Prk, info: &[&[u8]]) -> Result<Zeroizing<[u8; N]>, SealError> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    root.expand(info, Length(N)).and_then(|okm| okm.fill(bytes.as_mut_slice())).map_err(|_| SealError::Failed)?;
    Ok(bytes)
}

/// The derivation root of 32 secret bytes.
pub(crate) fn root(secret: &[u8; 32]) -> Prk {
    Salt::new(HKDF_SHA256, b"rubrica/1").extract(secret)
}

struct MasterKey {
    id: [u8; KEY_ID_BYTES],
    root: Prk,
}

impl MasterKey {
    fn new(secret: &SecretBox<[u8; 32]>) -> Result<Self, SealError> {
        let root = root(secret.expose_secret());
        let id = *derive::<KEY_ID_BYTES>(&root, &[b"key id"])?;
        Ok(Self { id, root })
    }

    fn for_tenant(&self, tenant: Option<TenantId>) -> Result<RandomizedNonceKey, SealError> {
        let tenant = tenant.map(|t| t.as_uuid().into_bytes()).unwrap_or_default();
        let key = derive::<32>(&self.root, &[b"seal", &tenant])?;
        RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| SealError::Failed)
    }
}

/// The master keys: the current one, which seals, and earlier ones, which only open.
pub struct KeyRing {
    current: MasterKey,
    previous: Vec<MasterKey>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("current", &hex::encode(self.current.id)).finish_non_exhaustive()
    }
}

impl KeyRing {
    /// A ring that seals with `master` and also opens what `previous` sealed.
    ///
    /// # Errors
    /// [`SealError::Failed`] when the cryptographic library refuses a key.
    pub fn new(master: &SecretBox<[u8; 32]>, previous: &[SecretBox<[u8; 32]>]) -> Result<Self, SealError> {
        Ok(Self {
            current: MasterKey::new(master)?,
            previous: previous.iter().map(MasterKey::new).collect::<Result<_, _>>()?,
        })
    }

    /// `plaintext`, encrypted for this place.
    ///
    /// # Errors
    /// [`SealError::Failed`] when the cryptographic library refuses.
    pub fn seal(&self, context: SealContext<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.current.for_tenant(context.tenant)?;
        let mut body = plaintext.to_vec();
        let nonce =
            key.seal_in_place_append_tag(Aad::from(context.to_bytes()), &mut body).map_err(|_| SealError::Failed)?;
        let mut sealed = Vec::with_capacity(HEADER_BYTES.saturating_add(body.len()));
        sealed.push(FORMAT);
        sealed.extend(self.current.id);
        sealed.extend(nonce.as_ref());
        sealed.extend(body);
        Ok(sealed)
    }

    /// What was sealed for this place.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`] when its key is not in the ring; [`SealError::Forged`] when it was changed or moved.
    pub fn open(&self, context: SealContext<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&[FORMAT], rest) = sealed.split_first_chunk::<1>().ok_or(SealError::Form)? else {
            return Err(SealError::Form);
        };
        let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(SealError::Form)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Form)?;
        let master = std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|master| master.id == *id)
            .ok_or(SealError::UnknownKey)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = master
            .for_tenant(context.tenant)?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context.to_bytes()), &mut body)
            .map_err(|_| SealError::Forged)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// Whether `sealed` is under the current master key, so that earlier keys are not needed for it.
    #[must_use]
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.get(1..=KEY_ID_BYTES) == Some(self.current.id.as_slice())
    }

    /// What names the current master key in what it sealed.
    pub(crate) fn current_id(&self) -> [u8; KEY_ID_BYTES] {
        self.current.id
    }

    /// `value` as JSON, sealed.
    pub(crate) fn seal_json<T: serde::Serialize>(
        &self,
        context: SealContext<'_>,
        value: &T,
    ) -> Result<Vec<u8>, SealError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| SealError::Content)?);
        self.seal(context, &plain)
    }

    /// The value of sealed JSON.
    pub(crate) fn open_json<T: serde::de::DeserializeOwned>(
        &self,
        context: SealContext<'_>,
        sealed: &[u8],
    ) -> Result<T, SealError> {
        serde_json::from_slice(&self.open(context, sealed)?).map_err(|_| SealError::Content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> SecretBox<[u8; 32]> {
        SecretBox::new(Box::new([byte; 32]))
    }

    fn place(tenant: TenantId) -> SealContext<'static> {
        SealContext { tenant: Some(tenant), table: "recipients", row: b"row-1", column: "sealed" }
    }

    #[test]
    fn a_secret_opens_in_its_own_place_only() {
        let ring = KeyRing::new(&secret(1), &[]).unwrap();
        let here = place(TenantId::generate());
        let sealed = ring.seal(here, b"1234").unwrap();
        assert_eq!(ring.open(here, &sealed).unwrap().as_slice(), b"1234");
        assert!(!sealed.windows(4).any(|w| w == b"1234"));
        for elsewhere in [
            SealContext { tenant: Some(TenantId::generate()), ..here },
            SealContext { tenant: None, ..here },
            SealContext { table: "documents", ..here },
            SealContext { row: b"row-2", ..here },
            SealContext { column: "other", ..here },
            SealContext { table: "recipientsr", row: b"ow-1", ..here },
        ] {
            assert_eq!(ring.open(elsewhere, &sealed), Err(SealError::Forged));
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let ring = KeyRing::new(&secret(1), &[]).unwrap();
        let here = place(TenantId::generate());
        let sealed = ring.seal(here, b"a signing link").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(ring.open(here, &changed).is_err(), "byte {index}");
        }
        assert_eq!(ring.open(here, &sealed[..10]), Err(SealError::Form));
        assert_eq!(ring.open(here, &[]), Err(SealError::Form));
    }

    #[test]
    fn an_earlier_master_key_still_opens_and_never_seals() {
        let here = place(TenantId::generate());
        let sealed = KeyRing::new(&secret(1), &[]).unwrap().seal(here, b"x").unwrap();
        let rotated = KeyRing::new(&secret(2), &[secret(1)]).unwrap();
        assert_eq!(rotated.open(here, &sealed).unwrap().as_slice(), b"x");
        assert!(!rotated.is_current(&sealed));
        assert!(rotated.is_current(&rotated.seal(here, b"x").unwrap()));
        let forgotten = KeyRing::new(&secret(2), &[]).unwrap();
        assert_eq!(forgotten.open(here, &sealed), Err(SealError::UnknownKey));
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let ring = KeyRing::new(&secret(1), &[]).unwrap();
        let here = place(TenantId::generate());
        assert_ne!(ring.seal(here, b"x").unwrap(), ring.seal(here, b"x").unwrap());
    }
}
