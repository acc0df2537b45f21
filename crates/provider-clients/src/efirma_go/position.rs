//! Where a signature is stamped: neutral points become the vendor's pixels. Source: contract sections 3.1.1 and E8.

use domain::envelope::{Document, Field, PageBox};
use domain::values::Points;

use super::settings::{CoordinateBasis, CoordinateOrigin, Settings};

/// Width of an A4 page in pixels at 96 per inch.
const A4_WIDTH_PX: f64 = 794.0;
/// Height of an A4 page in pixels at 96 per inch.
const A4_HEIGHT_PX: f64 = 1123.0;

/// A place in pixels, counted as the account says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub page: u32,
    pub x: i64,
    pub y: i64,
}

/// How an account counts pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    origin: CoordinateOrigin,
    basis: CoordinateBasis,
    offset_x: i64,
    offset_y: i64,
}

impl Frame {
    /// The frame that the settings describe.
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            origin: settings.coordinate_origin,
            basis: settings.coordinate_basis,
            offset_x: settings.coordinate_offset_x,
            offset_y: settings.coordinate_offset_y,
        }
    }

    /// Where `field` is in pixels. `None` when the document has no such page, or the result is not on it.
    pub(super) fn mark(&self, field: &Field, document: &Document) -> Option<Mark> {
        let index = usize::try_from(field.page).ok()?.checked_sub(1)?;
        let page = document.pages.get(index)?;
        let (width, height) = self.size(page)?;
        let (x, top) = match self.basis {
            CoordinateBasis::Page => (pixels(field.x)?, pixels(field.y)?),
            CoordinateBasis::A4 => {
                (nearest(field.x * A4_WIDTH_PX / page.width_pt)?, nearest(field.y * A4_HEIGHT_PX / page.height_pt)?)
            }
        };
        let y = match self.origin {
            CoordinateOrigin::TopLeft => top,
            CoordinateOrigin::BottomLeft => height.checked_sub(top)?,
        };
        let (x, y) = (x.checked_add(self.offset_x)?, y.checked_add(self.offset_y)?);
        ((0..=width).contains(&x) && (0..=height).contains(&y)).then_some(Mark { page: field.page, x, y })
    }

    fn size(&self, page: &PageBox) -> Option<(i64, i64)> {
        match self.basis {
            CoordinateBasis::Page => Some((pixels(page.width_pt)?, pixels(page.height_pt)?)),
            CoordinateBasis::A4 => Some((nearest(A4_WIDTH_PX)?, nearest(A4_HEIGHT_PX)?)),
        }
    }
}

fn pixels(points: f64) -> Option<i64> {
    Points::new(points).ok().map(Points::to_px)
}

/// The nearest whole number of pixels: 3/4 of a point each.
fn nearest(px: f64) -> Option<i64> {
    pixels(px * 0.75)
}
