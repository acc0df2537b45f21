//! PDF syntax as text: enough of a scanner to change one entry of a dictionary and leave every other byte alone.

use std::ops::Range;

/// The text of a dictionary, from `<<` to `>>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DictText(Vec<u8>);

impl DictText {
    /// The dictionary that `text` begins with; `None` when it begins with something else.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let start = skip_space(text, 0);
        text.get(start..)?.starts_with(b"<<").then_some(())?;
        Some(Self(text.get(start..value_end(text, start)?)?.to_vec()))
    }

    /// A dictionary with the given entries, written as `key value` pairs.
    pub(super) fn new(entries: &str) -> Self {
        Self(format!("<< {entries} >>").into_bytes())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text of the value under `key`, given with its slash.
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.get(self.value_range(key)?)
    }

    /// Sets `key`, given with its slash, and leaves the rest of the text as it is.
    pub(super) fn set(&mut self, key: &str, value: &[u8]) {
        let value = [b" ", value].concat();
        if let Some(range) = self.value_range(key) {
            self.0.splice(range, value);
        } else {
            let end = self.0.len().saturating_sub(b">>".len());
            self.0.splice(end..end, [b" ".as_slice(), key.as_bytes(), &value, b" "].concat());
        }
    }

    fn value_range(&self, key: &str) -> Option<Range<usize>> {
        let text = self.0.as_slice();
        let mut position = b"<<".len();
        loop {
            let name_start = skip_space(text, position);
            let name_end = token(text, name_start)?.end;
            let name = text.get(name_start..name_end)?;
            if name == b">>" {
                return None;
            }
            let mut value_stop = value_end(text, name_end)?;
            // A reference is three tokens: the value lasts until the next key or the end.
            loop {
                let next = skip_space(text, value_stop);
                if matches!(text.get(next)?, b'/' | b'>') {
                    break;
                }
                value_stop = value_end(text, next)?;
            }
            if name == key.as_bytes() {
                return Some(name_end..value_stop);
            }
            position = value_stop;
        }
    }
}

/// The array that `array` begins with, with `element` as its new last one; `None` when it begins with something else.
pub(super) fn with_element(array: &[u8], element: &str) -> Option<Vec<u8>> {
    let start = skip_space(array, 0);
    array.get(start..)?.starts_with(b"[").then_some(())?;
    let bracket = value_end(array, start)?.checked_sub(1)?;
    let mut longer = array.get(start..bracket)?.to_vec();
    longer.extend_from_slice(format!(" {element}]").as_bytes());
    Some(longer)
}

/// The text of the value at the start of an object that begins with `number generation obj`.
pub(super) fn indirect_value(text: &[u8], number: u32, generation: u16) -> Option<&[u8]> {
    let mut position = 0;
    for expected in [number.to_string(), generation.to_string(), "obj".to_owned()] {
        let start = skip_space(text, position);
        position = token(text, start)?.end;
        // Some producers pad the numbers with zeros.
        let found = text.get(start..position)?;
        let significant = found.iter().position(|byte| *byte != b'0').unwrap_or(found.len().saturating_sub(1));
        (found.get(significant..)? == expected.as_bytes()).then_some(())?;
    }
    let start = skip_space(text, position);
    text.get(start..value_end(text, start)?)
}

/// A text string: literal when it is plain ASCII, else UTF-16BE with its mark, in hexadecimal.
pub(super) fn text_string(text: &str) -> String {
    if text.chars().all(|c| (' '..='~').contains(&c)) {
        let escaped = text.replace('\\', r"\\").replace('(', r"\(").replace(')', r"\)");
        return format!("({escaped})");
    }
    let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>")
}

/// A number with at most three decimals and without an exponent, which PDF does not know.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Square,
    Angles,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Opens(Bracket),
    Closes(Bracket),
    Stays,
}

struct Token {
    end: usize,
    nesting: Nesting,
}

/// The end of the value that starts at or after `start`.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut position = start;
    loop {
        let found = token(text, skip_space(text, position))?;
        match found.nesting {
            Nesting::Opens(bracket) => open.push(bracket),
            Nesting::Closes(bracket) => (open.pop()? == bracket).then_some(())?,
            Nesting::Stays => {}
        }
        position = found.end;
        if open.is_empty() {
            return Some(position);
        }
    }
}

