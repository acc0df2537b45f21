//! The pages of a document as a reader displays them.

use std::collections::HashSet;
use std::io::{Read, Seek};

use crate::document::Document;
use crate::error::{InspectError, damaged};
use crate::object::{Dictionary, Object, ObjectNumber};

/// Most pages of a document; more is [`crate::Defect::Damaged`].
pub(crate) const MAX_PAGES: usize = 100_000;
/// Most nodes of a page tree, inner nodes included.
const MAX_NODES: usize = 2 * MAX_PAGES;
const MAX_DEPTH: usize = 64;
/// Coordinates beyond this are nonsense: a hundred times the largest page that viewers display.
const MAX_COORDINATE: f64 = 1_440_000.0;
/// What viewers display when a page names no media box: US letter.
const DEFAULT_BOX: Rectangle = Rectangle { left: 0.0, bottom: 0.0, right: 612.0, top: 792.0 };

/// A point. Its unit and origin are told where it is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Horizontal position, growing to the right.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
}

/// An upright rectangle in PDF user space, where y grows upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Smallest x.
    pub left: f64,
    /// Smallest y.
    pub bottom: f64,
    /// Largest x.
    pub right: f64,
    /// Largest y.
    pub top: f64,
}

impl Rectangle {
    fn width(&self) -> f64 {
        self.right - self.left
    }

    fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// What both cover, unless that has no area.
    fn intersection(&self, other: &Self) -> Option<Self> {
        let shared = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (shared.width() > 0.0 && shared.height() > 0.0).then_some(shared)
    }
}

/// How far a page is turned clockwise when displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// Upright.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Upside down.
    Clockwise180,
    /// A quarter turn counter-clockwise.
    Clockwise270,
}

impl Rotation {
    /// The turn in degrees: 0, 90, 180 or 270.
    #[must_use]
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Clockwise90 => 90,
            Self::Clockwise180 => 180,
            Self::Clockwise270 => 270,
        }
    }

    /// Values that are no multiple of 90 count as 0, as in the common viewers.
    fn from_degrees(degrees: i64) -> Self {
        match degrees.rem_euclid(360) {
            90 => Self::Clockwise90,
            180 => Self::Clockwise180,
            270 => Self::Clockwise270,
            _ => Self::None,
        }
    }
}

/// One page as displayed: the crop box within the media box, after rotation, in points of 1/72 inch.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Width as displayed, in points.
    pub width_pt: f64,
    /// Height as displayed, in points.
    pub height_pt: f64,
    /// The turn that displaying applies.
    pub rotation: Rotation,
    /// The displayed part of the page, in user space.
    pub visible: Rectangle,
    /// Points in one unit of user space; 1 unless the page says otherwise.
    pub user_unit: f64,
}

impl Page {
    fn new(media_box: Rectangle, crop_box: Option<Rectangle>, rotation: Rotation, user_unit: f64) -> Self {
        let visible = crop_box.and_then(|crop_box| crop_box.intersection(&media_box)).unwrap_or(media_box);
        let (width, height) = (visible.width() * user_unit, visible.height() * user_unit);
        let (width_pt, height_pt) = match rotation {
            Rotation::None | Rotation::Clockwise180 => (width, height),
            Rotation::Clockwise90 | Rotation::Clockwise270 => (height, width),
        };
        Self { width_pt, height_pt, rotation, visible, user_unit }
    }

    /// Where a displayed point is in PDF user space.
    ///
    /// `x` and `y` are points (1/72 inch) to the right of and below the top-left corner of the page as displayed. The
    /// answer is in the page's own units with y growing upwards, as annotations and form fields need it.
    #[must_use]
    pub fn to_user_space(&self, x: f64, y: f64) -> Point {
        let (x, y) = (x / self.user_unit, y / self.user_unit);
        let Rectangle { left, bottom, right, top } = self.visible;
        match self.rotation {
            Rotation::None => Point { x: left + x, y: top - y },
            Rotation::Clockwise90 => Point { x: left + y, y: bottom + x },
            Rotation::Clockwise180 => Point { x: right - x, y: bottom + y },
            Rotation::Clockwise270 => Point { x: right - y, y: top - x },
        }
    }

