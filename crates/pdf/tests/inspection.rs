//! Inspection of whole files: the project's samples, documents built byte by byte, and hostile ones.
#![cfg(test)]

use std::fmt::Write as _;
use std::io::Cursor;

use pdf::{Defect, InspectError, Inspection, Point, inspect};

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../tests/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn verdict(bytes: &[u8]) -> Result<Inspection, Defect> {
    inspect(&mut Cursor::new(bytes)).map_err(|error| match error {
        InspectError::Defect(defect) => defect,
        InspectError::Io(error) => panic!("reading memory failed: {error}"),
    })
}

/// Page count, or the class of the defect.
fn class(bytes: &[u8]) -> Result<usize, &'static str> {
    verdict(bytes).map(|inspection| inspection.pages.len()).map_err(|defect| match defect {
        Defect::Empty => "empty",
        Defect::NotAPdf => "not a pdf",
        Defect::Encrypted => "encrypted",
        Defect::Damaged { .. } => "damaged",
    })
}

/// Displayed width, height and rotation of each page, rounded.
fn looks(bytes: &[u8]) -> Vec<(f64, f64, u16)> {
    let pages = verdict(bytes).unwrap().pages;
    pages.iter().map(|page| (page.width_pt.round(), page.height_pt.round(), page.rotation.degrees())).collect()
}

/// A file of these numbered objects with a classic cross-reference table.
fn document(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut text = String::from("%PDF-1.7\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", text.len()).unwrap();
        writeln!(text, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let start = text.len();
    write!(text, "{table}trailer\n<</Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n").unwrap();
    text.into_bytes()
}

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
const ONE_KID: &str = "<</Type/Pages/Count 1/Kids[3 0 R]>>";

/// `document` with an incremental update of one object behind it.
fn updated(mut bytes: Vec<u8>, number: u32, object: &str, trailer: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.clone()).unwrap();
    let previous = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap();
    let position = bytes.len();
    bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    let start = bytes.len();
    bytes.extend(
        format!(
            "xref\n{number} 1\n{position:010} 00000 n \ntrailer\n<</Root 1 0 R/Prev {previous}{trailer}>>\n\
             startxref\n{start}\n%%EOF\n"
        )
        .bytes(),
    );
    bytes
}

#[test]
fn every_sample_gets_its_verdict() {
    for (name, expected) in [
        ("contrato-trabajo-es.pdf", Ok(3)),
        ("contrato-locacao-pt.pdf", Ok(2)),
        ("promesa-compraventa-cl.pdf", Ok(1)),
        ("escaneado-imagen.pdf", Ok(1)),
        ("ghostscript-from-groff.pdf", Ok(1)),
        ("one-page-fpdf2.pdf", Ok(1)),
        ("rotated-cropbox.pdf", Ok(1)),
        ("objstream-linearized.pdf", Ok(3)),
        ("many-pages-300.pdf", Ok(300)),
        ("leading-garbage.pdf", Ok(1)),
        ("trailing-bytes.pdf", Ok(1)),
        ("encrypted-owner-only.pdf", Err("encrypted")),
        ("encrypted-user-password.pdf", Err("encrypted")),
        ("truncated.pdf", Err("damaged")),
        ("not-a-pdf.pdf", Err("not a pdf")),
        ("html-error-page.pdf", Err("not a pdf")),
        ("empty.pdf", Err("empty")),
    ] {
        assert_eq!(class(&sample(name)), expected, "{name}: {:?}", verdict(&sample(name)));
    }
}

#[test]
fn pages_have_the_size_that_is_displayed() {
    assert_eq!(looks(&sample("contrato-trabajo-es.pdf")), [(595.0, 842.0, 0); 3]);
    assert_eq!(looks(&sample("promesa-compraventa-cl.pdf")), [(612.0, 792.0, 0)]);
    assert_eq!(looks(&sample("objstream-linearized.pdf")), [(595.0, 842.0, 0); 3]);
    assert_eq!(looks(&sample("rotated-cropbox.pdf")), [(524.0, 764.0, 90)]);
}

