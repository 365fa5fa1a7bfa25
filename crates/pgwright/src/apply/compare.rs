//! Where two catalogs differ, as values of JSON: what a plan expects, and what a database holds.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// What begins with this was kept aside by a plan, for its way back.
const ASIDE: &str = "pgwright_aside";

/// Parts of a catalog that are not the schema of a database.
const HINTS: [&str; 3] = ["dependencies", "roles", "stand_ins"];

/// Properties that are unsaid when they are null: whatever the database has is right.
const UNSAID: [&str; 4] = ["owner", "version", "schema", "tablespace"];

/// Properties that no plan can change: which options have a value that is not told.
const SECRET: &str = "secrets";

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The object, as in `table public.orders`.
    pub object: String,
    /// The property, as in `column total, data_type`; empty for the object as a whole.
    pub property: String,
    /// What the plan expects; `None` for nothing.
    pub expected: Option<String>,
    /// What the database holds; `None` for nothing.
    pub found: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.object)?;
        if !self.property.is_empty() {
            write!(f, ", {}", self.property)?;
        }
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => write!(f, ": expected {expected}, found {found}"),
            (Some(_), None) if self.property.is_empty() => f.write_str(": expected, not found"),
            (Some(expected), None) => write!(f, ": expected {expected}, not found"),
            (None, Some(_)) if self.property.is_empty() => f.write_str(": not expected, but there"),
            (None, Some(found)) => write!(f, ": not expected, found {found}"),
            (None, None) => Ok(()),
        }
    }
}

/// Whether what a plan kept aside counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// It may be there.
    Passed,
    /// It must not be there.
    Counted,
}

/// Where a database differs from what is expected of it. Order of columns does not count: it is
/// nothing that a plan could change.
pub fn differences(expected: &Value, found: &Value, aside: Aside) -> Vec<Difference> {
    let mut walk = Walk {
        aside,
        object: String::new(),
        path: Vec::new(),
        found: Vec::new(),
    };
    for kind in keys(expected, found) {
        if HINTS.contains(&kind) {
            continue;
        }
        let (expected, actual) = (&expected[kind], &found[kind]);
        let objects = expected.is_object() || actual.is_object();
        if !objects {
            walk.object = kind.replace('_', " ");
            walk.compare(expected, actual);
            continue;
        }
        for name in keys(expected, actual) {
            if walk.is_passed(name) || is_journal(kind, name) {
                continue;
            }
            walk.object = format!("{} {name}", singular(kind));
            walk.compare(&expected[name], &actual[name]);
        }
    }
    walk.found
}

/// The journal, while it is there.
fn is_journal(kind: &str, name: &str) -> bool {
    matches!(
        (kind, name),
        ("schemas", "pgwright") | ("tables", "pgwright.journal")
    )
}

struct Walk {
    aside: Aside,
    object: String,
    path: Vec<String>,
    found: Vec<Difference>,
}

impl Walk {
    fn is_passed(&self, name: &str) -> bool {
        self.aside == Aside::Passed && name.starts_with(ASIDE)
    }

    fn compare(&mut self, expected: &Value, found: &Value) {
        match (expected, found) {
            (Value::Object(_), Value::Object(_)) => {
                for key in keys(expected, found) {
                    let unsaid = UNSAID.contains(&key) && expected[key].is_null();
                    if self.is_passed(key) || unsaid || key == SECRET {
                        continue;
                    }
                    self.inside(key, &expected[key], &found[key]);
                }
            }
            (Value::Array(one), Value::Array(other)) => self.lists(one, other),
            _ if expected == found => {}
            _ => self.report(Some(expected), Some(found)),
        }
    }

    /// A property, or the members of a named part: `columns` and `total` are `column total`.
    fn inside(&mut self, key: &str, expected: &Value, found: &Value) {
        let parts = is_plural(key) && (expected.is_object() || found.is_object());
        if parts {
            for name in keys(expected, found) {
                if !self.is_passed(name) {
                    self.path.push(format!("{} {name}", singular(key)));
                    self.compare(&expected[name], &found[name]);
                    self.path.pop();
                }
            }
            return;
        }
        self.path.push(key.to_owned());
        self.compare(expected, found);
        self.path.pop();
    }

    /// Lists of named things are compared by name, others by what only one of them holds, and where
    /// they hold the same, by their order.
    fn lists(&mut self, expected: &[Value], found: &[Value]) {
        if expected == found {
            return;
        }
        let part = self.path.pop().unwrap_or_default();
        if let (Some(ours), Some(theirs)) = (names(expected), names(found)) {
            let all: BTreeSet<&str> = ours.iter().chain(&theirs).copied().collect();
            for name in all {
                if self.is_passed(name) {
                    continue;
                }
                let at = |list: &[Value]| {
                    let one = list.iter().find(|value| value["name"] == *name);
                    one.cloned().unwrap_or(Value::Null)
                };
                self.path.push(format!("{} {name}", singular(&part)));
                self.compare(&at(expected), &at(found));
                self.path.pop();
            }
            self.path.push(part);
            return;
        }
        self.path.push(part);
        let missing: Vec<&Value> = expected.iter().filter(|v| !found.contains(v)).collect();
        let more: Vec<&Value> = found.iter().filter(|v| !expected.contains(v)).collect();
        if missing.is_empty() && more.is_empty() {
            let whole = |list: &[Value]| Value::Array(list.to_vec());
            self.report(Some(&whole(expected)), Some(&whole(found)));
        }
        missing
            .into_iter()
            .for_each(|value| self.report(Some(value), None));
        more.into_iter()
            .for_each(|value| self.report(None, Some(value)));
    }

