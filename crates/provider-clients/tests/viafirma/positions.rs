//! Where signatures stand: section 6 and V25.

use domain::envelope::{Field, FieldType, PageBox};
use domain::order::Order;
use serde_json::{Value, json};

use crate::support::{Case, account, simple_order, told};

const A4: PageBox = PageBox { width_pt: 595.0, height_pt: 842.0 };

fn on(page: u32, x: f64, y: f64, width: f64, height: f64) -> Field {
    Field {
        kind: FieldType::Signature,
        acts_as: None,
        document: 1,
        page,
        x,
        y,
        width: Some(width),
        height: Some(height),
    }
}

fn with_fields(fields: Vec<Field>, pages: Vec<PageBox>, stamp: Value) -> Order {
    let mut order = simple_order();
    order.recipients[0].spec.fields = fields;
    order.documents[0].pages = pages;
    if !stamp.is_null() {
        order.spec.provider_options.insert("viafirma".to_owned(), json!({ "stamp": stamp }));
    }
    order
}

fn placed(settings: Value, order: &Order) -> (Value, Value) {
    let sent = Case::new(order.clone()).sent(&*account(settings), "add_file/1");
    let parameters = &sent["operationFile"]["signaturePolicy"]["parameters"];
    let rectangle = parameters["DIGITAL_SIGN_RECTANGLE"].as_str().unwrap_or("null");
    (parameters["DIGITAL_SIGN_PAGE"].clone(), serde_json::from_str(rectangle).unwrap())
}

fn findings(order: &Order) -> Vec<String> {
    told(&account(json!({})).check(order))
}

#[test]
fn the_rectangle_is_counted_from_the_lower_left_corner() {
    // The contract's example: 10 points from the bottom of A4.
    let order = with_fields(vec![on(1, 40.0, 757.0, 550.0, 75.0)], vec![A4], Value::Null);
    let expected = json!({ "x": 40, "y": 10, "width": 550, "height": 75 });
    assert_eq!(placed(json!({}), &order), (json!("1"), expected));
    assert_eq!(findings(&order), [""; 0]);
}

#[test]
fn places_are_rounded_to_whole_points_and_never_below_the_page() {
    let order = with_fields(vec![on(1, 0.4, 792.004, 99.6, 50.0)], vec![A4], Value::Null);
    assert_eq!(placed(json!({}), &order).1, json!({ "x": 0, "y": 0, "width": 100, "height": 50 }));
}

#[test]
fn unit_origin_and_default_size_are_those_of_the_account() {
    let mut order = with_fields(vec![on(1, 72.0, 72.0, 144.0, 36.0)], vec![A4], Value::Null);
    let place = |settings: Value, order: &Order| placed(json!({ "position": settings }), order).1;
    assert_eq!(place(json!({ "origin": "top_left" }), &order), json!({ "x": 72, "y": 72, "width": 144, "height": 36 }));
    assert_eq!(
        place(json!({ "unit": "millimetres", "origin": "top_left" }), &order),
        json!({ "x": 25, "y": 25, "width": 51, "height": 13 })
    );
    assert_eq!(
        place(json!({ "unit": "pixels", "origin": "top_left" }), &order),
        json!({ "x": 96, "y": 96, "width": 192, "height": 48 })
    );
    order.recipients[0].spec.fields[0].width = None;
    order.recipients[0].spec.fields[0].height = None;
    assert_eq!(place(json!({}), &order), json!({ "x": 72, "y": 710, "width": 180, "height": 60 }));
    assert_eq!(
        place(json!({ "default_width": 100, "default_height": 42.0 }), &order),
        json!({ "x": 72, "y": 728, "width": 100, "height": 42 })
    );
}

#[test]
fn one_rectangle_may_stand_on_several_pages() {
    let order =
        with_fields(vec![on(3, 10.0, 10.0, 90.0, 30.0), on(1, 10.0, 10.0, 90.0, 30.0)], vec![A4; 4], Value::Null);
    assert_eq!(placed(json!({}), &order).0, json!("[\"1\",\"3\"]"));
    assert_eq!(findings(&order), [""; 0]);
    for (pages, expected) in [
        (json!("all"), json!("0")),
        (json!("last"), json!("[\"2\",\"4\"]")),
        (json!([4, 1]), json!("[\"1\",\"2\",\"4\"]")),
        (json!([2]), json!("2")),
    ] {
        let order = with_fields(vec![on(2, 10.0, 10.0, 90.0, 30.0)], vec![A4; 4], json!({ "pages": pages }));
        assert_eq!(placed(json!({}), &order).0, expected);
        assert_eq!(findings(&order), [""; 0]);
    }
}

#[test]
fn pages_without_a_field_are_the_vendors_to_stamp() {
    for (pages, expected) in [(json!("all"), json!("0")), (json!("last"), json!("-1")), (json!([2]), json!("2"))] {
        let order = with_fields(Vec::new(), vec![A4; 2], json!({ "pages": pages }));
        assert_eq!(placed(json!({}), &order), (expected, Value::Null));
    }
    let order = with_fields(Vec::new(), vec![A4; 2], json!({ "pages": [3] }));
    assert_eq!(findings(&order), ["error no_such_page /provider_options/viafirma/stamp/pages"]);
}

#[test]
fn what_cannot_be_one_rectangle_is_an_error_with_its_place() {
    let place = "/recipients/0/fields/1";
    let two = |second: Field, pages: Vec<PageBox>| {
        findings(&with_fields(vec![on(1, 10.0, 10.0, 90.0, 30.0), second], pages, Value::Null))
    };
    let expected = [format!("error several_places_unsupported {place}")];
    assert_eq!(two(on(1, 10.0, 200.0, 90.0, 30.0), vec![A4; 2]), expected);
    let letter = PageBox { width_pt: 612.0, height_pt: 792.0 };
    assert_eq!(two(on(2, 10.0, 10.0, 90.0, 30.0), vec![A4, letter]), expected, "another height, another place");
    assert_eq!(two(on(2, 590.0, 10.0, 90.0, 30.0), vec![A4; 2]), [format!("error field_outside_page {place}")]);
    assert_eq!(two(on(3, 10.0, 10.0, 90.0, 30.0), vec![A4; 2]), [format!("error field_outside_page {place}")]);
    let order = with_fields(vec![on(1, 10.0, 10.0, 90.0, 30.0)], vec![A4, letter], json!({ "pages": "all" }));
    assert_eq!(findings(&order), ["error pages_differ /provider_options/viafirma/stamp/pages"]);
}

#[test]
fn a_field_too_small_to_be_seen_or_of_no_document_is_an_error() {
    let tiny = with_fields(vec![on(1, 10.0, 10.0, 0.4, 30.0)], vec![A4], Value::Null);
    assert_eq!(findings(&tiny), ["error field_outside_page /recipients/0/fields/0"]);
    let mut nowhere = with_fields(vec![on(1, 10.0, 10.0, 90.0, 30.0)], vec![A4], Value::Null);
    nowhere.recipients[0].spec.fields[0].document = 9;
    assert_eq!(findings(&nowhere), ["error field_without_document /recipients/0/fields/0/document"]);
}

#[test]
fn a_page_that_may_be_turned_is_a_warning() {
    let wide = PageBox { width_pt: 842.0, height_pt: 595.0 };
    let order = with_fields(vec![on(1, 10.0, 10.0, 90.0, 30.0)], vec![wide], Value::Null);
    assert_eq!(findings(&order), ["warning page_may_be_turned /recipients/0/fields/0"]);
}
