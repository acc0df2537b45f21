//! Every rule of a sending's recipients with its message.

use provider_sandbox::arqsign::{User, UserStatus};
use serde_json::{Value, json};

use crate::support::{CONTRACT, NOBODY, PROMISE, V2, World, copy, document, sending, sending_to, signer, with, world};

const ONLINE: &str = "/destinatarios/0/assinarOnline";

async fn expect(world: &World, sending: Value, message: &str) {
    assert_eq!(world.refused(&sending).await, message);
}

/// The contract's example with one value changed in how the first recipient signs.
fn online(name: &str, value: Value) -> Value {
    with(sending(), &format!("{ONLINE}/{name}"), value)
}

fn electronic(name: &str, value: Value) -> Value {
    online(&format!("assinaturaEletronica/{name}"), value)
}

#[tokio::test]
async fn the_sender_must_be_an_active_user_and_the_folder_the_account_s() {
    let world = world().await;
    let unknown = "O(s) id(s) listado(s) não existe(m): idResponsavel";
    expect(&world, with(sending(), "/idResponsavel", json!(NOBODY)), unknown).await;
    world.change_account(|account| {
        account.users.push(User { id: NOBODY.to_owned(), status: UserStatus::Inactive, ..account.users[0].clone() });
    });
    expect(&world, with(sending(), "/idResponsavel", json!(NOBODY)), unknown).await;
    expect(&world, with(sending(), "/idPasta", json!(NOBODY)), "idPasta não encontrado.").await;
    world.change_account(|account| account.folders[1].deleted = true);
    world.sent(&sending()).await;
}

#[tokio::test]
async fn orders_are_needed_and_a_contact_stands_once_in_each() {
    let world = world().await;
    let no_order = "Quando o parâmetro usarOrdemDeAssinatura for igual a true, é obrigatório definir ordem de assinatura \
                    para o(s) signatário(s) com ação de Assinar Online.";
    expect(&world, with(sending(), "/destinatarios/0/ordemAssinatura", Value::Null), no_order).await;
    let twice = sending_to(&[signer("ana@example.com"), signer("ANA@example.com")]);
    let refused = world.refused(&twice).await;
    let duplicates = "Existem destinatários duplicados na mesma posição de ordem de assinatura.";
    assert!(refused.starts_with(duplicates), "{refused}");
    let in_turn = with(twice.clone(), "/destinatarios/1/ordemAssinatura", json!(2));
    let unordered = with(in_turn.clone(), "/usarOrdemAssinatura", json!(false));
    assert!(world.refused(&unordered).await.starts_with(duplicates), "without an order all are asked at once");
    let copies = sending_to(&[signer("ana@example.com"), copy("a@example.com"), copy("a@example.com")]);
    assert!(world.refused(&copies).await.starts_with(duplicates));
    world.sent(&in_turn).await;
    world.sent(&sending_to(&[signer("ana@example.com"), copy("ana@example.com")])).await;
    let no_order_used = with(sending(), "/usarOrdemAssinatura", json!(0));
    world.sent(&with(no_order_used, "/destinatarios/0/ordemAssinatura", Value::Null)).await;
}

#[tokio::test]
async fn there_is_exactly_one_valid_contact() {
    let world = world().await;
    for place in [0, 1] {
        let at = |name: &str| format!("/destinatarios/{place}/{name}");
        let none = with(sending(), &at("email"), json!(""));
        expect(&world, none, "O parâmetro email ou telefone é obrigatório.").await;
        expect(
            &world,
            with(sending(), &at("telefone"), json!("+5531999998888")),
            "Somente é possível enviar o processo para um e-mail ou telefone. Escolha uma forma de envio.",
        )
        .await;
        expect(&world, with(sending(), &at("email"), json!("ana@")), "E-mail inválido.").await;
        let by_phone = with(with(sending(), &at("email"), Value::Null), &at("telefone"), json!("31 99999-8888"));
        expect(&world, by_phone, "Telefone inválido.").await;
    }
    let whatsapp = with(online("idTipoAssinatura", json!(3)), "/destinatarios/0/email", Value::Null);
    expect(
        &world,
        with(whatsapp, "/destinatarios/0/telefone", json!("+5531999998888")),
        "Somente é possível enviar processos por WhatsApp para signatários com tipo de assinatura eletrônica ou com ação \
         de receber cópia.",
    )
    .await;
    let to_copy = with(sending(), "/destinatarios/1/email", Value::Null);
    world.sent(&with(to_copy, "/destinatarios/1/telefone", json!("+56912345678"))).await;
}

