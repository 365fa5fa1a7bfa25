//! Foreign keys without an index.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-FK-NO-INDEX",
    title: "Foreign keys without an index",
    rationale: "PostgreSQL makes no index for the referring side. Deleting a row that is referred to, or changing its key, reads the whole \
        referring table, once for every row, under a lock; so do the joins from the one to the many. An index that begins \
        with the columns, in whatever order, serves; one with a predicate only where it leaves out nothing but nulls.",
    severity: Warning,
    weighing: "Graver the more deletions are passed on (CASCADE, SET NULL). A note where what is referred to is a list of values that hardly \
        ever loses a row: a lookup table by its structure, with nothing passed on; and of logs and partitioned tables, when nothing is passed on.",
    consequence: 60,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c text, d text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a);",
        "CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c text, d text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a, at date); CREATE INDEX ON b (at, a_id);",
        "CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c text, d text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a, gone boolean); CREATE INDEX ON b (a_id) WHERE NOT gone;",
    ],
    good: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c text, d text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a); CREATE INDEX ON b (a_id) WHERE a_id IS NOT NULL;",
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); CREATE TABLE b (id bigint PRIMARY KEY, x int, y int, z int, FOREIGN KEY (x, y) REFERENCES a); CREATE INDEX ON b (y, x, z);",
        "CREATE TABLE a (id bigint PRIMARY KEY, b bigint, c text, d text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a UNIQUE);",
    ],
    fix: "An index on the columns.",
    references: &["PostgreSQL manual 5.5.5, Foreign Keys"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let mut said: BTreeSet<BTreeSet<&Name>> = BTreeSet::new();
        for (name, key) in view.table.foreign_keys() {
            let columns = &key.columns;
            // A period is found by its range, which is another kind of index.
            if key.period || served(view, columns) || !said.insert(columns.iter().collect()) {
                continue;
            }
            let passes_on = !matches!(
                key.on_delete,
                ReferentialAction::NoAction | ReferentialAction::Restrict
            );
            // Of what is only added to, what it refers to hardly ever goes.
            let log = !passes_on
                && (view.purpose == Purpose::AppendOnly || view.table.partition_by.is_some());
            let lookup = !passes_on
                && context
                    .table(&key.references)
                    .is_some_and(|target| is_lookup(context, target));
            let quoted: Vec<&str> = columns.iter().map(Name::as_str).collect();
            let label = pgwright_catalog::automatic_name(
                view.name.name.as_str(),
                Some(&quoted.join("_")),
                "idx",
            );
            let found = report.add(
                view.constraint_id(name),
                format!(
                    "has no index on ({}): a deletion from {} reads all of {}",
                    quoted.join(", "),
                    key.references,
                    view.name.name
                ),
            );
            found
                .severity(if lookup || log { Info } else { Warning })
                .with(ObjectId::Table(key.references.clone()));
            if passes_on {
                found.evidence(
                    "a deletion is passed on to these rows, which are looked for by these columns",
                );
            }
            if !view.table.indexes.contains_key(&label)
                && !view.table.constraints.contains_key(&label)
            {
                found.fix(
                    format!("an index on ({})", quoted.join(", ")),
                    vec![Change::AddIndex(
                        view.name.clone(),
                        label,
                        Box::new(Index::btree(columns.clone())),
                    )],
                );
            }
        }
    }
}

/// Whether an index finds the rows, or so few that the rest does not matter: one that begins with columns of
/// the key, among them one that says which row is meant. A column that refers to several tables, such as a
/// tenant's, only says to whom it belongs.
fn served(view: &TableView<'_>, columns: &[Name]) -> bool {
    let says_which = |column: &Name| {
        let mut tables: BTreeSet<&QualifiedName> = BTreeSet::new();
        for (_, key) in view.table.foreign_keys() {
            if key.columns.contains(column) {
                tables.insert(&key.references);
            }
        }
        tables.len() == 1
    };
    view.finds(columns)
        || columns.len() > 1
            && (1..columns.len()).any(|size| {
                parts(columns, size)
                    .iter()
                    .any(|part| part.iter().any(says_which) && view.finds(part))
            })
}

/// The sets of so many columns of a key; of very long keys only those that stand together.
fn parts(columns: &[Name], size: usize) -> Vec<Vec<Name>> {
    if columns.len() > 6 {
        return columns.windows(size).map(<[Name]>::to_vec).collect();
    }
    (0_u32..1 << columns.len())
        .filter(|set| set.count_ones() as usize == size)
        .map(|set| {
            let chosen = columns
                .iter()
                .enumerate()
                .filter(|(at, _)| set >> at & 1 == 1);
            chosen.map(|(_, column)| column.clone()).collect()
        })
        .collect()
}

/// A list of values: a key and little more than a name, and nothing that it refers to itself.
fn is_lookup(context: &Context<'_>, view: &TableView<'_>) -> bool {
    let words = words(view.name.name.as_str());
    let named = words.last().is_some_and(|w| {
        matches!(
            w.as_str(),
            "type"
                | "types"
                | "status"
                | "statuses"
                | "kind"
                | "kinds"
                | "category"
                | "categories"
                | "language"
                | "languages"
                | "country"
                | "countries"
                | "currency"
                | "currencies"
                | "unit"
                | "units"
                | "role"
                | "roles"
                | "level"
                | "levels"
                | "state"
                | "states"
                | "method"
                | "methods"
                | "reason"
                | "reasons"
                | "code"
                | "codes"
                | "region"
                | "regions"
        )
    });
    let small = view.columns.len() <= 3 && view.table.foreign_keys().next().is_none();
    named && view.columns.len() <= 8 || small && context.references_to(view.name).len() > 1
}
