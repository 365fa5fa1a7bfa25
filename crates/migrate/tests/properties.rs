//! Laws of planning, on random catalogs: everything is created before it is used and dropped after,
//! a plan does not depend on anything but the catalogs, and a server takes it.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use common::q;
use pgwright_catalog::write::scan;
use pgwright_catalog::*;
use pgwright_migrate::{Action, Plan, PlanOptions, Step, difference, plan, schema_files};
use pgwright_server::{Options, Sandbox, discover};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a random catalog is built from: who refers to whom, by number.
#[derive(Debug, Clone)]
struct Shape {
    tables: usize,
    /// Foreign keys from table to table, circles and all.
    foreign_keys: Vec<(usize, usize)>,
    /// Types, each a domain over an earlier one or an enumeration.
    types: Vec<Option<usize>>,
    /// Columns of a type.
    typed: Vec<(usize, usize)>,
    /// Functions in SQL that read a table.
    functions: Vec<usize>,
    /// Checks of tables that call a function.
    checks: Vec<(usize, usize)>,
    /// Defaults of tables that call a function.
    defaults: Vec<(usize, usize)>,
    /// Views, each over a table or an earlier view.
    views: Vec<(usize, Option<usize>)>,
    /// How names are scattered, so that their order says nothing.
    scatter: usize,
}

fn shapes() -> impl Strategy<Value = Shape> {
    let pairs = || vec((0..8_usize, 0..8_usize), 0..8);
    (
        1..8_usize,
        pairs(),
        vec(proptest::option::of(0..8_usize), 0..5),
        pairs(),
        vec(0..8_usize, 0..5),
        pairs(),
        pairs(),
        vec((0..8_usize, proptest::option::of(0..8_usize)), 0..6),
        0..97_usize,
    )
        .prop_map(
            |(tables, foreign_keys, types, typed, functions, checks, defaults, views, scatter)| {
                Shape {
                    tables,
                    foreign_keys,
                    types,
                    typed,
                    functions,
                    checks,
                    defaults,
                    views,
                    scatter,
                }
            },
        )
}

impl Shape {
    fn name(&self, kind: &str, number: usize) -> QualifiedName {
        // Seven is prime to 97: no two numbers get one name.
        q(&format!("s.n{}_{kind}", (number * 7 + self.scatter) % 97))
    }

    fn catalog(&self) -> Catalog {
        let mut c = Catalog::empty();
        c.schemas.insert("s".into(), Schema::default());
        for (number, over) in self.types.iter().enumerate() {
            let kind = match over {
                Some(over) if number > 0 => TypeKind::Domain {
                    base: self.name("type", over % number).quoted(),
                    collation: None,
                    default: None,
                    not_null: false,
                    not_null_name: None,
                    checks: BTreeMap::new(),
                },
                _ => TypeKind::Enum(vec!["a".into(), "b".into()]),
            };
            c.types.insert(self.name("type", number), Type::new(kind));
        }
        for number in 0..self.tables {
            c.tables
                .insert(self.name("table", number), self.table(number));
        }
        for (number, table) in self.functions.iter().enumerate() {
            let table = self.name("table", table % self.tables).quoted();
            let mut function =
                Routine::function("sql", "bigint", format!("SELECT count(*) FROM {table}"));
            function.volatility = Volatility::Stable;
            c.routines
                .insert(function.signature(self.name("function", number)), function);
        }
        for (number, (table, over)) in self.views.iter().enumerate() {
            let from = match over {
                Some(over) if number > 0 => self.name("view", over % number),
                _ => self.name("table", table % self.tables),
            };
            let query = format!("SELECT x.id FROM {} AS x", from.quoted());
            let view = View {
                query,
                ..View::default()
            };
            c.views.insert(self.name("view", number), view);
        }
        c
    }

    fn table(&self, number: usize) -> Table {
        let mine = |pairs: &[(usize, usize)]| -> BTreeSet<usize> {
            let pairs = pairs.iter().filter(|(t, _)| t % self.tables == number);
            pairs.map(|(_, other)| *other).collect()
        };
        let mut table = Table::default();
        table.columns.push(Column::new("id", "bigint").not_null());
        let key = format!("key_{number}");
        table
            .constraints
            .insert(key.into(), Constraint::primary_key(["id"]));
        for other in mine(&self.foreign_keys) {
            let column = format!("ref_{other}");
            table.columns.push(Column::new(column.as_str(), "bigint"));
            let other = self.name("table", other % self.tables);
            let key = ForeignKey::new([column.as_str()], other, ["id"]);
            let key = Constraint::new(ConstraintKind::ForeignKey(key));
            table
                .constraints
                .insert(format!("{column}_fkey").into(), key);
        }
        if !self.types.is_empty() {
            for of in mine(&self.typed) {
                let of = of % self.types.len();
                let data_type = self.name("type", of).quoted();
                let name = format!("typed_{of}");
                if table.column(&name).is_none() {
                    table.columns.push(Column::new(name, data_type));
                }
            }
        }
        if !self.functions.is_empty() {
            let call = |n: usize| {
                let function = self.name("function", n % self.functions.len());
                format!("{}()", function.quoted())
            };
            for function in mine(&self.checks) {
                let check = Constraint::check(format!("id <> {}", call(function)));
                table
                    .constraints
                    .insert(format!("check_{function}").into(), check);
            }
            for function in mine(&self.defaults) {
                let column = Column::new(format!("default_{function}"), "bigint");
                table.columns.push(column.default(call(function)));
            }
        }
        table
    }
}

