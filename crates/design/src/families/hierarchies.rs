//! Trees of rows of one entity: no row above itself, and the rows below one.

use std::collections::BTreeSet;

use pgwright_brief::model::AttributeKind;
use pgwright_catalog::{
    Argument, Constraint, Name, ObjectId, QualifiedName, Routine, RoutineSignature, Trigger,
    TriggerEvent, TriggerTiming, Volatility, quote_literal,
};

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::layout::{Place, Stored};
use crate::testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};
use crate::trigger_rules::{self, ISOLATION_LEVELS, NOT_SUPPORTED, Rights};
use crate::{names, trial, words};

/// Trees of rows of one entity.
#[derive(Debug)]
pub struct Hierarchies;

impl Family for Hierarchies {
    fn name(&self) -> &'static str {
        "hierarchies"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for stored in trees(draft) {
            if let Some(tree) = Tree::of(draft, &stored) {
                build(draft, &stored, &tree);
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        trees(draft)
            .iter()
            .filter_map(|stored| test(draft, fixtures, stored))
            .collect()
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        trees(draft)
            .iter()
            .filter_map(|stored| concurrent_test(draft, fixtures, stored))
            .collect()
    }
}

fn trees<'a>(draft: &Draft<'a>) -> Vec<Stored<'a>> {
    let mut all = Stored::of_brief(draft.brief);
    all.retain(|s| {
        matches!(s.place, Place::Entity)
            && matches!(&s.attribute.kind, AttributeKind::Reference(r)
                if r.hierarchy && r.entity == s.entity.name)
    });
    all
}

/// The columns of a tree: those that the row above is found by, and the key they lead to.
struct Tree {
    table: QualifiedName,
    key: Vec<(Name, String)>,
    parent: Vec<Name>,
    own: Vec<Name>,
}

impl Tree {
    fn of(draft: &Draft<'_>, stored: &Stored<'_>) -> Option<Self> {
        let plan = draft.plan(&stored.entity.name);
        match stored.columns(draft)? {
            Columns::Reference { columns, own, .. } => Some(Self {
                table: plan.table.clone(),
                key: plan.key.clone(),
                parent: columns,
                own,
            }),
            _ => None,
        }
    }

    fn key_names(&self) -> Vec<Name> {
        self.key.iter().map(|(column, _)| column.clone()).collect()
    }

    fn rule(&self, stored: &Stored<'_>) -> Name {
        names::derived(&self.table, &[&stored.attribute.name, "tree"], "check")
    }

    fn self_check(&self, stored: &Stored<'_>) -> Name {
        names::derived(&self.table, &[&stored.attribute.name, "not_self"], "check")
    }
}

