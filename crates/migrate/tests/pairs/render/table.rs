//! Statements of tables and their parts.

use pgwright_catalog::{quote_identifier, quote_literal};

use super::{Script, Target, list};
use crate::expression;
use crate::model::*;

impl Script<'_> {
    pub(super) fn table(&mut self, key: Key, table: &Table) {
        let model = self.model;
        let name = model.qualified(&table.named);
        let foreign = matches!(table.kind, Kind::Foreign(_));
        let mut text = String::from(match (foreign, table.unlogged) {
            (true, _) => "CREATE FOREIGN TABLE ",
            (_, true) => "CREATE UNLOGGED TABLE ",
            _ => "CREATE TABLE ",
        });
        text += &name;
        let mut columns = table.columns.clone();
        let mut attach = None;
        match &table.kind {
            Kind::Partition {
                parent,
                bound,
                attached,
                ..
            } => {
                let parent = model.qualified(&model.tables[parent].named);
                let bound = bound_text(bound, model, key);
                if *attached {
                    columns = model.columns(key);
                    columns.reverse();
                    attach = Some(format!(
                        "ALTER TABLE {parent} ATTACH PARTITION {name} {bound}"
                    ));
                    text += &format!(" ({})", self.columns(&columns, true));
                } else {
                    text += &format!(" PARTITION OF {parent} {bound}");
                }
            }
            Kind::Typed(of) => {
                text += &format!(" OF {}", model.qualified(&model.types[of].named));
            }
            Kind::Child(parents) => {
                let parents: Vec<_> = parents
                    .iter()
                    .map(|p| model.qualified(&model.tables[p].named))
                    .collect();
                text += &format!(
                    " ({}) INHERITS ({})",
                    self.columns(&columns, true),
                    parents.join(", ")
                );
            }
            Kind::Plain | Kind::Foreign(_) => {
                text += &format!(" ({})", self.columns(&columns, true));
            }
        }
        if let Some(by) = &table.by {
            text += &format!(
                " PARTITION BY {} ({})",
                by.strategy,
                quote_identifier(&by.column)
            );
        }
        if let Some(method) = table.method
            && table.by.is_none()
        {
            text += &format!(
                " USING {}",
                quote_identifier(&model.others[&method].named.name)
            );
        }
        if !table.options.is_empty() {
            let options: Vec<_> = table.options.iter().map(|(k, v)| option(k, *v)).collect();
            text += &format!(" WITH ({})", options.join(", "));
        }
        if let Kind::Foreign(server) = &table.kind {
            let options = if model.is_validated(*server) {
                ""
            } else {
                " OPTIONS (table_name 'it''s')"
            };
            text += &format!(
                " SERVER {}{options}",
                quote_identifier(&model.others[server].named.name)
            );
        }
        self.add(text);
        if let Some(attach) = attach {
            self.add(attach);
        }
        if let Kind::Typed(_) | Kind::Partition { .. } | Kind::Child(_) = table.kind {
            columns = vec![];
        }
        self.column_parts(&name, &columns);
        if let Kind::Child(_) = table.kind {
            self.column_parts(&name, &table.columns);
        }
        for (column, said) in &table.overrides {
            let Some(of) = model.columns(key).into_iter().find(|c| c.name == *column) else {
                continue;
            };
            let quoted = quote_identifier(column);
            if let Some(default) = said.default {
                let default = of.ty.default(model, default);
                self.add(format!(
                    "ALTER TABLE {name} ALTER COLUMN {quoted} SET DEFAULT {default}"
                ));
            }
            if let Some(statistics) = said.statistics {
                self.add(format!(
                    "ALTER TABLE {name} ALTER COLUMN {quoted} SET STATISTICS {statistics}"
                ));
            }
            self.comment(&format!("COLUMN {name}.{quoted}"), said.comment.as_ref());
        }
        let word = if foreign { "FOREIGN TABLE" } else { "TABLE" };
        let target = Target {
            word,
            grant: name.clone(),
            name: name.clone(),
        };
        self.common(&table.named, &target);
        if table.given_up
            && let Some(owner) = table.named.owner
        {
            self.add(format!("REVOKE TRUNCATE ON {name} FROM {owner}"));
        }
    }

    fn columns(&self, columns: &[Column], with_source: bool) -> String {
        let parts: Vec<_> = columns
            .iter()
            .map(|c| self.column(c, with_source))
            .collect();
        parts.join(", ")
    }

    fn column(&self, column: &Column, with_source: bool) -> String {
        let model = self.model;
        let name = quote_identifier(&column.name);
        let mut text = format!("{name} {}", column.ty.sql(model));
        if column.source == Source::Serial {
            text = match column.ty {
                crate::values::Ty::Big => format!("{name} bigserial"),
                crate::values::Ty::Small => format!("{name} smallserial"),
                _ => format!("{name} serial"),
            };
        }
        if let Some(remote) = column.remote
            && !self.is_validated(column)
        {
            text += &format!(" OPTIONS (column_name 'c{remote}')");
        }
        if column.collate && column.ty.is_text() {
            text += " COLLATE \"C\"";
        }
        if column.not_null {
            if let Some(constraint) = &column.not_null_name {
                text += &format!(" CONSTRAINT {}", quote_identifier(constraint));
            }
            text += " NOT NULL";
        }
        if with_source {
            text += &self.source(column);
        }
        text
    }

    fn source(&self, column: &Column) -> String {
        let model = self.model;
        match &column.source {
            Source::None | Source::Serial => String::new(),
            Source::Literal(number) => format!(" DEFAULT {}", column.ty.default(model, *number)),
            Source::Now => " DEFAULT now()".to_owned(),
            Source::Next(key) => format!(
                " DEFAULT nextval({}::regclass)",
                quote_literal(&model.qualified(&model.sequences[key].named))
            ),
            Source::Call(key, number) => {
                format!(
                    " DEFAULT {}({number})",
                    model.qualified(&model.functions[key].named)
                )
            }
            Source::Identity {
                always,
                start,
                increment,
            } => format!(
                " GENERATED {} AS IDENTITY (START {start} INCREMENT {increment})",
                if *always { "ALWAYS" } else { "BY DEFAULT" }
            ),
            Source::Stored(expr) | Source::Virtual(expr) => {
                let word = if column.is_virtual() {
                    "VIRTUAL"
                } else {
                    "STORED"
                };
                // The column's table is found by the column itself: generated columns stand beside theirs.
                let of = self.named_of(column);
                let sql = expr.sql(&of, "", model).map(|s| s.0).unwrap_or_default();
                format!(" GENERATED ALWAYS AS ({sql}) {word}")
            }
        }
    }

    /// The column is of a foreign table whose wrapper knows no options of columns.
    fn is_validated(&self, column: &Column) -> bool {
        let mut tables = self.model.tables.values();
        tables.any(|t| match &t.kind {
            Kind::Foreign(server) => {
                let own = t.columns.iter().any(|c| c.name == column.name);
                own && self.model.is_validated(*server)
            }
            _ => false,
        })
    }

    /// The columns beside a generated one. Names of columns are unique in a model.
    fn named_of(&self, column: &Column) -> Vec<expression::Named> {
        let tables = self.model.tables.iter();
        let table = tables.filter(|(_, t)| t.columns.iter().any(|c| c.name == column.name));
        table
            .flat_map(|(key, _)| self.model.relation(*key))
            .collect()
    }

    fn column_parts(&mut self, table: &str, columns: &[Column]) {
        for column in columns {
            let name = quote_identifier(&column.name);
            let mut actions = vec![];
            if let Some(storage) = column.storage
                && column.ty == crate::values::Ty::Text
            {
                actions.push(format!("SET STORAGE {storage}"));
            }
            if let Some(compression) = column.compression
                && column.ty == crate::values::Ty::Text
                && !column.is_virtual()
            {
                actions.push(format!("SET COMPRESSION {compression}"));
            }
            if let Some(statistics) = column.statistics
                && !column.is_virtual()
            {
                actions.push(format!("SET STATISTICS {statistics}"));
            }
            if let Some(n_distinct) = column.n_distinct {
                actions.push(format!("SET (n_distinct = {n_distinct})"));
            }
            for action in actions {
                self.add(format!("ALTER TABLE {table} ALTER COLUMN {name} {action}"));
            }
            self.comment(&format!("COLUMN {table}.{name}"), column.comment.as_ref());
            for (role, privilege) in &column.grants {
                self.add(format!("GRANT {privilege} ({name}) ON {table} TO {role}"));
            }
        }
    }

    pub(super) fn constraints(&mut self, key: Key, table: &Table, foreign: bool) {
        let name = self.model.qualified(&table.named);
        for constraint in &table.constraints {
            if matches!(constraint.kind, ConstraintKind::Foreign { .. }) != foreign {
                continue;
            }
            let quoted = quote_identifier(&constraint.name);
            let definition = self.constraint(key, constraint);
            let deferrable = ["", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"];
            let deferrable = deferrable[constraint.deferrable as usize];
            let enforced = if constraint.enforced {
                ""
            } else {
                " NOT ENFORCED"
            };
            let valid = if constraint.validated || !constraint.enforced {
                ""
            } else {
                " NOT VALID"
            };
            self.add(format!(
                "ALTER TABLE {name} ADD CONSTRAINT {quoted} {definition}{deferrable}{enforced}{valid}"
            ));
            self.comment(
                &format!("CONSTRAINT {quoted} ON {name}"),
                constraint.comment.as_ref(),
            );
        }
    }

    fn constraint(&self, key: Key, constraint: &Constraint) -> String {
        let model = self.model;
        let columns = model.relation(key);
        let included = |include: &[String]| match include.is_empty() {
            true => String::new(),
            false => format!(" INCLUDE ({})", list(include)),
        };
        match &constraint.kind {
            ConstraintKind::Primary {
                columns,
                include,
                fillfactor,
                without_overlaps,
            } => {
                let overlaps = if *without_overlaps {
                    " WITHOUT OVERLAPS"
                } else {
                    ""
                };
                let with = fillfactor.map(|f| format!(" WITH (fillfactor = {f})"));
                format!(
                    "PRIMARY KEY ({}{overlaps}){}{}",
                    list(columns),
                    included(include),
                    with.unwrap_or_default()
                )
            }
            ConstraintKind::Unique {
                columns,
                include,
                nulls_not_distinct,
            } => format!(
                "UNIQUE{} ({}){}",
                if *nulls_not_distinct {
                    " NULLS NOT DISTINCT"
                } else {
                    ""
                },
                list(columns),
                included(include)
            ),
            ConstraintKind::Check { all, no_inherit } => {
                let all: Vec<_> = all
                    .iter()
                    .filter_map(|e| e.sql(&columns, "", model))
                    .collect();
                let all: Vec<_> = all.into_iter().map(|(sql, _)| sql).collect();
                let no_inherit = if *no_inherit { " NO INHERIT" } else { "" };
                format!("CHECK ({}){no_inherit}", all.join(" AND "))
            }
            ConstraintKind::Foreign {
                columns,
                target,
                target_columns,
                full,
                on_delete,
                on_update,
            } => {
                format!(
                    "FOREIGN KEY ({}) REFERENCES {} ({}){} ON DELETE {on_delete} ON UPDATE {on_update}",
                    list(columns),
                    model.qualified(&model.tables[target].named),
                    list(target_columns),
                    if *full { " MATCH FULL" } else { "" }
                )
            }
            ConstraintKind::Exclude {
                elements,
                method,
                predicate,
            } => {
                let elements: Vec<_> = elements
                    .iter()
                    .map(|(column, operator)| {
                        format!("{} WITH {operator}", quote_identifier(column))
                    })
                    .collect();
                let predicate = predicate.as_ref().and_then(|p| p.sql(&columns, "", model));
                let predicate = predicate.map(|(sql, _)| format!(" WHERE ({sql})"));
                format!(
                    "EXCLUDE USING {method} ({}){}",
                    elements.join(", "),
                    predicate.unwrap_or_default()
                )
            }
        }
    }

    pub(super) fn indexes(&mut self, key: Key, on: &Named, indexes: &[Index]) {
        let model = self.model;
        let columns = model.relation(key);
        let table = model.qualified(on);
        for index in indexes {
            let name = quote_identifier(&index.name);
            let elements: Vec<_> = index
                .elements
                .iter()
                .filter_map(|e| self.element(e, &columns))
                .collect();
            let mut text = format!(
                "CREATE {}INDEX {name} ON {table} USING {} ({})",
                if index.unique { "UNIQUE " } else { "" },
                index.method,
                elements.join(", ")
            );
            if !index.include.is_empty() {
                text += &format!(" INCLUDE ({})", list(&index.include));
            }
            if index.nulls_not_distinct {
                text += " NULLS NOT DISTINCT";
            }
            if let Some(number) = index.option {
                text += &match index.method {
                    "gin" => format!(" WITH (fastupdate = {})", number % 2 == 0),
                    "brin" => format!(" WITH (pages_per_range = {number})"),
                    _ => format!(" WITH (fillfactor = {number})"),
                };
            }
            if let Some((sql, _)) = index
                .predicate
                .as_ref()
                .and_then(|p| p.sql(&columns, "", model))
            {
                text += &format!(" WHERE {sql}");
            }
            self.add(text);
            let qualified = format!("{}.{name}", model.schema(on.schema));
            if let Some(statistics) = index.statistics {
                let at = index
                    .elements
                    .iter()
                    .position(|e| e.expr.form != expression::Form::Column);
                if let Some(at) = at {
                    self.add(format!(
                        "ALTER INDEX {qualified} ALTER COLUMN {} SET STATISTICS {statistics}",
                        at + 1
                    ));
                }
            }
            self.comment(&format!("INDEX {qualified}"), index.comment.as_ref());
        }
    }

    fn element(&self, element: &Element, columns: &[expression::Named]) -> Option<String> {
        let model = self.model;
        let (mut text, ty) = element.expr.sql(columns, "", model)?;
        if element.expr.form != expression::Form::Column {
            text = format!("({text})");
        }
        if element.collate && ty.is_text() {
            text += " COLLATE \"C\"";
        }
        if let Some(class) = element.own_class.and_then(|key| model.others.get(&key)) {
            text += &format!(" {}", model.qualified(&class.named));
        } else if let Some(class) = element.class {
            text += &format!(" {class}");
        }
        if element.descending {
            text += " DESC";
        }
        if element.nulls_first != element.descending {
            text += if element.nulls_first {
                " NULLS FIRST"
            } else {
                " NULLS LAST"
            };
        }
        Some(text)
    }

    pub(super) fn table_parts(&mut self, key: Key, table: &Table) {
        let model = self.model;
        let name = model.qualified(&table.named);
        let columns = model.relation(key);
        for trigger in &table.triggers {
            self.trigger(&table.named, trigger, &columns);
        }
        for rule in &table.rules {
            self.rule(&table.named, rule);
        }
        for policy in &table.policies {
            self.policy(&name, policy, &columns);
        }
        if table.row_security {
            self.add(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
        }
        if table.force {
            self.add(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
        }
        match &table.replica {
            Replica::Default => {}
            Replica::Full => self.add(format!("ALTER TABLE {name} REPLICA IDENTITY FULL")),
            Replica::Nothing => self.add(format!("ALTER TABLE {name} REPLICA IDENTITY NOTHING")),
            Replica::Index(index) => self.add(format!(
                "ALTER TABLE {name} REPLICA IDENTITY USING INDEX {}",
                quote_identifier(index)
            )),
        }
        if let Some(index) = &table.clustered {
            self.add(format!(
                "ALTER TABLE {name} CLUSTER ON {}",
                quote_identifier(index)
            ));
        }
    }

    fn policy(&mut self, table: &str, policy: &Policy, columns: &[expression::Named]) {
        let model = self.model;
        let name = quote_identifier(&policy.name);
        let mut text = format!(
            "CREATE POLICY {name} ON {table} AS {} FOR {}",
            if policy.permissive {
                "PERMISSIVE"
            } else {
                "RESTRICTIVE"
            },
            policy.command
        );
        if !policy.roles.is_empty() {
            let roles: Vec<_> = policy.roles.iter().copied().collect();
            text += &format!(" TO {}", roles.join(", "));
        }
        let sql = |e: &Option<expression::Expr>| {
            let sql = e.as_ref().and_then(|e| e.sql(columns, "", model));
            sql.map_or("true".to_owned(), |(sql, _)| sql)
        };
        if policy.command != "INSERT" {
            text += &format!(" USING ({})", sql(&policy.using));
        }
        if policy.command == "INSERT"
            || (policy.command != "SELECT" && policy.command != "DELETE" && policy.check.is_some())
        {
            text += &format!(" WITH CHECK ({})", sql(&policy.check));
        }
        self.add(text);
        self.comment(
            &format!("POLICY {name} ON {table}"),
            policy.comment.as_ref(),
        );
    }
}

fn option(name: &str, value: u32) -> String {
    match name {
        "fillfactor" => format!("fillfactor = {value}"),
        "autovacuum_vacuum_scale_factor" => format!("{name} = 0.{value}"),
        _ => format!("{name} = {}", value.is_multiple_of(2)),
    }
}

fn bound_text(bound: &Bound, model: &Model, key: Key) -> String {
    let Kind::Partition { parent, .. } = &model.tables[&key].kind else {
        return String::new();
    };
    let by = &model.tables[parent].by;
    let column = by.as_ref().map(|by| by.column.clone()).unwrap_or_default();
    let columns = model.relation(*parent);
    let date = columns
        .iter()
        .any(|c| c.name == column && c.ty == crate::values::Ty::Date);
    let point = |hundreds: u32| match date {
        true => format!("'{}-01-01'", 2024 + hundreds),
        false => format!("{}", hundreds * 100),
    };
    match bound {
        Bound::Default => "DEFAULT".to_owned(),
        Bound::Range(from, to) => {
            let to = to.map_or("MAXVALUE".to_owned(), point);
            format!("FOR VALUES FROM ({}) TO ({to})", point(*from))
        }
        Bound::List(values) => {
            let values: Vec<_> = values.iter().map(|v| quote_literal(v)).collect();
            format!("FOR VALUES IN ({})", values.join(", "))
        }
        Bound::Hash(modulus, remainder) => {
            format!("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})")
        }
    }
}
