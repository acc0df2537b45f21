//! The signer directory and the client company, each with its own codes.

use provider_sandbox::NoticeKind;
use provider_sandbox::efirma_go::{Client, ClientState, Developer};
use serde_json::{Value, json};

use crate::support::{World, block, credentials, recipient, request, with, world};

fn outcome(answer: &Value) -> (&str, &str) {
    (answer["estado_operacion"].as_str().unwrap(), answer["mensaje_operacion"].as_str().unwrap())
}

async fn populated() -> World {
    let world = world().await;
    world.efirma().put_developer(Developer {
        private_key: "other-key".to_owned(),
        cif_desarrollador: "B00000000".to_owned(),
        callback_url: None,
    });
    for (cif, developer, state) in
        [("OTHERS", "B00000000", ClientState::Active), ("CLOSED", "A23433211", ClientState::Closed)]
    {
        world.efirma().put_client(Client {
            cif_desarrollador: developer.to_owned(),
            cif: cif.to_owned(),
            nombre: cif.to_owned(),
            email: format!("{cif}@cliente.example"),
            direccion: String::new(),
            provincia: String::new(),
            poblacion: String::new(),
            tarifa: "Tarifa Personal".to_owned(),
            state,
        });
    }
    let jesus = with(
        recipient("jesus@example.com"),
        json!({ "identificador_destinatario": "J1", "telefono_destinatario": "+34677777777" }),
    );
    world.sent(&request(&[block("firma", 1, 1, &[jesus])])).await;
    world
}

#[tokio::test]
async fn a_signer_is_found_by_address_or_identifier() {
    let world = populated().await;
    for key in [json!({ "email_firmante": "JESUS@example.com" }), json!({ "identificador_firmante": "J1" })] {
        let answer = world.call("api_get_firmante", &with(credentials(), key)).await;
        assert_eq!(outcome(&answer), ("0000", "El proceso se ha realizado con éxito."));
        assert_eq!(
            answer["usuario"],
            json!({
                "nombre": "Jesús", "apellido1": "Sánchez", "apellido2": "Alonso", "email": "jesus@example.com",
                "telefono": "+34677777777", "terminal_corporativo": "No", "terminal_web": "Si", "terminal_personal": "Si",
            })
        );
    }
}

#[tokio::test]
async fn get_signer_refuses_with_its_own_table() {
    let world = populated().await;
    let cases = [
        (json!([]), "0001", "No se ha podido descargar el JSON enviado."),
        (with(credentials(), json!({ "private_key": "x" })), "0002", "La private key no es válida"),
        (
            with(credentials(), json!({ "cif_cliente": " " })),
            "0003",
            "Debe de indicar un CIF correcto para identificar al cliente",
        ),
        (with(credentials(), json!({ "cif_cliente": "OTHERS" })), "0004", "El cliente no es válido."),
        (credentials(), "0006", "Debe de indicar un email o identificador del firmante."),
        (with(credentials(), json!({ "email_firmante": "x" })), "0007", "El formato del email es incorrecto."),
        (with(credentials(), json!({ "email_firmante": "x@example.com" })), "0008", "El usuario no existe."),
    ];
    for (json, code, message) in cases {
        assert_eq!(outcome(&world.call("api_get_firmante", &json).await), (code, message));
    }
}

#[tokio::test]
async fn update_signer_refuses_with_its_own_table() {
    let world = populated().await;
    let update =
        |email: &str, usuario: Value| with(credentials(), json!({ "email_firmante": email, "usuario": usuario }));
    let maria = json!({ "nombre": "María", "email": "maria@example.com" });
    assert_eq!(
        outcome(&world.call("api_actualizar_firmante", &update("maria@example.com", maria.clone())).await).0,
        "0000"
    );
    let cases = [
        (json!([]), "0001", "No se ha podido descargar el JSON enviado."),
        (with(credentials(), json!({ "cif_desarrollador": "x" })), "0002", "La private key no es válida"),
        (
            with(credentials(), json!({ "cif_cliente": null })),
            "0003",
            "Debe de indicar un CIF correcto para identificar al cliente",
        ),
        (with(credentials(), json!({ "cif_cliente": "NOBODY" })), "0004", "El cliente no es válido."),
        (
            with(credentials(), json!({ "cif_cliente": "CLOSED" })),
            "0013",
            "La cuenta del cliente se encuentra dada de baja.",
        ),
        (credentials(), "0006", "Debes de indicar un correo electrónico para el usuario."),
        (
            update("maria@example.com", json!({ "nombre": "M" })),
            "0006",
            "Debes de indicar un correo electrónico para el usuario.",
        ),
        (
            update("maria@example.com", json!({ "nombre": "M", "email": "maria" })),
            "0007",
            "El formato del email es incorrecto.",
        ),
        (
            update("maria@example.com", json!({ "email": "maria@example.com" })),
            "0008",
            "Debes de indicar un nombre al usuario.",
        ),
        (
            update("maria@example.com", json!({ "nombre": "M", "email": "jesus@example.com" })),
            "0009",
            "Ya existe un usuario con dicho email.",
        ),
        (
            update("maria@example.com", json!({ "nombre": "M", "email": "m@x.invalid" })),
            "0012",
            "El email introducido ha sido clasificado como inválido.",
        ),
    ];
    for (json, code, message) in cases {
        assert_eq!(outcome(&world.call("api_actualizar_firmante", &json).await), (code, message));
    }
}

