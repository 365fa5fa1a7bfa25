//! Where attributes live: which table, which columns, in what order.
//!
//! Column names are planned for the whole brief before any column is made, so that every family can
//! speak of every attribute; the columns themselves are then put in the brief's order, whichever
//! family makes them first.

use std::collections::BTreeSet;

use pgwright_brief::model::{
    Attribute, AttributeKind, Brief, Entity, Kind, PartOf, Reference, Role, ValueType,
};
use pgwright_catalog::{Column, Name, QualifiedName};

use crate::draft::{Columns, Draft, KeyKind};
use crate::names;

/// The part of an entity that an attribute belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Place<'b> {
    /// The entity itself.
    Entity,
    /// One of its kinds: a column of the entity's table, filled for that kind only.
    Kind(&'b Kind),
    /// A role: a column of the role's table.
    Role(&'b Role),
}

/// An attribute and where it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'b> {
    /// Entity.
    pub entity: &'b Entity,
    /// Part of it.
    pub place: Place<'b>,
    /// Attribute.
    pub attribute: &'b Attribute,
}

impl<'b> Stored<'b> {
    /// Every attribute of an entity: its own, those of its kinds, those of its roles.
    pub fn of(entity: &'b Entity) -> Vec<Self> {
        let at = |place| {
            move |attribute| Self {
                entity,
                place,
                attribute,
            }
        };
        let mut all: Vec<Self> = entity.attributes.iter().map(at(Place::Entity)).collect();
        for kind in entity.kinds.iter().flat_map(|k| &k.kinds) {
            for attribute in kind.attributes.iter().map(at(Place::Kind(kind))) {
                // Two kinds may have the same attribute: it is one column.
                if !all
                    .iter()
                    .any(|s| s.attribute.name == attribute.attribute.name)
                {
                    all.push(attribute);
                }
            }
        }
        for role in &entity.roles {
            all.extend(role.attributes.iter().map(at(Place::Role(role))));
        }
        all
    }

    /// Every attribute of the entities that the design creates.
    pub fn of_brief(brief: &'b Brief) -> Vec<Self> {
        brief
            .entities
            .iter()
            .filter(|e| e.existing.is_none())
            .flat_map(Self::of)
            .collect()
    }

    /// The table it is stored in.
    pub fn table(&self, draft: &Draft<'_>) -> QualifiedName {
        let plan = draft.plan(&self.entity.name);
        match self.place {
            Place::Role(role) => plan
                .role_tables
                .get(&role.name)
                .map_or_else(|| plan.table.clone(), |r| r.table.clone()),
            Place::Entity | Place::Kind(_) => plan.table.clone(),
        }
    }

    /// Its columns.
    pub fn columns(&self, draft: &Draft<'_>) -> Option<Columns> {
        let plan = draft.plan(&self.entity.name);
        let columns = match self.place {
            Place::Role(role) => &plan.role_tables.get(&role.name)?.columns,
            Place::Entity | Place::Kind(_) => &plan.columns,
        };
        columns.get(&self.attribute.name).cloned()
    }

    /// Its columns may be empty: it may be unknown, or belongs to one kind only.
    pub fn nullable(&self) -> bool {
        self.attribute.optional || matches!(self.place, Place::Kind(_))
    }

    /// As a person would name it: `opportunity.stage`, `organization.operator.segment`.
    pub fn part(&self) -> String {
        match self.place {
            Place::Role(role) => {
                format!("{}.{}.{}", self.entity.name, role.name, self.attribute.name)
            }
            Place::Entity | Place::Kind(_) => {
                format!("{}.{}", self.entity.name, self.attribute.name)
            }
        }
    }

    /// The name of a rule that the attribute implies: `contact.email_unique`.
    pub fn rule(&self, what: &str) -> String {
        format!("{}_{what}", self.part())
    }
}

/// The tenant's column in the rows of an entity; in the tenant's own rows, their key.
pub fn tenant_value(draft: &Draft<'_>, entity: &str) -> Option<Name> {
    let plan = draft.plan(entity);
    if let Some(column) = &plan.tenant_column {
        return Some(column.clone());
    }
    let tenancy = draft.brief.policies.tenancy.as_ref()?;
    if tenancy.tenant != entity {
        return None;
    }
    plan.key.first().map(|(column, _)| column.clone())
}

