//! Where a signature is stamped: neutral points become the vendor's rectangle.
//!
//! The vendor counts points from the lower left corner of an upright page (V25), so `y = H − (y + h)`. Whether a page is
//! turned is not known here; a page that is wider than high gets a finding. Source: contract section 6.

use domain::envelope::{Document, Field, PageBox};
use serde::Serialize;

use super::settings::{Origin, PositionFrame, Unit};

/// A stamp's rectangle as the vendor takes it, in whole units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Rectangle {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// The rectangle of `field` on `page`; `None` when it is empty or not on the page.
pub(super) fn rectangle(field: &Field, page: &PageBox, frame: PositionFrame) -> Option<Rectangle> {
    let width = field.width.unwrap_or(frame.default_width);
    let height = field.height.unwrap_or(frame.default_height);
    let y = match frame.origin {
        Origin::BottomLeft => page.height_pt - (field.y + height),
        Origin::TopLeft => field.y,
    };
    let fits = field.x >= 0.0
        && field.y >= 0.0
        && field.x + width <= page.width_pt + TOLERANCE_PT
        && field.y + height <= page.height_pt + TOLERANCE_PT;
    let place = Rectangle {
        x: whole(field.x, frame.unit)?,
        y: whole(y.max(0.0), frame.unit)?,
        width: whole(width, frame.unit)?,
        height: whole(height, frame.unit)?,
    };
    (fits && place.width > 0 && place.height > 0).then_some(place)
}

/// How far a box may stick out of its page: page sizes come rounded from many programs.
const TOLERANCE_PT: f64 = domain::values::geometry::FIT_TOLERANCE_PT;

/// The page that a field stands on.
pub(super) fn page_of(document: &Document, number: u32) -> Option<&PageBox> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    document.pages.get(index)
}

/// Points as the nearest whole number of units.
fn whole(points: f64, unit: Unit) -> Option<i64> {
    let units = match unit {
        Unit::Points => points,
        Unit::Millimetres => points * 25.4 / 72.0,
        Unit::Pixels => points * 4.0 / 3.0,
    };
    // A page is never larger than this many units.
    if !units.is_finite() || units.abs() > 100_000.0 {
        return None;
    }
    #[expect(clippy::as_conversions, reason = "finite, rounded and far within the range")]
    let whole = units.round() as i64;
    Some(whole)
}
