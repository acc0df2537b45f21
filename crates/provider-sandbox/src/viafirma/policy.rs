//! `signaturePolicy`: what is to be signed how, and where the stamp goes. Source: contract section 2.2.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::codes::{Refusal, format, parameter};

/// Mixed case is part of the value.
const FORMATS: [&str; 24] = [
    "XMLSIG_ENVELOPING",
    "XADES_EPES_ENVELOPED",
    "CMS",
    "PDF_PKCS7",
    "XADES_T_ENVELOPED",
    "XADES_XL_ENVELOPED",
    "XADES_A_ENVELOPED",
    "CMS_DETACHED",
    "CMS_ATTACHED",
    "CAdES_BES",
    "CAdES_EPES",
    "CAdES_T",
    "CAdES_C",
    "CAdES_XL",
    "CAdES_A",
    "PAdES_BASIC",
    "PAdES_BES",
    "PAdES_EPES",
    "PDF_PKCS7_T",
    "XMLDSIG",
    "DIGITALIZED_SIGN",
    "BIOMETRIC_SIGN",
    "PKCS1_SHA1_RSA",
    "XADES_BES",
];
/// The formats whose file is a PDF that is signed inside.
const PDF_FORMATS: [&str; 5] = ["PDF_PKCS7", "PDF_PKCS7_T", "PAdES_BASIC", "PAdES_BES", "PAdES_EPES"];
const TYPES: [&str; 4] = ["ENVELOPING", "ENVELOPED", "DETACHED", "ATTACHED"];

/// Parameters whose values are listed.
const LISTED: [(&str, &[&str]); 4] = [
    ("DIGITAL_SIGN_STAMPER_TYPE", &["QR-BAR-H", "PDF417-H"]),
    ("DIGITAL_SIGN_STAMPER_ROTATION_ANGLE", &["90", "270"]),
    ("SIGNATURE_ALGORITHM", &["SHA256withRSA", "SHA1withRSA"]),
    ("DIGEST_METHOD", &["SHA256", "SHA1"]),
];
/// Parameters that are `"true"` or `"false"`.
const SWITCHES: [&str; 6] = [
    "DIGITAL_SIGN_STAMPER_HIDE_STATUS",
    "DIGITAL_SIGN_STAMPER_TRANSPARENT_BACKGROUND",
    "DIGITAL_SIGN_STAMPER_HIDE_QRCODE",
    "DIGITAL_SIGN_STAMPER_HIDE_BARCODE",
    "DIGITAL_SIGN_IMAGE_STAMPER_AUTOGENERATE",
    "PADES_INCLUDE_TSA",
];

/// The pages that bear the stamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StampPages {
    /// `"0"`.
    Every,
    /// `"-1"`.
    Last,
    /// Pages by number, from 1.
    These(Vec<u32>),
}

impl StampPages {
    /// The page numbers in a document of so many pages; none when one of them is not there.
    pub(super) fn numbers(&self, pages: usize) -> Option<Vec<u32>> {
        let last = u32::try_from(pages).ok()?;
        match self {
            Self::Every => Some((1..=last).collect()),
            Self::Last => Some(vec![last]),
            Self::These(numbers) => numbers.iter().all(|number| *number <= last).then(|| numbers.clone()),
        }
    }
}

/// The place of a stamp: points from the page's bottom-left corner to the stamp's own. Source: contract section 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rectangle {
    /// Points to the right.
    pub x: i32,
    /// Points up.
    pub y: i32,
    /// Points.
    pub width: i32,
    /// Points.
    pub height: i32,
}

/// A checked policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) format: String,
    pub(super) packaging: String,
    /// As sent; all values are texts.
    pub(super) parameters: Map<String, Value>,
    pub(super) pages: StampPages,
    /// None: the signature is not visible.
    pub(super) rectangle: Option<Rectangle>,
}

impl Policy {
    /// Whether the file is a PDF that is signed inside.
    pub(super) fn is_pdf(&self) -> bool {
        PDF_FORMATS.contains(&self.format.as_str())
    }

    /// A parameter's text.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }

