//! `pgwright rules [ID]`: what `review` looks for, and why.

use clap::Args;
use pgwright_review::{Group, find, rule_page, rules};

use crate::exit::Failure;
use crate::terminal::output;

#[derive(Debug, Args)]
pub struct Rules {
    /// The id of a rule, such as IDX-DUPLICATE, or what the ids of a group begin with, such as IDX; every
    /// rule when not given.
    pub id: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Rules) -> Result<(), Failure> {
    let Some(id) = &arguments.id else {
        return list(&Group::ALL);
    };
    if let Some(rule) = find(id) {
        return output(&rule_page(rule));
    }
    let group = Group::ALL
        .into_iter()
        .find(|g| g.prefix().eq_ignore_ascii_case(id));
    match group {
        Some(group) => list(&[group]),
        None => Err(Failure::Usage(format!(
            "there is no rule `{id}`\nhint: `pgwright rules` lists every rule"
        ))),
    }
}

fn list(groups: &[Group]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for group in groups {
        let of_group: Vec<_> = rules()
            .iter()
            .filter(|rule| rule.group() == *group)
            .collect();
        if of_group.is_empty() {
            continue;
        }
        lines.push(group.title().to_owned());
        for rule in of_group {
            let severity = if rule.on {
                rule.severity.as_str()
            } else {
                "off"
            };
            lines.push(format!("  {:<28} {severity:<8} {}", rule.id, rule.title));
        }
    }
    output(&(lines.join("\n") + "\n"))
}
