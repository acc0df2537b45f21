//! Signs every sample that the broker accepts and reads the result back on its own: with a text search for the signatures,
//! `cms` for their structure and aws-lc-rs for their mathematics.
//!
//! The signed files stay in Cargo's directory for test output, so that other validators can be pointed at them.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failed reading is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use chrono::{DateTime, TimeDelta, Utc};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier};
use der::asn1::{ObjectIdentifier, OctetString};
use der::oid::db::rfc5911;
use der::{Any, Decode, Encode};
use lopdf::{Document, Object, dictionary};
use provider_sandbox::pades::{PadesError, SignOptions, SigningIdentity, Stamp, TestCa, sign_pdf};
use x509_cert::Certificate;

/// Samples with their number of pages.
const ACCEPTED: [(&str, usize); 11] = [
    ("contrato-trabajo-es.pdf", 3),
    ("contrato-locacao-pt.pdf", 2),
    ("promesa-compraventa-cl.pdf", 1),
    ("escaneado-imagen.pdf", 1),
    ("ghostscript-from-groff.pdf", 1),
    ("one-page-fpdf2.pdf", 1),
    ("rotated-cropbox.pdf", 1),
    ("objstream-linearized.pdf", 3),
    ("many-pages-300.pdf", 300),
    ("leading-garbage.pdf", 1),
    ("trailing-bytes.pdf", 1),
];

struct Signers {
    ca: TestCa,
    ana: SigningIdentity,
    bruno: SigningIdentity,
    now: DateTime<Utc>,
}

static SIGNERS: LazyLock<Signers> = LazyLock::new(|| {
    let now = Utc::now();
    let ca = TestCa::generate(now).unwrap();
    let ana = ca.issue("Ana Pérez Núñez", Some("12.345.678-5"), Some("ana@example.com"), now).unwrap();
    let bruno = ca.issue("Bruno Conceição", Some("111.444.777-35"), Some("bruno@example.com"), now).unwrap();
    keep("root.pem", ca.root_pem().as_bytes());
    Signers { ca, ana, bruno, now }
});

fn sample(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples").join(name)).unwrap()
}

fn keep(name: &str, bytes: &[u8]) {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pades");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join(name), bytes).unwrap();
}

fn invisible() -> SignOptions {
    SignOptions {
        reason: Some("Acepto el contrato (anexo)".to_owned()),
        name: Some("Ana Pérez Núñez".to_owned()),
        location: Some("Santiago".to_owned()),
        ..SignOptions::at(SIGNERS.now)
    }
}

fn stamped(page: u32) -> SignOptions {
    let text = "Assinado por Bruno Conceição\nCPF 111.444.777-35\nSandbox – sem valor legal".to_owned();
    SignOptions {
        stamp: Some(Stamp { page, x: 40.0, y: 60.0, width: 180.0, height: 48.0, text }),
        ..SignOptions::at(SIGNERS.now + TimeDelta::seconds(1))
    }
}

/// One signature as found in a file's text.
struct Found {
    byte_range: [usize; 4],
    dictionary: String,
    signed_data: SignedData,
}

/// All signatures of a file, oldest first.
fn signatures(file: &[u8]) -> Vec<Found> {
    let marker = b"/ByteRange [";
    let places = (0..file.len()).filter(|start| file[*start..].starts_with(marker));
    places.map(|start| found_at(file, start + marker.len())).collect()
}

