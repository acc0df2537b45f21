//! Reads the layers: the defaults, a file, the environment, then what the command line says.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use config::{ConfigError, Environment, File, FileFormat, Source as _, Value, ValueKind};

use serde_path_to_error::{Path as ErrorPath, Segment};
use validator::Validate as _;

use super::fault::{ConfigFaults, Fault, of_validation};
use super::{Config, rules};

/// The defaults with their explanations, as compiled in.
pub const DEFAULTS: &str = include_str!("default.toml");

/// The one text whose `file:` is not the name of a mounted secret.
const NOT_A_SECRET_FILE: &str = "storage.url";

/// What the command at hand cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The database alone: no key has to be configured.
    Database,
    /// The database and the master key.
    Everything,
}

/// Where settings come from, beside the defaults.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A YAML or TOML file.
    pub file: Option<PathBuf>,
    /// The environment; `None` reads that of the process.
    pub environment: Option<HashMap<String, String>>,
    /// Settings by key that go before all others, from the command line or from a test.
    pub overrides: BTreeMap<String, String>,
}

/// The configuration of these sources.
///
/// # Errors
/// [`ConfigFaults`] with every fault: files that cannot be read, unknown keys, wrong types, and broken rules.
pub fn load(sources: &Sources, need: Need) -> Result<Config, ConfigFaults> {
    let whole = |fault| ConfigFaults(vec![fault]);
    let mut tree = layered(sources).map_err(whole)?;
    let mut faults = Vec::new();
    open_files(&mut tree, "", &mut faults);
    let config = read(tree, &mut faults);
    if let Some(config) = &config {
        let mut broken = config.validate().err().map(|errors| of_validation(&errors)).unwrap_or_default();
        broken.extend(rules::across(config, need));
        // What could not be read was put back or taken out; about that there is nothing more to say.
        broken.retain(|rule| !faults.iter().any(|fault| is_within(&fault.key, &rule.key)));
        faults.extend(broken);
    }
    faults.sort();
    match config {
        Some(config) if faults.is_empty() => Ok(config),
        _ => Err(ConfigFaults(faults)),
    }
}

/// Whether `key` is `outer`, or inside it.
fn is_within(key: &str, outer: &str) -> bool {
    key.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn layered(sources: &Sources) -> Result<Value, Fault> {
    let mut builder = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(path) = &sources.file {
        builder = builder.add_source(File::from_str(&content(path)?, format(path)?));
    }
    let environment = Environment::with_prefix("RUBRICA")
        .prefix_separator("__")
        .separator("__")
        .ignore_empty(true)
        .source(sources.environment.clone());
    builder = builder.add_source(environment);
    for (key, value) in &sources.overrides {
        builder =
            builder.set_override(key, value.as_str()).map_err(|error| Fault::new(key.clone(), error.to_string()))?;
    }
    let place =
        || sources.file.as_deref().map_or_else(|| "configuration".to_owned(), |path| path.display().to_string());
    let unreadable = |error: ConfigError| Fault::new(place(), error.to_string());
    let layers = builder.build().map_err(unreadable)?;
    Ok(Value::new(None, ValueKind::Table(layers.collect().map_err(unreadable)?)))
}

fn content(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path)
        .map_err(|error| Fault::new(path.display().to_string(), format!("the file cannot be read: {error}")))
}

fn format(path: &Path) -> Result<FileFormat, Fault> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => Ok(FileFormat::Toml),
        Some("yaml" | "yml") => Ok(FileFormat::Yaml),
        _ => Err(Fault::new(path.display().to_string(), "the name must end in .yaml, .yml or .toml")),
    }
}

/// Puts the content of the named file in the place of every `file:PATH`.
fn open_files(value: &mut Value, key: &str, faults: &mut Vec<Fault>) {
    match &mut value.kind {
        ValueKind::Table(table) => {
            for (name, inner) in table.iter_mut() {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                open_files(inner, &key, faults);
            }
        }
        ValueKind::Array(items) => {
            for (index, inner) in items.iter_mut().enumerate() {
                open_files(inner, &format!("{key}[{index}]"), faults);
            }
        }
        ValueKind::String(text) => {
            if let Some(path) = text.strip_prefix("file:").filter(|_| key != NOT_A_SECRET_FILE) {
                match std::fs::read_to_string(path) {
                    Ok(content) => {
                        *text = content.strip_suffix('\n').map_or(&*content, |c| c.trim_end_matches('\r')).to_owned()
                    }
                    Err(error) => faults.push(Fault::new(key, format!("the file {path} cannot be read: {error}"))),
                }
            }
        }
        ValueKind::Nil
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_) => {}
    }
}

