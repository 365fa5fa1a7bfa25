//! PL/pgSQL: the statements of a body, with the places of the SQL in them.

use std::ops::Range;

use crate::parse;

/// How deep statements may nest.
const DEEPEST: usize = 60;

/// A part of a body that is SQL.
pub(super) type Sql = Range<usize>;

/// A block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) label: Option<String>,
    pub(super) variables: Vec<Variable>,
    pub(super) steps: Vec<Step>,
    /// Conditions in lower case, and what is done then.
    pub(super) handlers: Vec<(Vec<String>, Vec<Step>)>,
}

/// A variable that a block declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    /// Its type, as written.
    pub(super) data_type: Sql,
    pub(super) first: Option<Sql>,
}

/// A statement, with its line in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) kind: StepKind,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StepKind {
    Block(Box<Block>),
    /// Conditions with their branches, and the branch of ELSE.
    If(Vec<(Sql, Vec<Step>)>, Vec<Step>),
    /// The subject, values with their branches, and the branch of ELSE.
    Case(Option<Sql>, Vec<(Sql, Vec<Step>)>, Option<Vec<Step>>),
    Loop {
        label: Option<String>,
        kind: LoopKind,
        body: Vec<Step>,
    },
    Assign(String, Sql),
    Execute {
        text: Sql,
        into: Vec<String>,
        using: Vec<Sql>,
    },
    Perform(Sql),
    /// Raises an exception.
    RaiseException(Sql),
    Return(Option<Sql>),
    Exit(Option<String>, Option<Sql>),
    Continue(Option<String>, Option<Sql>),
    /// An SQL statement, with the variables that its result goes into.
    Statement {
        text: String,
        into: Vec<String>,
    },
    /// Gives variables values that are not followed.
    Forget(Vec<String>),
    Nothing,
}

/// What a loop goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LoopKind {
    Endless,
    While(Sql),
    Numbers {
        variable: String,
        from: Sql,
        to: Sql,
        by: Option<Sql>,
        reverse: bool,
    },
    Query(Vec<String>, Sql),
    Dynamic(Vec<String>, Sql, Vec<Sql>),
    Elements(String, Sql),
}

/// Reads a body; the error says what is not PL/pgSQL.
pub(super) fn parse(body: &str) -> Result<Block, String> {
    let tokens = parse::tokens(body).map_err(|error| error.to_string())?;
    let words = tokens
        .iter()
        .map(|token| {
            let start = usize::try_from(token.start).unwrap_or(0);
            let end = usize::try_from(token.end).unwrap_or(0);
            Word {
                text: body
                    .get(start..end)
                    .unwrap_or_default()
                    .to_ascii_lowercase(),
                place: start..end,
            }
        })
        .collect();
    let mut parser = Parser {
        body,
        words,
        at: 0,
        depth: 0,
    };
    parser.skip_options();
    let label = parser.label();
    let block = parser.block(label)?;
    Ok(block)
}

struct Word {
    text: String,
    place: Range<usize>,
}

