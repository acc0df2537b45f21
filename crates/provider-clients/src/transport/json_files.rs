//! Files in an answer: base64 strings inside JSON, cut out while the answer is read, so that neither the JSON nor a file is
//! ever held with the file in it.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding may be missing; what is not base64 is an error.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// Why an answer cannot be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum CutError {
    #[error("a file in the answer is not base64")]
    Base64,
    #[error("the answer is nested too deeply")]
    Depth,
    #[error("the answer ended inside a file")]
    Unended,
}

/// What a part of an answer comes to, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// Bytes of the JSON that is kept.
    Json(Vec<u8>),
    /// A file begins.
    Begin,
    /// The next bytes of the file.
    File(Vec<u8>),
    /// The file is complete.
    End,
}

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between strings.
    Between,
    /// In a string that is kept; whether the last byte was a backslash.
    Text { escaped: bool },
    /// The first byte of a string at a file's place.
    FileStart,
    /// In a file.
    File,
    /// After a backslash in a file.
    FileEscape,
    /// In the four digits of `\uXXXX` in a file.
    FileUnicode { digits: u8, code: u32 },
}

/// A container that is open.
#[derive(Debug)]
enum Open {
    Object { key: Vec<u8>, expects_key: bool },
    Array,
}

/// Reads an answer chunk by chunk.
#[derive(Debug)]
pub(super) struct Cutter {
    places: Vec<Vec<&'static str>>,
    stack: Vec<Open>,
    state: State,
    /// Whether the string that is read is a member's name.
    in_key: bool,
    /// Base64 letters that do not fill a group of four yet.
    held: Vec<u8>,
}

impl Cutter {
    /// A reader that cuts out the strings at `places` (JSON pointers; `*` is any element of an array).
    pub(super) fn new(places: &[&'static str]) -> Self {
        Self {
            places: places.iter().map(|place| place.split('/').skip(1).collect()).collect(),
            stack: Vec::new(),
            state: State::Between,
            in_key: false,
            held: Vec::new(),
        }
    }

    /// Reads the next chunk.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Cut>, CutError> {
        let mut cuts = Cuts::default();
        for byte in chunk {
            self.byte(*byte, &mut cuts)?;
        }
        if matches!(self.state, State::File | State::FileEscape | State::FileUnicode { .. }) {
            self.decode(&mut cuts, false)?;
        }
        Ok(cuts.done())
    }

    /// The answer is over.
    pub(super) fn finish(&self) -> Result<(), CutError> {
        match self.state {
            State::Between | State::Text { .. } => Ok(()),
            State::FileStart | State::File | State::FileEscape | State::FileUnicode { .. } => Err(CutError::Unended),
        }
    }

    fn byte(&mut self, byte: u8, cuts: &mut Cuts) -> Result<(), CutError> {
        match self.state {
            State::Between => self.between(byte, cuts),
            State::Text { escaped } => {
                cuts.json(byte);
                if byte == b'"' && !escaped {
                    self.state = State::Between;
                } else {
                    if self.in_key
                        && let Some(Open::Object { key, .. }) = self.stack.last_mut()
                    {
                        key.push(byte);
                    }
                    self.state = State::Text { escaped: byte == b'\\' && !escaped };
                }
                Ok(())
            }
            State::FileStart if byte == b'"' => {
                // An empty string is no file.
                cuts.json(b'"');
                cuts.json(b'"');
                self.state = State::Between;
                Ok(())
            }
            State::FileStart => {
                cuts.push(Cut::Begin);
                self.state = State::File;
                self.byte(byte, cuts)
            }
            State::File => match byte {
                b'"' => {
                    self.decode(cuts, true)?;
                    cuts.push(Cut::End);
                    self.state = State::Between;
                    Ok(())
                }
                b'\\' => {
                    self.state = State::FileEscape;
                    Ok(())
                }
                letter => {
                    self.letter(letter);
                    Ok(())
                }
            },
            State::FileEscape => {
                self.state = State::File;
                match byte {
                    b'/' => self.letter(b'/'),
                    b'n' | b'r' | b't' => {}
                    b'u' => self.state = State::FileUnicode { digits: 0, code: 0 },
                    _ => return Err(CutError::Base64),
                }
                Ok(())
            }
            State::FileUnicode { digits, code } => {
                let digit = char::from(byte).to_digit(16).ok_or(CutError::Base64)?;
                let code = code * 16 + digit;
                if digits == 3 {
                    self.letter(u8::try_from(code).map_err(|_| CutError::Base64)?);
                    self.state = State::File;
                } else {
                    self.state = State::FileUnicode { digits: digits + 1, code };
                }
                Ok(())
            }
        }
    }

