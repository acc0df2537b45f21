//! The signature policy of a document: its format, and the parameters that say what the visible stamp is and where.
//!
//! All values are texts, also those of numbers and of nested JSON. Source: contract section 2.2.

use std::collections::{BTreeMap, BTreeSet};

use domain::envelope::{Document, Field, OrderRecipient};
use domain::order::Order;

use super::ViafirmaAccount;
use super::options::{EnvelopeOptions, PagesWord, Stamp, StampPages};
use super::position::{Rectangle, page_of, rectangle};
use super::wire::sent;

const PAGE: &str = "DIGITAL_SIGN_PAGE";
const RECTANGLE: &str = "DIGITAL_SIGN_RECTANGLE";
const TEXT: &str = "DIGITAL_SIGN_STAMPER_TEXT";
const TYPE: &str = "DIGITAL_SIGN_STAMPER_TYPE";
const IMAGE: &str = "DIGITAL_SIGN_IMAGE_STAMPER";
const ROTATION: &str = "DIGITAL_SIGN_STAMPER_ROTATION_ANGLE";
const HIDE_STATUS: &str = "DIGITAL_SIGN_STAMPER_HIDE_STATUS";
const REASON: &str = "DIGITAL_SIGN_REASON";
const LOCATION: &str = "DIGITAL_SIGN_LOCATION";
const CONTACT: &str = "DIGITAL_SIGN_CONTACT";
const ALGORITHM: &str = "SIGNATURE_ALGORITHM";
const DIGEST: &str = "DIGEST_METHOD";
const TIMESTAMP: &str = "PADES_INCLUDE_TSA";

/// The parameters that come from fields, options and settings of their own.
pub(super) const WRITTEN_HERE: [&str; 13] = [
    PAGE,
    RECTANGLE,
    TEXT,
    TYPE,
    IMAGE,
    ROTATION,
    HIDE_STATUS,
    REASON,
    LOCATION,
    CONTACT,
    ALGORITHM,
    DIGEST,
    TIMESTAMP,
];

/// The page that stands for every page.
const EVERY_PAGE: &str = "0";
/// The page that stands for the last one.
const LAST_PAGE: &str = "-1";

/// Why a signer's fields on a document cannot become one stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoStamp {
    /// The field (by index among the recipient's) is on no page, or empty.
    Outside(usize),
    /// The field (by index among the recipient's) has another rectangle than the first.
    AnotherRectangle(usize),
    /// The option names a page that the document does not have.
    NoSuchPage(u32),
    /// The field would stand elsewhere on this page, because it has another height.
    AnotherHeight(u32),
}

impl ViafirmaAccount {
    /// How `signer` signs `document`.
    pub(super) fn signature_policy(
        &self,
        order: &Order,
        signer: &OrderRecipient,
        document: &Document,
    ) -> sent::SignaturePolicy {
        let settings = self.settings();
        let options = EnvelopeOptions::of(order);
        let mut parameters: BTreeMap<String, String> = settings.extra_policy_parameters.clone();
        let mut set = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                parameters.insert(name.to_owned(), value);
            }
        };
        let stamp = &options.stamp;
        let (page, place) = match self.stamp_place(stamp, &signer.spec.fields, document) {
            Ok(Some((pages, place))) => (Some(pages), serde_json::to_string(&place).ok()),
            Ok(None) => (stamp.pages.as_ref().map(|pages| pages_alone(pages, document)), None),
            // The check refuses such an order, so that this is never sent.
            Err(_) => (None, None),
        };
        set(PAGE, page);
        set(RECTANGLE, place);
        set(TEXT, stamp.text.clone());
        set(TYPE, stamp.kind.clone());
        set(IMAGE, stamp.image.clone());
        set(ROTATION, stamp.rotation.map(|angle| angle.to_string()));
        set(HIDE_STATUS, stamp.hide_status.map(|hide| hide.to_string()));
        set(REASON, stamp.reason.clone());
        set(LOCATION, stamp.location.clone());
        set(CONTACT, stamp.contact.clone());
        set(ALGORITHM, Some(settings.signature_algorithm.clone()));
        set(DIGEST, Some(settings.digest_method.clone()));
        set(TIMESTAMP, settings.include_timestamp.then(|| "true".to_owned()));
        sent::SignaturePolicy {
            signature_format: options.signature_format.unwrap_or_else(|| settings.signature_format.clone()),
            signature_type: "ATTACHED",
            parameters,
        }
    }

    /// The pages and the one rectangle of a signer's fields on a document; `None` where they have none there.
    pub(super) fn stamp_place(
        &self,
        stamp: &Stamp,
        fields: &[Field],
        document: &Document,
    ) -> Result<Option<(String, Rectangle)>, NoStamp> {
        let frame = self.settings().position;
        let here: Vec<(usize, &Field)> =
            fields.iter().enumerate().filter(|(_, field)| field.document == document.order).collect();
        let Some((_, first)) = here.first() else { return Ok(None) };
        let on = |field: &Field, number: u32| {
            let page = page_of(document, number)?;
            rectangle(field, page, frame)
        };
        let mut place = None;
        let mut pages = BTreeSet::new();
        for (index, field) in &here {
            let found = on(field, field.page).ok_or(NoStamp::Outside(*index))?;
            if *place.get_or_insert(found) != found {
                return Err(NoStamp::AnotherRectangle(*index));
            }
            pages.insert(field.page);
        }
        let Some(place) = place else { return Ok(None) };
        let all = stamp.pages == Some(StampPages::Word(PagesWord::All));
        for number in more_pages(stamp, document) {
            if page_of(document, number).is_none() {
                return Err(NoStamp::NoSuchPage(number));
            }
            if on(first, number) != Some(place) {
                return Err(NoStamp::AnotherHeight(number));
            }
            pages.insert(number);
        }
        let pages = if all { EVERY_PAGE.to_owned() } else { written(&pages) };
        Ok(Some((pages, place)))
    }
}

/// The pages that the option adds to those of fields.
pub(super) fn more_pages(stamp: &Stamp, document: &Document) -> Vec<u32> {
    let last = u32::try_from(document.pages.len()).unwrap_or(u32::MAX);
    match &stamp.pages {
        None => Vec::new(),
        Some(StampPages::Word(PagesWord::All)) => (1..=last).collect(),
        Some(StampPages::Word(PagesWord::Last)) => vec![last],
        Some(StampPages::Numbers(numbers)) => numbers.clone(),
    }
}

/// The pages of a stamp whose place is the vendor's to choose.
fn pages_alone(pages: &StampPages, document: &Document) -> String {
    match pages {
        StampPages::Word(PagesWord::All) => EVERY_PAGE.to_owned(),
        StampPages::Word(PagesWord::Last) => LAST_PAGE.to_owned(),
        StampPages::Numbers(numbers) => {
            written(&numbers.iter().copied().filter(|number| page_of(document, *number).is_some()).collect())
        }
    }
}

/// One page as its number, several as a list of texts in a text.
fn written(pages: &BTreeSet<u32>) -> String {
    let texts: Vec<String> = pages.iter().map(ToString::to_string).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        several => serde_json::json!(several).to_string(),
    }
}
