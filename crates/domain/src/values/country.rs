//! Countries as two letters.

use std::fmt;
use std::str::FromStr;

use super::text_serde;

/// The officially assigned two-letter codes, sorted. Source: ISO 3166-1 alpha-2.
const ASSIGNED: [&str; 249] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD",
    "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA",
    "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE",
    "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA",
    "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK",
    "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP",
    "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT",
    "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS",
    "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ",
    "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS",
    "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
    "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW",
    "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA",
    "ZM", "ZW",
];

/// The text is not an assigned two-letter country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the country must be an assigned ISO 3166-1 alpha-2 code, such as CL, ES or BR")]
pub struct CountryError;

/// A country: one of the officially assigned ISO 3166-1 alpha-2 codes, in upper case. Lower case is read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

impl Country {
    /// Brazil.
    pub const BRAZIL: Self = Self("BR");
    /// Chile.
    pub const CHILE: Self = Self("CL");
    /// Spain.
    pub const SPAIN: Self = Self("ES");

    /// The code, in upper case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let upper = text.to_ascii_uppercase();
        ASSIGNED.into_iter().find(|code| *code == upper).map(Self).ok_or(CountryError)
    }
}

text_serde!(Country);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_without_repeats_and_every_code_is_read() {
        assert!(ASSIGNED.is_sorted_by(|a, b| a < b));
        for code in ASSIGNED {
            assert_eq!(code.len(), 2);
            assert_eq!(code.parse::<Country>().unwrap().as_str(), code);
            assert_eq!(code.to_lowercase().parse::<Country>().unwrap().as_str(), code);
        }
        for known in [Country::BRAZIL, Country::CHILE, Country::SPAIN] {
            assert_eq!(known.as_str().parse(), Ok(known));
        }
    }

    #[test]
    fn unassigned_and_reserved_codes_are_refused() {
        for text in ["", "E", "ESP", "UK", "EU", "XX", "ZZ", "AN", "SU", " ES", "ES ", "ñ", "É"] {
            assert_eq!(text.parse::<Country>(), Err(CountryError), "{text:?}");
        }
    }

    #[test]
    fn json_is_the_upper_case_code() {
        let country: Country = serde_json::from_str("\"br\"").unwrap();
        assert_eq!(serde_json::to_string(&country).unwrap(), "\"BR\"");
    }
}
