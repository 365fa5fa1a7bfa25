//! A recommendation for a person: on a terminal, and as the README of a directory.

use super::words::count;
use super::{Action, Change, Effect, Recommendation, StatementCost, TuneDocument};

/// More statements than this are not named at a recommendation on a terminal.
const NAMED: usize = 3;

/// What a person reads at a glance.
pub fn summary(document: &TuneDocument) -> String {
    let mut text = headline(document) + "\n";
    if !document.recommendations.is_empty() {
        text.push('\n');
    }
    for recommendation in &document.recommendations {
        text.push_str(&glance(recommendation));
    }
    text.push_str(&costs(&document.statements));
    for note in &document.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

fn headline(document: &TuneDocument) -> String {
    let Change { before, after } = document.total;
    let new = of(document, Action::CreateIndex);
    let gone = of(document, Action::DropIndex);
    let indexes = |n: usize, word: &str| match n {
        1 => format!("1 {word} index"),
        n => format!("{n} {word} indexes"),
    };
    if new.is_empty() && gone.is_empty() {
        return "No index makes the workload cheaper within the budget, and none is dispensable."
            .to_owned();
    }
    let mut text = match after < before * 0.999 {
        true => format!(
            "The workload costs {} of what it did",
            percent(after / before)
        ),
        false => "The workload costs what it did".to_owned(),
    };
    let mut with = Vec::new();
    if !new.is_empty() {
        let bytes: u64 = new.iter().map(|r| r.bytes).sum();
        let counted: u64 = new.iter().map(|r| r.counted_bytes).sum();
        let mut part = format!("{} of {}", indexes(new.len(), "new"), size(bytes));
        if document.counted_as_hypopg {
            part.push_str(&format!(" ({} as hypopg counts)", size(counted)));
        }
        with.push(part);
    }
    if !gone.is_empty() {
        let bytes: u64 = gone.iter().map(|r| r.bytes).sum();
        let given = if bytes > 0 {
            format!(" of {}", size(bytes))
        } else {
            String::new()
        };
        with.push(format!("{} dropped{given}", indexes(gone.len(), "old")));
    }
    text.push_str(&format!(
        ", with {}. The budget is {}.",
        with.join(" and "),
        size(document.budget_bytes)
    ));
    text
}

fn of(document: &TuneDocument, action: Action) -> Vec<&Recommendation> {
    let all = document.recommendations.iter();
    all.filter(|r| r.action == action).collect()
}

/// A recommendation in two or three lines.
fn glance(recommendation: &Recommendation) -> String {
    let definition = &recommendation.definition;
    let mut text = match recommendation.action {
        Action::CreateIndex => {
            format!(
                "create     {definition}  ({})\n",
                size(recommendation.bytes)
            )
        }
        Action::DropIndex => format!("drop       {}: {definition}\n", recommendation.name),
        Action::Partition => format!("partition  {definition}\n"),
        Action::CreateStatistics => format!("statistics {definition}\n"),
        Action::AddConstraint => format!("constraint {definition}\n"),
        Action::ChangeType => format!("type       {definition}\n"),
        Action::ConsiderView | Action::Consider => format!("consider   {definition}\n"),
    };
    let line = match recommendation.action {
        Action::CreateIndex | Action::ConsiderView => named(&recommendation.statements),
        _ => first_sentence(&recommendation.rationale).to_owned(),
    };
    text.push_str(&format!("           {line}\n"));
    if recommendation.action == Action::Partition && !recommendation.statements.is_empty() {
        text.push_str(&format!(
            "           {}\n",
            named(&recommendation.statements)
        ));
    }
    if let (Action::CreateIndex | Action::Partition, Some(risk)) =
        (recommendation.action, &recommendation.risk)
    {
        text.push_str(&format!("           risk: {}\n", first_sentence(risk)));
    }
    text
}

fn first_sentence(text: &str) -> &str {
    match text.find(". ") {
        Some(end) => &text[..=end],
        None => text,
    }
}

/// The first effects, and how many there are beside.
fn named(effects: &[Effect]) -> String {
    let named: Vec<String> = effects.iter().take(NAMED).map(effect).collect();
    let mut line = named.join(", ");
    let more = effects.len().saturating_sub(NAMED);
    if more > 0 {
        line.push_str(&format!(" and {more} more"));
    }
    line
}

fn effect(effect: &Effect) -> String {
    format!(
        "{}: {} → {}",
        effect.statement,
        number(effect.cost.before),
        number(effect.cost.after)
    )
}

/// The table of statements.
fn costs(statements: &[StatementCost]) -> String {
    let mut rows = vec![[
        "statement".to_owned(),
        "calls a day".to_owned(),
        "before".to_owned(),
        "after".to_owned(),
        String::new(),
    ]];
    for statement in statements {
        let (before, after, times) = match &statement.cost {
            Some(cost) => (number(cost.before), number(cost.after), factor(*cost)),
            None => ("not planned".to_owned(), String::new(), String::new()),
        };
        rows.push([
            statement.name.clone(),
            number(statement.calls),
            before,
            after,
            times,
        ]);
    }
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::from("\n");
    for row in &rows {
        let line = format!(
            "{:<a$}  {:>b$}  {:>c$}  {:>d$}  {}",
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            a = widths[0],
            b = widths[1],
            c = widths[2],
            d = widths[3]
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many times cheaper, or dearer.
fn factor(cost: Change) -> String {
    let ratio = cost.before / cost.after.max(f64::MIN_POSITIVE);
    match ratio {
        r if r >= 1.005 => format!("{} times cheaper", number(r)),
        r if r <= 0.995 => format!("{} times dearer", number(1.0 / r)),
        _ => String::new(),
    }
}

/// The README of a directory with the recommendation.
pub fn readme(document: &TuneDocument, migration: &[String]) -> String {
    let mut text = format!(
        "# What makes this workload cheaper\n\n{}\n\n",
        headline(document)
    );
    text.push_str(&format!(
        "Asked was the planner of PostgreSQL {}, on a twin of the database: {} indexes were tried, {} plans asked \
         for. Costs are in the planner's unit, a page read in sequence. They tell what the planner expects, not \
         what a run takes.\n\n",
        document.server, document.candidates, document.explains
    ));
    text.push_str(&format!(
        "| a day | before | after |\n|---|---:|---:|\n| statements | {} | {} |\n| upkeep of indexes | {} | {} |\n| all | {} | {} |\n\n",
        number(document.total.before - document.upkeep.before),
        number(document.total.after - document.upkeep.after),
        number(document.upkeep.before),
        number(document.upkeep.after),
        number(document.total.before),
        number(document.total.after),
    ));
    if !migration.is_empty() {
        text.push_str("## Files\n\n");
        for path in migration {
            text.push_str(&format!("- `{path}`\n"));
        }
        text.push_str(
            "\n`pgwright apply` runs the plan with bounded waits for locks. Indexes of tables in use are built \
             concurrently: reads and writes go on meanwhile.\n\n",
        );
    }
    text.push_str("## Recommendations\n\n");
    for (number, recommendation) in (1..).zip(&document.recommendations) {
        text.push_str(&section(number, recommendation));
    }
    text.push_str("## Statements\n\n");
    for statement in &document.statements {
        text.push_str(&of_statement(statement));
    }
    if !document.notes.is_empty() {
        text.push_str("## Notes\n\n");
        for note in &document.notes {
            text.push_str(&format!("- {note}\n"));
        }
    }
    text
}

fn section(place: usize, recommendation: &Recommendation) -> String {
    let verb = match recommendation.action {
        Action::CreateIndex => "Create",
        Action::DropIndex => "Drop",
        Action::Partition => "Partition",
        Action::CreateStatistics => "Create statistics",
        Action::AddConstraint => "Add",
        Action::ChangeType => "Change",
        Action::ConsiderView | Action::Consider => "Consider",
    };
    let mut text = format!(
        "### {place}. {verb} `{}`: {}\n\n{}\n\n",
        recommendation.name, recommendation.definition, recommendation.rationale
    );
    let mut facts = Vec::new();
    if recommendation.bytes > 0 {
        facts.push(format!("size {}", size(recommendation.bytes)));
    }
    if recommendation.upkeep != 0.0 {
        facts.push(format!("upkeep {} a day", signed(recommendation.upkeep)));
    }
    if let Some(seconds) = recommendation.build_seconds {
        facts.push(format!("build about {}", duration(seconds)));
    }
    text.push_str(&format!(
        "{}.\n\n",
        super::words::sentence(&facts.join(", "))
    ));
    if let Some(risk) = &recommendation.risk {
        text.push_str(&format!("**Risk.** {risk}\n\n"));
    }
    if !recommendation.statements.is_empty() {
        text.push_str("| statement | calls a day | before | after | |\n|---|---:|---:|---:|---|\n");
        for effect in &recommendation.statements {
            text.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                effect.statement,
                number(effect.calls),
                number(effect.cost.before),
                number(effect.cost.after),
                factor(effect.cost)
            ));
        }
        text.push('\n');
    }
    if !recommendation.ddl.is_empty() {
        text.push_str(&format!(
            "```sql\n{}\n```\n\n",
            recommendation.ddl.join("\n")
        ));
    }
    text
}

fn of_statement(statement: &StatementCost) -> String {
    let mut text = format!(
        "### {} ({})\n\n```sql\n{}\n```\n\n",
        statement.name,
        statement.origin,
        statement.sql.trim()
    );
    match (&statement.cost, &statement.problem) {
        (Some(cost), _) => {
            text.push_str(&format!(
                "{} calls a day, {} → {} each{}\n\n",
                number(statement.calls),
                number(cost.before),
                number(cost.after),
                match factor(*cost) {
                    times if times.is_empty() => ".".to_owned(),
                    times => format!(": {times}."),
                }
            ));
        }
        (None, Some(problem)) => text.push_str(&format!("Not planned: {problem}\n\n")),
        (None, None) => {}
    }
    for form in &statement.forms {
        text.push_str(&format!(
            "- {} ({}): {} → {}\n",
            form.label,
            percent(form.share),
            number(form.cost.before),
            number(form.cost.after)
        ));
    }
    for (title, plan) in [
        ("Before", &statement.plan_before),
        ("After", &statement.plan_after),
    ] {
        if let Some(plan) = plan {
            text.push_str(&format!("{title}:\n\n```\n{plan}```\n\n"));
        }
    }
    text
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p >= 9.95 => format!("{p:.0} %"),
        p if p >= 0.095 => format!("{p:.1} %"),
        p => format!("{p:.3} %"),
    }
}

/// A number as a person reads it: three digits that matter.
fn number(number: f64) -> String {
    match number {
        n if n.abs() >= 1e6 => count(n),
        n if n.abs() >= 100.0 || n == n.round() => {
            let digits = format!("{:.0}", n.abs());
            let mut text = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            if n < 0.0 { format!("-{text}") } else { text }
        }
        n if n.abs() >= 10.0 => format!("{n:.1}"),
        n => format!("{n:.2}"),
    }
}

fn signed(of: f64) -> String {
    match of > 0.0 {
        true => format!("+{}", number(of)),
        false => format!("-{}", number(-of)),
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "a second".to_owned(),
        s if s < 100.0 => format!("{s:.0} seconds"),
        s if s < 6000.0 => format!("{:.0} minutes", s / 60.0),
        s => format!("{:.1} hours", s / 3600.0),
    }
}

/// Bytes as a person reads them.
pub fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        b if b >= 10.0 * 1_073_741_824.0 => format!("{:.0} GB", b / 1_073_741_824.0),
        b if b >= 1_073_741_824.0 => format!("{:.1} GB", b / 1_073_741_824.0),
        b if b >= 1_048_576.0 => format!("{:.0} MB", b / 1_048_576.0),
        b => format!("{:.0} kB", b / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_a_person() {
        let written = [0.04, 8.44, 12.0, 43.27, 1234.5, 2_345_678.0, 8e8, 7e10].map(number);
        let wanted = [
            "0.04",
            "8.44",
            "12",
            "43.3",
            "1,234",
            "2.3 million",
            "800 million",
            "70 billion",
        ];
        assert_eq!(written, wanted);
        assert_eq!(
            [8192, 3 << 20, 5 << 30, 50 << 30].map(size),
            ["8 kB", "3 MB", "5.0 GB", "50 GB"]
        );
        assert_eq!(
            [0.2, 42.0, 600.0, 9000.0].map(duration),
            ["a second", "42 seconds", "10 minutes", "2.5 hours"]
        );
        assert_eq!(percent(0.5), "50 %");
    }
}
