//! Several PDFs as one.

use bytes::Bytes;
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

/// Page attributes that a page may have from the nodes above it, which are left behind. Source: ISO 32000-1:2008, table 30.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// How many levels of a page tree are looked through; a loop ends here.
const DEPTH: usize = 64;

/// Why files could not be joined.
#[derive(Debug, thiserror::Error)]
pub(super) enum JoinError {
    /// A file cannot be read, or the result cannot be written.
    #[error("a file cannot be read as PDF")]
    Unreadable(#[from] lopdf::Error),
    /// The result cannot be written.
    #[error("the joined file cannot be written")]
    Unwritable(#[from] std::io::Error),
    /// A file is encrypted.
    #[error("a file is encrypted")]
    Encrypted,
}

/// The pages of all files, one after another. Forms, outlines and signatures of the files are not carried over.
///
/// # Errors
/// [`JoinError`].
pub(super) fn join(files: &[Bytes]) -> Result<Vec<u8>, JoinError> {
    let mut joined = Document::with_version("1.7");
    let pages_id = joined.new_object_id();
    let mut kids = Vec::new();
    for file in files {
        let mut document = Document::load_mem(file)?;
        if document.is_encrypted() || document.was_encrypted() {
            return Err(JoinError::Encrypted);
        }
        document.renumber_objects_with(joined.max_id + 1);
        let pages: Vec<ObjectId> = document.page_iter().collect();
        for page in pages {
            let mut content = own_attributes(&document, page)?;
            content.set("Parent", pages_id);
            document.set_object(page, content);
            kids.push(Object::Reference(page));
        }
        joined.max_id = document.max_id.max(joined.max_id);
        joined.objects.extend(document.objects.into_iter().filter(|(_, object)| !is_structure(object)));
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    joined.set_object(pages_id, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let catalog = joined.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages_id });
    joined.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    joined.save_to(&mut bytes)?;
    Ok(bytes)
}

/// A page with what it had from above written into it.
fn own_attributes(document: &Document, page: ObjectId) -> Result<Dictionary, lopdf::Error> {
    let mut content = document.get_dictionary(page)?.clone();
    for key in INHERITED {
        if !content.has(key)
            && let Some(value) = inherited(document, page, key)
        {
            content.set(key, value.clone());
        }
    }
    Ok(content)
}

fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..DEPTH {
        if let Ok(value) = node.get(key) {
            return Some(value);
        }
        node = document.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).ok()?;
    }
    None
}

/// What holds a file together and has no place in another.
fn is_structure(object: &Object) -> bool {
    let dictionary = match object.as_stream() {
        Ok(stream) => Some(&stream.dict),
        Err(_) => object.as_dict().ok(),
    };
    dictionary.is_some_and(|dictionary| {
        [&b"Catalog"[..], b"Pages", b"ObjStm", b"XRef"].iter().any(|name| dictionary.has_type(name))
    })
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::pades::{SignOptions, TestCa, sign_pdf};
    use crate::pdf_facts;

    fn sample(name: &str) -> Bytes {
        let path = format!("{}/../../tests/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap().into()
    }

    #[test]
    fn pages_keep_their_order_and_their_sizes() {
        let names = [
            "promesa-compraventa-cl.pdf",
            "contrato-trabajo-es.pdf",
            "objstream-linearized.pdf",
            "rotated-cropbox.pdf",
        ];
        let files = names.map(sample);
        let expected: Vec<_> = files.iter().flat_map(|file| pdf_facts::pages(file, false).unwrap()).collect();
        let joined = join(&files).unwrap();
        assert_eq!(pdf_facts::pages(&joined, false).unwrap(), expected);
    }

    #[test]
    fn the_text_of_every_file_is_there() {
        let files = [sample("promesa-compraventa-cl.pdf"), sample("one-page-fpdf2.pdf")];
        let text = |pdf: &[u8], page| Document::load_mem(pdf).unwrap().extract_text(&[page]).unwrap();
        let joined = join(&files).unwrap();
        let first = pdf_facts::pages(&files[0], false).unwrap().len();
        let second = u32::try_from(first).unwrap() + 1;
        assert_eq!(text(&joined, 1), text(&files[0], 1));
        assert_eq!(text(&joined, second), text(&files[1], 1));
    }

    #[test]
    fn a_joined_file_takes_signatures_and_keeps_its_pages() {
        let now = Utc::now();
        let authority = TestCa::generate(now).unwrap();
        let joined = join(&[sample("promesa-compraventa-cl.pdf"), sample("objstream-linearized.pdf")]).unwrap();
        let mut signed = joined.clone();
        for name in ["Ana", "Luis"] {
            let identity = authority.issue(name, None, None, now).unwrap();
            signed = sign_pdf(&signed, &identity, &SignOptions::at(now)).unwrap();
        }
        assert!(signed.starts_with(&joined));
        assert_eq!(pdf_facts::pages(&signed, false), pdf_facts::pages(&joined, false));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told() {
        assert!(matches!(join(&[Bytes::from_static(b"%PDF-1.7")]), Err(JoinError::Unreadable(_))));
        assert!(join(&[sample("encrypted-user-password.pdf")]).is_err());
    }
}
