//! Attributes of composite types that are kept under another name, as columns are.

use std::collections::BTreeSet;

use pgwright_catalog::write::Writer;
use pgwright_catalog::{
    Catalog, CompositeAttribute, Name, ObjectId, QualifiedName, TypeKind, quote_literal,
};

use super::{Kept, Restored, aside_column};
use crate::change::{Change, Rank, Statement};
use crate::plan::{PlanError, PlanOptions};
use crate::step::{FileGroup, Hazard};

/// An attribute of a composite type that is kept under another name, as columns are.
pub(crate) struct KeptAttribute {
    pub name: QualifiedName,
    pub attribute: CompositeAttribute,
    pub place: usize,
    pub forward: Change,
    pub contract: Change,
    pub restore: Change,
}

impl Kept {
    /// An attribute is back.
    pub fn restored_attribute(
        &mut self,
        name: QualifiedName,
        attribute: CompositeAttribute,
        place: usize,
    ) {
        self.restored
            .push(Restored::Attribute(name, attribute, place));
    }
}

/// Keeps attributes that go of composite types that tables have, and takes them out of the catalog.
pub(crate) fn keep_attributes(
    from: &mut Catalog,
    to: &Catalog,
    options: &PlanOptions,
) -> Result<Vec<KeptAttribute>, PlanError> {
    let writer = Writer::new(options.target);
    let mut kept = Vec::new();
    let used: BTreeSet<QualifiedName> = from
        .types
        .keys()
        .filter(|name| {
            let columns = from.tables.values().flat_map(|t| &t.columns);
            columns
                .into_iter()
                .any(|c| crate::replace::names_type(&c.data_type, name))
        })
        .cloned()
        .collect();
    for (name, definition) in &mut from.types {
        let (TypeKind::Composite(attributes), Some(TypeKind::Composite(after))) =
            (&mut definition.kind, to.types.get(name).map(|t| &t.kind))
        else {
            continue;
        };
        if !used.contains(name) {
            continue;
        }
        let stays = |a: &CompositeAttribute| after.iter().find(|b| b.name == a.name);
        // Where another attribute takes a new type, the type is made anew as a whole.
        let retyped = attributes
            .iter()
            .any(|a| stays(a).is_some_and(|b| b.data_type != a.data_type));
        if retyped {
            continue;
        }
        let gone: Vec<_> = (attributes.iter().cloned().enumerate())
            .filter(|(_, a)| stays(a).is_none())
            .collect();
        attributes.retain(|a| stays(a).is_some());
        if let Some(column) = (!gone.is_empty()).then(|| default_of(to, name)).flatten() {
            return Err(PlanError::Impossible {
                object: Box::new(column),
                problem: format!(
                    "its default lists the attributes of {name} by their place, where one that goes is kept \
                     aside\nhint: --no-keep drops it at once; or let the default be a ROW that is computed"
                ),
            });
        }
        for (place, attribute) in gone {
            let aside = aside_column(&attribute.name);
            let address = format!("TYPE {}", name.quoted());
            let rename = |a: &Name, b: &Name| writer.rename_part(&address, "ATTRIBUTE", a, b);
            let begin = || {
                let object = ObjectId::Column(name.clone(), attribute.name.clone());
                Change::alter(object, FileGroup::Types, Rank::Type)
            };
            let (mut forward, mut contract, mut restore) = (begin(), begin(), begin());
            forward
                .up
                .push(Statement::from(rename(&attribute.name, &aside)).hazard(Hazard::DropsColumn));
            let drop = writer.drop_attribute(name, &aside, false);
            contract
                .up
                .push(Statement::from(drop).hazard(Hazard::LosesData));
            let there = format!(
                "EXISTS (SELECT FROM pg_attribute WHERE attrelid = {}::regclass AND attname = {} AND NOT attisdropped)",
                quote_literal(&name.quoted()),
                quote_literal(aside.as_str())
            );
            let bare = CompositeAttribute {
                comment: None,
                ..attribute.clone()
            };
            let back = [rename(&aside, &attribute.name)];
            let otherwise = [writer.add_attribute(name, &bare, false)];
            restore
                .up
                .push(writer.where_holds(&there, &back, &otherwise).into());
            kept.push(KeptAttribute {
                name: name.clone(),
                attribute: bare,
                place,
                forward,
                contract,
                restore,
            });
        }
    }
    Ok(kept)
}

/// A column whose default is a literal of a composite type.
fn default_of(catalog: &Catalog, name: &QualifiedName) -> Option<ObjectId> {
    let literal = format!("'::{}", name.quoted());
    catalog.tables.iter().find_map(|(table, definition)| {
        let mut columns = definition.columns.iter();
        let column = columns.find(|c| {
            let default = c.default.as_ref();
            default.is_some_and(|d| d.sql().contains(&literal))
        })?;
        Some(ObjectId::Column(table.clone(), column.name.clone()))
    })
}
