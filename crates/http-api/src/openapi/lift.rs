//! Small repairs of what the derive writes: a field whose type is "null or a component" keeps its description where
//! readers look for it, on the field itself; and a page of a list refers to its items instead of repeating their schema.

use serde_json::{Map, Value, json};

/// What the derive puts before the item's name in the name of a list.
const LIST: &str = "List_";

/// Lets every list refer to its items.
pub(super) fn lists(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flat_map(Map::iter_mut) {
        if let Some(item) = name.strip_prefix(LIST)
            && let Some(items) = schema.pointer_mut("/properties/data/items")
        {
            *items = json!({ "$ref": format!("#/components/schemas/{item}") });
        }
    }
}

/// Lifts descriptions from within `oneOf` to the property, in every schema of the document.
pub(super) fn descriptions(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (_, schema) in schemas.into_iter().flat_map(Map::iter_mut) {
        in_schema(schema);
    }
}

fn in_schema(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (_, property) in properties.into_iter().flat_map(Map::iter_mut) {
        lift(property);
        in_schema(property);
        if let Some(items) = property.get_mut("items") {
            in_schema(items);
        }
    }
}

fn lift(property: &mut Value) {
    let Some(members) = property.as_object_mut() else { return };
    if members.contains_key("description") {
        return;
    }
    let forms = members.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    let found = forms.filter_map(Value::as_object_mut).find_map(|form| form.shift_remove("description"));
    if let Some(description) = found {
        members.insert("description".to_owned(), description);
    }
}
