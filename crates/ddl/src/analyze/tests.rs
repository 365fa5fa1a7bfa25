//! Expressions as written, and as a PostgreSQL 18 server prints them.

#![allow(clippy::unwrap_used)]

mod query;

use pgwright_catalog::{
    Argument, ArgumentMode, Catalog, Column, CompositeAttribute, Name, QualifiedName, Routine,
    Sequence, Table, Type, TypeKind,
};

use super::deparse::deparse_expression;
use super::{CatalogEnvironment, Environment, Place, expression};

const SETUP: &str = include_str!("../../../../testdata/analysis/table.sql");
/// Written, and how `(written) IS NOT NULL` is printed as the condition of a policy on the table, parted
/// by a tab; line breaks and backslashes are escaped, and `ERROR` stands where the server refuses.
const EXPRESSIONS: &str = include_str!("../../../../testdata/analysis/pairs.tsv");

/// What may stay undecided: paths with operators.
const UNDECIDED: &[&str] = &["jb @@ '$.a == 1'"];

#[test]
fn expressions_are_printed_as_a_server_prints_them() {
    let catalog = setup();
    let env = CatalogEnvironment::new(&catalog, &["app"]);
    let relation = env.relation(None, "t").unwrap();
    let place = Place::Policy(relation);
    let (mut equal, mut undecided, mut different) = (0, Vec::new(), Vec::new());
    for line in EXPRESSIONS.lines() {
        let (written, printed) = line.split_once('\t').unwrap();
        let printed = printed
            .replace("\\\\", "\u{1}")
            .replace("\\n", "\n")
            .replace('\u{1}', "\\");
        let ours = expression(&env, &format!("({written}) IS NOT NULL"), &place)
            .and_then(|a| deparse_expression(&a.expr, &a.relations));
        match ours {
            Ok(ours) if ours == printed => equal += 1,
            Ok(ours) => different.push(format!("{written}\n  ours    {ours}\n  server  {printed}")),
            Err(_) if printed == "ERROR" || UNDECIDED.contains(&written) => equal += 1,
            Err(error) => undecided.push(format!("{written}\n  {error}")),
        }
    }
    assert!(
        different.is_empty() && undecided.is_empty(),
        "{equal} equal, {} undecided:\n{}\n{} different:\n{}",
        undecided.len(),
        undecided.join("\n"),
        different.len(),
        different.join("\n")
    );
}

/// The catalog of `table.sql`; its table is read from there.
fn setup() -> Catalog {
    let mut catalog = Catalog::empty();
    let named = |name: &str| QualifiedName::new("app", name);
    let attribute = |name: &str, data_type: &str| CompositeAttribute {
        name: Name::new(name),
        data_type: data_type.to_owned(),
        collation: None,
        comment: None,
    };
    let domain = |base: &str| TypeKind::Domain {
        base: base.to_owned(),
        collation: None,
        default: None,
        not_null: false,
        not_null_name: None,
        checks: Default::default(),
    };
    let labels = ["new", "open", "done"].map(str::to_owned).to_vec();
    for (name, kind) in [
        ("stage", TypeKind::Enum(labels)),
        (
            "address",
            TypeKind::Composite(vec![
                attribute("street", "text"),
                attribute("city", "character varying(40)"),
                attribute("zip", "integer"),
            ]),
        ),
        ("email", domain("text")),
        ("amount", domain("numeric(12,2)")),
        ("tags", domain("text[]")),
        (
            "span",
            TypeKind::Range {
                subtype: "timestamp without time zone".to_owned(),
                subtype_operator_class: None,
                collation: None,
                canonical: None,
                subtype_diff: None,
                multirange: None,
            },
        ),
    ] {
        catalog.types.insert(named(name), Type::new(kind));
    }
    catalog.sequences.insert(
        named("numbers"),
        Sequence {
            data_type: "bigint".to_owned(),
            options: Default::default(),
            owned_by: None,
            unlogged: false,
            owner: None,
            comment: None,
            grants: Default::default(),
        },
    );
    let (_, table) = SETUP.split_once("CREATE TABLE app.t (\n").unwrap();
    let (columns, _) = table.split_once("\n);").unwrap();
    let columns = columns
        .lines()
        .map(|line| {
            let line = line.trim().trim_end_matches(',');
            let (name, data_type) = line.split_once(' ').unwrap();
            Column::new(name, data_type)
        })
        .collect();
    catalog.tables.insert(
        named("t"),
        Table {
            columns,
            ..Table::default()
        },
    );
    let unnamed = |data_type: &str, mode| Argument {
        mode,
        name: None,
        data_type: data_type.to_owned(),
        default: None,
    };
    for (name, returns, arguments) in [
        (
            "plus",
            "integer",
            vec![
                Argument::input("a", "integer"),
                Argument::input("b", "integer").default("1"),
            ],
        ),
        (
            "plus",
            "text",
            vec![Argument::input("a", "text"), Argument::input("b", "text")],
        ),
        (
            "total",
            "numeric",
            vec![unnamed("numeric[]", ArgumentMode::Variadic)],
        ),
        (
            "first_of",
            "anyelement",
            vec![unnamed("anyarray", ArgumentMode::In)],
        ),
        ("nick", "text", vec![unnamed("app.t", ArgumentMode::In)]),
    ] {
        let mut routine = Routine::function("sql", returns, "");
        routine.arguments = arguments;
        catalog
            .routines
            .insert(routine.signature(named(name)), routine);
    }
    catalog
}
