//! Places of signatures: points from the top left of the displayed page become millimetres from the same corner.
//! Source: contract section 6.

use domain::envelope::{ActsAs, Field, RecipientSpec};

use super::settings::BoxSize;
use super::wire::sent::{Place, Position};

/// Points as millimetres, with two decimals.
pub(super) fn mm(points: f64) -> f64 {
    (points * 25.4 / 72.0 * 100.0).round() / 100.0
}

/// Millimetres as points.
pub(super) fn points(mm: f64) -> f64 {
    mm * 72.0 / 25.4
}

/// The distance from an edge that stands for none at all: a zero is refused. Source: contract section 2.1.
const LEAST_MM: f64 = 0.01;

/// The box of a field, in the account's size where the field has none.
pub(super) fn place(field: &Field, default: BoxSize) -> Place {
    Place {
        pagina: field.page,
        altura: field.height.map_or(default.height, mm),
        largura: field.width.map_or(default.width, mm),
        posicao_x: mm(field.x).max(LEAST_MM),
        posicao_y: mm(field.y).max(LEAST_MM),
    }
}

/// For whom a signature stands in a field: as a person, as an organization.
pub(super) fn kinds(field: &Field, spec: &RecipientSpec) -> (bool, bool) {
    match field.acts_as.unwrap_or(spec.acts_as) {
        ActsAs::Person => (true, false),
        ActsAs::Organization => (false, true),
        ActsAs::Both => (true, true),
    }
}

/// The positions of a signer, one for each document that has a field.
pub(super) fn positions(spec: &RecipientSpec, documents: impl Iterator<Item = u32>, default: BoxSize) -> Vec<Position> {
    documents
        .filter_map(|document| {
            let of = |as_person: bool| {
                let fits = |field: &&Field| {
                    let (person, organization) = kinds(field, spec);
                    field.document == document && if as_person { person } else { organization }
                };
                spec.fields.iter().find(fits).map(|field| place(field, default))
            };
            let (person, organization) = (of(true), of(false));
            (person.is_some() || organization.is_some()).then_some(Position {
                documento_de_ordem: document,
                pessoa_fisica: person,
                pessoa_juridica: organization,
            })
        })
        .collect()
}
