//! Reads the data files into the [`SystemCatalog`].

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::{
    FamilyOperator, OperatorClass, SystemCast, SystemCatalog, SystemRange, SystemType, system_type,
};
use crate::analyze::environment::Relation;
use crate::analyze::tree::{
    AggregateKind, Function, FunctionKind, Operator, RelationKind, RteColumn, Type,
};

/// The fields of a line. The files are our own: a missing field reads as empty, a number as 0.
pub(super) struct Fields(std::str::Split<'static, char>);

impl Fields {
    pub(super) fn text(&mut self) -> &'static str {
        self.0.next().unwrap_or_default()
    }

    pub(super) fn oid(&mut self) -> u32 {
        self.text().parse().unwrap_or_default()
    }

    pub(super) fn number(&mut self) -> i32 {
        self.text().parse().unwrap_or_default()
    }

    pub(super) fn letter(&mut self) -> u8 {
        self.text().bytes().next().unwrap_or(b'-')
    }

    pub(super) fn flag(&mut self) -> bool {
        self.letter() == b't'
    }

    fn schema(&mut self) -> &'static str {
        match self.letter() {
            b'p' => "pg_catalog",
            _ => "information_schema",
        }
    }

    fn type_list(&mut self) -> Vec<Type> {
        self.text()
            .split(' ')
            .filter_map(|oid| oid.parse().ok())
            .map(system_type)
            .collect()
    }
}

pub(super) fn lines(file: &'static str) -> impl Iterator<Item = Fields> {
    file.lines().map(|line| Fields(line.split('\t')))
}

/// Reads everything but the relations, which are seldom needed.
pub(super) fn load() -> SystemCatalog {
    let types = types();
    let mut types_by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (place, t) in types.iter().enumerate() {
        types_by_name.entry(t.name).or_default().push(place);
    }
    let functions = functions();
    let functions_by_oid = places(functions.iter().map(|f| f.oid));
    let operators = operators();
    let operators_by_oid = places(operators.iter().map(|o| o.oid));
    let family_operators = family_operators();
    let mut families_of_operator: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (place, member) in family_operators.iter().enumerate() {
        families_of_operator
            .entry(member.operator)
            .or_default()
            .push(place);
    }
    SystemCatalog {
        types,
        types_by_name,
        functions,
        functions_by_oid,
        operators,
        operators_by_oid,
        casts: casts(),
        ranges: ranges(),
        classes: classes(),
        family_operators,
        families_of_operator,
        names: names(),
        relations: OnceLock::new(),
    }
}

fn places(oids: impl Iterator<Item = u32>) -> BTreeMap<u32, usize> {
    oids.enumerate().map(|(place, oid)| (oid, place)).collect()
}

fn types() -> Vec<SystemType> {
    lines(include_str!("types.tsv"))
        .map(|mut f| SystemType {
            oid: f.oid(),
            schema: f.schema(),
            name: f.text(),
            kind: f.letter(),
            category: f.letter(),
            preferred: f.flag(),
            array: f.oid(),
            subscripting: f.letter(),
            element: f.oid(),
            base: f.oid(),
            base_typmod: f.number(),
            collatable: f.flag(),
        })
        .collect()
}

fn functions() -> Vec<Arc<Function>> {
    let schemas: [Arc<str>; 2] = ["pg_catalog".into(), "information_schema".into()];
    let mut last_name: Arc<str> = "".into();
    lines(include_str!("functions.tsv"))
        .map(|mut f| {
            let oid = f.oid();
            let [system, information] = &schemas;
            let schema = match f.letter() {
                b'p' => system.clone(),
                _ => information.clone(),
            };
            let name = f.text();
            // The file is ordered by name: overloads share theirs.
            if &*last_name != name {
                last_name = name.into();
            }
            let kind = function_kind(f.text());
            let arguments = f.type_list();
            let defaults = f.number().max(0) as usize;
            let variadic = Some(f.oid()).filter(|oid| *oid != 0).map(system_type);
            let returns = system_type(f.oid());
            let returns_set = f.flag();
            let strict = f.flag();
            let volatility = f.letter();
            let names = f.text();
            let argument_names = if names.is_empty() {
                Vec::new()
            } else {
                names
                    .split(',')
                    .map(|n| (!n.is_empty()).then(|| Arc::from(n)))
                    .collect()
            };
            Arc::new(Function {
                oid,
                schema,
                name: last_name.clone(),
                kind,
                arguments,
                argument_names,
                argument_modes: f.text().bytes().collect(),
                all_arguments: f.type_list(),
                defaults,
                variadic,
                returns,
                returns_set,
                strict,
                volatility,
            })
        })
        .collect()
}

