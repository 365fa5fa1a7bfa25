//! The query in what auto_explain logs, as text, JSON, XML or YAML.

use serde_json::Value;

use super::message::parameter_list;

type Query = (String, Option<Vec<Option<String>>>);

/// The query of a plan, and the values it was executed with.
pub(super) fn query(plan: &str) -> Option<Query> {
    let plan = plan.trim_start();
    if plan.starts_with('{') {
        let value: Value = serde_json::from_str(plan).ok()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let values = text("Query Parameters").and_then(parameter_list);
        return Some((text("Query Text")?.to_owned(), values));
    }
    if plan.starts_with('<') {
        let between = |tag: &str| {
            let (_, rest) = plan.split_once(&format!("<{tag}>"))?;
            let (inner, _) = rest.split_once(&format!("</{tag}>"))?;
            Some(unescaped(inner))
        };
        let values = between("Query-Parameters").and_then(|v| parameter_list(&v));
        return Some((between("Query-Text")?, values));
    }
    let rest = plan.strip_prefix("Query Text: ")?;
    if rest.starts_with('"')
        && let Some(line) = rest.lines().next()
        && let Ok(sql) = serde_json::from_str::<String>(line.trim())
    {
        let values = rest
            .lines()
            .find_map(|l| l.strip_prefix("Query Parameters: "));
        let values = values
            .and_then(|quoted| serde_json::from_str::<String>(quoted.trim()).ok())
            .and_then(|list| parameter_list(&list));
        return Some((sql, values));
    }
    // As text, the query goes on until the first line of the plan, which has its cost.
    let mut sql = String::new();
    let mut values = None;
    for line in rest.lines() {
        if let Some(list) = line.trim_start().strip_prefix("Query Parameters: ") {
            values = parameter_list(list);
        } else if line.contains("(cost=") && line.trim_end().ends_with(')') {
            return Some((sql, values));
        } else if !line.trim_start().starts_with("Query Identifier: ") {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#x0d;", "\r")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_found_in_every_format() {
        let expected = Some((
            "SELECT *\nFROM t WHERE a < $1".to_owned(),
            Some(vec![Some("5".to_owned())]),
        ));
        let found =
            |plan: &str| query(plan).map(|(sql, values)| (sql.trim_end().to_owned(), values));
        assert_eq!(
            found(
                "\nQuery Text: SELECT *\nFROM t WHERE a < $1\nQuery Parameters: $1 = '5'\nSeq Scan on t  (cost=0.00..1.00 rows=1 width=4)\n  Filter: (a < 5)"
            ),
            expected
        );
        assert_eq!(
            found(
                "\n{\n \"Query Text\": \"SELECT *\\nFROM t WHERE a < $1\", \"Query Parameters\": \"$1 = '5'\", \"Plan\": {}}"
            ),
            expected
        );
        assert_eq!(
            found(
                "\n<explain xmlns=\"x\">\n <Query-Text>SELECT *\nFROM t WHERE a &lt; $1</Query-Text><Query-Parameters>$1 = '5'</Query-Parameters>"
            ),
            expected
        );
        assert_eq!(
            found(
                "\nQuery Text: \"SELECT *\\nFROM t WHERE a < $1\"\nQuery Parameters: \"$1 = '5'\"\nPlan:\n"
            ),
            expected
        );
        assert_eq!(query("\nQuery Text: SELECT 1"), None);
    }
}
