//! Messages that tell of an execution, as `log_statement`, `log_min_duration_statement` and auto_explain write them.

use super::explain;

/// What a message tells.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    /// A statement was executed.
    Executed {
        sql: String,
        milliseconds: Option<f64>,
    },
    /// auto_explain's plan of an execution.
    Explained {
        sql: String,
        milliseconds: f64,
        values: Option<Vec<Option<String>>>,
    },
    /// How long the last statement of the session took.
    Took(f64),
    /// Nothing of the kind.
    Other,
}

pub(super) fn read(message: &str) -> Message {
    let (milliseconds, rest) = match message.trim_start().strip_prefix("duration: ") {
        Some(rest) => {
            let Some((number, rest)) = rest.split_once(" ms") else {
                return Message::Other;
            };
            let Ok(milliseconds) = number.trim().parse::<f64>() else {
                return Message::Other;
            };
            (Some(milliseconds), rest.trim_start())
        }
        None => (None, message.trim_start()),
    };
    if let (Some(milliseconds), "") = (milliseconds, rest.trim()) {
        return Message::Took(milliseconds);
    }
    if let (Some(milliseconds), Some(plan)) = (milliseconds, rest.strip_prefix("plan:")) {
        return match explain::query(plan) {
            Some((sql, values)) => Message::Explained {
                sql,
                milliseconds,
                values,
            },
            None => Message::Other,
        };
    }
    // What is parsed or bound is executed on a line of its own, and a fetch goes on with what was executed.
    let sql = rest.strip_prefix("statement: ").or_else(|| {
        let named = rest.strip_prefix("execute ")?;
        let (name, sql) = named.split_once(": ")?;
        let fetches = name.starts_with("fetch from ");
        (!fetches && !name.contains('\n')).then_some(sql)
    });
    match sql {
        Some(sql) => Message::Executed {
            sql: sql.to_owned(),
            milliseconds,
        },
        None => Message::Other,
    }
}

/// The values of a detail `parameters: $1 = 'a', $2 = NULL`.
pub(super) fn parameters(detail: &str) -> Option<Vec<Option<String>>> {
    let detail = detail.trim_start();
    let list = detail
        .strip_prefix("parameters: ")
        .or_else(|| detail.strip_prefix("Parameters: "))?;
    parameter_list(list)
}

/// The values of a list `$1 = 'a', $2 = NULL`.
pub(super) fn parameter_list(list: &str) -> Option<Vec<Option<String>>> {
    let mut values = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let number = format!("${} = ", values.len() + 1);
        rest = rest.strip_prefix(number.as_str())?;
        if let Some(after) = rest.strip_prefix("NULL") {
            values.push(None);
            rest = after;
        } else {
            rest = rest.strip_prefix('\'')?;
            let mut value = String::new();
            loop {
                let end = rest.find('\'')?;
                value.push_str(&rest[..end]);
                rest = &rest[end + 1..];
                match rest.strip_prefix('\'') {
                    Some(after) => {
                        value.push('\'');
                        rest = after;
                    }
                    None => break,
                }
            }
            values.push(Some(value));
        }
        rest = rest.strip_prefix(", ").unwrap_or(rest.trim_start());
        if !rest.is_empty() && !rest.starts_with('$') {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_are_told_from_their_preparation() {
        let executed = |sql: &str, milliseconds| Message::Executed {
            sql: sql.to_owned(),
            milliseconds,
        };
        assert_eq!(read("statement: SELECT 1"), executed("SELECT 1", None));
        assert_eq!(
            read("duration: 0.123 ms  execute S_1: SELECT 'a: b'"),
            executed("SELECT 'a: b'", Some(0.123))
        );
        assert_eq!(
            read("execute <unnamed>: SELECT 1"),
            executed("SELECT 1", None)
        );
        assert_eq!(read("duration: 5.0 ms"), Message::Took(5.0));
        for other in [
            "duration: 0.1 ms  parse S_1: SELECT 1",
            "duration: 0.1 ms  bind S_1: SELECT 1",
            "duration: 0.1 ms  execute fetch from C_1: SELECT 1",
            "checkpoint starting: time",
            "duration: é ms",
            "",
        ] {
            assert_eq!(read(other), Message::Other, "{other}");
        }
    }

    #[test]
    fn values_of_parameters_are_read() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            parameters("parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL, $3 = ''"),
            Some(vec![some("it's, $2 = 'x'"), None, some("")])
        );
        assert_eq!(parameters("Parameters: $1 = '5'"), Some(vec![some("5")]));
        for wrong in [
            "prepare: PREPARE p AS SELECT 1",
            "parameters: $1 = 'a",
            "parameters: $2 = '1'",
        ] {
            assert_eq!(parameters(wrong), None, "{wrong}");
        }
    }
}
