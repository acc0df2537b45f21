//! Every row of the checks of `enviar_documento`: code and message, and the order of the rows.

use provider_sandbox::efirma_go::{Client, ClientState, Developer};
use serde_json::{Value, json};

use crate::support::{CONTRACT, PRIVATE_KEY, World, block, one_signer, recipient, request, with, world};

const SAMPLES: &[(&str, &[u8], &str)] = &[
    ("contrato-trabajo-es", CONTRACT, "0000"),
    ("contrato-locacao-pt", include_bytes!("../../../../tests/samples/contrato-locacao-pt.pdf"), "0000"),
    ("promesa-compraventa-cl", include_bytes!("../../../../tests/samples/promesa-compraventa-cl.pdf"), "0000"),
    ("escaneado-imagen", include_bytes!("../../../../tests/samples/escaneado-imagen.pdf"), "0000"),
    ("ghostscript-from-groff", include_bytes!("../../../../tests/samples/ghostscript-from-groff.pdf"), "0000"),
    ("one-page-fpdf2", include_bytes!("../../../../tests/samples/one-page-fpdf2.pdf"), "0000"),
    ("rotated-cropbox", include_bytes!("../../../../tests/samples/rotated-cropbox.pdf"), "0000"),
    ("objstream-linearized", include_bytes!("../../../../tests/samples/objstream-linearized.pdf"), "0000"),
    ("many-pages-300", include_bytes!("../../../../tests/samples/many-pages-300.pdf"), "0000"),
    ("leading-garbage", include_bytes!("../../../../tests/samples/leading-garbage.pdf"), "0000"),
    ("trailing-bytes", include_bytes!("../../../../tests/samples/trailing-bytes.pdf"), "0000"),
    ("encrypted-owner-only", include_bytes!("../../../../tests/samples/encrypted-owner-only.pdf"), "0005"),
    ("encrypted-user-password", include_bytes!("../../../../tests/samples/encrypted-user-password.pdf"), "0005"),
    ("truncated", include_bytes!("../../../../tests/samples/truncated.pdf"), "0004"),
    ("not-a-pdf", include_bytes!("../../../../tests/samples/not-a-pdf.pdf"), "0005"),
    ("html-error-page", include_bytes!("../../../../tests/samples/html-error-page.pdf"), "0005"),
    ("empty", include_bytes!("../../../../tests/samples/empty.pdf"), "0006"),
];

fn message(code: &str) -> &'static str {
    match code {
        "0000" => "El proceso de creación del documento se ha realizado con éxito.",
        "0002" => "La private key no es válida.",
        "0003" => "Debe de indicar un CIF y email correcto para identificar al cliente.",
        "0004" => "El formato pdf que está subiendo no cumple con el estándar.",
        "0005" => {
            "El formato del archivo no es válido o no es legible. Compruebe que no está protegido por contraseña y que sea un archivo PDF."
        }
        "0006" => "No se ha podido descargar el documento.",
        "0007" => "No se ha aportado información de bloques de destinatarios.",
        "0008" => "El valor “mínimo” de un bloque no es válido.",
        "0009" => "El valor “orden” de un bloque no es válido.",
        "0010" => "No se ha aportado información de destinatarios.",
        "0011" => "El valor “nombre_destinatario” no es válido.",
        "0014" => "El valor “email_destinatario” no es válido.",
        "0016" => "El valor “telefono_destinatario” no es válido.",
        "0022" => "No se ha podido descargar el JSON enviado.",
        "0023" => "El cliente indicado no corresponde con la private key insertada.",
        "0025" => "La información del cliente o la firma múltiple no es correcta.",
        "0026" => "El valor identificador que ha introducido pertenece a otro usuario y podría dar conflictos.",
        "0027" => "El valor telefono_destinatario es obligatorio para firmas avanzadas.",
        "0028" => "El valor email introducido pertenece a otro usuario y podría causar conflictos.",
        "0029" => "El valor email que ha introducido ya está registrado en la plataforma.",
        "0030" => "La tarifa introducida no existe.",
        "0031" => "Uno de los campos introducido no es correcto. Revise la documentación.",
        "0032" => "El valor tipo_bloque que ha introducido no es válido. Revise la documentación.",
        "0033" => "El cliente se encuentra dado de baja.",
        "0034" => "El cliente se encuentra no se encuentra activo.",
        "0035" => "Debe de indicar los campos email_gestor y nombre_gestor.",
        "0500" => "El servicio de efirma GO se encuentra temporalmente inactivo.",
        other => panic!("no message for {other}"),
    }
}