#[tokio::test]
async fn styles_roles_and_codes_are_checked() {
    let world = world().await;
    for value in [0, 4] {
        let styled = with(sending(), "/destinatarios/0/representacaoVisualAssinatura", json!(value));
        let message = "O parâmetro representacaoVisualAssinatura permite somente valor 1, 2 ou 3.";
        expect(&world, styled, message).await;
    }
    let unknown = "O(s) Papel(is) do(s) Signatário(s) informado(s) não existe(m) para a conta.";
    expect(&world, online("papelPessoaFisica", json!(["Locatário", "Fiador"])), unknown).await;
    let code = |more: Value| {
        let mut security = json!({ "codigoSeguranca": "4821" });
        security.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        online("seguranca", security)
    };
    let channel = "O parâmetro idMeioEnvio permite somente valores 1, 2, 3 ou 4.";
    expect(&world, code(json!({ "idMeioEnvio": 5 })), channel).await;
    let email = "O parâmetro codigoSegurancaEmail é obrigatório quando o parâmetro idMeioEnvio for igual a 3.";
    expect(&world, code(json!({ "idMeioEnvio": 3 })), email).await;
    expect(&world, code(json!({ "idMeioEnvio": 3, "codigoSegurancaEmail": "ana" })), "E-mail inválido.").await;
    let phone = "O parâmetro codigoSegurancaTelefone é obrigatório quando o parâmetro idMeioEnvio for igual a 1 ou 2.";
    expect(&world, code(json!({ "idMeioEnvio": 1 })), phone).await;
    expect(&world, code(json!({ "idMeioEnvio": 2, "codigoSegurancaEmail": "a@example.com" })), phone).await;
    let abroad = json!({ "idMeioEnvio": 1, "codigoSegurancaTelefone": "+56912345678" });
    expect(&world, code(abroad), "Telefone inválido.").await;

    world.sent(&code(json!({ "idMeioEnvio": 4 }))).await;
    world.sent(&code(json!({ "idMeioEnvio": 2, "codigoSegurancaTelefone": "+56912345678" }))).await;
    world.sent(&online("papelPessoaFisica", json!(["  LOCATÁRIO "]))).await;
    // Roles of a kind of person that does not sign are dropped unseen.
    world.sent(&online("papelPessoaJuridica", json!(["Fiador"]))).await;
}

#[tokio::test]
async fn asked_files_are_told_in_full_and_once() {
    let world = world().await;
    let whole =
        |name: &str| json!({ "anexoDocumentoNome": name, "anexoObrigatorio": 1, "anexoExibirTodosDestinatarios": 0 });
    for part in ["anexoDocumentoNome", "anexoObrigatorio", "anexoExibirTodosDestinatarios"] {
        let mut incomplete = whole("RG frente");
        incomplete.as_object_mut().unwrap().remove(part);
        let refused = world.refused(&online("anexos", json!([whole("RG verso"), incomplete]))).await;
        assert!(refused.starts_with("Os parâmetros contidos em anexos não são obrigatórios"), "{refused}");
    }
    let twice = online("anexos", json!([whole("RG frente"), whole("rg frente")]));
    expect(&world, twice, "Não é permitido configurar anexos com mesmo nome.").await;
    let told = world.sent(&online("anexos", json!([whole("RG frente"), whole("RG verso")]))).await;
    let asked = &told["destinatarios"][0]["configuracoesAnexos"];
    assert_eq!((&asked[0]["nome"], &asked[1]["nome"]), (&json!("RG frente"), &json!("RG verso")));
    assert_eq!(told["destinatarios"][1]["configuracoesAnexos"], Value::Null);
}