fn token(text: &[u8], start: usize) -> Option<Token> {
    let rest = text.get(start..)?;
    let (length, nesting) = match (*rest.first()?, rest.get(1)) {
        (b'<', Some(b'<')) => (2, Nesting::Opens(Bracket::Angles)),
        (b'>', Some(b'>')) => (2, Nesting::Closes(Bracket::Angles)),
        (b'[', _) => (1, Nesting::Opens(Bracket::Square)),
        (b']', _) => (1, Nesting::Closes(Bracket::Square)),
        (b'<', _) => (rest.iter().position(|byte| *byte == b'>')? + 1, Nesting::Stays),
        (b'(', _) => (literal_string_length(rest)?, Nesting::Stays),
        (b')' | b'>' | b'{' | b'}', _) => return None,
        _ => {
            let tail = rest.get(1..)?.iter().position(|byte| is_space(*byte) || is_delimiter(*byte));
            (tail.map_or(rest.len(), |tail| tail + 1), Nesting::Stays)
        }
    };
    Some(Token { end: start + length, nesting })
}

fn literal_string_length(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (index, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The first position at or after `start` that is neither white space nor part of a comment.
fn skip_space(text: &[u8], start: usize) -> usize {
    let mut in_comment = false;
    let skipped = text.iter().skip(start).position(|byte| {
        in_comment = match byte {
            b'%' => true,
            b'\r' | b'\n' => false,
            _ => in_comment,
        };
        !in_comment && !is_space(*byte)
    });
    skipped.map_or(text.len(), |skipped| start + skipped)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict(text: &str) -> DictText {
        DictText::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn setting_an_entry_leaves_every_other_byte_alone() {
        let mut page =
            dict("<</Type/Page/MediaBox[0 0 595.27559055 841.88976378]/Parent 3 0 R % a >> comment\n/T(\\)>>)>>");
        page.set("/Annots", b"[9 0 R]");
        assert_eq!(
            String::from_utf8_lossy(page.as_bytes()),
            "<</Type/Page/MediaBox[0 0 595.27559055 841.88976378]/Parent 3 0 R % a >> comment\n/T(\\)>>) /Annots [9 0 R] >>"
        );
    }

    #[test]
    fn a_value_is_replaced_whole_even_when_it_is_a_reference_or_nested() {
        let mut form = dict("<< /Fields 12 0 R/SigFlags 1 /DR << /Font << /F <3e3E> >> >> /XFA [(a) [(])]] >>");
        assert_eq!(form.get("/Fields"), Some(b" 12 0 R".as_slice()));
        assert_eq!(form.get("/Font"), None, "only the outer level counts");
        form.set("/DR", b"null");
        form.set("/XFA", b"null");
        form.set("/SigFlags", b"3");
        assert_eq!(String::from_utf8_lossy(form.as_bytes()), "<< /Fields 12 0 R/SigFlags 3 /DR null /XFA null >>");
    }

    #[test]
    fn an_entry_is_not_hidden_in_a_comment_at_the_end() {
        let mut page = dict("<< /A 1 % note\n>>");
        page.set("/B", b"2");
        assert_eq!(page.get("/B"), Some(b" 2".as_slice()));
    }

    #[test]
    fn an_array_grows_at_its_end() {
        assert_eq!(with_element(b" [1 0 R [2 0 R]] tail", "3 0 R").unwrap(), b"[1 0 R [2 0 R] 3 0 R]");
        assert_eq!(with_element(b"[]", "3 0 R").unwrap(), b"[ 3 0 R]");
        assert_eq!(with_element(b"<<>>", "3 0 R"), None);
    }

    #[test]
    fn an_indirect_object_is_found_only_under_its_own_number() {
        assert_eq!(indirect_value(b"\n7 0 obj<</A 1>>endobj", 7, 0), Some(b"<</A 1>>".as_slice()));
        assert_eq!(indirect_value(b"007 00 obj [1]", 7, 0), Some(b"[1]".as_slice()));
        assert_eq!(indirect_value(b"17 0 obj <<>>", 7, 0), None);
    }

    #[test]
    fn broken_text_is_refused_rather_than_cut() {
        for broken in ["<< /A (open >>", "<< /A [1 >> ]", "<< /A <41 ", "[", ""] {
            assert_eq!(DictText::parse(broken.as_bytes()), None, "{broken}");
        }
    }

    #[test]
    fn text_outside_ascii_becomes_utf_16() {
        assert_eq!(text_string(r"a(b)\"), r"(a\(b\)\\)");
        assert_eq!(text_string("ñ😀"), "<FEFF00F1D83DDE00>");
    }

    #[test]
    fn numbers_are_short_and_never_exponents() {
        assert_eq!([number(12.0), number(0.1234567), number(-0.0001), number(1e7)], ["12", "0.123", "0", "10000000"]);
    }
}