/// Columns of a reference called `name`, in the order of the target's key, and those of them that
/// it alone uses. `holder_tenant` is the tenant's column where the reference is stored: two rows of
/// one tenant share it, so that a reference can never lead to another tenant's row.
pub fn reference_columns(
    draft: &Draft<'_>,
    holder_tenant: Option<&Name>,
    name: &str,
    target: &Reference,
) -> (Vec<Name>, Vec<Name>) {
    let plan = draft.plan(&target.entity);
    let mut columns = Vec::new();
    let mut own = Vec::new();
    for (column, _) in &plan.key {
        if let (Some(tenant), Some(shared)) = (&plan.tenant_column, holder_tenant)
            && tenant == column
        {
            columns.push(shared.clone());
            continue;
        }
        let made = match &plan.key_kind {
            KeyKind::Identity(id) | KeyKind::Uuid(id) if id == column => "id",
            _ => column.as_str(),
        };
        let column = if made == name {
            names::shortened(name, "")
        } else {
            names::shortened(name, made)
        };
        columns.push(column.clone());
        own.push(column);
    }
    // The column a reader thinks of comes last: the partition column does not.
    if let Some(partition) = &plan.partition
        && own.len() > 1
        && plan
            .key
            .last()
            .is_some_and(|(column, _)| *column == partition.column)
        && let Some(last) = own.pop()
    {
        let before = own.len() - 1;
        own.insert(before, last);
    }
    (columns, own)
}

/// The reference to the whole.
pub fn whole(part: &PartOf) -> Reference {
    Reference {
        entity: part.whole.clone(),
        role: None,
        hierarchy: false,
        single: part.single,
    }
}

/// Plans the columns of every attribute. Keys are final by now.
pub fn plan_columns(draft: &mut Draft<'_>) {
    let brief = draft.brief;
    for entity in &brief.entities {
        plan_entity(draft, entity);
    }
}

fn plan_entity(draft: &mut Draft<'_>, entity: &Entity) {
    let plan = draft.plan(&entity.name);
    let tenant = tenant_value(draft, &entity.name);
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    if !matches!(plan.key_kind, KeyKind::Natural) {
        taken.extend(plan.key.iter().map(|(column, _)| column.clone()));
    }
    // A key that the brief gives is the attribute's own column.
    if let KeyKind::Uuid(column) = &plan.key_kind
        && entity
            .key
            .as_ref()
            .is_some_and(|key| key.iter().any(|k| *k == column.as_str()))
    {
        taken.remove(column);
    }
    if let Some(partition) = &plan.partition {
        taken.remove(&partition.column);
    }
    if let Some(part) = &entity.part_of {
        let target = whole(part);
        let (columns, own) = reference_columns(draft, tenant.as_ref(), &part.name, &target);
        taken.extend(own.iter().cloned());
        let columns = Columns::Reference {
            columns,
            own,
            target,
        };
        draft
            .plan_mut(&entity.name)
            .columns
            .insert(part.name.clone(), columns);
    }
    if let Some(kinds) = &entity.kinds {
        let column = free(&mut taken, &kinds.attribute, &entity.name);
        draft
            .plan_mut(&entity.name)
            .columns
            .insert(kinds.attribute.clone(), Columns::One(column));
    }
    for stored in Stored::of(entity) {
        match stored.place {
            Place::Entity | Place::Kind(_) => {
                let columns = attribute_columns(draft, &stored, tenant.as_ref(), &mut taken);
                draft
                    .plan_mut(&entity.name)
                    .columns
                    .insert(stored.attribute.name.clone(), columns);
            }
            Place::Role(_) => {}
        }
    }
    for role in &entity.roles {
        let Some(table) = draft.plan(&entity.name).role_tables.get(&role.name) else {
            continue;
        };
        let mut taken: BTreeSet<Name> = table.key.iter().map(|(c, _)| c.clone()).collect();
        let tenant = tenant
            .as_ref()
            .and_then(|_| table.key.first())
            .map(|(column, _)| column.clone());
        for attribute in &role.attributes {
            let stored = Stored {
                entity,
                place: Place::Role(role),
                attribute,
            };
            let columns = attribute_columns(draft, &stored, tenant.as_ref(), &mut taken);
            if let Some(table) = draft.plan_mut(&entity.name).role_tables.get_mut(&role.name) {
                table.columns.insert(attribute.name.clone(), columns);
            }
        }
    }
}

/// `wanted`, or another name when another attribute of the table has it already.
fn free(taken: &mut BTreeSet<Name>, wanted: &str, entity: &str) -> Name {
    let mut name = names::shortened(wanted, "");
    if taken.contains(&name) {
        name = names::shortened(&format!("{entity}_{wanted}"), "");
    }
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = names::shortened(wanted, &number.to_string());
        number += 1;
    }
    name
}

