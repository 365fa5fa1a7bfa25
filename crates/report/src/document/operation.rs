//! Who may do what, what grows and hurts first, monitoring, and what is proven.

use pgwright_catalog::{Name, PolicyCommand, Privilege};
use pgwright_design::words::{capital, count, list, spoken};

use super::overview::many;
use crate::facts::{Facts, TableFacts, bytes};
use crate::markdown::{Markdown, code, prose};

/// The four chapters.
pub fn write(page: &mut Markdown, facts: &Facts<'_>) {
    access(page, facts);
    growth(page, facts);
    monitoring(page, facts);
    proven(page, facts);
}

fn access(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Who may do what");
    let catalog = &facts.subject.design.catalog;
    if catalog.roles.is_empty() {
        page.paragraph(
            "The design brings no roles of its own: whoever owns the schema may do everything, and grants are yours \
             to make.",
        );
    } else {
        page.items(catalog.roles.iter().map(|(name, role)| {
            let comment = role.comment.as_deref().map(prose).unwrap_or_default();
            let member: Vec<String> = role.member_of.iter().map(|n| code(n.as_str())).collect();
            let member = if member.is_empty() {
                String::new()
            } else {
                format!(" Member of {}.", list(&member))
            };
            format!("{}: {comment}{member}", code(name.as_str()))
        }));
        matrix(page, facts);
    }
    policies(page, facts);
    personal(page, facts);
}

fn matrix(page: &mut Markdown, facts: &Facts<'_>) {
    let mut roles: Vec<&Name> = Vec::new();
    for table in &facts.tables {
        for grant in &table.table.grants {
            if let Some(role) = &grant.grantee
                && !roles.contains(&role)
            {
                roles.push(role);
            }
        }
    }
    if roles.is_empty() {
        return;
    }
    roles.sort();
    let heads: Vec<&str> = std::iter::once("table")
        .chain(roles.iter().map(|r| r.as_str()))
        .collect();
    let rows = facts.tables.iter().map(|table| {
        let mut row = vec![code(&facts.short(table.name))];
        row.extend(roles.iter().map(|role| may(table, role)));
        row
    });
    page.table(&heads, rows);
}

/// What a role may do with a table, in words.
pub fn may(table: &TableFacts<'_>, role: &Name) -> String {
    let words = [
        (Privilege::Select, "read"),
        (Privilege::Insert, "add"),
        (Privilege::Update, "change"),
        (Privilege::Delete, "remove"),
    ];
    let mut told = Vec::new();
    for (privilege, word) in words {
        let granted = |column: bool| {
            table.table.grants.iter().any(|g| {
                g.grantee.as_ref() == Some(role)
                    && g.privilege == privilege
                    && g.column.is_some() == column
            })
        };
        if granted(false) {
            told.push(word.to_owned());
        } else if granted(true) {
            told.push(format!("{word} some columns"));
        }
    }
    told.join(", ")
}

fn policies(page: &mut Markdown, facts: &Facts<'_>) {
    let guarded: Vec<&TableFacts<'_>> = facts
        .tables
        .iter()
        .filter(|t| t.table.row_security)
        .collect();
    if guarded.is_empty() {
        return;
    }
    let forced = guarded.iter().all(|t| t.table.force_row_security);
    page.paragraph(&format!(
        "Row-level security decides about single rows of {}{}:",
        many(guarded.len(), "table"),
        if forced {
            ", for the owner of the tables as well"
        } else {
            ""
        }
    ));
    let mut rows = Vec::new();
    for table in guarded {
        for (name, policy) in &table.table.policies {
            let roles: Vec<String> = policy.roles.iter().map(|r| code(r.as_str())).collect();
            let command = match policy.command {
                PolicyCommand::All => "all",
                PolicyCommand::Select => "read",
                PolicyCommand::Insert => "add",
                PolicyCommand::Update => "change",
                PolicyCommand::Delete => "remove",
            };
            let condition = policy.using.as_ref().or(policy.with_check.as_ref());
            rows.push(vec![
                code(&facts.short(table.name)),
                code(name.as_str()),
                if roles.is_empty() {
                    "everyone".to_owned()
                } else {
                    roles.join(", ")
                },
                command.to_owned(),
                policy.comment.as_deref().map_or_else(
                    || condition.map(|c| code(c.sql())).unwrap_or_default(),
                    prose,
                ),
            ]);
        }
    }
    page.table(&["table", "policy", "for", "to", "which rows"], rows);
}

