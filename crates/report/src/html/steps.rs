//! The migration, step by step, with what each locks and endangers.

use pgwright_migrate::{Action, Step, Transaction};

use super::inline::escaped;
use crate::facts::Facts;

/// The chapter, as HTML.
pub fn steps(facts: &Facts<'_>) -> String {
    let plan = facts.subject.plan;
    let mut out = format!(
        "<p>Going up takes {} statements, going down {}. Nothing is locked that a running application uses \
         unless a step says so.</p>",
        plan.up.len(),
        plan.down.len()
    );
    let mut groups: Vec<_> = plan.up.iter().map(|s| s.group).collect();
    groups.dedup();
    for (number, chunk) in plan.up.chunk_by(|a, b| a.group == b.group).enumerate() {
        let group = groups.get(number).copied().unwrap_or(chunk[0].group);
        out.push_str(&format!(
            "<details class=\"steps\"><summary>{} <span class=\"quiet\">{} {}</span></summary><ol>",
            escaped(group.title()),
            chunk.len(),
            if chunk.len() == 1 {
                "statement"
            } else {
                "statements"
            }
        ));
        chunk.iter().for_each(|s| step(&mut out, facts, s));
        out.push_str("</ol></details>");
    }
    out
}

fn step(out: &mut String, facts: &Facts<'_>, step: &Step) {
    let (kind, name) = facts.object(&step.object);
    let action = match step.action {
        Action::Create => "Create",
        Action::Alter => "Change",
        Action::Drop => "Drop",
    };
    out.push_str(&format!(
        "<li><p>{action} {kind} <code>{}</code>",
        escaped(&name)
    ));
    for lock in &step.locks {
        let level = format!("{:?}", lock.level);
        out.push_str(&format!(
            " <span class=\"tag\">{} on {}</span>",
            escaped(&spaced(&level)),
            escaped(&facts.short(&lock.table))
        ));
    }
    for hazard in &step.hazards {
        out.push_str(&format!(
            " <span class=\"tag warn\">{}</span>",
            escaped(&spaced(&format!("{hazard:?}")).to_lowercase())
        ));
    }
    match step.transaction {
        Transaction::Shared => {}
        Transaction::Own => out.push_str(" <span class=\"tag\">a transaction of its own</span>"),
        Transaction::Outside => out.push_str(" <span class=\"tag\">in no transaction</span>"),
    }
    out.push_str(&format!(
        "</p><pre><code>{}</code></pre></li>",
        escaped(&step.sql)
    ));
}

/// `AccessExclusive` as PostgreSQL says it: `ACCESS EXCLUSIVE`.
fn spaced(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(character.to_uppercase());
    }
    out
}
