//! Where something is on a page.
//!
//! One system everywhere: PDF points (1/72 inch) from the top-left corner of the page as displayed, that is its crop box
//! after rotation, `x` to the right and `y` downwards. Providers that count otherwise get it by the conversions here.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// How far a box may stick out of its page, in points: page sizes come rounded to hundredths from many programs.
pub const FIT_TOLERANCE_PT: f64 = 0.01;

/// Why numbers are not a place on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// Not a number, or infinite.
    #[error("the number must be finite")]
    NotFinite,
    /// `x` or `y` is below zero.
    #[error("x and y must not be negative")]
    Negative,
    /// A width or height is zero or below.
    #[error("width and height must be greater than zero")]
    Empty,
    /// Pages are counted from 1.
    #[error("pages are counted from 1")]
    Page,
}

/// A finite length in PDF points, 1/72 inch. JSON: a number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Points(f64);

impl Points {
    /// A length.
    ///
    /// # Errors
    /// [`GeometryError::NotFinite`].
    pub fn new(value: f64) -> Result<Self, GeometryError> {
        if value.is_finite() { Ok(Self(value)) } else { Err(GeometryError::NotFinite) }
    }

    /// The number of points.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Pixels at 96 per inch, rounded to the nearest; halves go away from zero.
    ///
    /// ```
    /// use domain::values::Points;
    ///
    /// assert_eq!(Points::new(111.75)?.to_px(), 149);
    /// # Ok::<(), domain::values::GeometryError>(())
    /// ```
    #[must_use]
    pub fn to_px(self) -> i64 {
        #[expect(clippy::as_conversions, reason = "finite and rounded; `as` saturates beyond any page")]
        let px = (self.0 * 4.0 / 3.0).round() as i64;
        px
    }

    /// Millimetres, not rounded.
    #[must_use]
    pub fn to_mm(self) -> f64 {
        self.0 * 25.4 / 72.0
    }
}

impl TryFrom<f64> for Points {
    type Error = GeometryError;

    fn try_from(value: f64) -> Result<Self, GeometryError> {
        Self::new(value)
    }
}

impl From<Points> for f64 {
    fn from(points: Points) -> Self {
        points.0
    }
}

/// The size of a page as displayed, in points; both sides are greater than zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPageSize")]
pub struct PageSize {
    width_pt: f64,
    height_pt: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPageSize {
    width_pt: f64,
    height_pt: f64,
}

impl PageSize {
    /// A size in points.
    ///
    /// # Errors
    /// [`GeometryError::NotFinite`], [`GeometryError::Empty`].
    pub fn new(width_pt: f64, height_pt: f64) -> Result<Self, GeometryError> {
        if !width_pt.is_finite() || !height_pt.is_finite() {
            return Err(GeometryError::NotFinite);
        }
        if width_pt <= 0.0 || height_pt <= 0.0 {
            return Err(GeometryError::Empty);
        }
        Ok(Self { width_pt, height_pt })
    }

    /// Width in points.
    #[must_use]
    pub const fn width_pt(self) -> f64 {
        self.width_pt
    }

    /// Height in points.
    #[must_use]
    pub const fn height_pt(self) -> f64 {
        self.height_pt
    }
}

impl TryFrom<RawPageSize> for PageSize {
    type Error = GeometryError;

