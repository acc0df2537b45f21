//! Which word says how a document is signed. The level is the document's, so the signers of an envelope share one.
//! Source: contract sections 3.2 and 7.

use domain::envelope::{Document, Notary, Role, SignatureLevel};
use domain::order::Order;

use super::options::DocumentOptions;
use super::profile::{DocumentStyle, Profile};

/// The levels that the vendor has, the weakest first.
const LEVELS: [SignatureLevel; 2] = [SignatureLevel::Simple, SignatureLevel::Advanced];

/// The notary's parts that the vendor has.
const NOTARY: [Notary; 4] = [Notary::None, Notary::Certification, Notary::Validation, Notary::Full];

/// How a document is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub level: SignatureLevel,
    pub notary: Notary,
    /// The vendor's word.
    pub word: String,
}

/// Why no word says what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoWord {
    /// No level from the asked one on has a word with this notary's part.
    Unavailable,
    /// The document's own option is neither a level nor a word of the account.
    UnknownOption,
    /// The document's own option is less than the envelope asks for.
    LessThanAsked,
}

/// The level that the signers ask for: the highest.
pub(super) fn asked_level(order: &Order) -> SignatureLevel {
    order.with_role(Role::Signer).filter_map(|r| r.spec.signature_level).max().unwrap_or(SignatureLevel::Simple)
}

impl Profile {
    /// The word for a level and a notary's part. As flags only two things can be said.
    pub(super) fn signature_word(&self, level: SignatureLevel, notary: Notary) -> Option<&str> {
        match (self.document_style, level, notary) {
            (DocumentStyle::Code, _, _) => self.signature_codes.level(level)?.of(notary),
            (DocumentStyle::Flags, SignatureLevel::Simple, Notary::None) => Some(&self.fields.document.sign),
            (DocumentStyle::Flags, SignatureLevel::Simple, Notary::Full) => Some(&self.fields.document.notary_sign),
            (DocumentStyle::Flags, _, _) => None,
        }
    }

    /// The weakest level that the account has.
    pub(super) fn lowest_level(&self) -> SignatureLevel {
        let has = |level: &SignatureLevel| self.signature_word(*level, Notary::None).is_some();
        LEVELS.into_iter().find(has).unwrap_or(SignatureLevel::Simple)
    }

    /// How `document` is signed.
    pub(super) fn signature(&self, order: &Order, document: &Document) -> Result<Signature, NoWord> {
        let (asked, notary) = (asked_level(order), order.spec.notary);
        match DocumentOptions::of(document).signature.as_deref() {
            None => self.at_least(asked, notary),
            Some("simple") if asked > SignatureLevel::Simple => Err(NoWord::LessThanAsked),
            Some("simple") => self.at_least(SignatureLevel::Simple, notary),
            Some("advanced") => self.at_least(asked.max(SignatureLevel::Advanced), notary),
            Some(word) => {
                let named = self.named(word).ok_or(NoWord::UnknownOption)?;
                let enough = named.level >= asked && (notary == Notary::None || named.notary == notary);
                if enough { Ok(named) } else { Err(NoWord::LessThanAsked) }
            }
        }
    }

    fn at_least(&self, asked: SignatureLevel, notary: Notary) -> Result<Signature, NoWord> {
        LEVELS
            .into_iter()
            .filter(|level| *level >= asked)
            .find_map(|level| {
                let word = self.signature_word(level, notary)?.to_owned();
                Some(Signature { level, notary, word })
            })
            .ok_or(NoWord::Unavailable)
    }

    /// What one of the account's own words says.
    fn named(&self, word: &str) -> Option<Signature> {
        LEVELS.into_iter().flat_map(|level| NOTARY.into_iter().map(move |notary| (level, notary))).find_map(
            |(level, notary)| {
                let known = self.signature_word(level, notary)?;
                (known == word).then(|| Signature { level, notary, word: word.to_owned() })
            },
        )
    }
}
