//! Query strings, read strictly: an unknown parameter is a fault, since a misspelt filter would show too much.

use std::collections::BTreeMap;

use url::form_urlencoded;

use crate::problem::{ApiError, ProblemFault};

/// The parameters of a query, taken one after another; what is left at the end is unknown.
#[derive(Debug)]
pub struct Query {
    given: BTreeMap<String, Vec<String>>,
    faults: Vec<ProblemFault>,
}

impl Query {
    /// Reads a query string.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            given.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self { given, faults: Vec::new() }
    }

    /// A parameter that may be given once.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let mut values = self.given.remove(name)?;
        if values.len() > 1 {
            self.fault(name, "not_unique", "It may be given once only.");
        }
        values.pop()
    }

    /// A parameter that may be given once, read by `read`.
    pub fn one<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(rule) => {
                self.fault(name, "invalid_format", &rule);
                None
            }
        }
    }

    /// A parameter that may be given several times, or once with commas.
    pub fn many<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let texts = self.given.remove(name).unwrap_or_default();
        let mut values = Vec::new();
        for text in texts.iter().flat_map(|text| text.split(',')) {
            match read(text.trim()) {
                Ok(value) => values.push(value),
                Err(rule) => self.fault(name, "invalid_format", &rule),
            }
        }
        values
    }

    /// Parameters of the form `name[key]`.
    pub fn keyed(&mut self, name: &str) -> Vec<(String, String)> {
        let begin = format!("{name}[");
        let names: Vec<String> =
            self.given.keys().filter(|key| key.starts_with(&begin) && key.ends_with(']')).cloned().collect();
        names
            .into_iter()
            .filter_map(|whole| {
                let key = whole.strip_prefix(&begin)?.strip_suffix(']')?.to_owned();
                Some((key, self.text(&whole)?))
            })
            .collect()
    }

    /// Notes a fault of a parameter.
    pub fn fault(&mut self, name: &str, code: &str, detail: &str) {
        self.faults.push(ProblemFault::query(name, code, detail));
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `bad-query` with every fault, unknown parameters among them.
    pub fn end(mut self) -> Result<(), ApiError> {
        let unknown: Vec<String> = self.given.keys().cloned().collect();
        for name in unknown {
            self.fault(&name, "unknown_field", "This operation has no such query parameter.");
        }
        if self.faults.is_empty() { Ok(()) } else { Err(ApiError::bad_query(self.faults)) }
    }
}

/// Reads by `FromStr`, telling the broken rule.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| format!("{error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let mut query = Query::parse("a=1&a=2&b=x&c%5Bk%5D=v&d=1&metadata[x]=y");
        assert_eq!(query.text("a").as_deref(), Some("2"));
        assert_eq!(query.one("b", parsed::<u32>), None);
        assert_eq!(query.keyed("c"), [("k".to_owned(), "v".to_owned())]);
        let ApiErrorPointers(pointers) = pointers(query.end().unwrap_err());
        assert_eq!(pointers, ["/a", "/b", "/d", "/metadata[x]"]);
    }

    #[test]
    fn lists_are_read_with_commas_or_repeated() {
        let mut query = Query::parse("s=1,2&s=3");
        assert_eq!(query.many("s", parsed::<u32>), [1, 2, 3]);
        assert!(query.end().is_ok());
    }

    struct ApiErrorPointers(Vec<String>);

    fn pointers(error: ApiError) -> ApiErrorPointers {
        let headers = actix_web::http::header::HeaderMap::new();
        let info = crate::edge::RequestInfo::read(&actix_web::http::Method::GET, "/", &headers);
        let problem = error.problem(&info, "");
        assert_eq!(problem.code, "bad-query");
        ApiErrorPointers(problem.errors.into_iter().map(|fault| fault.pointer).collect())
    }
}
