//! The visible mark of a signature: where it goes on the page and what it looks like.

use super::PadesError;
use super::source::{Rotation, VisiblePage};
use super::syntax::number;

/// Largest type size of a stamp, in points; a small box gets a smaller one.
const LARGEST_TYPE: f64 = 10.0;
/// Distance of the text from the box, in points.
const PADDING: f64 = 3.0;
/// Line height as a multiple of the type size.
const LEADING: f64 = 1.2;
/// Width of an average character of Helvetica as a multiple of the type size, on the generous side.
const CHARACTER_WIDTH: f64 = 0.58;

/// A visible signature: a thin box with text in Helvetica.
///
/// All lengths are points (default user space units). `x` and `y` count from the top-left corner of the page as displayed,
/// that is, of its crop box after its rotation, to the top-left corner of the box.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// Page, counted from one.
    pub page: u32,
    /// Distance from the left edge.
    pub x: f64,
    /// Distance from the top edge.
    pub y: f64,
    /// Width as displayed, more than zero.
    pub width: f64,
    /// Height as displayed, more than zero.
    pub height: f64,
    /// Text, line by line. Characters beyond Latin-1 and the usual typographic punctuation are shown as question marks.
    pub text: String,
}

impl Stamp {
    pub(super) fn check(&self) -> Result<(), PadesError> {
        let finite = [self.x, self.y, self.width, self.height].iter().all(|length| length.is_finite());
        if finite && self.width > 0.0 && self.height > 0.0 { Ok(()) } else { Err(PadesError::InvalidStamp) }
    }

    /// The box on the unrotated page: left, bottom, right, top.
    pub(super) fn rectangle(&self, page: &VisiblePage) -> [f64; 4] {
        let (near_x, far_x) = (self.x, self.x + self.width);
        let (near_y, far_y) = (self.y, self.y + self.height);
        match page.rotation {
            Rotation::None => [page.left + near_x, page.top - far_y, page.left + far_x, page.top - near_y],
            // Shown right is the page's up, shown down is the page's right.
            Rotation::Quarter => [page.left + near_y, page.bottom + near_x, page.left + far_y, page.bottom + far_x],
            Rotation::Half => [page.right - far_x, page.bottom + near_y, page.right - near_x, page.bottom + far_y],
            Rotation::ThreeQuarters => [page.right - far_y, page.top - far_x, page.right - near_y, page.top - near_x],
        }
    }

    /// The appearance as a form XObject, a whole stream object. It is upright on the displayed page.
    pub(super) fn appearance(&self, rotation: Rotation) -> Vec<u8> {
        // The viewer scales and moves the turned form into the annotation's rectangle, so that turning it is enough.
        // Source: ISO 32000-1:2008, section 12.5.5, algorithm 8.1.
        let matrix = match rotation {
            Rotation::None => "1 0 0 1 0 0",
            Rotation::Quarter => "0 1 -1 0 0 0",
            Rotation::Half => "-1 0 0 -1 0 0",
            Rotation::ThreeQuarters => "0 -1 1 0 0 0",
        };
        let content = self.content();
        let mut stream = format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 {} {}] /Matrix [{matrix}] /Resources << /Font << /Helv << \
             /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >> /Length {} >>\nstream\n",
            number(self.width),
            number(self.height),
            content.len()
        )
        .into_bytes();
        stream.extend_from_slice(&content);
        stream.extend_from_slice(b"\nendstream");
        stream
    }

    fn content(&self) -> Vec<u8> {
        let lines: Vec<&str> = self.text.lines().collect();
        let size = self.type_size(&lines);
        let frame = format!("0.5 0.5 {} {} re", number(self.width - 1.0), number(self.height - 1.0));
        let start = format!("{} {} Td", number(PADDING), number(self.height - PADDING - size));
        let mut content =
            format!("q 0.5 w {frame} S {frame} W n BT /Helv {} Tf {} TL {start}", number(size), number(size * LEADING))
                .into_bytes();
        for line in lines {
            let hex: String = line.chars().map(|c| format!("{:02X}", windows_1252(c))).collect();
            content.extend_from_slice(format!(" <{hex}> Tj T*").as_bytes());
        }
        content.extend_from_slice(b" ET Q");
        content
    }

    /// The largest type size at which all lines fit into the box, but never less than one point.
    fn type_size(&self, lines: &[&str]) -> f64 {
        let count = |items: usize| u32::try_from(items).map_or(f64::INFINITY, f64::from).max(1.0);
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let by_height = (self.height - 2.0 * PADDING) / (count(lines.len()) * LEADING);
        let by_width = (self.width - 2.0 * PADDING) / (count(longest) * CHARACTER_WIDTH);
        LARGEST_TYPE.min(by_height).min(by_width).max(1.0)
    }
}

/// The character's code in `WinAnsiEncoding`. Source: ISO 32000-1:2008, annex D.2.
fn windows_1252(c: char) -> u8 {
    match c {
        '€' => 0x80,
        '…' => 0x85,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(x: f64, y: f64) -> Stamp {
        Stamp { page: 1, x, y, width: 30.0, height: 20.0, text: "Señor\n漢".to_owned() }
    }

    fn page(rotation: Rotation) -> VisiblePage {
        VisiblePage { left: 10.0, bottom: 100.0, right: 210.0, top: 400.0, rotation }
    }

    #[test]
    fn the_top_left_corner_of_the_displayed_page_is_the_origin_in_every_rotation() {
        let corner = stamp(0.0, 0.0);
        assert_eq!(corner.rectangle(&page(Rotation::None)), [10.0, 380.0, 40.0, 400.0]);
        assert_eq!(corner.rectangle(&page(Rotation::Quarter)), [10.0, 100.0, 30.0, 130.0]);
        assert_eq!(corner.rectangle(&page(Rotation::Half)), [180.0, 100.0, 210.0, 120.0]);
        assert_eq!(corner.rectangle(&page(Rotation::ThreeQuarters)), [190.0, 370.0, 210.0, 400.0]);
    }

    #[test]
    fn moving_right_and_down_follows_the_displayed_page() {
        let moved = stamp(5.0, 7.0);
        assert_eq!(moved.rectangle(&page(Rotation::None)), [15.0, 373.0, 45.0, 393.0]);
        assert_eq!(moved.rectangle(&page(Rotation::Quarter)), [17.0, 105.0, 37.0, 135.0]);
        assert_eq!(moved.rectangle(&page(Rotation::Half)), [175.0, 107.0, 205.0, 127.0]);
        assert_eq!(moved.rectangle(&page(Rotation::ThreeQuarters)), [183.0, 365.0, 203.0, 395.0]);
    }

    #[test]
    fn text_is_encoded_for_the_font_and_sized_for_the_box() {
        let content = String::from_utf8(stamp(0.0, 0.0).content()).unwrap();
        assert!(content.contains("<5365F16F72> Tj"), "{content}");
        assert!(content.contains("<3F> Tj"), "{content}");
        assert!(content.contains("/Helv 5.833 Tf"), "{content}");
    }

    #[test]
    fn a_box_without_area_is_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Stamp { width: bad, ..stamp(0.0, 0.0) }.check(), Err(PadesError::InvalidStamp)));
        }
        assert!(stamp(-5.0, 0.0).check().is_ok(), "a stamp may hang over the edge");
    }
}
