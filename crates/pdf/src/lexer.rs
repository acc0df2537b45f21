//! From bytes to tokens, as ISO 32000-1 section 7.2 and 7.3 write them.

use std::ops::Range;

use crate::error::{InspectError, damaged};
use crate::source::Bytes;

/// Longest string that is kept, after decoding. Signature contents with embedded revocation lists are the longest
/// strings that matter here and stay far below.
const MAX_STRING_BYTES: usize = 4 << 20;
const MAX_NAME_BYTES: usize = 1024;
const MAX_WORD_BYTES: usize = 64;
/// Most bytes that one lexer reads: room for the longest string in hexadecimal.
const MAX_READ_BYTES: u64 = 16 << 20;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Integer(i64),
    Real(f64),
    Name(Vec<u8>),
    String { bytes: Vec<u8>, span: Range<u64> },
    ArrayOpen,
    ArrayClose,
    DictionaryOpen,
    DictionaryClose,
    Word(Vec<u8>),
    End,
}

impl Token {
    pub(crate) fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(value) = self { Some(*value) } else { None }
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found == word.as_bytes())
    }
}

/// NUL, tab, line feed, form feed, carriage return and space.
pub(crate) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Reads tokens from a position on, and at most [`MAX_READ_BYTES`].
pub(crate) struct Lexer<'a, B> {
    bytes: &'a mut B,
    position: u64,
    consumed: u64,
}

impl<'a, B: Bytes> Lexer<'a, B> {
    pub(crate) fn new(bytes: &'a mut B, position: u64) -> Self {
        Self { bytes, position, consumed: 0 }
    }