fn personal(page: &mut Markdown, facts: &Facts<'_>) {
    let brief = facts.subject.brief;
    let mut rows = Vec::new();
    for entity in &brief.entities {
        let all = pgwright_design::Draft::stored_attributes(entity);
        let of_roles = entity.roles.iter().flat_map(|r| &r.attributes);
        let personal: Vec<&pgwright_brief::model::Attribute> = all
            .iter()
            .map(|(a, _)| *a)
            .chain(of_roles)
            .filter(|a| a.personal || a.sensitive)
            .collect();
        if personal.is_empty() {
            continue;
        }
        let names: Vec<String> = personal.iter().map(|a| spoken(&a.name)).collect();
        let special: Vec<String> = personal
            .iter()
            .filter(|a| a.sensitive)
            .map(|a| spoken(&a.name))
            .collect();
        rows.push(vec![
            prose(&capital(&spoken(&entity.name))),
            prose(&list(&names)),
            prose(&list(&special)),
            if brief.policies.erasable.contains(&entity.name) {
                "on request"
            } else {
                "not asked for"
            }
            .to_owned(),
        ]);
    }
    if !rows.is_empty() {
        page.paragraph("Personal data, and whether it is erased:");
        page.table(
            &["entity", "personal", "of a special category", "erased"],
            rows,
        );
    }
}

fn growth(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Growth and bottlenecks");
    let mut sized: Vec<(&TableFacts<'_>, f64)> = facts
        .tables
        .iter()
        .filter_map(|t| Some((t, t.rows?)))
        .collect();
    if sized.is_empty() {
        page.paragraph("The brief gives no volumes, so nothing is said about size here.");
        return;
    }
    let total = |(table, rows): &(&TableFacts<'_>, f64)| table.size.total(*rows);
    sized.sort_by(|a, b| {
        total(b)
            .total_cmp(&total(a))
            .then_with(|| a.0.name.cmp(b.0.name))
    });
    page.paragraph(&hurts_first(facts, &sized));
    page.table(
        &[
            "table",
            "rows",
            "new a month",
            "peak writes a second",
            "the rows take",
            "their indexes",
            "kept",
        ],
        sized.iter().map(|(table, rows)| {
            let volume = table.entity.and_then(|e| e.volume.as_ref());
            let number = |value: Option<f64>| value.map(count).unwrap_or_default();
            vec![
                code(&facts.short(table.name)),
                count(*rows),
                number(volume.and_then(|v| v.per_month)),
                number(volume.and_then(|v| v.peak_per_second)),
                bytes(table.size.row * rows),
                bytes(table.size.indexes * rows),
                volume
                    .and_then(|v| v.keep_months)
                    .map_or_else(|| "for ever".to_owned(), months),
            ]
        }),
    );
    page.items(bottlenecks(facts, &sized));
}

fn hurts_first(facts: &Facts<'_>, sized: &[(&TableFacts<'_>, f64)]) -> String {
    let all: f64 = sized.iter().map(|(t, rows)| t.size.total(*rows)).sum();
    let (first, rows) = sized[0];
    let size = first.size.total(rows);
    let share = 100.0 * size / all;
    let mut text = format!(
        "The largest table is {}: {} rows take about {}, {share:.0}% of the database.",
        code(&facts.short(first.name)),
        count(rows),
        bytes(size),
    );
    let hot = sized
        .iter()
        .filter_map(|(t, _)| Some((t, t.entity?.volume.as_ref()?.peak_per_second?)))
        .fold(
            None,
            |best: Option<(&TableFacts<'_>, f64)>, (t, rate)| match best {
                Some(best) if best.1 >= rate => Some(best),
                _ => Some((t, rate)),
            },
        );
    if let Some((table, rate)) = hot {
        let indexes = table.table.indexes.len() + table.table.keys().count();
        text.push_str(&format!(
            " The most writes go to {}, {} a second at peak, and each of them keeps {} up to date.",
            code(&facts.short(table.name)),
            count(rate),
            many(indexes, "index")
        ));
    }
    if first.partitions == 0 && size > 50e9 {
        text.push_str(
            " It is one table, not partitioned: look there first when vacuum or index builds take long.",
        );
    }
    text
}

