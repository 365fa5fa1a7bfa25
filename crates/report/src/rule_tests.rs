//! Tests of business rules as SQL scripts that `psql` can run, and two-session scripts that
//! `pgwright verify` runs.

use pgwright_catalog::quote_literal;
use pgwright_design::{Case, ConcurrentTest, Expected, RuleTest, StepExpected};

/// The file that must be run first in a session that runs tests.
pub const ASSERTIONS_FILE: &str = "assertions.sql";

/// What the test scripts call: assertions in the session's own temporary schema, so that tests add
/// nothing to the database they run in.
pub const ASSERTIONS: &str = r"-- What the tests call, in the session's own temporary schema. Run it first in the same session:
-- psql -v ON_ERROR_STOP=1 -f tests/assertions.sql -f tests/001_….sql

CREATE FUNCTION pg_temp.must_reject(says text, statements text[], state text, name text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    statement  text;
    got_state  text;
    got_name   text;
    got_text   text;
BEGIN
    BEGIN
        FOREACH statement IN ARRAY statements LOOP
            EXECUTE statement;
        END LOOP;
        SET CONSTRAINTS ALL IMMEDIATE;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS got_state = RETURNED_SQLSTATE, got_name = CONSTRAINT_NAME,
                                got_text = MESSAGE_TEXT;
    END;
    IF got_state IS NULL THEN
        RAISE EXCEPTION 'must be rejected, and was accepted: %', says;
    ELSIF got_state <> state OR (name IS NOT NULL AND got_name IS DISTINCT FROM name) THEN
        RAISE EXCEPTION 'rejected for another reason: %', says
            USING DETAIL = format('expected %s %s, got %s %s: %s',
                                  state, coalesce(name, ''), got_state, got_name, got_text);
    END IF;
    RETURN 'rejected: ' || says;
END $$;

CREATE FUNCTION pg_temp.must_return(says text, query text, expected bigint)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    got bigint;
BEGIN
    EXECUTE query;
    GET DIAGNOSTICS got = ROW_COUNT;
    IF got <> expected THEN
        RAISE EXCEPTION 'must return % rows, and returned %: %', expected, got, says;
    END IF;
    RETURN 'returned ' || got || ' rows: ' || says;
END $$;
";

/// The file name of a rule's test: its number in the package and the rule's name.
pub fn file_name(number: usize, rule: &str) -> String {
    let plain: String = rule
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    format!("{number:03}_{plain}.sql")
}

/// A test as a script: one transaction, rolled back at the end.
pub fn script(test: &RuleTest) -> String {
    let mut text = String::new();
    comment(&mut text, &format!("Rule {}: {}", test.rule, test.says));
    text.push_str(
        "-- Run it after assertions.sql in the same session; it leaves nothing behind.\n\nBEGIN;\n",
    );
    if !test.given.is_empty() {
        text.push_str("\n-- Given\n");
        for statement in &test.given {
            text.push_str(statement);
            text.push_str(";\n");
        }
    }
    for case in &test.cases {
        text.push('\n');
        write_case(&mut text, case);
    }
    text.push_str("\nROLLBACK;\n");
    text
}

fn write_case(text: &mut String, case: &Case) {
    match &case.expected {
        Expected::Accepted => {
            comment(text, &format!("Accepted: {}", case.says));
            statements(text, &case.statements);
            // Deferred constraints are checked now, and stay deferred for the next case.
            text.push_str(
                "SAVEPOINT checked;\nSET CONSTRAINTS ALL IMMEDIATE;\nROLLBACK TO SAVEPOINT checked;\n",
            );
            reset_role(text, case);
        }
        Expected::Rejected {
            sqlstate,
            constraint,
        } => {
            comment(text, &format!("Rejected: {}", case.says));
            let quoted: Vec<String> = case
                .statements
                .iter()
                .map(|s| format!("    {}", quote_literal(s)))
                .collect();
            let name = constraint
                .as_deref()
                .map_or_else(|| "NULL".to_owned(), quote_literal);
            text.push_str(&format!(
                "SELECT pg_temp.must_reject({}, ARRAY[\n{}\n], {}, {name});\n",
                quote_literal(&case.says),
                quoted.join(",\n"),
                quote_literal(sqlstate),
            ));
        }
        Expected::Returns(rows) => {
            comment(text, &format!("Returns {rows} rows: {}", case.says));
            if let Some((query, before)) = case.statements.split_last() {
                statements(text, before);
                text.push_str(&format!(
                    "SELECT pg_temp.must_return({},\n    {}, {rows});\n",
                    quote_literal(&case.says),
                    quote_literal(query),
                ));
            }
            reset_role(text, case);
        }
    }
}

/// A case that changes its role does so for itself only.
fn reset_role(text: &mut String, case: &Case) {
    let sets_role = |s: &String| {
        let upper = s.to_ascii_uppercase();
        upper.starts_with("SET LOCAL ROLE") || upper.starts_with("SET ROLE")
    };
    if case.statements.iter().any(sets_role) {
        text.push_str("RESET ROLE;\n");
    }
}

fn statements(text: &mut String, statements: &[String]) {
    for statement in statements {
        text.push_str(statement);
        text.push_str(";\n");
    }
}

/// A test with two sessions as a script: each step under a line that says whose it is and what
/// must happen.
pub fn concurrent_script(test: &ConcurrentTest) -> String {
    let mut text = String::new();
    comment(&mut text, &format!("Rule {}: {}", test.rule, test.says));
    text.push_str(
        "-- Two sessions at once: `pgwright verify` runs it on a database of its own.\n\n-- @given\n",
    );
    // One transaction: rows that need each other are there together when it ends.
    if !test.given.is_empty() {
        text.push_str("BEGIN;\n");
        statements(&mut text, &test.given);
        text.push_str("COMMIT;\n");
    }
    for step in &test.steps {
        let expected = match &step.expected {
            StepExpected::Done => "done".to_owned(),
            StepExpected::WaitsThenDone => "waits, then done".to_owned(),
            StepExpected::WaitsThenFails(state) => format!("waits, then fails {state}"),
            StepExpected::Fails(state) => format!("fails {state}"),
        };
        text.push_str(&format!(
            "\n-- @session {}: {expected}\n{};\n",
            step.session, step.sql
        ));
    }
    text.push_str(&format!("\n-- @finally\n{};\n", test.finally));
    text
}

/// A comment of one or more lines, none longer than a screen.
fn comment(text: &mut String, words: &str) {
    for paragraph in words.lines() {
        let mut line = String::from("--");
        for word in paragraph.split_whitespace() {
            if line.len() + word.len() + 1 > 100 {
                text.push_str(&line);
                text.push('\n');
                line = String::from("--");
            }
            line.push(' ');
            line.push_str(word);
        }
        text.push_str(&line);
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_case_names_the_reason_and_quotes_its_statements() {
        let test = RuleTest {
            rule: "opportunity.probability_range".to_owned(),
            says: "A probability is from 0 to 100.".to_owned(),
            given: vec!["INSERT INTO a VALUES (1)".to_owned()],
            cases: vec![Case {
                says: "a probability of 101".to_owned(),
                statements: vec!["INSERT INTO b VALUES ('it''s', 101)".to_owned()],
                expected: Expected::rejected("23514", Some("b_check")),
            }],
        };
        let text = script(&test);
        assert!(
            text.contains("'INSERT INTO b VALUES (''it''''s'', 101)'"),
            "{text}"
        );
        assert!(text.contains("], '23514', 'b_check');"), "{text}");
        assert!(text.ends_with("ROLLBACK;\n"));
    }

    #[test]
    fn file_names_are_numbered_and_plain() {
        assert_eq!(
            file_name(7, "contact.email_unique"),
            "007_contact_email_unique.sql"
        );
    }
}
