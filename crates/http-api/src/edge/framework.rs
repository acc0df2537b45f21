//! The framework's own failures: unknown paths, wrong methods, bodies that do not arrive.

use actix_web::Error;
use actix_web::dev::ResourceDef;
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use utoipa::openapi::{OpenApi, PathItem};

use crate::problem::{ApiError, Code, ProblemFault};

/// The problem that an error of a handler or of the framework is.
pub(super) fn problem_of(error: &Error) -> ApiError {
    if let Some(ours) = error.as_error::<ApiError>() {
        return ours.clone();
    }
    if let Some(payload) = error.as_error::<PayloadError>() {
        return of_payload(payload);
    }
    let status = error.as_response_error().status_code();
    match status {
        StatusCode::NOT_FOUND => ApiError::new(Code::NoSuchRoute, "No operation of this API has this path."),
        StatusCode::REQUEST_TIMEOUT => ApiError::new(Code::RequestTimeout, "The body did not arrive in time."),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(Code::BodyTooLarge, "The body is too large."),
        status if status.is_client_error() => {
            let fault = ProblemFault::header("", "invalid", "the request cannot be read");
            ApiError::new(Code::BadHeader, "The request cannot be read.").with_faults(vec![fault])
        }
        _ => ApiError::internal(error.to_string()),
    }
}

/// The problem that a failure to read a body is.
pub(crate) fn of_payload(error: &PayloadError) -> ApiError {
    match error {
        PayloadError::Overflow => ApiError::new(Code::BodyTooLarge, "The body is too large."),
        PayloadError::EncodingCorrupted | PayloadError::UnknownLength => {
            ApiError::new(Code::UnsupportedMediaType, "The body's Content-Encoding cannot be undone.")
        }
        PayloadError::Incomplete(_) | PayloadError::Io(_) => {
            ApiError::new(Code::RequestTimeout, "The body broke off before its end.")
        }
        _ => ApiError::new(Code::RequestTimeout, "The body could not be read to its end."),
    }
}

/// Which methods each path has, so that a wrong one is answered with 405 and `Allow` instead of 404.
#[derive(Clone)]
pub struct Routes(Vec<(ResourceDef, Vec<Method>)>);

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").field("paths", &self.0.len()).finish()
    }
}

impl Routes {
    /// The routes of a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        Self(document.paths.paths.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item))).collect())
    }

    /// Why nothing answered a request: its method is another than the path's, or there is no such path, at least not on
    /// this listener.
    #[must_use]
    pub fn unanswered(&self, method: &Method, path: &str) -> ApiError {
        let mut methods: Vec<&Method> =
            self.0.iter().filter(|(pattern, _)| pattern.is_match(path)).flat_map(|(_, methods)| methods).collect();
        methods.dedup();
        if methods.is_empty() || methods.contains(&method) {
            return ApiError::new(Code::NoSuchRoute, "No operation of this API has this path.");
        }
        let list = methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        let error = ApiError::new(Code::MethodNotAllowed, format!("This path has: {list}."));
        match HeaderValue::from_str(&list) {
            Ok(value) => error.with_header(header::ALLOW, value),
            Err(_) => error,
        }
    }
}

fn methods(item: &PathItem) -> Vec<Method> {
    let table = [
        (item.get.is_some(), &[Method::GET, Method::HEAD][..]),
        (item.post.is_some(), &[Method::POST]),
        (item.put.is_some(), &[Method::PUT]),
        (item.patch.is_some(), &[Method::PATCH]),
        (item.delete.is_some(), &[Method::DELETE]),
    ];
    table.into_iter().filter(|(has, _)| *has).flat_map(|(_, methods)| methods.iter().cloned()).collect()
}
