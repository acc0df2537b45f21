//! Puts one signature into a PDF.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use lopdf::ObjectId;

use super::form::{add_to_form, add_to_page, reference, unused_field_name};
use super::incremental_update::IncrementalUpdate;
use super::source::Source;
use super::stamp::Stamp;
use super::syntax::{number, text_string};
use super::{PadesError, SigningIdentity, cms_signature};

/// Room for the last three numbers of the byte range with the spaces between them: each takes at most ten digits.
const BYTE_RANGE_ROOM: usize = 32;
/// Annotation flags Print and Locked. Source: ISO 32000-1:2008, table 165.
const WIDGET_FLAGS: u32 = 4 | 128;

/// What a signature says besides who signed.
#[derive(Debug, Clone, PartialEq)]
pub struct SignOptions {
    /// The moment the signer claims to have signed, written in whole seconds.
    pub signed_at: DateTime<Utc>,
    /// Why the document was signed.
    pub reason: Option<String>,
    /// The signer's name as shown by viewers.
    pub name: Option<String>,
    /// Where the document was signed.
    pub location: Option<String>,
    /// A visible mark; without one the signature is invisible and stands on the first page.
    pub stamp: Option<Stamp>,
}

impl SignOptions {
    /// An invisible signature that tells its time and nothing else.
    #[must_use]
    pub fn at(signed_at: DateTime<Utc>) -> Self {
        Self { signed_at, reason: None, name: None, location: None, stamp: None }
    }
}

/// The document with one more signature over all of it: `pdf` unchanged, followed by an incremental update.
///
/// Further signers sign the result of the one before. The signature is a PAdES baseline-B one; the certificate chain is
/// inside.
///
/// # Errors
/// [`PadesError::Unreadable`], [`PadesError::Encrypted`], [`PadesError::UnexpectedObject`] and [`PadesError::TooLarge`]
/// when the document cannot take a signature; [`PadesError::NoSuchPage`], [`PadesError::NoPageBox`] and
/// [`PadesError::InvalidStamp`] when the stamp does not suit it; the others when signing itself fails.
pub fn sign_pdf(pdf: &[u8], identity: &SigningIdentity, options: &SignOptions) -> Result<Vec<u8>, PadesError> {
    let source = Source::read(pdf)?;
    let mut update = IncrementalUpdate::new(&source)?;
    let room = cms_signature::room(identity);

    let signature = SignatureDictionary::new(options, room);
    let signature_id = update.reserve()?;
    let start = update.write(signature_id, signature.text.as_bytes())?;
    write_field(&source, &mut update, signature_id, options.stamp.as_ref())?;
    let mut file = update.finish()?;

    let contents = start + signature.contents_start..start + signature.contents_start + hex_string_length(room);
    let byte_range = format!("{} {} {}", contents.start, contents.end, file.len() - contents.end);
    overwrite(&mut file, start + signature.byte_range_start, byte_range.as_bytes());

    let mut covered = digest::Context::new(&digest::SHA256);
    for part in [file.get(..contents.start), file.get(contents.end..)] {
        covered.update(part.unwrap_or_default());
    }
    let cms = cms_signature::detached(identity, covered.finish().as_ref())?;
    if cms.len() > room {
        return Err(PadesError::SignatureTooLong { needed: cms.len(), reserved: room });
    }
    let hex: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
    overwrite(&mut file, contents.start + 1, hex.as_bytes());
    Ok(file)
}

/// The text of a signature dictionary whose byte range and contents are still blank, and where in it they belong.
struct SignatureDictionary {
    text: String,
    byte_range_start: usize,
    contents_start: usize,
}

impl SignatureDictionary {
    fn new(options: &SignOptions, room: usize) -> Self {
        let mut text = String::from("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached");
        text.push_str(&format!(" /M ({})", options.signed_at.format("D:%Y%m%d%H%M%SZ")));
        for (key, value) in [("Name", &options.name), ("Reason", &options.reason), ("Location", &options.location)] {
            if let Some(value) = value {
                text.push_str(&format!(" /{key} {}", text_string(value)));
            }
        }
        text.push_str(" /ByteRange [0 ");
        let byte_range_start = text.len();
        text.push_str(&" ".repeat(BYTE_RANGE_ROOM));
        text.push_str("] /Contents ");
        let contents_start = text.len();
        text.push_str(&format!("<{}> >>", "0".repeat(2 * room)));
        Self { text, byte_range_start, contents_start }
    }
}

fn hex_string_length(bytes: usize) -> usize {
    2 * bytes + "<>".len()
}

/// Writes the signature field, which is its own widget, and makes it known to form and page.
fn write_field(
    source: &Source<'_>,
    update: &mut IncrementalUpdate<'_>,
    signature: ObjectId,
    stamp: Option<&Stamp>,
) -> Result<(), PadesError> {
    let page_id = source.page_id(stamp.map_or(1, |stamp| stamp.page))?;
    let field_id = update.reserve()?;
    let look = match stamp {
        None => "/Rect [0 0 0 0]".to_owned(),
        Some(stamp) => {
            stamp.check()?;
            let page = source.visible_page(stamp.page)?;
            let appearance_id = update.reserve()?;
            update.write(appearance_id, &stamp.appearance(page.rotation))?;
            let rectangle = stamp.rectangle(&page).map(number).join(" ");
            format!("/Rect [{rectangle}] /AP << /N {} >>", reference(appearance_id))
        }
    };
    let field = format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T {} /V {} /F {WIDGET_FLAGS} /P {} {look} >>",
        text_string(&unused_field_name(source)),
        reference(signature),
        reference(page_id)
    );
    update.write(field_id, field.as_bytes())?;
    add_to_form(source, update, field_id)?;
    add_to_page(source, update, page_id, field_id)
}

/// Writes `bytes` over what stands at `start`; both places are inside blanks that this module made large enough.
fn overwrite(file: &mut [u8], start: usize, bytes: &[u8]) {
    for (place, byte) in file.iter_mut().skip(start).zip(bytes) {
        *place = *byte;
    }
}
