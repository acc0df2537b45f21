//! A valid PDF of any size: one page that shows one large picture of noise, the same bytes at every run.

use anyhow::{Context, Result, ensure};

/// Bytes of a row of the picture: one byte for each grey pixel.
const ROW: usize = 1024;
/// What a file has beside its picture is less than this.
const FRAME: usize = 2048;

/// A PDF of exactly `size` bytes. Its picture does not compress, so nothing on the way can make it smaller.
///
/// # Errors
/// When `size` is too small for a page and a row of the picture.
pub fn generate(size: usize) -> Result<Vec<u8>> {
    let rows = size.saturating_sub(FRAME) / ROW;
    ensure!(rows > 0, "a PDF of {size} bytes has no room for a page");
    let drawing = "q 595 0 0 842 0 0 cm /Im0 Do Q";
    let mut file = File { bytes: Vec::with_capacity(size), offsets: Vec::new() };
    file.bytes.extend(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    file.object("<< /Type /Catalog /Pages 2 0 R >>");
    file.object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    file.object(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /XObject << /Im0 5 0 R >> >> >>",
    );
    file.object(&format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()));
    let length = rows.saturating_mul(ROW);
    file.stream(
        &format!(
            "<< /Type /XObject /Subtype /Image /Width {ROW} /Height {rows} /ColorSpace /DeviceGray \
             /BitsPerComponent 8 /Length {length} >>"
        ),
        noise(length),
    );
    file.finish(size)
}

struct File {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl File {
    fn object(&mut self, content: &str) {
        self.begin();
        self.bytes.extend(content.as_bytes());
        self.bytes.extend(b"\nendobj\n");
    }

    fn stream(&mut self, dictionary: &str, content: impl Iterator<Item = u8>) {
        self.begin();
        self.bytes.extend(dictionary.as_bytes());
        self.bytes.extend(b"\nstream\n");
        self.bytes.extend(content);
        self.bytes.extend(b"\nendstream\nendobj\n");
    }

    fn begin(&mut self) {
        self.offsets.push(self.bytes.len());
        self.bytes.extend(format!("{} 0 obj\n", self.offsets.len()).into_bytes());
    }

    /// Adds a comment that fills the file up to `size`, then the cross-reference table. The table's place has as many
    /// digits as `size`, so the length of what follows the comment is known before.
    fn finish(mut self, size: usize) -> Result<Vec<u8>> {
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.offsets.len() + 1);
        for offset in &self.offsets {
            table.push_str(&format!("{offset:010} 00000 n \n"));
        }
        table.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n", self.offsets.len() + 1));
        let digits = size.to_string().len();
        let after = table.len().saturating_add(digits).saturating_add("\n%%EOF\n".len());
        let place = size.checked_sub(after).context("the file is too small for its table")?;
        let filling = place.checked_sub(self.bytes.len()).context("the file is too small for its parts")?;
        ensure!(filling >= 2, "no room for the comment that fills the file");
        self.bytes.push(b'%');
        self.bytes.resize(place.saturating_sub(1), b' ');
        self.bytes.push(b'\n');
        self.bytes.extend(table.as_bytes());
        self.bytes.extend(format!("{place:0digits$}\n%%EOF\n").into_bytes());
        Ok(self.bytes)
    }
}

/// Bytes without a pattern, always the same ones: the generator SplitMix64 (Steele, Lea and Flood, 2014) from seed 0.
fn noise(length: usize) -> impl Iterator<Item = u8> {
    let words = std::iter::successors(Some(0_u64), |state| Some(state.wrapping_add(0x9e37_79b9_7f4a_7c15)));
    let mixed = words.map(|state| {
        let word = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    });
    mixed.flat_map(u64::to_le_bytes).take(length)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_file_is_a_readable_pdf_of_one_page_and_exactly_as_large_as_asked() {
        for size in [4096, 99_999, 100_000, 1_048_576, 3_000_017] {
            let file = generate(size).unwrap();
            assert_eq!(file.len(), size);
            let inspection = pdf::inspect(&mut Cursor::new(file)).unwrap();
            assert_eq!(inspection.pages.len(), 1, "{size}");
            assert!((inspection.pages[0].width_pt - 595.0).abs() < 0.01);
        }
    }

    #[test]
    fn the_file_is_the_same_each_time_and_looks_like_noise() {
        let file = generate(200_000).unwrap();
        assert_eq!(file, generate(200_000).unwrap());
        let mut counts = [0_u32; 256];
        for byte in &file[1000..180_000] {
            counts[usize::from(*byte)] += 1;
        }
        let even = 179_000 / 256;
        assert!(counts.iter().all(|count| (even / 2..even * 2).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_size_without_room_for_a_page_is_refused() {
        assert!(generate(0).is_err());
        assert!(generate(1000).is_err());
    }
}