    /// Where a point of PDF user space is displayed: the inverse of [`Self::to_user_space`].
    #[must_use]
    pub fn from_user_space(&self, x: f64, y: f64) -> Point {
        let Rectangle { left, bottom, right, top } = self.visible;
        let (x, y) = match self.rotation {
            Rotation::None => (x - left, top - y),
            Rotation::Clockwise90 => (y - bottom, x - left),
            Rotation::Clockwise180 => (right - x, y - bottom),
            Rotation::Clockwise270 => (top - y, right - x),
        };
        Point { x: x * self.user_unit, y: y * self.user_unit }
    }
}

/// Page attributes that a node of the page tree hands down (ISO 32000-1 table 30).
#[derive(Debug, Clone, Copy, Default)]
struct Inherited {
    media_box: Option<Rectangle>,
    crop_box: Option<Rectangle>,
    rotation: Rotation,
}

/// An inner node of the page tree whose children are being visited.
struct Branch {
    number: ObjectNumber,
    children: std::vec::IntoIter<Object>,
    inherited: Inherited,
}

/// All pages in reading order.
pub(crate) fn pages<R: Read + Seek>(document: &mut Document<'_, R>) -> Result<Vec<Page>, InspectError> {
    let mut pages = Vec::new();
    let mut path: Vec<Branch> = Vec::new();
    let mut above: HashSet<ObjectNumber> = HashSet::new();
    let mut nodes = 0;
    let mut next = Some((document.catalog()?.get("Pages").clone(), Inherited::default()));

    while let Some((node, inherited)) = next.take() {
        let number = node.as_reference().ok_or_else(|| damaged("the page tree is broken"))?;
        let node = document.object(number)?.into_dictionary();
        let node = node.ok_or_else(|| damaged(format!("object {number} of the page tree is missing")))?;
        let inherited = inherit(document, &node, inherited)?;
        match document.resolve(node.get("Kids"))?.into_array() {
            Some(children) if !node.is_of_type("Page") => {
                nodes += children.len();
                if nodes > MAX_NODES || path.len() >= MAX_DEPTH || !above.insert(number) {
                    return Err(damaged("the page tree is too large or leads back to itself"));
                }
                path.push(Branch { number, children: children.into_iter(), inherited });
            }
            _ if node.is_of_type("Pages") => return Err(damaged("the page tree is broken")),
            _ if pages.len() >= MAX_PAGES => return Err(damaged("the document has too many pages")),
            _ => pages.push(page(document, &node, inherited)?),
        }
        while let Some(branch) = path.last_mut() {
            if let Some(child) = branch.children.next() {
                next = Some((child, branch.inherited));
                break;
            }
            above.remove(&branch.number);
            path.pop();
        }
    }
    if pages.is_empty() { Err(damaged("the document has no pages")) } else { Ok(pages) }
}

fn inherit<R: Read + Seek>(
    document: &mut Document<'_, R>,
    node: &Dictionary,
    inherited: Inherited,
) -> Result<Inherited, InspectError> {
    let rotation = document.resolve(node.get("Rotate"))?.as_number();
    Ok(Inherited {
        media_box: rectangle(document, node.get("MediaBox"))?.or(inherited.media_box),
        crop_box: rectangle(document, node.get("CropBox"))?.or(inherited.crop_box),
        rotation: rotation.map_or(inherited.rotation, |degrees| {
            format!("{degrees:.0}").parse().map_or(Rotation::None, Rotation::from_degrees)
        }),
    })
}

fn page<R: Read + Seek>(
    document: &mut Document<'_, R>,
    node: &Dictionary,
    inherited: Inherited,
) -> Result<Page, InspectError> {
    let user_unit = document.resolve(node.get("UserUnit"))?.as_number().unwrap_or(1.0);
    if !(0.001..=1000.0).contains(&user_unit) {
        return Err(damaged("a page has a nonsensical unit"));
    }
    let media_box = inherited.media_box.unwrap_or(DEFAULT_BOX);
    Ok(Page::new(media_box, inherited.crop_box, inherited.rotation, user_unit))
}