/// The objects of the schema that a statement names.
fn named(sql: &str) -> BTreeSet<String> {
    let tokens = scan(sql);
    tokens
        .windows(3)
        .filter(|w| w[0].is("s") && w[1].is_symbol("."))
        .filter_map(|w| w[2].name())
        .collect()
}

fn own_name(step: &Step) -> Option<String> {
    match &step.object {
        ObjectId::Type(q) | ObjectId::Table(q) | ObjectId::View(q) => Some(q.name.to_string()),
        ObjectId::Routine(s) => Some(s.name.name.to_string()),
        _ => None,
    }
}

/// Goes through a plan and fails where a statement names what is not there, or drops what another
/// object still names.
fn check_order(plan: &Plan) {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for step in &plan.up {
        let own = own_name(step).filter(|_| step.action == Action::Create);
        for name in named(&step.sql) {
            assert!(
                own.as_ref() == Some(&name) || texts.contains_key(&name),
                "{name} is not there yet for\n{}",
                step.sql
            );
        }
        if let Some(own) = own {
            texts.entry(own).or_default().push_str(&step.sql);
        } else if let Some(table) = altered(&step.sql) {
            // The parts that come later belong to the table, until they are dropped.
            texts.get_mut(&table).unwrap().push_str(&step.sql);
        }
    }
    for step in &plan.down {
        match own_name(step) {
            Some(name) if step.action == Action::Drop => {
                texts.remove(&name);
                for (other, text) in &texts {
                    assert!(!named(text).contains(&name), "{other} still needs {name}");
                }
            }
            _ => {
                // ALTER TABLE … DROP: take the part's text out.
                let Some(table) = altered(&step.sql) else {
                    continue;
                };
                let part = plan
                    .up
                    .iter()
                    .find(|up| up.change == step.change)
                    .map(|up| up.sql.clone());
                let text = texts.get_mut(&table).unwrap();
                *text = text.replace(&part.unwrap(), "");
            }
        }
    }
    assert!(texts.is_empty(), "left over: {:?}", texts.keys());
}

fn altered(sql: &str) -> Option<String> {
    let rest = sql.strip_prefix("ALTER TABLE s.")?;
    rest.split_whitespace().next().map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_is_created_before_it_is_used_and_dropped_after(shape in shapes()) {
        let catalog = shape.catalog();
        let there = plan(&Catalog::empty(), &catalog, &PlanOptions::new(18)).unwrap();
        check_order(&there);
    }

    #[test]
    fn files_run_in_the_order_of_the_plan(shape in shapes()) {
        let catalog = shape.catalog();
        let there = plan(&Catalog::empty(), &catalog, &PlanOptions::new(18)).unwrap();
        let groups: Vec<_> = there.up.iter().map(|s| s.group).collect();
        prop_assert!(groups.is_sorted());
        let files = schema_files(&there);
        prop_assert!(files.is_sorted());
    }

    #[test]
    fn a_plan_to_itself_is_empty_and_the_way_back_is_the_inverse(shape in shapes()) {
        let catalog = shape.catalog();
        let options = PlanOptions::new(18);
        prop_assert!(plan(&catalog, &catalog, &options).unwrap().is_empty());
        prop_assert!(difference(&catalog, &catalog, &str::to_owned).is_empty());
        let there = plan(&Catalog::empty(), &catalog, &options).unwrap();
        let at_once = PlanOptions { keep_aside: false, ..options.clone() };
        let back = plan(&catalog, &Catalog::empty(), &at_once).unwrap();
        // What goes last of all may stand in another order.
        let sql = |steps: &[Step]| {
            let mut sql: Vec<_> = steps.iter().map(|s| s.sql.clone()).collect();
            sql.sort();
            sql
        };
        prop_assert_eq!(sql(&there.down), sql(&back.up));
        prop_assert_eq!(sql(&there.up), sql(&back.down));
    }
}

/// The catalog without what can be added to tables that are there.
fn bare(catalog: &Catalog) -> Catalog {
    let mut bare = catalog.clone();
    bare.views.clear();
    for table in bare.tables.values_mut() {
        table
            .constraints
            .retain(|_, c| matches!(c.kind, ConstraintKind::PrimaryKey(_)));
        // Columns are appended: those with a default are the last.
        table.columns.retain(|c| c.default.is_none());
    }
    bare.routines.clear();
    bare
}

#[test]
fn a_server_takes_random_catalogs_there_and_back() {
    let found = discover(None).unwrap_or_default();
    let Some(newest) = found.iter().find(|i| i.is_supported()) else {
        eprintln!("skipped: no PostgreSQL server found");
        return;
    };
    let sandbox = Sandbox::start(newest, &Options::default()).unwrap();
    sandbox.create_database("random").unwrap();
    let client = RefCell::new(sandbox.connect("random").unwrap());
    let config = ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(shape in shapes())| {
        let options = PlanOptions::new(newest.major);
        let (from, to) = (Catalog::empty(), shape.catalog());
        let there = plan(&from, &to, &options).unwrap();
        let mut client = client.borrow_mut();
        let bare = bare(&to);
        let begin = plan(&from, &bare, &options).unwrap();
        let extend = plan(&bare, &to, &options).unwrap();
        let steps = there.up.iter().chain(&there.down);
        // The same in two steps, and back in two.
        let steps = steps.chain(&begin.up).chain(&extend.up);
        for step in steps.chain(&extend.down).chain(&begin.down) {
            if let Err(error) = client.batch_execute(&step.sql) {
                client.batch_execute("DROP SCHEMA IF EXISTS s CASCADE").unwrap();
                panic!("{}\n{error:?}", step.sql);
            }
        }
    });
}
