//! The notary's part.

use std::time::Duration;

use provider_sandbox::firma_virtual::NOTARY;
use provider_sandbox::{ActError, Script, Scripts};
use serde_json::json;

use crate::support::{DELAY, World, certified, email, signing_world, world};

/// A contract that all have signed.
async fn at_the_notary(world: &World) -> String {
    let id = world.sent(&certified()).await;
    for _ in 0..3 {
        world.vendor().next_step(&id, None).await.unwrap();
    }
    id
}

#[tokio::test]
async fn a_stamp_gives_a_register_number_and_another_signature() {
    let world = world().await;
    let id = at_the_notary(&world).await;
    let shown = world.detail(&id).await;
    assert_eq!(
        (&shown["contrato"][0]["sStatus"], &shown["contrato"][0]["Repertorio"]),
        (&json!("IN_NOTARY"), &json!(null))
    );
    world.advance(Duration::from_secs(3_600)).await;
    assert_eq!(world.status(&id).await, "IN_NOTARY", "the notary is not scripted");
    let signed = world.vendor().signed(&id).unwrap();

    world.vendor().stamp(&id).await.unwrap();
    let shown = world.detail(&id).await;
    let register = shown["contrato"][0]["Repertorio"].as_str().unwrap();
    assert!(register.starts_with("1001-"), "{register}");
    assert_eq!(world.vendor().stamp(&id).await, Err(ActError::AlreadyActed));
    let stamped = world.vendor().signed(&id).unwrap();
    assert!(stamped.starts_with(&signed) && stamped.len() > signed.len());
    world.advance(DELAY).await;
    assert_eq!(world.status(&id).await, "DELIVERED");
    world.advance(DELAY).await;
    assert_eq!(world.status(&id).await, "FINISHED");
}

#[tokio::test]
async fn a_notary_s_refusal_rejects_and_no_signer_refused() {
    let world = world().await;
    let id = at_the_notary(&world).await;
    world.vendor().refuse(&id).await.unwrap();
    let shown = world.detail(&id).await;
    assert_eq!(shown["contrato"][0]["sStatus"], "REJECTED");
    assert_eq!(shown["firmantes"][0]["disagree_draft"], "DISABLE");
    assert_eq!(world.vendor().stamp(&id).await, Err(ActError::AlreadyActed));
    world.advance(Duration::from_secs(60)).await;
    assert_eq!(world.status(&id).await, "REJECTED");
}

#[tokio::test]
async fn the_notary_acts_only_on_what_is_signed() {
    let world = world().await;
    let id = world.sent(&certified()).await;
    assert_eq!(world.vendor().stamp(&id).await, Err(ActError::NotInProcess));
    assert_eq!(world.vendor().refuse(&id).await, Err(ActError::NotInProcess));
    assert_eq!(world.vendor().stamp("x").await, Err(ActError::UnknownTransaction));
}

#[tokio::test]
async fn scripts_name_the_notary_like_a_signer() {
    let signing = signing_world().await;
    let id = signing.sent(&certified()).await;
    signing.settle().await;
    assert!(!signing.detail(&id).await["contrato"][0]["Repertorio"].is_null(), "everybody signs, the notary too");

    let world = world().await;
    let by_email = [(email(0), Script::sign_after_ms(0)), (NOTARY.to_owned(), Script::decline_after_ms(86_400_000))];
    world.sandbox().set_scripts(Scripts { by_email: by_email.into(), ..Scripts::default() });
    let id = world.sent(&certified()).await;
    world.settle().await;
    assert_eq!(world.status(&id).await, "IN_NOTARY");
    world.advance(Duration::from_secs(86_400)).await;
    assert_eq!(world.status(&id).await, "REJECTED");
}