fn found_at(file: &[u8], numbers_start: usize) -> Found {
    let numbers_end = numbers_start + file[numbers_start..].iter().position(|byte| *byte == b']').unwrap();
    let numbers = std::str::from_utf8(&file[numbers_start..numbers_end]).unwrap().split_whitespace();
    let numbers: Vec<usize> = numbers.map(|number| number.parse().unwrap()).collect();
    let byte_range = <[usize; 4]>::try_from(numbers).unwrap();

    let gap = &file[byte_range[1]..byte_range[2]];
    assert_eq!((gap.first(), gap.last()), (Some(&b'<'), Some(&b'>')), "the gap is exactly the contents string");
    let der: Vec<u8> = gap[1..gap.len() - 1]
        .chunks(2)
        .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect();
    let length = 4 + usize::from(u16::from_be_bytes([der[2], der[3]]));
    assert_eq!(der[1], 0x82, "a length of two bytes");
    assert!(der[length..].iter().all(|byte| *byte == 0), "only padding follows the signature");
    let content = ContentInfo::from_der(&der[..length]).unwrap();
    assert_eq!(content.content_type, rfc5911::ID_SIGNED_DATA);

    let dictionary_start = file[..numbers_start].windows(6).rposition(|window| window == b" obj\n<").unwrap();
    Found {
        byte_range,
        dictionary: String::from_utf8_lossy(&file[dictionary_start..byte_range[1]]).into_owned(),
        signed_data: content.content.decode_as().unwrap(),
    }
}

impl Found {
    /// The length of the file that the signature covers, when it covers all of one.
    fn covers(&self) -> usize {
        let [first, first_length, second, second_length] = self.byte_range;
        assert_eq!(first, 0);
        assert!(second > first_length);
        second + second_length
    }

    fn attribute(&self, oid: ObjectIdentifier) -> Option<Any> {
        let signer = self.signed_data.signer_infos.0.get(0).unwrap();
        let attribute = signer.signed_attrs.as_ref().unwrap().iter().find(|attribute| attribute.oid == oid)?;
        assert_eq!(attribute.values.len(), 1);
        attribute.values.get(0).cloned()
    }

    /// Checks everything that a verifier with the authority's root at hand would, and gives the signer's certificate.
    fn verify(&self, file: &[u8]) -> Result<Certificate, String> {
        let [_, first_length, second, second_length] = self.byte_range;
        let covered = [&file[..first_length], &file[second..second + second_length]].concat();
        let stated: OctetString = self.attribute(rfc5911::ID_MESSAGE_DIGEST).unwrap().decode_as().unwrap();
        if stated.as_bytes() != digest(&SHA256, &covered).as_ref() {
            return Err("message digest".to_owned());
        }
        let signer = self.signed_data.signer_infos.0.get(0).unwrap();
        let SignerIdentifier::IssuerAndSerialNumber(id) = &signer.sid else { panic!("other kind of identifier") };
        let certificates = self.signed_data.certificates.as_ref().unwrap().0.iter().map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => certificate.clone(),
            CertificateChoices::Other(_) => panic!("not an X.509 certificate"),
        });
        let (leaf, others): (Vec<_>, Vec<_>) =
            certificates.partition(|certificate| certificate.tbs_certificate.serial_number == id.serial_number);
        let [leaf] = <[Certificate; 1]>::try_from(leaf).unwrap();
        assert_eq!(leaf.tbs_certificate.issuer, id.issuer);

        let attributes = signer.signed_attrs.as_ref().unwrap().to_der().unwrap();
        check(&leaf, &attributes, signer.signature.as_bytes()).map_err(|()| "signature".to_owned())?;
        let [root] = <[Certificate; 1]>::try_from(others).unwrap();
        assert_eq!(root.to_der().unwrap(), SIGNERS.ca.root_der(), "the chain ends in the authority's root");
        for certificate in [&leaf, &root] {
            let signed = certificate.tbs_certificate.to_der().unwrap();
            check(&root, &signed, certificate.signature.raw_bytes()).map_err(|()| "certificate".to_owned())?;
        }
        Ok(leaf)
    }
}

fn check(signer: &Certificate, message: &[u8], signature: &[u8]) -> Result<(), ()> {
    let key = signer.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(message, signature).map_err(|_| ())
}

