//! How SQL sees a brief: relations are entities and roles, columns are attributes.

use crate::model::{Attribute, AttributeKind, Brief, Entity, Kinds, PartOf, Reference, ValueType};

/// A relation that SQL in a brief may name.
#[derive(Debug, Clone)]
pub struct VocabularyRelation<'a> {
    /// The name.
    pub name: String,
    /// The entity whose rows it holds, or to which the list belongs.
    pub entity: &'a Entity,
    /// What it is.
    pub source: RelationSource<'a>,
    /// Its columns.
    pub columns: Vec<Column<'a>>,
}

/// What a relation is.
#[derive(Debug, Clone, Copy)]
pub enum RelationSource<'a> {
    /// An entity: all its rows.
    Entity,
    /// A role: the entity's rows that play it.
    Role(&'a str),
    /// `many` references: `practitioner_specialties`, one row for each pair. Named
    /// `entity_attribute`; its columns are the entity and the referenced entity.
    Many(&'a Attribute),
    /// A list that users maintain: named `entity_attribute`, columns `id` and `name`.
    Lookup(&'a Attribute),
}

/// A column that SQL in a brief may name.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// The name.
    pub name: String,
    /// What it is.
    pub source: ColumnSource<'a>,
    /// What it refers to, when it is a reference.
    pub target: Option<Reference>,
}

/// What a column is.
#[derive(Debug, Clone, Copy)]
pub enum ColumnSource<'a> {
    /// The entity's key, `id`.
    Key,
    /// The reference to the whole.
    Whole(&'a PartOf),
    /// The attribute that tells the kind.
    Kind(&'a Kinds),
    /// An attribute, of the entity itself or of one of its roles or kinds.
    Attribute(&'a Attribute, Holder<'a>),
    /// One of the references of an `either`.
    Alternative(&'a Attribute, &'a Reference, Holder<'a>),
    /// A part of a value that takes several columns, see [`value_parts`].
    Part(&'a Attribute, &'static str, Holder<'a>),
    /// A side of `many` references, or the name in a list that users maintain.
    List(&'a Attribute),
}

/// Who has an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<'a> {
    /// The entity.
    Entity,
    /// A role of it.
    Role(&'a str),
    /// A kind of it.
    Kind(&'a str),
}

impl Entity {
    /// Its attributes with those of its roles and kinds.
    pub fn all_attributes(&self) -> impl Iterator<Item = (&Attribute, Holder<'_>)> {
        let own = self.attributes.iter().map(|a| (a, Holder::Entity));
        let roles = self.roles.iter().flat_map(|role| {
            role.attributes
                .iter()
                .map(|a| (a, Holder::Role(&role.name)))
        });
        let kinds = self.kinds.iter().flat_map(|kinds| {
            kinds.kinds.iter().flat_map(|kind| {
                kind.attributes
                    .iter()
                    .map(|a| (a, Holder::Kind(&kind.name)))
            })
        });
        own.chain(roles).chain(kinds)
    }

    /// The columns that SQL over this entity sees, those of its roles and kinds included.
    pub fn columns(&self) -> Vec<Column<'_>> {
        let plain = |name: &str, source| Column {
            name: name.to_owned(),
            source,
            target: None,
        };
        let mut columns = vec![plain("id", ColumnSource::Key)];
        if let Some(part) = &self.part_of {
            let target = Some(Reference {
                entity: part.whole.clone(),
                role: None,
                hierarchy: false,
                single: part.single,
            });
            columns.push(Column {
                name: part.name.clone(),
                source: ColumnSource::Whole(part),
                target,
            });
        }
        if let Some(kinds) = &self.kinds {
            columns.push(plain(&kinds.attribute, ColumnSource::Kind(kinds)));
        }
        for (attribute, holder) in self.all_attributes() {
            let source = ColumnSource::Attribute(attribute, holder);
            match &attribute.kind {
                AttributeKind::Many { .. } => {}
                AttributeKind::Reference(target) => columns.push(Column {
                    name: attribute.name.clone(),
                    source,
                    target: Some(target.clone()),
                }),
                AttributeKind::Either(targets) => {
                    for target in targets {
                        columns.push(Column {
                            name: self.alternative_name(attribute, target),
                            source: ColumnSource::Alternative(attribute, target, holder),
                            target: Some(target.clone()),
                        });
                    }
                }
                AttributeKind::Value(value) => {
                    if value_parts(value).is_empty() {
                        columns.push(plain(&attribute.name, source));
                    }
                    for part in value_parts(value) {
                        // The amount is what an expression over the attribute means.
                        let name = match *part {
                            "amount" => attribute.name.clone(),
                            part => format!("{}_{part}", attribute.name),
                        };
                        columns.push(plain(&name, ColumnSource::Part(attribute, part, holder)));
                    }
                }
                _ => columns.push(plain(&attribute.name, source)),
            }
        }
        columns
    }

    /// The name of one of the references of an `either`: that of its target, with the attribute's
    /// name in front when another attribute is called so.
    pub fn alternative_name(&self, attribute: &Attribute, target: &Reference) -> String {
        let name = target.role.as_ref().unwrap_or(&target.entity);
        let taken = self.part_of.as_ref().is_some_and(|part| part.name == *name)
            || self.all_attributes().any(|(other, _)| {
                other.name == *name
                    || (other.name != attribute.name
                        && matches!(&other.kind, AttributeKind::Either(targets)
                            if targets.iter().any(|t| t.role.as_ref().unwrap_or(&t.entity) == name)))
            });
        if taken {
            format!("{}_{name}", attribute.name)
        } else {
            name.clone()
        }
    }
}

/// The parts of a value that takes several columns: `billing_address_city`, and `price` with
/// `price_currency` for an amount that carries its currency. None for values of one column.
pub fn value_parts(value: &ValueType) -> &'static [&'static str] {
    match value {
        ValueType::Address => &["street", "postal_code", "city", "region", "country"],
        ValueType::Money {
            with_currency: true,
            ..
        } => &["amount", "currency"],
        ValueType::Coordinates => &["latitude", "longitude"],
        _ => &[],
    }
}

/// The relations that SQL in the brief may name, in order.
pub fn vocabulary(brief: &Brief) -> Vec<VocabularyRelation<'_>> {
    relations(&brief.entities)
}

pub(crate) fn relations(entities: &[Entity]) -> Vec<VocabularyRelation<'_>> {
    let mut relations = Vec::new();
    for entity in entities {
        let mut add = |name: String, source, columns| {
            relations.push(VocabularyRelation {
                name,
                entity,
                source,
                columns,
            });
        };
        add(
            entity.name.clone(),
            RelationSource::Entity,
            entity.columns(),
        );
        for role in &entity.roles {
            add(
                role.name.clone(),
                RelationSource::Role(&role.name),
                entity.columns(),
            );
        }
        for (attribute, _) in entity.all_attributes() {
            let name = format!("{}_{}", entity.name, attribute.name);
            let column = |name: &str, target| Column {
                name: name.to_owned(),
                source: ColumnSource::List(attribute),
                target,
            };
            match &attribute.kind {
                AttributeKind::Many { to, .. } => {
                    let target = to.role.as_ref().unwrap_or(&to.entity);
                    let other = if *target == entity.name {
                        format!("other_{target}")
                    } else {
                        target.clone()
                    };
                    let columns =
                        vec![column(&entity.name, None), column(&other, Some(to.clone()))];
                    add(name, RelationSource::Many(attribute), columns);
                }
                AttributeKind::Lookup => {
                    let columns = vec![column("id", None), column("name", None)];
                    add(name, RelationSource::Lookup(attribute), columns);
                }
                _ => {}
            }
        }
    }
    relations
}
