//! In what two catalogs differ, field by field: what a proof compares a design and a server by.

mod objects;
mod parts;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pgwright_catalog::{
    Catalog, Expression, Extension, Grant, Name, ObjectId, Routine, RoutineBody, RoutineKind,
    Schema, Sequence, Type, TypeKind, ViewColumn,
};
use serde::Serialize;

/// One property in which two catalogs differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The object.
    pub object: ObjectId,
    /// The property, in the manual's words.
    pub property: String,
    /// Its value on the left; nothing when the left has none.
    pub left: Option<String>,
    /// Its value on the right.
    pub right: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |v: &Option<String>| v.clone().unwrap_or_else(|| "nothing".to_owned());
        let (left, right) = (value(&self.left), value(&self.right));
        write!(
            f,
            "{}: {} is {left} on the left and {right} on the right",
            self.object, self.property
        )
    }
}

/// Compares two catalogs. `normalise` brings SQL expressions and queries into a common form, so that
/// two spellings of one expression are equal.
///
/// The left side may be a design that leaves things open: owners, extension versions and schemas,
/// storage and the like are compared only when the left says them; columns of views only when both
/// sides know them; roles only by their presence; dependencies not at all.
pub fn difference(
    left: &Catalog,
    right: &Catalog,
    normalise: &dyn Fn(&str) -> String,
) -> Vec<Difference> {
    let mut comparison = Comparison {
        normalise,
        found: Vec::new(),
    };
    comparison.catalogs(left, right);
    comparison.found
}

