//! `monitoring/`: a query for each thing to watch, with the threshold fitted to this design.

use std::fmt::Write as _;

use crate::{Document, Subject};

/// The documents.
#[derive(Debug)]
pub struct Monitoring;

impl Document for Monitoring {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        let monitors = &subject.design.monitors;
        let mut index = format!(
            "# What to watch in {}\n\nEach query needs no parameters and no more than the rights of \
             `pg_monitor` and of reading the schema. Run them from whatever you watch servers with.\n\n\
             | query | watches | act when |\n|---|---|---|\n",
            subject.brief.title
        );
        let mut files = Vec::new();
        for (number, monitor) in monitors.iter().enumerate() {
            let name = format!("{:02}_{}.sql", number + 1, monitor.name);
            let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
            let _ = writeln!(
                index,
                "| [{name}]({name}) | {} | {} |",
                cell(&monitor.watches),
                cell(&monitor.threshold)
            );
            let mut text = String::new();
            for line in wrapped(&monitor.watches)
                .iter()
                .chain(&wrapped(&format!("Act when: {}", monitor.threshold)))
            {
                let _ = writeln!(text, "-- {line}");
            }
            let _ = writeln!(text, "{};", monitor.sql.trim().trim_end_matches(';'));
            files.push((format!("monitoring/{name}"), text));
        }
        index.push_str(&maintenance(subject));
        files.insert(0, ("monitoring/README.md".to_owned(), index));
        files
    }
}

/// Settings of tables that differ from the server's, and why a person would look at them.
fn maintenance(subject: &Subject<'_>) -> String {
    let mut text = String::from("\n## Settings of tables\n\n");
    let mut any = false;
    for (name, table) in &subject.design.catalog.tables {
        if table.options.is_empty() || table.partition_of.is_some() {
            continue;
        }
        any = true;
        let options: Vec<String> = table
            .options
            .iter()
            .map(|(option, value)| format!("`{option} = {value}`"))
            .collect();
        let _ = writeln!(text, "- `{name}`: {}", options.join(", "));
    }
    if !any {
        text.push_str(
            "The server's own autovacuum settings fit every table of this design: none is so large or \
             changed so often that it needs its own.\n",
        );
    }
    let refreshed: Vec<String> = subject
        .design
        .catalog
        .materialized_views
        .keys()
        .map(|name| format!("- `REFRESH MATERIALIZED VIEW CONCURRENTLY {name}`\n"))
        .collect();
    if !refreshed.is_empty() {
        text.push_str("\n## Materialized views to refresh\n\n");
        for line in refreshed {
            text.push_str(&line);
        }
    }
    text
}

/// Words in lines of at most 96 characters.
fn wrapped(words: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + word.len() + 1 > 96 {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