/// The tree as types. A deserializer stops at its first fault; so each fault is noted, its key is taken out of the tree,
/// and reading begins again, until all are known. `None` when what is left is not enough.
fn read(mut tree: Value, faults: &mut Vec<Fault>) -> Option<Config> {
    let defaults = layered(&Sources { environment: Some(HashMap::new()), ..Sources::default() }).ok()?;
    // Each round takes something out of the tree, so this ends; the bound is for trees that are hopeless.
    for _ in 0..1000 {
        let error = match serde_path_to_error::deserialize::<_, Config>(tree.clone()) {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        let path = keys_of(error.path());
        let (at, problem) = explain(&path, error.inner());
        let origin = find(&tree, &path).and_then(Value::origin).map(|from| format!(" (in {from})")).unwrap_or_default();
        // What misses a member because that was wrong and taken out before is not at fault a second time.
        if !faults.iter().any(|fault| fault.key == at) {
            faults.push(Fault::new(at, format!("{problem}{origin}")));
        }
        if !take_out(&mut tree, &defaults, &path) {
            return None;
        }
    }
    None
}

/// A step into a table or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

fn keys_of(path: &ErrorPath) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn written(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.extend([".", key]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// The key at fault and what is wrong with it. Values are not repeated: they may be secrets.
fn explain(path: &[Step], error: &ConfigError) -> (String, String) {
    let at = written(path);
    if let ConfigError::Type { expected, .. } = error {
        return (at, format!("it must be {expected}"));
    }
    let text = error.to_string();
    let text = text.split(" for key `").next().unwrap_or_default();
    if let Some(rest) =
        text.strip_prefix("missing field `").or_else(|| text.strip_prefix("missing configuration field \""))
    {
        let field = rest.trim_end_matches(['`', '"']);
        let field = field.rsplit(['.', ']']).next().unwrap_or(field);
        let key = if at.is_empty() { field.to_owned() } else { format!("{at}.{field}") };
        return (key, "it is required".to_owned());
    }
    if let Some((what, known)) = text.split_once(", expected ") {
        if what.starts_with("unknown field `") {
            return (at, format!("there is no such key; there are {}", known.trim_start_matches("one of ")));
        }
        if what.starts_with("unknown variant `") {
            return (at, format!("it must be {known}"));
        }
    }
    (at, text.to_owned())
}

fn find<'a>(tree: &'a Value, path: &[Step]) -> Option<&'a Value> {
    let mut here = tree;
    for step in path {
        here = match (step, &here.kind) {
            (Step::Key(key), ValueKind::Table(table)) => table.get(key)?,
            (Step::Index(index), ValueKind::Array(items)) => items.get(*index)?,
            _ => return None,
        };
    }
    Some(here)
}

/// Puts the default back at `path`, or removes what is there. `false` when nothing can be done.
fn take_out(tree: &mut Value, defaults: &Value, path: &[Step]) -> bool {
    let Some((last, parents)) = path.split_last() else { return false };
    let default = find(defaults, path).cloned();
    if default.is_some() && default.as_ref().map(|value| &value.kind) == find(tree, path).map(|value| &value.kind) {
        // The default itself is at fault, which is a defect; do not go round in circles.
        return false;
    }
    let mut here = tree;
    for step in parents {
        let next = match (step, &mut here.kind) {
            (Step::Key(key), ValueKind::Table(table)) => table.get_mut(key),
            (Step::Index(index), ValueKind::Array(items)) => items.get_mut(*index),
            _ => None,
        };
        match next {
            Some(inner) => here = inner,
            None => return false,
        }
    }
    match (last, &mut here.kind, default) {
        (Step::Key(key), ValueKind::Table(table), Some(default)) => {
            table.insert(key.clone(), default);
            true
        }
        (Step::Key(key), ValueKind::Table(table), None) => table.remove(key).is_some(),
        (Step::Index(index), ValueKind::Array(items), _) if *index < items.len() => {
            items.remove(*index);
            true
        }
        _ => false,
    }
}