async fn expect(world: &World, what: &str, json: &Value, code: &str) {
    expect_pdf(world, what, json, CONTRACT, code).await;
}

async fn expect_pdf(world: &World, what: &str, json: &Value, pdf: &[u8], code: &str) {
    let answer = world.send_pdf(json, pdf).await;
    assert_eq!(answer["estado_operacion"], code, "{what}: {answer}");
    assert_eq!(answer["mensaje_operacion"], message(code), "{what}");
    assert_eq!(answer.get("id_operacion").is_some(), code == "0000", "{what}");
}

/// One signer with other members.
fn signer(change: Value) -> Value {
    request(&[block("firma", 1, 1, &[with(recipient("jesus@example.com"), change)])])
}

/// One block with other members.
fn one_block(change: Value) -> Value {
    request(&[with(block("firma", 1, 1, &[recipient("jesus@example.com")]), change)])
}

fn client(cif: &str, cif_desarrollador: &str, state: ClientState) -> Client {
    Client {
        cif_desarrollador: cif_desarrollador.to_owned(),
        cif: cif.to_owned(),
        nombre: cif.to_owned(),
        email: format!("{cif}@cliente.example"),
        direccion: String::new(),
        provincia: String::new(),
        poblacion: String::new(),
        tarifa: "Tarifa Personal".to_owned(),
        state,
    }
}

async fn populated() -> World {
    let world = world().await;
    let efirma = world.efirma();
    efirma.put_developer(Developer {
        private_key: "other-key".to_owned(),
        cif_desarrollador: "B00000000".to_owned(),
        callback_url: None,
    });
    efirma.put_client(client("OTHERS", "B00000000", ClientState::Active));
    efirma.put_client(client("CLOSED", "A23433211", ClientState::Closed));
    efirma.put_client(client("INACTIVE", "A23433211", ClientState::Inactive));
    world
}

#[tokio::test]
async fn the_account_is_checked_as_rows_3_to_8_say() {
    let world = populated().await;
    let long = "x".repeat(256);
    let cases = [
        ("3 wrong key", json!({ "private_key": "wrong" }), "0002"),
        ("3 no key", json!({ "private_key": null }), "0002"),
        ("3 cif of another developer", json!({ "cif_desarrollador": "B00000000" }), "0002"),
        ("4 no name", json!({ "nombre_cliente": null }), "0003"),
        ("4 blank cif", json!({ "cif_cliente": "  " }), "0003"),
        ("4 long name", json!({ "nombre_cliente": long }), "0003"),
        ("4 malformed e-mail", json!({ "email_cliente": "cliente" }), "0003"),
        ("5 another developer's client", json!({ "cif_cliente": "OTHERS" }), "0023"),
        ("6 closed", json!({ "cif_cliente": "CLOSED" }), "0033"),
        ("6 inactive", json!({ "cif_cliente": "INACTIVE" }), "0034"),
        ("7 new client, known e-mail", json!({ "cif_cliente": "NEW" }), "0029"),
        ("8 tariff", json!({ "tarifa_cliente": "Oro" }), "0030"),
    ];
    for (what, change, code) in cases {
        expect(&world, what, &with(one_signer(), change), code).await;
    }
    world.efirma().put_tariff("Oro");
    expect(&world, "8 known tariff", &with(one_signer(), json!({ "tarifa_cliente": "Oro" })), "0000").await;
}

#[tokio::test]
async fn an_unknown_client_is_made_by_its_first_document() {
    let world = world().await;
    let new = json!({ "cif_cliente": "NEW", "email_cliente": "new@cliente.example" });
    expect(&world, "new client", &with(one_signer(), new), "0000").await;
    let ask = json!({ "private_key": PRIVATE_KEY, "cif_desarrollador": "A23433211", "cif_cliente": "NEW" });
    let answer = world.call("api_get_cliente", &ask).await;
    assert_eq!(answer["cliente"]["email"], "new@cliente.example");
}

#[tokio::test]
async fn every_sample_gets_the_verdict_of_rows_9_to_11() {
    let world = world().await;
    for (name, pdf, code) in SAMPLES {
        expect_pdf(&world, name, &one_signer(), pdf, code).await;
    }
}

