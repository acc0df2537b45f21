//! Small text reports as PDF, for the evidence certificates that vendors hand out.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, StringFormat, dictionary};

const PAGE: [i64; 2] = [595, 842];
const MARGIN: i64 = 56;
const LEADING: i64 = 16;
const LINES_PER_PAGE: usize = 44;

/// An A4 PDF with a title and lines of text, as many pages as needed. Characters outside Latin-1 are shown as question marks.
///
/// # Errors
/// When the library cannot write its own objects.
pub(crate) fn write(title: &str, lines: &[String]) -> Result<Vec<u8>, lopdf::Error> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let mut kids = Vec::new();
    let mut chunks: Vec<&[String]> = lines.chunks(LINES_PER_PAGE).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    for chunk in chunks {
        let content = page_content(title, chunk).encode()?;
        let content = document.add_object(Stream::new(dictionary! {}, content));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), PAGE[0].into(), PAGE[1].into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        });
        kids.push(Object::Reference(page));
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    document.set_object(pages, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut pdf = Vec::new();
    document.save_to(&mut pdf)?;
    Ok(pdf)
}

fn page_content(title: &str, lines: &[String]) -> Content<Vec<Operation>> {
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 15.into()]),
        Operation::new("TL", vec![LEADING.into()]),
        Operation::new("Td", vec![MARGIN.into(), (PAGE[1] - MARGIN).into()]),
        show(title),
        Operation::new("T*", vec![]),
        Operation::new("Tf", vec!["F1".into(), 9.into()]),
    ];
    for line in lines {
        operations.push(Operation::new("T*", vec![]));
        operations.push(show(line));
    }
    operations.push(Operation::new("ET", vec![]));
    Content { operations }
}

fn show(text: &str) -> Operation {
    let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    Operation::new("Tj", vec![Object::String(bytes, StringFormat::Literal)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_report_has_several_pages_and_can_be_read() {
        let lines: Vec<String> = (0..100).map(|n| format!("línea {n}")).collect();
        let pdf = write("Certificado", &lines).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        let document = Document::load_mem(&pdf).unwrap();
        assert_eq!(document.get_pages().len(), 3);
    }
}
