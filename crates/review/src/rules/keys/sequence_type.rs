//! Sequences that end before their column does.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-SEQ-TYPE-MISMATCH",
    title: "Sequences that end before their column does",
    rationale: "A sequence of type integer stops at 2,147,483,647 even when the column that it numbers is bigint: every INSERT fails on that \
        day. It is what ALTER COLUMN … TYPE bigint on a serial column leaves behind.",
    severity: Warning,
    consequence: 65,
    bad: &[
        "CREATE SEQUENCE s AS integer; CREATE TABLE orders (id bigint PRIMARY KEY DEFAULT nextval('s')); ALTER SEQUENCE s OWNED BY orders.id;",
    ],
    good: &[
        "CREATE TABLE orders (id bigserial PRIMARY KEY); CREATE TABLE a (id serial PRIMARY KEY);",
    ],
    fix: "The sequence gets the column's type.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let width = |data_type: &str| match data_type {
        "smallint" => 2,
        "integer" => 4,
        "bigint" => 8,
        _ => 0,
    };
    for view in context.tables() {
        for column in &view.columns {
            let Some(name) = context.sequence_of(column) else {
                continue;
            };
            let Some(sequence) = context.catalog.sequences.get(&name) else {
                continue;
            };
            if width(&sequence.data_type) < width(&column.data_type) {
                report
                    .add(
                        ObjectId::Sequence(name.clone()),
                        format!(
                            "is {} and numbers {}.{}, which is {}",
                            sequence.data_type, view.name, column.name, column.data_type
                        ),
                    )
                    .with(view.column_id(&column.name))
                    .fix(
                        format!("make it {}", column.data_type),
                        vec![Change::SequenceType(name.clone(), column.data_type.clone())],
                    );
            }
        }
    }
}
