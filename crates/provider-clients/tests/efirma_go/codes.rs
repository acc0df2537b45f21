//! Every code of every endpoint: its class, the places it may mean, and how certain it leaves the broker. The tables here
//! are written from the contract's, one line each.

use domain::envelope::{Role, SignatureLevel};
use domain::outcome::{Class, Outcome, Refusal};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    Case, KEY, account, answer, any_call, coded, field, listed, moment, order, recipient, refused, signer, stage,
    unknown,
};

/// An envelope in which every place that a code can mean exists, some of them twice.
fn full() -> Case {
    let mut jesus = signer("Jesús Sánchez Alonso", "jesus@example.com");
    jesus.phone = Some("+34677777777".parse().unwrap());
    jesus.signature_level = Some(SignatureLevel::Advanced);
    jesus.fields = vec![field(1, 1, 75.0, 75.0), field(2, 1, 10.0, 10.0), field(1, 2, 150.0, 300.0)];
    jesus.provider_options.insert("efirma_go".to_owned(), json!({ "identificador": "EMP-42" }));
    let mut ana = signer("Ana Gómez", "ana@example.com");
    ana.signature_level = Some(SignatureLevel::Advanced);
    let maximo = recipient(Role::Approver, "Máximo López", "maximo@example.com", 2);
    let mut order = order(vec![jesus, ana, maximo]);
    order.documents.push(crate::support::document(2));
    order.spec.stages = vec![stage(1, None, Some(1), Some("Company")), stage(2, None, None, None)];
    Case::new(order)
}

fn shown(refusal: &Refusal) -> Vec<String> {
    let source = |blame: &domain::outcome::Blame| match blame.source {
        domain::finding::FindingSource::Envelope => "",
        domain::finding::FindingSource::Account => "account:",
    };
    refusal.blames.iter().map(|blame| format!("{}{}", source(blame), blame.pointer)).collect()
}

#[test]
fn every_code_of_sending_has_its_class_its_places_and_its_certainty() {
    use Class::{Authentication, Conflict, InvalidRequest, Permission};
    const KEY_AT: &[&str] = &["account:/credentials/private_key"];
    const CIF: &[&str] = &["account:/settings/cif_cliente"];
    const EMAILS: &[&str] = &["/recipients/0/email", "/recipients/1/email", "/recipients/2/email"];
    let refusals: &[(&str, Class, &[&str])] = &[
        ("0002", Authentication, KEY_AT),
        ("0003", InvalidRequest, &["account:/settings/cif_cliente", "account:/settings/email_cliente"]),
        ("0004", InvalidRequest, &["/documents/0"]),
        ("0005", InvalidRequest, &["/documents/0"]),
        ("0007", InvalidRequest, &["/recipients"]),
        ("0008", InvalidRequest, &["/stages/0/minimum"]),
        (
            "0009",
            InvalidRequest,
            &["/recipients/0/routing_order", "/recipients/1/routing_order", "/recipients/2/routing_order"],
        ),
        ("0010", InvalidRequest, &["/recipients"]),
        ("0011", InvalidRequest, &["/recipients/0/name", "/recipients/1/name", "/recipients/2/name"]),
        ("0014", InvalidRequest, EMAILS),
        ("0016", InvalidRequest, &["/recipients/0/phone"]),
        ("0022", InvalidRequest, &[]),
        ("0023", Permission, CIF),
        ("0024", InvalidRequest, &["/recipients/0/fields/0", "/recipients/0/fields/2"]),
        (
            "0025",
            InvalidRequest,
            &[
                "/recipients/0/fields",
                "account:/settings/nombre_cliente",
                "account:/settings/cif_cliente",
                "account:/settings/email_cliente",
            ],
        ),
        ("0026", Conflict, &["/recipients/0/provider_options/efirma_go/identificador"]),
        ("0027", InvalidRequest, &["/recipients/1/phone"]),
        ("0028", Conflict, EMAILS),
        (
            "0029",
            Conflict,
            &["account:/settings/email_cliente", "/recipients/0/email", "/recipients/1/email", "/recipients/2/email"],
        ),
        ("0030", InvalidRequest, &["account:/settings/tarifa_cliente"]),
        ("0031", InvalidRequest, &[]),
        ("0032", InvalidRequest, &["/recipients/0/role", "/recipients/1/role", "/recipients/2/role"]),
        ("0033", Permission, CIF),
        ("0034", Permission, CIF),
        (
            "0035",
            InvalidRequest,
            &[
                "/recipients/0/provider_options/efirma_go/gestor",
                "/recipients/1/provider_options/efirma_go/gestor",
                "/recipients/2/provider_options/efirma_go/gestor",
            ],
        ),
    ];
    let (account, case) = (account(json!({})), full());
    for (code, class, places) in refusals {
        let refusal = refused(case.answered(&*account, &coded(code, "El valor no es válido.")));
        assert_eq!(refusal.class, *class, "{code}");
        assert_eq!(shown(&refusal), *places, "{code}");
        assert_eq!(refusal.code, format!("enviar_documento/{code}"));
        assert_eq!(refusal.message, "El valor no es válido.", "{code}");
    }
    // Everything else leaves open whether the vendor took the document.
    let mut in_doubt = vec!["0001", "0006", "0500", "9999", "KO"];
    in_doubt.extend(["0012", "0013", "0015", "0017", "0018", "0019", "0020", "0021"]);
    for code in in_doubt {
        let doubt = unknown(case.answered(&*account, &coded(code, "")));
        assert_eq!(doubt.code, Some(format!("enviar_documento/{code}")));
    }
}