/// The signature fields that the document's form lists, each also an annotation of the page it names.
fn field_names(file: &[u8]) -> Vec<String> {
    let document = Document::load_mem(file).unwrap();
    assert_eq!(document.xref_recovery, None, "the cross-references need no repair");
    let form = document.get_dict_in_dict(document.catalog().unwrap(), b"AcroForm").unwrap();
    assert_eq!(form.get(b"SigFlags").unwrap().as_i64().unwrap(), 3);
    let fields = form.get_deref(b"Fields", &document).unwrap().as_array().unwrap();
    let names = fields.iter().map(|field| {
        let id = field.as_reference().unwrap();
        let field = document.get_dictionary(id).unwrap();
        let page = document.get_dictionary(field.get(b"P").unwrap().as_reference().unwrap()).unwrap();
        let annotations = page.get_deref(b"Annots", &document).unwrap().as_array().unwrap();
        assert_eq!(annotations.iter().filter(|annotation| **annotation == Object::Reference(id)).count(), 1);
        let signature = document.get_dictionary(field.get(b"V").unwrap().as_reference().unwrap()).unwrap();
        assert_eq!(signature.get(b"SubFilter").unwrap().as_name().unwrap(), b"ETSI.CAdES.detached");
        String::from_utf8(field.get(b"T").unwrap().as_str().unwrap().to_vec()).unwrap()
    });
    names.collect()
}

