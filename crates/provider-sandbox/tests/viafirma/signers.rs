//! Scripted signers, the shared shape of transactions, and the launch link.

use std::time::Duration;

use provider_sandbox::viafirma::{CertificateKind, LaunchError};
use provider_sandbox::{ActError, Script, Scripts};
use serde_json::json;

use crate::support::{CONTRACT, PROMISE, SESSION, file, opening, signing_world, with, world};

#[tokio::test]
async fn a_scripted_signer_signs_once_the_preparation_is_complete() {
    let world = signing_world().await;
    let id = world.prepared(&opening(1)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", CONTRACT) })).await;
    world.settle().await;
    assert_eq!(world.poll(&id).await["isFinished"], false);
    world.finish(&id).await;
    world.settle().await;
    assert_eq!(world.poll(&id).await["isFinished"], true);
    assert_eq!(world.result(&id).await.0, 200);
    assert!(world.sandbox().notices().is_empty(), "the vendor tells nobody anything");
}

#[tokio::test]
async fn scripts_are_looked_up_by_identity_number() {
    let world = world().await;
    let by_email = [("12345678z".to_owned(), Script::decline_after_ms(5_000))].into_iter().collect();
    world.sandbox().set_scripts(Scripts { default: Script::sign_after_ms(0), by_email });
    let declines = world.ready().await;
    let anonymous = with(opening(1), json!({ "numberUserIdFilter": null }));
    let signs = world.ready_with(&anonymous, &[file("doc_1", PROMISE)]).await;
    world.settle().await;
    assert_eq!(world.poll(&signs).await["isFinished"], true);
    assert_eq!(world.poll(&declines).await["isFinished"], false, "not yet");
    world.sandbox().advance_clock(Duration::from_secs(6));
    world.settle().await;
    assert_eq!(world.poll(&declines).await["isCancelled"], true);
}

#[tokio::test]
async fn a_scripted_signer_takes_the_certificate_of_the_variant() {
    let world = signing_world().await;
    world.vary(|variants| variants.certificate = CertificateKind::WrongPerson);
    let id = world.ready().await;
    world.settle().await;
    assert_eq!(world.result(&id).await.1["certificateValidationData"]["numberUserId"], "87654321X");
}

#[tokio::test]
async fn transactions_have_the_shape_that_all_vendors_share() {
    let world = world().await;
    let files = [file("doc_1", CONTRACT), with(file("doc_2", PROMISE), json!({ "filename": "promise.pdf" }))];
    let id = world.ready_with(&opening(2), &files).await;
    let transaction = world.sandbox().transactions().into_iter().find(|found| found.vendor == "viafirma").unwrap();
    assert_eq!((transaction.id.as_str(), transaction.correlation.as_deref()), (id.as_str(), Some("doc_1;doc_2")));
    assert_eq!((transaction.name.as_str(), transaction.state.as_str()), ("contract.pdf, promise.pdf", "ready"));
    let [person] = &transaction.people[..] else { panic!("one signer") };
    assert!(transaction.live && person.may_act && person.contact == "12345678Z");
    assert_eq!(person.sign_url, Some(world.url(&format!("desktop/{id}"))));
    assert_eq!(world.viafirma().operation(&id).unwrap().session_id, SESSION);

    assert_eq!(world.viafirma().sign(&id, Some("87654321X")).await, Err(ActError::NoRecipient));
    assert_eq!(world.viafirma().sign(&id, Some("")).await, Err(ActError::NoRecipient));
    assert_eq!(world.viafirma().sign("1", None).await, Err(ActError::UnknownTransaction));
    world.viafirma().sign(&id, Some(&person.contact)).await.unwrap();
    let transaction = world.viafirma().transactions().remove(0);
    assert_eq!((transaction.state.as_str(), transaction.live), ("signed", true));
    assert!(!transaction.people[0].may_act);
    assert_eq!(world.viafirma().sign(&id, None).await, Err(ActError::AlreadyActed));
    assert_eq!(world.viafirma().decline(&id, None).await, Err(ActError::AlreadyActed));
    assert_eq!(world.viafirma().fail(&id, "1", None).await, Err(ActError::AlreadyActed));
    assert!(world.viafirma().original(&id, 2).is_none());
}

#[tokio::test]
async fn a_launch_link_starts_its_operation_and_no_other_does() {
    let world = world().await;
    let id = world.ready().await;
    let base = world.viafirma().base_url();
    let link = format!("viafirmawpfclient://?url={base}&operationId={id}&isParallel=true");
    assert_eq!(world.viafirma().operation(&id).unwrap().launch_url, link);
    assert_eq!(world.viafirma().launch(&link), Ok(world.url(&format!("desktop/{id}"))));
    assert_eq!(
        world.viafirma().launch(&link.replace("viafirmawpfclient", "viafirmadesktop")),
        Ok(world.url(&format!("desktop/{id}")))
    );
    for (bad, why) in [
        (link.replace(&base, &format!("{base}/")), LaunchError::Server),
        (link.replace(&base, &format!("{base}/tokenConnector")), LaunchError::Server),
        (link.replace(&base, &base.replace(':', "%3A").replace('/', "%2F")), LaunchError::Server),
        (link.replace(&id, "1518614616080JZOZ4JRB"), LaunchError::Operation),
        (link.replace("&isParallel=true", ""), LaunchError::Flow),
        (link.replace("viafirmawpfclient", "https"), LaunchError::Scheme),
    ] {
        assert_eq!(world.viafirma().launch(&bad), Err(why), "{bad}");
    }
    world.viafirma().expire(&id).unwrap();
    assert_eq!(world.viafirma().launch(&link), Err(LaunchError::Operation));
}

#[tokio::test]
async fn two_signers_at_once_leave_one_signature() {
    let world = world().await;
    let id = world.ready().await;
    let viafirma = world.viafirma();
    let (one, two) = tokio::join!(viafirma.sign(&id, None), viafirma.sign(&id, None));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(world.result(&id).await.1["signatures"].as_array().unwrap().len(), 1);
}
