//! The one way to write a JSON value, so that its digest does not depend on how it was kept: no white space, the members
//! of an object sorted by the bytes of their names, numbers and strings as `serde_json` writes them.

use serde_json::Value;

/// `value` in canonical form.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            text.push('{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_members_and_white_space_do_not_count() {
        let one: Value = serde_json::from_str(r#"{ "b": [1, {"y": null, "x": "é\n"}], "a": true }"#).unwrap();
        let other = json!({"a": true, "b": [1, {"x": "é\n", "y": null}]});
        assert_eq!(canonical(&one), r#"{"a":true,"b":[1,{"x":"é\n","y":null}]}"#);
        assert_eq!(canonical(&one), canonical(&other));
        assert_ne!(canonical(&json!([1, 2])), canonical(&json!([2, 1])));
    }
}