fn attribute_columns(
    draft: &Draft<'_>,
    stored: &Stored<'_>,
    tenant: Option<&Name>,
    taken: &mut BTreeSet<Name>,
) -> Columns {
    let attribute = stored.attribute;
    let name = attribute.name.as_str();
    let entity = stored.entity.name.as_str();
    match &attribute.kind {
        AttributeKind::Value(meaning) => match parts(meaning) {
            [] => Columns::One(free(taken, name, entity)),
            parts => Columns::Several(
                parts
                    .iter()
                    .map(|part| {
                        let column = match *part {
                            // The amount is what an expression over the attribute means.
                            "amount" => name.to_owned(),
                            part => format!("{name}_{part}"),
                        };
                        ((*part).to_owned(), free(taken, &column, entity))
                    })
                    .collect(),
            ),
        },
        AttributeKind::OneOf(_) | AttributeKind::States(_) => {
            Columns::One(free(taken, name, entity))
        }
        AttributeKind::Lookup => Columns::One(free(taken, &format!("{name}_id"), entity)),
        AttributeKind::Reference(target) => {
            let (columns, own) = unused_reference(draft, tenant, name, name, target, taken);
            Columns::Reference {
                columns,
                own,
                target: target.clone(),
            }
        }
        AttributeKind::Either(targets) => Columns::Either(
            targets
                .iter()
                .map(|target| {
                    let called = target.role.as_ref().unwrap_or(&target.entity);
                    let (columns, _) = unused_reference(draft, tenant, called, name, target, taken);
                    (target.clone(), columns)
                })
                .collect(),
        ),
        AttributeKind::Many { .. } => Columns::Table(junction_table(draft, stored)),
    }
}

/// Reference columns called by `called`, or by the attribute too when those are taken.
fn unused_reference(
    draft: &Draft<'_>,
    tenant: Option<&Name>,
    called: &str,
    attribute: &str,
    target: &Reference,
    taken: &mut BTreeSet<Name>,
) -> (Vec<Name>, Vec<Name>) {
    let (mut columns, mut own) = reference_columns(draft, tenant, called, target);
    // The tenant's column may itself be the reference's own: it stays as it was decided.
    let is_taken = |c: &Name| Some(c) != tenant && taken.contains(c);
    if own.iter().any(is_taken) {
        let longer = if called == attribute {
            format!("{called}_{}", target.entity)
        } else {
            format!("{attribute}_{called}")
        };
        (columns, own) = reference_columns(draft, tenant, &longer, target);
    }
    taken.extend(own.iter().filter(|c| Some(*c) != tenant).cloned());
    (columns, own)
}

/// The parts of values that take several columns; none for values of one column.
pub fn parts(meaning: &ValueType) -> &'static [&'static str] {
    match meaning {
        ValueType::Address => &["street", "postal_code", "city", "region", "country"],
        ValueType::Money {
            with_currency: true,
            ..
        } => &["amount", "currency"],
        ValueType::Coordinates => &["latitude", "longitude"],
        _ => &[],
    }
}

/// The table of a reference to many.
fn junction_table(draft: &Draft<'_>, stored: &Stored<'_>) -> QualifiedName {
    let base = match stored.place {
        Place::Role(role) => &role.name,
        Place::Entity | Place::Kind(_) => &stored.entity.name,
    };
    let singular = format!("{base}_{}", names::singular(&stored.attribute.name));
    free_relation(draft, &singular)
}

/// A table name, made plural as the brief's naming wants it, that no other table or view has.
pub fn free_relation(draft: &Draft<'_>, singular: &str) -> QualifiedName {
    let mut name = draft.table_name(singular, Some(&plural(singular)));
    let mut number = 2;
    while relation_taken(draft, &name) {
        name = draft.qualified(names::shortened(
            draft
                .table_name(singular, Some(&plural(singular)))
                .name
                .as_str(),
            &number.to_string(),
        ));
        number += 1;
    }
    name
}

/// The plural of a name in which `of` may stand: `units_of_measure`.
pub fn plural(name: &str) -> String {
    match name.split_once("_of_") {
        Some((head, tail)) => format!("{}_of_{tail}", names::plural(head)),
        None => names::plural(name),
    }
}

/// Tables, views and types share one space of names in a schema.
fn relation_taken(draft: &Draft<'_>, name: &QualifiedName) -> bool {
    is_planned(draft, name)
        || draft.catalog.tables.contains_key(name)
        || draft.catalog.types.contains_key(name)
}

