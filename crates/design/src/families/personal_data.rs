//! Personal data: classification and erasure.

mod erase;
mod substitute;

use pgwright_brief::model::Attribute;
use pgwright_catalog::{Name, ObjectId, QualifiedName, View, ViewColumn, quote_literal};

use super::Family;
use crate::companion::{self, Holds};
use crate::decision::{Alternative, Decision, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::layout::Stored;
use crate::testing::RuleTest;
use crate::words;

/// Personal data: classification and erasure.
#[derive(Debug)]
pub struct PersonalData;

/// The mark of a column's comment.
const PERSONAL: &str = "Personal data.";
/// The mark of a column that holds a special category of personal data.
const SENSITIVE: &str = "Sensitive personal data.";

impl Family for PersonalData {
    fn name(&self) -> &'static str {
        "personal_data"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let marked = mark_columns(draft);
        if marked.is_empty() {
            return;
        }
        let inventory = add_inventory(draft);
        record_classification(draft, &marked, inventory);
        for entity in draft.brief.policies.erasable.clone() {
            if draft
                .brief
                .entity(&entity)
                .is_some_and(companion::is_designed)
            {
                erase::build(draft, &entity);
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        draft
            .brief
            .policies
            .erasable
            .iter()
            .filter(|e| draft.brief.entity(e).is_some_and(companion::is_designed))
            .filter_map(|e| erase::test(draft, fixtures, e))
            .collect()
    }
}

/// A column that holds personal data.
#[derive(Debug, Clone)]
pub(super) struct Marked<'b> {
    /// Table.
    pub table: QualifiedName,
    /// Column.
    pub column: Name,
    /// Part of the attribute (`city`), when it takes several columns.
    pub part: Option<String>,
    /// Attribute.
    pub attribute: &'b Attribute,
    /// Entity.
    pub entity: &'b str,
}

/// Columns that hold personal data of an entity: its own, its kinds', its roles'.
pub(super) fn marked<'b>(draft: &Draft<'b>, entity: &str) -> Vec<Marked<'b>> {
    let brief = draft.brief;
    let Some(entity) = brief.entity(entity) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for stored in Stored::of(entity) {
        let attribute = stored.attribute;
        if !(attribute.personal || attribute.sensitive) || attribute.computed.is_some() {
            continue;
        }
        let columns = stored.columns(draft);
        let parts: Vec<(Option<String>, Name)> = match columns {
            Some(Columns::Several(parts)) => parts.into_iter().map(|(p, c)| (Some(p), c)).collect(),
            Some(columns) => columns.all().into_iter().map(|c| (None, c)).collect(),
            None => Vec::new(),
        };
        let table = stored.table(draft);
        for (part, column) in parts {
            all.push(Marked {
                table: table.clone(),
                column,
                part,
                attribute,
                entity: entity.name.as_str(),
            });
        }
    }
    all
}

/// Marks every such column in its comment, and what histories keep of it.
fn mark_columns(draft: &mut Draft<'_>) -> Vec<(ObjectId, bool)> {
    let mut objects = Vec::new();
    for name in companion::designed_entities(draft) {
        let columns = marked(draft, &name);
        let histories: Vec<QualifiedName> = draft
            .companions
            .iter()
            .filter(|(_, c)| c.holds == Holds::Changes && c.entity.as_deref() == Some(&name))
            .map(|(table, _)| table.clone())
            .collect();
        for found in columns {
            let sensitive = found.attribute.sensitive;
            let mut places = vec![(found.table.clone(), found.column.clone())];
            for history in &histories {
                for side in ["before", "after"] {
                    places.push((
                        history.clone(),
                        crate::names::shortened(found.column.as_str(), side),
                    ));
                }
            }
            for (table, column) in places {
                let text = if sensitive { SENSITIVE } else { PERSONAL };
                let about = found.attribute.about.as_deref();
                if let Some(column) = draft
                    .catalog
                    .tables
                    .get_mut(&table)
                    .and_then(|t| t.column_mut(column.as_str()))
                {
                    let before = column
                        .comment
                        .take()
                        .or_else(|| about.map(words::sentence))
                        .map(|c| format!("{} ", words::sentence(&c)))
                        .unwrap_or_default();
                    column.comment = Some(format!("{before}{text}"));
                    objects.push((
                        ObjectId::Column(table.clone(), column.name.clone()),
                        sensitive,
                    ));
                }
            }
        }
    }
    objects
}

