//! The page that automatic positions append to every file. Source: contract sections 2.1 and 7, quirk 15.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, StringFormat, dictionary};

use crate::pades::Stamp;

/// A4 as the vendor uses it, in whole points.
const PAGE: [i64; 2] = [595, 842];
/// Where the first box stands, and how large one is with its gap, in points from the top-left corner.
const LEFT: f64 = 40.0;
const TOP: f64 = 90.0;
const BOX: (f64, f64) = (160.0, 40.0);
const STEP: (f64, f64) = (172.0, 48.0);
/// Boxes below each other, and beside each other.
const ROWS: usize = 15;
const COLUMNS: usize = 3;

/// The document with the page at its end, and the page's number.
///
/// # Errors
/// When the document cannot be read or has no page tree.
pub(super) fn append(pdf: &[u8]) -> Result<(Vec<u8>, u32), lopdf::Error> {
    let mut document = Document::load_mem(pdf)?;
    let tree = document.catalog()?.get(b"Pages")?.as_reference()?;
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let content = title().encode()?;
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content, "Rotate" => 0,
        "MediaBox" => vec![0.into(), 0.into(), PAGE[0].into(), PAGE[1].into()],
        "CropBox" => vec![0.into(), 0.into(), PAGE[0].into(), PAGE[1].into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    let mut kids = {
        let kids = document.get_dictionary(tree)?.get(b"Kids")?;
        let (_, kids) = document.dereference(kids)?;
        kids.as_array()?.clone()
    };
    kids.push(Object::Reference(page));
    let count = u32::try_from(document.get_pages().len()).unwrap_or(u32::MAX).saturating_add(1);
    let root = document.get_dictionary_mut(tree)?;
    root.set("Kids", kids);
    root.set("Count", i64::from(count));
    let mut grown = Vec::new();
    document.save_to(&mut grown)?;
    Ok((grown, count))
}

/// The box of the signature at that place; none when the page is full.
pub(super) fn slot(page: u32, place: usize, text: String) -> Option<Stamp> {
    let (column, row) = (place / ROWS, place % ROWS);
    if column >= COLUMNS {
        return None;
    }
    let times = |count: usize, step: f64| u32::try_from(count).map_or(0.0, f64::from) * step;
    Some(Stamp {
        page,
        x: LEFT + times(column, STEP.0),
        y: TOP + times(row, STEP.1),
        width: BOX.0,
        height: BOX.1,
        text,
    })
}

fn title() -> Content<Vec<Operation>> {
    let text: Vec<u8> = "Página de assinaturas".chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
    Content {
        operations: vec![
            Operation::new("BT", vec![]),
            Operation::new("Tf", vec!["F1".into(), 14.into()]),
            Operation::new("Td", vec![40.into(), 790.into()]),
            Operation::new("Tj", vec![Object::String(text, StringFormat::Literal)]),
            Operation::new("ET", vec![]),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report;

    #[test]
    fn the_page_comes_last_and_has_room_for_boxes() {
        let original = report::write("Contrato", &vec!["linha".to_owned(); 60]).unwrap();
        let (grown, page) = append(&original).unwrap();
        assert_eq!(page, 3);
        assert_eq!(Document::load_mem(&grown).unwrap().get_pages().len(), 3);
        let last = slot(page, ROWS * COLUMNS - 1, String::new()).unwrap();
        assert!(last.x + last.width <= 595.0 && last.y + last.height <= 842.0);
        assert!(slot(page, ROWS * COLUMNS, String::new()).is_none());
    }
}
