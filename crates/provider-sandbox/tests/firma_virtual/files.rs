//! Uploading, ordering, joining and fetching files.

use provider_sandbox::firma_virtual::Downloads;
use provider_sandbox::{SandboxConfig, Scripts};
use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, World, plain, refusal, success, validation_fail, world, world_with};

#[tokio::test]
async fn a_file_is_tied_to_its_contract_by_its_name() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    assert_eq!(world.get(&format!("api/v1/filelist/{id}")).await, success(200, json!([])));
    let name = format!("{id}.pdf");
    assert_eq!(world.upload(&name, PROMISE).await, success(200, json!({})));
    let entry = json!({ "contractID": id, "document": name, "url": name, "description": "NA", "orden": 0 });
    assert_eq!(world.get(&format!("api/v1/filelist/{id}")).await, success(200, json!([entry])));
    world.upload(&name, CONTRACT).await;
    assert_eq!(world.files(&id).await, [name], "the same name replaces");
    assert_eq!(world.vendor().draft(&id).unwrap(), CONTRACT);
    world.vary(|variants| variants.absolute_file_urls = true);
    let (_, list) = world.get(&format!("api/v1/filelist/{id}")).await;
    let url = list["message"][0]["url"].as_str().unwrap();
    assert_eq!(url, world.url(&format!("api/v1/download/{id}.pdf")));
}

#[tokio::test]
async fn an_upload_is_refused_for_its_field_its_name_its_content_its_size_or_the_state() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    let name = format!("{id}.pdf");
    let response = world.upload_as("api/v1/upfile", "archivo", &name, PROMISE).await;
    assert_eq!((response.status().as_u16(), response.json::<Value>().await.unwrap()), validation_fail());
    for wrong in ["contrato.pdf", "00000000-0000-4000-8000-000000000000.pdf", "x"] {
        assert_eq!(world.upload(wrong, PROMISE).await, validation_fail(), "{wrong}");
    }
    assert_eq!(world.upload(&name, b"<html>").await, validation_fail());
    let limit = u64::try_from(PROMISE.len()).unwrap() - 1;
    world.vary(|variants| variants.max_document_bytes = limit);
    let too_large = (413, refusal(413, "VALIDATION-FAIL", "Contract"));
    assert_eq!(world.upload(&name, PROMISE).await, too_large);
    assert_eq!(world.upload("contrato.pdf", PROMISE).await, validation_fail(), "the name is looked at first");
    world.vary(|variants| variants.max_document_bytes = limit + 1);
    assert_eq!(world.upload(&name, PROMISE).await.0, 200);
    assert_eq!(world.send(&id).await.0, 207);
    assert_eq!(world.upload(&name, PROMISE).await, validation_fail(), "the draft left");
    assert_eq!(world.files(&id).await, [name]);
}

#[tokio::test]
async fn the_upload_s_field_place_and_stored_name_can_be_others_and_the_page_tells_the_field() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    let page = async || {
        let response = world.request(reqwest::Method::GET, "api/v1/up-file").send().await.unwrap();
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        response.text().await.unwrap()
    };
    assert!(page().await.contains("name=\"file\""));
    world.vary(|variants| {
        "archivo".clone_into(&mut variants.upload_field);
        variants.upload_at_the_page = true;
        variants.random_stored_names = true;
    });
    let html = page().await;
    assert!(html.contains("name=\"archivo\"") && html.contains("action=\"/firma_virtual/api/v1/up-file\""));
    let name = format!("{id}.pdf");
    assert_eq!(world.upload_as("api/v1/upfile", "archivo", &name, PROMISE).await.status(), 404);
    for _ in 0..2 {
        assert_eq!(world.upload_as("api/v1/up-file", "archivo", &name, PROMISE).await.status(), 200);
    }
    let stored = world.files(&id).await;
    assert_eq!(stored.len(), 2, "nothing is replaced");
    for name in stored {
        let digits = name.strip_prefix(&format!("{id}_")).and_then(|rest| rest.strip_suffix(".pdf")).unwrap();
        assert!(digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
    }
}

