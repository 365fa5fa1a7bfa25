//! Comparison of tables and of what belongs to them.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Column, Constraint, ConstraintKind, Index, IndexElement, IndexKey, Key, Name, ObjectId,
    PartitionBound, Policy, QualifiedName, Rule, SequenceOptions, Table, Trigger,
};

use super::Comparison;

impl Comparison<'_> {
    pub(super) fn table(&mut self, id: &ObjectId, left: &Table, right: &Table) {
        let ObjectId::Table(name) = id else { return };
        self.columns(id, name, left, right);
        let constraint = |n| ObjectId::Constraint(name.clone(), n);
        let part = |c: &Constraint| c.parent.is_some();
        let (l, r) = (&left.constraints, &right.constraints);
        let (l, r) = (l.clone(), without_open_parts(l, r, part));
        self.each(&l, &r, constraint, Self::constraint);
        self.rules(name, &left.rules, &right.rules);
        self.indexes(name, &left.indexes, &right.indexes);
        self.triggers(name, &left.triggers, &right.triggers);
        let policy = |n| ObjectId::Policy(name.clone(), n);
        self.each(&left.policies, &right.policies, policy, Self::policy);
        self.equal(
            id,
            "row level security",
            &left.row_security,
            &right.row_security,
        );
        let (l, r) = (left.force_row_security, right.force_row_security);
        self.equal(id, "forced row level security", &l, &r);
        self.partitioning(id, left, right);
        self.equal(id, "parents", &left.inherits, &right.inherits);
        self.optional(id, "type", &left.of_type, &right.of_type);
        self.optional(id, "server and options", &left.foreign, &right.foreign);
        let (l, r) = (&left.access_method, &right.access_method);
        self.optional(id, "access method", l, r);
        let (l, r) = (&left.replica_identity, &right.replica_identity);
        self.equal(id, "REPLICA IDENTITY", l, r);
        self.optional(id, "CLUSTER", &left.clustered_on, &right.clustered_on);
        self.equal(
            id,
            "states of the parent's triggers",
            &left.inherited_trigger_states,
            &right.inherited_trigger_states,
        );
        self.equal(id, "persistence", &left.persistence, &right.persistence);
        self.equal(id, "storage parameters", &left.options, &right.options);
        self.optional(id, "tablespace", &left.tablespace, &right.tablespace);
        self.said(id, "owner", &left.owner, &right.owner);
        self.optional(id, "comment", &left.comment, &right.comment);
        self.grants(id, &left.grants, &right.grants);
    }

    fn partitioning(&mut self, id: &ObjectId, left: &Table, right: &Table) {
        match (&left.partition_by, &right.partition_by) {
            (Some(l), Some(r)) => {
                let strategy = |s: &str| s.to_uppercase();
                self.equal(
                    id,
                    "partition strategy",
                    &strategy(&l.strategy),
                    &strategy(&r.strategy),
                );
                let join = |elements: &[String]| elements.join(", ");
                self.sql(id, "partition key", &join(&l.elements), &join(&r.elements));
            }
            (l, r) => self.optional(id, "partition key", l, r),
        }
        match (&left.partition_of, &right.partition_of) {
            (Some(l), Some(r)) => {
                self.equal(id, "partitioned parent", &l.parent, &r.parent);
                self.bound(id, &l.bound, &r.bound);
            }
            (l, r) => self.optional(id, "partitioned parent", l, r),
        }
    }

    fn bound(&mut self, id: &ObjectId, left: &PartitionBound, right: &PartitionBound) {
        let property = "partition bounds";
        match (left, right) {
            (
                PartitionBound::Range { from: lf, to: lt },
                PartitionBound::Range { from: rf, to: rt },
            ) => {
                self.sql(id, property, &lf.join(", "), &rf.join(", "));
                self.sql(id, property, &lt.join(", "), &rt.join(", "));
            }
            (PartitionBound::List(l), PartitionBound::List(r)) => {
                self.sql(id, property, &l.join(", "), &r.join(", "));
            }
            (l, r) => self.equal(id, property, l, r),
        }
    }

    fn columns(&mut self, id: &ObjectId, table: &QualifiedName, left: &Table, right: &Table) {
        let by_name = |t: &Table| -> BTreeMap<Name, Column> {
            let key = t.primary_key().map(|(_, key)| &key.columns);
            let columns = t.columns.iter().cloned().map(|mut column| {
                // Both imply it, whether it is said or not.
                let implied =
                    column.identity.is_some() || key.is_some_and(|k| k.contains(&column.name));
                column.not_null |= implied;
                (column.name.clone(), column)
            });
            columns.collect()
        };
        let (l, r) = (by_name(left), by_name(right));
        let column = |n| ObjectId::Column(table.clone(), n);
        self.each(&l, &r, column, Self::column);
        let common = |t: &Table, other: &BTreeMap<Name, Column>| -> Vec<Name> {
            let columns = t.columns.iter().filter(|c| other.contains_key(&c.name));
            columns.map(|c| c.name.clone()).collect()
        };
        self.equal(
            id,
            "order of columns",
            &common(left, &r),
            &common(right, &l),
        );
    }

    fn column(&mut self, id: &ObjectId, left: &Column, right: &Column) {
        self.data_type(id, "type", &left.data_type, &right.data_type);
        self.equal(id, "NOT NULL", &left.not_null, &right.not_null);
        let (l, r) = (&left.not_null_constraint, &right.not_null_constraint);
        self.said(id, "name of NOT NULL", &l.name, &r.name);
        self.equal(id, "validity of NOT NULL", &!l.not_valid, &!r.not_valid);
        self.equal(id, "NO INHERIT of NOT NULL", &l.no_inherit, &r.no_inherit);
        self.optional(id, "comment of NOT NULL", &l.comment, &r.comment);
        self.expression(id, "default", left.default.as_ref(), right.default.as_ref());
        match (&left.identity, &right.identity) {
            (Some(l), Some(r)) => {
                self.equal(id, "GENERATED ALWAYS AS IDENTITY", &l.always, &r.always);
                self.sequence_options(id, &l.sequence, &r.sequence);
                self.said(id, "sequence", &l.name, &r.name);
                self.optional(
                    id,
                    "logging of the sequence",
                    &l.persistence,
                    &r.persistence,
                );
                self.optional(id, "comment of the sequence", &l.comment, &r.comment);
                self.grants_of(id, "privileges on the sequence", &l.grants, &r.grants);
            }
            (l, r) => self.optional(id, "identity", l, r),
        }
        match (&left.generated, &right.generated) {
            (Some(l), Some(r)) => {
                let (a, b) = (Some(&l.expression), Some(&r.expression));
                self.expression(id, "generation expression", a, b);
                self.equal(id, "STORED", &l.stored, &r.stored);
            }
            (l, r) => self.optional(id, "generation expression", l, r),
        }
        self.optional(id, "collation", &left.collation, &right.collation);
        let upper = |s: &Option<String>| s.as_ref().map(|s| s.to_uppercase());
        self.said(id, "storage", &upper(&left.storage), &upper(&right.storage));
        self.said(id, "compression", &left.compression, &right.compression);
        self.optional(id, "statistics target", &left.statistics, &right.statistics);
        self.equal(id, "attribute options", &left.options, &right.options);
        let (l, r) = (&left.foreign_options, &right.foreign_options);
        self.equal(id, "options", l, r);
        self.equal(id, "inheritance", &left.inherited, &right.inherited);
        self.optional(id, "comment", &left.comment, &right.comment);
    }

    /// A side that leaves an option open has PostgreSQL's default, which the other may spell out.
    pub(super) fn sequence_options(
        &mut self,
        id: &ObjectId,
        left: &SequenceOptions,
        right: &SequenceOptions,
    ) {
        self.optional(
            id,
            "INCREMENT BY",
            &non_default(left.increment, 1),
            &non_default(right.increment, 1),
        );
        self.optional(
            id,
            "CACHE",
            &non_default(left.cache, 1),
            &non_default(right.cache, 1),
        );
        self.optional(
            id,
            "START WITH",
            &non_default(left.start, 1),
            &non_default(right.start, 1),
        );
        self.optional(
            id,
            "MINVALUE",
            &non_default(left.minimum, 1),
            &non_default(right.minimum, 1),
        );
        self.said(id, "MAXVALUE", &left.maximum, &right.maximum);
        self.equal(id, "CYCLE", &left.cycle, &right.cycle);
    }

    fn constraint(&mut self, id: &ObjectId, left: &Constraint, right: &Constraint) {
        match (&left.kind, &right.kind) {
            (ConstraintKind::Check(l), ConstraintKind::Check(r)) => {
                self.expression(id, "check", Some(l), Some(r));
            }
            (ConstraintKind::PrimaryKey(l), ConstraintKind::PrimaryKey(r))
            | (ConstraintKind::Unique(l), ConstraintKind::Unique(r)) => self.key(id, l, r),
            (ConstraintKind::ForeignKey(l), ConstraintKind::ForeignKey(r)) => {
                self.equal(id, "columns", &l.columns, &r.columns);
                self.equal(id, "referenced table", &l.references, &r.references);
                if !l.referenced_columns.is_empty() {
                    let (l, r) = (&l.referenced_columns, &r.referenced_columns);
                    self.equal(id, "referenced columns", l, r);
                }
                self.equal(id, "MATCH FULL", &l.match_full, &r.match_full);
                self.equal(id, "ON DELETE", &l.on_delete, &r.on_delete);
                self.equal(id, "ON UPDATE", &l.on_update, &r.on_update);
                self.equal(id, "PERIOD", &l.period, &r.period);
            }
            (
                ConstraintKind::Exclusion {
                    method: lm,
                    elements: le,
                    predicate: lp,
                    include: li,
                    options: lo,
                    tablespace: lt,
                },
                ConstraintKind::Exclusion {
                    method: rm,
                    elements: re,
                    predicate: rp,
                    include: ri,
                    options: ro,
                    tablespace: rt,
                },
            ) => {
                self.equal(id, "index method", lm, rm);
                self.equal(id, "number of elements", &le.len(), &re.len());
                for (at, (l, r)) in le.iter().zip(re).enumerate() {
                    self.element(id, at, &l.element, &r.element);
                    let property = format!("operator of element {}", at + 1);
                    self.equal(id, &property, &l.operator, &r.operator);
                }
                self.expression(id, "predicate", lp.as_ref(), rp.as_ref());
                self.equal(id, "INCLUDE columns", li, ri);
                self.equal(id, "storage parameters", lo, ro);
                self.optional(id, "tablespace", lt, rt);
            }
            (l, r) => self.equal(id, "kind", l, r),
        }
        self.equal(
            id,
            "deferrability",
            &left.deferrability,
            &right.deferrability,
        );
        let valid = |c: &Constraint| c.validated && c.enforced;
        self.equal(id, "validity", &valid(left), &valid(right));
        self.equal(id, "enforcement", &left.enforced, &right.enforced);
        self.equal(id, "NO INHERIT", &left.no_inherit, &right.no_inherit);
        self.said(id, "partitioned key", &left.parent, &right.parent);
        self.optional(id, "comment", &left.comment, &right.comment);
        let (l, r) = (&left.index_comment, &right.index_comment);
        self.optional(id, "comment of the index", l, r);
    }

    fn key(&mut self, id: &ObjectId, left: &Key, right: &Key) {
        self.equal(id, "columns", &left.columns, &right.columns);
        self.equal(id, "INCLUDE columns", &left.include, &right.include);
        let (l, r) = (left.nulls_not_distinct, right.nulls_not_distinct);
        self.equal(id, "NULLS NOT DISTINCT", &l, &r);
        self.equal(
            id,
            "WITHOUT OVERLAPS",
            &left.without_overlaps,
            &right.without_overlaps,
        );
        self.equal(id, "storage parameters", &left.options, &right.options);
        self.optional(id, "tablespace", &left.tablespace, &right.tablespace);
    }

    pub(super) fn indexes(
        &mut self,
        table: &QualifiedName,
        left: &BTreeMap<Name, Index>,
        right: &BTreeMap<Name, Index>,
    ) {
        let index = |n| ObjectId::Index(table.clone(), n);
        let right = without_open_parts(left, right, |i: &Index| i.parent.is_some());
        self.each(left, &right, index, Self::index);
    }

    fn index(&mut self, id: &ObjectId, left: &Index, right: &Index) {
        self.equal(id, "index method", &left.method, &right.method);
        self.equal(id, "UNIQUE", &left.unique, &right.unique);
        let (l, r) = (left.nulls_not_distinct, right.nulls_not_distinct);
        self.equal(id, "NULLS NOT DISTINCT", &l, &r);
        self.equal(
            id,
            "number of keys",
            &left.elements.len(),
            &right.elements.len(),
        );
        for (at, (l, r)) in left.elements.iter().zip(&right.elements).enumerate() {
            self.element(id, at, l, r);
        }
        self.equal(id, "INCLUDE columns", &left.include, &right.include);
        self.expression(
            id,
            "predicate",
            left.predicate.as_ref(),
            right.predicate.as_ref(),
        );
        self.equal(id, "storage parameters", &left.options, &right.options);
        self.optional(id, "tablespace", &left.tablespace, &right.tablespace);
        self.equal(id, "ON ONLY", &left.only, &right.only);
        self.said(id, "partitioned index", &left.parent, &right.parent);
        self.optional(id, "comment", &left.comment, &right.comment);
    }

    fn element(&mut self, id: &ObjectId, at: usize, left: &IndexElement, right: &IndexElement) {
        let property = |word: &str| format!("{word} of key {}", at + 1);
        self.index_key(id, &format!("key {}", at + 1), &left.key, &right.key);
        let (l, r) = (&left.statistics, &right.statistics);
        self.optional(id, &property("statistics target"), l, r);
        let class = |e: &IndexElement| e.operator_class.as_deref().map(unqualified);
        self.optional(id, &property("operator class"), &class(left), &class(right));
        let collation = |e: &IndexElement| e.collation.as_deref().map(unqualified);
        self.optional(
            id,
            &property("collation"),
            &collation(left),
            &collation(right),
        );
        self.equal(id, &property("order"), &left.descending, &right.descending);
        self.equal(
            id,
            &property("NULLS FIRST"),
            &left.nulls_first,
            &right.nulls_first,
        );
    }

    /// A column or an expression that an index or a statistics object is about.
    pub(super) fn index_key(
        &mut self,
        id: &ObjectId,
        which: &str,
        left: &IndexKey,
        right: &IndexKey,
    ) {
        match (left, right) {
            (IndexKey::Expression(l), IndexKey::Expression(r)) => {
                self.expression(id, &format!("expression of {which}"), Some(l), Some(r));
            }
            (l, r) => self.equal(id, &format!("column of {which}"), l, r),
        }
    }

    pub(super) fn rules(
        &mut self,
        on: &QualifiedName,
        left: &BTreeMap<Name, Rule>,
        right: &BTreeMap<Name, Rule>,
    ) {
        let rule = |n| ObjectId::Rule(on.clone(), n);
        self.each(left, right, rule, Self::rule);
    }

    fn rule(&mut self, id: &ObjectId, left: &Rule, right: &Rule) {
        self.equal(id, "event", &left.event, &right.event);
        let (l, r) = (left.condition.as_ref(), right.condition.as_ref());
        self.expression(id, "condition", l, r);
        self.equal(id, "DO INSTEAD", &left.instead, &right.instead);
        let (l, r) = (&left.actions, &right.actions);
        self.equal(id, "number of actions", &l.len(), &r.len());
        for (at, (l, r)) in l.iter().zip(r).enumerate() {
            self.sql(id, &format!("action {}", at + 1), l, r);
        }
        self.equal(id, "state", &left.enabled, &right.enabled);
        self.optional(id, "comment", &left.comment, &right.comment);
    }

    pub(super) fn triggers(
        &mut self,
        on: &QualifiedName,
        left: &BTreeMap<Name, Trigger>,
        right: &BTreeMap<Name, Trigger>,
    ) {
        let trigger = |n| ObjectId::Trigger(on.clone(), n);
        self.each(left, right, trigger, Self::trigger);
    }

    fn trigger(&mut self, id: &ObjectId, left: &Trigger, right: &Trigger) {
        self.equal(id, "timing", &left.timing, &right.timing);
        self.equal(id, "events", &left.events, &right.events);
        let columns = |t: &Trigger| t.update_columns.iter().cloned().collect::<BTreeSet<_>>();
        self.equal(id, "UPDATE OF", &columns(left), &columns(right));
        self.equal(id, "FOR EACH ROW", &left.for_each_row, &right.for_each_row);
        self.expression(id, "WHEN", left.when.as_ref(), right.when.as_ref());
        self.equal(id, "function", &left.function, &right.function);
        self.equal(id, "arguments", &left.arguments, &right.arguments);
        self.optional(id, "constraint", &left.constraint, &right.constraint);
        self.optional(id, "FROM", &left.from, &right.from);
        self.optional(id, "OLD TABLE", &left.old_table, &right.old_table);
        self.optional(id, "NEW TABLE", &left.new_table, &right.new_table);
        self.equal(id, "state", &left.enabled, &right.enabled);
        self.optional(id, "comment", &left.comment, &right.comment);
    }

    fn policy(&mut self, id: &ObjectId, left: &Policy, right: &Policy) {
        self.equal(id, "command", &left.command, &right.command);
        self.equal(id, "PERMISSIVE", &left.permissive, &right.permissive);
        self.equal(id, "roles", &left.roles, &right.roles);
        self.expression(id, "USING", left.using.as_ref(), right.using.as_ref());
        self.expression(
            id,
            "WITH CHECK",
            left.with_check.as_ref(),
            right.with_check.as_ref(),
        );
        self.optional(id, "comment", &left.comment, &right.comment);
    }
}

/// The right side's entries without the parts of indexes or keys of a partitioned parent that the left
/// side leaves open by not listing them.
fn without_open_parts<T: Clone>(
    left: &BTreeMap<Name, T>,
    right: &BTreeMap<Name, T>,
    is_part: impl Fn(&T) -> bool,
) -> BTreeMap<Name, T> {
    let listed = right
        .iter()
        .filter(|(name, part)| left.contains_key(*name) || !is_part(part));
    listed
        .map(|(name, part)| (name.clone(), part.clone()))
        .collect()
}

fn non_default(value: Option<i64>, default: i64) -> Option<i64> {
    value.filter(|v| *v != default)
}

/// The last part of a name: an extension's operator class may be written with or without its schema.
fn unqualified(name: &str) -> String {
    let (name, parameters) = match name.find('(') {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let name = name.rsplit('.').next().unwrap_or(name).trim();
    format!("{name}{}", parameters.trim())
}