    fn between(&mut self, byte: u8, cuts: &mut Cuts) -> Result<(), CutError> {
        match byte {
            b'"' => {
                self.in_key = matches!(self.stack.last(), Some(Open::Object { expects_key: true, .. }));
                if !self.in_key && self.is_file_place() {
                    self.state = State::FileStart;
                    return Ok(());
                }
                if self.in_key
                    && let Some(Open::Object { key, .. }) = self.stack.last_mut()
                {
                    key.clear();
                }
                self.state = State::Text { escaped: false };
            }
            b'{' => self.stack.push(Open::Object { key: Vec::new(), expects_key: true }),
            b'[' => self.stack.push(Open::Array),
            b'}' | b']' => {
                self.stack.pop();
            }
            b':' | b',' => {
                if let Some(Open::Object { expects_key, .. }) = self.stack.last_mut() {
                    *expects_key = byte == b',';
                }
            }
            _ => {}
        }
        if self.stack.len() > DEEPEST {
            return Err(CutError::Depth);
        }
        cuts.json(byte);
        Ok(())
    }

    fn is_file_place(&self) -> bool {
        self.places.iter().any(|place| {
            place.len() == self.stack.len()
                && place.iter().zip(&self.stack).all(|(wanted, open)| match open {
                    Open::Array => *wanted == "*",
                    Open::Object { key, .. } => key.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()),
                })
        })
    }

    fn letter(&mut self, letter: u8) {
        if !letter.is_ascii_whitespace() {
            self.held.push(letter);
        }
    }

    /// Decodes whole groups of four; everything at the end.
    fn decode(&mut self, cuts: &mut Cuts, all: bool) -> Result<(), CutError> {
        // The last group may have padding, so it is kept until the end is seen.
        let keep = if all { 0 } else { (self.held.len() % 4) + if self.held.len() >= 4 { 4 } else { 0 } };
        let rest = self.held.split_off(self.held.len().saturating_sub(keep));
        let whole = std::mem::replace(&mut self.held, rest);
        if !whole.is_empty() {
            let bytes = BASE64.decode(&whole).map_err(|_| CutError::Base64)?;
            cuts.push(Cut::File(bytes));
        }
        Ok(())
    }
}

/// Cuts in order; neighbouring bytes of the JSON in one.
#[derive(Debug, Default)]
struct Cuts {
    cuts: Vec<Cut>,
    json: Vec<u8>,
}

impl Cuts {
    fn json(&mut self, byte: u8) {
        self.json.push(byte);
    }

    fn push(&mut self, cut: Cut) {
        if !self.json.is_empty() {
            self.cuts.push(Cut::Json(std::mem::take(&mut self.json)));
        }
        self.cuts.push(cut);
    }

    fn done(mut self) -> Vec<Cut> {
        if !self.json.is_empty() {
            self.cuts.push(Cut::Json(self.json));
        }
        self.cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [&str; 2] = ["/documentos/*/base64Documento", "/base64"];

    /// The JSON that is kept with `"#"` for each file, and the files.
    fn cut(text: &str, size: usize) -> Result<(String, Vec<Vec<u8>>), CutError> {
        let mut cutter = Cutter::new(&PLACES);
        let (mut json, mut files) = (Vec::new(), Vec::new());
        for chunk in text.as_bytes().chunks(size) {
            for cut in cutter.push(chunk)? {
                match cut {
                    Cut::Json(bytes) => json.extend(bytes),
                    Cut::Begin => files.push(Vec::new()),
                    Cut::File(bytes) => files.last_mut().unwrap().extend(bytes),
                    Cut::End => json.extend(b"\"#\""),
                }
            }
        }
        cutter.finish()?;
        Ok((String::from_utf8(json).unwrap(), files))
    }

    #[test]
    fn files_are_cut_out_wherever_the_chunks_end() {
        let text = r#"{"a":"x\"y","Documentos":[{"BASE64documento ":"JVBERi0xLjc\u002b\/w==","n":{"base64":"no"}},
            {"base64Documento":null},{"base64Documento":"","b":["base64"]}],"base64":"aGVs\r\nbG8"}"#;
        for size in 1..text.len() {
            let (json, files) = cut(text, size).unwrap();
            assert_eq!(files, [b"%PDF-1.7>\xff".to_vec(), b"hello".to_vec()], "{size}");
            let kept: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(kept["Documentos"][0]["BASE64documento "], "#");
            assert_eq!(kept["Documentos"][0]["n"]["base64"], "no");
            assert_eq!(kept["Documentos"][1]["base64Documento"], serde_json::Value::Null);
            assert_eq!(kept["Documentos"][2]["base64Documento"], "");
            assert_eq!((&kept["a"], &kept["base64"]), (&"x\"y".into(), &"#".into()));
        }
    }

    #[test]
    fn what_is_no_base64_or_has_no_end_is_refused() {
        for (text, error) in [
            (r#"{"base64":"a*cd"}"#, CutError::Base64),
            (r#"{"base64":"ab\qcd"}"#, CutError::Base64),
            (r#"{"base64":"ab\u20accd"}"#, CutError::Base64),
            (r#"{"base64":"abcd"#, CutError::Unended),
        ] {
            assert_eq!(cut(text, 3), Err(error), "{text}");
        }
        assert_eq!(cut(&"[".repeat(65), 7), Err(CutError::Depth));
    }
}