/// A rectangle from any two opposite corners; `None` when absent.
fn rectangle<R: Read + Seek>(
    document: &mut Document<'_, R>,
    object: &Object,
) -> Result<Option<Rectangle>, InspectError> {
    let malformed = || damaged("a page has a malformed box");
    let Some(value) = document.resolve(object)?.present() else {
        return Ok(None);
    };
    let corners = value.into_array().ok_or_else(malformed)?;
    let mut numbers = [0.0; 4];
    if corners.len() != numbers.len() {
        return Err(malformed());
    }
    for (number, corner) in numbers.iter_mut().zip(&corners) {
        let value = document.resolve(corner)?.as_number().ok_or_else(malformed)?;
        if value.abs() > MAX_COORDINATE {
            return Err(malformed());
        }
        *number = value;
    }
    let [x1, y1, x2, y2] = numbers;
    let found = Rectangle { left: x1.min(x2), bottom: y1.min(y2), right: x1.max(x2), top: y1.max(y2) };
    if found.width() > 0.0 && found.height() > 0.0 { Ok(Some(found)) } else { Err(malformed()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rotation: Rotation, user_unit: f64) -> Page {
        let media_box = Rectangle { left: 0.0, bottom: 0.0, right: 600.0, top: 800.0 };
        let crop_box = Rectangle { left: 10.0, bottom: 20.0, right: 410.0, top: 720.0 };
        Page::new(media_box, Some(crop_box), rotation, user_unit)
    }

    /// A corner of the visible part as (x, y) in user space.
    fn top_left(rotation: Rotation) -> (f64, f64) {
        let corner = page(rotation, 1.0).to_user_space(0.0, 0.0);
        (corner.x, corner.y)
    }

    #[test]
    fn turning_moves_each_corner_of_the_crop_box_to_the_top_left() {
        assert_eq!(top_left(Rotation::None), (10.0, 720.0));
        assert_eq!(top_left(Rotation::Clockwise90), (10.0, 20.0));
        assert_eq!(top_left(Rotation::Clockwise180), (410.0, 20.0));
        assert_eq!(top_left(Rotation::Clockwise270), (410.0, 720.0));
    }

    #[test]
    fn every_conversion_can_be_undone_and_stays_within_the_crop_box() {
        for rotation in [Rotation::None, Rotation::Clockwise90, Rotation::Clockwise180, Rotation::Clockwise270] {
            for unit in [1.0, 2.0] {
                let page = page(rotation, unit);
                let there = page.to_user_space(page.width_pt, page.height_pt / 4.0);
                assert!(
                    (10.0..=410.0).contains(&there.x) && (20.0..=720.0).contains(&there.y),
                    "{rotation:?} {there:?}"
                );
                let back = page.from_user_space(there.x, there.y);
                assert_eq!(back, Point { x: page.width_pt, y: page.height_pt / 4.0 }, "{rotation:?}");
            }
        }
    }

    #[test]
    fn sizes_are_those_of_the_displayed_page() {
        let size = |page: Page| (page.width_pt, page.height_pt);
        assert_eq!(size(page(Rotation::None, 1.0)), (400.0, 700.0));
        assert_eq!(size(page(Rotation::Clockwise270, 2.0)), (1400.0, 800.0));
    }

    #[test]
    fn a_crop_box_beyond_the_media_box_is_clipped_or_ignored() {
        let media_box = Rectangle { left: 0.0, bottom: 0.0, right: 100.0, top: 100.0 };
        let larger = Rectangle { left: -50.0, bottom: 10.0, right: 500.0, top: 500.0 };
        let outside = Rectangle { left: 200.0, bottom: 200.0, right: 300.0, top: 300.0 };
        let clipped = Page::new(media_box, Some(larger), Rotation::None, 1.0);
        assert_eq!((clipped.width_pt, clipped.height_pt), (100.0, 90.0));
        assert_eq!(Page::new(media_box, Some(outside), Rotation::None, 1.0).visible, media_box);
    }

    #[test]
    fn rotations_are_normalised() {
        let degrees = [0, 90, -90, 450, 720, 45].map(|degrees| Rotation::from_degrees(degrees).degrees());
        assert_eq!(degrees, [0, 90, 270, 90, 0, 0]);
    }
}