fn build(draft: &mut Draft<'_>, stored: &Stored<'_>, tree: &Tree) {
    let entity = words::spoken(&stored.entity.name);
    let above = words::spoken(&stored.attribute.name);
    let pairs: Vec<String> = tree
        .own
        .iter()
        .zip(
            tree.key
                .iter()
                .filter(|(column, _)| !tree.parent.contains(column)),
        )
        .map(|(own, (key, _))| format!("{} <> {}", own.quoted(), key.quoted()))
        .collect();
    let own = tree.self_check(stored);
    draft.table_mut(&stored.entity.name).constraints.insert(
        own.clone(),
        Constraint::check(pairs.join(" OR ")).comment(format!(
            "{} is not its own {above}.",
            words::capital(&words::a(&stored.entity.name))
        )),
    );
    let rule = tree.rule(stored);
    let function = trigger_rules::add_function(
        draft,
        names::shortened(
            &format!("{}_{}", tree.table.name, stored.attribute.name),
            "stays_a_tree",
        ),
        body(stored, tree, &rule),
        Rights::Owner,
        &format!(
            "Refuses {} that would stand above itself.",
            words::a(&entity)
        ),
        std::slice::from_ref(&tree.table),
    );
    let mut trigger = Trigger::row(
        TriggerTiming::After,
        [TriggerEvent::Insert, TriggerEvent::Update],
        function.clone(),
    );
    trigger.update_columns = tree.parent.clone();
    let filled: Vec<String> = tree
        .own
        .iter()
        .map(|column| format!("NEW.{} IS NOT NULL", column.quoted()))
        .collect();
    trigger.when = Some(pgwright_catalog::Expression::new(filled.join(" AND ")));
    trigger.comment = Some(format!("No {entity} stands above itself."));
    let name = format!("{}_stays_a_tree", stored.attribute.name);
    let object = trigger_rules::add_trigger(draft, &tree.table, &name, trigger);
    draft.enforce(Enforcement {
        rule: stored.rule("tree"),
        says: format!("No {entity} stands above itself, however many steps away ({above})."),
        by: vec![
            ObjectId::Constraint(tree.table.clone(), own),
            object,
            trigger_rules::function_object(&function),
        ],
        how: format!(
            "A check for the row itself and a trigger that walks up. Writers that move rows of the \
             tree come one after the other, so two moves at once cannot close a circle. \
             {ISOLATION_LEVELS}"
        ),
        family: "hierarchies",
        source: Source::at(stored.part(), stored.attribute.span),
    });
    let descendants = descendants(draft, stored, tree);
    explain(draft, stored, tree, &descendants);
}

/// `parent columns of alias = key columns of other`.
fn above(tree: &Tree, child: &str, parent: &str) -> String {
    trigger_rules::equal(parent, &tree.key_names(), child, &tree.parent)
}

