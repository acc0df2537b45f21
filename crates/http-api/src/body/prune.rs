//! Takes faulty members out of a value, so that its other members can still be judged.

use serde_json::Value;

use crate::problem::ProblemFault;

/// Faults that may keep a value from being read at all: a negative number is no count. A text too long can be read.
const UNREADABLE: [&str; 6] = ["unknown_field", "wrong_type", "not_allowed", "wrong_format", "too_small", "too_large"];

/// Removes every member that cannot be read. `false` when something faulty could not be removed: an item of a list, whose
/// removal would move the ones behind it, or the whole.
pub(super) fn prune(value: &mut Value, faults: &[ProblemFault]) -> bool {
    let mut all = true;
    for fault in faults.iter().filter(|fault| UNREADABLE.contains(&fault.code.as_str())) {
        all &= remove(value, &fault.pointer);
    }
    all
}

fn remove(value: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return false };
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_go_and_items_stay() {
        let mut value = json!({ "a": 1, "b": { "c/d": 2, "e": [1, 2] } });
        let fault = |pointer: &str| ProblemFault::body(pointer, "wrong_type", "");
        assert!(prune(&mut value, &[fault("/a"), fault("/b/c~1d")]));
        assert_eq!(value, json!({ "b": { "e": [1, 2] } }));
        assert!(!prune(&mut value, &[fault("/b/e/0")]));
        assert!(!prune(&mut value, &[fault("")]));
        assert_eq!(value, json!({ "b": { "e": [1, 2] } }));
    }
}
