//! Comparison of the kinds of objects that are compared field by field, as they are.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Grant, Name, ObjectId, Privilege};
use serde::Serialize;
use serde_json::Value;

use super::Comparison;

/// Fields that hold SQL expressions or texts with expressions in them.
const SQL: [&str; 3] = ["condition", "predicate", "default"];

impl Comparison<'_> {
    /// Every kind that has no comparison of its own.
    pub(super) fn other_objects(&mut self, left: &Catalog, right: &Catalog) {
        macro_rules! each {
            ($($map:ident => $id:ident),*) => {
                $(self.each(&left.$map, &right.$map, ObjectId::$id, |c, id, l, r| {
                    c.fields(id, l, r);
                });)*
            };
        }
        macro_rules! each_granted {
            ($($map:ident => $id:ident),*) => {
                $(self.each(&left.$map, &right.$map, ObjectId::$id, |c, id, l, r| {
                    c.fields(id, l, r);
                    c.grants(id, &l.grants, &r.grants);
                });)*
            };
        }
        each_granted!(languages => Language, aggregates => Aggregate,
                      foreign_data_wrappers => ForeignDataWrapper,
                      foreign_servers => ForeignServer);
        each!(access_methods => AccessMethod, operators => Operator,
              operator_families => OperatorFamily, operator_classes => OperatorClass,
              casts => Cast, transforms => Transform, collations => Collation,
              conversions => Conversion, text_search_parsers => TextSearchParser,
              text_search_templates => TextSearchTemplate,
              text_search_dictionaries => TextSearchDictionary,
              text_search_configurations => TextSearchConfiguration,
              user_mappings => UserMapping, event_triggers => EventTrigger,
              subscriptions => Subscription);
        self.each(
            &left.statistics,
            &right.statistics,
            ObjectId::Statistics,
            Self::statistics,
        );
        self.each(
            &left.publications,
            &right.publications,
            ObjectId::Publication,
            Self::publication,
        );
        self.owner_privileges(&left.owner_privileges, &right.owner_privileges);
        self.security_labels(&left.security_labels, &right.security_labels);
    }

    /// Compares two values field by field. Owners are compared when the left side says one; privileges
    /// are left to the caller.
    pub(super) fn fields<T: Serialize>(&mut self, id: &ObjectId, left: &T, right: &T) {
        let object = |value: &T| match serde_json::to_value(value) {
            Ok(Value::Object(fields)) => fields,
            _ => Default::default(),
        };
        let (left, right) = (object(left), object(right));
        for field in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
            let (l, r) = (
                left.get(field).filter(|v| !v.is_null()),
                right.get(field).filter(|v| !v.is_null()),
            );
            if field == "grants" || field == "owner" && l.is_none() {
                continue;
            }
            let property = field.replace('_', " ");
            match (l, r) {
                (Some(Value::String(l)), Some(Value::String(r)))
                    if SQL.contains(&field.as_str()) =>
                {
                    self.sql(id, &property, l, r);
                }
                (l, r) => self.optional(id, &property, &l, &r),
            }
        }
    }

    fn statistics(
        &mut self,
        id: &ObjectId,
        left: &pgwright_catalog::Statistics,
        right: &pgwright_catalog::Statistics,
    ) {
        let bare = |s: &pgwright_catalog::Statistics| pgwright_catalog::Statistics {
            elements: Vec::new(),
            ..s.clone()
        };
        self.fields(id, &bare(left), &bare(right));
        self.equal(
            id,
            "number of elements",
            &left.elements.len(),
            &right.elements.len(),
        );
        for (at, (l, r)) in left.elements.iter().zip(&right.elements).enumerate() {
            self.index_key(id, &format!("element {}", at + 1), l, r);
        }
    }

    fn publication(
        &mut self,
        id: &ObjectId,
        left: &pgwright_catalog::Publication,
        right: &pgwright_catalog::Publication,
    ) {
        let bare = |p: &pgwright_catalog::Publication| pgwright_catalog::Publication {
            tables: BTreeMap::new(),
            ..p.clone()
        };
        self.fields(id, &bare(left), &bare(right));
        let names = left.tables.keys().chain(right.tables.keys());
        for name in names.collect::<BTreeSet<_>>() {
            let (l, r) = (left.tables.get(name), right.tables.get(name));
            match (l, r) {
                (Some(l), Some(r)) => {
                    let property = format!("columns of {name}");
                    self.optional(id, &property, &l.columns, &r.columns);
                    let property = format!("rows of {name}");
                    let (l, r) = (l.predicate.as_ref(), r.predicate.as_ref());
                    self.expression(id, &property, l, r);
                }
                (l, r) => {
                    let word = |there: bool| there.then(|| name.to_string());
                    self.note(id, "tables", word(l.is_some()), word(r.is_some()));
                }
            }
        }
    }

    fn owner_privileges(
        &mut self,
        left: &BTreeMap<ObjectId, BTreeSet<Privilege>>,
        right: &BTreeMap<ObjectId, BTreeSet<Privilege>>,
    ) {
        for id in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
            let (l, r) = (left.get(id).cloned(), right.get(id).cloned());
            self.optional(id, "privileges of the owner", &l, &r);
        }
    }

    fn security_labels(
        &mut self,
        left: &BTreeMap<ObjectId, BTreeMap<Name, String>>,
        right: &BTreeMap<ObjectId, BTreeMap<Name, String>>,
    ) {
        let none = BTreeMap::new();
        for id in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
            let (l, r) = (
                left.get(id).unwrap_or(&none),
                right.get(id).unwrap_or(&none),
            );
            for provider in l.keys().chain(r.keys()).collect::<BTreeSet<_>>() {
                let property = format!("security label of {provider}");
                let (l, r) = (l.get(provider).cloned(), r.get(provider).cloned());
                self.optional(id, &property, &l, &r);
            }
        }
    }

    /// Privileges of something that has no object of its own.
    pub(super) fn grants_of(
        &mut self,
        id: &ObjectId,
        property: &str,
        left: &BTreeSet<Grant>,
        right: &BTreeSet<Grant>,
    ) {
        for grant in left.symmetric_difference(right) {
            let text = Some(super::parts::grant(grant));
            let (l, r) = if left.contains(grant) {
                (text, None)
            } else {
                (None, text)
            };
            self.note(id, property, l, r);
        }
    }
}
