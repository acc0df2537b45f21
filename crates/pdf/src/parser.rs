//! From tokens to objects.

use std::io::{Read, Seek};

use crate::error::{InspectError, damaged};
use crate::lexer::{Lexer, Token};
use crate::object::{Dictionary, Object, ObjectNumber, Text};
use crate::source::{Bytes, Source};

const MAX_DEPTH: u32 = 64;
/// Most values within one object: a flat page tree of [`crate::pages::MAX_PAGES`] pages fits.
const MAX_VALUES: u32 = 250_000;

/// `n g obj … endobj` as it stands in the file.
pub(crate) struct IndirectObject {
    pub(crate) number: ObjectNumber,
    pub(crate) value: Object,
    /// First byte of the data, when the object is a stream.
    pub(crate) data_start: Option<u64>,
}

/// Reads objects from a position on.
pub(crate) struct Parser<'a, B> {
    lexer: Lexer<'a, B>,
    values: u32,
}

impl<'a, B: Bytes> Parser<'a, B> {
    pub(crate) fn new(bytes: &'a mut B, position: u64) -> Self {
        Self { lexer: Lexer::new(bytes, position), values: 0 }
    }

    /// How many bytes were read, for the document's total.
    pub(crate) fn consumed(&self) -> u64 {
        self.lexer.consumed()
    }

    pub(crate) fn position(&self) -> u64 {
        self.lexer.position()
    }

    pub(crate) fn token(&mut self) -> Result<Token, InspectError> {
        self.lexer.token()
    }

    /// One value that is not a reference.
    pub(crate) fn value(&mut self) -> Result<Object, InspectError> {
        let first = self.lexer.token()?;
        self.value_from(first, 0)
    }

    fn value_from(&mut self, first: Token, depth: u32) -> Result<Object, InspectError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(damaged("an object holds too many values"));
        }
        if depth > MAX_DEPTH {
            return Err(damaged("an object is nested too deeply"));
        }
        Ok(match first {
            Token::Integer(value) => Object::Integer(value),
            Token::Real(value) => Object::Real(value),
            Token::Name(name) => Object::Name(name),
            Token::String { bytes, span } => Object::String(Box::new(Text { bytes, span: B::IN_FILE.then_some(span) })),
            Token::ArrayOpen => Object::Array(self.values_until(|token| *token == Token::ArrayClose, depth)?.0),
            Token::DictionaryOpen => {
                let items = self.values_until(|token| *token == Token::DictionaryClose, depth)?.0;
                Object::Dictionary(dictionary(items)?)
            }
            word if word.is_word("null") => Object::Null,
            word if word.is_word("true") => Object::Boolean(true),
            word if word.is_word("false") => Object::Boolean(false),
            Token::ArrayClose | Token::DictionaryClose | Token::Word(_) | Token::End => {
                return Err(damaged(format!("unexpected word before byte {}", self.lexer.position())));
            }
        })
    }

    /// All values up to the token that `ends` the container, and that token.
    fn values_until(
        &mut self,
        ends: impl Fn(&Token) -> bool,
        depth: u32,
    ) -> Result<(Vec<Object>, Token), InspectError> {
        let mut items = Vec::new();
        loop {
            let token = self.lexer.token()?;
            if ends(&token) {
                return Ok((items, token));
            }
            if token.is_word("R") {
                let (generation, number) = (items.pop(), items.pop());
                items.push(reference(number, generation).ok_or_else(|| damaged("malformed reference"))?);
            } else {
                items.push(self.value_from(token, depth + 1)?);
            }
        }
    }
}

impl<R: Read + Seek> Parser<'_, Source<'_, R>> {
    /// An indirect object, from its number to `endobj` or to the first byte of its stream data.
    pub(crate) fn indirect_object(&mut self) -> Result<IndirectObject, InspectError> {
        let start = self.lexer.position();
        let missing = || damaged(format!("no object at byte {start}, where the cross-reference says one is"));
        let (Token::Integer(number), Token::Integer(_)) = (self.lexer.token()?, self.lexer.token()?) else {
            return Err(missing());
        };
        let number = ObjectNumber::try_from(number).map_err(|_| missing())?;
        if !self.lexer.token()?.is_word("obj") {
            return Err(missing());
        }
        let (items, end) = self.values_until(|token| token.is_word("endobj") || token.is_word("stream"), 0)?;
        let mut items = items.into_iter();
        let (Some(value), None) = (items.next(), items.next()) else {
            return Err(damaged(format!("object {number} is not one value")));
        };
        let data_start = if end.is_word("stream") { Some(self.data_start()?) } else { None };
        Ok(IndirectObject { number, value, data_start })
    }

    /// Moves past the line end behind the word `stream`.
    fn data_start(&mut self) -> Result<u64, InspectError> {
        if self.lexer.peek()? == Some(b'\r') {
            self.lexer.advance()?;
        }
        if self.lexer.peek()? == Some(b'\n') {
            self.lexer.advance()?;
        }
        Ok(self.lexer.position())
    }
}

fn reference(number: Option<Object>, generation: Option<Object>) -> Option<Object> {
    generation?.as_unsigned()?;
    ObjectNumber::try_from(number?.as_unsigned()?).ok().map(Object::Reference)
}

fn dictionary(items: Vec<Object>) -> Result<Dictionary, InspectError> {
    let mut entries = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let Some(key) = items.next() {
        let (Object::Name(key), Some(value)) = (key, items.next()) else {
            return Err(damaged("malformed dictionary"));
        };
        entries.push((key, value));
    }
    Ok(Dictionary(entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;
    use std::io::Cursor;

    fn value(text: &str) -> Result<Object, InspectError> {
        Parser::new(&mut Memory(text.as_bytes()), 0).value()
    }

    #[test]
    fn references_are_told_from_numbers() {
        let object = value("<</A [1 2 0 R 3] /B 4 0 R /C 5>>").unwrap().into_dictionary().unwrap();
        assert_eq!(object.get("A").as_array().unwrap(), [Object::Integer(1), Object::Reference(2), Object::Integer(3)]);
        assert_eq!((object.get("B"), object.get("C")), (&Object::Reference(4), &Object::Integer(5)));
        assert_eq!(object.get("D"), &Object::Null);
    }

    #[test]
    fn nesting_is_limited() {
        assert!(value(&format!("{}{}", "[".repeat(60), "]".repeat(60))).is_ok());
        assert!(value(&"[".repeat(100_000)).is_err());
        assert!(value(&"<</A".repeat(100_000)).is_err());
    }

    #[test]
    fn malformed_containers_are_refused() {
        for text in ["[1", "<</A>>", "<</A 1 2>>", "<<1 2>>", "[R]", "[1 R]", "[-1 0 R]", "]", "[1 >>"] {
            assert!(value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn stream_data_begins_after_the_line_end() {
        for (text, start) in [("1 0 obj<<>>stream\r\nX", 19), ("1 0 obj<<>>stream\nX", 18)] {
            let mut file = Cursor::new(text.as_bytes());
            let mut source = Source::new(&mut file, 0).unwrap();
            let object = Parser::new(&mut source, 0).indirect_object().unwrap();
            assert_eq!((object.number, object.data_start), (1, Some(start)), "{text}");
        }
    }
}
