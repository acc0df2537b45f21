//! Files that signers gave. Source: contract section 2.8.

use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::find;
use super::messages::{self, Refusal};
use super::process::Process;
use super::shape::{Kind, Member, optional, required};
use super::views_of_process::Links;
use super::wire::{self, Files};
use crate::sandbox::Sandbox;

const MEMBERS: &[Member] = &[required("arquivoTipo", Kind::AnyInt), optional("signatarios", Kind::Array(&Kind::Guid))];

/// 2.8.
pub(super) async fn search(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let sent = match find::object(&body.json, MEMBERS, &caller.variants) {
        Ok(sent) => sent,
        Err(refusal) => return wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    };
    let as_links = match sent.get("arquivoTipo").and_then(Value::as_i64) {
        Some(1) => false,
        Some(2) => true,
        Some(_) | None => {
            return wire::refuse(&caller.variants, &Refusal::rule(&caller.variants, messages::FILE_TYPE));
        }
    };
    let wanted = find::texts(sent, "signatarios");
    let (mut files, mut links) = (Files::default(), Links::new(&sandbox));
    let mut state = sandbox.arqsign_state();
    let told = find::process(&state, &caller, &id, sandbox.now()).and_then(|process| {
        let places = chosen(process, wanted.as_deref())
            .ok_or_else(|| messages::unknown_ids(&caller.variants, &["signatarios"]))?;
        let each = places.into_iter().map(|place| signer(process, place, as_links, &mut files, &mut links));
        Ok(Value::Array(each.collect()))
    });
    links.store(&mut state);
    drop(state);
    match told {
        Ok(told) => files.reply(&caller.variants, told),
        Err(refusal) => wire::refuse(&caller.variants, &refusal),
    }
}

/// The signers that are asked about, all without a list; none when the list names nobody of the process. Others are ignored.
fn chosen(process: &Process, wanted: Option<&[String]>) -> Option<Vec<usize>> {
    let signers = process.recipients.iter().enumerate().filter(|(_, recipient)| recipient.signer.is_some());
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Some(signers.map(|(place, _)| place).collect());
    };
    let named = |id: &str| wanted.iter().any(|known| known.eq_ignore_ascii_case(id));
    let places: Vec<usize> = signers.filter(|(_, recipient)| named(&recipient.id)).map(|(place, _)| place).collect();
    (!places.is_empty()).then_some(places)
}

fn signer(process: &Process, place: usize, as_links: bool, files: &mut Files, links: &mut Links<'_>) -> Value {
    let Some(recipient) = process.recipients.get(place) else {
        return Value::Null;
    };
    let attachments = recipient.signer.iter().flat_map(|signer| &signer.attachments).enumerate();
    let given = attachments.filter_map(|(attachment, asked)| {
        let upload = asked.upload.as_ref()?;
        let file =
            if as_links { links.upload(process, place, attachment).into() } else { files.add(upload.bytes.clone()) };
        Some(json!({ "id": upload.id, "nome": format!("{} {}", asked.name, upload.filename), "arquivo": file }))
    });
    let given: Vec<Value> = given.collect();
    json!({
        "idSignatario": recipient.id,
        "nome": recipient.name,
        "anexos": if given.is_empty() { Value::Null } else { given.into() },
    })
}
