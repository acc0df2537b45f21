//! Writing JSON at pointers (RFC 6901) that a profile names.

use serde_json::{Map, Value};

/// The pointer that is served of a list; none of a profile's lists is empty.
pub(super) fn first(pointers: &[String]) -> &str {
    pointers.first().map_or("", String::as_str)
}

/// Puts a value at a pointer; objects on the way are made, and what is no object there gives way to one.
pub(super) fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut place = root;
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        place = member(place, name);
    }
    *place = value;
}

fn member(place: &mut Value, name: String) -> &mut Value {
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    match place {
        Value::Object(members) => members.entry(name).or_insert(Value::Null),
        // It is an object by now.
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => place,
    }
}

/// The pointer of another member of the same object.
pub(super) fn sibling(pointer: &str, name: &str) -> String {
    format!("{}/{name}", parent(pointer))
}

/// The pointer of the object that holds what the pointer names.
pub(super) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_land_where_pointers_say() {
        let mut root = Value::Null;
        put(&mut root, "/data/portfolio/id", json!("7"));
        put(&mut root, &sibling("/data/portfolio/id", "status"), json!("CREATED"));
        put(&mut root, "/a~1b", json!(1));
        assert_eq!(root, json!({ "data": { "portfolio": { "id": "7", "status": "CREATED" } }, "a/b": 1 }));
        assert_eq!(sibling("/id", "status"), "/status");
    }
}
