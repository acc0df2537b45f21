//! Examination of signed files. The fixtures are made by an independent signer: see `fixtures/make.py`.
#![cfg(test)]

use std::io::Cursor;

use aws_lc_rs::digest::{SHA256, digest};
use pdf::{
    Integrity, OriginalDocument, SignatureKind, Trust, TrustAnchors, Verification, VerificationStatus, examine, inspect,
};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn anchors() -> TrustAnchors {
    TrustAnchors::from_pem(&fixture("root.pem")).unwrap()
}

fn examined(bytes: &[u8]) -> Verification {
    examine(&mut Cursor::new(bytes), None, &anchors()).unwrap()
}

/// Replaces the only occurrence of `from` with as many bytes of `to`.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert_eq!((places.len(), from.len()), (1, to.len()), "{}", String::from_utf8_lossy(from));
    bytes[places[0]..places[0] + to.len()].copy_from_slice(to);
    bytes
}

#[test]
fn every_fixture_gets_its_status() {
    use VerificationStatus::{Indeterminate, Invalid, ModifiedAfterSigning, Unsigned, Untrusted, Valid};
    for (name, expected) in [
        ("original.pdf", Unsigned),
        ("rsa.pdf", Valid),
        ("rsa-pss.pdf", Valid),
        ("rsa-pss-short-salt.pdf", Valid),
        ("ecdsa-p256.pdf", Valid),
        ("ecdsa-p384.pdf", Valid),
        ("ecdsa-p521.pdf", Valid),
        ("ed25519.pdf", Valid),
        ("sha1.pdf", Indeterminate),
        ("two-signatures.pdf", Valid),
        ("changed-between-signatures.pdf", Valid),
        ("changed-after-signing.pdf", ModifiedAfterSigning),
        ("flipped-byte.pdf", Invalid),
        ("validation-data-added.pdf", Valid),
        ("timestamped.pdf", Valid),
        ("changed-and-timestamped.pdf", ModifiedAfterSigning),
        ("only-timestamped.pdf", Unsigned),
        ("indefinite-lengths.pdf", Valid),
        ("expired-certificate.pdf", Untrusted),
        ("no-intermediate.pdf", Untrusted),
        ("foreign-certificate-hash.pdf", Invalid),
    ] {
        let verification = examined(&fixture(name));
        assert_eq!(verification.status, expected, "{name}: {verification:#?}");
    }
}

#[test]
fn a_signature_tells_who_signed_when_and_how() {
    let verification = examined(&fixture("rsa.pdf"));
    let [signature] = verification.signatures.as_slice() else { panic!("{verification:#?}") };
    assert_eq!(signature.signer.as_deref(), Some("Ana Núñez"));
    assert_eq!(signature.issuer.as_deref(), Some("CN=Emisora de pruebas,O=Pruebas\\, S.A.,C=CL"));
    assert_eq!(signature.field.as_deref(), Some("Signature1"));
    assert_eq!(signature.reason.as_deref(), Some("Conforme"));
    assert_eq!(signature.sub_filter.as_deref(), Some("adbe.pkcs7.detached"));
    assert_eq!(signature.digest_algorithm.as_deref(), Some("sha256"));
    assert!(signature.signed_at.is_some() && signature.serial_number.is_some());
    assert!(signature.covers_whole_document && signature.findings.is_empty());
    assert_eq!((signature.integrity, signature.trust), (Integrity::Intact, Trust::Trusted));
    assert_eq!((signature.kind, signature.revision), (SignatureKind::Signature, Some(1)));
}