#[tokio::test]
async fn every_accepted_sample_can_be_signed() {
    let world = crate::support::signing_world().await;
    for (name, pdf, _) in SAMPLES.iter().filter(|(_, _, code)| *code == "0000") {
        let answer = world.send_pdf(&one_signer(), pdf).await;
        world.settle().await;
        assert_eq!(world.estado(answer["id_operacion"].as_str().unwrap()).await, "FIRMADO", "{name}");
    }
}

#[tokio::test]
async fn bytes_before_the_header_are_refused_when_the_contract_is_taken_literally() {
    let world = world().await;
    world.vary(|variants| variants.lenient_pdf_header = false);
    for (name, pdf, code) in SAMPLES {
        let code = if *name == "leading-garbage" { "0005" } else { code };
        expect_pdf(&world, name, &one_signer(), pdf, code).await;
    }
}

#[tokio::test]
async fn a_request_without_its_parts_is_refused() {
    let world = world().await;
    let url = world.url("enviar_documento");
    let json = one_signer().to_string();
    let part = |bytes: Vec<u8>| reqwest::multipart::Part::bytes(bytes);
    let form = reqwest::multipart::Form::new;
    let named = || part(CONTRACT.to_vec()).file_name("a.pdf");
    let cases = [
        ("json missing", form().part("archivo", named()), "0022"),
        ("json no object", form().text("json", "[1]").part("archivo", named()), "0022"),
        ("json not JSON", form().text("json", "{,}").part("archivo", named()), "0022"),
        (
            "json sent as a file",
            form().part("json", part(json.clone().into()).file_name("j.json")).part("archivo", named()),
            "0022",
        ),
        ("file missing", form().text("json", json.clone()), "0006"),
        ("file sent as text", form().text("json", json.clone()).part("archivo", part(CONTRACT.to_vec())), "0006"),
        ("file under another name", form().text("json", json.clone()).part("file", named()), "0006"),
    ];
    for (what, form, code) in cases {
        let response = world.http.post(&url).multipart(form).send().await.unwrap();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["estado_operacion"], code, "{what}");
    }
    let raw = world.http.post(&url).header("content-type", "application/json").body(json).send().await.unwrap();
    let answer: Value = raw.json().await.unwrap();
    assert_eq!(answer["estado_operacion"], "0022", "a raw JSON body does not arrive");
}

#[tokio::test]
async fn blocks_are_checked_as_rows_12_to_16_say() {
    let world = world().await;
    let cases = [
        ("12 missing", with(one_signer(), json!({ "bloques": null })), "0007"),
        ("12 empty", request(&[]), "0007"),
        ("12 no array", with(one_signer(), json!({ "bloques": {} })), "0007"),
        ("13 type", one_block(json!({ "tipo_bloque": "Firma" })), "0032"),
        ("13 no type", one_block(json!({ "tipo_bloque": null })), "0032"),
        ("14 missing", one_block(json!({ "destinatarios": null })), "0010"),
        ("14 empty", one_block(json!({ "destinatarios": [] })), "0010"),
        ("15 missing", one_block(json!({ "minimo": null })), "0008"),
        ("15 zero", one_block(json!({ "minimo": "0" })), "0008"),
        ("15 more than recipients", one_block(json!({ "minimo": 2 })), "0008"),
        ("15 no integer", one_block(json!({ "minimo": "one" })), "0008"),
        ("16 more than blocks", one_block(json!({ "orden": 2 })), "0009"),
        ("16 missing", one_block(json!({ "orden": null })), "0009"),
        ("numbers as numbers", one_block(json!({ "orden": 1, "minimo": 1 })), "0000"),
    ];
    for (what, json, code) in cases {
        expect(&world, what, &json, code).await;
    }
}