#[test]
fn every_accepted_sample_can_be_signed_once_and_twice() {
    for (name, pages) in ACCEPTED {
        let original = sample(name);
        let last_page = u32::try_from(pages).unwrap();
        let once = sign_pdf(&original, &SIGNERS.ana, &invisible()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let twice = sign_pdf(&once, &SIGNERS.bruno, &stamped(last_page)).unwrap();
        keep(&name.replace(".pdf", "-1.pdf"), &once);
        keep(&name.replace(".pdf", "-2.pdf"), &twice);

        assert!(once.starts_with(&original), "{name}: the original is the beginning");
        assert!(twice.starts_with(&once), "{name}: so is the first signature");
        let found = signatures(&twice);
        assert_eq!(found.len(), 2, "{name}");
        assert_eq!(signatures(&once)[0].covers(), once.len(), "{name}: covers the whole file");
        assert_eq!(found[0].covers(), once.len(), "{name}: still covers its revision");
        assert_eq!(found[1].covers(), twice.len(), "{name}: covers the whole file");
        let first = found[0].verify(&twice).unwrap_or_else(|part| panic!("{name}: {part}"));
        let second = found[1].verify(&twice).unwrap_or_else(|part| panic!("{name}: {part}"));
        assert!(first.tbs_certificate.subject.to_string().contains("CN=Ana Pérez Núñez"));
        assert!(second.tbs_certificate.subject.to_string().contains("CN=Bruno Conceição"));

        assert_eq!(field_names(&once), ["Signature1"], "{name}");
        assert_eq!(field_names(&twice), ["Signature1", "Signature2"], "{name}");
        assert_eq!(Document::load_mem(&twice).unwrap().get_pages().len(), pages, "{name}");
    }
}

#[test]
fn a_changed_byte_outside_the_contents_breaks_the_signature() {
    let signed = sign_pdf(&sample("one-page-fpdf2.pdf"), &SIGNERS.ana, &invisible()).unwrap();
    let found = &signatures(&signed)[0];
    for place in [10, found.byte_range[1] - 1, found.byte_range[2], signed.len() - 1] {
        let mut tampered = signed.clone();
        tampered[place] ^= 1;
        assert_eq!(found.verify(&tampered).unwrap_err(), "message digest", "byte {place}");
    }
}

#[test]
fn the_time_stands_in_the_dictionary_and_not_in_the_signed_attributes() {
    let options = SignOptions::at("2026-03-04T05:06:07.890Z".parse().unwrap());
    let signed = sign_pdf(&sample("one-page-fpdf2.pdf"), &SIGNERS.ana, &options).unwrap();
    let found = &signatures(&signed)[0];

    assert!(found.dictionary.contains("/M (D:20260304050607Z)"), "{}", found.dictionary);
    assert!(found.attribute(rfc5911::ID_SIGNING_TIME).is_none());
    let signer = found.signed_data.signer_infos.0.get(0).unwrap();
    assert_eq!(signer.signed_attrs.as_ref().unwrap().len(), 3);
    assert!(found.attribute(rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2).is_some());
    let content_type: ObjectIdentifier = found.attribute(rfc5911::ID_CONTENT_TYPE).unwrap().decode_as().unwrap();
    assert_eq!(content_type, rfc5911::ID_DATA);
}

#[test]
fn the_signers_certificate_is_bound_by_its_digest() {
    let signed = sign_pdf(&sample("one-page-fpdf2.pdf"), &SIGNERS.ana, &invisible()).unwrap();
    let bound = signatures(&signed)[0].attribute(rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2).unwrap();
    let digest = digest(&SHA256, SIGNERS.ana.certificate_der());
    // Three nested sequences around one octet string.
    assert_eq!(bound.to_der().unwrap(), [b"\x30\x26\x30\x24\x30\x22\x04\x20", digest.as_ref()].concat());
}

#[test]
fn a_stamp_lands_on_the_displayed_page_and_an_invisible_signature_nowhere() {
    let rectangle_of = |options: &SignOptions| {
        let signed = sign_pdf(&sample("rotated-cropbox.pdf"), &SIGNERS.ana, options).unwrap();
        let document = Document::load_mem(&signed).unwrap();
        let page = document.page_iter().next().unwrap();
        let widget = document.get_page_annotations(page).unwrap()[0].clone();
        let numbers = widget.get(b"Rect").unwrap().as_array().unwrap().iter();
        (numbers.map(|number| number.as_float().unwrap()).collect::<Vec<_>>(), widget.has(b"AP"))
    };
    assert_eq!(rectangle_of(&invisible()), (vec![0.0; 4], false));
    // The crop box is [36 36 800 560], turned by a quarter: its bottom-left corner is shown at the top left.
    assert_eq!(rectangle_of(&stamped(1)), (vec![96.0, 76.0, 144.0, 256.0], true));
}

#[test]
fn documents_that_cannot_take_the_signature_are_refused() {
    let sign = |bytes: &[u8], options: &SignOptions| sign_pdf(bytes, &SIGNERS.ana, options).unwrap_err();

    for name in ["encrypted-owner-only.pdf", "encrypted-user-password.pdf"] {
        let error = sign(&sample(name), &invisible());
        assert!(matches!(error, PadesError::Encrypted), "{name}: {error:?}");
    }
    for name in ["not-a-pdf.pdf", "html-error-page.pdf", "empty.pdf"] {
        let error = sign(&sample(name), &invisible());
        assert!(matches!(error, PadesError::Unreadable(_)), "{name}: {error:?}");
    }
    for page in [0, 4] {
        let error = sign(&sample("contrato-trabajo-es.pdf"), &stamped(page));
        assert!(matches!(error, PadesError::NoSuchPage { page: missing } if missing == page), "{error:?}");
    }
}

/// More digits than a single-precision number keeps.
const PRECISE_BOX: &str = "[0 0 595.27559055 841.88976378]";

/// A one-page document with a form and an annotation of its own, written by hand so that each variant is exactly known.
fn document_with_form(form: &str, annotations: &str) -> Vec<u8> {
    document_after("", form, annotations)
}

fn document_after(preceding: &str, form: &str, annotations: &str) -> Vec<u8> {
    let objects = [
        format!("<< /Type /Catalog /Pages 2 0 R /AcroForm {form} >>"),
        format!("<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox {PRECISE_BOX} >>"),
        format!("<< /Type /Page /Parent 2 0 R /CropBox {PRECISE_BOX} /Annots {annotations} >>"),
        "<< /Fields 5 0 R /SigFlags 0 /DA (/Helv 0 Tf) >>".to_owned(),
        "[6 0 R]".to_owned(),
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Signature1) /Rect [1 1 9 9] /P 3 0 R >>".to_owned(),
        "[6 0 R]".to_owned(),
    ];
    let mut file = format!("{preceding}%PDF-1.7\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let section = file.len();
    format!("{file}{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{section}\n%%EOF", objects.len() + 1).into()
}

#[test]
fn an_existing_form_and_existing_annotations_are_kept_wherever_they_stand() {
    for form in ["4 0 R", "<< /Fields [6 0 R] >>", "<< /Fields 5 0 R /SigFlags 1 >>"] {
        for annotations in ["[6 0 R]", "7 0 R"] {
            let original = document_with_form(form, annotations);
            let once = sign_pdf(&original, &SIGNERS.ana, &stamped(1)).unwrap();
            let twice = sign_pdf(&once, &SIGNERS.bruno, &invisible()).unwrap();

            keep(&format!("form {form} {annotations}-2.pdf").replace(['/', '<', '>', '[', ']', ' '], "_"), &twice);

            let document = Document::load_mem(&twice).unwrap();
            let page = document.page_iter().next().unwrap();
            assert_eq!(document.get_page_annotations(page).unwrap().len(), 3, "{form} {annotations}");
            let form_now = document.get_dict_in_dict(document.catalog().unwrap(), b"AcroForm").unwrap();
            let fields = form_now.get_deref(b"Fields", &document).unwrap().as_array().unwrap();
            assert_eq!(fields.len(), 3, "{form} {annotations}");
            assert_eq!(form_now.get(b"SigFlags").unwrap().as_i64().unwrap(), 3);
            for found in signatures(&twice) {
                found.verify(&twice).unwrap();
            }
            let names: Vec<_> = fields.iter().map(|field| field.as_reference().unwrap()).collect();
            let name =
                |index: usize| document.get_dictionary(names[index]).unwrap().get(b"T").unwrap().as_str().unwrap();
            assert_eq!((name(1), name(2)), (b"Signature2".as_slice(), b"Signature3".as_slice()));
        }
    }
}

#[test]
fn an_entry_that_is_repeated_keeps_its_digits() {
    let signed = sign_pdf(&document_with_form("null", "null"), &SIGNERS.ana, &invisible()).unwrap();
    let repeated = String::from_utf8_lossy(&signed).matches(&format!("/CropBox {PRECISE_BOX}")).count();
    assert_eq!(repeated, 2, "once in the original, once in the update");
}

#[test]
fn a_document_whose_cross_references_are_useless_gets_complete_ones() {
    let intact = document_with_form("null", "null");
    let trailer = intact.windows(9).rposition(|window| window == b"startxref").unwrap();
    let pointing_nowhere = [&intact[..trailer], b"startxref\n999999\n%%EOF\n"].concat();
    // Offsets that count from the first byte of the file, as if `%PDF-` stood there.
    let counted_from_the_first_byte = document_after("some bytes before the header\n", "null", "null");
    for (name, original) in [("lost", pointing_nowhere), ("absolute", counted_from_the_first_byte)] {
        assert!(Document::load_mem(&original).unwrap().xref_recovery.is_some(), "{name}");
        let once = sign_pdf(&original, &SIGNERS.ana, &stamped(1)).unwrap();
        let twice = sign_pdf(&once, &SIGNERS.bruno, &invisible()).unwrap();
        keep(&format!("{name}-2.pdf"), &twice);
        assert!(once.starts_with(&original) && twice.starts_with(&once));
        assert_eq!(field_names(&twice), ["Signature1", "Signature2"], "{name}: needs no repair any more");
        let found = signatures(&twice);
        assert_eq!([found[0].covers(), found[1].covers()], [once.len(), twice.len()]);
        for found in found {
            found.verify(&twice).unwrap();
        }
    }
}

#[test]
fn objects_inside_object_streams_can_be_changed() {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Resources" => dictionary! {} });
    document.objects.insert(
        pages,
        dictionary! { "Type" => "Pages", "Count" => 1, "Kids" => vec![page.into()], "MediaBox" => vec![0.into(), 0.into(), 300.into(), 200.into()] }.into(),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut original = Vec::new();
    document.save_modern(&mut original).unwrap();
    assert!(original.windows(7).any(|window| window == b"/ObjStm"));

    let once = sign_pdf(&original, &SIGNERS.ana, &stamped(1)).unwrap();
    let twice = sign_pdf(&once, &SIGNERS.bruno, &invisible()).unwrap();
    keep("all-in-object-streams-2.pdf", &twice);
    assert_eq!(field_names(&twice), ["Signature1", "Signature2"]);
    for found in signatures(&twice) {
        found.verify(&twice).unwrap();
    }
    let update = String::from_utf8_lossy(&once[original.len()..]).into_owned();
    assert!(update.contains("/Type /XRef") && !update.contains("trailer"), "the section is of the document's own kind");
}