#[tokio::test]
async fn kinds_of_signatures_and_documents_are_checked() {
    let world = world().await;
    let kind = "O parâmetro idTipoAssinatura permite somente valores 1, 3 ou 4.";
    expect(&world, online("idTipoAssinatura", json!(2)), kind).await;
    let document = "O parâmetro tipoDocumentoAInformar permite somente valores 1, 2, 3 ou 4.";
    expect(&world, electronic("tipoDocumentoAInformar", json!(5)), document).await;
    let other = "O parâmetro configuracaoDocumentoOutro é obrigatório quando tipoDocumentoAInformar for igual a 4.";
    expect(&world, electronic("tipoDocumentoAInformar", json!(4)), other).await;
    let company = |kind: i64| {
        let sending = online("assinarComo", json!(2));
        let sending =
            with(sending, &format!("{ONLINE}/assinaturaEletronica/obrigarSignatarioInformarNomeEmpresa"), json!(1));
        let name = "obrigarSignatarioInformarNumeroDocumentoEmpresa";
        let sending = with(sending, &format!("{ONLINE}/assinaturaEletronica/{name}"), json!(1));
        with(sending, &format!("{ONLINE}/assinaturaEletronica/tipoDocumentoEmpresaAInformar"), json!(kind))
    };
    let company_kind = "O parâmetro tipoDocumentoEmpresaAInformar permite somente valores 4 ou 5.";
    expect(&world, company(1), company_kind).await;
    let other_company = "O parâmetro configuracaoDocumentoEmpresaOutro é obrigatório quando tipoDocumentoEmpresaAInformar for igual a 4.";
    expect(&world, company(4), other_company).await;
    world.sent(&company(5)).await;
    let described = json!({ "nomeDocumento": "Matrícula", "formatoDadosDocumento": 2, "qtdeCaracteresDocumento": 6 });
    let complete = electronic("tipoDocumentoAInformar", json!(4));
    world.sent(&with(complete, &format!("{ONLINE}/assinaturaEletronica/configuracaoDocumentoOutro"), described)).await;
    for kind in [3, 4] {
        let certificate =
            with(online("idTipoAssinatura", json!(kind)), &format!("{ONLINE}/assinaturaEletronica"), Value::Null);
        world.sent(&certificate).await;
    }
}

#[tokio::test]
async fn data_to_prefill_or_validate_are_checked() {
    let world = world().await;
    let data = |data: Value| online("dadosAssinatura", data);
    let long = json!({ "signatario": { "nome": "x".repeat(251) } });
    expect(&world, data(long), "São permitidos até 250 caracteres no parâmetro nome.").await;
    let refused = world.refused(&data(json!({ "signatario": { "numeroDocumento": "123" } }))).await;
    assert!(refused.starts_with("O valor informado no parâmetro numeroDocumento é inválido"), "{refused}");
    let extra = |extra: Value| data(json!({ "dadosComplementares": [extra] }));
    let label = "O parâmetro label é obrigatório quando informar o parâmetro valor.";
    expect(&world, extra(json!({ "valor": "42" })), label).await;
    let value = "O parâmetro valor é obrigatório quando informar o parâmetro label.";
    expect(&world, extra(json!({ "label": "Unidade" })), value).await;
    world
        .sent(&data(json!({
            "signatario": { "nome": "Ana", "numeroDocumento": "123.456.789-09", "validarDocumento": 1 },
            "empresa": { "numeroDocumento": "is ignored" },
            "dadosComplementares": [{ "label": "Unidade", "valor": "42" }],
        })))
        .await;
    let certificate = with(
        online("idTipoAssinatura", json!(3)),
        &format!("{ONLINE}/dadosAssinatura"),
        json!({ "signatario": { "numeroDocumento": "1" } }),
    );
    world.sent(&certificate).await;
}

/// The contract's example with two files and manual positions.
fn manual(positions: Value) -> Value {
    let mut sending = online("definirPosicaoAssinaturaManual", positions);
    sending["usarPosicaoAssinaturaAutomatica"] = json!(0);
    sending["documentos"] = json!([document(1, "contrato.pdf", CONTRACT), document(2, "anexo.pdf", PROMISE)]);
    sending
}

fn square(page: i64, x: f64, y: f64) -> Value {
    json!({ "pagina": page, "altura": 20, "largura": 50.5, "posicaoX": x, "posicaoY": y })
}

fn both(first: Value, second: Value) -> Value {
    manual(json!([
        { "documentoDeOrdem": 1, "pessoaFisica": first },
        { "documentoDeOrdem": 2, "pessoaFisica": second },
    ]))
}