    fn try_from(raw: RawPageSize) -> Result<Self, GeometryError> {
        Self::new(raw.width_pt, raw.height_pt)
    }
}

/// A box on a page: page counted from 1, its top-left corner and its size in points.
///
/// ```
/// use domain::values::{PageSize, Position};
///
/// let a4 = PageSize::new(595.28, 841.89)?;
/// let place = Position::new(1, 111.75, 712.5, 150.0, 50.0)?;
/// assert!(place.fits(a4));
/// assert_eq!(place.y_from_bottom(a4), 841.89 - (712.5 + 50.0));
/// # Ok::<(), domain::values::GeometryError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPosition")]
pub struct Position {
    page: NonZeroU32,
    x: Points,
    y: Points,
    width: Points,
    height: Points,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPosition {
    page: u32,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Position {
    /// A box; lengths in points.
    ///
    /// # Errors
    /// [`GeometryError`]: page 0, a number that is not finite, a negative corner, an empty box.
    pub fn new(page: u32, x: f64, y: f64, width: f64, height: f64) -> Result<Self, GeometryError> {
        let page = NonZeroU32::new(page).ok_or(GeometryError::Page)?;
        let [x, y, width, height] = [Points::new(x)?, Points::new(y)?, Points::new(width)?, Points::new(height)?];
        if x.get() < 0.0 || y.get() < 0.0 {
            return Err(GeometryError::Negative);
        }
        if width.get() <= 0.0 || height.get() <= 0.0 {
            return Err(GeometryError::Empty);
        }
        Ok(Self { page, x, y, width, height })
    }

    /// The page, counted from 1.
    #[must_use]
    pub const fn page(self) -> u32 {
        self.page.get()
    }

    /// From the page's left edge to the box's left edge.
    #[must_use]
    pub const fn x(self) -> Points {
        self.x
    }

    /// From the page's top edge to the box's top edge.
    #[must_use]
    pub const fn y(self) -> Points {
        self.y
    }

    /// The box's width.
    #[must_use]
    pub const fn width(self) -> Points {
        self.width
    }

    /// The box's height.
    #[must_use]
    pub const fn height(self) -> Points {
        self.height
    }

    /// Whether the whole box lies on a page of this size, give or take [`FIT_TOLERANCE_PT`].
    #[must_use]
    pub fn fits(self, page: PageSize) -> bool {
        self.x.0 + self.width.0 <= page.width_pt + FIT_TOLERANCE_PT
            && self.y.0 + self.height.0 <= page.height_pt + FIT_TOLERANCE_PT
    }

    /// Points from the page's bottom edge up to the box's lower edge, for providers whose origin is bottom-left; their
    /// corner of the box is the lower left one. Below zero when the box does not fit.
    #[must_use]
    pub fn y_from_bottom(self, page: PageSize) -> f64 {
        page.height_pt - (self.y.0 + self.height.0)
    }
}

impl TryFrom<RawPosition> for Position {
    type Error = GeometryError;

    fn try_from(raw: RawPosition) -> Result<Self, GeometryError> {
        Self::new(raw.page, raw.x, raw.y, raw.width, raw.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(value: f64) -> Points {
        Points::new(value).unwrap()
    }

    #[test]
    fn lengths_convert_to_pixels_and_millimetres() {
        let cases = [
            (0.0, 0, 0.0),
            (72.0, 96, 25.4),
            (595.28, 794, 210.001_555_555_555_56),
            (841.89, 1123, 297.000_083_333_333_3),
            (0.375, 1, 0.132_291_666_666_666_67),
            (0.374, 0, 0.131_938_888_888_888_9),
            (-0.375, -1, -0.132_291_666_666_666_67),
        ];
        for (pt, px, mm) in cases {
            assert_eq!(points(pt).to_px(), px, "{pt}");
            assert!((points(pt).to_mm() - mm).abs() < 1e-9, "{pt}");
        }
    }

    #[test]
    fn numbers_that_are_no_place_are_refused_with_their_rule() {
        use GeometryError::{Empty, Negative, NotFinite, Page};
        let cases = [
            ((0, 1.0, 1.0, 1.0, 1.0), Page),
            ((1, -0.1, 1.0, 1.0, 1.0), Negative),
            ((1, 1.0, -0.1, 1.0, 1.0), Negative),
            ((1, 1.0, 1.0, 0.0, 1.0), Empty),
            ((1, 1.0, 1.0, 1.0, -1.0), Empty),
            ((1, f64::NAN, 1.0, 1.0, 1.0), NotFinite),
            ((1, 1.0, 1.0, 1.0, f64::INFINITY), NotFinite),
        ];
        for ((page, x, y, width, height), error) in cases {
            assert_eq!(Position::new(page, x, y, width, height), Err(error));
        }
        assert_eq!(PageSize::new(0.0, 1.0), Err(Empty));
        assert_eq!(PageSize::new(f64::NAN, 1.0), Err(NotFinite));
    }

    #[test]
    fn a_box_fits_up_to_the_edges_and_the_tolerance_only() {
        let page = PageSize::new(600.0, 800.0).unwrap();
        let fits = |x, y| Position::new(1, x, y, 100.0, 50.0).unwrap().fits(page);
        assert!(fits(0.0, 0.0));
        assert!(fits(500.0, 750.0));
        assert!(fits(500.009, 750.009));
        assert!(!fits(500.02, 750.0));
        assert!(!fits(500.0, 750.02));
    }

    #[test]
    fn json_is_checked_as_the_constructor_checks() {
        let place: Position = serde_json::from_str(r#"{"page":2,"x":1,"y":2.5,"width":3,"height":4}"#).unwrap();
        assert_eq!(place, Position::new(2, 1.0, 2.5, 3.0, 4.0).unwrap());
        let json = serde_json::to_value(place).unwrap();
        assert_eq!(json, serde_json::json!({"page": 2, "x": 1.0, "y": 2.5, "width": 3.0, "height": 4.0}));
        for wrong in [
            r#"{"page":0,"x":1,"y":2.5,"width":3,"height":4}"#,
            r#"{"page":1,"x":-1,"y":2.5,"width":3,"height":4}"#,
            r#"{"page":1,"x":1,"y":2.5,"width":3}"#,
            r#"{"page":1,"x":1,"y":2.5,"width":3,"height":4,"depth":5}"#,
        ] {
            assert!(serde_json::from_str::<Position>(wrong).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<PageSize>(r#"{"width_pt":0,"height_pt":1}"#).is_err());
        assert!(serde_json::from_str::<Points>("1e999").is_err());
    }

    proptest! {
        #[test]
        fn a_box_that_fits_also_fits_seen_from_below(
            x in 0.0..700.0_f64, y in 0.0..900.0_f64, width in 0.1..300.0_f64, height in 0.1..300.0_f64,
        ) {
            let page = PageSize::new(595.28, 841.89).unwrap();
            let place = Position::new(1, x, y, width, height).unwrap();
            if place.fits(page) {
                let bottom = place.y_from_bottom(page);
                prop_assert!(bottom >= -2.0 * FIT_TOLERANCE_PT);
                prop_assert!((bottom + height + y - page.height_pt()).abs() < 1e-9);
            }
        }

        #[test]
        fn pixels_are_within_half_a_pixel_and_keep_the_order(a in -1e6..1e6_f64, b in -1e6..1e6_f64) {
            #[expect(clippy::as_conversions, reason = "small numbers")]
            let px = points(a).to_px() as f64;
            prop_assert!((px - a * 96.0 / 72.0).abs() <= 0.5 + 1e-6);
            if a <= b {
                prop_assert!(points(a).to_px() <= points(b).to_px());
            }
        }

        #[test]
        fn millimetres_turn_back_into_points(a in -1e6..1e6_f64) {
            prop_assert!((points(a).to_mm() * 72.0 / 25.4 - a).abs() < 1e-6);
        }
    }
}
