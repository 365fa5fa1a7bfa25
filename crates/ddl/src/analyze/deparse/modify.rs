//! INSERT, UPDATE, DELETE and MERGE, as they stand in rules, in WITH and in function bodies.

use super::expression::{malformed, strip_implicit_casts};
use super::layout::STANDARD;
use super::printer::{Printed, Printer};
use super::query::missing;
use crate::analyze::Undecided;
use crate::analyze::tree::{
    CoercionForm, Command, Expr, InferenceElement, MergeAction, MergeMatchKind, OnConflict,
    Overriding, ParamKind, Query, RangeTableEntry, RelationRte, RteKind, SubLink, SubLinkKind,
    TargetEntry,
};

impl<'a> Printer<'a> {
    /// INSERT.
    pub(super) fn insert(&mut self, query: &'a Query) -> Printed {
        self.with_clause(query)?;
        let (rtindex, entry, relation) = self.result_relation(query)?;
        self.enter_query();
        self.put("INSERT INTO ");
        self.relation(relation, false);
        self.alias(rtindex, true)?;
        self.put(" ");
        if !query.targets.is_empty() {
            self.put("(");
        }
        let values = self.target_columns(entry, &query.targets)?;
        if !query.targets.is_empty() {
            self.put(") ");
        }
        self.put(match query.overriding {
            Overriding::None => "",
            Overriding::User => "OVERRIDING USER VALUE ",
            Overriding::System => "OVERRIDING SYSTEM VALUE ",
        });
        let source = query
            .range_table
            .iter()
            .find_map(|entry| match &entry.kind {
                RteKind::Subquery(query) => Some(Ok(&**query)),
                RteKind::Values(rows) => Some(Err(&rows[..])),
                _ => None,
            });
        match source {
            Some(Ok(select)) => {
                let level = self.state.level;
                self.query(select, None, false, level)?;
            }
            Some(Err(rows)) => self.values(rows)?,
            None if values.is_empty() => self.put("DEFAULT VALUES"),
            None => {
                self.clause("VALUES (", 2);
                self.top_levels(values)?;
                self.put(")");
            }
        }
        if let Some(conflict) = &query.on_conflict {
            self.on_conflict(conflict, entry)?;
        }
        self.returning(query)
    }

    /// UPDATE.
    pub(super) fn update(&mut self, query: &'a Query) -> Printed {
        self.with_clause(query)?;
        let (rtindex, entry, relation) = self.result_relation(query)?;
        self.enter_query();
        self.put("UPDATE ");
        self.only(relation);
        self.relation(relation, false);
        self.alias(rtindex, false)?;
        self.put(" SET ");
        self.assignments(entry, &query.targets)?;
        self.print_from(query, " FROM ")?;
        self.condition(query.where_.as_ref())?;
        self.returning(query)
    }

    /// DELETE.
    pub(super) fn delete(&mut self, query: &'a Query) -> Printed {
        self.with_clause(query)?;
        let (rtindex, _, relation) = self.result_relation(query)?;
        self.enter_query();
        self.put("DELETE FROM ");
        self.only(relation);
        self.relation(relation, false);
        self.alias(rtindex, false)?;
        self.print_from(query, " USING ")?;
        self.condition(query.where_.as_ref())?;
        self.returning(query)
    }

    /// MERGE.
    pub(super) fn merge(&mut self, query: &'a Query) -> Printed {
        self.with_clause(query)?;
        let (rtindex, entry, relation) = self.result_relation(query)?;
        self.enter_query();
        self.put("MERGE INTO ");
        self.only(relation);
        self.relation(relation, false);
        self.alias(rtindex, false)?;
        self.print_from(query, " USING ")?;
        self.clause(" ON ", 2);
        let condition = query.merge_condition.as_ref();
        self.expression(condition.ok_or_else(|| missing("join condition"))?, false)?;
        let by_source = query
            .merge_actions
            .iter()
            .any(|action| action.match_kind == MergeMatchKind::NotMatchedBySource);
        for action in &query.merge_actions {
            self.merge_action(action, entry, by_source)?;
        }
        self.returning(query)
    }

