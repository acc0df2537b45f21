//! Files told by counting: listing, order, joining. Sections 3.13 to 3.16 and 6.

use domain::outcome::{Blame, Class};
use provider_clients::provider::Account;
use serde_json::{Value, json};

use crate::support::{CONTRACT, Case, account, done, double_order, file, json_of, refused, success};

fn uploaded(before: &[&str], first: &[&str], second: &[&str]) -> Case {
    let mut case = Case::created(double_order());
    case.listed(0, before);
    case.listed(1, first);
    case.listed(2, second);
    case
}

fn places(account: &dyn Account, case: &Case) -> Vec<(String, u64, String)> {
    let sent = json_of(&case.calling(account, "sort_files"));
    assert_eq!(sent["contractID"], CONTRACT);
    let place = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        (text("document"), item["ind"].as_u64().unwrap(), text("action"))
    };
    sent["file_order"].as_array().unwrap().iter().map(place).collect()
}

fn place(name: &str, ind: u64, action: &str) -> (String, u64, String) {
    (name.to_owned(), ind, action.to_owned())
}

#[test]
fn files_are_placed_by_the_names_under_which_the_vendor_stored_them() {
    let account = account(json!({}));
    let case = uploaded(&[], &["x_767036093.pdf"], &["x_untitled_0.pdf", "x_767036093.pdf"]);
    assert_eq!(
        places(&*account, &case),
        [place("x_767036093.pdf", 1, "CHANGE"), place("x_untitled_0.pdf", 2, "CHANGE")]
    );
}

#[test]
fn what_does_not_belong_there_is_dropped_and_every_file_is_named() {
    let account = account(json!({}));
    // A lost upload was repeated although the first one had arrived late.
    let case = uploaded(&["old.pdf"], &["old.pdf", "a.pdf"], &["old.pdf", "a.pdf", "b.pdf", "b (1).pdf"]);
    assert_eq!(
        places(&*account, &case),
        [
            place("a.pdf", 1, "CHANGE"),
            place("b.pdf", 2, "CHANGE"),
            place("old.pdf", 3, "REMOVE"),
            place("b (1).pdf", 4, "REMOVE"),
        ]
    );
}

#[test]
fn a_file_that_replaced_one_of_its_own_name_keeps_it() {
    let account = account(json!({}));
    let names = [format!("{CONTRACT}_1.pdf"), format!("{CONTRACT}_2.pdf")];
    let case = uploaded(&[&names[0]], &[&names[0]], &[&names[0], &names[1]]);
    assert_eq!(places(&*account, &case), [place(&names[0], 1, "CHANGE"), place(&names[1], 2, "CHANGE")]);
}

#[test]
fn places_begin_where_the_account_says() {
    let account = account(json!({ "sort_first_index": 0 }));
    let case = uploaded(&[], &["a"], &["a", "b"]);
    assert_eq!(places(&*account, &case), [place("a", 0, "CHANGE"), place("b", 1, "CHANGE")]);
}

#[test]
fn the_sequence_that_comes_back_must_be_the_one_that_was_asked() {
    let account = account(json!({}));
    let case = uploaded(&[], &["a"], &["a", "b"]);
    let answered = |files: Value| case.answered(&*account, "sort_files", &success(207, files));
    done(answered(json!([file("a", 0), file("b", 1)])));
    done(answered(json!([file("b", 8), file("a", 7)])));
    done(answered(json!([])));
    done(answered(json!({})));
    let refusal = refused(answered(json!([file("b", 0), file("a", 1)])));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::ProviderError, "sortfiles/order_not_taken"));
    assert_eq!(refusal.blames, [Blame::envelope("/documents")]);
}

#[test]
fn a_list_that_lacks_what_was_uploaded_is_behind_and_waited_for() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    let refusal = refused(case.answered(&*account, "list_files/1", &success(200, json!([]))));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::ProviderUnavailable, "filelist/behind"));
    assert_eq!(refusal.blames, [Blame::envelope("/documents/0")]);
    let refusal = refused(case.answered(&*account, "list_files/2", &success(200, json!([file("a", 0)]))));
    assert_eq!(refusal.blames, [Blame::envelope("/documents/1")]);
    done(case.answered(&*account, "list_files/1", &success(200, json!([file("a", 0), file("b", 1)]))));
}
