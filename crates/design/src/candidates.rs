//! Rows for tests that satisfy or break conditions: between the solver's values and fixture rows.

use std::collections::BTreeSet;

use jiff::civil;
use pgwright_brief::model::{AttributeKind, Entity, States, ValueType};
use pgwright_catalog::{Name, quote_literal};
use pgwright_ddl::eval::evaluate;
use pgwright_ddl::expr::{Expr, parse_expression};
use pgwright_ddl::solve::{Domain, Domains, Kind, satisfy_among, violate};
use pgwright_ddl::value::{Assignment, Interval, Value};

use crate::draft::{Columns, Draft};
use crate::fixtures::{Fixtures, Row};

/// The rows of one entity, as the solver sees them.
#[derive(Debug)]
pub struct Candidates<'a> {
    fixtures: &'a Fixtures<'a>,
    entity: &'a Entity,
    /// What every row must not make false, over attributes.
    rules: Vec<Expr>,
    domains: Domains,
}

impl<'a> Candidates<'a> {
    /// Rows of an entity under its row rules. `rules` are all that the entity has.
    pub fn new(fixtures: &'a Fixtures<'a>, entity: &'a Entity, rules: Vec<Expr>) -> Self {
        Self {
            fixtures,
            entity,
            domains: domains(entity, &rules),
            rules,
        }
    }

    /// `row`, changed as little as possible so that the conditions hold beside all rules.
    pub fn with_conditions(&self, row: &Row, conditions: &[Expr]) -> Option<Row> {
        self.with_conditions_beside(row, conditions, &self.rules)
    }

    /// The same, but only `rules` need hold beside the conditions.
    fn with_conditions_beside(
        &self,
        row: &Row,
        conditions: &[Expr],
        rules: &[Expr],
    ) -> Option<Row> {
        let beside = self.relevant(conditions, rules);
        let all: Vec<Expr> = conditions.iter().chain(&beside).cloned().collect();
        let domains = self.domains_of(&all);
        let before = self.values(row, &domains);
        let found = satisfy_among(conditions, &beside, &domains, &Assignment::new(), &before)?;
        Some(self.apply(row, &found))
    }

    /// The UPDATEs after which the conditions hold for a row that is there already, and the row as
    /// it is then. A state that changes goes the allowed way, by as many moves as it takes.
    pub fn updates_to(&self, row: &Row, conditions: &[Expr]) -> Option<(Vec<String>, Row)> {
        let target = self.with_conditions(row, conditions)?;
        let mut statements = Vec::new();
        let mut at = row.clone();
        for (attribute, _) in Draft::stored_attributes(self.entity) {
            let AttributeKind::States(flow) = &attribute.kind else {
                continue;
            };
            let state = |row: &Row| {
                let sql = self.fixtures.value(row, &attribute.name)?;
                let states = flow.states.iter();
                states
                    .filter(|s| quote_literal(s) == sql)
                    .map(String::as_str)
                    .next()
            };
            let from = state(row).unwrap_or(&flow.initial);
            let Some(to) = state(&target) else { continue };
            let way = way(flow, from, to)?;
            for stop in way.iter().take(way.len().saturating_sub(1)) {
                let is = Expr::binary("=", Expr::column(&attribute.name), Expr::text(stop));
                let next = self.with_conditions(&at, &[is])?;
                statements.extend(self.new_needs(&at, &next));
                statements.extend(self.update(&at, &next));
                at = next;
            }
        }
        statements.extend(self.new_needs(&at, &target));
        statements.extend(self.update(&at, &target));
        Some((statements, target))
    }

    fn columns(&self, attribute: &str) -> Vec<Name> {
        let draft = self.fixtures.draft;
        draft
            .columns(&self.entity.name, attribute)
            .map(|columns| match columns {
                // The tenant's column stays as it is.
                Columns::Reference { own, .. } => own.clone(),
                other => other.all(),
            })
            .unwrap_or_default()
    }

    /// The UPDATE from one form of a row to another.
    pub fn update(&self, from: &Row, to: &Row) -> Option<String> {
        let referring: Vec<(String, String)> = to
            .references
            .keys()
            .filter(|name| !from.references.contains_key(*name))
            .flat_map(|name| self.columns(name))
            .filter_map(|column| {
                Some((
                    column.to_string(),
                    self.fixtures.value(to, column.as_str())?,
                ))
            })
            .collect();
        let set: Vec<(&str, &str)> = to
            .values
            .iter()
            .chain(referring.iter().map(|(column, sql)| (column, sql)))
            .filter(|(column, sql)| self.fixtures.value(from, column).as_ref() != Some(sql))
            .map(|(column, sql)| (column.as_str(), sql.as_str()))
            .collect();
        (!set.is_empty()).then(|| self.fixtures.update(from, &set))
    }

