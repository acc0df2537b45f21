//! Every rule of a sending's files with its message.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use provider_sandbox::SandboxConfig;
use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, V2, V3, document, sending, text, with, world, world_with};

fn files(documents: Value) -> Value {
    with(sending(), "/documentos", documents)
}

#[tokio::test]
async fn files_are_pdfs_with_names_that_say_so() {
    let world = world().await;
    assert_eq!(world.refused(&files(json!([]))).await, "É obrigatório enviar ao menos um arquivo do tipo PDF.");
    let only_pdf = |name: &str| format!("O arquivo {name} é inválido. Somente é permitido arquivo do tipo PDF.");
    for (name, bytes) in [
        ("contrato.docx", CONTRACT),
        ("contrato.pdf", &b"PK\x03\x04 a text document"[..]),
        ("vazio.pdf", b""),
        ("cifrado.pdf", include_bytes!("../../../../tests/samples/encrypted-user-password.pdf")),
        ("cortado.pdf", include_bytes!("../../../../tests/samples/truncated.pdf")),
    ] {
        assert_eq!(world.refused(&files(json!([document(1, name, bytes)]))).await, only_pdf(name));
    }
    let no_base64 = json!([{ "ordemDocumento": 1, "nomeComExtensao": "a.pdf", "arquivo": "JVBERi0*" }]);
    assert_eq!(world.refused(&files(no_base64)).await, "Arquivo no formato inválido.");
    world.sent(&files(json!([document(1, "CONTRATO.PDF", CONTRACT)]))).await;
}

#[tokio::test]
async fn orders_and_names_are_there_and_unique() {
    let world = world().await;
    let unordered = json!([
        document(1, "a.pdf", CONTRACT),
        { "nomeComExtensao": "b.pdf", "arquivo": BASE64_STANDARD.encode(PROMISE) },
    ]);
    assert_eq!(
        world.refused(&files(unordered)).await,
        "Para processo com mais de um arquivo o parâmetro ordemDocumento é obrigatório em cada documento."
    );
    let same = |order: i64, name: &str| json!([document(1, "a.pdf", CONTRACT), document(order, name, PROMISE)]);
    assert_eq!(world.refused(&files(same(1, "b.pdf"))).await, "Não é permitido arquivos com a mesma ordem.");
    assert_eq!(world.refused(&files(same(2, "A.pdf"))).await, "Não é permitido arquivos com mesmo nome.");
    let long = format!("{}.pdf", "x".repeat(147));
    assert_eq!(
        world.refused(&files(same(2, &long))).await,
        "O tamanho do nome do arquivo não pode ultrapassar a 150 caracteres."
    );
    let alone = json!([{ "nomeComExtensao": "b.pdf", "arquivo": BASE64_STANDARD.encode(PROMISE) }]);
    let told = world.sent(&files(alone)).await;
    assert_eq!(told["documentos"][0]["ordem"], 1);
}

#[tokio::test]
async fn there_are_25_files_and_100_mb_at_most() {
    let world = world().await;
    let many: Vec<Value> = (1..=26).map(|order| document(order, &format!("{order}.pdf"), PROMISE)).collect();
    assert_eq!(
        world.refused(&files(json!(many))).await,
        "É permitido enviar até 25 arquivos por processo, cujo tamanho não ultrapasse a soma de 100MB."
    );
    let size = u64::try_from(CONTRACT.len() + PROMISE.len()).unwrap();
    let two = files(json!([document(1, "a.pdf", CONTRACT), document(2, "b.pdf", PROMISE)]));
    world.vary(|variants| variants.max_total_bytes = size - 1);
    assert_eq!(
        world.refused(&two).await,
        "Não é permitido um arquivo ou uma coleção de arquivos que ultrapasse a soma de 100MB."
    );
    world.vary(|variants| variants.max_total_bytes = 1000);
    assert!(world.refused(&two).await.starts_with("Não é permitido um arquivo"), "also when one alone is too large");
    world.vary(|variants| variants.max_total_bytes = size);
    world.sent(&two).await;
    world.vary(|variants| variants.max_total_bytes = 100_000_000);
    world.sent(&files(json!(many[..25]))).await;
}

#[tokio::test]
async fn version_3_fetches_a_file_from_a_link() {
    let world = world().await;
    let first = world.sent_id(&sending()).await;
    let link = format!("{}/_sandbox/arqsign/processos/{first}/documentos/0/original.pdf", world.running.base_url());
    let by_link =
        |link: &str| files(json!([{ "ordemDocumento": 1, "nomeComExtensao": "a.pdf", "linkDoArquivo": link }]));
    let (status, told) = world.post(V3, &by_link(&link)).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(world.arqsign().original(&text(&told["IdProcesso"]), 0).unwrap(), CONTRACT);
    let dead = by_link(&format!("{link}x"));
    assert_eq!(world.post(V3, &dead).await, (400, json!("Arquivo no formato inválido.")));
}

#[tokio::test]
async fn the_null_sink_counts_and_hashes_what_it_drops() {
    let world = world_with(SandboxConfig { null_sink: true, ..SandboxConfig::default() }).await;
    let id = world.sent_id(&files(json!([document(1, "a.pdf", b"no PDF at all")]))).await;
    assert!(world.arqsign().original(&id, 0).unwrap().is_empty());
    let file = &world.sandbox().calls_to("arqsign", "enviar_documento_para_assinar")[0].files[0];
    assert_eq!((file.size, file.filename.as_deref()), (13, Some("a.pdf")));
    assert_eq!(file.sha256, world.arqsign().process(&id).unwrap().documents[0].sha256);
    assert_eq!(file.sha256, "030eed5d32611d19fb46fc702703edd5935e3d578285d3de21207afd6ad6d606");
}

#[tokio::test]
async fn the_ledger_keeps_a_request_without_its_files() {
    let world = world().await;
    world.post(V2, &sending()).await;
    let call = &world.sandbox().calls_to("arqsign", "enviar_documento_para_assinar")[0];
    assert_eq!(call.fields["documentos"][0]["arquivo"], "#0");
    assert_eq!(call.fields["nomeProcesso"], "Contrato de locação 4711 [01J8Z6Q2M4T9]");
    assert_eq!(call.files[0].size, u64::try_from(CONTRACT.len()).unwrap());
}