#[test]
fn the_answer_is_written_in_snake_case_and_read_back() {
    let verification = examined(&fixture("changed-after-signing.pdf"));
    let json = serde_json::to_value(&verification).unwrap();
    assert_eq!(json["status"], "modified_after_signing");
    assert_eq!(json["signatures"][0]["integrity"], "intact");
    assert_eq!(json["signatures"][0]["trust"], "trusted");
    assert_eq!(json["signatures"][0]["kind"], "signature");
    assert_eq!(json["signatures"][0]["covers_whole_document"], false);
    assert_eq!(json["original_preserved"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<Verification>(json).unwrap(), verification);
}

#[test]
fn of_two_signatures_the_last_covers_the_whole_document() {
    let verification = examined(&fixture("two-signatures.pdf"));
    let told: Vec<_> = verification
        .signatures
        .iter()
        .map(|signature| (signature.signer.as_deref().unwrap(), signature.revision, signature.covers_whole_document))
        .collect();
    assert_eq!(told, [("Ana Núñez", Some(1), false), ("Luis Pérez", Some(2), true)]);
}

#[test]
fn without_anchors_nobody_is_trusted() {
    let bytes = fixture("rsa.pdf");
    let verification = examine(&mut Cursor::new(&bytes), None, &TrustAnchors::default()).unwrap();
    assert_eq!(verification.status, VerificationStatus::Untrusted);
    assert_eq!(verification.signatures[0].trust, Trust::Untrusted);
    assert_eq!(verification.signatures[0].integrity, Integrity::Intact);
}

#[test]
fn anchors_come_from_pem_and_from_nothing_else() {
    assert!(TrustAnchors::from_pem(b"").unwrap().is_empty());
    assert!(TrustAnchors::from_pem(b" \n\n").unwrap().is_empty());
    assert!(!anchors().is_empty());
    let bundle = [fixture("root.pem"), b"\n".to_vec(), fixture("root.pem")].concat();
    assert!(!TrustAnchors::from_pem(&bundle).unwrap().is_empty());
    assert!(TrustAnchors::from_pem(b"not a certificate").is_err());
    assert!(TrustAnchors::from_pem(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}

#[test]
fn the_original_is_recognised_at_the_beginning_of_the_signed_file() {
    let original = fixture("original.pdf");
    let mut sent = OriginalDocument { size: u64::try_from(original.len()).unwrap(), sha256: [0; 32] };
    let signed = fixture("rsa.pdf");
    let preserved = |sent: &OriginalDocument| {
        let verification = examine(&mut Cursor::new(&signed), Some(sent), &anchors()).unwrap();
        assert_eq!(verification.status, VerificationStatus::Valid, "the comparison is no part of the verdict");
        verification.original_preserved
    };
    assert_eq!(preserved(&sent), Some(false));
    sent.sha256.copy_from_slice(digest(&SHA256, &original).as_ref());
    assert_eq!(preserved(&sent), Some(true));
    sent.size = 1 << 40;
    assert_eq!(preserved(&sent), Some(false));
}

#[test]
fn a_file_that_is_no_pdf_is_unreadable() {
    for bytes in [&b""[..], b"<html>", b"%PDF-1.7 and no more"] {
        let verification = examined(bytes);
        assert_eq!(verification.status, VerificationStatus::Unreadable);
        assert_eq!(verification.findings.len(), 1);
    }
}

#[test]
fn every_changed_byte_of_a_signed_file_is_noticed() {
    let original = fixture("ecdsa-p256.pdf");
    let start = original.windows(11).position(|window| window == b"/Contents <").unwrap() + 11;
    let end = start + original[start..].iter().position(|byte| *byte == b'>').unwrap();
    let padding = start + original[start..end].iter().rposition(|byte| *byte != b'0').unwrap();
    for at in (0..start).step_by(7).chain((end + 1..original.len()).step_by(3)) {
        let mut bytes = original.clone();
        bytes[at] ^= 0x01;
        let status = examined(&bytes).status;
        assert!(
            !matches!(status, VerificationStatus::Valid | VerificationStatus::Untrusted),
            "byte {at} of {}: {status:?}",
            original.len()
        );
    }
    // Within the signature itself unsigned details may change, never the signer's proof.
    for at in (start..padding).step_by(41) {
        let mut bytes = original.clone();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        let verification = examined(&bytes);
        if verification.status == VerificationStatus::Valid {
            assert_eq!(verification.signatures[0].signer.as_deref(), Some("Luis Pérez"), "byte {at}");
        }
    }
}

#[test]
fn bytes_after_the_signed_end_are_a_change_unless_blank() {
    let signed = fixture("rsa.pdf");
    let with = |tail: &[u8]| examined(&[signed.as_slice(), tail].concat());
    assert_eq!(with(b"\r\n\r\n").status, VerificationStatus::Valid);
    assert!(with(b"\n").signatures[0].covers_whole_document);
    assert_eq!(with(b"<!-- footer -->").status, VerificationStatus::ModifiedAfterSigning);
}

#[test]
fn later_revisions_may_add_validation_data_and_nothing_else() {
    let added = examined(&fixture("validation-data-added.pdf"));
    assert!(!added.signatures[0].covers_whole_document);
    assert_eq!(added.findings, ["validation data or a timestamp was added after the last signature"]);

    // The same update, but the catalog hides the pages' order behind another entry.
    let disguised = replaced(fixture("validation-data-added.pdf"), b"/DSS ", b"/Foo ");
    assert_eq!(examined(&disguised).status, VerificationStatus::ModifiedAfterSigning);
}

#[test]
fn a_byte_range_that_leaves_out_more_than_the_signature_is_invalid() {
    let signed = fixture("rsa.pdf");
    let at = signed.windows(11).position(|window| window == b"/ByteRange ").unwrap() + 11;
    let end = at + signed[at..].iter().position(|byte| *byte == b']').unwrap() + 1;
    let text = std::str::from_utf8(&signed[at..end]).unwrap().to_owned();
    let numbers: Vec<u64> = text.trim_matches(['[', ']']).split_whitespace().map(|n| n.parse().unwrap()).collect();
    let shorter = format!("[0 {} {} {}]", numbers[1] - 1, numbers[2], numbers[3]);
    let padded = format!("{shorter:<width$}", width = text.len());
    let verification = examined(&replaced(signed, text.as_bytes(), padded.as_bytes()));
    assert_eq!(verification.status, VerificationStatus::Invalid);
    assert_eq!(verification.signatures[0].findings, ["the byte range leaves out something other than the signature"]);
}

#[test]
fn an_unknown_encoding_is_indeterminate() {
    let signed = replaced(fixture("rsa.pdf"), b"/adbe.pkcs7.detached", b"/acme.pkcs7.detached");
    let verification = examined(&signed);
    assert_eq!(verification.status, VerificationStatus::Indeterminate);
    assert_eq!(verification.signatures[0].integrity, Integrity::Unknown);
}

#[test]
fn timestamps_are_checked_and_told_apart() {
    let verification = examined(&fixture("timestamped.pdf"));
    let [signature, stamp] = verification.signatures.as_slice() else { panic!("{verification:#?}") };
    assert_eq!((signature.kind, stamp.kind), (SignatureKind::Signature, SignatureKind::Timestamp));
    assert_eq!((stamp.integrity, stamp.signer.as_deref()), (Integrity::Intact, Some("Sello de tiempo")));
    assert!(stamp.covers_whole_document && stamp.signed_at.is_some());
}

#[test]
fn signed_documents_can_be_inspected_as_well() {
    for name in ["rsa.pdf", "two-signatures.pdf", "timestamped.pdf", "validation-data-added.pdf"] {
        assert_eq!(inspect(&mut Cursor::new(fixture(name))).unwrap().pages.len(), 1, "{name}");
    }
}

#[test]
fn signatures_are_found_in_nested_fields_and_told_by_their_full_name() {
    // A field tree with the type on the parent; the child holds the value, an unsigned sibling holds none.
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page>>",
        "<</Fields[5 0 R 9 0 R]>>",
        "<</T(partes)/FT/Sig/Kids[6 0 R 7 0 R]>>",
        "<</T(\\376\\377\\000a\\000\\361\\000o)/V 8 0 R>>",
        "<</T(otra)>>",
        "<</Type/Sig/SubFilter/acme/Name(Ana)/M(D:20260502143000Z)/Contents<00>/ByteRange[0 1 2 3]>>",
        "<</T(texto)/FT/Tx/V 8 0 R/Kids[5 0 R 9 0 R]>>",
    ];
    let mut text = String::from("%PDF-1.7\n");
    let mut table = String::from("xref\n0 10\n0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        table += &format!("{:010} 00000 n \n", text.len());
        text += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let file = format!("{text}{table}trailer<</Root 1 0 R>>\nstartxref\n{}\n%%EOF", text.len());
    let verification = examined(file.as_bytes());
    let [signature] = verification.signatures.as_slice() else { panic!("{verification:#?}") };
    assert_eq!(signature.field.as_deref(), Some("partes.año"));
    assert_eq!(signature.signer.as_deref(), Some("Ana"));
    assert_eq!(signature.signed_at.unwrap().to_rfc3339(), "2026-05-02T14:30:00+00:00");
    assert_eq!((verification.status, signature.integrity), (VerificationStatus::Invalid, Integrity::Broken));
}