/// A table or view of that name is planned, whether or not it has been built yet.
fn is_planned(draft: &Draft<'_>, name: &QualifiedName) -> bool {
    let reports = &draft.brief.reports;
    draft.entities.values().any(|plan| {
        plan.table == *name
            || plan.read_relation == *name
            || plan.role_tables.values().any(|r| r.table == *name)
            || plan
                .columns
                .values()
                .any(|c| matches!(c, Columns::Table(t) if t == name))
    }) || (name.schema == draft.schema() && reports.iter().any(|r| r.name == name.name.as_str()))
}

/// A name for a type that no planned table or view has. It is the same whenever it is asked for:
/// what has been built so far does not count.
pub fn free_type(draft: &Draft<'_>, wanted: &str) -> QualifiedName {
    let mut name = draft.qualified(names::shortened(wanted, ""));
    if is_planned(draft, &name) {
        name = draft.qualified(names::shortened(wanted, "type"));
    }
    let mut number = 2;
    while is_planned(draft, &name) {
        name = draft.qualified(names::shortened(wanted, &number.to_string()));
        number += 1;
    }
    name
}

/// Puts columns of an attribute into its table, in the brief's order. A column that is there
/// already (a key's, the tenant's) takes over what the new one says.
pub fn put(draft: &mut Draft<'_>, stored: &Stored<'_>, columns: Vec<Column>) {
    let table = stored.table(draft);
    match stored.place {
        Place::Role(role) => {
            let Some(made) = draft.plan(&stored.entity.name).role_tables.get(&role.name) else {
                return;
            };
            let mut order: Vec<Name> = made.key.iter().map(|(c, _)| c.clone()).collect();
            for attribute in &role.attributes {
                order.extend(
                    made.columns
                        .get(&attribute.name)
                        .map(Columns::all)
                        .unwrap_or_default(),
                );
            }
            if let Some(table) = draft.catalog.tables.get_mut(&table) {
                for column in columns {
                    merge(&mut table.columns, column, |column| {
                        place_in(&order, column)
                    });
                }
            }
        }
        Place::Entity | Place::Kind(_) => put_in_entity(draft, stored.entity, columns),
    }
}

/// Puts columns into an entity's table: first the key, then the whole, the kind, and attributes in
/// the brief's order, then everything else as it comes.
pub fn put_in_entity(draft: &mut Draft<'_>, entity: &Entity, columns: Vec<Column>) {
    let plan = draft.plan(&entity.name);
    let mut order: Vec<Name> = Vec::new();
    let partition = plan.partition.as_ref().map(|p| &p.column);
    order.extend(
        plan.key
            .iter()
            .map(|(column, _)| column.clone())
            .filter(|c| Some(c) != partition || plan.key_kind == KeyKind::Natural),
    );
    order.extend(plan.tenant_column.clone());
    let of = |name: &str| plan.columns.get(name).map(Columns::all).unwrap_or_default();
    if let Some(part) = &entity.part_of {
        order.extend(of(&part.name));
    }
    order.extend(plan.carried.iter().flat_map(|(_, c)| c.clone()));
    if let Some(kinds) = &entity.kinds {
        order.extend(of(&kinds.attribute));
    }
    for (attribute, _) in Draft::stored_attributes(entity) {
        order.extend(of(&attribute.name));
    }
    let name = plan.table.clone();
    let Some(table) = draft.catalog.tables.get_mut(&name) else {
        return;
    };
    for column in columns {
        merge(&mut table.columns, column, |column| {
            place_in(&order, column)
        });
    }
}

/// Where a column stands; one that the order does not know comes last.
fn place_in(order: &[Name], column: &Name) -> usize {
    order.iter().position(|c| c == column).unwrap_or(usize::MAX)
}

fn merge(columns: &mut Vec<Column>, column: Column, rank: impl Fn(&Name) -> usize) {
    if let Some(there) = columns.iter_mut().find(|c| c.name == column.name) {
        there.not_null |= column.not_null;
        there.default = there.default.take().or(column.default);
        there.generated = there.generated.take().or(column.generated);
        there.comment = there.comment.take().or(column.comment);
        return;
    }
    let new = rank(&column.name);
    let at = columns
        .iter()
        .position(|c| rank(&c.name) > new)
        .unwrap_or(columns.len());
    columns.insert(at, column);
}

/// The type of a column that is in the catalog.
pub fn column_type(draft: &Draft<'_>, table: &QualifiedName, column: &Name) -> Option<String> {
    let table = draft.catalog.tables.get(table)?;
    table.column(column.as_str()).map(|c| c.data_type.clone())
}
