//! What does not hold any more of tables and their parts.

use crate::expression::{self, Expr, Form};
use crate::make::{clusterable, compatible};
use crate::model::*;
use crate::other::OtherKind;
use crate::values::{Class, Ty};

impl Model {
    pub(super) fn repair_tables(&mut self) {
        let keys: Vec<Key> = self.tables.keys().copied().collect();
        for key in &keys {
            let holds = match &self.tables[key].kind {
                Kind::Plain => true,
                Kind::Partition { parent, .. } => {
                    self.tables.get(parent).is_some_and(|t| t.by.is_some())
                }
                Kind::Child(parents) => parents.iter().all(|p| self.tables.contains_key(p)),
                Kind::Foreign(server) => {
                    let server = self.others.get(server);
                    server.is_some_and(|o| o.kind == OtherKind::Server)
                }
                Kind::Typed(of) => {
                    let of = self.types.get(of).map(|t| &t.kind);
                    matches!(of, Some(TypeKind::Composite(_)))
                }
            };
            if !holds {
                self.tables.remove(key);
            }
        }
        for key in keys {
            if self.tables.contains_key(&key) {
                self.repair_columns(key);
                self.repair_parts(key);
            }
        }
    }

    fn repair_columns(&mut self, key: Key) {
        let mut table = self.tables[&key].clone();
        table.columns.retain(|c| self.has_type(&c.ty));
        self.tables.insert(key, table.clone());
        let named = self.relation(key);
        let filled = crate::make::heirs_rows(self, key) > 0;
        let mut gone = vec![];
        for column in &mut table.columns {
            let pure = |f: &Key| {
                self.functions
                    .get(f)
                    .is_some_and(|f| f.shape == Shape::Pure)
            };
            let class = column.ty.class(self);
            match &column.source {
                Source::Next(sequence)
                    if !self.sequences.contains_key(sequence) || class != Class::Integer =>
                {
                    column.source = Source::None;
                }
                Source::Call(function, _) if !pure(function) || class != Class::Integer => {
                    column.source = Source::None;
                }
                Source::Now if !matches!(class, Class::Time | Class::Zone) => {
                    column.source = Source::None;
                }
                Source::Identity { .. } | Source::Serial if class != Class::Integer => {
                    column.source = Source::None;
                }
                Source::Stored(expr) | Source::Virtual(expr) => {
                    let base = named.iter().find(|c| c.name == expr.column);
                    let user = base.is_some_and(|b| b.ty.user().is_some());
                    match expr.sql(&named, "", self) {
                        Some((_, ty)) if !user => column.ty = ty,
                        _ => gone.push(column.name.clone()),
                    }
                    column.not_null = false;
                    column.collate = false;
                }
                _ => {}
            }
            if filled && column.fresh && column.source == Source::None {
                column.not_null = false;
            }
            if column.is_required() {
                column.nulls = false;
            }
            if !column.not_null {
                column.not_null_name = None;
            }
            column.collate &= column.ty.is_text();
        }
        table.columns.retain(|c| !gone.contains(&c.name));
        let all = self.columns(key);
        table.overrides.retain(|name, said| {
            let column = all.iter().find(|c| c.name == *name);
            let plain =
                column.is_some_and(|c| matches!(c.source, Source::None | Source::Literal(_)));
            if !plain {
                said.default = None;
            }
            column.is_some()
        });
        if matches!(table.kind, Kind::Plain | Kind::Child(_)) && table.by.is_none() {
            let method = table.method.and_then(|m| self.others.get(&m));
            if method.is_none_or(|m| m.kind != OtherKind::TableMethod) {
                table.method = None;
            }
        } else {
            table.method = None;
            table.unlogged = false;
        }
        // The owner gives up what is its own only where it is said who that is.
        table.given_up &= table.named.owner.is_some() && !matches!(table.kind, Kind::Foreign(_));
        self.tables.insert(key, table);
    }

