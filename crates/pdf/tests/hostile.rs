//! Cut and altered files: whatever they hold, the crate answers, soon and without panicking.
#![cfg(test)]

use std::io::Cursor;
use std::time::{Duration, Instant};

use pdf::{Defect, InspectError, TrustAnchors, VerificationStatus, examine, inspect};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::{proptest, test_runner::Config};

/// Far more than any of these files needs, even on a busy machine without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);

fn corpus() -> Vec<(String, Vec<u8>)> {
    let crate_dir = env!("CARGO_MANIFEST_DIR");
    let mut files = Vec::new();
    for folder in [format!("{crate_dir}/../../tests/samples"), format!("{crate_dir}/tests/fixtures")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "pdf") {
                files.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()));
            }
        }
    }
    assert!(files.len() > 30, "the corpus is where it should be");
    files
}

/// Runs both entry points; gives back what inspection said.
fn survive(name: &str, bytes: &[u8]) -> Result<usize, Defect> {
    let start = Instant::now();
    let inspected = match inspect(&mut Cursor::new(bytes)) {
        Ok(inspection) => Ok(inspection.pages.len()),
        Err(InspectError::Defect(defect)) => Err(defect),
        Err(InspectError::Io(error)) => panic!("{name}: {error}"),
    };
    let verification = examine(&mut Cursor::new(bytes), None, &TrustAnchors::default()).unwrap();
    assert_ne!(verification.status, VerificationStatus::Valid, "{name}: nobody is trusted here");
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
    inspected
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for (name, bytes) in corpus() {
        let Ok(pages) = survive(&name, &bytes) else { continue };
        let marker = bytes.windows(5).rposition(|window| window == b"%%EOF").unwrap();
        let step = (marker / 150).max(1);
        for end in (0..marker).step_by(step).chain(marker - 40..marker + 5) {
            match survive(&name, &bytes[..end]) {
                Err(Defect::Empty) => assert_eq!(end, 0),
                Err(Defect::NotAPdf) => assert!(end < 64, "{name} cut at {end}"),
                Err(Defect::Damaged { .. }) => {}
                Err(Defect::Encrypted) => panic!("{name} cut at {end} is not encrypted"),
                // A cut between two revisions leaves the whole earlier one.
                Ok(left) => assert!(
                    left == pages && bytes[..end].trim_ascii_end().ends_with(b"%%EOF"),
                    "{name} cut at {end} passed for whole"
                ),
            }
        }
        assert_eq!(survive(&name, &bytes[..marker + 5]), Ok(pages), "{name} up to its end marker");
    }
}

/// What happens to a file: bytes overwritten, a piece removed, a piece repeated.
#[derive(Debug, Clone)]
enum Harm {
    Overwrite(prop::sample::Index, u8),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    /// A digit becomes another digit: offsets, counts and lengths are where structure is most easily led astray.
    Digit(prop::sample::Index, u8),
}

fn harm() -> impl Strategy<Value = Harm> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        3 => (place(), any::<u8>()).prop_map(|(at, byte)| Harm::Overwrite(at, byte)),
        3 => (place(), b'0'..=b'9').prop_map(|(at, digit)| Harm::Digit(at, digit)),
        1 => (place(), 1..40_usize).prop_map(|(at, count)| Harm::Remove(at, count)),
        1 => (place(), 1..40_usize).prop_map(|(at, count)| Harm::Repeat(at, count)),
    ]
}

fn apply(bytes: &mut Vec<u8>, harm: &Harm) {
    if bytes.is_empty() {
        return;
    }
    match harm {
        Harm::Overwrite(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Harm::Digit(at, digit) => {
            let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
            if !digits.is_empty() {
                bytes[digits[at.index(digits.len())]] = *digit;
            }
        }
        Harm::Remove(at, count) => {
            let start = at.index(bytes.len());
            bytes.drain(start..(start + count).min(bytes.len()));
        }
        Harm::Repeat(at, count) => {
            let start = at.index(bytes.len());
            let piece = bytes[start..(start + count).min(bytes.len())].to_vec();
            bytes.splice(start..start, piece);
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 600, failure_persistence: None, ..Config::default() })]

    #[test]
    fn altered_files_get_an_answer(
        file in any::<prop::sample::Index>(),
        harms in prop::collection::vec(harm(), 1..12),
    ) {
        let corpus = corpus();
        let (name, mut bytes) = corpus[file.index(corpus.len())].clone();
        for harm in &harms {
            apply(&mut bytes, harm);
        }
        let _verdict = survive(&name, &bytes);
    }

    #[test]
    fn invented_structures_get_an_answer(
        body in prop::collection::vec(piece(), 0..80),
        start in 0..2000_u32,
    ) {
        let text = format!("%PDF-1.7\n{}\nstartxref\n{start}\n%%EOF", body.join(" "));
        let _verdict = survive("invented", text.as_bytes());
        // The same, where the cross-reference begins right behind the header.
        let aimed = format!("%PDF-1.7\nxref\n0 3\n{}\ntrailer<<{}>>\nstartxref\n9\n%%EOF", body.join(" "), body.join(" "));
        let _verdict = survive("invented", aimed.as_bytes());
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        "<<",
        ">>",
        "[",
        "]",
        "obj",
        "endobj",
        "stream\n",
        "endstream",
        "xref\n",
        "trailer",
        "R",
        "(",
        ")",
        "<",
        ">",
        "/Root",
        "/Pages",
        "/Kids",
        "/Type",
        "/XRef",
        "/ObjStm",
        "/W",
        "/Index",
        "/Size",
        "/Prev",
        "/Length",
        "/Encrypt",
        "/XRefStm",
        "0000000009 00000 n ",
        "0000000009 65535 f ",
        "null",
        "-1",
        "1e9",
        "99999999999999999999",
        "%",
        "\\",
        "#",
    ];
    prop_oneof![
        4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        2 => (0..12_u32).prop_map(|number| number.to_string()),
        1 => (1..4_u32).prop_map(|number| format!("{number} 0 R")),
        1 => Just("\n1 0 obj".to_owned()),
    ]
}
