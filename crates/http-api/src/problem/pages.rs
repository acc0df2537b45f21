//! The pages that `type` leads to.

use actix_web::{HttpRequest, HttpResponse, get};

use super::{ApiError, Code, FAULT_CODES};
use crate::docs::page;
use crate::openapi::params::ProblemPath;

/// List problems
///
/// Every kind of failure that this API answers with, as a page for people.
#[utoipa::path(
    tag = "documentation",
    security(()),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html", example = json!("<!doctype html>"))),
)]
#[get("/problems")]
pub(crate) async fn list_problems() -> HttpResponse {
    let rows: String = Code::ALL
        .iter()
        .map(|code| {
            let (word, status, title) = (code.as_str(), code.status().as_u16(), escaped(code.title()));
            format!("<tr><td>{status}</td><td><a href=\"/problems/{word}\"><code>{word}</code></a></td><td>{title}</td></tr>\n")
        })
        .collect();
    let table = format!("<table>\n<tr><th>Status</th><th>Code</th><th>Title</th></tr>\n{rows}</table>\n");
    page(html("Problems", &table))
}

/// Read about a problem
///
/// What a kind of failure means and what to do about it, as a page for people.
#[utoipa::path(
    tag = "documentation",
    security(()),
    params(ProblemPath),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html", example = json!("<!doctype html>"))),
)]
#[get("/problems/{code}")]
pub(crate) async fn get_problem(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let code = request.match_info().get("code").and_then(Code::parse).ok_or_else(|| ApiError::not_found("problem"))?;
    let mut body = format!(
        "<p>Code <code>{}</code>, status {}, advice <code>{}</code>.</p>\n<p>{}</p>\n",
        code.as_str(),
        code.status().as_u16(),
        code.advice().as_str(),
        marked(&code.explanation()),
    );
    if code == Code::ValidationFailed {
        let rows: String = FAULT_CODES
            .iter()
            .map(|(code, meaning)| {
                format!("<tr id=\"{code}\"><td><code>{code}</code></td><td>{}</td></tr>\n", marked(meaning))
            })
            .collect();
        body.push_str(&format!(
            "<h2>Codes in <code>errors</code></h2>\n<table>\n{rows}</table>\n<p>Checks of a provider add codes of their \
             own; the plan and <code>findings</code> show them.</p>\n"
        ));
    }
    Ok(page(html(code.title(), &body)))
}

fn html(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/assets/pages.css\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\
         <p><a href=\"/problems\">All problems</a> · <a href=\"/docs/\">API</a></p>\n</main>\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped, with what stands between backquotes as code.
fn marked(text: &str) -> String {
    escaped(text)
        .split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(marked("a `b` <c> & \"d\""), "a <code>b</code> &lt;c&gt; &amp; &quot;d&quot;");
    }
}