    fn repair_parts(&mut self, key: Key) {
        let mut table = self.tables[&key].clone();
        let columns = self.relation(key);
        let all = self.columns(key);
        table
            .constraints
            .retain_mut(|c| self.constraint_holds(key, &table.kind, c, &all));
        let mut keys = 0;
        table.constraints.retain(|c| {
            keys += usize::from(matches!(c.kind, ConstraintKind::Primary { .. }));
            !matches!(c.kind, ConstraintKind::Primary { .. }) || keys == 1
        });
        let is_virtual = |name: &str| all.iter().any(|c| c.name == name && c.is_virtual());
        let needed = self.needed_in_keys(key);
        let foreign = matches!(table.kind, Kind::Foreign(_));
        table.indexes.retain_mut(|i| {
            for element in &mut i.elements {
                element.own_class = element.own_class.filter(|k| {
                    self.others
                        .get(k)
                        .is_some_and(|o| o.kind == OtherKind::OperatorClass)
                });
            }
            let mut named = i.elements.iter().map(|e| &e.expr.column).chain(&i.include);
            let named = named.any(|n| is_virtual(n))
                || i.predicate.as_ref().is_some_and(|p| is_virtual(&p.column));
            let covers = needed
                .iter()
                .all(|n| i.elements.iter().any(|e| e.expr.column == *n));
            !foreign && !named && (!i.unique || covers) && self.index_holds(i, &columns)
        });
        let plain =
            table.kind == Kind::Plain && table.by.is_none() && self.children(key).is_empty();
        table.triggers.retain_mut(|t| {
            let generated = |n: &String| all.iter().any(|c| c.name == *n && c.is_generated());
            let before = t.of.len();
            t.of.retain(|n| columns.iter().any(|c| c.name == *n) && !generated(n));
            let of = t.of.len() == before;
            let when = t
                .when
                .as_ref()
                .is_none_or(|w| w.sql(&columns, "new.", self).is_some() && !generated(&w.column));
            let function = self.functions.get(&t.function);
            let function = function.is_some_and(|f| f.shape == Shape::Trigger);
            of && when && function && (plain || (!t.transition && t.constraint.is_none()))
        });
        if table.kind != Kind::Plain || table.by.is_some() {
            table.rules.clear();
        }
        table.policies.retain(|p| {
            let exprs = [&p.using, &p.check];
            exprs
                .into_iter()
                .flatten()
                .all(|e| e.sql(&columns, "", self).is_some())
        });
        let index =
            |name: &str, table: &Table| table.indexes.iter().find(|i| i.name == name).cloned();
        if let Replica::Index(name) = &table.replica {
            let holds = index(name, &table).is_some_and(|i| {
                i.unique
                    && i.predicate.is_none()
                    && i.elements.iter().all(|e| {
                        e.expr.form == Form::Column
                            && all.iter().any(|c| c.name == e.expr.column && c.not_null)
                    })
            });
            if !holds {
                table.replica = Replica::Default;
            }
        }
        if let Some(name) = &table.clustered
            && !index(name, &table).is_some_and(|i| clusterable(&i))
        {
            table.clustered = None;
        }
        self.tables.insert(key, table);
    }

    pub(super) fn index_holds(&self, index: &Index, columns: &[expression::Named]) -> bool {
        let fits = |e: &Element| {
            let Some((_, ty)) = e.expr.sql(columns, "", self) else {
                return false;
            };
            let class = ty.class(self);
            if e.class == Some("text_pattern_ops") && ty != Ty::Text {
                return false;
            }
            if e.own_class.is_some() && ty != Ty::Int {
                return false;
            }
            match index.method {
                "btree" => ty.is_ordered(self) && ty != Ty::Tsvector,
                "hash" => {
                    matches!(class, Class::Integer | Class::Text | Class::Enum) || ty == Ty::Uuid
                }
                "brin" => matches!(class, Class::Integer | Class::Time | Class::Zone),
                "gin" => matches!(class, Class::Json | Class::Array) || ty == Ty::Tsvector,
                "gist" => class == Class::Range || matches!(ty, Ty::Point | Ty::Tsvector),
                _ => class == Class::Range || matches!(ty, Ty::Text | Ty::Varchar(_) | Ty::Inet),
            }
        };
        let condition = |e: &Expr| e.sql(columns, "", self).is_some();
        let json = |e: &Element| {
            e.class != Some("jsonb_path_ops")
                || columns
                    .iter()
                    .any(|c| c.name == e.expr.column && c.ty == Ty::Jsonb)
        };
        let unique = |e: &Element| {
            let column = columns.iter().find(|c| c.name == e.expr.column);
            column.is_some_and(|c| c.ty.is_distinct())
        };
        index
            .elements
            .iter()
            .all(|e| fits(e) && json(e) && (!index.unique || unique(e)))
            && index
                .include
                .iter()
                .all(|i| columns.iter().any(|c| c.name == *i))
            && index.predicate.as_ref().is_none_or(condition)
    }

