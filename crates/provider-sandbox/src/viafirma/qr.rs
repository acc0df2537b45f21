//! A picture that looks like a QR code. It cannot be scanned: its dots come from a hash, which is enough for a receipt of a test vendor.

use aws_lc_rs::digest::{SHA256, digest};

/// Modules at an edge, the quiet border included.
const MODULES: usize = 29;
const BORDER: usize = 2;
/// Pixels of a module.
const SCALE: usize = 4;
/// Modules at an edge of a corner mark.
const MARK: usize = 7;

/// A PNG in shades of grey for the text.
pub(super) fn picture(text: &str) -> Vec<u8> {
    let dots = digest(&SHA256, text.as_bytes());
    let mut rows = Vec::new();
    for y in 0..MODULES * SCALE {
        // Filter type 0 stands before each row. Source: PNG specification, section 9.
        rows.push(0);
        rows.extend((0..MODULES * SCALE).map(|x| if is_dark(dots.as_ref(), x / SCALE, y / SCALE) { 0 } else { 255 }));
    }
    png(MODULES * SCALE, &rows)
}

fn is_dark(dots: &[u8], x: usize, y: usize) -> bool {
    let inner = MODULES - 2 * BORDER;
    let (Some(x), Some(y)) = (x.checked_sub(BORDER), y.checked_sub(BORDER)) else {
        return false;
    };
    if x >= inner || y >= inner {
        return false;
    }
    let from_edge = |place: usize| if place < MARK { Some(place) } else { place.checked_sub(inner - MARK) };
    let is_fourth_corner = x >= MARK && y >= MARK;
    if let (Some(x), Some(y), false) = (from_edge(x), from_edge(y), is_fourth_corner) {
        let ring = x.min(y).min(MARK - 1 - x).min(MARK - 1 - y);
        return ring != 1;
    }
    let bit = x * inner + y;
    dots.get(bit / 8 % dots.len().max(1)).is_some_and(|byte| (byte >> (bit % 8)) & 1 == 1)
}

/// A square PNG with one byte for each pixel. Source: PNG specification (ISO/IEC 15948), sections 5 and 11.
fn png(edge: usize, rows: &[u8]) -> Vec<u8> {
    let edge = u32::try_from(edge).unwrap_or(u32::MAX).to_be_bytes();
    let header = [&edge[..], &edge[..], &[8, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", header), (b"IDAT", zlib(rows)), (b"IEND", Vec::new())] {
        let named = [&name[..], &data].concat();
        png.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        png.extend(&named);
        png.extend(crc32(&named).to_be_bytes());
    }
    png
}

/// Bytes as a zlib stream without compression. Source: RFC 1950 and RFC 1951, section 3.2.4.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % BASE;
        (low, (high + low) % BASE)
    });
    (high << 16) | low
}

fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_specifications() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn the_picture_has_three_corner_marks_and_depends_on_the_text() {
        let dots = digest(&SHA256, b"x");
        let dark = |x, y| is_dark(dots.as_ref(), x, y);
        assert!(!dark(0, 0) && dark(2, 2) && !dark(3, 3) && dark(4, 4), "border, ring, gap, core");
        assert!(dark(26, 2) && dark(2, 26), "the other two corners");
        assert_ne!(picture("one"), picture("two"));
        assert!(picture("one").starts_with(b"\x89PNG"));
    }
}
