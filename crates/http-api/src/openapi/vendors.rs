//! The vendors' own schemas, merged into the document: options, settings, credentials and operations of every kind that
//! the registry lists, and an example of an account of each.

use provider_clients::provider::Profile;
use provider_clients::registry::Registry;
use serde_json::{Map, Value, json};

/// Where the examples of accounts are.
const NEW_ACCOUNT: &str = "/paths/~1v1~1provider-accounts/post/requestBody/content/application~1json";

/// Merges the schemas of every vendor in.
pub(super) fn merge(document: &mut Value, registry: &Registry) {
    if let Some(body) = document.pointer_mut(NEW_ACCOUNT).and_then(Value::as_object_mut) {
        let examples = registry.iter().map(|provider| account_example(provider.profile())).collect();
        body.insert("examples".to_owned(), Value::Object(examples));
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for provider in registry.iter() {
        merge_vendor(schemas, provider.profile());
    }
}

fn merge_vendor(schemas: &mut Map<String, Value>, profile: &Profile) {
    let name = pascal(profile.kind);
    let options = [
        ("EnvelopeProviderOptions", "EnvelopeOptions", &profile.options.envelope),
        ("RecipientProviderOptions", "RecipientOptions", &profile.options.recipient),
        ("DocumentProviderOptions", "DocumentOptions", &profile.options.document),
    ];
    for (place, suffix, schema) in options {
        let component = format!("{name}{suffix}");
        add(schemas, &component, schema, profile);
        if let Some(place) = schemas.get_mut(place).and_then(Value::as_object_mut) {
            let properties = place.entry("properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                properties.insert(profile.kind.to_owned(), reference(&component));
            }
        }
    }
    let objects = [
        ("AccountSettings", "Settings", &profile.settings_schema),
        ("AccountCredentials", "Credentials", &profile.credentials_schema),
    ];
    for (place, suffix, schema) in objects {
        let component = format!("{name}{suffix}");
        add(schemas, &component, schema, profile);
        choice(schemas, place, &component);
    }
    for operation in &profile.operations {
        let component = format!("{name}{}Input", pascal(operation.name));
        add(schemas, &component, &operation.input, profile);
        choice(schemas, "OperationInput", &component);
        let component = format!("{name}{}Result", pascal(operation.name));
        add(schemas, &component, &operation.output, profile);
        choice(schemas, "OperationResult", &component);
    }
}

/// An account with what the vendor requires, made of the examples in its schemas.
fn account_example(profile: &Profile) -> (String, Value) {
    let account = json!({
        "name": format!("{}-2", profile.kind.replace('_', "-")), "kind": profile.kind,
        "settings": required(&profile.settings_schema), "credentials": required(&profile.credentials_schema),
        "default": false,
    });
    let summary = format!("An account at {}", profile.display_name);
    (profile.kind.to_owned(), json!({ "summary": summary, "value": account }))
}

/// The members that the schema requires, each as its first example.
fn required(schema: &Value) -> Map<String, Value> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let member =
        |name: &str| Some((name.to_owned(), schema.pointer(&format!("/properties/{name}/examples/0"))?.clone()));
    names.filter_map(member).collect()
}

/// Adds `component` to the forms that `place` may take.
fn choice(schemas: &mut Map<String, Value>, place: &str, component: &str) {
    let Some(place) = schemas.get_mut(place).and_then(Value::as_object_mut) else { return };
    let forms = place.entry("anyOf").or_insert_with(|| json!([]));
    if let Some(forms) = forms.as_array_mut() {
        forms.push(reference(component));
    }
}

/// A vendor's schema as a component. Its references to itself must go on pointing into it.
fn add(schemas: &mut Map<String, Value>, component: &str, schema: &Value, profile: &Profile) {
    let mut schema = schema.clone();
    moved(&mut schema, &format!("#/components/schemas/{component}"));
    if let Some(members) = schema.as_object_mut() {
        for name in ["$schema", "$id"] {
            members.shift_remove(name);
        }
        members.entry("description").or_insert_with(|| Value::from(format!("Of {}.", profile.display_name)));
    }
    schemas.insert(component.to_owned(), schema);
}

fn moved(schema: &mut Value, to: &str) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                let inside = value.as_str().filter(|_| name == "$ref").and_then(|target| target.strip_prefix('#'));
                match inside.map(|inside| format!("{to}{inside}")) {
                    Some(target) => *value = Value::String(target),
                    None => moved(value, to),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| moved(item, to)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn reference(component: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{component}") })
}

/// `efirma_go` as `EfirmaGo`.
pub(super) fn pascal(kind: &str) -> String {
    kind.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect()
}