    fn constraint_holds(
        &self,
        key: Key,
        kind: &Kind,
        constraint: &mut Constraint,
        columns: &[Column],
    ) -> bool {
        let find = |name: &String| columns.iter().find(|c| c.name == *name);
        let table = &self.tables[&key];
        let needed = self.needed_in_keys(key);
        let named = self.relation(key);
        let usable =
            |name: &String| find(name).is_some_and(|c| c.ty.is_distinct() && !c.is_generated());
        let included = |name: &String| find(name).is_some_and(|c| !c.is_virtual());
        match &mut constraint.kind {
            ConstraintKind::Primary {
                columns: of,
                include,
                without_overlaps,
                ..
            } => {
                let range = of
                    .last()
                    .and_then(&find)
                    .is_some_and(|c| c.ty == Ty::Tstzrange);
                of.iter()
                    .all(|c| usable(c) && find(c).is_some_and(|c| !c.nulls))
                    && needed.iter().all(|n| of.contains(n))
                    && include.iter().all(included)
                    && (!*without_overlaps || range)
            }
            ConstraintKind::Unique {
                columns: of,
                include,
                ..
            } => {
                of.iter().all(usable)
                    && needed.iter().all(|n| of.contains(n))
                    && include.iter().all(included)
            }
            ConstraintKind::Check { all, no_inherit } => {
                *no_inherit &= table.by.is_none();
                all.retain(|e| e.sql(&named, "", self).is_some());
                !all.is_empty()
            }
            ConstraintKind::Exclude {
                elements,
                method,
                predicate,
            } => {
                let fits = |(name, operator): &(String, &str)| {
                    let class = find(name).map(|c| c.ty.class(self));
                    match *operator {
                        "=" => class == Some(Class::Integer),
                        _ => class == Some(Class::Range) && *method == "gist",
                    }
                };
                let condition = |e: &Expr| {
                    e.sql(&named, "", self).is_some()
                        && find(&e.column).is_some_and(|c| !c.is_virtual())
                };
                table.by.is_none()
                    && elements.iter().all(fits)
                    && predicate.as_ref().is_none_or(condition)
            }
            ConstraintKind::Foreign {
                columns: of,
                target,
                target_columns,
                full,
                ..
            } => {
                // Rows with NULL in some columns and not in others would not match.
                *full &= of.len() == 1;
                let Some(other) = self.tables.get(target) else {
                    return false;
                };
                let is_key = other.constraints.iter().any(|c| {
                    let key = match &c.kind {
                        ConstraintKind::Primary {
                            columns,
                            without_overlaps: false,
                            ..
                        }
                        | ConstraintKind::Unique { columns, .. } => columns,
                        _ => return false,
                    };
                    c.deferrable == 0 && key == target_columns && !other.is_temporal(key)
                });
                let theirs = self.columns(*target);
                let fits = of.iter().zip(&*target_columns).all(|(ours, their)| {
                    let (ours, their) = (find(ours), theirs.iter().find(|c| c.name == *their));
                    matches!((ours, their), (Some(o), Some(t))
                        if compatible(&o.ty, &t.ty) && o.collate == t.collate && !o.is_generated()
                            && (!t.nulls || o.nulls))
                });
                if *target > key {
                    constraint.deferrable = 2;
                }
                if table.by.is_some() && self.target < 18 {
                    constraint.validated = true;
                }
                is_key
                    && fits
                    && (table.unlogged || !other.unlogged)
                    && !matches!(kind, Kind::Foreign(_))
            }
        }
    }
}