    /// The policy of a request.
    ///
    /// # Errors
    /// A [`Refusal`] of the first thing that is wrong.
    pub(super) fn read(sent: Option<&Value>) -> Result<Self, Refusal> {
        let sent = sent.and_then(Value::as_object).ok_or(parameter("Falta signaturePolicy."))?;
        let word = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (signature_format, packaging) = (word("signatureFormat"), word("signatureType"));
        if !FORMATS.contains(&signature_format.as_str()) {
            return Err(format("El valor de signatureFormat no es válido."));
        }
        if !TYPES.contains(&packaging.as_str()) {
            return Err(format("El valor de signatureType no es válido."));
        }
        let parameters = match sent.get("parameters") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(parameters)) => parameters.clone(),
            Some(_) => return Err(NOT_TEXTS),
        };
        if !parameters.values().all(Value::is_string) {
            return Err(NOT_TEXTS);
        }
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        check_words(text)?;
        let pages = text("DIGITAL_SIGN_PAGE").map_or(Ok(StampPages::These(vec![1])), |sent| {
            pages(sent).ok_or(parameter("El valor de DIGITAL_SIGN_PAGE no es válido."))
        })?;
        let rectangle = text("DIGITAL_SIGN_RECTANGLE").map_or(Ok(None), rectangle)?;
        Ok(Self { format: signature_format, packaging, parameters, pages, rectangle })
    }
}

const NOT_TEXTS: Refusal = parameter("Los valores de parameters tienen que ser textos.");
const BAD_RECTANGLE: Refusal = parameter("El valor de DIGITAL_SIGN_RECTANGLE no es válido.");

fn check_words<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Result<(), Refusal> {
    let listed = LISTED.iter().all(|(name, values)| text(name).is_none_or(|value| values.contains(&value)));
    let switches = SWITCHES.iter().all(|name| text(name).is_none_or(|value| ["true", "false"].contains(&value)));
    if !listed || !switches {
        return Err(format("Un valor de parameters no es válido."));
    }
    let picture = text("DIGITAL_SIGN_IMAGE_STAMPER").is_none_or(|picture| BASE64_STANDARD.decode(picture).is_ok());
    if picture { Ok(()) } else { Err(parameter("El valor de DIGITAL_SIGN_IMAGE_STAMPER no es base64.")) }
}

fn pages(sent: &str) -> Option<StampPages> {
    if let Ok(numbers) = serde_json::from_str::<Vec<String>>(sent) {
        let numbers: Option<Vec<u32>> = numbers.iter().map(|number| page(number)).collect();
        return numbers.filter(|numbers| !numbers.is_empty()).map(StampPages::These);
    }
    match sent {
        "0" => Some(StampPages::Every),
        "-1" => Some(StampPages::Last),
        number => page(number).map(|number| StampPages::These(vec![number])),
    }
}

fn page(number: &str) -> Option<u32> {
    number.parse().ok().filter(|number| *number > 0)
}

/// All zero means no visible stamp.
fn rectangle(sent: &str) -> Result<Option<Rectangle>, Refusal> {
    let rectangle: Rectangle = serde_json::from_str(sent).map_err(|_| BAD_RECTANGLE)?;
    match rectangle {
        Rectangle { x: 0, y: 0, width: 0, height: 0 } => Ok(None),
        Rectangle { width, height, .. } if width > 0 && height > 0 => Ok(Some(rectangle)),
        Rectangle { .. } => Err(BAD_RECTANGLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_one_all_the_last_or_a_list() {
        let these = |numbers: &[u32]| Some(StampPages::These(numbers.to_vec()));
        assert_eq!(pages("3"), these(&[3]));
        assert_eq!(pages("0"), Some(StampPages::Every));
        assert_eq!(pages("-1"), Some(StampPages::Last));
        assert_eq!(pages("[\"1\",\"3\"]"), these(&[1, 3]));
        for bad in ["", "x", "-2", "1,2", "[]", "[\"0\"]", "[1,2]", "1.5"] {
            assert_eq!(pages(bad), None, "{bad}");
        }
        assert_eq!(StampPages::Every.numbers(3), Some(vec![1, 2, 3]));
        assert_eq!(StampPages::Last.numbers(3), Some(vec![3]));
        assert_eq!(StampPages::These(vec![4]).numbers(3), None);
    }

    #[test]
    fn a_rectangle_has_whole_numbers_and_an_area_unless_all_is_zero() {
        let good = Rectangle { x: 40, y: 10, width: 550, height: 75 };
        assert_eq!(rectangle(r#"{"x":40,"width":550,"y":10,"height":75}"#), Ok(Some(good)));
        assert_eq!(rectangle(r#"{"x":0,"y":0,"width":0,"height":0}"#), Ok(None));
        for bad in ["", "{}", r#"{"x":1,"y":1,"width":0,"height":5}"#, r#"{"x":1.5,"y":1,"width":9,"height":5}"#] {
            assert_eq!(rectangle(bad), Err(BAD_RECTANGLE), "{bad}");
        }
    }
}