    /// The rows that a row needs in one form and did not in another.
    pub fn new_needs(&self, from: &Row, to: &Row) -> Vec<String> {
        let before = self.fixtures.insert(&[from]);
        let mut needs = self.fixtures.needs(&[to]);
        needs.retain(|statement| !before.contains(statement));
        needs
    }

    /// Rows that break `rule` and nothing else, one for each way of being false, each with a
    /// description: `probability = 101`.
    pub fn breaking(&self, rows: &mut dyn FnMut() -> Row, rule: &Expr) -> Vec<(Row, String)> {
        let first = rows();
        // Every value that any rule looks at is settled here, so that nothing else is broken. Rules
        // that the solver cannot think about leave only those that share a value with this one.
        let near = self.relevant(std::slice::from_ref(rule), &self.rules);
        let Some((others, domains, base)) =
            [self.rules.clone(), near].into_iter().find_map(|rules| {
                let others: Vec<Expr> = rules.into_iter().filter(|r| r != rule).collect();
                let all: Vec<Expr> = others.iter().cloned().chain([rule.clone()]).collect();
                let domains = self.domains_of(&all);
                let before = self.values(&first, &domains);
                let rule = std::slice::from_ref(rule);
                let base = satisfy_among(rule, &others, &domains, &Assignment::new(), &before)?;
                Some((others, domains, base))
            })
        else {
            return Vec::new();
        };
        let mut row = Some(first);
        violate(rule, &others, &domains, &base)
            .into_iter()
            .take(6)
            .map(|found| {
                let row = row.take().unwrap_or_else(&mut *rows);
                let words = self.in_words(&found, &base, rule);
                (self.apply(&row, &found), words)
            })
            .collect()
    }