#[test]
fn positions_on_a_turned_and_cropped_page_reach_user_space() {
    let inspection = verdict(&sample("rotated-cropbox.pdf")).unwrap();
    let page = &inspection.pages[0];
    // The crop box is [36 36 800 560]; turned clockwise, its lower left corner is displayed at the top left.
    assert_eq!(page.to_user_space(0.0, 0.0), Point { x: 36.0, y: 36.0 });
    assert_eq!(page.to_user_space(524.0, 0.0), Point { x: 36.0, y: 560.0 });
    assert_eq!(page.to_user_space(100.0, 200.0), Point { x: 236.0, y: 136.0 });
    assert_eq!(page.from_user_space(236.0, 136.0), Point { x: 100.0, y: 200.0 });
}

#[test]
fn page_attributes_are_inherited_and_overridden() {
    let bytes = document(
        &[
            CATALOG,
            "<</Type/Pages/Count 3/Kids[3 0 R 6 0 R]/MediaBox[0 0 200 100]/Rotate 90>>",
            "<</Type/Pages/Parent 2 0 R/Count 2/Kids[4 0 R 5 0 R]/CropBox 7 0 R>>",
            "<</Type/Page/Parent 3 0 R>>",
            "<</Type/Page/Parent 3 0 R/Rotate -90/MediaBox[0 0 40 30]/UserUnit 2.0>>",
            "<</Type/Page/Parent 2 0 R/Rotate 0/MediaBox[300 300 0 0]>>",
            "[10 10 110 60]",
        ],
        "",
    );
    // The second page's crop box (10 10 110 60) is clipped to its media box, then doubled.
    assert_eq!(looks(&bytes), [(50.0, 100.0, 90), (40.0, 60.0, 270), (300.0, 300.0, 0)]);
}

#[test]
fn the_newest_revision_counts() {
    let base = document(&[CATALOG, ONE_KID, "<</Type/Page/MediaBox[0 0 10 10]>>"], "");
    let newer = updated(base, 3, "<</Type/Page/MediaBox[0 0 20 20]>>", "");
    let newest = updated(newer, 3, "<</Type/Page/MediaBox[0 0 30 30]>>", "");
    assert_eq!(looks(&newest), [(30.0, 30.0, 0)]);
}

#[test]
fn encryption_is_found_in_any_revision() {
    let plain = ["<</Type/Page>>"; 1];
    let objects = [CATALOG, ONE_KID, plain[0], "<</Filter/Standard>>"];
    assert_eq!(class(&document(&objects, "/Encrypt 4 0 R")), Err("encrypted"));
    let earlier = updated(document(&objects, "/Encrypt 4 0 R"), 3, plain[0], "");
    assert_eq!(class(&earlier), Err("encrypted"));
    assert_eq!(class(&updated(document(&objects, ""), 3, plain[0], "/Encrypt 4 0 R")), Err("encrypted"));
}

#[test]
fn a_hybrid_file_reveals_its_hidden_objects() {
    // Object 3, the page, is free in the table and stands in object stream 4 by the cross-reference stream.
    let mut bytes = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n".to_vec();
    let pages = bytes.len();
    bytes.extend(b"2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n");
    let object_stream = bytes.len();
    let content = "3 0 <</Type/Page/MediaBox[0 0 77 88]>>";
    bytes.extend(
        format!("4 0 obj\n<</Type/ObjStm/N 1/First 4/Length {}>>stream\n{content}\nendstream\nendobj\n", content.len())
            .bytes(),
    );
    let hidden = bytes.len();
    let at = u16::try_from(object_stream).unwrap().to_be_bytes();
    bytes.extend(b"5 0 obj\n<</Type/XRef/Size 6/W[1 2 1]/Index[3 2]/Length 8>>stream\n");
    bytes.extend([2, 0, 4, 0, 1, at[0], at[1], 0]);
    bytes.extend(b"\nendstream\nendobj\n");
    let table = bytes.len();
    bytes.extend(
        format!(
            "xref\n0 4\n0000000003 65535 f \n0000000009 00000 n \n{pages:010} 00000 n \n0000000000 00000 f \n\
             trailer\n<</Size 4/Root 1 0 R/XRefStm {hidden}>>\nstartxref\n{table}\n%%EOF"
        )
        .bytes(),
    );
    assert_eq!(looks(&bytes), [(77.0, 88.0, 0)]);
}