/// A view that lists marked columns from the comments, so that there is one place to keep them.
fn add_inventory(draft: &mut Draft<'_>) -> QualifiedName {
    let name = crate::layout::free_relation(draft, "personal_data_column");
    let query = format!(
        "SELECT\n    \
             c.relname::text AS table_name,\n    \
             a.attname::text AS column_name,\n    \
             CASE WHEN d.description LIKE '%{SENSITIVE}' THEN 'sensitive'::text ELSE 'personal'::text END AS class,\n    \
             d.description\n\
         FROM pg_catalog.pg_description AS d\n\
         JOIN pg_catalog.pg_class AS c ON c.oid = d.objoid\n\
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace\n\
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.objsubid\n\
         WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass\n    \
             AND n.nspname = {}\n    \
             AND (d.description LIKE '%{PERSONAL}' OR d.description LIKE '%{SENSITIVE}')",
        quote_literal(draft.schema().as_str())
    );
    let column = |name: &str| ViewColumn {
        name: Name::new(name),
        data_type: Some("text".to_owned()),
        ..ViewColumn::default()
    };
    let view = View {
        columns: ["table_name", "column_name", "class", "description"]
            .map(column)
            .into(),
        query,
        comment: Some(
            "Columns that hold personal data, as their comments mark them: for the record of \
             processing, and for whoever exports or copies data."
                .to_owned(),
        ),
        ..View::default()
    };
    draft.catalog.views.insert(name.clone(), view);
    name
}

fn record_classification(
    draft: &mut Draft<'_>,
    marked: &[(ObjectId, bool)],
    inventory: QualifiedName,
) {
    let sensitive = marked.iter().filter(|(_, s)| *s).count();
    let tables: std::collections::BTreeSet<String> = marked
        .iter()
        .filter_map(|(object, _)| match object {
            ObjectId::Column(table, _) => Some(table.name.to_string()),
            _ => None,
        })
        .collect();
    let tables: Vec<String> = tables.into_iter().collect();
    let mut rationale = format!(
        "{} columns in {} hold personal data. Their comments say so, and {inventory} lists \
         them from there: what a copy for tests must mask, what an export must hold, what an \
         erasure must reach. A comment travels with the column through dumps and renames; a list \
         kept elsewhere is wrong after the first change.",
        marked.len(),
        words::list_some(&tables, 5),
    );
    if sensitive > 0 {
        rationale.push_str(&format!(
            " {sensitive} of them are of a special category (health and the like): no role reads \
             them unless its work needs it, and backups and replicas deserve encryption of their \
             own."
        ));
    }
    draft.decide(Decision {
        family: "personal_data",
        title: "Personal data is marked where it is".to_owned(),
        subjects: vec![ObjectId::View(inventory)],
        choice: "A mark at the end of each column's comment, and a view that lists them."
            .to_owned(),
        rationale,
        alternatives: vec![
            Alternative::new(
                "Personal data in tables of its own",
                "Privileges and encryption could then differ for a whole table, at the price of a \
                 join wherever a name is shown. Right for data that few may see, such as health \
                 records of employees.",
            ),
            Alternative::new(
                "Encrypted columns (pgcrypto, or in the application)",
                "Protects against readers of files and backups; then no index, search or rule \
                 works on the values, and keys must be kept elsewhere.",
            ),
        ],
        source: Source::of("personal"),
        weight: Weight::Notable,
    });
}
