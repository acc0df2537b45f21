//! What the contract's section 11 assumes about answers, for checking a recorded transcript of a real account. Texts are
//! recorded as shapes, so only members, numbers and statuses are judged.

use std::sync::Arc;

use serde_json::Value;

use super::endpoint::Endpoint;
use crate::provider::transcript::{Exchange, Expectation, Verdict};
use crate::shared::json::{at, member};

type Judge = fn(&Exchange) -> Verdict;

/// Every assumption that an answer can confirm or refute.
pub(super) fn all() -> Vec<Expectation> {
    let answers = Endpoint::ALL.into_iter().filter(|endpoint| *endpoint != Endpoint::Download);
    let of_every = answers.flat_map(|endpoint| {
        [
            expect(endpoint, "F2", "", "The HTTP status is the code of the answer, 204 as 200.", status_is_code),
            expect(endpoint, "F3", "/settings/error_texts", "A refusal has a code and a message.", refusal_has_shape),
        ]
    });
    of_every.chain(of_endpoints()).collect()
}

fn of_endpoints() -> Vec<Expectation> {
    use Endpoint::{
        ContractTypes, CreateContract, CreateUser, DeleteContract, Detail, Download, FileList, NewPassword,
        OwnerContracts, SendDraft, SortFiles, Upload,
    };
    vec![
        expect(Endpoint::GetUser, "F5", "/settings/owner_user_id", "The token names a user that exists.", |exchange| {
            by_status(exchange, &[404])
        }),
        expect(Detail, "F8", "/settings/error_class_overrides", "An unknown contract is a 404.", |exchange| {
            if exchange.status == Some(404) { Verdict::Met } else { Verdict::Silent }
        }),
        expect(CreateUser, "F9", "", "The members of a new user are those of the example.", |e| by_status(e, &[400])),
        expect(NewPassword, "F10", "/settings/paths/new_password", "New passwords are set at the same path.", |e| {
            by_status(e, &[404, 405])
        }),
        expect(
            ContractTypes,
            "F11",
            "/settings/catalogue_query",
            "The query gives price rows with contract type, kind of signature and number of signers.",
            |exchange| each(exchange, "/message", &["iContractTypeFeeID", "iContractTypeID", "sModal", "iSignCount"]),
        ),
        expect(CreateContract, "F12", "", "The count of signers is the number of signers.", count_is_number),
        expect(CreateContract, "F13", "/settings/phone_format", "Phones are taken in the account's form.", taken),
        expect(
            CreateContract,
            "F14",
            "/settings/non_payer_portion",
            "Who pays nothing has the account's share.",
            taken,
        ),
        expect(CreateContract, "F15", "/settings/timezone", "The creation names its zone.", |exchange| {
            has(exchange, "/message/0/dContractDT/timezone")
        }),
        expect(CreateContract, "F36", "/settings/payment_status", "The account's payment status is taken.", taken),
        expect(CreateContract, "F37", "/settings/default_payer", "The account's choice of who pays is taken.", taken),
        expect(
            Detail,
            "F16",
            "/settings/draft_flag_values",
            "Every signer has three flags of the draft and one of the signature.",
            |e| each(e, "/message/firmantes", &["download_draft", "agree_draft", "disagree_draft", "sign_status"]),
        ),
        expect(Detail, "F29", "/settings/status_map", "A contract has a state.", |exchange| {
            match (has(exchange, "/message/contrato/0/sStatus"), has(exchange, "/message/contrato/sStatus")) {
                (Verdict::Met, _) | (_, Verdict::Met) => Verdict::Met,
                (Verdict::Failed, _) => Verdict::Failed,
                (Verdict::Silent, _) => Verdict::Silent,
            }
        }),
        expect(
            DeleteContract,
            "F17",
            "/settings/delete_method",
            "Contracts are deleted by the account's method.",
            |e| by_status(e, &[405, 501]),
        ),
        expect(
            DeleteContract,
            "F18",
            "/settings/deletable_states",
            "Contracts can be deleted when it is asked.",
            |e| by_status(e, &[400, 409]),
        ),
        expect(Upload, "F19", "/settings/upload_field", "Uploads are taken in the account's form.", |exchange| {
            by_status(exchange, &[400, 404, 405, 415, 422])
        }),
        expect(Upload, "F20", "/settings/error_class_overrides", "Refused uploads are a 400 or a 413.", |exchange| {
            match exchange.status {
                Some(400 | 413) => Verdict::Met,
                Some(402..=412 | 414..=499) => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            }
        }),
        expect(FileList, "F21", "", "The files are an array, also when there are none.", |exchange| {
            judged(exchange, |body| member(body, "message").is_some_and(Value::is_array))
        }),
        expect(SortFiles, "F22", "/settings/sort_first_index", "Places are taken as they are counted.", |exchange| {
            by_status(exchange, &[400])
        }),
        expect(SendDraft, "F4", "/settings/error_texts", "A sending tells a verdict for each signer.", |exchange| {
            has(exchange, "/message/info_detail")
        }),
        expect(
            OwnerContracts,
            "F31",
            "/settings/lookup_delays_s",
            "The owner's contracts have what a look-up compares.",
            |e| each(e, "/message", &["sContractID", "iContractTypeFeeID", "sStatus", "dContractDT", "iSignedCount"]),
        ),
        expect(
            Download,
            "F25",
            "/settings/artifact_url_template",
            "The signed document is a PDF at the account's address.",
            |exchange| match exchange.status {
                Some(200..=299) => {
                    let kind = exchange.content_type.as_deref().unwrap_or_default();
                    if kind.starts_with("application/pdf") { Verdict::Met } else { Verdict::Failed }
                }
                Some(401 | 403 | 404 | 405 | 410) => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            },
        ),
    ]
}