    fn report(&mut self, expected: Option<&Value>, found: Option<&Value>) {
        let text = |value: Option<&Value>| match value {
            None | Some(Value::Null) => None,
            Some(value) => Some(shown(value)),
        };
        self.found.push(Difference {
            object: self.object.clone(),
            property: self.path.join(", "),
            expected: text(expected),
            found: text(found),
        });
    }
}

/// Every key of two objects, in order.
fn keys<'a>(one: &'a Value, other: &'a Value) -> BTreeSet<&'a str> {
    let of = |value: &'a Value| value.as_object().into_iter().flatten();
    of(one)
        .chain(of(other))
        .map(|(key, _)| key.as_str())
        .collect()
}

/// The names of a list whose elements all have one. An empty list is one of those, too.
fn names(list: &[Value]) -> Option<Vec<&str>> {
    list.iter().map(|value| value["name"].as_str()).collect()
}

/// Whether a map under this key holds parts by name, and not properties.
fn is_plural(key: &str) -> bool {
    matches!(
        key,
        "constraints" | "indexes" | "triggers" | "rules" | "policies" | "columns" | "options"
    )
}

fn singular(word: &str) -> String {
    let word = word.replace('_', " ");
    if let Some(stem) = word.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = ["xes", "sses"].iter().find_map(|end| {
        let stem = word.strip_suffix(end)?;
        Some(format!("{stem}{}", &end[..end.len() - 2]))
    }) {
        stem
    } else {
        word.strip_suffix('s')
            .filter(|_| word != "statistics")
            .unwrap_or(&word)
            .to_owned()
    }
}

/// A value on one line, not too long.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 200;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(expected: &Value, found: &Value, aside: Aside) -> Vec<String> {
        differences(expected, found, aside)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn differences_name_object_and_property() {
        let expected = json!({
            "schemas": {"app": {"owner": null}},
            "tables": {"app.t": {
                "columns": [{"name": "a", "data_type": "integer"}, {"name": "b", "data_type": "text"}],
                "constraints": {"t_check": {"validated": true}},
                "indexes": {"i": {"unique": true}},
                "owner": null,
                "comment": null,
            }, "app.gone": {}},
            "roles": {"x": {}},
        });
        let found = json!({
            "schemas": {"app": {"owner": "me"}, "pgwright": {}},
            "tables": {"app.t": {
                "columns": [{"name": "b", "data_type": "text"}, {"name": "a", "data_type": "bigint"},
                            {"name": "c", "data_type": "text"}],
                "constraints": {"t_check": {"validated": false}},
                "indexes": {},
                "owner": "me",
                "comment": "hand-made",
            }, "app.more": {}, "pgwright.journal": {}},
            "roles": {},
        });
        assert_eq!(
            lines(&expected, &found, Aside::Counted),
            [
                "table app.gone: expected, not found",
                "table app.more: not expected, but there",
                "table app.t, column a, data_type: expected \"integer\", found \"bigint\"",
                "table app.t, column c: not expected, found {\"name\":\"c\",\"data_type\":\"text\"}",
                "table app.t, comment: not expected, found \"hand-made\"",
                "table app.t, constraint t_check, validated: expected true, found false",
                "table app.t, index i: expected {\"unique\":true}, not found",
            ]
        );
    }

    #[test]
    fn what_was_kept_aside_is_passed_over_where_it_may_be() {
        let expected = json!({"tables": {"t": {"columns": [{"name": "a"}]}}, "schemas": {}});
        let found = json!({
            "tables": {"t": {"columns": [{"name": "a"}, {"name": "pgwright_aside_b"}]},
                       "pgwright_aside.public.u": {}},
            "schemas": {"pgwright_aside": {}},
        });
        assert_eq!(
            lines(&expected, &found, Aside::Passed),
            Vec::<String>::new()
        );
        assert_eq!(lines(&expected, &found, Aside::Counted).len(), 3);
    }

    #[test]
    fn order_counts_where_nothing_has_a_name() {
        let labels = |list: &[&str]| json!({"types": {"mood": {"labels": list}}});
        assert_eq!(
            lines(&labels(&["a", "b"]), &labels(&["b", "a"]), Aside::Counted),
            ["type mood, labels: expected [\"a\",\"b\"], found [\"b\",\"a\"]"]
        );
        assert_eq!(
            lines(&labels(&["a"]), &labels(&["a", "b"]), Aside::Counted),
            ["type mood, labels: not expected, found \"b\""]
        );
    }
}
