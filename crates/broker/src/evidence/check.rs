//! Checking a bundle that somebody brings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;

use zip::ZipArchive;

use super::{PURPOSE, SEAL, SUMS};
use crate::digest::{Sha256Stream, sha256_hex};
use crate::{Broker, BrokerError, Result};

/// The largest list of digests, and the largest seal, in bytes.
const MAX_TEXT: u64 = 1024 * 1024;

/// What checking a bundle found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceCheck {
    /// Whether this service wrote the list of digests.
    pub sealed: bool,
    /// Files that are what they were.
    pub intact: Vec<String>,
    /// Files whose bytes are others than the list says.
    pub changed: Vec<String>,
    /// Files of the list that are not there.
    pub missing: Vec<String>,
    /// Files that the list does not know.
    pub added: Vec<String>,
}

impl EvidenceCheck {
    /// Whether the bundle is whole, unchanged, and from here.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.sealed && self.changed.is_empty() && self.missing.is_empty() && self.added.is_empty()
    }
}

impl Broker {
    /// Checks a bundle of [`Broker::evidence_bundle`]. Blocks while it reads the file.
    ///
    /// # Errors
    /// [`BrokerError::Internal`] when it is no ZIP, or has no list of digests.
    pub fn check_evidence(&self, bundle: File) -> Result<EvidenceCheck> {
        let mut zip = ZipArchive::new(bundle).map_err(|_| unsound("it is no ZIP archive"))?;
        let sums = text(&mut zip, SUMS)?;
        let seal = text(&mut zip, SEAL).unwrap_or_default();
        let digest = sha256_hex(sums.as_bytes());
        let told = self.store().open_token(PURPOSE, seal.trim());
        let mut found =
            EvidenceCheck { sealed: told.as_deref() == Some(digest.as_bytes()), ..EvidenceCheck::default() };

        let mut listed: BTreeMap<&str, &str> = BTreeMap::new();
        for line in sums.lines() {
            let (sha256, name) = line.split_once("  ").ok_or_else(|| unsound("its list of digests cannot be read"))?;
            listed.insert(name, sha256);
        }
        let mut seen = BTreeSet::new();
        for index in 0..zip.len() {
            let mut member = zip.by_index(index).map_err(|_| unsound("a member cannot be read"))?;
            let name = member.name().map(|name| name.into_owned()).unwrap_or_default();
            if name == SUMS || name == SEAL {
                continue;
            }
            let Some(sha256) = listed.get(name.as_str()).filter(|_| seen.insert(name.clone())) else {
                found.added.push(name);
                continue;
            };
            let place =
                if digest_of(&mut member).as_deref() == Some(*sha256) { &mut found.intact } else { &mut found.changed };
            place.push(name);
        }
        found.missing = listed.keys().filter(|name| !seen.contains(**name)).map(|name| (*name).to_owned()).collect();
        Ok(found)
    }
}

/// The digest of what can be read; `None` for a damaged member, whose own check sum tells.
fn digest_of(member: &mut impl Read) -> Option<String> {
    let mut digest = Sha256Stream::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = member.read(&mut piece).ok()?;
        let bytes = piece.get(..read).filter(|bytes| !bytes.is_empty());
        let Some(bytes) = bytes else { return Some(digest.finish_hex()) };
        digest.update(bytes);
    }
}

fn text(zip: &mut ZipArchive<File>, name: &str) -> Result<String> {
    let member = zip.by_name(name).map_err(|_| unsound("it has no list of digests"))?;
    let mut text = String::new();
    member.take(MAX_TEXT).read_to_string(&mut text).map_err(|_| unsound("its list of digests cannot be read"))?;
    Ok(text)
}

fn unsound(why: &str) -> BrokerError {
    BrokerError::Internal(format!("the bundle cannot be checked: {why}"))
}
