//! The pages of `docs/rules`, written from the rules.

use std::fmt::Write as _;

use crate::rule::{Check, Group, Rule};

/// The page of a rule.
pub fn rule_page(rule: &Rule) -> String {
    let mut page = format!("# {}: {}\n\n{}\n\n", rule.id, rule.title, rule.rationale);
    let evidence: Vec<&str> = rule.evidence.iter().map(|e| e.as_str()).collect();
    let mut line = |name: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(page, "- {name}: {text}");
        }
    };
    line("Severity", rule.severity.as_str());
    line("Graver or less grave", rule.weighing);
    line("Needs", &evidence.join(", "));
    if rule.since > 14 {
        line("From version", &rule.since.to_string());
    }
    if !rule.on {
        line("Runs", "only when it is enabled in pgwright.toml");
    }
    line("Fix", rule.fix);
    for reference in rule.references {
        line("See", reference);
    }
    for (title, examples) in [("Found in", rule.bad), ("Nothing found in", rule.good)] {
        let _ = write!(page, "\n## {title}\n");
        for example in examples {
            let _ = write!(page, "\n```sql\n{}\n```\n", example.trim());
        }
    }
    let _ = write!(
        page,
        "\nThis page is written from the rule; the examples are run as tests. To accept it somewhere, put \
         `-- pgwright: ignore {} because …` before the statement or behind the line.\n",
        rule.id
    );
    page
}

/// The list of all rules.
pub fn rules_index(rules: &[&Rule]) -> String {
    let mut page = "# Rules\n\nEvery rule of `pgwright review`, written from the rules. A page says why it is one, with SQL that \
         it finds something in and SQL that it does not.\n"
        .to_owned();
    for group in Group::ALL {
        let of_group: Vec<_> = rules.iter().filter(|rule| rule.group() == group).collect();
        if of_group.is_empty() {
            continue;
        }
        let _ = write!(
            page,
            "\n## {}\n\n| rule | what | severity | fix |\n|---|---|---|---|\n",
            group.title()
        );
        for rule in of_group {
            let severity = match (rule.on, rule.check) {
                (false, _) => "off".to_owned(),
                (true, Check::Catalog(_) | Check::Statement(_)) => {
                    rule.severity.as_str().to_owned()
                }
            };
            let fix = if rule.fix.is_empty() { "" } else { "yes" };
            let _ = writeln!(
                page,
                "| [{}]({}.md) | {} | {severity} | {fix} |",
                rule.id, rule.id, rule.title
            );
        }
    }
    page
}
