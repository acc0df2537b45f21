//! The capability matrix of each vendor, against what somebody read in its contract before the adapter was written, and
//! the documentation's table against the same. A variant is an account whose settings differ from those that the schemas
//! give as defaults and examples.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a broken expectation is a failed test"
)]

#[path = "kit/mod.rs"]
mod kit;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use domain::capability::{Feature, Support};
use provider_clients::probe::matrix;
use provider_clients::provider::Profile;
use provider_clients::registry::Registry;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::kit::open;

/// What a contract says: the variants that it tells apart, and for each feature where it says so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    variants: BTreeMap<String, Variant>,
    why: BTreeMap<Feature, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    settings: Map<String, Value>,
    features: BTreeMap<Feature, Support>,
}

fn of_this_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn snapshot(kind: &str) -> Snapshot {
    let path = of_this_crate(&format!("tests/capabilities/{kind}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_vendor_can_what_its_contract_says() {
    let registry = Registry::standard(false).unwrap();
    let mut differences = Vec::new();
    for provider in registry.iter() {
        let profile = provider.profile();
        let snapshot = snapshot(profile.kind);
        assert!(snapshot.variants.contains_key("default"), "{}", profile.kind);
        for (name, variant) in &snapshot.variants {
            let told = matrix(open(&registry, profile, &variant.settings).as_ref());
            assert_eq!(told.iter().map(|row| row.feature).collect::<Vec<_>>(), Feature::ALL);
            for row in told {
                let expected = variant.features.get(&row.feature);
                if expected != Some(&row.support) {
                    differences.push(format!(
                        "{} {name}: {:?} is {:?} and not {expected:?}; {} ({})",
                        profile.kind,
                        row.feature,
                        row.support,
                        row.note.unwrap_or_default(),
                        snapshot.why.get(&row.feature).map_or("", String::as_str),
                    ));
                }
            }
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn a_snapshot_belongs_to_a_vendor_and_tells_where_it_comes_from() {
    let registry = Registry::standard(false).unwrap();
    for entry in std::fs::read_dir(of_this_crate("tests/capabilities")).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.file_stem().unwrap().to_str().unwrap();
        assert!(registry.get(kind).is_some(), "no vendor {kind}");
        let snapshot = snapshot(kind);
        for (name, variant) in &snapshot.variants {
            for (feature, support) in &variant.features {
                assert!(
                    *support == Support::Unsupported || snapshot.why.contains_key(feature),
                    "{kind} {name}: {feature:?} is {support:?}, and nothing tells why"
                );
            }
        }
    }
}

#[test]
fn what_is_not_native_says_why_or_how() {
    use Feature::{Cancel, CorrectRecipient, Remind, SigningUrl};
    let registry = Registry::standard(false).unwrap();
    for provider in registry.iter() {
        for row in matrix(open(&registry, provider.profile(), &Map::new()).as_ref()) {
            // What is only done after sending has no finding that could tell why not.
            let by_ability = matches!(row.feature, Remind | Cancel | CorrectRecipient | SigningUrl);
            let silent = row.note.as_deref().unwrap_or_default().len() <= 10;
            let may_be_silent = row.support == Support::Native || (by_ability && row.support == Support::Unsupported);
            assert!(may_be_silent || !silent, "{}: {row:?}", provider.profile().kind);
        }
    }
}

#[test]
fn every_feature_is_listed_once_in_order() {
    assert!(Feature::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(Feature::ALL.last(), Some(&Feature::SigningUrl));
}

/// The snapshots as tables: every vendor with default settings, and what other settings change.
fn tables(registry: &Registry) -> String {
    let profiles: Vec<&Profile> = registry.iter().map(|provider| provider.profile()).collect();
    let snapshots: Vec<Snapshot> = profiles.iter().map(|profile| snapshot(profile.kind)).collect();
    let mut text = String::new();
    let names: Vec<&str> = profiles.iter().map(|profile| profile.display_name).collect();
    writeln!(text, "| feature | {} |", names.join(" | ")).unwrap();
    writeln!(text, "|---|{}", "---|".repeat(names.len())).unwrap();
    for feature in Feature::ALL {
        let cells = snapshots.iter().map(|snapshot| match snapshot.variants["default"].features[feature] {
            Support::Native => "native",
            Support::Emulated => "emulated",
            Support::Unsupported => "–",
        });
        writeln!(text, "| `{}` | {} |", word(feature), cells.collect::<Vec<_>>().join(" | ")).unwrap();
    }
    writeln!(text, "\n| provider | account | what changes |\n|---|---|---|").unwrap();
    for (profile, snapshot) in profiles.iter().zip(&snapshots) {
        let default = &snapshot.variants["default"].features;
        for (name, variant) in &snapshot.variants {
            let changed = variant.features.iter().filter(|(feature, support)| default[feature] != **support);
            let changed: Vec<String> =
                changed.map(|(feature, support)| format!("`{}`: {}", word(feature), word(support))).collect();
            if !changed.is_empty() {
                writeln!(text, "| {} | {} | {} |", profile.display_name, name.replace('_', " "), changed.join(", "))
                    .unwrap();
            }
        }
    }
    text
}

#[test]
fn the_table_of_the_documentation_is_that_of_the_snapshots() {
    let page = std::fs::read_to_string(of_this_crate("../../docs/providers/README.md")).unwrap();
    let (_, from_here) = page.split_once("<!-- capabilities -->\n").unwrap();
    let (written, _) = from_here.split_once("<!-- end of capabilities -->").unwrap();
    let expected = tables(&Registry::standard(false).unwrap());
    assert!(written.trim() == expected.trim(), "docs/providers/README.md should say between its marks:\n\n{expected}");
}
