//! The checks of `enviar_documento`, row by row. Source: contract section 10.2.
//!
//! A row is looked at for all blocks and recipients before the next row begins; the first hit answers.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::checks_members;
use super::codes::{Code, send};
use super::state::{ClientState, Directory, State};
use super::values::{TEXT_LENGTH, filled, flag_or, integer, is_email, is_phone, text};
use crate::pdf_facts::{PageSize, PdfFault};

/// What was found in the part `archivo`.
#[derive(Clone, Debug)]
pub(super) enum FileFacts {
    /// The part is missing or empty.
    Missing,
    /// Looked into: the pages, or why it is no acceptable PDF.
    Examined(Result<Vec<PageSize>, PdfFault>),
    /// Taken without a look inside (null sink).
    Unexamined,
}

/// A JSON object of the request.
pub(super) type Object = Map<String, Value>;

/// Looks for the first row that refuses the request.
///
/// # Errors
/// The code and message of that row.
pub(super) fn check(state: &State, json: Option<&Object>, file: &FileFacts) -> Result<(), Code> {
    refuse_if(state.variants.inactive, send::INACTIVE)?; // row 1
    let json = json.ok_or(send::NO_JSON)?; // row 2
    check_account(state, json)?;
    let pages = check_file(file)?;
    let blocks = check_blocks(json)?;
    check_recipients(state, json, &blocks)?;
    check_positions(&blocks, pages)?;
    checks_members::check(json, &blocks, state.variants.require_mensaje_privado) // row 26
}

fn refuse_if(hit: bool, code: Code) -> Result<(), Code> {
    if hit { Err(code) } else { Ok(()) }
}

/// Rows 3 to 8.
fn check_account(state: &State, json: &Object) -> Result<(), Code> {
    let developer =
        state.developer(text(json, "private_key"), text(json, "cif_desarrollador")).ok_or(send::PRIVATE_KEY)?;
    let (Some(cif), Some(_), Some(email)) = (
        filled(json, "cif_cliente"),
        filled(json, "nombre_cliente"),
        filled(json, "email_cliente").filter(|email| is_email(email)),
    ) else {
        return Err(send::CLIENT_IDENTITY);
    };
    match state.clients.get(cif) {
        Some(client) => {
            refuse_if(client.cif_desarrollador != developer.cif_desarrollador, send::FOREIGN_CLIENT)?;
            match client.state {
                ClientState::Active => {}
                ClientState::Closed => return Err(send::CLIENT_CLOSED),
                ClientState::Inactive => return Err(send::CLIENT_INACTIVE),
            }
        }
        None => {
            let taken = |other: &str| other.eq_ignore_ascii_case(email);
            refuse_if(state.clients.values().any(|client| taken(&client.email)), send::CLIENT_EMAIL_TAKEN)?;
        }
    }
    let known = |tariff: &Value| tariff.as_str().is_some_and(|tariff| state.tariffs.contains(tariff));
    refuse_if(json.get("tarifa_cliente").is_some_and(|tariff| !known(tariff)), send::TARIFF)
}

/// Rows 9 to 11; gives the pages back when the file was looked into.
fn check_file(file: &FileFacts) -> Result<Option<&[PageSize]>, Code> {
    match file {
        FileFacts::Missing => Err(send::NO_FILE),
        FileFacts::Unexamined => Ok(None),
        FileFacts::Examined(Ok(pages)) => Ok(Some(pages)),
        FileFacts::Examined(Err(PdfFault::NotPdf | PdfFault::Encrypted)) => Err(send::PDF_READABLE),
        FileFacts::Examined(Err(PdfFault::Damaged)) => Err(send::PDF_STANDARD),
    }
}

/// A block whose type and recipients have been checked.
pub(super) struct CheckedBlock<'a> {
    pub(super) members: &'a Object,
    pub(super) signs: bool,
    pub(super) recipients: Vec<&'a Object>,
}

/// Rows 12 to 16.
fn check_blocks(json: &Object) -> Result<Vec<CheckedBlock<'_>>, Code> {
    let blocks = json.get("bloques").and_then(Value::as_array).ok_or(send::NO_BLOCKS)?;
    refuse_if(blocks.is_empty(), send::NO_BLOCKS)?;
    let no_members = || send::BLOCK_TYPE;
    let members: Vec<&Object> =
        blocks.iter().map(|block| block.as_object().ok_or_else(no_members)).collect::<Result<_, _>>()?;
    for block in &members {
        refuse_if(!matches!(text(block, "tipo_bloque"), Some("firma" | "revision" | "copia")), send::BLOCK_TYPE)?;
    }
    let mut checked = Vec::with_capacity(members.len());
    for block in &members {
        let recipients = block.get("destinatarios").and_then(Value::as_array).ok_or(send::NO_RECIPIENTS)?;
        refuse_if(recipients.is_empty(), send::NO_RECIPIENTS)?;
        checked.push(CheckedBlock {
            members: block,
            signs: text(block, "tipo_bloque") == Some("firma"),
            // What is no object has no name, so that row 17 refuses it.
            recipients: recipients.iter().map(|recipient| recipient.as_object().unwrap_or(&NOTHING)).collect(),
        });
    }
    for block in &checked {
        refuse_if(!is_within(block.members.get("minimo"), block.recipients.len()), send::MINIMUM)?;
    }
    for block in &checked {
        refuse_if(!is_within(block.members.get("orden"), blocks.len()), send::ORDER)?;
    }
    Ok(checked)
}

static NOTHING: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);

