//! Sequences that outlive their column.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-SEQ-NOT-OWNED",
    title: "Sequences that do not belong to the column that they number",
    rationale: "A sequence that no column owns stays behind when its table is dropped, and DROP SEQUENCE is refused with no hint why. \
        TRUNCATE … RESTART IDENTITY passes it over, and copying tools do not see that the two belong together.",
    severity: Info,
    weighing: "Silent where several columns take their values from one sequence.",
    consequence: 12,
    bad: &[
        "CREATE SEQUENCE order_numbers; CREATE TABLE orders (id bigint PRIMARY KEY DEFAULT nextval('order_numbers'));",
    ],
    good: &[
        "CREATE TABLE orders (id bigserial PRIMARY KEY);",
        "CREATE SEQUENCE ids; CREATE TABLE a (id bigint PRIMARY KEY DEFAULT nextval('ids')); CREATE TABLE b (id bigint PRIMARY KEY DEFAULT nextval('ids'));",
    ],
    fix: "The column becomes the owner.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let mut users: BTreeMap<QualifiedName, Vec<(&TableView<'_>, &Column)>> = BTreeMap::new();
    for view in context.every_table() {
        for column in &view.table.columns {
            if let Some(sequence) = context.sequence_of(column) {
                users.entry(sequence).or_default().push((view, column));
            }
        }
    }
    for (name, users) in users {
        let owned = context
            .catalog
            .sequences
            .get(&name)
            .is_none_or(|s| s.owned_by.is_some());
        // A sequence can only be owned by a table of its schema.
        if let ([(view, column)], false) = (users.as_slice(), owned)
            && view.name.schema == name.schema
            && view.table.partition_of.is_none()
        {
            report
                .add(
                    ObjectId::Sequence(name.clone()),
                    format!(
                        "numbers {}.{} and is not owned by it",
                        view.name, column.name
                    ),
                )
                .with(view.column_id(&column.name))
                .fix(
                    format!("OWNED BY {}.{}", view.name, column.name),
                    vec![Change::SequenceOwner(
                        name.clone(),
                        view.name.clone(),
                        column.name.clone(),
                    )],
                );
        }
    }
}
