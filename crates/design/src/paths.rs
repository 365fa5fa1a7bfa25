//! Paths of references followed in SQL: joins from a row under the trigger's `NEW`.

use pgwright_brief::model::Reference;
use pgwright_catalog::{Name, QualifiedName, quote_identifier};

use crate::draft::{Columns, Draft};
use crate::trigger_rules::equal;

/// Where a path of references ends.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Table expression: joined tables with their aliases.
    pub from: String,
    /// The condition that ties the first table to `NEW`.
    pub condition: String,
    /// Alias of the last table.
    pub alias: String,
    /// The column that the path ends in.
    pub column: Name,
    /// Every table that is read.
    pub tables: Vec<QualifiedName>,
}

/// One reference of a path.
#[derive(Debug, Clone)]
pub struct Step {
    /// Referencing columns.
    pub columns: Vec<Name>,
    /// What is referenced.
    pub target: Reference,
}

/// The reference that an attribute of an entity (or of the role it is seen in) is.
pub fn step(draft: &Draft<'_>, from: &Reference, attribute: &str) -> Option<Step> {
    let plan = draft.entities.get(&from.entity)?;
    let of_role = from
        .role
        .as_ref()
        .and_then(|role| plan.role_tables.get(role))
        .and_then(|role_table| role_table.columns.get(attribute));
    match plan.columns.get(attribute).or(of_role)? {
        Columns::Reference {
            columns, target, ..
        } => Some(Step {
            columns: columns.clone(),
            target: target.clone(),
        }),
        _ => None,
    }
}

/// A plain reference to an entity.
pub fn to_entity(entity: &str) -> Reference {
    Reference {
        entity: entity.to_owned(),
        role: None,
        hierarchy: false,
        single: false,
    }
}

/// The table and column that hold an attribute of a referenced row: the entity's own, or those of
/// the role that the reference asks for.
pub fn attribute_place(
    draft: &Draft<'_>,
    target: &Reference,
    attribute: &str,
) -> Option<(QualifiedName, Vec<Name>, Name)> {
    let plan = draft.entities.get(&target.entity)?;
    let key = |key: &[(Name, String)]| key.iter().map(|(name, _)| name.clone()).collect();
    if let Some(column) = draft.column(&target.entity, attribute) {
        return Some((plan.table.clone(), key(&plan.key), column));
    }
    let wanted = target.role.as_ref();
    plan.role_tables
        .iter()
        .filter(|(name, _)| wanted.is_none_or(|w| w == *name))
        .find_map(|(_, role_table)| {
            let column = role_table.columns.get(attribute)?.scalar()?.clone();
            Some((role_table.table.clone(), key(&role_table.key), column))
        })
}

/// The entity that references lead to.
pub fn target_entity(draft: &Draft<'_>, entity: &str, references: &[String]) -> Option<String> {
    let mut at = to_entity(entity);
    for reference in references {
        at = step(draft, &at, reference)?.target;
    }
    Some(at.entity)
}

/// Follows a path from `NEW`, a row of `entity`, to an attribute of a referenced row.
pub fn follow(draft: &Draft<'_>, entity: &str, path: &[String]) -> Option<Followed> {
    let (attribute, references) = path.split_last()?;
    let mut at = to_entity(entity);
    let mut from = String::new();
    let mut condition = String::new();
    let mut previous = "NEW".to_owned();
    let mut tables = Vec::new();
    for (index, reference) in references.iter().enumerate() {
        let found = step(draft, &at, reference)?;
        let is_last = index + 1 == references.len();
        // The last row is read where the attribute is: in the role's table, it may be.
        let (table, key, _) = if is_last {
            attribute_place(draft, &found.target, attribute)?
        } else {
            let plan = draft.plan(&found.target.entity);
            let key = plan.key.iter().map(|(name, _)| name.clone()).collect();
            (plan.table.clone(), key, Name::default())
        };
        let alias = quote_identifier(&format!("the_{reference}"));
        let tie = equal(&alias, &key, &previous, &found.columns);
        if index == 0 {
            from = format!("{} AS {alias}", table.quoted());
            condition = tie;
        } else {
            from.push_str(&format!(
                "\n          JOIN {} AS {alias} ON {tie}",
                table.quoted()
            ));
        }
        tables.push(table);
        previous = alias;
        at = found.target;
    }
    let (_, _, column) = attribute_place(draft, &at, attribute)?;
    Some(Followed {
        from,
        condition,
        alias: previous,
        column,
        tables,
    })
}
