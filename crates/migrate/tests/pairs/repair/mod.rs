//! After a change of the model, takes away whatever does not hold any more: what names something that
//! is gone, or something that is of another type now.

mod tables;

use crate::expression;
use crate::model::*;
use crate::other::{Other, OtherKind};
use crate::values::Ty;

impl Model {
    pub fn repair(&mut self) {
        // What is taken away takes away what needs it, until nothing more goes.
        loop {
            let before = self.clone();
            self.repair_once();
            if *self == before {
                return;
            }
        }
    }

    fn repair_once(&mut self) {
        self.repair_schemas();
        self.repair_types();
        self.repair_functions();
        self.repair_tables();
        self.repair_views();
        self.repair_others();
        let tables = self.tables.clone();
        for sequence in self.sequences.values_mut() {
            let there = |(key, column): &(Key, String)| {
                let table = tables.get(key);
                table.is_some_and(|t| {
                    t.columns.iter().any(|c| c.name == *column)
                        && t.named.schema == sequence.named.schema
                        && t.named.owner == sequence.named.owner
                        && !t.unlogged
                })
            };
            if !sequence.owned_by.as_ref().is_none_or(there) {
                sequence.owned_by = None;
            }
        }
    }

    fn repair_schemas(&mut self) {
        let schemas = self.schemas.clone();
        let there = |n: &Named| n.schema == 0 || schemas.contains_key(&n.schema);
        self.types.retain(|_, t| there(&t.named));
        self.sequences.retain(|_, s| there(&s.named));
        self.functions.retain(|_, f| there(&f.named));
        self.tables.retain(|_, t| there(&t.named));
        self.views.retain(|_, v| there(&v.named));
        self.others.retain(|_, o| there(&o.named));
    }

