//! The access patterns of a brief as statements over the designed tables: what a planner is asked about.

use pgwright_brief::model::{AccessForm, AccessPattern};
use pgwright_catalog::{IndexKey, Name};
use pgwright_ddl::expr::Expr;
use pgwright_ddl::query::parse_query;

use crate::companion;
use crate::draft::Draft;
use crate::families::indexes::{element, equality_choices};
use crate::relations::{self, Rows};

/// A statement that an access pattern asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessQuery {
    /// The pattern's name; with a number where a reference to one of several entities makes it several statements.
    pub name: String,
    /// The pattern's name alone.
    pub pattern: String,
    /// One SELECT over tables and views of the design; parameters are `$1` ….
    pub sql: String,
    /// How often, a second.
    pub per_second: Option<f64>,
}

/// A SELECT that is being put together.
struct Select {
    relation: String,
    conditions: Vec<String>,
    parameters: usize,
}

impl Select {
    fn parameter(&mut self) -> String {
        self.parameters += 1;
        format!("${}", self.parameters)
    }

    fn equal(&mut self, column: &Name) {
        let parameter = self.parameter();
        self.conditions
            .push(format!("{} = {parameter}", column.quoted()));
    }

    fn sql(&self, order: &[String], limit: Option<u64>) -> String {
        let mut sql = format!("SELECT * FROM {}", self.relation);
        if !self.conditions.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&self.conditions.join(" AND "));
        }
        if !order.is_empty() {
            sql.push_str(" ORDER BY ");
            sql.push_str(&order.join(", "));
        }
        if let Some(limit) = limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        sql
    }
}

/// The statements of all access patterns, in the brief's order. Everything must have been built.
pub(crate) fn queries(draft: &mut Draft<'_>) -> Vec<AccessQuery> {
    let brief = draft.brief;
    let mut found = Vec::new();
    for pattern in &brief.access_patterns {
        let statements = statements(draft, pattern);
        let several = statements.len() > 1;
        for (number, sql) in (1..).zip(statements) {
            found.push(AccessQuery {
                name: match several {
                    true => format!("{} {number}", pattern.name),
                    false => pattern.name.clone(),
                },
                pattern: pattern.name.clone(),
                sql,
                per_second: pattern.per_second,
            });
        }
    }
    found
}

fn statements(draft: &mut Draft<'_>, pattern: &AccessPattern) -> Vec<String> {
    match &pattern.form {
        AccessForm::FindBy {
            entity,
            by,
            condition,
        } => of_rows(draft, entity, by, condition.as_ref(), None, &[], None),
        AccessForm::List {
            entity,
            of,
            between,
            order,
            limit,
            condition,
        } => of_rows(
            draft,
            entity,
            of,
            condition.as_ref(),
            between.as_deref(),
            order,
            *limit,
        ),
        AccessForm::FindByPart { entity, of } => {
            let Some(mut select) = start(draft, entity) else {
                return Vec::new();
            };
            let parameter = select.parameter();
            let parts: Vec<String> = text_columns(draft, entity, of)
                .iter()
                .map(|column| format!("{} ILIKE '%' || {parameter} || '%'", column.quoted()))
                .collect();
            match parts.as_slice() {
                [] => return Vec::new(),
                [only] => select.conditions.push(only.clone()),
                several => select
                    .conditions
                    .push(format!("({})", several.join(" OR "))),
            }
            vec![select.sql(&[], None)]
        }
        AccessForm::FindByWords { entity, of } => by_words(draft, entity, of),
        AccessForm::Sql(sql) => {
            let Ok(query) = parse_query(sql) else {
                return Vec::new();
            };
            let names = relations::for_query(draft, &query, Rows::Live);
            names.rewrite(&query).into_iter().collect()
        }
    }
}

/// From what reads of an entity begin with: its live rows, of the tenant where there are tenants.
fn start(draft: &Draft<'_>, entity: &str) -> Option<Select> {
    draft
        .brief
        .entity(entity)
        .filter(|e| companion::is_designed(e))?;
    let plan = draft.plan(entity);
    let mut select = Select {
        relation: plan.read_relation.quoted(),
        conditions: Vec::new(),
        parameters: 0,
    };
    if let Some(tenant) = &plan.tenant_column {
        select.equal(tenant);
    }
    Some(select)
}

#[allow(clippy::too_many_arguments)] // The parts of one sentence of the brief.
fn of_rows(
    draft: &Draft<'_>,
    entity: &str,
    by: &[String],
    condition: Option<&Expr>,
    between: Option<&str>,
    order: &[(String, bool)],
    limit: Option<u64>,
) -> Vec<String> {
    let Some(found) = draft.brief.entity(entity) else {
        return Vec::new();
    };
    let key = |attribute: &str| {
        Some(match element(draft, entity, attribute)?.key {
            IndexKey::Column(column) => column.quoted(),
            IndexKey::Expression(expression) => expression.sql().to_owned(),
        })
    };
    let mut statements = Vec::new();
    for (columns, filled) in equality_choices(draft, found, by) {
        let Some(mut select) = start(draft, entity) else {
            return Vec::new();
        };
        let tenant = draft.plan(entity).tenant_column.as_ref();
        for column in columns.iter().filter(|c| Some(*c) != tenant) {
            select.equal(column);
        }
        if let Some(filled) = filled.filter(|f| !columns.contains(f)) {
            select
                .conditions
                .push(format!("{} IS NOT NULL", filled.quoted()));
        }
        if let Some(range) = between.and_then(&key) {
            let (from, to) = (select.parameter(), select.parameter());
            select
                .conditions
                .push(format!("{range} >= {from} AND {range} < {to}"));
        }
        if let Some(condition) = condition {
            select.conditions.push(format!(
                "({})",
                draft.row_expression(entity, condition).to_sql()
            ));
        }
        let order: Vec<String> = order
            .iter()
            .filter_map(|(attribute, descending)| {
                let direction = if *descending { " DESC" } else { "" };
                Some(format!("{}{direction}", key(attribute)?))
            })
            .collect();
        statements.push(select.sql(&order, limit));
    }
    statements
}

/// Words are searched in the vector that was made for them; without one, in a vector made on the way.
fn by_words(draft: &Draft<'_>, entity: &str, of: &[String]) -> Vec<String> {
    let columns = text_columns(draft, entity, of);
    let Some(mut select) = start(draft, entity).filter(|_| !columns.is_empty()) else {
        return Vec::new();
    };
    let made = draft.table(entity).columns.iter().find(|column| {
        let expression = column.generated.as_ref().map(|g| g.expression.sql());
        column.data_type == "tsvector"
            && expression.is_some_and(|e| columns.iter().all(|c| e.contains(&c.quoted())))
    });
    let vector = match made {
        Some(column) => column.name.quoted(),
        None => {
            let parts: Vec<String> = columns
                .iter()
                .map(|c| format!("coalesce({}, '')", c.quoted()))
                .collect();
            format!("to_tsvector('simple', {})", parts.join(" || ' ' || "))
        }
    };
    let parameter = select.parameter();
    select.conditions.push(format!(
        "{vector} @@ websearch_to_tsquery('simple', {parameter})"
    ));
    vec![select.sql(&[], None)]
}

fn text_columns(draft: &Draft<'_>, entity: &str, attributes: &[String]) -> Vec<Name> {
    if draft
        .brief
        .entity(entity)
        .is_none_or(|e| !companion::is_designed(e))
    {
        return Vec::new();
    }
    crate::families::search::text_columns(draft, entity, attributes)
}
