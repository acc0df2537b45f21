//! What the contract assumes about answers, for a transcript of a real account. The numbers are those of the contract's table
//! of assumptions.

use std::sync::Arc;

use serde_json::Value;

use super::codes::Endpoint;
use crate::provider::transcript::{Exchange, Expectation, Verdict};
use crate::shared::json::text_of;

/// The code of an answer that is JSON.
fn code(exchange: &Exchange) -> Option<String> {
    text_of(&exchange.body, "estado_operacion")
}

fn expect(
    endpoint: Endpoint,
    assumption: &'static str,
    setting: &'static str,
    says: &'static str,
    judge: impl Fn(&Exchange) -> Verdict + Send + Sync + 'static,
) -> Expectation {
    Expectation { endpoint: endpoint.name(), assumption, setting, says, judge: Arc::new(judge) }
}

/// Failed when the answer has one of these codes, met when it is a success, else silent.
fn refuted_by(codes: &'static [&'static str]) -> impl Fn(&Exchange) -> Verdict + Send + Sync {
    move |exchange| match code(exchange).as_deref() {
        Some("0000" | "OK") => Verdict::Met,
        Some(code) if codes.contains(&code) => Verdict::Failed,
        Some(_) | None => Verdict::Silent,
    }
}

/// Every assumption that an answer can confirm or refute.
pub(super) fn expectations() -> Vec<Expectation> {
    vec![
        expect(
            Endpoint::SendDocument,
            "E2",
            "/settings/form_encoding",
            "Calls are multipart forms with the JSON in the field `json`.",
            refuted_by(&["0022"]),
        ),
        expect(
            Endpoint::GetClient,
            "E2",
            "/settings/form_encoding",
            "Calls are multipart forms with the JSON in the field `json`.",
            refuted_by(&["0022"]),
        ),
        expect(Endpoint::SendDocument, "E3", "", "An answer is JSON with `estado_operacion`.", |exchange| {
            match (exchange.status, code(exchange)) {
                (None, _) => Verdict::Silent,
                (Some(_), Some(_)) => Verdict::Met,
                (Some(200..=299), None) => Verdict::Failed,
                (Some(_), None) => Verdict::Silent,
            }
        }),
        expect(
            Endpoint::SendDocument,
            "E5",
            "/settings/boolean_style",
            "Yes and no are sent as 1 and 0.",
            refuted_by(&["0031"]),
        ),
        expect(
            Endpoint::SendDocument,
            "E6",
            "/settings/mensaje_privado_mode",
            "A private message stands with its recipient.",
            refuted_by(&["0031"]),
        ),
        expect(
            Endpoint::SearchDocuments,
            "E15",
            "",
            "A search that finds nothing answers 0000 and an empty list.",
            |exchange| match code(exchange).as_deref() {
                Some("0000") if exchange.body.as_object().is_some_and(|o| o.values().any(Value::is_array)) => {
                    Verdict::Met
                }
                Some("0000") => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            },
        ),
        expect(
            Endpoint::Artifact,
            "E19",
            "/settings/artifact_mode",
            "The address of a document gives the PDF to a plain GET.",
            |exchange| match exchange.status {
                Some(200..=299) if exchange.body.get("file").is_some() => Verdict::Met,
                Some(200..=499) => Verdict::Failed,
                Some(_) | None => Verdict::Silent,
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdicts(endpoint: Endpoint, status: u16, body: Value) -> Vec<(&'static str, Verdict)> {
        let exchange = Exchange {
            endpoint: endpoint.name().to_owned(),
            method: "POST".to_owned(),
            request: Value::Null,
            status: Some(status),
            content_type: None,
            body,
        };
        let about = |expectation: &Expectation| expectation.endpoint == exchange.endpoint;
        expectations().iter().filter(|e| about(e)).map(|e| (e.assumption, (e.judge)(&exchange))).collect()
    }

    #[test]
    fn a_success_confirms_and_the_code_of_a_misread_form_refutes() {
        use Verdict::{Failed, Met, Silent};
        let send = |code| verdicts(Endpoint::SendDocument, 200, json!({ "estado_operacion": code }));
        assert_eq!(send("0000"), [("E2", Met), ("E3", Met), ("E5", Met), ("E6", Met)]);
        assert_eq!(send("0022"), [("E2", Failed), ("E3", Met), ("E5", Silent), ("E6", Silent)]);
        assert_eq!(send("0031"), [("E2", Silent), ("E3", Met), ("E5", Failed), ("E6", Failed)]);
        let page = verdicts(Endpoint::SendDocument, 200, json!("<html>"));
        assert_eq!(page.first(), Some(&("E2", Silent)));
        assert_eq!(page.get(1), Some(&("E3", Failed)));
    }

    #[test]
    fn an_address_that_gives_a_page_refutes_direct_fetches() {
        let file = json!({ "file": { "size": 1, "content_type": "application/pdf" } });
        assert_eq!(verdicts(Endpoint::Artifact, 200, file), [("E19", Verdict::Met)]);
        assert_eq!(verdicts(Endpoint::Artifact, 200, json!("<html>")), [("E19", Verdict::Failed)]);
        assert_eq!(verdicts(Endpoint::Artifact, 503, json!("")), [("E19", Verdict::Silent)]);
    }

    #[test]
    fn a_search_answers_with_a_list() {
        let search = |body| verdicts(Endpoint::SearchDocuments, 200, body);
        assert_eq!(search(json!({ "estado_operacion": "0000", "documentos": [] })), [("E15", Verdict::Met)]);
        assert_eq!(search(json!({ "estado_operacion": "0000" })), [("E15", Verdict::Failed)]);
        assert_eq!(search(json!({ "estado_operacion": "0002" })), [("E15", Verdict::Silent)]);
    }
}
