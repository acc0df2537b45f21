//! Making a contract: the answer, and every check.

use provider_sandbox::NoticeKind;
use provider_sandbox::firma_virtual::{PhoneRule, Refusals, RutShape, Status};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{World, certified, email, plain, request, signer, success, validation_fail, with, world};

#[tokio::test]
async fn a_contract_is_made_with_the_amounts_of_the_example() {
    let world = world().await;
    let body = with(certified(), json!({ "iPaymentService": 1 }));
    let (status, answer) = world.create(&body).await;
    let id = answer["message"][0]["sContractID"].as_str().unwrap();
    let date = answer["message"][0]["dContractDT"]["date"].as_str().unwrap();
    assert_eq!((id.len(), date.len()), (36, "2022-08-04 03:56:20.594852".len()));
    let contract = json!({
        "sContractID": id, "sOwnerType": "NATURAL", "iContractTypeFeeID": 28, "sStatus": "CREATED",
        "sPaymentStatus": "PENDING", "iPaymentService": 0,
        "dContractDT": { "date": date, "timezone_type": 3, "timezone": "UTC" },
        "iSignedCount": 1, "iContractOwner": 20,
    });
    let signer = json!({
        "full_name": "Firmante 0", "phone": "+56987332031", "rutId": "11111111-1", "email": email(0),
        "type": "NATURAL", "portion": 100, "payment": "8815.00", "iva": "1675.00", "notary": "4000.00",
        "total": "14490.00",
    });
    assert_eq!((status, answer.clone()), success(201, json!([contract, [signer]])));
    assert!(world.sandbox().notices().is_empty(), "creating alone mails nobody");
}

#[tokio::test]
async fn two_payers_share_and_others_pay_nothing() {
    let world = world().await;
    let mut company = signer(2, "0.00");
    company["type"] = json!("LEGAL");
    let mut second = signer(1, "50");
    second["portion"] = json!(50);
    second["payment"] = json!(0);
    let (_, answer) = world.create(&request(3, &[signer(0, "50"), second, company])).await;
    let signers = answer["message"][1].as_array().unwrap();
    let of = |place: usize, member: &str| signers[place][member].clone();
    assert_eq!(
        (of(0, "payment"), of(1, "payment"), of(2, "payment")),
        (json!("2985.00"), json!("2985.00"), json!("0.00"))
    );
    assert_eq!((of(0, "iva"), of(0, "notary"), of(2, "total")), (json!("567.00"), json!("0.00"), json!("0.00")));
    assert_eq!(of(2, "type"), "LEGAL");
}

async fn refused(world: &World, body: &Value) {
    assert_eq!(world.create(body).await, validation_fail(), "{body}");
}

#[tokio::test]
async fn a_missing_member_or_one_of_another_kind_is_refused() {
    let world = world().await;
    let members = ["sOwnerType", "sPaymentStatus", "iPaymentService", "iContractTypeFeeID", "iSignedCount", "signers"];
    for member in members {
        refused(&world, &with(plain(1), json!({ member: null }))).await;
        refused(&world, &with(plain(1), json!({ member: true }))).await;
    }
    for member in ["full_name", "email", "rutId", "phone", "type", "portion", "payment"] {
        refused(&world, &request(1, &[with(signer(0, "100"), json!({ member: null }))])).await;
        refused(&world, &request(1, &[with(signer(0, "100"), json!({ member: true }))])).await;
    }
    for number in ["iPaymentService", "iContractTypeFeeID", "iSignedCount"] {
        refused(&world, &with(plain(1), json!({ number: "1" }))).await;
    }
    assert!(world.vendor().contracts().is_empty());
}