#[tokio::test]
async fn boxes_stay_on_their_pages() {
    let world = world().await;
    let outside = "Posicionamento definirPosicaoAssinaturaManual fora dos limites da página.";
    let good = || square(1, 20.0, 30.0);
    for bad in [square(1, 160.0, 30.0), square(3, 20.0, 278.0), square(1, -1.0, 30.0)] {
        expect(&world, both(bad, good()), outside).await;
    }
    // The second file is 612 by 792 points: 215.9 by 279.4 millimetres.
    expect(&world, both(good(), square(1, 20.0, 260.0)), outside).await;
    let flat = json!({ "pagina": 1, "altura": 0, "largura": 10, "posicaoX": 1, "posicaoY": 1 });
    expect(&world, both(flat, good()), outside).await;
    expect(&world, both(square(4, 20.0, 30.0), good()), "A página \"4\" não existe no arquivo.").await;
    world.sent(&both(square(3, 159.5, 277.0), square(1, 165.4, 259.4))).await;
}

#[tokio::test]
async fn every_signer_has_one_box_of_each_kind_on_every_file() {
    let world = world().await;
    let good = || square(1, 20.0, 30.0);
    let refused = world.refused(&manual(json!([{ "documentoDeOrdem": 1, "pessoaFisica": good() }]))).await;
    assert!(refused.starts_with("É necessário enviar os parâmetros pessoaFisica"), "{refused}");
    let refused = world.refused(&manual(json!([{ "documentoDeOrdem": 1 }, { "documentoDeOrdem": 2 }]))).await;
    assert!(refused.starts_with("É necessário enviar os parâmetros pessoaFisica"), "{refused}");
    let twice = manual(json!([
        { "documentoDeOrdem": 1, "pessoaFisica": good() },
        { "documentoDeOrdem": 1, "pessoaFisica": good() },
    ]));
    expect(&world, twice, "Somente é permitido uma representação por tipo de assinatura.").await;
    expect(
        &world,
        manual(json!([{ "pessoaFisica": good() }])),
        "O parâmetro documentoDeOrdem é obrigatório quando no processo possuir mais de um arquivo para assinatura.",
    )
    .await;
    expect(
        &world,
        manual(json!([{ "documentoDeOrdem": 3, "pessoaFisica": good() }])),
        "Não existe o documento na ordem 3 informada no parâmetro “documentoDeOrdem”.",
    )
    .await;
    let mut for_both = both(good(), good());
    for_both["destinatarios"][0]["assinarOnline"]["assinarComo"] = json!(3);
    let electronic = &mut for_both["destinatarios"][0]["assinarOnline"]["assinaturaEletronica"];
    electronic["obrigarSignatarioInformarNomeEmpresa"] = json!(true);
    electronic["obrigarSignatarioInformarNumeroDocumentoEmpresa"] = json!(true);
    electronic["tipoDocumentoEmpresaAInformar"] = json!(5);
    let refused = world.refused(&for_both).await;
    assert!(refused.starts_with("É necessário enviar os parâmetros pessoaJuridica"), "{refused}");
    let positions = &mut for_both["destinatarios"][0]["assinarOnline"]["definirPosicaoAssinaturaManual"];
    positions[0]["pessoaJuridica"] = square(1, 0.0, 60.0);
    positions[1]["pessoaJuridica"] = good();
    let refused = world.refused(&for_both).await;
    assert!(refused.starts_with("É necessário enviar os parâmetros pessoaJuridica"), "no zero: {refused}");
    let positions = &mut for_both["destinatarios"][0]["assinarOnline"]["definirPosicaoAssinaturaManual"];
    positions[0]["pessoaJuridica"] = square(1, 20.0, 60.0);
    world.sent(&for_both).await;
}

#[tokio::test]
async fn automatic_positions_ignore_manual_ones() {
    let world = world().await;
    world.sent(&online("definirPosicaoAssinaturaManual", json!([{ "pessoaFisica": square(99, 999.0, 999.0) }]))).await;
}

#[tokio::test]
async fn rules_may_come_with_422() {
    let world = world().await;
    world.vary(|variants| variants.rules_as_422 = true);
    let bad = with(sending(), "/destinatarios/0/email", json!("ana@"));
    assert_eq!(world.post(V2, &bad).await, (422, json!("E-mail inválido.")));
    let unknown = with(sending(), "/idResponsavel", json!(NOBODY));
    assert_eq!(world.post(V2, &unknown).await.0, 400, "an unknown id stays 400");
}