struct Parser<'a> {
    body: &'a str,
    words: Vec<Word>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn word(&self) -> &str {
        self.word_at(self.at)
    }

    fn word_at(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    /// Steps over a word if it is this one.
    fn take(&mut self, word: &str) -> bool {
        let found = self.word() == word;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) {
            return Ok(());
        }
        let line = self.line();
        Err(format!("{word} is missing in line {line} of the body"))
    }

    fn done(&self) -> bool {
        self.at >= self.words.len()
    }

    /// The line at hand. The server counts from the line that the body begins in.
    fn line(&self) -> usize {
        let place = self
            .words
            .get(self.at)
            .map_or(self.body.len(), |w| w.place.start);
        let before = self.body.get(..place).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// `#variable_conflict use_column` and the like.
    fn skip_options(&mut self) {
        while self.word() == "#" {
            self.at += 3;
        }
    }

    /// `<<label>>`.
    fn label(&mut self) -> Option<String> {
        if self.word() != "<<" || self.word_at(self.at + 2) != ">>" {
            return None;
        }
        let label = self.word_at(self.at + 1).to_owned();
        self.at += 3;
        Some(label)
    }

    /// The name at hand, as it is without quotes.
    fn name(&mut self) -> String {
        let name = self.words.get(self.at).map_or_else(String::new, |word| {
            let text = self.body.get(word.place.clone()).unwrap_or_default();
            match text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
            {
                Some(quoted) => quoted.replace("\"\"", "\""),
                None => word.text.clone(),
            }
        });
        self.at += 1;
        name
    }

    /// The text from one word up to another.
    fn sql(&self, from: usize, to: usize) -> Sql {
        let start = self
            .words
            .get(from)
            .map_or(self.body.len(), |word| word.place.start);
        let end = match to.checked_sub(1).and_then(|last| self.words.get(last)) {
            Some(last) if to > from => last.place.end,
            _ => start,
        };
        start..end
    }

    /// The place of the next of some words that nothing encloses.
    fn find(&self, wanted: &[&str]) -> Option<usize> {
        self.find_from(self.at, wanted)
    }

    fn find_from(&self, from: usize, wanted: &[&str]) -> Option<usize> {
        let mut depth = 0usize;
        let mut cases = 0usize;
        for (at, word) in self.words.iter().enumerate().skip(from) {
            let text = word.text.as_str();
            if depth == 0 && cases == 0 && wanted.contains(&text) {
                return Some(at);
            }
            match text {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "case" => cases += 1,
                "end" => cases = cases.saturating_sub(1),
                // Whatever is open, the statement ends here.
                ";" if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    /// The SQL up to one of some words, which is stepped over.
    fn sql_until(&mut self, wanted: &[&str]) -> Result<Sql, String> {
        let Some(end) = self.find(wanted) else {
            let (wanted, line) = (wanted.join(" or "), self.line());
            return Err(format!("{wanted} is missing in line {line} of the body"));
        };
        let sql = self.sql(self.at, end);
        self.at = end + 1;
        Ok(sql)
    }

    fn block(&mut self, label: Option<String>) -> Result<Block, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("statements nest too deeply".to_owned());
        }
        let mut block = Block {
            label,
            ..Block::default()
        };
        if self.take("declare") {
            while self.word() != "begin" {
                if self.done() {
                    return Err("BEGIN is missing".to_owned());
                }
                if self.take("declare") {
                    continue;
                }
                let name = self.name();
                let end = self.find(&[";"]).ok_or("a declaration has no end")?;
                let value = self.find(&[":=", "=", "default"]).filter(|&at| at < end);
                block.variables.push(Variable {
                    name,
                    data_type: self.sql(self.at, value.unwrap_or(end)),
                    first: value.map(|at| self.sql(at + 1, end)),
                });
                self.at = end + 1;
            }
        }
        self.expect("begin")?;
        block.steps = self.steps()?;
        if self.take("exception") {
            while self.take("when") {
                let mut conditions = Vec::new();
                while !self.done() && !self.take("then") {
                    match self.word() {
                        "or" => {}
                        "sqlstate" => {
                            self.at += 1;
                            conditions.push(self.word().trim_matches('\'').to_owned());
                        }
                        other => conditions.push(other.to_owned()),
                    }
                    self.at += 1;
                }
                let steps = self.steps()?;
                block.handlers.push((conditions, steps));
            }
        }
        self.expect("end")?;
        // The label may stand behind the end again.
        if self.word() != ";" && !self.done() {
            self.at += 1;
        }
        self.take(";");
        self.depth -= 1;
        Ok(block)
    }

    fn steps(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        loop {
            match self.word() {
                "end" | "exception" | "else" | "elsif" | "elseif" | "when" => return Ok(steps),
                ";" => self.at += 1,
                _ if self.done() => return Ok(steps),
                _ => steps.push(self.step()?),
            }
        }
    }

    fn step(&mut self) -> Result<Step, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("statements nest too deeply".to_owned());
        }
        let line = self.line();
        let label = self.label();
        let before = self.at;
        let kind = self.kind(label)?;
        if self.at == before {
            // Whatever it is, the next is looked at.
            self.at += 1;
        }
        self.depth -= 1;
        Ok(Step { line, kind })
    }

    fn kind(&mut self, label: Option<String>) -> Result<StepKind, String> {
        let word = self.word().to_owned();
        // `if := 1` would assign to a variable.
        if self.assigns() {
            return self.assignment();
        }
        Ok(match word.as_str() {
            "begin" | "declare" => StepKind::Block(Box::new(self.block(label)?)),
            "if" => {
                self.at += 1;
                self.condition()?
            }
            "case" => {
                self.at += 1;
                self.case()?
            }
            "loop" | "while" | "for" | "foreach" => self.repeated(label, &word)?,
            "execute" => {
                self.at += 1;
                self.execute(&[";"])?
            }
            "perform" => {
                self.at += 1;
                StepKind::Perform(self.sql_until(&[";"])?)
            }
            "return" => {
                self.at += 1;
                let sql = self.sql_until(&[";"])?;
                StepKind::Return((!sql.is_empty()).then_some(sql))
            }
            "exit" | "continue" => {
                self.at += 1;
                let label = match self.word() {
                    ";" | "when" => None,
                    _ => Some(self.name()),
                };
                let when = self.take("when");
                let sql = self.sql_until(&[";"])?;
                let sql = when.then_some(sql);
                if word == "exit" {
                    StepKind::Exit(label, sql)
                } else {
                    StepKind::Continue(label, sql)
                }
            }
            "raise" => {
                self.at += 1;
                let level = self.word().to_owned();
                let sql = self.sql_until(&[";"])?;
                match level.as_str() {
                    "debug" | "log" | "info" | "notice" | "warning" => StepKind::Nothing,
                    _ => StepKind::RaiseException(sql),
                }
            }
            "null" | "assert" | "close" | "move" => {
                self.sql_until(&[";"])?;
                StepKind::Nothing
            }
            "get" | "open" | "fetch" => {
                let end = self.find(&[";"]).ok_or("a statement has no end")?;
                let mut names = Vec::new();
                for at in self.at..end {
                    if word != "get" || matches!(self.word_at(at + 1), "=" | ":=") {
                        names.push(self.word_at(at).to_owned());
                    }
                }
                self.at = end + 1;
                StepKind::Forget(names)
            }
            _ => self.statement()?,
        })
    }

    /// Whether `name := …`, `name.field = …` or `name[1] := …` stands here.
    fn assigns(&self) -> bool {
        let mut at = self.at + 1;
        loop {
            match self.word_at(at) {
                ":=" | "=" => return true,
                "." => at += 2,
                "[" => {
                    let closing = self.find_from(at + 1, &["]"]);
                    match closing {
                        Some(closing) => at = closing + 1,
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
    }

    fn assignment(&mut self) -> Result<StepKind, String> {
        let name = self.name();
        let whole = matches!(self.word(), ":=" | "=");
        self.sql_until(&[":=", "="])?;
        let value = self.sql_until(&[";"])?;
        Ok(if whole {
            StepKind::Assign(name, value)
        } else {
            StepKind::Forget(vec![name])
        })
    }

    fn condition(&mut self) -> Result<StepKind, String> {
        let mut branches = vec![(self.sql_until(&["then"])?, self.steps()?)];
        while self.take("elsif") || self.take("elseif") {
            branches.push((self.sql_until(&["then"])?, self.steps()?));
        }
        let otherwise = if self.take("else") {
            self.steps()?
        } else {
            Vec::new()
        };
        self.expect("end")?;
        self.expect("if")?;
        self.take(";");
        Ok(StepKind::If(branches, otherwise))
    }

    fn case(&mut self) -> Result<StepKind, String> {
        let subject = if self.word() == "when" {
            None
        } else {
            let end = self.find(&["when"]).ok_or("WHEN is missing")?;
            let sql = self.sql(self.at, end);
            self.at = end;
            Some(sql)
        };
        let mut branches = Vec::new();
        while self.take("when") {
            branches.push((self.sql_until(&["then"])?, self.steps()?));
        }
        let otherwise = if self.take("else") {
            Some(self.steps()?)
        } else {
            None
        };
        self.expect("end")?;
        self.expect("case")?;
        self.take(";");
        Ok(StepKind::Case(subject, branches, otherwise))
    }

    fn repeated(&mut self, label: Option<String>, word: &str) -> Result<StepKind, String> {
        self.at += 1;
        let kind = match word {
            "loop" => LoopKind::Endless,
            "while" => LoopKind::While(self.sql_until(&["loop"])?),
            "foreach" => {
                let variable = self.name();
                self.sql_until(&["array"])?;
                LoopKind::Elements(variable, self.sql_until(&["loop"])?)
            }
            _ => self.range()?,
        };
        let body = self.steps()?;
        self.expect("end")?;
        self.expect("loop")?;
        if self.word() != ";" && !self.done() {
            self.at += 1;
        }
        self.take(";");
        Ok(StepKind::Loop { label, kind, body })
    }

    /// What stands between FOR and LOOP.
    fn range(&mut self) -> Result<LoopKind, String> {
        let mut variables = vec![self.name()];
        while self.take(",") {
            variables.push(self.name());
        }
        self.expect("in")?;
        let reverse = self.take("reverse");
        if self.take("execute") {
            let end = self.find(&["loop"]).ok_or("LOOP is missing")?;
            let using_at = self.find(&["using"]).filter(|&at| at < end);
            let text = self.sql(self.at, using_at.unwrap_or(end));
            let using = match using_at {
                Some(at) => self.list(at + 1, end),
                None => Vec::new(),
            };
            self.at = end + 1;
            return Ok(LoopKind::Dynamic(variables, text, using));
        }
        let end = self.find(&["loop"]).ok_or("LOOP is missing")?;
        let dots = self.find(&[".."]).filter(|&at| at < end);
        if let Some(dots) = dots {
            let by = self.find(&["by"]).filter(|&at| at < end);
            let kind = LoopKind::Numbers {
                variable: variables.swap_remove(0),
                from: self.sql(self.at, dots),
                to: self.sql(dots + 1, by.unwrap_or(end)),
                by: by.map(|by| self.sql(by + 1, end)),
                reverse,
            };
            self.at = end + 1;
            return Ok(kind);
        }
        let query = self.sql(self.at, end);
        self.at = end + 1;
        Ok(LoopKind::Query(variables, query))
    }

    /// Expressions between commas.
    fn list(&self, from: usize, to: usize) -> Vec<Sql> {
        let mut found = Vec::new();
        let mut start = from;
        while start < to {
            let end = self
                .find_from(start, &[","])
                .filter(|&at| at < to)
                .unwrap_or(to);
            found.push(self.sql(start, end));
            start = end + 1;
        }
        found
    }

    /// Names between commas, from the word at hand on.
    fn names(&mut self) -> Vec<String> {
        self.take("strict");
        let mut names = vec![self.name()];
        loop {
            if self.take(".") {
                // A field: the variable as a whole is no longer known.
                self.at += 1;
            } else if self.take(",") {
                names.push(self.name());
            } else {
                return names;
            }
        }
    }

    fn execute(&mut self, ends: &[&str]) -> Result<StepKind, String> {
        let mut wanted = vec!["into", "using"];
        wanted.extend(ends);
        let first = self.find(&wanted).ok_or("a statement has no end")?;
        let text = self.sql(self.at, first);
        self.at = first;
        let mut into = Vec::new();
        let mut using = Vec::new();
        loop {
            if self.take("into") {
                into = self.names();
            } else if self.take("using") {
                let end = self.find(&wanted).ok_or("a statement has no end")?;
                using = self.list(self.at, end);
                self.at = end;
            } else {
                break;
            }
        }
        self.take(";");
        Ok(StepKind::Execute { text, into, using })
    }

    /// An SQL statement; INTO is taken out of it where PL/pgSQL means it.
    fn statement(&mut self) -> Result<StepKind, String> {
        let start = self.at;
        let end = self.statement_end(start).unwrap_or(self.words.len());
        let first = self.word().to_owned();
        let queries = [
            "select", "with", "insert", "update", "delete", "merge", "values", "show",
        ];
        let into_at = if queries.contains(&first.as_str()) {
            let places = (start..end).filter(|&at| self.word_at(at) == "into");
            let enclosed = |at: &usize| self.find_from(start, &["into"]) == Some(*at);
            let data =
                |at: &usize| matches!(self.word_at(at.saturating_sub(1)), "insert" | "merge");
            places
                .filter(|at| !data(at))
                .find(|at| first != "select" || enclosed(at))
        } else {
            None
        };
        let whole = |parser: &Self, from: usize, to: usize| {
            let sql = parser.sql(from, to);
            parser.body.get(sql).unwrap_or_default().to_owned()
        };
        let kind = match into_at {
            Some(into_at) => {
                let before = whole(self, start, into_at);
                self.at = into_at + 1;
                let into = self.names();
                let after = whole(self, self.at, end);
                let text = format!("{before} {after}");
                StepKind::Statement { text, into }
            }
            None => StepKind::Statement {
                text: whole(self, start, end),
                into: Vec::new(),
            },
        };
        self.at = (end + 1).max(start + 1);
        Ok(kind)
    }

    /// The semicolon that ends a statement.
    fn statement_end(&self, from: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (at, word) in self.words.iter().enumerate().skip(from) {
            match word.text.as_str() {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                ";" if depth == 0 => return Some(at),
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn statements_of_every_kind_are_read() {
        let body = "
            <<outer>>
            DECLARE r record; n int := 3; t text DEFAULT CASE WHEN true THEN 'a' END;
            BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'x') THEN
                CREATE TYPE x AS ENUM ('a;b');
              ELSIF n > CASE WHEN true THEN 1 ELSE 2 END THEN NULL;
              ELSE n := 4; END IF;
              FOR r IN SELECT tablename FROM pg_tables LOOP
                EXECUTE format('ALTER TABLE %I', r.tablename) USING 1, 2;
                EXIT outer WHEN n = 1;
              END LOOP;
              FOR i IN REVERSE 3..1 BY 1 LOOP CONTINUE; END LOOP;
              FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP PERFORM f(t); END LOOP;
              SELECT count(*) INTO STRICT n FROM t;
              INSERT INTO t SELECT 1;
              BEGIN CREATE TABLE t (); EXCEPTION WHEN duplicate_table OR others THEN NULL; END;
              RAISE NOTICE 'x'; RAISE EXCEPTION 'y %', n;
              CASE n WHEN 1 THEN NULL; ELSE RETURN; END CASE;
              LOOP EXIT; END LOOP;
              GET DIAGNOSTICS n = ROW_COUNT;
            END outer;";
        let block = parse(body).unwrap();
        assert_eq!(block.label.as_deref(), Some("outer"));
        assert_eq!(block.variables.len(), 3);
        let kinds: Vec<&StepKind> = block.steps.iter().map(|step| &step.kind).collect();
        assert_eq!(kinds.len(), 12);
        assert!(matches!(kinds[0], StepKind::If(branches, otherwise)
            if branches.len() == 2 && otherwise.len() == 1));
        assert!(
            matches!(kinds[1], StepKind::Loop { kind: LoopKind::Query(..), body, .. }
            if matches!(&body[0].kind, StepKind::Execute { using, .. } if using.len() == 2))
        );
        assert!(matches!(kinds[4], StepKind::Statement { text, into }
            if text == "SELECT count(*) FROM t" && into == &["n"]));
        assert!(matches!(kinds[5], StepKind::Statement { into, .. } if into.is_empty()));
        assert!(matches!(kinds[6], StepKind::Block(block)
            if block.handlers[0].0 == ["duplicate_table", "others"]));
        assert_eq!(block.steps[0].line, 5);
    }

    #[test]
    fn what_is_no_body_is_an_error_or_read_as_it_is() {
        for body in [
            "",
            "BEGIN",
            "BEGIN IF END",
            "DECLARE",
            "BEGIN FOR x END;",
            "BEGIN CASE END CASE; END",
            "BEGIN << END",
            "#",
            "BEGIN a[ := 1; END",
            "BEGIN EXECUTE; END",
            "BEGIN LOOP",
        ] {
            let _ = parse(body);
        }
        assert!(parse(&"BEGIN ".repeat(10_000)).is_err());
        assert!(parse(&format!("BEGIN {}", "IF a THEN ".repeat(10_000))).is_err());
    }
}
