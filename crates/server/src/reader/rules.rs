//! Reading rules: the server prints a rule whole, and it is taken apart here.

use pgwright_catalog::{ObjectId, Rule, RuleEvent};

use super::constraints::expression;
use super::relations::not_understood;
use super::triggers::enabled;
use super::{Class, ReadError, Reader, text};

impl Reader<'_> {
    pub(super) fn read_rules(&mut self) -> Result<(), ReadError> {
        for row in self.query("rules", include_str!("../queries/rules.sql"), &[])? {
            let holder = self.id(Class::Relation, row.get("relation")?).cloned();
            let Some(ObjectId::Table(on) | ObjectId::View(on)) = &holder else {
                continue;
            };
            let oid = row.get("oid")?;
            if self.left_out.contains(&(Class::Rule.number(), oid)) {
                continue;
            }
            let name = row.name("name")?;
            let id = ObjectId::Rule(on.clone(), name.clone());
            let Some(definition) = row.get::<Option<String>>("definition")? else {
                continue;
            };
            let (condition, actions) =
                taken_apart(&definition).ok_or_else(|| not_understood(&id, &definition))?;
            let rule = Rule {
                event: match row.code("event")? {
                    '1' => RuleEvent::Select,
                    '2' => RuleEvent::Update,
                    '3' => RuleEvent::Insert,
                    _ => RuleEvent::Delete,
                },
                condition: condition.map(expression),
                instead: row.get("instead")?,
                actions,
                enabled: enabled(row.code("enabled")?),
                comment: self.comment(Class::Rule, oid),
            };
            self.ids.insert((Class::Rule, oid), id);
            let rules = match &holder {
                Some(ObjectId::Table(on)) => self
                    .catalog
                    .tables
                    .get_mut(on)
                    .map(|table| &mut table.rules),
                _ => self.catalog.views.get_mut(on).map(|view| &mut view.rules),
            };
            if let Some(rules) = rules {
                rules.insert(name, rule);
            }
        }
        Ok(())
    }
}

/// Condition and commands of `CREATE RULE name AS ON event TO table [WHERE condition] DO [INSTEAD]
/// command`, where the command may be `NOTHING` or several in parentheses.
fn taken_apart(definition: &str) -> Option<(Option<&str>, Vec<String>)> {
    let body = &definition[text::find(definition, "\n    ON ")?..];
    let condition_at = text::find(body, "\n   WHERE ").or_else(|| text::find(body, "\n  WHERE "));
    // The word can only stand in front of the commands when it is followed by them.
    let do_at = text::find(body, " DO ")
        .into_iter()
        .chain(text::find(body, " DO\n"))
        .min()?;
    let condition = condition_at
        .filter(|at| *at < do_at)
        .map(|at| body[at..do_at].trim().trim_start_matches("WHERE "));
    let commands = body[do_at + " DO".len()..].trim();
    let commands = match commands.strip_prefix("INSTEAD") {
        Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim(),
        _ => commands,
    };
    let commands = commands.strip_suffix(';').unwrap_or(commands).trim();
    if commands == "NOTHING" {
        return Some((condition, Vec::new()));
    }
    let several = match text::enclosed(commands) {
        Some((inside, rest)) if commands.starts_with('(') && rest.trim().is_empty() => inside,
        _ => commands,
    };
    Some((condition, text::split(several, ";")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn conditions_and_commands_are_found() {
        let (condition, actions) = taken_apart(
            "CREATE RULE \" DO \" AS\n    ON INSERT TO s.t\n   WHERE (new.a > ' DO '::text) DO ( INSERT INTO s.u (a)\n  VALUES (';'::text);\n DELETE FROM s.u;\n);",
        )
        .unwrap();
        assert_eq!(condition, Some("(new.a > ' DO '::text)"));
        assert_eq!(
            actions,
            [
                "INSERT INTO s.u (a)\n  VALUES (';'::text)",
                "DELETE FROM s.u"
            ]
        );
    }

    #[test]
    fn one_command_and_none_are_understood() {
        let nothing = "CREATE RULE a AS\n    ON DELETE TO s.t DO INSTEAD NOTHING;";
        assert_eq!(taken_apart(nothing), Some((None, vec![])));
        let notify = "CREATE RULE a AS\n    ON UPDATE TO s.t DO\n NOTIFY events;";
        assert_eq!(
            taken_apart(notify),
            Some((None, vec!["NOTIFY events".to_owned()]))
        );
        let one = "CREATE RULE a AS\n    ON UPDATE TO s.t DO INSTEAD  UPDATE s.u SET b = 1\n  WHERE (u.a = old.a);";
        let update = "UPDATE s.u SET b = 1\n  WHERE (u.a = old.a)".to_owned();
        assert_eq!(taken_apart(one), Some((None, vec![update])));
    }
}
