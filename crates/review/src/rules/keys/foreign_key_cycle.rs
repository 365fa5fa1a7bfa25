//! Circles of foreign keys that no row gets into.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-FK-CYCLE",
    title: "Circles of foreign keys that no first row gets into",
    rationale: "Tables that refer to each other in a circle, by columns that are never null and foreign keys that are checked at once, take no \
        first row: each needs one of the other. One of the keys has to be DEFERRABLE INITIALLY DEFERRED, or one of the columns nullable.",
    severity: Error,
    weighing: "Silent for circles that a nullable column or a deferred key opens.",
    consequence: 60,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint NOT NULL); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a); \
         ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;",
    ],
    good: &[
        "CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a); \
         ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;",
        "CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint NOT NULL); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a); \
         ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b DEFERRABLE INITIALLY DEFERRED;",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    // What a table needs a row of before it can have one.
    let mut needs: BTreeMap<&QualifiedName, BTreeSet<&QualifiedName>> = BTreeMap::new();
    for view in context.tables() {
        for (name, key) in view.table.foreign_keys() {
            let at_once = view.table.constraints.get(name).is_some_and(|c| {
                c.enforced && c.deferrability == pgwright_catalog::Deferrability::NotDeferrable
            });
            let demanded = key.columns.iter().all(|c| !view.nullable(c));
            if at_once && demanded && &key.references != view.name {
                needs.entry(view.name).or_default().insert(&key.references);
            }
        }
    }
    // What can be filled first is taken away until only circles are left, and what leads to them.
    let mut open: BTreeSet<&QualifiedName> = needs.keys().copied().collect();
    loop {
        let before = open.len();
        open = open
            .iter()
            .copied()
            .filter(|t| {
                needs
                    .get(t)
                    .is_some_and(|n| n.iter().any(|r| open.contains(r)))
            })
            .collect();
        if open.len() == before {
            break;
        }
    }
    let mut seen: BTreeSet<&QualifiedName> = BTreeSet::new();
    for start in &open {
        let mut path = vec![*start];
        let mut at = *start;
        while let Some(next) = needs
            .get(at)
            .and_then(|n| n.iter().find(|r| open.contains(*r)))
        {
            if let Some(first) = path.iter().position(|t| t == next) {
                let circle: Vec<String> = path[first..].iter().map(ToString::to_string).collect();
                if path[first..].iter().all(|t| seen.insert(t)) {
                    let found = report.add(
                        ObjectId::Table(path[first].clone()),
                        format!(
                            "is in a circle that takes no first row: {}",
                            circle.join(" → ")
                        ),
                    );
                    for table in &path[first + 1..] {
                        found.with(ObjectId::Table((*table).clone()));
                    }
                }
                break;
            }
            path.push(next);
            at = next;
        }
    }
}