#[test]
fn offsets_may_count_from_the_file_or_from_the_header() {
    let plain = document(&[CATALOG, ONE_KID, "<</Type/Page>>"], "");
    let prefix = b"%garb\n";
    assert_eq!(class(&[prefix.as_slice(), &plain].concat()), Ok(1));

    // The same, with every offset moved by the prefix.
    let text = String::from_utf8(plain).unwrap();
    let (body, table) = text.split_once("xref\n").unwrap();
    let mut moved = String::new();
    for line in table.lines() {
        let offset = line.get(..10).filter(|_| line.ends_with("n ")).and_then(|offset| offset.parse::<usize>().ok());
        match (offset, line.parse::<usize>()) {
            (Some(offset), _) => writeln!(moved, "{:010} 00000 n ", offset + prefix.len()).unwrap(),
            (None, Ok(start)) => writeln!(moved, "{}", start + prefix.len()).unwrap(),
            (None, Err(_)) => writeln!(moved, "{line}").unwrap(),
        }
    }
    assert_eq!(class(format!("%garb\n{body}xref\n{moved}").as_bytes()), Ok(1));
}

#[test]
fn the_header_must_begin_within_the_first_kilobyte() {
    let plain = document(&[CATALOG, ONE_KID, "<</Type/Page>>"], "");
    assert_eq!(class(&[vec![b'x'; 1023], plain.clone()].concat()), Ok(1));
    assert_eq!(class(&[vec![b'x'; 1024], plain].concat()), Err("not a pdf"));
}

#[test]
fn a_file_cut_within_its_last_update_is_damaged() {
    let base = document(&[CATALOG, ONE_KID, "<</Type/Page>>"], "");
    let whole = updated(base.clone(), 3, "<</Type/Page/MediaBox[0 0 20 20]>>", "");
    assert_eq!(class(&whole[..base.len() + 30]), Err("damaged"));
    assert_eq!(class(&[base.as_slice(), b"<!-- a footer -->"].concat()), Ok(1));
}

#[test]
fn loops_and_dead_ends_are_damage() {
    let page = "<</Type/Page>>";
    let cases = [
        ("a page tree within itself", document(&[CATALOG, "<</Type/Pages/Kids[2 0 R]>>"], "")),
        ("a longer way back", document(&[CATALOG, ONE_KID, "<</Type/Pages/Kids[2 0 R]>>"], "")),
        ("a missing page", document(&[CATALOG, "<</Type/Pages/Kids[9 0 R]>>"], "")),
        ("no pages", document(&[CATALOG, "<</Type/Pages/Kids[]>>"], "")),
        ("no page tree", document(&["<</Type/Catalog>>"], "")),
        ("a reference to a reference", document(&[CATALOG, ONE_KID, "<</MediaBox 4 0 R>>", "5 0 R", "[0 0 1 1]"], "")),
        ("a nonsensical box", document(&[CATALOG, ONE_KID, "<</Type/Page/MediaBox[0 0 1e9]>>"], "")),
        ("an enormous box", document(&[CATALOG, ONE_KID, "<</Type/Page/MediaBox[0 0 99999999 1]>>"], "")),
        ("a negative position", document(&[CATALOG, ONE_KID, page], "/Prev -1")),
        ("a position behind the end", document(&[CATALOG, ONE_KID, page], "/Prev 99999999999")),
    ];
    for (name, bytes) in cases {
        assert_eq!(class(&bytes), Err("damaged"), "{name}");
    }
    let base = document(&[CATALOG, ONE_KID, page], "");
    let start = String::from_utf8(base.clone()).unwrap().find("xref\n").unwrap();
    let looped = document(&[CATALOG, ONE_KID, page], &format!("/Prev {start}"));
    assert_eq!(class(&looped), Err("damaged"), "a cross-reference that leads back to itself");
}

