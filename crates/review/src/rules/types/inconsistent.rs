//! Columns of one name and several types.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-INCONSISTENT",
    title: "Ids of one name with several types",
    rationale: "Columns that hold the same id and have different types cannot be compared without a conversion, and the \
        narrower one will one day not hold what the wider one does. A name that means the same should have one type.",
    severity: Info,
    consequence: 25,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, device_id bigint); CREATE TABLE b (id bigint PRIMARY KEY, device_id bigint); \
         CREATE TABLE c (id bigint PRIMARY KEY, device_id integer);",
    ],
    good: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, device_id bigint); CREATE TABLE b (id bigint PRIMARY KEY, device_id bigint);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let mut by_name: BTreeMap<&Name, BTreeMap<&str, Vec<ObjectId>>> = BTreeMap::new();
    for view in context.tables() {
        for column in &view.columns {
            // Of two kinds of things behind one column each has its own type; what a foreign key types
            // is the business of another rule.
            let typed = view
                .column(&format!(
                    "{}_type",
                    column.name.as_str().trim_end_matches("_id")
                ))
                .is_some();
            let refers = view
                .table
                .foreign_keys()
                .any(|(_, key)| key.columns.contains(&column.name));
            let external = words(column.name.as_str())
                .iter()
                .any(|w| matches!(w.as_str(), "external" | "remote" | "provider"));
            if referenced_thing(column.name.as_str()).is_some() && !typed && !refers && !external {
                let family = column.data_type.as_str();
                if !matches!(family, "smallint" | "integer" | "bigint") {
                    continue;
                }
                by_name
                    .entry(&column.name)
                    .or_default()
                    .entry(family)
                    .or_default()
                    .push(view.column_id(&column.name));
            }
        }
    }
    for types in by_name.values().filter(|types| types.len() > 1) {
        let Some((usual, _)) = types.iter().max_by_key(|(_, found)| found.len()) else {
            continue;
        };
        let most = types.get(usual).map_or(0, Vec::len);
        if types.values().filter(|found| found.len() == most).count() > 1 {
            continue;
        }
        for (other, found) in types.iter().filter(|(data_type, _)| data_type != &usual) {
            for object in found {
                report
                    .add(
                        object.clone(),
                        format!("is {other}, and {usual} in {}", count(most, "other table")),
                    )
                    .sure(Certainty::Likely);
            }
        }
    }
}