/// Whether a value is an integer from 1 to `most`.
fn is_within(value: Option<&Value>, most: usize) -> bool {
    let number = value.and_then(integer).and_then(|number| usize::try_from(number).ok());
    number.is_some_and(|number| (1..=most).contains(&number))
}

/// Rows 17 to 23.
fn check_recipients(state: &State, json: &Object, blocks: &[CheckedBlock<'_>]) -> Result<(), Code> {
    let all = || blocks.iter().flat_map(|block| block.recipients.iter().map(move |recipient| (block, *recipient)));
    for (_, recipient) in all() {
        refuse_if(filled(recipient, "nombre_destinatario").is_none(), send::RECIPIENT_NAME)?;
    }
    for (_, recipient) in all() {
        refuse_if(!text(recipient, "email_destinatario").is_some_and(is_email), send::RECIPIENT_EMAIL)?;
    }
    for (_, recipient) in all() {
        let phone = recipient.get("telefono_destinatario");
        refuse_if(phone.is_some_and(|phone| !phone.as_str().is_some_and(is_phone)), send::RECIPIENT_PHONE)?;
    }
    if text(json, "tipo_seguridad") == Some("avanzada") {
        for (block, recipient) in all() {
            refuse_if(block.signs && text(recipient, "telefono_destinatario").is_none(), send::PHONE_REQUIRED)?;
        }
    }
    let directory = text(json, "cif_cliente").and_then(|cif| state.directories.get(cif));
    check_identifiers(directory, all().map(|(_, recipient)| recipient))?;
    check_emails(directory, all().map(|(_, recipient)| recipient))?;
    for (_, recipient) in all() {
        let named = [text(recipient, "email_gestor"), text(recipient, "nombre_gestor")];
        let given = named.iter().flatten().count();
        let corporate_only = flag_or(recipient, "terminal_corporativo", false)
            && !flag_or(recipient, "terminal_web", false)
            && !flag_or(recipient, "terminal_personal", false);
        refuse_if(given == 1 || (given == 0 && corporate_only), send::MANAGER)?;
    }
    Ok(())
}

/// Row 21: an identifier belongs to one person, also within the request, whose persons enter the directory one after another.
fn check_identifiers<'a>(
    directory: Option<&Directory>,
    recipients: impl Iterator<Item = &'a Object>,
) -> Result<(), Code> {
    let mut given: HashMap<&str, String> = HashMap::new();
    for recipient in recipients {
        let (Some(identifier), Some(email)) =
            (text(recipient, "identificador_destinatario"), text(recipient, "email_destinatario"))
        else {
            continue;
        };
        let email = email.to_lowercase();
        let owner = directory.and_then(|directory| directory.with_identifier(identifier));
        refuse_if(owner.is_some_and(|owner| owner.email.to_lowercase() != email), send::IDENTIFIER_TAKEN)?;
        let earlier = given.insert(identifier, email.clone());
        refuse_if(earlier.is_some_and(|earlier| earlier != email), send::IDENTIFIER_TAKEN)?;
    }
    Ok(())
}

/// Row 22.
fn check_emails<'a>(directory: Option<&Directory>, recipients: impl Iterator<Item = &'a Object>) -> Result<(), Code> {
    let mut seen = HashSet::new();
    for recipient in recipients {
        let email = text(recipient, "email_destinatario").unwrap_or_default();
        refuse_if(!seen.insert(email.to_lowercase()), send::EMAIL_TAKEN)?;
        let known = directory.and_then(|directory| directory.get(directory.find(email)?));
        let known_identifier = known.and_then(|person| person.identificador.as_deref());
        let given = text(recipient, "identificador_destinatario");
        let differs = known_identifier.zip(given).is_some_and(|(known, given)| known != given);
        refuse_if(differs, send::EMAIL_TAKEN)?;
    }
    Ok(())
}

/// Rows 24 and 25.
fn check_positions(blocks: &[CheckedBlock<'_>], pages: Option<&[PageSize]>) -> Result<(), Code> {
    let mut positions = Vec::new();
    for block in blocks {
        for recipient in &block.recipients {
            let Some(given) = recipient.get("firma_multiple") else {
                continue;
            };
            refuse_if(!block.signs, send::POSITIONS)?;
            for position in given.as_array().ok_or(send::POSITIONS)? {
                positions.push(position_of(position).ok_or(send::POSITIONS)?);
            }
        }
    }
    let Some(pages) = pages else {
        return Ok(());
    };
    for (page, x, y) in positions {
        let size = usize::try_from(page).ok().and_then(|page| pages.get(page.checked_sub(1)?));
        let inside = size.is_some_and(|size| reaches(x, size.width) && reaches(y, size.height));
        refuse_if(!inside, send::coordinates(x, y))?;
    }
    Ok(())
}

/// Whether a coordinate in pixels lies on a side of so many points. A side is rounded to whole pixels: A4 is 794 × 1123.
fn reaches(pixels: i64, points: f64) -> bool {
    let side = (points * super::PIXELS_PER_POINT).round();
    u32::try_from(pixels).is_ok_and(|pixels| f64::from(pixels) <= side)
}

/// Page and coordinates of a position: an object with exactly these three integers.
fn position_of(position: &Value) -> Option<(i64, i64, i64)> {
    let position = position.as_object().filter(|members| members.len() == 3)?;
    let number = |name: &str| position.get(name).and_then(integer);
    Some((number("pagina")?, number("coordenada_x")?, number("coordenada_y")?))
}

/// Whether a text is no longer than the vendor takes.
pub(super) fn is_short(text: &str) -> bool {
    text.chars().count() <= TEXT_LENGTH
}