#[test]
fn the_places_of_a_refusal_are_those_of_the_submissions_own_document() {
    let (account, case) = (account(json!({})), full().of_document(1));
    let refusal = refused(case.answered(&*account, &coded("0005", "")));
    assert_eq!(shown(&refusal), ["/documents/1"]);
    let refusal = refused(case.answered(&*account, &coded("0024", "")));
    assert_eq!(shown(&refusal), ["/recipients/0/fields/1"]);
}

#[test]
fn coordinates_in_the_message_tell_which_field_is_meant() {
    let message = "Las coordenadas indicadas superan los límites del documento. (Coordenada X: 200, Coordenada Y: 400)";
    let refusal = refused(full().answered(&*account(json!({})), &coded("0024", message)));
    assert_eq!(shown(&refusal), ["/recipients/0/fields/2"]);
}

#[test]
fn a_tariff_of_the_envelope_is_blamed_there() {
    let mut case = full();
    case.order.spec.provider_options.insert("efirma_go".to_owned(), json!({ "tarifa_cliente": "Otra" }));
    let refusal = refused(case.answered(&*account(json!({})), &coded("0030", "")));
    assert_eq!(shown(&refusal), ["/provider_options/efirma_go/tarifa_cliente"]);
}

/// A class and places for each code of an endpoint that creates nothing.
type Table<'a> = &'a [(&'a str, Class, &'a [&'a str])];

fn expect(table: Table<'_>, endpoint: &str, outcome: impl Fn(&Reply) -> Outcome<Value>) {
    let rest = [("9999", Class::ProviderError, &[][..])];
    for (code, class, places) in table.iter().chain(&rest) {
        let refusal = refused(outcome(&coded(code, "No.")));
        assert_eq!(refusal.class, *class, "{endpoint} {code}");
        assert_eq!(shown(&refusal), *places, "{endpoint} {code}");
        assert_eq!(refusal.code, format!("{endpoint}/{code}"));
    }
}

const KEY_PLACE: &[&str] = &["account:/credentials/private_key"];
const CIF_PLACE: &[&str] = &["account:/settings/cif_cliente"];

#[test]
fn every_code_of_searching_and_marking_has_its_class_and_places() {
    let account = account(json!({}));
    let table: Table<'_> = &[
        ("0001", Class::InvalidRequest, &[]),
        ("0002", Class::Authentication, KEY_PLACE),
        ("0003", Class::Permission, CIF_PLACE),
    ];
    expect(table, "descargar_documentos", |reply| account.operation_reply("search_documents", reply));
    expect(table, "marcar_documento_descargado", |reply| account.operation_reply("mark_documents_downloaded", reply));
    let case = full();
    // In a look-up, 0003 has a meaning of its own: see `look_up`.
    let (without_0003, _) = table.split_at(2);
    expect(without_0003, "descargar_documentos", |reply| {
        case.looked_up(&*account, &Default::default(), reply).map(|_| Value::Null)
    });
    expect(table, "descargar_documentos", |reply| case.polled(&*account, reply).map(|_| Value::Null));
}

#[test]
fn every_code_of_searching_signed_documents_has_its_class_and_places() {
    let account = account(json!({}));
    let table: Table<'_> = &[
        ("0001", Class::InvalidRequest, &[]),
        ("0002", Class::Authentication, KEY_PLACE),
        ("0003", Class::Permission, CIF_PLACE),
        ("0004", Class::InvalidRequest, &[]),
    ];
    expect(table, "descargar_documentos_firmados", |reply| account.operation_reply("search_signed_documents", reply));
}

#[test]
fn every_code_of_querying_has_its_class_and_places() {
    let account = account(json!({}));
    let table: Table<'_> = &[
        ("0001", Class::NotFound, &["/operation_ids"]),
        ("0002", Class::Authentication, KEY_PLACE),
        ("0003", Class::Permission, CIF_PLACE),
    ];
    expect(table, "consultar_documento", |reply| account.operation_reply("query_documents", reply));
    // The same as elements of an array.
    for (code, class) in [("0002", Class::Authentication), ("0003", Class::Permission)] {
        let reply = answer(&json!([{ "estado_operacion": code, "destinatarios": [] }]));
        assert_eq!(refused(account.operation_reply("query_documents", &reply)).class, class);
    }
}