fn body(stored: &Stored<'_>, tree: &Tree, rule: &Name) -> String {
    let table = tree.table.quoted();
    let key = tree.key_names();
    let children = trigger_rules::equal("c", &tree.parent, "NEW", &key);
    let columns: BTreeSet<&Name> = key.iter().chain(&tree.parent).collect();
    let list = |alias: &str| {
        columns
            .iter()
            .map(|c| format!("{alias}.{}", c.quoted()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    format!(
        "
BEGIN
    -- A row that is new has none below it, unless the same statement added them: it cannot close
    -- a circle, and needs no lock.
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM {table} AS c WHERE {children}) THEN
        RETURN NULL;
    END IF;
{snapshot}    -- Two transactions that move rows under each other would each see the tree without the other's
    -- move. The lock, held until the transaction ends, puts them in a line; the second then walks
    -- over what the first has left.
    PERFORM pg_advisory_xact_lock(hashtextextended({lock}, 0));
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT {p_list}
              FROM {table} AS p
             WHERE {first}
            UNION
            SELECT {p_list}
              FROM above AS a
              JOIN {table} AS p ON {next}
        )
        SELECT FROM above AS a WHERE {itself}
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = {message},
            HINT = {hint},
            SCHEMA = {schema},
            TABLE = {name},
            CONSTRAINT = {rule};
    END IF;
    RETURN NULL;
END;
",
        snapshot = trigger_rules::refuse_old_snapshot(rule.as_str(), &tree.table, 4),
        lock = quote_literal(&format!("{}.{}", tree.table, stored.attribute.name)),
        p_list = list("p"),
        first = above(tree, "NEW", "p"),
        next = above(tree, "a", "p"),
        itself = trigger_rules::equal("a", &key, "NEW", &key),
        message = quote_literal(&format!(
            "{} would stand above itself",
            words::a(&stored.entity.name)
        )),
        hint = quote_literal(&format!(
            "Choose another {}, or move that one first.",
            words::spoken(&stored.attribute.name)
        )),
        schema = quote_literal(tree.table.schema.as_str()),
        name = quote_literal(tree.table.name.as_str()),
        rule = quote_literal(rule.as_str()),
    )
}

/// The argument that gives a key column of the row to start from.
fn root(column: &Name) -> Name {
    names::shortened(&format!("root_{column}"), "")
}

/// A function that lists a row and everything below it, with the distance.
fn descendants(draft: &mut Draft<'_>, stored: &Stored<'_>, tree: &Tree) -> RoutineSignature {
    let relation = draft.plan(&stored.entity.name).read_relation.clone();
    let key = tree.key_names();
    let arguments: Vec<Argument> = tree
        .key
        .iter()
        .map(|(column, data_type)| Argument::input(root(column), data_type.clone()))
        .collect();
    let function_name = draft.qualified(names::shortened(
        &format!("{}_below", stored.entity.name),
        "",
    ));
    let start: Vec<String> = key
        .iter()
        .map(|column| format!("r.{} = {}", column.quoted(), root(column).quoted()))
        .collect();
    let listed = |alias: &str| {
        key.iter()
            .map(|c| format!("{alias}.{}", c.quoted()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    // CYCLE ends the walk on rows that got into the table past the trigger, too.
    let body = format!(
        "
    WITH RECURSIVE below AS (
        SELECT {r}, 0 AS depth
          FROM {relation} AS r
         WHERE {start}
        UNION ALL
        SELECT {r}, b.depth + 1
          FROM below AS b
          JOIN {relation} AS r ON {next}
    ) CYCLE {cycle} SET circle_found USING circle_path
    SELECT {b}, b.depth FROM below AS b WHERE NOT b.circle_found
",
        cycle = trigger_rules::list("", &key),
        r = listed("r"),
        b = listed("b"),
        relation = relation.quoted(),
        start = start.join(" AND "),
        next = trigger_rules::equal("r", &tree.parent, "b", &key),
    );
    let mut routine = Routine::function("sql", String::new(), body);
    routine.returns = None;
    routine.arguments = arguments;
    for (column, data_type) in &tree.key {
        routine
            .arguments
            .push(Argument::table_column(column.clone(), data_type.clone()));
    }
    routine
        .arguments
        .push(Argument::table_column("depth", "integer"));
    routine.volatility = Volatility::Stable;
    routine.comment = Some(format!(
        "{} and everything below it, by {}; depth 0 is itself.",
        words::capital(&words::a(&stored.entity.name)),
        words::spoken(&stored.attribute.name)
    ));
    let signature = routine.signature(function_name);
    let needed = if relation == tree.table {
        ObjectId::Table(relation)
    } else {
        ObjectId::View(relation)
    };
    draft
        .catalog
        .depends(ObjectId::Routine(signature.clone()), needed);
    draft.catalog.routines.insert(signature.clone(), routine);
    signature
}

fn explain(
    draft: &mut Draft<'_>,
    stored: &Stored<'_>,
    tree: &Tree,
    descendants: &RoutineSignature,
) {
    let rows = draft
        .plan(&stored.entity.name)
        .expected_rows
        .map(|rows| {
            format!(
                " Among {} rows such a walk is a few index look-ups.",
                words::count(rows)
            )
        })
        .unwrap_or_default();
    draft.decide(Decision {
        family: "hierarchies",
        title: format!(
            "The tree of {}",
            words::spoken(&names::plural(&stored.entity.name))
        ),
        subjects: vec![
            ObjectId::Table(tree.table.clone()),
            ObjectId::Routine(descendants.clone()),
        ],
        choice: format!(
            "Each row refers to the one above it ({}); {} lists what is below one.",
            tree.own.last().map_or("", Name::as_str),
            descendants.name.name
        ),
        rationale: format!(
            "Moving a branch changes one row, and the foreign key keeps every step right. What is \
             above or below is a recursive query.{rows} A circle would make a plain query of \
             this kind run without an end, so a trigger refuses the row that closes one, and the \
             function stops where it has been before; rows that move wait for \
             each other, which they seldom do."
        ),
        alternatives: vec![
            Alternative::new(
                "a path in each row (ltree)",
                "Everything below is one index scan, but moving a branch rewrites all of it. Right \
                 for trees that are read a thousand times for each move.",
            ),
            Alternative::new(
                "a table of all pairs, above and below",
                "Answers every question with a join, and holds a row for each pair; triggers keep \
                 it.",
            ),
            Alternative::new(
                "nested sets",
                "An insertion renumbers half of the tree; two at once renumber it twice.",
            ),
        ],
        source: Source::at(stored.part(), stored.attribute.span),
        weight: Weight::Notable,
    });
}

fn test(draft: &Draft<'_>, fixtures: &Fixtures<'_>, stored: &Stored<'_>) -> Option<RuleTest> {
    let rule = stored.rule("tree");
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let tree = Tree::of(draft, stored)?;
    let (top, middle, bottom) = three(draft, fixtures, stored);
    let name = tree.rule(stored);
    let own = tree.self_check(stored);
    let column = tree.own.last()?;
    let under = |row, other| fixtures.update(row, &[(column.as_str(), &fixtures.key_value(other))]);
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given: fixtures.insert(&[&top, &middle, &bottom]),
        cases: vec![
            Case {
                says: "a row above itself".to_owned(),
                statements: vec![under(&top, &top)],
                expected: Expected::rejected("23514", Some(own.as_str())),
            },
            Case {
                says: "the top under the bottom".to_owned(),
                statements: vec![under(&top, &bottom)],
                expected: Expected::rejected("23514", Some(name.as_str())),
            },
            Case {
                says: "the bottom under the top".to_owned(),
                statements: vec![under(&bottom, &top)],
                expected: Expected::Accepted,
            },
        ],
    })
}

/// A row, one below it, and one below that.
fn three(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    stored: &Stored<'_>,
) -> (
    crate::fixtures::Row,
    crate::fixtures::Row,
    crate::fixtures::Row,
) {
    let entity = &stored.entity.name;
    let name = &stored.attribute.name;
    let top = fixtures.row(entity, 1);
    let under = |number, other| {
        let row = fixtures.with_reference(fixtures.row(entity, number), name, other);
        trial::same_tenant(draft, fixtures, row, &top)
    };
    let middle = under(2, &top);
    let bottom = under(3, &middle);
    (top, middle, bottom)
}

fn concurrent_test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    stored: &Stored<'_>,
) -> Option<ConcurrentTest> {
    let rule = stored.rule("tree");
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let tree = Tree::of(draft, stored)?;
    if !stored.attribute.optional {
        return None;
    }
    let one = fixtures.row(&stored.entity.name, 1);
    let other = fixtures.row(&stored.entity.name, 2);
    let other = trial::same_tenant(draft, fixtures, other, &one);
    let column = tree.own.last()?;
    let under =
        |row, target| fixtures.update(row, &[(column.as_str(), &fixtures.key_value(target))]);
    let step = |session, sql: String, expected| SessionStep {
        session,
        sql,
        expected,
    };
    Some(ConcurrentTest {
        rule,
        says: format!(
            "{} Two sessions put two rows under each other; REPEATABLE READ is turned down.",
            enforcement.says
        ),
        given: fixtures.insert(&[&one, &other]),
        steps: vec![
            step(1, "BEGIN".to_owned(), StepExpected::Done),
            step(1, under(&one, &other), StepExpected::Done),
            step(
                2,
                under(&other, &one),
                StepExpected::WaitsThenFails("23514".to_owned()),
            ),
            step(1, "COMMIT".to_owned(), StepExpected::Done),
            step(
                2,
                "BEGIN ISOLATION LEVEL REPEATABLE READ".to_owned(),
                StepExpected::Done,
            ),
            step(
                2,
                under(&other, &one),
                StepExpected::Fails(NOT_SUPPORTED.to_owned()),
            ),
            step(2, "ROLLBACK".to_owned(), StepExpected::Done),
        ],
        finally: format!(
            "SELECT count(*) = 1 FROM {} WHERE {} IS NOT NULL",
            tree.table.quoted(),
            column.quoted()
        ),
    })
}
