//! Reading enumerations, domains, composite types and range types.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    CompositeAttribute, DomainCheck, Expression, Name, ObjectId, Type, TypeKind,
};

use super::{Class, ReadError, Reader, Record, text};

/// The parts of types, by the type's oid, or for attributes that of its relation.
#[derive(Default)]
struct Parts {
    labels: BTreeMap<u32, Vec<String>>,
    checks: BTreeMap<u32, BTreeMap<Name, DomainCheck>>,
    attributes: BTreeMap<u32, Vec<CompositeAttribute>>,
}

impl Reader<'_> {
    pub(super) fn read_types(&mut self) -> Result<(), ReadError> {
        let mut parts = self.read_parts()?;
        for row in self.query("types", include_str!("../queries/types.sql"), &[])? {
            let name = row.qualified_name()?;
            let oid = row.get("oid")?;
            let Some(kind) = kind(&row, oid, &mut parts)? else {
                continue;
            };
            self.ids
                .insert((Class::Type, oid), ObjectId::Type(name.clone()));
            let held = Type {
                kind,
                owner: self.owner(row.get("owner")?),
                comment: row.get("comment")?,
                grants: BTreeSet::new(),
            };
            self.catalog.types.insert(name, held);
        }
        Ok(())
    }

    fn read_parts(&mut self) -> Result<Parts, ReadError> {
        let mut parts = Parts::default();
        let query = include_str!("../queries/enum_labels.sql");
        for row in self.query("labels of enumerations", query, &[])? {
            parts.labels.insert(row.get("type")?, row.get("labels")?);
        }
        let query = include_str!("../queries/domain_checks.sql");
        for row in self.query("constraints of domains", query, &[])? {
            let expression = row.text("expression")?;
            let expression = Expression::new(text::strip_parentheses(&expression));
            let check = DomainCheck {
                expression,
                validated: row.get("validated")?,
                comment: None,
            };
            parts
                .checks
                .entry(row.get("type")?)
                .or_default()
                .insert(row.name("name")?, check);
        }
        let query = include_str!("../queries/composite_attributes.sql");
        for row in self.query("attributes of composite types", query, &[])? {
            let attribute = CompositeAttribute {
                name: row.name("name")?,
                data_type: row.get("data_type")?,
                collation: row.pair("collation")?,
                comment: row.get("comment")?,
            };
            parts
                .attributes
                .entry(row.get("relation")?)
                .or_default()
                .push(attribute);
        }
        Ok(parts)
    }
}

fn kind(row: &Record, oid: u32, parts: &mut Parts) -> Result<Option<TypeKind>, ReadError> {
    Ok(match row.text("kind")?.as_str() {
        "e" => Some(TypeKind::Enum(
            parts.labels.remove(&oid).unwrap_or_default(),
        )),
        "d" => Some(TypeKind::Domain {
            base: row.get("base")?,
            collation: row.pair("collation")?,
            default: row
                .get::<Option<String>>("default_value")?
                .map(Expression::new),
            not_null: row.get("not_null")?,
            not_null_name: None,
            checks: parts.checks.remove(&oid).unwrap_or_default(),
        }),
        "c" => {
            let relation: u32 = row.get("relation")?;
            Some(TypeKind::Composite(
                parts.attributes.remove(&relation).unwrap_or_default(),
            ))
        }
        "r" => Some(TypeKind::Range {
            subtype: row.get("subtype")?,
            subtype_operator_class: row.get("subtype_operator_class")?,
            collation: row.pair("range_collation")?,
            canonical: row.pair("canonical")?,
            subtype_diff: row.pair("subtype_diff")?,
            multirange: row.get::<Option<String>>("multirange")?.map(Name::from),
        }),
        _ => None,
    })
}