/// `f`, `p`, `w`, or `a` with the kind of aggregate and its number of direct arguments: `ao1`.
pub(super) fn function_kind(text: &str) -> FunctionKind {
    let direct = || text.get(2..).and_then(|n| n.parse().ok()).unwrap_or(0);
    match text.as_bytes() {
        [b'a', b'o', ..] => FunctionKind::Aggregate(AggregateKind::OrderedSet(direct())),
        [b'a', b'h', ..] => FunctionKind::Aggregate(AggregateKind::HypotheticalSet(direct())),
        [b'a', ..] => FunctionKind::Aggregate(AggregateKind::Normal),
        [b'w', ..] => FunctionKind::Window,
        [b'p', ..] => FunctionKind::Procedure,
        _ => FunctionKind::Function,
    }
}

fn operators() -> Vec<Arc<Operator>> {
    let schema: Arc<str> = "pg_catalog".into();
    let rows: Vec<_> = lines(include_str!("operators.tsv"))
        .map(|mut f| {
            let (oid, name): (u32, Arc<str>) = (f.oid(), f.text().into());
            let (left, right, result, commutator) = (f.oid(), f.oid(), f.oid(), f.oid());
            (oid, name, left, right, result, commutator)
        })
        .collect();
    let names: BTreeMap<u32, Arc<str>> = rows.iter().map(|r| (r.0, r.1.clone())).collect();
    rows.into_iter()
        .map(|(oid, name, left, right, result, commutator)| {
            Arc::new(Operator {
                oid,
                schema: schema.clone(),
                name,
                left: (left != 0).then(|| system_type(left)),
                right: system_type(right),
                result: system_type(result),
                commutator: names.get(&commutator).cloned(),
                returns_set: false,
            })
        })
        .collect()
}

fn casts() -> Vec<SystemCast> {
    lines(include_str!("casts.tsv"))
        .map(|mut f| SystemCast {
            source: f.oid(),
            target: f.oid(),
            function: f.oid(),
            context: f.letter(),
            method: f.letter(),
        })
        .collect()
}

fn ranges() -> Vec<SystemRange> {
    lines(include_str!("ranges.tsv"))
        .map(|mut f| SystemRange {
            range: f.oid(),
            subtype: f.oid(),
            multirange: f.oid(),
        })
        .collect()
}

fn classes() -> Vec<OperatorClass> {
    lines(include_str!("operator_classes.tsv"))
        .map(|mut f| OperatorClass {
            method: f.text(),
            name: f.text(),
            family: f.oid(),
            input: f.oid(),
            default: f.flag(),
        })
        .collect()
}

fn family_operators() -> Vec<FamilyOperator> {
    lines(include_str!("family_operators.tsv"))
        .map(|mut f| FamilyOperator {
            method: f.text(),
            family: f.oid(),
            strategy: f.oid() as u8,
            left: f.oid(),
            right: f.oid(),
            operator: f.oid(),
        })
        .collect()
}

fn names() -> Vec<(&'static str, &'static str)> {
    lines(include_str!("names.tsv"))
        .map(|mut f| (f.text(), f.text()))
        .collect()
}

/// The tables and views of the system's schemas, by name.
pub(super) fn relations() -> Vec<Arc<Relation>> {
    lines(include_str!("relations.tsv"))
        .map(|mut f| {
            let schema = f.schema().into();
            let name = f.text().into();
            let kind = match f.letter() {
                b'v' => RelationKind::View,
                _ => RelationKind::Table,
            };
            let _row_type = f.oid();
            let columns = f.text().split(' ').filter_map(column).collect();
            Arc::new(Relation {
                schema,
                name,
                kind,
                columns,
                primary_key: Vec::new(),
                inherits: Vec::new(),
            })
        })
        .collect()
}

/// `name:type:typmod`.
fn column(text: &str) -> Option<RteColumn> {
    let mut parts = text.split(':');
    Some(RteColumn {
        name: parts.next()?.into(),
        data_type: system_type(parts.next()?.parse().ok()?),
        typmod: parts.next()?.parse().ok()?,
        collation: None,
    })
}