#[tokio::test]
async fn recipients_are_checked_as_rows_17_to_20_and_23_say() {
    let world = world().await;
    let long = "x".repeat(256);
    let cases = [
        ("17 missing", json!({ "nombre_destinatario": null }), "0011"),
        ("17 blank", json!({ "nombre_destinatario": " " }), "0011"),
        ("17 long", json!({ "nombre_destinatario": long }), "0011"),
        ("18 missing", json!({ "email_destinatario": null }), "0014"),
        ("18 malformed", json!({ "email_destinatario": "jesus@" }), "0014"),
        ("18 long", json!({ "email_destinatario": format!("{long}@example.com") }), "0014"),
        ("19 too long", json!({ "telefono_destinatario": "+346777777770" }), "0016"),
        ("19 letters", json!({ "telefono_destinatario": "+34six" }), "0016"),
        ("19 empty", json!({ "telefono_destinatario": "" }), "0016"),
        ("19 good", json!({ "telefono_destinatario": "+34677777777" }), "0000"),
        ("23 half a manager", json!({ "email_gestor": "g@example.com" }), "0035"),
        (
            "23 corporate device only",
            json!({ "terminal_web": 0, "terminal_personal": 0, "terminal_corporativo": 1 }),
            "0035",
        ),
        (
            "23 good",
            json!({ "email_gestor": "g@example.com", "nombre_gestor": "G", "terminal_corporativo": 1 }),
            "0000",
        ),
    ];
    for (what, change, code) in cases {
        expect(&world, what, &signer(change), code).await;
    }
    let strong = json!({ "tipo_seguridad": "avanzada" });
    expect(&world, "20 no phone", &with(one_signer(), strong.clone()), "0027").await;
    let with_phone = signer(json!({ "telefono_destinatario": "+34677777777" }));
    expect(&world, "20 phone", &with(with_phone.clone(), strong.clone()), "0000").await;
    let reviewer = block("revision", 1, 1, &[recipient("reviewer@example.com")]);
    let mut both = with(with_phone, strong);
    both["bloques"].as_array_mut().unwrap().push(reviewer);
    expect(&world, "20 reviewers need none", &both, "0000").await;
}

#[tokio::test]
async fn the_directory_is_defended_as_rows_21_and_22_say() {
    let world = world().await;
    let known = |email: &str, identifier: &str| {
        let person = with(recipient(email), json!({ "identificador_destinatario": identifier }));
        request(&[block("firma", 1, 1, &[person])])
    };
    expect(&world, "first", &known("jesus@example.com", "J1"), "0000").await;
    expect(&world, "again", &known("Jesus@Example.com", "J1"), "0000").await;
    expect(&world, "21 identifier of another", &known("maria@example.com", "J1"), "0026").await;
    expect(&world, "22 other identifier", &known("jesus@example.com", "J2"), "0028").await;
    let twice = request(&[
        block("firma", 1, 1, &[recipient("pedro@example.com")]),
        block("copia", 2, 1, &[recipient("PEDRO@example.com")]),
    ]);
    expect(&world, "22 twice", &twice, "0028").await;
    let other_client = json!({ "cif_cliente": "NEW", "email_cliente": "new@cliente.example" });
    let there = with(known("maria@example.com", "J1"), other_client);
    expect(&world, "each client has its own directory", &there, "0000").await;
}

#[tokio::test]
async fn positions_are_checked_as_rows_24_and_25_say() {
    let world = world().await;
    let at = |page: Value, x: Value, y: Value| {
        signer(json!({ "firma_multiple": [{ "pagina": page, "coordenada_x": x, "coordenada_y": y }] }))
    };
    let cases = [
        ("24 no array", signer(json!({ "firma_multiple": {} })), "0025"),
        ("24 no integer", at(json!(1), json!("1.5"), json!(1)), "0025"),
        ("24 member missing", signer(json!({ "firma_multiple": [{ "pagina": 1 }] })), "0025"),
        ("corner", at(json!(1), json!(0), json!(0)), "0000"),
        ("last pixel of A4", at(json!("3"), json!("794"), json!("1123")), "0000"),
    ];
    for (what, json, code) in cases {
        expect(&world, what, &json, code).await;
    }
    let reviewer = with(recipient("r@example.com"), json!({ "firma_multiple": [] }));
    let outside = request(&[block("revision", 1, 1, &[reviewer])]);
    expect(&world, "24 outside a firma block", &outside, "0025").await;
    for (page, x, y) in [(4, 10, 10), (0, 10, 10), (1, 795, 10), (1, 10, 1124), (1, -1, 10)] {
        let answer = world.send(&at(json!(page), json!(x), json!(y))).await;
        assert_eq!(answer["estado_operacion"], "0024", "{page} {x} {y}");
        let expected = format!(
            "Las coordenadas indicadas superan los límites del documento. (Coordenada X: {x}, Coordenada Y: {y})"
        );
        assert_eq!(answer["mensaje_operacion"], expected);
    }
}

