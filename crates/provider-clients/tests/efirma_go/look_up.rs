//! After a send in doubt. Section 6.

use domain::outcome::Outcome;
use domain::protocol::LookedUp;
use provider_clients::provider::{LookUpPage, LookUpState};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    Case, account, answer, coded, done, json_of, listed, refused, simple_order, submission_id, unknown,
};

fn ours(id: &str) -> Value {
    json!({ "id_operacion": id, "estado": "EN PROCESO", "campos_clave": [{ "rubrica_submission": submission_id().to_string() }] })
}

fn look(state: &LookUpState, reply: &Reply) -> LookUpPage {
    done(Case::new(simple_order()).looked_up(&*account(json!({})), state, reply))
}

fn answered(reply: &Reply) -> LookedUp {
    match look(&LookUpState::default(), reply) {
        LookUpPage::Answer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_that_does_not_tell_is_a_doubt() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let doubtful = [
        coded("0001", ""),
        coded("0500", ""),
        coded("0777", ""),
        coded("0006", ""),
        answer(&json!({ "estado_operacion": "0000" })),
        answer(&json!({ "estado_operacion": "0000", "id_operacion": "" })),
        answer(&json!({ "estado_operacion": "0000", "id_operacion": null })),
        answer(&json!({ "id_operacion": "123" })),
        answer(&json!({})),
        Reply::new(200, ""),
        Reply::new(200, "<html>"),
        Reply::new(200, r#"{"estado_operacion":"00"#),
        Reply::new(500, "Internal Server Error"),
    ];
    for reply in doubtful {
        unknown(case.answered(&*account, &reply));
    }
}

#[test]
fn the_look_up_asks_for_the_submissions_key_and_nothing_else() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let sent = case.sent(&*account);
    assert_eq!(sent["campos_clave"], json!({ "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2" }));
    let call = case.look_up_call(&*account, &LookUpState::default());
    assert_eq!(call.url.as_str(), "https://api.efirma.es/descargar_documentos/1");
    assert_eq!(
        json_of(&call),
        json!({
            "private_key": "test-private-key-0001",
            "cif_desarrollador": "A23433211",
            "cif_cliente": "A77445566",
            "campos_clave": { "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2" }
        })
    );
}

#[test]
fn one_hit_is_adopted() {
    let LookedUp::Found { output, others } = answered(&listed(json!([ours("9")]))) else { panic!("not found") };
    assert_eq!((output.reference.as_deref(), others), (Some("9"), 0));
}

#[test]
fn of_several_hits_the_lowest_is_adopted_and_the_others_are_counted() {
    let hits = json!([ours("123456789999999"), ours("99999"), ours("100000"), ours("99999")]);
    let LookedUp::Found { output, others } = answered(&listed(hits)) else { panic!("not found") };
    assert_eq!((output.reference.as_deref(), others), (Some("99999"), 2));
}

#[test]
fn nothing_listed_means_not_found() {
    assert_eq!(answered(&listed(json!([]))), LookedUp::NotFound);
}

#[test]
fn a_strangers_document_is_never_adopted() {
    let strangers = json!([
        { "id_operacion": "1", "campos_clave": [{ "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a3" }] },
        { "id_operacion": "2", "campos_clave": [{ "other": submission_id().to_string() }] },
        { "id_operacion": "3", "campos_clave": [] },
        { "id_operacion": "4", "campos_clave": [{ "rubrica_submission": format!("{} ", submission_id().to_string().to_uppercase()) }] },
        { "id_operacion": "5" }
    ]);
    assert_eq!(answered(&listed(strangers)), LookedUp::NotFound);
}

#[test]
fn every_page_is_walked_with_what_was_found_so_far() {
    let page = |documents: Value, next: Value| {
        answer(&json!({ "estado_operacion": "0000", "listado_documentos": documents, "siguiente_pagina": next }))
    };
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let stranger = json!({ "id_operacion": "1", "campos_clave": [] });
    let LookUpPage::More(second) = look(
        &LookUpState::default(),
        &page(json!([stranger, ours("8")]), json!("https://api.efirma.es/descargar_documento/2")),
    ) else {
        panic!("stops early")
    };
    assert_eq!(second, LookUpState { page: 2, found: vec!["8".to_owned()] });
    let call = case.look_up_call(&*account, &second);
    assert_eq!(call.url.as_str(), "https://api.efirma.es/descargar_documentos/2");
    let LookUpPage::Answer(LookedUp::Found { output, others }) =
        look(&second, &page(json!([ours("7")]), json!("https://api.efirma.es/descargar_documento/2")))
    else {
        panic!("not found")
    };
    assert_eq!((output.reference.as_deref(), others), (Some("7"), 1));
}

#[test]
fn not_there_is_never_concluded_from_an_answer_that_cannot_be_read_to_its_end() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let first = LookUpState::default();
    let unclear = answer(&json!({
        "estado_operacion": "0000", "listado_documentos": [], "siguiente_pagina": "https://api.efirma.es/next"
    }));
    let without_list = answer(&json!({ "estado_operacion": "0000" }));
    for reply in [unclear, without_list, Reply::new(200, "<html>"), Reply::new(503, ""), coded("0002", "")] {
        refused(case.looked_up(&*account, &first, &reply));
    }
}

#[test]
fn a_client_that_the_provider_does_not_know_has_no_document() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    match case.looked_up(&*account, &LookUpState::default(), &coded("0003", "El cliente no es válido.")) {
        Outcome::Done(LookUpPage::Answer(found)) => assert_eq!(found, LookedUp::NotFound),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hit_without_an_id_cannot_be_told() {
    let hit = json!([{ "campos_clave": { "rubrica_submission": submission_id().to_string() } }]);
    assert!(matches!(answered(&listed(hit)), LookedUp::Ambiguous { .. }));
}