fn expect(
    endpoint: Endpoint,
    assumption: &'static str,
    setting: &'static str,
    says: &'static str,
    judge: Judge,
) -> Expectation {
    Expectation { endpoint: endpoint.name(), assumption, setting, says, judge: Arc::new(judge) }
}

/// What a successful answer says.
fn judged(exchange: &Exchange, holds: impl FnOnce(&Value) -> bool) -> Verdict {
    match exchange.status {
        Some(200..=299) if is_success(&exchange.body) => {
            if holds(&exchange.body) {
                Verdict::Met
            } else {
                Verdict::Failed
            }
        }
        Some(_) | None => Verdict::Silent,
    }
}

/// Whether the body's own code, where it has one, is one of success: refusals may come with HTTP status 200.
fn is_success(body: &Value) -> bool {
    member(body, "code").and_then(Value::as_u64).is_none_or(|code| (200..300).contains(&code))
}

fn taken(exchange: &Exchange) -> Verdict {
    judged(exchange, |_| true)
}

fn has(exchange: &Exchange, pointer: &str) -> Verdict {
    judged(exchange, |body| at(body, pointer).is_some_and(|value| !value.is_null()))
}

/// Whether every item of the array has these members; silent about an empty one.
fn each(exchange: &Exchange, pointer: &str, members: &[&str]) -> Verdict {
    let items = at(&exchange.body, pointer).and_then(Value::as_array);
    if items.is_some_and(Vec::is_empty) {
        return Verdict::Silent;
    }
    judged(exchange, |_| {
        items.is_some_and(|items| items.iter().all(|item| members.iter().all(|name| member(item, name).is_some())))
    })
}

/// Met by a success, refuted by one of these statuses.
fn by_status(exchange: &Exchange, refuting: &[u16]) -> Verdict {
    match exchange.status {
        Some(200..=299) => taken(exchange),
        Some(status) if refuting.contains(&status) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    }
}

fn status_is_code(exchange: &Exchange) -> Verdict {
    let code = member(&exchange.body, "code").and_then(Value::as_u64);
    match (exchange.status, code) {
        (Some(200), Some(204)) => Verdict::Met,
        (Some(status), Some(code)) => {
            if u64::from(status) == code {
                Verdict::Met
            } else {
                Verdict::Failed
            }
        }
        (_, _) => Verdict::Silent,
    }
}

fn refusal_has_shape(exchange: &Exchange) -> Verdict {
    match exchange.status {
        Some(400..=499) => {
            let has = |name: &str| member(&exchange.body, name).is_some();
            if has("code") && has("message") { Verdict::Met } else { Verdict::Failed }
        }
        Some(_) | None => Verdict::Silent,
    }
}

fn count_is_number(exchange: &Exchange) -> Verdict {
    let announced = at(&exchange.body, "/message/0/iSignedCount").and_then(Value::as_u64);
    let listed = at(&exchange.body, "/message/1").and_then(Value::as_array).and_then(|l| u64::try_from(l.len()).ok());
    match (announced, listed) {
        (Some(announced), Some(listed)) => judged(exchange, |_| announced == listed),
        (_, _) => Verdict::Silent,
    }
}