/// A contract with so many files, and their names.
async fn with_files(world: &World, count: usize) -> (String, Vec<String>) {
    let id = world.created(&plain(1)).await;
    let names: Vec<String> = (1..=count).map(|number| format!("{id}_{number}.pdf")).collect();
    for (place, name) in names.iter().enumerate() {
        let pdf = if place == 0 { PROMISE } else { CONTRACT };
        assert_eq!(world.upload(name, pdf).await.0, 200);
    }
    (id, names)
}

fn line(document: &str, ind: u32, action: &str) -> Value {
    json!({ "document": document, "ind": ind, "action": action })
}

#[tokio::test]
async fn files_are_put_in_order_and_dropped() {
    let world = world().await;
    let (id, names) = with_files(&world, 3).await;
    let order = [line(&names[2], 1, "CHANGE"), line(&names[0], 2, "CHANGE"), line(&names[1], 3, "REMOVE")];
    let (status, answer) = world.post("api/v1/sortfiles", &json!({ "contractID": id, "file_order": order })).await;
    assert_eq!((status, &answer["code"]), (207, &json!(207)));
    assert_eq!(world.files(&id).await, [names[2].as_str(), &names[0]]);
    let (_, list) = world.get(&format!("api/v1/filelist/{id}")).await;
    assert_eq!(answer["message"], list["message"]);
    assert_eq!(list["message"][1]["orden"], 1);

    for bad in [
        line("unknown.pdf", 1, "CHANGE"),
        line(&names[1], 1, "CHANGE"),
        line(&names[0], 1, "MOVE"),
        line(&names[0], 0, "CHANGE"),
        json!({ "document": names[0], "action": "CHANGE" }),
        json!({ "document": names[0], "ind": 1 }),
        json!({ "ind": 1, "action": "CHANGE" }),
    ] {
        let body = json!({ "contractID": id, "file_order": [bad] });
        assert_eq!(world.post("api/v1/sortfiles", &body).await, validation_fail(), "{body}");
    }
    assert_eq!(world.post("api/v1/sortfiles", &json!({ "contractID": id })).await, validation_fail());
    assert_eq!(world.files(&id).await.len(), 2, "a refusal changes nothing");
    world.vary(|variants| variants.sort_first_index = 0);
    let body = json!({ "contractID": id, "file_order": [line(&names[0], 0, "CHANGE")] });
    assert_eq!(world.post("api/v1/sortfiles", &body).await.0, 207);
    assert_eq!(world.files(&id).await, [names[0].as_str(), &names[2]]);
}

#[tokio::test]
async fn files_are_joined_into_one_in_their_order() {
    let world = world().await;
    let empty = world.created(&plain(1)).await;
    assert_eq!(world.order(&format!("api/v1/contract/merge/{empty}")).await, validation_fail());
    let (id, names) = with_files(&world, 2).await;
    let order = [line(&names[0], 2, "CHANGE"), line(&names[1], 1, "CHANGE")];
    world.post("api/v1/sortfiles", &json!({ "contractID": id, "file_order": order })).await;
    assert_eq!(world.send(&id).await, validation_fail(), "several files cannot be sent");
    let merge = format!("api/v1/contract/merge/{id}");
    assert_eq!(world.order(&merge).await, success(207, json!({})));
    assert_eq!(world.files(&id).await, [format!("{id}.pdf")]);
    let joined = world.vendor().draft(&id).unwrap();
    let pages = |pdf: &[u8]| lopdf::Document::load_mem(pdf).unwrap().get_pages().len();
    assert_eq!(pages(&joined), pages(PROMISE) + pages(CONTRACT));
    let text = |pdf: &[u8]| lopdf::Document::load_mem(pdf).unwrap().extract_text(&[1]).unwrap();
    assert_eq!(text(&joined), text(CONTRACT), "the second file was put first");
    assert_eq!(world.order(&merge).await.0, 207, "again does no harm");
    assert_eq!(world.vendor().draft(&id).unwrap(), joined);

    let (many, _) = with_files(&world, 3).await;
    world.vary(|variants| variants.max_merge = 2);
    assert_eq!(world.order(&format!("api/v1/contract/merge/{many}")).await, validation_fail());
    world.vary(|variants| (variants.max_merge, variants.random_stored_names) = (3, true));
    assert_eq!(world.order(&format!("api/v1/contract/merge/{many}")).await.0, 207);
    let name = world.files(&many).await.remove(0);
    assert_eq!(name.len(), 36 + "_123456789.pdf".len());
}