    fn merge_action(
        &mut self,
        action: &'a MergeAction,
        entry: &'a RangeTableEntry,
        by_source: bool,
    ) -> Printed {
        self.clause(" WHEN ", 2);
        self.put(match action.match_kind {
            MergeMatchKind::Matched => "MATCHED",
            MergeMatchKind::NotMatchedBySource => "NOT MATCHED BY SOURCE",
            MergeMatchKind::NotMatchedByTarget if by_source => "NOT MATCHED BY TARGET",
            MergeMatchKind::NotMatchedByTarget => "NOT MATCHED",
        });
        if let Some(condition) = &action.condition {
            self.clause(" AND ", 3);
            self.expression(condition, false)?;
        }
        self.clause(" THEN ", 3);
        match action.command {
            Command::Insert => {
                self.put("INSERT");
                self.put(if action.targets.is_empty() { "" } else { " (" });
                let values = self.target_columns(entry, &action.targets)?;
                self.put(if action.targets.is_empty() { "" } else { ")" });
                self.put(match action.overriding {
                    Overriding::None => "",
                    Overriding::User => " OVERRIDING USER VALUE",
                    Overriding::System => " OVERRIDING SYSTEM VALUE",
                });
                if values.is_empty() {
                    self.put(" DEFAULT VALUES");
                } else {
                    self.clause(" VALUES (", 4);
                    self.top_levels(values)?;
                    self.put(")");
                }
            }
            Command::Update => {
                self.put("UPDATE SET ");
                self.assignments(entry, &action.targets)?;
            }
            Command::Delete => self.put("DELETE"),
            _ => self.put("DO NOTHING"),
        }
        Ok(())
    }

    fn result_relation(
        &self,
        query: &'a Query,
    ) -> Result<(usize, &'a RangeTableEntry, &'a RelationRte), Undecided> {
        let rtindex = query.result_relation.ok_or_else(|| missing("target"))?;
        let entry = self.namespace(0)?.entry(rtindex)?;
        match &entry.kind {
            RteKind::Relation(relation) => Ok((rtindex, entry, relation)),
            _ => Err(missing("target")),
        }
    }

    fn condition(&mut self, condition: Option<&'a Expr>) -> Printed {
        match condition {
            Some(condition) => {
                self.clause(" WHERE ", 1);
                self.expression(condition, false)
            }
            None => Ok(()),
        }
    }

    fn top_levels(&mut self, exprs: Vec<&'a Expr>) -> Printed {
        for (place, expr) in exprs.into_iter().enumerate() {
            self.comma(place);
            self.top_level(expr, false)?;
        }
        Ok(())
    }