/// What to expect trouble from, as far as the design can tell.
fn bottlenecks(facts: &Facts<'_>, sized: &[(&TableFacts<'_>, f64)]) -> Vec<String> {
    let mut told = Vec::new();
    for (table, rows) in sized {
        if let Some(partition) = table.plan.and_then(|p| p.partition.as_ref()) {
            let kept = partition.keep_months.map(months);
            told.push(format!(
                "{}: queries that say nothing about {} look into every partition. {}",
                code(&facts.short(table.name)),
                code(partition.column.as_str()),
                match kept {
                    Some(kept) => format!("Partitions older than {kept} are dropped; that is the only deletion at this size."),
                    None => "Nothing is ever dropped, so old partitions should go to slower storage in time.".to_owned(),
                }
            ));
        }
        let memory = table.size.indexes * rows;
        if memory > 16e9 {
            told.push(format!(
                "{}: its indexes come to about {}, which is more than fits in the memory of a small server. Recent \
                 rows stay fast as long as the part of them in use fits.",
                code(&facts.short(table.name)),
                bytes(memory)
            ));
        }
    }
    for entity in &facts.subject.brief.entities {
        for attribute in &entity.attributes {
            if attribute.gapless.is_some() {
                told.push(format!(
                    "Numbers without gaps ({} of {}) are given one at a time: two sessions that number in the same \
                     series wait for each other until the first commits. Keep those transactions short.",
                    prose(&spoken(&attribute.name)),
                    prose(&pgwright_design::words::a(&entity.name))
                ));
            }
            if let Some(total) = &attribute.running_total {
                told.push(format!(
                    "The {} of {} is kept current as {} are written: writers to the same total wait for each other, \
                     so one very busy row is the limit, however large the server.",
                    prose(&spoken(&attribute.name)),
                    prose(&pgwright_design::words::a(&entity.name)),
                    prose(&pgwright_design::names::plural(&total.entity).replace('_', " "))
                ));
            }
        }
    }
    for access in facts.access.iter().filter(|a| a.by.is_empty()) {
        told.push(format!(
            "“{}” has no index of its own; watch it as the tables grow.",
            prose(access.pattern.says.trim_end_matches('.'))
        ));
    }
    if let Some(plans) = &facts.subject.proof.plans {
        told.extend(super::plans::findings(plans));
    }
    told
}

fn months(months: f64) -> String {
    if months >= 24.0 && (months / 12.0).fract() == 0.0 {
        format!("{:.0} years", months / 12.0)
    } else if months == 12.0 {
        "a year".to_owned()
    } else if months < 2.0 {
        format!("{:.0} days", months * 30.0)
    } else {
        format!("{months:.0} months")
    }
}

fn monitoring(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Monitoring and maintenance");
    page.paragraph(
        "[monitoring/](monitoring/README.md) holds a query for each thing to watch and what to run when. In short:",
    );
    page.table(
        &["watch", "act when"],
        facts
            .subject
            .design
            .monitors
            .iter()
            .map(|m| vec![prose(&m.watches), prose(&m.threshold)]),
    );
    page.items(crate::monitoring::tasks(facts).into_iter().map(|task| {
        format!(
            "{}: {} {}",
            prose(&task.when),
            prose(&task.what),
            task.sql.as_deref().map(code).unwrap_or_default()
        )
    }));
}

fn proven(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "What is proven");
    let proof = facts.subject.proof;
    if proof.servers.is_empty() {
        page.paragraph(&format!(
            "Nothing yet: {}. `pgwright verify .` proves the package on the servers it finds.",
            prose(
                proof
                    .reason
                    .as_deref()
                    .unwrap_or("no server was asked")
                    .trim_end_matches('.')
            )
        ));
        return;
    }
    page.paragraph(
        "Real servers ran the package in databases of their own. `proof.json` is the record, `pgwright verify .` \
         repeats it.",
    );
    page.table(
        &["PostgreSQL", "result", "checks", "rule tests"],
        proof.servers.iter().map(|server| {
            let held = server.checks.iter().filter(|c| c.passed).count();
            let passed = server.tests.iter().filter(|t| t.passed).count();
            vec![
                prose(&server.version),
                if server.passed {
                    "proven"
                } else {
                    "**failed**"
                }
                .to_owned(),
                format!("{held} of {}", server.checks.len()),
                format!("{passed} of {}", server.tests.len()),
            ]
        }),
    );
    if let Some(server) = proof.servers.first() {
        page.items(server.checks.iter().map(|check| {
            format!(
                "{}{}",
                prose(&capital(&check.name)),
                if check.passed { "" } else { ": **it did not**" }
            )
        }));
    }
    for server in &proof.servers {
        let failed: Vec<String> = server
            .tests
            .iter()
            .filter(|t| !t.passed)
            .map(|t| code(&t.file))
            .collect();
        if !failed.is_empty() {
            page.paragraph(&format!(
                "On PostgreSQL {} these tests failed: {}.",
                prose(&server.version),
                list(&failed)
            ));
        }
    }
}