#[tokio::test]
async fn positions_are_measured_on_the_page_as_displayed() {
    let world = world().await;
    let (_, turned, _) = SAMPLES.iter().find(|(name, _, _)| *name == "rotated-cropbox").unwrap();
    let document = lopdf::Document::load_mem(turned).unwrap();
    let page = document.page_iter().next().unwrap();
    let crop = document.get_dictionary(page).unwrap().get(b"CropBox").unwrap().as_array().unwrap();
    let crop: Vec<f32> = crop.iter().map(|side| side.as_float().unwrap()).collect();
    // Turned by 90 degrees: what is shown as the width is the box's height.
    let (width, height) = (crop[3] - crop[1], crop[2] - crop[0]);
    let px = |points: f32| format!("{:.0}", points * 4.0 / 3.0).parse::<i64>().unwrap();
    let at =
        |x: i64, y: i64| signer(json!({ "firma_multiple": [{ "pagina": 1, "coordenada_x": x, "coordenada_y": y }] }));
    expect_pdf(&world, "far corner", &at(px(width), px(height)), turned, "0000").await;
    for (x, y) in [(px(width) + 1, 0), (0, px(height) + 1)] {
        let answer = world.send_pdf(&at(x, y), turned).await;
        assert_eq!(answer["estado_operacion"], "0024");
    }
}

#[tokio::test]
async fn every_member_is_known_and_of_its_kind_as_row_26_says() {
    let world = world().await;
    let long = "x".repeat(256);
    let top = [
        json!({ "tipo_seguridad": "cualificada" }),
        json!({ "unknown": 1 }),
        json!({ "mensaje_general": long }),
        json!({ "origen": 7 }),
        json!({ "notificar_cada": "-2" }),
        json!({ "notificar_cada": "daily" }),
        json!({ "enviar_url_respuesta": "si" }),
        json!({ "revisa_plan": true }),
        json!({ "enviar_bienvenida": 2 }),
        json!({ "campos_clave": { "a": 1 } }),
        json!({ "campos_clave": [{ "a": "1" }] }),
    ];
    for change in top {
        expect(&world, &change.to_string(), &with(one_signer(), change.clone()), "0031").await;
    }
    let of_recipient = [
        json!({ "medio_comunicacion": "whatsapp" }),
        json!({ "enviar_notificacion": "Si" }),
        json!({ "enviar_resumen": 1 }),
        json!({ "terminal_web": "Si" }),
        json!({ "verificacion_identidad_sms_activo": "yes" }),
        json!({ "idioma": "es" }),
        json!({ "mensaje_privado": long }),
    ];
    for change in of_recipient {
        expect(&world, &change.to_string(), &signer(change.clone()), "0031").await;
    }
    expect(&world, "member of a block", &one_block(json!({ "plazo": 1 })), "0031").await;
    let good = json!({
        "mensaje_privado": "on top, as in the vendor's example", "notificar_cada": 0, "enviar_bienvenida": "1", "revisa_plan": 0,
        "nombre_remitente": "R", "email_remitente": "r@example.com", "tipo_documento": "Contrato",
        "direccion_cliente": "d", "provincia_cliente": "p", "poblacion_cliente": "p", "mensaje_general": "m",
    });
    expect(&world, "all of them", &with(one_signer(), good), "0000").await;
}

#[tokio::test]
async fn the_private_message_is_required_only_by_the_strict_variant() {
    let world = world().await;
    let without = signer(json!({ "mensaje_privado": null }));
    expect(&world, "by default", &without, "0000").await;
    world.vary(|variants| variants.require_mensaje_privado = true);
    expect(&world, "strict", &without, "0031").await;
}

