//! Readers of values that have more than one form.

use secrecy::SecretString;
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde::{Deserialize, Deserializer};

/// One of the words that `T` knows. The library's own reading of enumerations does not tell which there are.
pub(super) fn word<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    T::deserialize(text.as_str().into_deserializer())
}

/// Some of the words that `T` knows.
pub(super) fn words<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| T::deserialize(text.as_str().into_deserializer())).collect()
}

/// A list, or one text with commas between: an environment variable cannot hold a list.
pub(super) fn list_or_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SecretString>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        List(Vec<SecretString>),
        Words(SecretString),
    }
    Ok(match Form::deserialize(deserializer)? {
        Form::List(list) => list,
        Form::Words(words) => {
            use secrecy::ExposeSecret;
            let words = words.expose_secret().split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(SecretString::from).collect()
        }
    })
}