#[test]
fn hostile_numbers_are_refused_quickly() {
    let xref_stream = |entries: &str| {
        let head = "%PDF-1.5\n";
        format!("{head}1 0 obj<</Type/XRef/Root 2 0 R{entries}>>stream\nabcd\nendstream endobj\nstartxref\n9\n%%EOF")
    };
    for entries in [
        "/Size 99999999999/W[1 2 1]/Length 4",
        "/Size 1/W[0 0 0]/Length 4",
        "/Size 1/W[99 2 1]/Length 4",
        "/Size 1/W[1 2 1]/Length 99999999999999",
        "/Size 1/W[1 2 1]/Index[0 4294967295]/Length 4",
        "/Size 1/W[1 2 1]/Filter/FlateDecode/Length 4",
        "/Size 1/W[1 2 1]/Filter/LZWDecode/Length 4",
    ] {
        assert_eq!(class(xref_stream(entries).as_bytes()), Err("damaged"), "{entries}");
    }
    // A tree that doubles at each level: few objects, astronomically many leaves.
    let mut objects = vec![CATALOG.to_owned()];
    objects.extend((2..60).map(|n| format!("<</Type/Pages/Kids[{0} 0 R {0} 0 R]>>", n + 1)));
    objects.push("<</Type/Page>>".to_owned());
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    assert_eq!(class(&document(&objects, "")), Err("damaged"));
}

#[test]
fn a_file_of_any_size_is_read_in_small_pieces() {
    /// A file that has 100 MiB of zeros in place of a page's content, and counts what is read of it.
    struct Large {
        head: Vec<u8>,
        tail: Vec<u8>,
        position: u64,
        read: u64,
    }
    const GAP: u64 = 100 << 20;
    impl Large {
        fn len(&self) -> u64 {
            u64::try_from(self.head.len() + self.tail.len()).unwrap() + GAP
        }
        fn byte(&self, position: u64) -> u8 {
            let position = usize::try_from(position).unwrap();
            let gap_end = self.head.len() + usize::try_from(GAP).unwrap();
            match position {
                at if at < self.head.len() => self.head[at],
                at if at < gap_end => 0,
                at => self.tail[at - gap_end],
            }
        }
    }
    impl std::io::Read for Large {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let wanted = usize::try_from(self.len() - self.position).unwrap().min(buffer.len());
            for byte in &mut buffer[..wanted] {
                *byte = self.byte(self.position);
                self.position += 1;
            }
            self.read += u64::try_from(wanted).unwrap();
            Ok(wanted)
        }
    }
    impl std::io::Seek for Large {
        fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
            self.position = match to {
                std::io::SeekFrom::Start(position) => position,
                std::io::SeekFrom::End(offset) => self.len().checked_add_signed(offset).unwrap(),
                std::io::SeekFrom::Current(offset) => self.position.checked_add_signed(offset).unwrap(),
            };
            Ok(self.position)
        }
    }

    let head = format!("%PDF-1.7\n1 0 obj\n<</Length {GAP}>>\nstream\n").into_bytes();
    let after = u64::try_from(head.len()).unwrap() + GAP;
    let pieces = [
        "\nendstream\nendobj\n",
        "2 0 obj\n<</Type/Catalog/Pages 3 0 R>>\nendobj\n",
        "3 0 obj\n<</Type/Pages/Kids[4 0 R]>>\nendobj\n",
        "4 0 obj\n<</Type/Page/Contents 1 0 R>>\nendobj\n",
    ];
    let mut table = String::from("xref\n0 5\n0000000000 65535 f \n0000000009 00000 n \n");
    let mut position = after;
    for piece in &pieces {
        if !piece.starts_with('\n') {
            writeln!(table, "{position:010} 00000 n ").unwrap();
        }
        position += u64::try_from(piece.len()).unwrap();
    }
    let tail = format!("{}{table}trailer\n<</Root 2 0 R>>\nstartxref\n{position}\n%%EOF", pieces.concat()).into_bytes();

    let mut file = Large { head, tail, position: 0, read: 0 };
    assert_eq!(inspect(&mut file).unwrap().pages.len(), 1);
    assert!(file.read < 256 << 10, "{} bytes read", file.read);
}