    /// Where the next byte is read.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes were read, for the document's total.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    pub(crate) fn peek(&mut self) -> Result<Option<u8>, InspectError> {
        self.bytes.byte(self.position)
    }

    pub(crate) fn advance(&mut self) -> Result<(), InspectError> {
        self.position += 1;
        self.consumed += 1;
        if self.consumed > MAX_READ_BYTES { Err(damaged("an object is too large")) } else { Ok(()) }
    }

    fn next_byte(&mut self) -> Result<Option<u8>, InspectError> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.advance()?;
        }
        Ok(byte)
    }

    /// Moves past white space and comments.
    pub(crate) fn skip_blank(&mut self) -> Result<(), InspectError> {
        while let Some(byte) = self.peek()? {
            if byte == b'%' {
                while self.peek()?.is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.advance()?;
                }
            } else if is_whitespace(byte) {
                self.advance()?;
            } else {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn token(&mut self) -> Result<Token, InspectError> {
        self.skip_blank()?;
        let start = self.position;
        let Some(first) = self.peek()? else {
            return Ok(Token::End);
        };
        if !is_delimiter(first) {
            return self.number_or_word();
        }
        self.advance()?;
        match first {
            b'/' => self.name(),
            b'(' => self.literal_string(start),
            b'[' => Ok(Token::ArrayOpen),
            b']' => Ok(Token::ArrayClose),
            b'<' if self.peek()? == Some(b'<') => self.advance().map(|()| Token::DictionaryOpen),
            b'<' => self.hexadecimal_string(start),
            b'>' if self.peek()? == Some(b'>') => self.advance().map(|()| Token::DictionaryClose),
            _ => Err(damaged(format!("unexpected character at byte {start}"))),
        }
    }

    fn regular_run(&mut self, limit: usize) -> Result<Vec<u8>, InspectError> {
        let mut run = Vec::new();
        while let Some(byte) = self.peek()? {
            if is_whitespace(byte) || is_delimiter(byte) {
                break;
            }
            if run.len() >= limit {
                return Err(damaged(format!("a word at byte {} is too long", self.position)));
            }
            run.push(byte);
            self.advance()?;
        }
        Ok(run)
    }

    fn number_or_word(&mut self) -> Result<Token, InspectError> {
        let start = self.position;
        let run = self.regular_run(MAX_WORD_BYTES)?;
        if !run.first().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')) {
            return Ok(Token::Word(run));
        }
        // Rust's own number syntax is wider ("1e5", "inf"), so the characters are checked first.
        let text = std::str::from_utf8(&run).ok();
        let text = text.filter(|text| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')));
        text.and_then(|text| text.parse().map(Token::Integer).or_else(|_| text.parse().map(Token::Real)).ok())
            .ok_or_else(|| damaged(format!("malformed number at byte {start}")))
    }

    fn name(&mut self) -> Result<Token, InspectError> {
        let raw = self.regular_run(MAX_NAME_BYTES)?;
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw.as_slice();
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte == b'#'
                && let [high, low, after @ ..] = tail
                && let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low))
            {
                name.push(high << 4 | low);
                rest = after;
            } else {
                name.push(byte);
            }
        }
        Ok(Token::Name(name))
    }

    fn push(bytes: &mut Vec<u8>, byte: u8) -> Result<(), InspectError> {
        if bytes.len() >= MAX_STRING_BYTES {
            return Err(damaged("a string is too long"));
        }
        bytes.push(byte);
        Ok(())
    }

    fn hexadecimal_string(&mut self, start: u64) -> Result<Token, InspectError> {
        let mut bytes = Vec::new();
        let mut pending = None;
        loop {
            let Some(byte) = self.next_byte()? else {
                return Err(damaged("a string does not end"));
            };
            if byte == b'>' {
                break;
            }
            if is_whitespace(byte) {
                continue;
            }
            let digit =
                hex_value(byte).ok_or_else(|| damaged(format!("malformed hexadecimal string at byte {start}")))?;
            match pending.take() {
                Some(high) => Self::push(&mut bytes, high << 4 | digit)?,
                None => pending = Some(digit),
            }
        }
        if let Some(high) = pending {
            Self::push(&mut bytes, high << 4)?;
        }
        Ok(Token::String { bytes, span: start..self.position })
    }

    fn literal_string(&mut self, start: u64) -> Result<Token, InspectError> {
        let mut bytes = Vec::new();
        let mut open = 1_u32;
        loop {
            let Some(byte) = self.next_byte()? else {
                return Err(damaged("a string does not end"));
            };
            match byte {
                b'\\' => {
                    if let Some(escaped) = self.escape()? {
                        Self::push(&mut bytes, escaped)?;
                    }
                    continue;
                }
                b'(' => open = open.saturating_add(1),
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return Ok(Token::String { bytes, span: start..self.position });
            }
            Self::push(&mut bytes, byte)?;
        }
    }

    /// What stands behind a backslash; nothing for an escaped line end.
    fn escape(&mut self) -> Result<Option<u8>, InspectError> {
        let Some(byte) = self.next_byte()? else { return Ok(None) };
        Ok(match byte {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'\n' => None,
            b'\r' => {
                if self.peek()? == Some(b'\n') {
                    self.advance()?;
                }
                None
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek()? else { break };
                    self.advance()?;
                    value = value * 8 + u32::from(digit - b'0');
                }
                // High-order overflow is ignored: ISO 32000-1 section 7.3.4.2.
                u8::try_from(value & 0xFF).ok()
            }
            other => Some(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    fn tokens(text: &str) -> Vec<Token> {
        let mut memory = Memory(text.as_bytes());
        let mut lexer = Lexer::new(&mut memory, 0);
        let mut found = Vec::new();
        loop {
            let token = lexer.token().unwrap();
            if token == Token::End {
                return found;
            }
            found.push(token);
        }
    }

    fn string(bytes: &[u8], span: Range<u64>) -> Token {
        Token::String { bytes: bytes.to_vec(), span }
    }

    #[test]
    fn numbers_names_and_words_are_told_apart() {
        assert_eq!(
            tokens("1 -2 +3.5 .25 4. /Na#6de% comment\ntrue"),
            vec![
                Token::Integer(1),
                Token::Integer(-2),
                Token::Real(3.5),
                Token::Real(0.25),
                Token::Real(4.0),
                Token::Name(b"Name".to_vec()),
                Token::Word(b"true".to_vec()),
            ]
        );
    }

    #[test]
    fn strings_are_decoded_and_know_their_place() {
        assert_eq!(tokens("(a(b)\\051\\n\\\nc)"), vec![string(b"a(b))\nc", 0..15)]);
        assert_eq!(tokens(" <48 656C6c 7>"), vec![string(b"Hellp", 1..14)]);
    }

    #[test]
    fn malformed_tokens_are_refused() {
        for text in ["(open", "<48", "<4x>", ")", "1-2e", "--", "}", "> "] {
            let mut memory = Memory(text.as_bytes());
            assert!(Lexer::new(&mut memory, 0).token().is_err(), "{text}");
        }
    }
}