    pub fn has_type(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Users(key) => {
                matches!(
                    self.types.get(key).map(|t| &t.kind),
                    Some(TypeKind::Enum { .. })
                )
            }
            _ => ty.user().is_none_or(|key| self.types.contains_key(&key)),
        }
    }

    fn repair_types(&mut self) {
        let keys: Vec<Key> = self.types.keys().copied().collect();
        for key in keys {
            let mut kind = self.types[&key].kind.clone();
            let holds = match &mut kind {
                TypeKind::Domain {
                    base,
                    checks,
                    collation,
                    ..
                } => {
                    if self.has_type(base) {
                        checks.retain(|c| c.check.over("VALUE", base, self).is_some());
                    }
                    *collation &= base.is_text();
                    self.has_type(base)
                }
                TypeKind::Composite(attributes) => {
                    attributes.retain(|a| self.has_type(&a.ty));
                    !attributes.is_empty()
                }
                _ => true,
            };
            match self.types.get_mut(&key) {
                Some(item) if holds => item.kind = kind,
                _ => {
                    self.types.remove(&key);
                }
            }
        }
    }

    fn repair_functions(&mut self) {
        let keys: Vec<Key> = self.functions.keys().copied().collect();
        for key in keys {
            let function = &self.functions[&key];
            let relation = |of: &Key| {
                self.tables.contains_key(of) || (*of < key && self.views.contains_key(of))
            };
            let mut shape = function.shape.clone();
            let mut holds = match &mut shape {
                Shape::Count(of, filter) => {
                    if relation(of) {
                        let columns = self.relation(*of);
                        *filter = filter
                            .take()
                            .filter(|f| f.sql(&columns, "", self).is_some());
                    }
                    relation(of)
                }
                Shape::Rows(of) => relation(of) && !self.relation(*of).is_empty(),
                Shape::OfRow(of) => self.tables.contains_key(of),
                Shape::Takes(ty) => self.has_type(ty),
                _ => true,
            };
            holds &= function.arguments.iter().all(|a| self.has_type(&a.ty));
            match self.functions.get_mut(&key) {
                Some(function) if holds => {
                    function.shape = shape;
                    function.settle();
                }
                _ => {
                    self.functions.remove(&key);
                }
            }
        }
    }

    fn repair_views(&mut self) {
        let keys: Vec<Key> = self.views.keys().copied().collect();
        for key in keys {
            let mut view = self.views[&key].clone();
            let there = |of: Key| {
                self.tables.contains_key(&of) || (of < key && self.views.contains_key(&of))
            };
            let unfit = |of: Key| view.materialized && self.is_remote(of);
            if !there(view.from) || unfit(view.from) {
                self.views.remove(&key);
                continue;
            }
            let first = self.relation(view.from);
            let mut second = vec![];
            if let Some((other, left, right)) = view.join.clone() {
                if there(other) && !unfit(other) {
                    second = self.relation(other);
                }
                let left = first.iter().find(|c| c.name == left);
                let right = second.iter().find(|c| c.name == right);
                let fits = matches!((left, right), (Some(l), Some(r)) if l.ty == r.ty && l.ty.is_ordered(self));
                if !fits {
                    view.join = None;
                    second = vec![];
                }
            }
            let ordered = view.form != Form::Simple;
            view.outputs.retain(|o| {
                let columns = if o.joined { &second } else { &first };
                let sql = o.expr.sql(columns, "", self);
                sql.is_some_and(|(_, ty)| !ordered || ty.is_ordered(self))
            });
            view.filter = view.filter.filter(|f| f.sql(&first, "", self).is_some());
            if view.outputs.is_empty() {
                self.views.remove(&key);
                continue;
            }
            let empty = |of: Key| self.is_unpopulated(of) || self.has_owner(of);
            if view.materialized
                && (empty(view.from) || view.join.as_ref().is_some_and(|j| empty(j.0)))
            {
                view.no_data = true;
            }
            let base = self.tables.get(&view.from);
            let updatable = view.form == Form::Simple
                && view.join.is_none()
                && base.is_some_and(|t| !matches!(t.kind, Kind::Foreign(_)))
                && view
                    .outputs
                    .iter()
                    .any(|o| o.expr.form == expression::Form::Column);
            if !updatable {
                view.check_option = None;
            }
            view.triggers.retain(|t| {
                self.functions
                    .get(&t.function)
                    .is_some_and(|f| f.shape == Shape::Trigger)
            });
            let columns = self.outputs(&view);
            let single = view.form == Form::Simple
                && view.join.is_none()
                && base.is_some_and(|t| t.kind == Kind::Plain)
                && self.children(view.from).is_empty();
            view.indexes
                .retain(|i| self.index_holds(i, &columns) && (single || !i.unique));
            let indexes = &view.indexes;
            view.clustered = view.clustered.filter(|c| {
                indexes
                    .iter()
                    .any(|i| i.name == *c && crate::make::clusterable(i))
            });
            self.views.insert(key, view);
        }
    }

    fn repair_others(&mut self) {
        let keys: Vec<Key> = self.others.keys().copied().collect();
        for key in keys {
            let Some(other) = self.others.get(&key) else {
                continue;
            };
            let mut other = other.clone();
            let on = other.on.filter(|on| Other::fits(other.kind, *on, self));
            let columns = on.map(|on| self.columns(on)).unwrap_or_default();
            other.columns.retain(|name| {
                let column = columns.iter().find(|c| c.name == *name);
                column.is_some_and(|c| {
                    !c.is_generated() && c.ty.is_ordered(self) && c.ty.user().is_none()
                })
            });
            other.on = on;
            let holds = match other.kind {
                OtherKind::Server | OtherKind::UserMapping => on.is_some(),
                OtherKind::Cast => {
                    let kind = on.map(|on| &self.types[&on].kind);
                    matches!(kind, Some(TypeKind::Enum { .. }))
                }
                OtherKind::EventTrigger => {
                    on.is_some_and(|on| self.functions[&on].shape == Shape::EventTrigger)
                }
                OtherKind::Statistics => other.columns.len() == 2,
                _ => true,
            };
            if holds {
                self.others.insert(key, other);
            } else {
                self.others.remove(&key);
            }
        }
    }
}