#[tokio::test]
async fn the_rows_answer_in_their_order() {
    let world = populated().await;
    // Everything is wrong at first; each step mends what the answered row complains of and meets the next row.
    let mut json = json!({ "private_key": "wrong", "cif_cliente": "OTHERS" });
    let broken = || block("Firma", 9, 9, &[]);
    json["bloques"] = json!([]);
    json["tarifa_cliente"] = json!("Oro");
    json["unknown"] = json!(1);
    world.vary(|variants| variants.inactive = true);
    expect_pdf(&world, "row 1", &json, b"", "0500").await;
    world.vary(|variants| variants.inactive = false);
    expect_pdf(&world, "row 2", &json!([]), b"", "0022").await;
    expect_pdf(&world, "row 3", &json, b"", "0002").await;
    json = with(json, json!({ "private_key": PRIVATE_KEY, "cif_desarrollador": "A23433211" }));
    expect_pdf(&world, "row 4", &json, b"", "0003").await;
    json = with(json, json!({ "nombre_cliente": "C", "email_cliente": "cliente@cliente.example" }));
    expect_pdf(&world, "row 5", &json, b"", "0023").await;
    json["cif_cliente"] = json!("CLOSED");
    expect_pdf(&world, "row 6", &json, b"", "0033").await;
    json["cif_cliente"] = json!("NEW");
    expect_pdf(&world, "row 7", &json, b"", "0029").await;
    json["cif_cliente"] = json!("A77445566");
    expect_pdf(&world, "row 8", &json, b"", "0030").await;
    json["tarifa_cliente"] = json!("Tarifa Personal");
    expect_pdf(&world, "row 9", &json, b"", "0006").await;
    expect_pdf(&world, "row 10", &json, b"<html>", "0005").await;
    expect_pdf(&world, "row 11", &json, b"%PDF-1.7\nnothing", "0004").await;
    expect(&world, "row 12", &json, "0007").await;
    // The first block is wrong in later rows; the second one decides while an earlier row still looks at all of them.
    let nobody = json!({ "mensaje_privado": "", "telefono_destinatario": "no", "email_gestor": "g@example.com", "firma_multiple": 1 });
    json["bloques"] = json!([with(broken(), json!({ "tipo_bloque": "firma" })), broken()]);
    expect(&world, "row 13", &json, "0032").await;
    json["bloques"] = json!([block("firma", 9, 9, std::slice::from_ref(&nobody)), block("firma", 9, 9, &[])]);
    expect(&world, "row 14", &json, "0010").await;
    json["bloques"][1] = block("firma", 9, 9, &[recipient("b@example.com")]);
    json["bloques"][0]["minimo"] = json!(1);
    expect(&world, "row 15", &json, "0008").await;
    json["bloques"][1]["minimo"] = json!(1);
    json["bloques"][0]["orden"] = json!(1);
    expect(&world, "row 16", &json, "0009").await;
    json["bloques"][1]["orden"] = json!(1);
    json["tipo_seguridad"] = json!("avanzada");
    let steps = [
        ("nombre_destinatario", json!("A"), "0011"),
        ("email_destinatario", json!("b@example.com"), "0014"),
        ("telefono_destinatario", json!("+34600000000"), "0016"),
    ];
    for (member, mended, code) in steps {
        expect(&world, member, &json, code).await;
        json["bloques"][0]["destinatarios"][0][member] = mended;
    }
    expect(&world, "row 20", &json, "0027").await;
    json["bloques"][1]["destinatarios"][0]["telefono_destinatario"] = json!("+34600000001");
    expect(&world, "row 22", &json, "0028").await;
    json["bloques"][0]["destinatarios"][0]["email_destinatario"] = json!("a@example.com");
    expect(&world, "row 23", &json, "0035").await;
    json["bloques"][0]["destinatarios"][0]["nombre_gestor"] = json!("G");
    expect(&world, "row 24", &json, "0025").await;
    json["bloques"][0]["destinatarios"][0]["firma_multiple"] = json!([]);
    expect(&world, "row 26", &json, "0031").await;
    json.as_object_mut().unwrap().remove("unknown");
    expect(&world, "row 27", &json, "0000").await;
}

#[tokio::test]
async fn a_file_over_the_limit_is_answered_with_413() {
    let world = world().await;
    world.vary(|variants| variants.max_document_bytes = Some(1024));
    let response = world.post_file(&one_signer(), CONTRACT).await.unwrap();
    assert_eq!(response.status(), 413);
    assert!(world.efirma().documents().is_empty());
    world.vary(|variants| variants.max_document_bytes = None);
    let mut large = CONTRACT.to_vec();
    large.resize(60 * 1024 * 1024, b'\n');
    expect_pdf(&world, "60 MiB", &one_signer(), &large, "0000").await;
    assert_eq!(world.sandbox().calls()[1].files[0].size, 60 * 1024 * 1024);
}

#[tokio::test]
async fn the_service_can_be_inactive_in_two_ways() {
    let world = world().await;
    world.vary(|variants| variants.inactive = true);
    expect(&world, "code", &one_signer(), "0500").await;
    world.vary(|variants| variants.http_500_when_inactive = true);
    assert_eq!(world.post_file(&one_signer(), CONTRACT).await.unwrap().status(), 500);
    assert!(world.efirma().documents().is_empty());
}
