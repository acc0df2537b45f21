//! Schemas of merge patches, made from the schemas of what they patch.

use utoipa::openapi::schema::{OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

/// The same object with nothing required, everything nullable, and without the members `without`.
pub(crate) fn all_nullable(schema: RefOr<Schema>, without: &[&str], description: &str) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    object.required.clear();
    object.description = Some(description.to_owned());
    object.examples.clear();
    object.properties.retain(|name, _| !without.contains(&name.as_str()));
    for property in object.properties.values_mut() {
        let before = std::mem::replace(property, RefOr::T(Schema::default()));
        *property = nullable(before);
    }
    RefOr::T(Schema::Object(object))
}

fn nullable(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.schema_type = with_null(object.schema_type);
            object.default = None;
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = with_null(array.schema_type);
            RefOr::T(Schema::Array(array))
        }
        // An `Option` of a component is such a choice already.
        RefOr::T(already) => RefOr::T(already),
        reference @ RefOr::Ref(_) => {
            let null = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
            RefOr::T(OneOfBuilder::new().item(null).item(reference).into())
        }
    }
}

fn with_null(schema_type: SchemaType) -> SchemaType {
    match schema_type {
        SchemaType::Type(Type::Null) => SchemaType::Type(Type::Null),
        SchemaType::Type(one) => SchemaType::Array(vec![one, Type::Null]),
        SchemaType::Array(mut several) => {
            if !several.contains(&Type::Null) {
                several.push(Type::Null);
            }
            SchemaType::Array(several)
        }
        SchemaType::AnyValue => SchemaType::AnyValue,
    }
}