    /// The rules that share an attribute with the expressions, directly or through one another.
    fn relevant(&self, expressions: &[Expr], rules: &[Expr]) -> Vec<Expr> {
        let mut names: BTreeSet<Vec<String>> = expressions.iter().flat_map(Expr::columns).collect();
        let mut chosen = vec![false; rules.len()];
        loop {
            let mut grown = false;
            for (index, rule) in rules.iter().enumerate() {
                let columns = rule.columns();
                if !chosen[index] && columns.iter().any(|c| names.contains(c)) {
                    chosen[index] = true;
                    names.extend(columns);
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
        rules
            .iter()
            .zip(chosen)
            .filter(|(_, chosen)| *chosen)
            .map(|(rule, _)| rule.clone())
            .collect()
    }

    fn domains_of(&self, expressions: &[Expr]) -> Domains {
        let names: BTreeSet<String> = expressions
            .iter()
            .flat_map(Expr::columns)
            .filter_map(|path| path.last().cloned())
            .collect();
        self.domains
            .iter()
            .filter(|(name, _)| names.contains(*name))
            .map(|(name, domain)| (name.clone(), domain.clone()))
            .collect()
    }

    /// The values a row has, as far as they can be read from its SQL.
    fn values(&self, row: &Row, domains: &Domains) -> Assignment {
        domains
            .iter()
            .filter_map(|(name, domain)| {
                let sql = self.fixtures.value(row, name)?;
                let value = evaluate(&parse_expression(&sql).ok()?, &Assignment::new(), None);
                let value = value.ok()?.coerced_like(&example(&domain.kind))?;
                Some((name.clone(), value))
            })
            .collect()
    }

    /// The row with values for its attributes.
    fn apply(&self, row: &Row, values: &Assignment) -> Row {
        let mut row = row.clone();
        let mut chosen: Vec<(Value, Row)> = Vec::new();
        for (name, value) in values {
            if self.is_given(name) {
                continue;
            }
            if self.is_reference(name) {
                row = if value.is_null() {
                    self.fixtures.with(row, name, "NULL")
                } else {
                    let target = self.target(&row, name, value, &chosen);
                    chosen.push((value.clone(), target.clone()));
                    // Where the row said that there is none, there is one now.
                    for column in self.columns(name) {
                        row.values.remove(column.as_str());
                    }
                    self.fixtures.with_reference(row, name, &target)
                };
            } else if *value == Value::Text(USUAL.to_owned()) {
                let usual = self.fixtures.sample(&self.entity.name, name, row.number);
                row = self.fixtures.with(row, name, &usual);
            } else {
                row = self.fixtures.with(row, name, &value.to_sql_literal());
            }
        }
        row
    }

    /// The row that a reference goes to: references that the solver has given one value go to one
    /// row, and others do not.
    fn target(&self, row: &Row, name: &str, value: &Value, chosen: &[(Value, Row)]) -> Row {
        let usual = self.fixtures.referenced(row, name);
        let alike = chosen.iter().filter(|(_, row)| row.entity == usual.entity);
        if let Some((_, same)) = alike.clone().find(|(other, _)| other == value) {
            return same.clone();
        }
        if alike.clone().any(|(_, other)| *other == usual) {
            return self.fixtures.another_referenced(row, name, 40);
        }
        usual
    }

    /// Whether the database gives the value itself.
    fn is_given(&self, name: &str) -> bool {
        Draft::stored_attributes(self.entity)
            .iter()
            .any(|(a, _)| a.name == name && a.gapless.is_some())
    }

    fn is_reference(&self, name: &str) -> bool {
        self.entity.part_of.as_ref().is_some_and(|p| p.name == name)
            || Draft::stored_attributes(self.entity).iter().any(|(a, _)| {
                a.name == name
                    && matches!(
                        a.kind,
                        AttributeKind::Reference(_)
                            | AttributeKind::Either(_)
                            | AttributeKind::Lookup
                    )
            })
    }

    /// What differs from the base row, among what the rule is about.
    fn in_words(&self, row: &Assignment, base: &Assignment, rule: &Expr) -> String {
        let about: BTreeSet<String> = rule
            .columns()
            .into_iter()
            .filter_map(|path| path.last().cloned())
            .collect();
        let differing: Vec<String> = row
            .iter()
            .filter(|(name, value)| about.contains(*name) && base.get(*name) != Some(value))
            .map(|(name, value)| self.value_in_words(name, value))
            .collect();
        if differing.is_empty() {
            "values that break the rule".to_owned()
        } else {
            differing.join(", ")
        }
    }

    /// `close_reason is missing`, `probability = 101`.
    fn value_in_words(&self, name: &str, value: &Value) -> String {
        let words = name.replace('_', " ");
        match value {
            Value::Null => format!("{words} is missing"),
            _ if self.is_reference(name) => format!("{words} is there"),
            Value::Text(text) => format!("{words} is “{text}”"),
            other => format!("{words} is {}", other.to_text()),
        }
    }
}

/// The shortest way from one state to another: the states gone through, the last included.
fn way(flow: &States, from: &str, to: &str) -> Option<Vec<String>> {
    let mut ways: Vec<Vec<String>> = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::from([from.to_owned()]);
    while !ways.is_empty() {
        if let Some(found) = ways.iter().find(|w| w.last().is_some_and(|s| s == to)) {
            return Some(found.iter().skip(1).cloned().collect());
        }
        let mut longer = Vec::new();
        for way in &ways {
            for (start, end) in &flow.transitions {
                if way.last() == Some(start) && seen.insert(end.clone()) {
                    longer.push(way.iter().cloned().chain([end.clone()]).collect());
                }
            }
        }
        ways = longer;
    }
    None
}

/// The domain of each attribute whose values the solver can think about.
fn domains(entity: &Entity, rules: &[Expr]) -> Domains {
    let mut found = Domains::new();
    if let Some(kinds) = &entity.kinds {
        let names = kinds.kinds.iter().map(|k| k.name.clone()).collect();
        found.insert(kinds.attribute.clone(), Domain::new(Kind::OneOf(names)));
    }
    if let Some(part) = &entity.part_of {
        found.insert(part.name.clone(), Domain::new(Kind::Integer));
    }
    for (attribute, of_kind) in Draft::stored_attributes(entity) {
        if attribute.computed.is_some() {
            continue;
        }
        if let Some(mut domain) = domain(&attribute.kind) {
            domain.nullable = attribute.optional || of_kind.is_some();
            if has_form(&attribute.kind) {
                domain.kind = Kind::OneOf(texts(&attribute.name, rules));
            }
            // A number that the database gives is always there by the time rules are tested.
            domain.nullable &= attribute.gapless.is_none();
            // A sum that is kept current starts at zero and is not written by hand.
            if attribute.running_total.is_some() {
                domain = domain.between(Some(Value::Integer(0)), Some(Value::Integer(0)));
            }
            found.insert(attribute.name.clone(), domain);
        }
    }
    found
}

/// Stands for a usual value of an attribute whose texts have a form.
const USUAL: &str = "the usual value";

/// Texts of the kind have a form, of which the solver knows nothing.
fn has_form(kind: &AttributeKind) -> bool {
    matches!(
        kind,
        AttributeKind::Value(
            ValueType::Email
                | ValueType::Phone
                | ValueType::Url
                | ValueType::Currency
                | ValueType::Country
                | ValueType::Language
                | ValueType::TimeZone
                | ValueType::Secret
        )
    )
}

/// The texts that an attribute may have: a usual one, and those that rules compare it with.
fn texts(attribute: &str, rules: &[Expr]) -> Vec<String> {
    let mut found = vec![USUAL.to_owned()];
    for rule in rules {
        if rule
            .columns()
            .iter()
            .any(|path| path.last().is_some_and(|name| name == attribute))
        {
            rule.visit(&mut |part| {
                if let Expr::Text(text) = part {
                    found.push(text.clone());
                }
            });
        }
    }
    found
}

/// The domain of an attribute; none when its values are not scalars.
pub fn domain(kind: &AttributeKind) -> Option<Domain> {
    let kind = match kind {
        AttributeKind::OneOf(values) => Kind::OneOf(values.clone()),
        AttributeKind::States(states) => Kind::OneOf(states.states.clone()),
        // Only whether there is one matters.
        AttributeKind::Reference(_) => Kind::Integer,
        AttributeKind::Lookup | AttributeKind::Either(_) | AttributeKind::Many { .. } => {
            return None;
        }
        AttributeKind::Value(value) => match value {
            ValueType::Money { .. } => Kind::Decimal { scale: 2 },
            ValueType::Percentage => {
                return Some(
                    Domain::new(Kind::Decimal { scale: 2 })
                        .between(Some(Value::Integer(0)), Some(Value::Integer(100))),
                );
            }
            ValueType::Quantity { .. } => Kind::Decimal { scale: 3 },
            ValueType::Decimal { scale, .. } => Kind::Decimal { scale: *scale },
            ValueType::Integer { .. } => Kind::Integer,
            ValueType::Boolean => Kind::Bool,
            ValueType::Date => Kind::Date,
            ValueType::Instant => Kind::Timestamp,
            ValueType::TimeOfDay => Kind::Time,
            ValueType::Duration => Kind::Interval,
            ValueType::Name
            | ValueType::Text
            | ValueType::LongText
            | ValueType::Code
            | ValueType::Email
            | ValueType::Phone
            | ValueType::Url
            | ValueType::Currency
            | ValueType::Country
            | ValueType::Language
            | ValueType::TimeZone
            | ValueType::Secret => Kind::Text { max_length: None },
            _ => return None,
        },
    };
    Some(Domain::new(kind))
}

/// Some value of a kind, to read constants by.
fn example(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(true),
        Kind::Integer | Kind::Decimal { .. } => Value::Integer(0),
        Kind::Text { .. } | Kind::OneOf(_) => Value::Text(String::new()),
        Kind::Date => Value::Date(civil::date(2000, 1, 1)),
        Kind::Time => Value::Time(civil::time(0, 0, 0, 0)),
        Kind::Timestamp => Value::Timestamp(civil::date(2000, 1, 1).at(0, 0, 0, 0)),
        Kind::Interval => Interval::parse("1 day").map_or(Value::Null, Value::Interval),
    }
}

/// The same row with an attribute taken from another row of the entity.
pub fn taking(
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    row: Row,
    attribute: &str,
    other: &Row,
) -> Row {
    let refers = |kind: &AttributeKind| {
        matches!(
            kind,
            AttributeKind::Reference(_) | AttributeKind::Either(_) | AttributeKind::Lookup
        )
    };
    let is_reference = entity.part_of.as_ref().is_some_and(|p| p.name == attribute)
        || Draft::stored_attributes(entity)
            .iter()
            .any(|(a, _)| a.name == attribute && refers(&a.kind));
    if is_reference {
        let target = fixtures.referenced(other, attribute);
        return fixtures.with_reference(row, attribute, &target);
    }
    match fixtures.value(other, attribute) {
        Some(sql) => fixtures.with(row, attribute, &sql),
        None => row,
    }
}