#[test]
fn every_code_of_the_directory_has_its_class_and_places() {
    let account = account(json!({}));
    let common: [(&str, Class, &[&str]); 4] = [
        ("0001", Class::InvalidRequest, &[]),
        ("0002", Class::Authentication, KEY_PLACE),
        ("0003", Class::InvalidRequest, CIF_PLACE),
        ("0004", Class::Permission, CIF_PLACE),
    ];
    let with = |more: Table<'static>| [&common[..], more].concat();

    let get: Table<'_> = &[
        ("0006", Class::InvalidRequest, &["/email", "/identifier"]),
        ("0007", Class::InvalidRequest, &["/email"]),
        ("0008", Class::NotFound, &["/email", "/identifier"]),
    ];
    expect(&with(get), "api_get_firmante", |reply| account.operation_reply("get_signer", reply));

    let upsert: Table<'_> = &[
        ("0006", Class::InvalidRequest, &["/signer/email"]),
        ("0007", Class::InvalidRequest, &["/signer/email"]),
        ("0008", Class::InvalidRequest, &["/signer/given_name"]),
        ("0009", Class::Conflict, &["/signer/email"]),
        ("0012", Class::InvalidRequest, &["/signer/email"]),
        ("0013", Class::Permission, CIF_PLACE),
    ];
    expect(&with(upsert), "api_actualizar_firmante", |reply| account.operation_reply("upsert_signer", reply));

    let correct: Table<'_> = &[
        ("0006", Class::InvalidRequest, &["/recipients/1/email"]),
        ("0007", Class::InvalidRequest, &["/recipients/1/email"]),
        ("0008", Class::InvalidRequest, &["/recipients/1/name"]),
        ("0009", Class::Conflict, &["/recipients/1/email"]),
        ("0012", Class::InvalidRequest, &["/recipients/1/email"]),
        ("0013", Class::Permission, CIF_PLACE),
    ];
    let case = full();
    let ana = case.order.recipients[1].id;
    expect(&with(correct), "api_actualizar_firmante", |reply| {
        account.correct_reply(ana, &case.view(), &any_call(), &moment(), reply).map(|_| Value::Null)
    });

    let client: Table<'_> = &[("0005", Class::NotFound, CIF_PLACE)];
    expect(&with(client), "api_get_cliente", |reply| account.operation_reply("get_client", reply));
    expect(&with(&[]), "api_get_cliente", |reply| account.verify_reply(reply).map(|_| Value::Null));
}