#[tokio::test]
async fn a_value_that_is_not_allowed_is_refused() {
    let world = world().await;
    let bodies = [
        json!({ "sOwnerType": "PERSON" }),
        json!({ "sPaymentStatus": "PAID" }),
        json!({ "iPaymentService": 2 }),
        json!({ "iContractTypeFeeID": 118 }),
        json!({ "iContractTypeFeeID": 2 }),
        json!({ "iSignedCount": 2 }),
        json!({ "signers": {} }),
        json!({ "signers": [], "iSignedCount": 0 }),
        json!({ "callback": "rubrica.example/callback" }),
        json!({ "callback": "/callback" }),
        json!({ "callback": "ftp://rubrica.example/" }),
        json!({ "callback": 1 }),
    ];
    for extra in bodies {
        refused(&world, &with(plain(1), extra)).await;
    }
    let signers = [
        json!({ "email": "signer0" }),
        json!({ "email": "signer 0@example.cl" }),
        json!({ "rutId": "111111111" }),
        json!({ "rutId": "11.111.111-1" }),
        json!({ "rutId": "11111111-2" }),
        json!({ "rutId": "6-k" }),
        json!({ "phone": "1234567" }),
        json!({ "phone": "+56 987332031" }),
        json!({ "type": "PERSON" }),
        json!({ "portion": "25" }),
        json!({ "portion": "50" }),
        json!({ "portion": "0" }),
        json!({ "payment": "1.00" }),
        json!({ "full_name": "" }),
    ];
    for extra in signers {
        refused(&world, &request(1, &[with(signer(0, "100"), extra)])).await;
    }
    let eleven: Vec<Value> = (0..11).map(|place| signer(place, if place == 0 { "100" } else { "0" })).collect();
    refused(&world, &request(10, &eleven)).await;
    refused(&world, &request(2, &[signer(0, "100"), signer(1, "50")])).await;
    let twin = with(signer(1, "0"), json!({ "rutId": "11111111-1" }));
    refused(&world, &request(2, &[signer(0, "100"), twin])).await;
    assert!(world.vendor().contracts().is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let world = world().await;
    for (content_type, body) in
        [("application/json", "{"), ("application/json", "[]"), ("text/plain", "{}"), ("application/json", "")]
    {
        let call = world.request(Method::POST, "api/v1/contract/create-contract");
        let response = call.header("content-type", content_type).body(body).send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!((status, response.json().await.unwrap()), validation_fail(), "{content_type} {body}");
    }
}

#[tokio::test]
async fn unknown_members_are_ignored_unless_they_are_to_be_refused() {
    let world = world().await;
    let odd = with(plain(1), json!({ "sContractName": "Prueba" }));
    let odd_signer = request(1, &[with(signer(0, "100"), json!({ "rol": 0 }))]);
    world.created(&odd).await;
    world.created(&odd_signer).await;
    world.vary(|variants| variants.reject_unknown = true);
    refused(&world, &odd).await;
    refused(&world, &odd_signer).await;
    world.created(&plain(1)).await;
}

#[tokio::test]
async fn in_qa_only_one_rut_is_taken_and_by_everybody() {
    let world = world().await;
    world.vary(|variants| variants.qa_rut = true);
    refused(&world, &plain(1)).await;
    let qa = |place, portion| with(signer(place, portion), json!({ "rutId": "76795561-8" }));
    world.created(&request(2, &[qa(0, "100"), qa(1, "0")])).await;
    world.vary(|variants| (variants.qa_rut, variants.rut_check) = (false, false));
    world.created(&request(1, &[with(signer(0, "100"), json!({ "rutId": "11111111-2" }))])).await;
    refused(&world, &request(1, &[with(signer(0, "100"), json!({ "rutId": "11.111.111-1" }))])).await;
}

#[tokio::test]
async fn telephone_numbers_can_have_to_be_in_one_form() {
    let world = world().await;
    let forms = ["+56987332031", "56987332031", "987332031"];
    for (rule, takes) in [
        (PhoneRule::Any, [true, true, true]),
        (PhoneRule::E164, [true, false, false]),
        (PhoneRule::E164NoPlus, [false, true, false]),
        (PhoneRule::National, [false, false, true]),
    ] {
        world.vary(|variants| variants.phone_rule = rule);
        for (phone, taken) in forms.iter().zip(takes) {
            let body = request(1, &[with(signer(0, "100"), json!({ "phone": phone }))]);
            assert_eq!(world.create(&body).await.0, if taken { 201 } else { 400 }, "{rule:?} {phone}");
        }
    }
}

#[tokio::test]
async fn refusals_can_come_as_successes_and_every_status_as_200() {
    let world = world().await;
    let bad = with(plain(1), json!({ "sOwnerType": "PERSON" }));
    world.vary(|variants| variants.refusals = Refusals::SuccessText);
    assert_eq!(world.create(&bad).await, success(200, json!("VALIDATION-FAIL")));
    world.vary(|variants| variants.refusals = Refusals::SuccessInfo);
    assert_eq!(world.create(&bad).await, success(200, json!({ "info": "VALIDATION-FAIL" })));
    world.vary(|variants| (variants.refusals, variants.http_always_200) = (Refusals::Error, true));
    assert_eq!(world.create(&bad).await, (200, validation_fail().1));
    let (status, answer) = world.create(&plain(1)).await;
    assert_eq!((status, &answer["code"]), (200, &json!(201)));
    assert_eq!(world.anonymous(Method::GET, "api/v1/contract", None).await.0, 200);
}

#[tokio::test]
async fn answers_can_write_numbers_and_times_otherwise() {
    let world = world().await;
    world.vary(|variants| {
        variants.rut_in_answers = RutShape::Dotted;
        variants.national_phones_in_answers = true;
        variants.time_offset_min = -180;
    });
    let before = world.sandbox().now() - chrono::TimeDelta::minutes(180);
    let (_, answer) = world.create(&plain(1)).await;
    let signer = &answer["message"][1][0];
    assert_eq!((&signer["rutId"], &signer["phone"]), (&json!("11.111.111-1"), &json!("987332031")));
    let id = answer["message"][0]["sContractID"].as_str().unwrap();
    let told = world.detail(id).await["contrato"][0]["dContractDT"].as_str().unwrap().to_owned();
    let told = chrono::NaiveDateTime::parse_from_str(&told, "%Y-%m-%d %H:%M:%S").unwrap().and_utc();
    assert!((told - before).num_seconds().abs() < 60, "{told}");
    world.vary(|variants| variants.rut_in_answers = RutShape::Compact);
    assert_eq!(world.detail(id).await["firmantes"][0]["RUT"], "111111111");
}

#[tokio::test]
async fn creation_can_mail_the_signers_already() {
    let world = world().await;
    world.vary(|variants| variants.notify_on_create = true);
    let id = world.created(&plain(2)).await;
    let invitations = |place| world.sandbox().count("firma_virtual", &email(place), NoticeKind::Invitation);
    assert_eq!((invitations(0), invitations(1)), (1, 1));
    let contract = world.vendor().contract(&id).unwrap();
    assert!(contract.told && contract.status == Status::Created);
}
