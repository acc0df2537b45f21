//! The token of each call. Section 1.1.

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use provider_clients::call::Call;
use provider_clients::provider::{Account, Moment};
use serde_json::json;

use crate::support::*;

/// The public half of a PEM key without its armour.
fn public_key(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(text).unwrap();
    KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der)).unwrap().public_key().as_ref().to_vec()
}

fn token(call: &Call) -> String {
    let header = call.headers.iter().find(|h| h.name == "authorization").unwrap();
    assert!(header.secret);
    header.value.strip_prefix("Bearer ").unwrap().to_owned()
}

fn create(account: &dyn Account) -> Call {
    Case::new(simple_order()).call(account, "create_portfolio")
}

#[test]
fn a_token_is_signed_with_the_accounts_key_and_says_who_calls_and_when() {
    let call = create(&*account(json!({})));
    let token = token(&call);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key(&example_key()));
    key.verify(signed.as_bytes(), &signature).unwrap();
    assert_eq!(part_of(&call, 0), json!({ "alg": "RS256", "typ": "JWT" }));
    assert_eq!(claims_of(&call), json!({ "user": "api@acme.example", "iss": "acme-user", "iat": 0, "exp": 300 }));
    assert!(!call.redacted().to_string().contains(&token), "the plan hides it");
}

#[test]
fn each_call_has_a_token_of_its_own_moment() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let later = Moment { now: chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap(), ..moment() };
    let step = case.step(&*account, "create_portfolio");
    let provider_clients::provider::Prepared::Call(call) = account.request(&step, &case.view(), &later).unwrap() else {
        panic!("no call")
    };
    assert_eq!(claims_of(&call)["iat"], 1_767_225_600);
    assert_eq!(claims_of(&call)["exp"], 1_767_225_900);
}

#[test]
fn a_key_of_pkcs1_signs_as_well() {
    let pem = include_str!("keys/pkcs1.pem");
    let account = try_open(json!({}), json!({ "private_key_pem": pem })).unwrap();
    let token = token(&create(&*account));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key(pem));
    key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
}

#[test]
fn everything_about_the_token_is_a_setting() {
    let account = profiled(json!({ "jwt": {
        "algorithm": "RS512", "header": "X-Access-Token", "prefix": "JWT ", "kid": "k1",
        "claims": { "user": null, "sub": "{settings.user}", "aud": "signflow", "v": 2 },
        "iat_offset_s": -60, "send_exp": false
    } }));
    let call = create(&*account);
    let header = call.headers.iter().find(|h| h.secret).unwrap();
    assert_eq!(header.name, "x-access-token");
    let token = header.value.strip_prefix("JWT ").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, public_key(&example_key()));
    key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    assert_eq!(part_of(&call, 0), json!({ "alg": "RS512", "typ": "JWT", "kid": "k1" }));
    let claims = json!({ "aud": "signflow", "iss": "acme-user", "sub": "api@acme.example", "v": 2, "iat": -60 });
    assert_eq!(claims_of(&call), claims);
}