    /// The columns that a statement sets, with what it sets inside them; gives the values.
    fn target_columns(
        &mut self,
        entry: &'a RangeTableEntry,
        targets: &'a [TargetEntry],
    ) -> Result<Vec<&'a Expr>, Undecided> {
        let mut values = Vec::new();
        for (place, target) in targets.iter().filter(|target| !target.junk).enumerate() {
            self.comma(place);
            self.identifier(column_name(entry, target)?);
            values.push(self.indirection(&target.expr)?);
        }
        Ok(values)
    }

    /// `SET`.
    fn assignments(&mut self, entry: &'a RangeTableEntry, targets: &'a [TargetEntry]) -> Printed {
        let mut sublinks = targets.iter().filter_map(|target| match &target.expr {
            Expr::SubLink(link)
                if target.junk && matches!(link.kind, SubLinkKind::MultiExpr(_)) =>
            {
                Some((&target.expr, &**link))
            }
            _ => None,
        });
        let mut next = sublinks.next();
        // The sub-select of the group of columns that is open, and how many columns it has left.
        let mut group: Option<(&'a Expr, usize)> = None;
        for (place, target) in targets.iter().filter(|target| !target.junk).enumerate() {
            self.comma(place);
            if let (Some((expr, link)), None) = (next, group)
                && is_from_group(&target.expr)
            {
                group = Some((expr, output_count(link)));
                next = sublinks.next();
                self.put("(");
            }
            self.identifier(column_name(entry, target)?);
            let mut value = self.indirection(&target.expr)?;
            if let Some((expr, left)) = group {
                if left > 1 {
                    group = Some((expr, left - 1));
                    continue;
                }
                self.put(")");
                value = expr;
                group = None;
            }
            self.put(" = ");
            self.expression(value, false)?;
        }
        Ok(())
    }

    /// The field or element of a column that is set; gives the value.
    fn indirection(&mut self, expr: &'a Expr) -> Result<&'a Expr, Undecided> {
        let mut expr = expr;
        let mut domain: Option<(&'a Expr, &'a Expr)> = None;
        loop {
            match expr {
                Expr::FieldStore(store) => {
                    let (name, value) = store.fields.first().ok_or_else(malformed)?;
                    self.put(".");
                    self.identifier(name);
                    expr = value;
                }
                Expr::SubscriptingRef(reference) => {
                    let Some(value) = &reference.assignment else {
                        break;
                    };
                    self.subscripts(reference)?;
                    expr = value;
                }
                Expr::CoerceToDomain(coercion) if coercion.form == CoercionForm::ImplicitCast => {
                    domain = Some((expr, &coercion.argument));
                    expr = &coercion.argument;
                }
                _ => break,
            }
        }
        Ok(match domain {
            Some((whole, inside)) if std::ptr::eq(inside, expr) => whole,
            _ => expr,
        })
    }

    fn on_conflict(&mut self, conflict: &'a OnConflict, entry: &'a RangeTableEntry) -> Printed {
        self.put(" ON CONFLICT");
        if !conflict.arbiter.is_empty() {
            self.put("(");
            let prefix = std::mem::replace(&mut self.state.var_prefix, false);
            for (place, element) in conflict.arbiter.iter().enumerate() {
                self.comma(place);
                self.inference(element)?;
            }
            self.put(")");
            if let Some(condition) = &conflict.arbiter_where {
                self.clause(" WHERE ", 1);
                self.expression(condition, false)?;
            }
            self.state.var_prefix = prefix;
        } else if let Some(constraint) = &conflict.constraint {
            self.put(" ON CONSTRAINT ");
            self.identifier(constraint);
        }
        if !conflict.update {
            self.put(" DO NOTHING");
            return Ok(());
        }
        self.put(" DO UPDATE SET ");
        self.assignments(entry, &conflict.set)?;
        self.condition(conflict.where_.as_ref())
    }

    fn inference(&mut self, element: &'a InferenceElement) -> Printed {
        let bare = match &element.expr {
            Expr::Var(_) => true,
            Expr::FuncExpr(call) => call.form == CoercionForm::ExplicitCall,
            _ => false,
        };
        self.wrapped(!bare, &element.expr, false)?;
        if let Some(collation) = &element.collation {
            self.put(" COLLATE ");
            self.collation(collation);
        }
        if let Some((schema, name)) = &element.operator_class {
            self.put(" ");
            if schema != "pg_catalog" {
                self.identifier(schema);
                self.put(".");
            }
            self.identifier(name);
        }
        Ok(())
    }

    fn returning(&mut self, query: &'a Query) -> Printed {
        if query.returning.is_empty() {
            return Ok(());
        }
        self.keyword(" RETURNING", -STANDARD, STANDARD, 1);
        let renamed = |alias: &'a Option<String>, usual: &str| {
            alias.as_deref().filter(|alias| *alias != usual)
        };
        let old = renamed(&query.returning_old_alias, "old");
        let new = renamed(&query.returning_new_alias, "new");
        let mut word = " WITH (";
        for (what, alias) in [("OLD AS ", old), ("NEW AS ", new)] {
            if let Some(alias) = alias {
                self.put(word);
                self.put(what);
                self.identifier(alias);
                word = ", ";
            }
        }
        self.put(if old.or(new).is_some() { ")" } else { "" });
        self.target_list(&query.returning)
    }
}

fn column_name<'a>(entry: &'a RangeTableEntry, target: &TargetEntry) -> Result<&'a str, Undecided> {
    usize::try_from(target.resno)
        .ok()
        .and_then(|number| entry.columns.get(number.checked_sub(1)?))
        .map(|column| &*column.name)
        .ok_or_else(malformed)
}

fn output_count(link: &SubLink) -> usize {
    link.query.targets.iter().filter(|t| !t.junk).count()
}

/// Whether a column is set from a sub-select of several columns.
fn is_from_group(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::FieldStore(store) => match store.fields.first() {
                Some((_, value)) => value,
                None => return false,
            },
            Expr::SubscriptingRef(reference) => match &reference.assignment {
                Some(value) => value,
                None => break,
            },
            Expr::CoerceToDomain(coercion) if coercion.form == CoercionForm::ImplicitCast => {
                &coercion.argument
            }
            _ => break,
        };
    }
    matches!(strip_implicit_casts(expr), Expr::Param(param) if param.kind == ParamKind::MultiExpr)
}
