//! Exact comparison of two catalogs, whatever kinds of objects they hold: as JSON values, member by
//! member, so that a kind that is added to the catalog is compared without a line here.

use pgwright_catalog::Catalog;
use serde_json::Value;

/// One place in which two catalogs are not equal to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inequality {
    /// Kind, name and property, as in `tables / public.orders / columns / id / default`.
    pub path: Vec<String>,
    /// On the left; nothing when it has none.
    pub left: Option<String>,
    /// On the right.
    pub right: Option<String>,
}

impl Inequality {
    /// Kind and name of the object.
    pub fn object(&self) -> String {
        self.path
            .iter()
            .take(2)
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl std::fmt::Display for Inequality {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = |side: &Option<String>| match side {
            None => "nothing".to_owned(),
            Some(text) if text.chars().count() > 400 => {
                let cut: String = text.chars().take(400).collect();
                format!("{cut}…")
            }
            Some(text) => text.clone(),
        };
        write!(
            f,
            "{}\n      < {}\n      > {}",
            self.path.join(" / "),
            value(&self.left),
            value(&self.right)
        )
    }
}

/// Every place in which they differ, in order.
pub fn inequalities(left: &Catalog, right: &Catalog) -> Vec<Inequality> {
    let value = |catalog: &Catalog| serde_json::to_value(catalog.without_dependencies()).unwrap();
    let mut found = Vec::new();
    values(
        &mut Vec::new(),
        Some(&value(left)),
        Some(&value(right)),
        &mut found,
    );
    found
}

fn values(
    path: &mut Vec<String>,
    left: Option<&Value>,
    right: Option<&Value>,
    found: &mut Vec<Inequality>,
) {
    if left == right {
        return;
    }
    match (left, right) {
        (Some(Value::Object(l)), Some(Value::Object(r))) => {
            let mut keys: Vec<&String> = l.keys().chain(r.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                path.push(key.clone());
                values(path, l.get(key), r.get(key), found);
                path.pop();
            }
        }
        // Columns, arguments and the like: compared by name, and their order besides.
        (Some(Value::Array(l)), Some(Value::Array(r))) if named(l) && named(r) => {
            let (ln, rn) = (names(l), names(r));
            if ln.len() == rn.len()
                || ln.iter().all(|n| rn.contains(n))
                || rn.iter().all(|n| ln.contains(n))
            {
                let of =
                    |list: &[Value], name: &str| list.iter().find(|v| v["name"] == name).cloned();
                for name in ln.iter().chain(rn.iter().filter(|n| !ln.contains(n))) {
                    path.push((*name).to_owned());
                    values(path, of(l, name).as_ref(), of(r, name).as_ref(), found);
                    path.pop();
                }
                if ln != rn {
                    path.push("order".to_owned());
                    note(path, Some(ln.join(", ")), Some(rn.join(", ")), found);
                    path.pop();
                }
            } else {
                note(path, Some(ln.join(", ")), Some(rn.join(", ")), found);
            }
        }
        (Some(Value::Array(l)), Some(Value::Array(r))) if l.len() == r.len() => {
            for (at, (a, b)) in l.iter().zip(r).enumerate() {
                path.push(at.to_string());
                values(path, Some(a), Some(b), found);
                path.pop();
            }
        }
        (Some(Value::Array(l)), Some(Value::Array(r))) => {
            let only = |a: &[Value], b: &[Value]| -> Option<String> {
                let rest: Vec<String> = a
                    .iter()
                    .filter(|v| !b.contains(v))
                    .map(ToString::to_string)
                    .collect();
                (!rest.is_empty()).then(|| rest.join(", "))
            };
            note(path, only(l, r), only(r, l), found);
        }
        (l, r) => note(path, l.map(text), r.map(text), found),
    }
}

fn note(path: &[String], left: Option<String>, right: Option<String>, found: &mut Vec<Inequality>) {
    found.push(Inequality {
        path: path.to_vec(),
        left,
        right,
    });
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether every element has a name of its own.
fn named(list: &[Value]) -> bool {
    let mut names: Vec<&str> = list.iter().filter_map(|v| v["name"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    !list.is_empty() && names.len() == list.len()
}

fn names(list: &[Value]) -> Vec<&str> {
    list.iter().filter_map(|v| v["name"].as_str()).collect()
}