/// A comparison under way.
struct Comparison<'a> {
    normalise: &'a dyn Fn(&str) -> String,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn catalogs(&mut self, left: &Catalog, right: &Catalog) {
        for name in left.roles.keys().filter(|n| !right.roles.contains_key(*n)) {
            self.presence(ObjectId::Role(name.clone()), true, false);
        }
        // The right side may hold roles of the cluster that the schema has nothing to do with.
        self.extensions(left, right);
        self.schemas(left, right);
        self.each(&left.types, &right.types, ObjectId::Type, Self::types);
        self.each(
            &left.sequences,
            &right.sequences,
            ObjectId::Sequence,
            Self::sequence,
        );
        self.each(&left.tables, &right.tables, ObjectId::Table, Self::table);
        self.each(&left.views, &right.views, ObjectId::View, Self::view);
        self.each(
            &left.materialized_views,
            &right.materialized_views,
            ObjectId::MaterializedView,
            Self::materialized_view,
        );
        self.each(
            &left.routines,
            &right.routines,
            ObjectId::Routine,
            Self::routine,
        );
        self.other_objects(left, right);
        for defaults in left
            .default_privileges
            .symmetric_difference(&right.default_privileges)
        {
            let object = match &defaults.schema {
                Some(schema) => ObjectId::Schema(schema.clone()),
                None => ObjectId::Role(defaults.owner.clone()),
            };
            let text = parts::default_privileges(defaults);
            let on_left = left.default_privileges.contains(defaults);
            let (l, r) = if on_left {
                (Some(text), None)
            } else {
                (None, Some(text))
            };
            self.note(&object, "default privileges", l, r);
        }
    }

    fn extensions(&mut self, left: &Catalog, right: &Catalog) {
        // Every database has it.
        let known = |c: &Catalog| -> BTreeMap<Name, Extension> {
            let mut extensions = c.extensions.clone();
            extensions.remove("plpgsql");
            extensions
        };
        let compare = |c: &mut Self, id: &ObjectId, l: &Extension, r: &Extension| {
            c.said(id, "schema", &l.schema, &r.schema);
            c.said(id, "version", &l.version, &r.version);
            c.said(id, "comment", &l.comment, &r.comment);
        };
        self.each(&known(left), &known(right), ObjectId::Extension, compare);
    }

    fn schemas(&mut self, left: &Catalog, right: &Catalog) {
        // `public` is always there; a side that does not hold it has nothing to say of it.
        let known = |c: &Catalog, other: &Catalog| -> BTreeMap<Name, Schema> {
            let mut schemas = c.schemas.clone();
            if !other.schemas.contains_key("public") {
                schemas.remove("public");
            }
            schemas
        };
        let compare = |c: &mut Self, id: &ObjectId, l: &Schema, r: &Schema| {
            c.said(id, "owner", &l.owner, &r.owner);
            let comment = |s: &Schema| {
                let comment = s.comment.clone();
                comment.filter(|c| c != crate::kinds::PUBLIC_COMMENT)
            };
            c.optional(id, "comment", &comment(l), &comment(r));
            c.grants(id, &l.grants, &r.grants);
        };
        let (l, r) = (known(left, right), known(right, left));
        self.each(&l, &r, ObjectId::Schema, compare);
    }

    /// Compares what two maps both have, and notes what only one has.
    fn each<K: Ord + Clone, V>(
        &mut self,
        left: &BTreeMap<K, V>,
        right: &BTreeMap<K, V>,
        id: impl Fn(K) -> ObjectId,
        compare: impl Fn(&mut Self, &ObjectId, &V, &V),
    ) {
        let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
        for key in keys {
            let id = id(key.clone());
            match (left.get(key), right.get(key)) {
                (Some(l), Some(r)) => compare(self, &id, l, r),
                (l, r) => self.presence(id, l.is_some(), r.is_some()),
            }
        }
    }

    fn note(
        &mut self,
        object: &ObjectId,
        property: &str,
        left: Option<String>,
        right: Option<String>,
    ) {
        self.found.push(Difference {
            object: object.clone(),
            property: property.to_owned(),
            left,
            right,
        });
    }

    fn presence(&mut self, object: ObjectId, left: bool, right: bool) {
        let word = |there: bool| there.then(|| "there".to_owned());
        self.note(&object, "presence", word(left), word(right));
    }

    fn equal<T: PartialEq + Serialize>(
        &mut self,
        id: &ObjectId,
        property: &str,
        left: &T,
        right: &T,
    ) {
        if left != right {
            let (left, right) = (parts::value(left), parts::value(right));
            self.note(id, property, Some(left), Some(right));
        }
    }

    fn optional<T: PartialEq + Serialize>(
        &mut self,
        id: &ObjectId,
        property: &str,
        left: &Option<T>,
        right: &Option<T>,
    ) {
        if left != right {
            let text = |v: &Option<T>| v.as_ref().map(parts::value);
            self.note(id, property, text(left), text(right));
        }
    }

    /// Compares only what the left side says.
    fn said<T: PartialEq + Serialize>(
        &mut self,
        id: &ObjectId,
        property: &str,
        left: &Option<T>,
        right: &Option<T>,
    ) {
        if left.is_some() {
            self.optional(id, property, left, right);
        }
    }

    fn sql(&mut self, id: &ObjectId, property: &str, left: &str, right: &str) {
        if left != right && (self.normalise)(left) != (self.normalise)(right) {
            self.note(id, property, Some(left.to_owned()), Some(right.to_owned()));
        }
    }

    fn expression(
        &mut self,
        id: &ObjectId,
        property: &str,
        left: Option<&Expression>,
        right: Option<&Expression>,
    ) {
        match (left, right) {
            (Some(l), Some(r)) => self.sql(id, property, l.sql(), r.sql()),
            (None, None) => {}
            (l, r) => {
                let text = |e: Option<&Expression>| e.map(|e| e.sql().to_owned());
                self.note(id, property, text(l), text(r));
            }
        }
    }

    fn grants(&mut self, id: &ObjectId, left: &BTreeSet<Grant>, right: &BTreeSet<Grant>) {
        self.grants_of(id, "privileges", left, right);
    }

    fn types(&mut self, id: &ObjectId, left: &Type, right: &Type) {
        self.said(id, "owner", &left.owner, &right.owner);
        self.optional(id, "comment", &left.comment, &right.comment);
        self.grants(id, &left.grants, &right.grants);
        let (
            TypeKind::Domain {
                base: lb,
                collation: lc,
                default: ld,
                not_null: ln,
                not_null_name: lm,
                checks: left,
            },
            TypeKind::Domain {
                base: rb,
                collation: rc,
                default: rd,
                not_null: rn,
                not_null_name: rm,
                checks: right,
            },
        ) = (&left.kind, &right.kind)
        else {
            return self.type_kind(id, &left.kind, &right.kind);
        };
        self.data_type(id, "base type", lb, rb);
        self.optional(id, "collation", lc, rc);
        self.expression(id, "default", ld.as_ref(), rd.as_ref());
        self.equal(id, "NOT NULL", ln, rn);
        self.said(id, "name of NOT NULL", lm, rm);
        for name in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
            let property = format!("check {name}");
            let (l, r) = (left.get(name), right.get(name));
            let (a, b) = (l.map(|l| &l.expression), r.map(|r| &r.expression));
            self.expression(id, &property, a, b);
            if let (Some(l), Some(r)) = (l, r) {
                self.equal(id, &format!("{property} valid"), &l.validated, &r.validated);
                self.optional(
                    id,
                    &format!("comment of {property}"),
                    &l.comment,
                    &r.comment,
                );
            }
        }
    }

    fn type_kind(&mut self, id: &ObjectId, left: &TypeKind, right: &TypeKind) {
        match (left, right) {
            (TypeKind::Enum(l), TypeKind::Enum(r)) => self.equal(id, "labels", l, r),
            (TypeKind::Composite(l), TypeKind::Composite(r)) => {
                let names = |a: &[pgwright_catalog::CompositeAttribute]| -> Vec<Name> {
                    a.iter().map(|a| a.name.clone()).collect()
                };
                self.equal(id, "attributes", &names(l), &names(r));
                for (l, r) in l.iter().zip(r).filter(|(l, r)| l.name == r.name) {
                    let property = |word: &str| format!("{word} of attribute {}", l.name);
                    self.data_type(id, &property("type"), &l.data_type, &r.data_type);
                    self.optional(id, &property("collation"), &l.collation, &r.collation);
                    self.optional(id, &property("comment"), &l.comment, &r.comment);
                }
            }
            (
                TypeKind::Range {
                    subtype: ls,
                    subtype_operator_class: lo,
                    collation: lc,
                    canonical: ln,
                    subtype_diff: ld,
                    multirange: lm,
                },
                TypeKind::Range {
                    subtype: rs,
                    subtype_operator_class: ro,
                    collation: rc,
                    canonical: rn,
                    subtype_diff: rd,
                    multirange: rm,
                },
            ) => {
                self.data_type(id, "subtype", ls, rs);
                self.said(id, "subtype operator class", lo, ro);
                self.said(id, "collation", lc, rc);
                self.optional(id, "canonical function", ln, rn);
                self.optional(id, "difference function", ld, rd);
                self.said(id, "multirange type", lm, rm);
            }
            (l, r) => self.equal(id, "kind", l, r),
        }
    }

    /// Types are compared in their short spelling: `timestamptz` is `timestamp with time zone`.
    fn data_type(&mut self, id: &ObjectId, property: &str, left: &str, right: &str) {
        let short = pgwright_catalog::write::type_name;
        self.equal(id, property, &short(left), &short(right));
    }

    fn sequence(&mut self, id: &ObjectId, left: &Sequence, right: &Sequence) {
        self.data_type(id, "type", &left.data_type, &right.data_type);
        self.sequence_options(id, &left.options, &right.options);
        self.optional(id, "owning column", &left.owned_by, &right.owned_by);
        self.equal(id, "unlogged", &left.unlogged, &right.unlogged);
        self.said(id, "owner", &left.owner, &right.owner);
        self.optional(id, "comment", &left.comment, &right.comment);
        self.grants(id, &left.grants, &right.grants);
    }

    fn view(
        &mut self,
        id: &ObjectId,
        left: &pgwright_catalog::View,
        right: &pgwright_catalog::View,
    ) {
        self.sql(id, "query", &left.query, &right.query);
        self.view_columns(id, &left.columns, &right.columns);
        self.equal(id, "options", &left.options, &right.options);
        if let ObjectId::View(name) = id {
            self.triggers(name, &left.triggers, &right.triggers);
            self.rules(name, &left.rules, &right.rules);
        }
        self.said(id, "owner", &left.owner, &right.owner);
        self.optional(id, "comment", &left.comment, &right.comment);
        self.grants(id, &left.grants, &right.grants);
    }

    fn materialized_view(
        &mut self,
        id: &ObjectId,
        left: &pgwright_catalog::MaterializedView,
        right: &pgwright_catalog::MaterializedView,
    ) {
        self.sql(id, "query", &left.query, &right.query);
        self.view_columns(id, &left.columns, &right.columns);
        self.equal(id, "storage parameters", &left.options, &right.options);
        self.optional(id, "tablespace", &left.tablespace, &right.tablespace);
        let (l, r) = (&left.access_method, &right.access_method);
        self.optional(id, "access method", l, r);
        self.optional(id, "CLUSTER", &left.clustered_on, &right.clustered_on);
        self.equal(id, "WITH NO DATA", &left.unpopulated, &right.unpopulated);
        if let ObjectId::MaterializedView(name) = id {
            self.indexes(name, &left.indexes, &right.indexes);
        }
        self.said(id, "owner", &left.owner, &right.owner);
        self.optional(id, "comment", &left.comment, &right.comment);
        self.grants(id, &left.grants, &right.grants);
    }

    fn view_columns(&mut self, id: &ObjectId, left: &[ViewColumn], right: &[ViewColumn]) {
        if left.is_empty() || right.is_empty() {
            return;
        }
        let names = |columns: &[ViewColumn]| -> Vec<Name> {
            columns.iter().map(|c| c.name.clone()).collect()
        };
        self.equal(id, "columns", &names(left), &names(right));
        for (l, r) in left.iter().zip(right).filter(|(l, r)| l.name == r.name) {
            if let (Some(a), Some(b)) = (&l.data_type, &r.data_type) {
                self.data_type(id, &format!("type of column {}", l.name), a, b);
            }
            let property = |word: &str| format!("{word} of column {}", l.name);
            self.optional(id, &property("comment"), &l.comment, &r.comment);
            let (a, b) = (l.default.as_ref(), r.default.as_ref());
            self.expression(id, &property("default"), a, b);
            let (a, b) = (&l.statistics, &r.statistics);
            self.optional(id, &property("statistics target"), a, b);
            self.said(id, &property("storage"), &l.storage, &r.storage);
            let (a, b) = (&l.compression, &r.compression);
            self.said(id, &property("compression"), a, b);
        }
    }

    fn routine(&mut self, id: &ObjectId, left: &Routine, right: &Routine) {
        self.equal(id, "kind", &left.kind, &right.kind);
        self.equal(
            id,
            "number of arguments",
            &left.arguments.len(),
            &right.arguments.len(),
        );
        for (at, (l, r)) in left.arguments.iter().zip(&right.arguments).enumerate() {
            let property = |word: &str| format!("{word} of argument {}", at + 1);
            self.optional(id, &property("name"), &l.name, &r.name);
            self.equal(id, &property("mode"), &l.mode, &r.mode);
            self.data_type(id, &property("type"), &l.data_type, &r.data_type);
            let (a, b) = (l.default.as_ref(), r.default.as_ref());
            self.expression(id, &property("default"), a, b);
        }
        // RETURNS TABLE and OUT arguments say the result themselves.
        if let (RoutineKind::Function, Some(l), Some(r)) =
            (left.kind, &left.returns, &right.returns)
        {
            self.data_type(id, "return type", l, r);
        }
        self.equal(id, "language", &left.language, &right.language);
        match (&left.body, &right.body) {
            // The writer puts a body of several lines on lines of its own.
            (RoutineBody::Text(l), RoutineBody::Text(r)) => {
                self.equal(id, "body", &l.trim(), &r.trim());
            }
            (RoutineBody::Sql(l), RoutineBody::Sql(r)) => self.sql(id, "body", l, r),
            (l, r) => self.equal(id, "body", l, r),
        }
        self.equal(id, "volatility", &left.volatility, &right.volatility);
        self.equal(id, "STRICT", &left.strict, &right.strict);
        self.equal(
            id,
            "SECURITY DEFINER",
            &left.security_definer,
            &right.security_definer,
        );
        self.equal(id, "LEAKPROOF", &left.leakproof, &right.leakproof);
        self.equal(id, "PARALLEL", &left.parallel, &right.parallel);
        self.optional(id, "COST", &left.cost, &right.cost);
        self.optional(id, "ROWS", &left.rows, &right.rows);
        self.optional(id, "SUPPORT", &left.support, &right.support);
        self.equal(id, "TRANSFORM", &left.transforms, &right.transforms);
        let settings = |r: &Routine| -> BTreeMap<String, String> {
            let settings = r.settings.iter();
            settings
                .map(|(k, v)| (k.clone(), parts::setting(v)))
                .collect()
        };
        self.equal(id, "settings", &settings(left), &settings(right));
        self.said(id, "owner", &left.owner, &right.owner);
        self.optional(id, "comment", &left.comment, &right.comment);
        self.grants(id, &left.grants, &right.grants);
    }
}