#[test]
fn one_number_means_another_thing_at_another_endpoint() {
    let (account, case) = (account(json!({})), full());
    unknown(case.answered(&*account, &coded("0001", "")));
    assert_eq!(refused(account.verify_reply(&coded("0001", ""))).class, Class::InvalidRequest);
    assert_eq!(refused(account.operation_reply("query_documents", &coded("0001", ""))).class, Class::NotFound);
}

#[test]
fn without_a_verdict_in_the_body_the_http_status_decides() {
    let (account, case) = (account(json!({})), full());
    let html = |status| Reply::new(status, "<html>no</html>");
    // A send that may have happened is looked up.
    for status in [200, 204, 302, 408, 500, 502, 503, 504] {
        unknown(case.answered(&*account, &html(status)));
    }
    let refusals: &[(u16, Class, &[&str])] = &[
        (400, Class::ProviderError, &[]),
        (401, Class::Authentication, KEY_PLACE),
        (403, Class::Authentication, KEY_PLACE),
        (404, Class::ProviderError, &[]),
        (413, Class::InvalidRequest, &["/documents/0"]),
        (429, Class::RateLimited, &[]),
    ];
    for (status, class, places) in refusals {
        let refusal = refused(case.answered(&*account, &html(*status)));
        assert_eq!(
            (refusal.class, shown(&refusal)),
            (*class, places.iter().map(|p| (*p).to_owned()).collect()),
            "{status}"
        );
        assert_eq!(refusal.code, format!("enviar_documento/http_{status}"));
    }
    // A reading changes nothing, so there is nothing to doubt.
    for status in [200, 408, 500, 503] {
        assert_eq!(refused(case.polled(&*account, &html(status))).class, Class::ProviderUnavailable, "{status}");
    }
    // A change of the directory may have happened.
    unknown(account.correct_reply(case.order.recipients[0].id, &case.view(), &any_call(), &moment(), &html(503)));
}

#[test]
fn retry_after_is_handed_on() {
    let wait = std::time::Duration::from_secs(17);
    let reply = Reply { retry_after: Some(wait), ..Reply::new(429, "") };
    let refusal = refused(full().answered(&*account(json!({})), &reply));
    assert_eq!((refusal.class, refusal.retry_after), (Class::RateLimited, Some(wait)));
}

#[test]
fn a_verdict_in_the_body_counts_more_than_the_http_status() {
    let (account, case) = (account(json!({})), full());
    let body = json!({ "estado_operacion": "0014", "mensaje_operacion": "" }).to_string();
    assert_eq!(refused(case.answered(&*account, &Reply::new(500, body))).class, Class::InvalidRequest);
    let reply = Reply::new(500, listed(json!([])).bytes().to_vec());
    assert!(matches!(case.polled(&*account, &reply), Outcome::Done(_)));
}

#[test]
fn messages_are_cut_and_never_echo_a_secret() {
    use domain::envelope::Authentication;
    let mut case = full();
    case.order.recipients[0].spec.authentication = vec![Authentication::AccessCode {
        code: Some("s3cr3t".to_owned()),
        delivery: None,
        phone: None,
        resend: false,
    }];
    let message = format!("La clave {KEY} y el código s3cr3t. {}", "x".repeat(600));
    let refusal = refused(case.answered(&*account(json!({})), &coded("0031", &message)));
    assert!(refusal.message.starts_with("La clave [secret] y el código [secret]."), "{}", refusal.message);
    assert_eq!(refusal.message.chars().count(), 500);
}

#[test]
fn a_message_alone_never_decides() {
    let (account, case) = (account(json!({})), full());
    let reply = answer(&json!({
        "id_operacion": "1", "estado_operacion": "0000", "mensaje_operacion": "La private key no es válida."
    }));
    assert!(matches!(case.answered(&*account, &reply), Outcome::Done(_)));
}
