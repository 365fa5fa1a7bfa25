//! Rule by rule: the author's words, how each is kept, by what, and the test that shows it.

use pgwright_design::words::{capital, sentence, spoken};

use super::named_all;
use crate::facts::{Facts, RuleFacts};
use crate::markdown::{Markdown, code, prose};

/// Written rules at length, implied ones in a table for each entity.
pub fn write(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Business rules");
    page.paragraph(
        "The database itself keeps the rules, whichever program writes. First those that the brief states, in \
         its own words; then those that follow from its attributes and policies.",
    );
    let (written, implied): (Vec<_>, Vec<_>) = facts.rules.iter().partition(|r| r.written());
    for rule in written {
        at_length(page, facts, rule);
    }
    let mut subjects: Vec<Option<&str>> = Vec::new();
    for rule in &implied {
        if !subjects.contains(&rule.entity) {
            subjects.push(rule.entity);
        }
    }
    if !subjects.is_empty() {
        page.heading(3, "Rules that follow from attributes and policies");
    }
    for subject in subjects {
        let name = subject.map_or_else(|| "The whole system".to_owned(), |s| capital(&spoken(s)));
        page.heading(4, &prose(&name));
        let of_it = implied.iter().filter(|r| r.entity == subject);
        page.table(
            &["rule", "how it is kept", "by", "test"],
            of_it.map(|rule| {
                let how: Vec<String> = rule.kept.iter().map(|k| prose(&k.how)).collect();
                vec![
                    prose(&sentence(rule.says)),
                    how.join(" "),
                    named_all(facts, rule.objects()),
                    tests(rule),
                ]
            }),
        );
    }
}

fn at_length(page: &mut Markdown, facts: &Facts<'_>, rule: &RuleFacts<'_>) {
    let name = rule.id.replace('.', " ");
    page.heading(3, &prose(&capital(&spoken(&name))));
    page.quote(&prose(rule.says));
    let mut said: Vec<&str> = vec![rule.says];
    for kept in &rule.kept {
        // A family may put the rule in more precise words than the brief.
        if !said.contains(&kept.says.as_str()) {
            page.paragraph(&prose(&kept.says));
            said.push(&kept.says);
        }
        page.paragraph(&prose(&kept.how));
    }
    if rule.kept.is_empty() {
        page.paragraph(
            "**No object of the schema keeps this rule**; the programs that write have to keep it themselves.",
        );
    }
    let mut facts_of_it = Vec::new();
    if let Some(text) = rule.text.filter(|t| *t != rule.says) {
        facts_of_it.push(format!("Formally: {}", code(text)));
    }
    let by = named_all(facts, rule.objects());
    if !by.is_empty() {
        facts_of_it.push(format!("Kept by {by}"));
    }
    let tests = tests(rule);
    if !tests.is_empty() {
        facts_of_it.push(format!("Tested by {tests}"));
    }
    page.items(facts_of_it);
}

fn tests(rule: &RuleFacts<'_>) -> String {
    let links: Vec<String> = rule
        .tests
        .iter()
        .map(|file| {
            let number = file
                .rsplit('/')
                .next()
                .and_then(|n| n.split('_').next())
                .unwrap_or(file);
            let kind = if file.contains("/concurrent/") {
                "two sessions "
            } else {
                ""
            };
            format!("[{kind}{number}]({file})")
        })
        .collect();
    links.join(", ")
}