#[tokio::test]
async fn a_file_that_cannot_be_joined_is_refused_and_stays() {
    let world = world().await;
    let (id, names) = with_files(&world, 1).await;
    let broken = format!("{id}_2.pdf");
    world.upload(&broken, b"%PDF-1.7 and nothing else").await;
    assert_eq!(world.order(&format!("api/v1/contract/merge/{id}")).await, validation_fail());
    assert_eq!(world.files(&id).await, [names[0].as_str(), &broken]);
}

#[tokio::test]
async fn for_measurements_files_are_counted_and_dropped_and_nobody_signs() {
    let scripts = Scripts::everybody_signs();
    let world = world_with(SandboxConfig { null_sink: true, scripts, ..SandboxConfig::default() }).await;
    let (id, _) = with_files(&world, 2).await;
    assert_eq!(world.order(&format!("api/v1/contract/merge/{id}")).await.0, 207);
    assert!(world.vendor().draft(&id).unwrap().is_empty());
    assert_eq!(world.send(&id).await.0, 207);
    world.settle().await;
    assert_eq!(world.status(&id).await, "REVIEW");
    let upload = &world.sandbox().calls_to("firma_virtual", "upload")[0];
    assert_eq!(upload.files[0].size, u64::try_from(PROMISE.len()).unwrap());
}

async fn finished(world: &World) -> String {
    let id = world.sent(&plain(1)).await;
    for _ in 0..3 {
        world.vendor().next_step(&id, None).await.unwrap();
    }
    id
}

#[tokio::test]
async fn the_signed_file_is_fetched_under_the_name_in_the_list() {
    let world = world().await;
    let id = finished(&world).await;
    let fetch = async |path: String| {
        let response = world.request(reqwest::Method::GET, &path).send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response.bytes().await.unwrap())
    };
    let api = format!("api/v1/download/{id}.pdf");
    let (status, kind, pdf) = fetch(api.clone()).await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));
    assert_eq!(pdf, world.vendor().signed(&id).unwrap());
    assert!(pdf.starts_with(PROMISE) && pdf.len() > PROMISE.len());

    let foreign = format!("Bearer {}", world.stranger().await);
    let missing = (404, refusal(404, "File not found.", "Contract"));
    assert_eq!(world.get_as(&foreign, &api).await, missing);
    assert_eq!(world.get("api/v1/download/x.pdf").await, missing);

    world.vary(|variants| variants.signed_file_beside_draft = true);
    let names = world.files(&id).await;
    assert_eq!(names, [format!("{id}.pdf"), format!("{id}_firmado.pdf")]);
    assert_eq!(fetch(api.clone()).await.2, PROMISE, "the draft keeps its name");
    assert_eq!(fetch(format!("api/v1/download/{}", names[1])).await.2, pdf);

    world.vary(|variants| (variants.signed_file_beside_draft, variants.downloads) = (false, Downloads::Html));
    let (status, kind, page) = fetch(api.clone()).await;
    assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.starts_with(b"<!doctype html>"));
    let public = world.url(&format!("documentos/{id}.pdf"));
    assert_eq!(world.http.get(&public).send().await.unwrap().status(), 404);
    world.vary(|variants| variants.downloads = Downloads::Public);
    assert_eq!(world.get(&api).await, missing);
    assert_eq!(world.http.get(&public).send().await.unwrap().bytes().await.unwrap(), pdf);
    world.vary(|variants| variants.downloads = Downloads::Missing);
    assert_eq!(world.get(&api).await, missing);
    assert_eq!(world.http.get(&public).send().await.unwrap().status(), 404);
}
