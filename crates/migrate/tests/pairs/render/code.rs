//! Statements of types, functions, views, triggers and rules.

use pgwright_catalog::{quote_identifier, quote_literal};

use super::{Script, Target};
use crate::model::*;
use crate::values::Ty;

impl Script<'_> {
    pub(super) fn user_type(&mut self, item: &UserType) {
        let model = self.model;
        let name = model.qualified(&item.named);
        let mut word = "TYPE";
        match &item.kind {
            TypeKind::Enum { labels, .. } => {
                let labels: Vec<_> = labels.iter().map(|l| quote_literal(l)).collect();
                self.add(format!(
                    "CREATE TYPE {name} AS ENUM ({})",
                    labels.join(", ")
                ));
            }
            TypeKind::Domain { .. } => {
                word = "DOMAIN";
                self.domain(&name, &item.kind);
            }
            TypeKind::Composite(attributes) => {
                let parts: Vec<_> = attributes
                    .iter()
                    .map(|a| format!("{} {}", quote_identifier(&a.name), a.ty.sql(model)))
                    .collect();
                self.add(format!("CREATE TYPE {name} AS ({})", parts.join(", ")));
                for attribute in attributes {
                    let column = format!("COLUMN {name}.{}", quote_identifier(&attribute.name));
                    self.comment(&column, attribute.comment.as_ref());
                }
            }
            TypeKind::Range {
                subtype,
                diff,
                multirange,
            } => {
                let mut text = format!(
                    "CREATE TYPE {name} AS RANGE (SUBTYPE = {}",
                    subtype.sql(model)
                );
                if *diff && *subtype == Ty::Double {
                    text += ", SUBTYPE_DIFF = float8mi";
                }
                if let Some(multirange) = multirange {
                    let schema = model.schema(item.named.schema);
                    text += &format!(
                        ", MULTIRANGE_TYPE_NAME = {schema}.{}",
                        quote_identifier(multirange)
                    );
                }
                self.add(text + ")");
            }
            TypeKind::Base {
                default,
                category,
                send,
            } => {
                self.base_type(item, &name, (*default, *category, *send));
            }
        }
        self.common(&item.named, &Target::new(word, name));
    }

    fn domain(&mut self, name: &str, kind: &TypeKind) {
        let model = self.model;
        let TypeKind::Domain {
            base,
            collation,
            checks,
            default,
            not_null,
        } = kind
        else {
            return;
        };
        let mut text = format!("CREATE DOMAIN {name} AS {}", base.sql(model));
        if *collation && base.is_text() {
            text += " COLLATE \"C\"";
        }
        if let Some(default) = default {
            text += &format!(" DEFAULT {}", base.default(model, *default));
        }
        if *not_null {
            text += " NOT NULL";
        }
        self.add(text);
        for check in checks {
            let Some((sql, _)) = check.check.over("VALUE", base, model) else {
                continue;
            };
            let constraint = quote_identifier(&check.name);
            self.add(format!(
                "ALTER DOMAIN {name} ADD CONSTRAINT {constraint} CHECK ({sql}){}",
                if check.validated { "" } else { " NOT VALID" }
            ));
            self.comment(
                &format!("CONSTRAINT {constraint} ON DOMAIN {name}"),
                check.comment.as_ref(),
            );
        }
    }

    fn base_type(
        &mut self,
        item: &UserType,
        name: &str,
        (default, category, send): (u32, bool, bool),
    ) {
        let schema = self.model.schema(item.named.schema);
        let function = |suffix: &str| {
            format!(
                "{schema}.{}",
                quote_identifier(&format!("{}_{suffix}", item.named.name))
            )
        };
        let strict = "LANGUAGE internal IMMUTABLE STRICT AS";
        self.add(format!("CREATE TYPE {name}"));
        let (read, print, give) = (function("in"), function("out"), function("send"));
        self.add(format!(
            "CREATE FUNCTION {read}(cstring) RETURNS {name} {strict} 'int4in'"
        ));
        self.add(format!(
            "CREATE FUNCTION {print}({name}) RETURNS cstring {strict} 'int4out'"
        ));
        let mut text = format!(
            "CREATE TYPE {name} (INPUT = {read}, OUTPUT = {print}, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4"
        );
        if send {
            self.add(format!(
                "CREATE FUNCTION {give}({name}) RETURNS bytea {strict} 'int4send'"
            ));
            text += &format!(", SEND = {give}");
        }
        if category {
            text += ", CATEGORY = 'N'";
        }
        if default > 0 {
            text += &format!(", DEFAULT = '{default}'");
        }
        self.add(text + ")");
    }

    pub(super) fn function(&mut self, function: &Function) {
        let model = self.model;
        let name = model.qualified(&function.named);
        let procedure = function.shape == Shape::Procedure;
        let word = if procedure { "PROCEDURE" } else { "FUNCTION" };
        let mut arguments: Vec<_> = function
            .arguments
            .iter()
            .map(|a| {
                let default = a
                    .default
                    .map(|d| format!(" DEFAULT {}", a.ty.default(model, d)));
                let name = quote_identifier(&a.name);
                format!("{name} {}{}", a.ty.sql(model), default.unwrap_or_default())
            })
            .collect();
        let types: Vec<_> = function.arguments.iter().map(|a| a.ty.sql(model)).collect();
        let mut types = types.join(", ");
        match &function.shape {
            Shape::OfRow(table) => {
                types = model.qualified(&model.tables[table].named);
                arguments = vec![format!("r {types}")];
            }
            Shape::Columns { out: true } => {
                arguments.push("OUT one integer".to_owned());
                arguments.push("OUT \"Two\" text".to_owned());
            }
            Shape::Takes(ty) => {
                types = ty.sql(model);
                arguments = vec![format!("v {types}")];
            }
            _ => {}
        }
        let mut text = format!("CREATE {word} {name}({})", arguments.join(", "));
        text += &self.returns(function);
        text += &self.function_options(function);
        text += &self.body(function);
        self.add(text);
        let word = if procedure { "PROCEDURE" } else { "FUNCTION" };
        self.common(
            &function.named,
            &Target::new(word, format!("{name}({types})")),
        );
    }

    fn returns(&self, function: &Function) -> String {
        let model = self.model;
        match &function.shape {
            Shape::Procedure | Shape::Columns { out: true } => String::new(),
            Shape::Columns { out: false } => {
                " RETURNS TABLE (one integer, \"Two\" text)".to_owned()
            }
            Shape::Trigger => " RETURNS trigger".to_owned(),
            Shape::EventTrigger => " RETURNS event_trigger".to_owned(),
            Shape::Rows(of) => format!(" RETURNS SETOF {}", self.relation_name(*of)),
            _ => format!(" RETURNS {}", function.returns.sql(model)),
        }
    }

    fn function_options(&self, function: &Function) -> String {
        let mut text = String::new();
        let language = match function.language {
            Language::Sql | Language::Atomic => "sql",
            Language::Plpgsql => "plpgsql",
        };
        text += &format!(" LANGUAGE {language}");
        if let Some(volatility) = function.volatility {
            text += &format!(" {volatility}");
        }
        if function.strict {
            text += " STRICT";
        }
        if function.definer {
            text += " SECURITY DEFINER";
        }
        if function.leakproof {
            text += " LEAKPROOF";
        }
        if let Some(parallel) = function.parallel {
            text += &format!(" PARALLEL {parallel}");
        }
        if let Some(cost) = function.cost {
            text += &format!(" COST {cost}");
        }
        if let Some(setting) = function.setting {
            let schemas = ["pg_catalog", "''", "public, pg_temp"];
            match setting % 4 {
                3 => text += " SET work_mem = '2MB'",
                n => text += &format!(" SET search_path = {}", schemas[n as usize]),
            }
        }
        text
    }

    fn relation_name(&self, key: Key) -> String {
        let model = self.model;
        match model.views.get(&key) {
            Some(view) => model.qualified(&view.named),
            None => model.qualified(&model.tables[&key].named),
        }
    }

    fn body(&self, function: &Function) -> String {
        let model = self.model;
        let number = function.body;
        let argument = function
            .arguments
            .first()
            .map(|a| quote_identifier(&a.name));
        let argument = argument.unwrap_or_default();
        let returns = function.returns.sql(model);
        // The query of the body, and what PL/pgSQL does instead.
        let (query, statements) = match &function.shape {
            Shape::Pure => {
                let value = format!("({argument} + {number})::{returns}");
                (format!("SELECT {value}"), format!("RETURN {value};"))
            }
            Shape::Count(of, filter) => {
                let mut query = format!(
                    "SELECT (count(*) + {number})::{returns} FROM {} AS r",
                    self.relation_name(*of)
                );
                let columns = model.relation(*of);
                if let Some((sql, _)) = filter.as_ref().and_then(|f| f.sql(&columns, "r.", model)) {
                    query += &format!(" WHERE {sql}");
                }
                let statements = format!("RETURN ({query});");
                (query, statements)
            }
            Shape::Rows(of) => {
                let query = format!(
                    "SELECT r.* FROM {} AS r LIMIT {}",
                    self.relation_name(*of),
                    number + 1
                );
                let statements = format!("RETURN QUERY {query};");
                (query, statements)
            }
            Shape::OfRow(_) => {
                let value = format!("(CASE WHEN r IS NULL THEN 0 ELSE {number} END)::{returns}");
                (format!("SELECT {value}"), format!("RETURN {value};"))
            }
            Shape::Columns { out } => {
                let query = format!("SELECT {number}, 'two'::text");
                let statements = match out {
                    true => format!("one := {number}; \"Two\" := 'two';"),
                    false => format!("RETURN QUERY {query};"),
                };
                (query, statements)
            }
            Shape::Takes(_) => {
                let value = format!("(CASE WHEN v IS NULL THEN 0 ELSE {number} END)::{returns}");
                (format!("SELECT {value}"), format!("RETURN {value};"))
            }
            Shape::Trigger => (
                String::new(),
                format!(
                    "IF TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN RETURN new; END IF; RETURN old; -- {number}"
                ),
            ),
            Shape::EventTrigger => (String::new(), format!("PERFORM {number};")),
            Shape::Procedure => (format!("SELECT {number}"), format!("PERFORM {number};")),
        };
        match function.language {
            Language::Sql => format!(" AS {}", quote_literal(&query)),
            Language::Atomic => format!(" BEGIN ATOMIC {query}; END"),
            Language::Plpgsql => format!(" AS $body$\nBEGIN\n    {statements} \nEND\n$body$"),
        }
    }

    pub(super) fn view(&mut self, key: Key, view: &View) {
        let name = self.model.qualified(&view.named);
        let word = if view.materialized {
            "MATERIALIZED VIEW"
        } else {
            "VIEW"
        };
        let mut options = vec![];
        if let Some(barrier) = view.barrier {
            options.push(format!("security_barrier = {barrier}"));
        }
        if let Some(invoker) = view.invoker {
            options.push(format!("security_invoker = {invoker}"));
        }
        if let Some(fillfactor) = view.fillfactor {
            options.push(format!("fillfactor = {fillfactor}"));
        }
        let mut text = format!("CREATE {word} {name}");
        if !options.is_empty() {
            text += &format!(" WITH ({})", options.join(", "));
        }
        text += &format!(" AS {}", self.query(view));
        if let Some(check) = view.check_option {
            text += &format!(" WITH {check} CHECK OPTION");
        }
        if view.no_data {
            text += " WITH NO DATA";
        }
        self.add(text);
        self.common(
            &view.named,
            &Target {
                word,
                grant: name.clone(),
                name: name.clone(),
            },
        );
        let columns = self.model.outputs(view);
        for output in &view.outputs {
            let Some(column) = columns.iter().find(|c| c.name == output.name) else {
                continue;
            };
            let quoted = quote_identifier(&output.name);
            self.comment(&format!("COLUMN {name}.{quoted}"), output.comment.as_ref());
            if let Some(default) = output.default
                && !view.materialized
            {
                let default = column.ty.default(self.model, default);
                self.add(format!(
                    "ALTER VIEW {name} ALTER COLUMN {quoted} SET DEFAULT {default}"
                ));
            }
            if output.granted {
                self.add(format!("GRANT SELECT ({quoted}) ON {name} TO {READER}"));
            }
        }
        self.indexes(key, &view.named, &view.indexes);
        if let Some(index) = &view.clustered {
            let index = quote_identifier(index);
            self.add(format!("ALTER MATERIALIZED VIEW {name} CLUSTER ON {index}"));
        }
    }

    fn query(&self, view: &View) -> String {
        let model = self.model;
        let first = model.relation(view.from);
        let mut from = format!("{} AS r", self.relation_name(view.from));
        let mut second = vec![];
        if let Some((other, left, right)) = &view.join {
            second = model.relation(*other);
            let (left, right) = (quote_identifier(left), quote_identifier(right));
            from += &format!(
                " JOIN {} AS j ON r.{left} = j.{right}",
                self.relation_name(*other)
            );
        }
        let mut outputs = vec![];
        let mut groups = vec![];
        for output in &view.outputs {
            let (columns, prefix) = if output.joined {
                (&second, "j.")
            } else {
                (&first, "r.")
            };
            let Some((sql, _)) = output.expr.sql(columns, prefix, model) else {
                continue;
            };
            outputs.push(format!("{sql} AS {}", quote_identifier(&output.name)));
            groups.push(sql);
        }
        let filter = view
            .filter
            .as_ref()
            .and_then(|f| f.sql(&first, "r.", model));
        let filter = filter
            .map(|(sql, _)| format!(" WHERE {sql}"))
            .unwrap_or_default();
        let outputs = outputs.join(", ");
        match view.form {
            Form::Simple => format!("SELECT {outputs} FROM {from}{filter}"),
            Form::Grouped => format!(
                "SELECT {outputs}, count(*) AS total FROM {from}{filter} GROUP BY {}",
                groups.join(", ")
            ),
            Form::Distinct => format!("SELECT DISTINCT {outputs} FROM {from}{filter}"),
            Form::With => {
                format!("WITH q AS (SELECT {outputs} FROM {from}{filter}) SELECT q.* FROM q")
            }
            Form::Window => {
                format!("SELECT {outputs}, count(*) OVER () AS total FROM {from}{filter}")
            }
            Form::Union => format!(
                "SELECT {outputs} FROM {from}{filter} UNION ALL SELECT {outputs} FROM {from}"
            ),
        }
    }

    pub(super) fn trigger(
        &mut self,
        on: &Named,
        trigger: &Trigger,
        columns: &[crate::expression::Named],
    ) {
        let model = self.model;
        let (table, name) = (model.qualified(on), quote_identifier(&trigger.name));
        let events: Vec<_> = trigger
            .events
            .iter()
            .map(|e| match *e == "UPDATE" && !trigger.of.is_empty() {
                true => format!("UPDATE OF {}", super::list(&trigger.of)),
                false => (*e).to_owned(),
            })
            .collect();
        let mut text = format!(
            "CREATE {}TRIGGER {name} {} {} ON {table}",
            if trigger.constraint.is_some() {
                "CONSTRAINT "
            } else {
                ""
            },
            trigger.timing,
            events.join(" OR ")
        );
        text += match trigger.constraint {
            Some(1) => " DEFERRABLE",
            Some(2) => " DEFERRABLE INITIALLY DEFERRED",
            _ => "",
        };
        if trigger.transition {
            text += match trigger.events[0] {
                "INSERT" => " REFERENCING NEW TABLE AS added",
                "DELETE" => " REFERENCING OLD TABLE AS gone",
                _ => " REFERENCING OLD TABLE AS gone NEW TABLE AS added",
            };
        }
        text += if trigger.row {
            " FOR EACH ROW"
        } else {
            " FOR EACH STATEMENT"
        };
        let prefix = if trigger.events.contains(&"DELETE") {
            "old."
        } else {
            "new."
        };
        if let Some((sql, _)) = trigger
            .when
            .as_ref()
            .and_then(|w| w.sql(columns, prefix, model))
        {
            text += &format!(" WHEN ({sql})");
        }
        let arguments = ["", "'a'", "'a', 'it''s'"][trigger.arguments as usize % 3];
        let function = model.qualified(&model.functions[&trigger.function].named);
        self.add(format!("{text} EXECUTE FUNCTION {function}({arguments})"));
        if let Some(enabled) = trigger.enabled {
            self.add(format!("ALTER TABLE {table} {enabled} TRIGGER {name}"));
        }
        self.comment(
            &format!("TRIGGER {name} ON {table}"),
            trigger.comment.as_ref(),
        );
    }

    pub(super) fn rule(&mut self, on: &Named, rule: &Rule) {
        let (table, name) = (self.model.qualified(on), quote_identifier(&rule.name));
        let action = match rule.also {
            true => format!("ALSO NOTIFY n{}", rule.notify),
            false => "INSTEAD NOTHING".to_owned(),
        };
        self.add(format!(
            "CREATE RULE {name} AS ON {} TO {table} DO {action}",
            rule.event
        ));
        if let Some(enabled) = rule.enabled {
            self.add(format!("ALTER TABLE {table} {enabled} RULE {name}"));
        }
        self.comment(&format!("RULE {name} ON {table}"), rule.comment.as_ref());
    }
}