#[tokio::test]
async fn a_changed_signer_shows_in_every_document_and_is_invited_at_the_new_address() {
    let world = populated().await;
    let usuario =
        json!({ "nombre": "Jesús María", "email": "jm@example.com", "terminal_web": "No", "telefono": "+34600000000" });
    let json = with(credentials(), json!({ "email_firmante": "jesus@example.com", "usuario": usuario }));
    assert_eq!(world.call("api_actualizar_firmante", &json).await["estado_operacion"], "0000");
    let found = world.search(1, json!({})).await;
    let person = &found["listado_documentos"][0]["destinatarios"][0];
    assert_eq!(person["email"], "jm@example.com");
    assert_eq!(person["nombre_apellidos"], "Jesús María Sánchez Alonso");
    assert_eq!(world.sandbox().count("efirma_go", "jm@example.com", NoticeKind::Invitation), 1);
    let answer = world.call("api_get_firmante", &with(credentials(), json!({ "identificador_firmante": "J1" }))).await;
    assert_eq!(
        (&answer["usuario"]["terminal_web"], &answer["usuario"]["apellido1"]),
        (&json!("No"), &json!("Sánchez"))
    );
    let gone =
        world.call("api_get_firmante", &with(credentials(), json!({ "email_firmante": "jesus@example.com" }))).await;
    assert_eq!(gone["estado_operacion"], "0008");
}

#[tokio::test]
async fn the_client_company_is_read_with_its_own_codes() {
    let world = populated().await;
    let answer = world.call("api_get_cliente", &credentials()).await;
    assert_eq!(outcome(&answer).0, "0000");
    assert_eq!(answer["cliente"]["nombre"], "Cliente A");
    assert_eq!(answer["cliente"]["provincia"], "Almería");
    let cases = [
        (json!([]), "0001", "No se ha podido descargar el JSON enviado."),
        (with(credentials(), json!({ "private_key": null })), "0002", "La private key no es válida"),
        (with(credentials(), json!({ "cif_cliente": null })), "0003", "Debe de indicar un CIF identificar al cliente"),
        (with(credentials(), json!({ "cif_cliente": "OTHERS" })), "0004", "El cliente no es válido."),
        (with(credentials(), json!({ "cif_cliente": "NOBODY" })), "0005", "El cliente no existe."),
    ];
    for (json, code, message) in cases {
        assert_eq!(outcome(&world.call("api_get_cliente", &json).await), (code, message));
    }
}

#[tokio::test]
async fn calls_without_a_file_are_taken_urlencoded_too() {
    let world = world().await;
    let form = [("json", credentials().to_string())];
    let response = world.http.post(world.url("api_get_cliente")).form(&form).send().await.unwrap();
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["estado_operacion"], "0000");
    let get = world.http.get(world.url("api_get_cliente")).send().await.unwrap();
    assert!(get.status().is_client_error(), "only POST is served");
}

#[tokio::test]
async fn new_recipients_are_welcomed_when_the_request_asks_for_it() {
    let world = populated().await;
    let json = request(&[block("firma", 1, 1, &[recipient("jesus@example.com"), recipient("new@example.com")])]);
    world.sent(&with(json, json!({ "enviar_bienvenida": 1 }))).await;
    let welcomes = |email: &str| world.sandbox().count("efirma_go", email, NoticeKind::Welcome);
    assert_eq!((welcomes("jesus@example.com"), welcomes("new@example.com")), (0, 1));
}
