//! A part of a catalog: what patterns of names choose.

use std::collections::BTreeSet;

use crate::{Catalog, Grant, Name, ObjectId, Pattern, QualifiedName, RoutineSignature, Table};

/// Which objects to keep, as pg_dump has it.
///
/// - `schemas` keeps schemas and what they hold, `tables` tables, views, materialized views, foreign
///   tables and sequences. With both, `tables` chooses among those and `schemas` among everything
///   else. With neither, everything is kept.
/// - `exclude` wins over both: schemas and objects of that name go.
/// - Where `schemas` or `tables` choose, objects that are in no schema go: languages, access methods,
///   casts, transforms, foreign-data wrappers and servers, user mappings, event triggers, publications
///   and subscriptions.
/// - What belongs to a table stays or goes with it: its indexes, constraints, triggers, policies, rules,
///   statistics objects, and the sequences that its columns own. A partition or child brings its
///   parents, without which it cannot be.
/// - The schemas that hold what is kept stay, and so do the roles and extensions it needs. Anything
///   else that it needs and that was not chosen is not kept, but named in [`Selected::missing`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Schemas to keep.
    pub schemas: Vec<Pattern>,
    /// Relations to keep.
    pub tables: Vec<Pattern>,
    /// What to leave out.
    pub exclude: Vec<Pattern>,
}

/// What a selection keeps of a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    /// What is kept.
    pub catalog: Catalog,
    /// What it needs and does not hold.
    pub missing: BTreeSet<ObjectId>,
    /// Patterns that fit nothing: most likely written wrong.
    pub unmatched: Vec<Pattern>,
}

impl Selection {
    /// True when everything is kept.
    pub fn is_everything(&self) -> bool {
        self.schemas.is_empty() && self.tables.is_empty() && self.exclude.is_empty()
    }

    fn chooses(&self) -> bool {
        !self.schemas.is_empty() || !self.tables.is_empty()
    }

    fn excludes(&self, name: &QualifiedName) -> bool {
        let schema = name.schema.as_str();
        let mut exclude = self.exclude.iter();
        exclude.any(|p| p.matches(name) || p.matches_schema(schema))
    }

    fn keeps_schema(&self, name: &Name) -> bool {
        let named = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches_schema(name.as_str()));
        !named(&self.exclude) && (!self.chooses() || named(&self.schemas))
    }

    fn keeps(&self, name: &QualifiedName) -> bool {
        let schema = name.schema.as_str();
        !self.excludes(name)
            && (!self.chooses() || self.schemas.iter().any(|p| p.matches_schema(schema)))
    }

    fn keeps_relation(&self, name: &QualifiedName) -> bool {
        if self.tables.is_empty() {
            self.keeps(name)
        } else {
            !self.excludes(name) && self.tables.iter().any(|p| p.matches(name))
        }
    }
}

impl Catalog {
    /// The part of the catalog that a selection keeps.
    pub fn select(&self, selection: &Selection) -> Selected {
        let mut kept = self.clone();
        if selection.is_everything() {
            return Selected {
                catalog: kept,
                ..Selected::default()
            };
        }
        let tables = self.chosen_tables(selection);
        kept.tables.retain(|name, _| tables.contains(name));
        kept.sequences.retain(|name, s| match &s.owned_by {
            Some((table, _)) => {
                tables.contains(table)
                    && (!selection.excludes(name) || selection.keeps_relation(name))
            }
            None => selection.keeps_relation(name),
        });
        kept.views.retain(|name, _| selection.keeps_relation(name));
        let views = &mut kept.materialized_views;
        views.retain(|name, _| selection.keeps_relation(name));
        let held: BTreeSet<_> = kept.materialized_views.keys().cloned().collect();
        kept.statistics
            .retain(|_, s| tables.contains(&s.table) || held.contains(&s.table));

        macro_rules! retain {
            ($($map:ident),*) => { $(kept.$map.retain(|name, _| selection.keeps(name));)* };
        }
        retain!(
            types,
            collations,
            conversions,
            text_search_parsers,
            text_search_templates,
            text_search_dictionaries,
            text_search_configurations
        );
        let routine = |signature: &RoutineSignature| selection.keeps(&signature.name);
        kept.routines.retain(|s, _| routine(s));
        kept.aggregates.retain(|s, _| routine(s));
        kept.operators.retain(|o, _| selection.keeps(&o.name));
        kept.operator_families
            .retain(|o, _| selection.keeps(&o.name));
        kept.operator_classes
            .retain(|o, _| selection.keeps(&o.name));
        if selection.chooses() {
            kept.languages.clear();
            kept.access_methods.clear();
            kept.casts.clear();
            kept.transforms.clear();
            kept.foreign_data_wrappers.clear();
            kept.foreign_servers.clear();
            kept.user_mappings.clear();
            kept.event_triggers.clear();
            kept.publications.clear();
            kept.subscriptions.clear();
        }
        for publication in kept.publications.values_mut() {
            publication.tables.retain(|name, _| tables.contains(name));
            publication.schemas.retain(|s| selection.keeps_schema(s));
        }
        let chooses = selection.chooses();
        kept.default_privileges.retain(|d| match &d.schema {
            Some(schema) => selection.keeps_schema(schema),
            None => !chooses,
        });
        let mut missing = kept.keep_what_is_needed(self, selection);
        missing.retain(|id| !kept.contains(id) && self.contains(id));
        Selected {
            catalog: kept,
            missing,
            unmatched: self.unmatched(selection),
        }
    }

    /// Tables that are chosen, with their parents.
    fn chosen_tables(&self, selection: &Selection) -> BTreeSet<QualifiedName> {
        let chosen = self.tables.keys().filter(|n| selection.keeps_relation(n));
        let mut open: Vec<&QualifiedName> = chosen.collect();
        let mut tables = BTreeSet::new();
        while let Some(name) = open.pop() {
            if tables.insert(name.clone())
                && let Some(table) = self.tables.get(name)
            {
                open.extend(table.parents());
            }
        }
        tables
    }

    /// Keeps schemas, roles and extensions that what is left needs, and what is recorded of it, and
    /// gives everything that it needs.
    fn keep_what_is_needed(
        &mut self,
        whole: &Catalog,
        selection: &Selection,
    ) -> BTreeSet<ObjectId> {
        let mut dependencies = std::mem::take(&mut self.dependencies);
        dependencies.retain(|id, _| self.holds(id));
        let mut needed: BTreeSet<ObjectId> = dependencies.values().flatten().cloned().collect();
        for table in self.tables.values() {
            needed.extend(needs_of(table, whole));
        }
        let types = self.tables.values().filter_map(|t| t.of_type.clone());
        needed.extend(types.map(ObjectId::Type));
        self.extensions.retain(|name, _| {
            !selection.chooses() || needed.contains(&ObjectId::Extension(name.clone()))
        });

        let mut owners = std::mem::take(&mut self.owner_privileges);
        owners.retain(|id, _| self.holds(id));
        self.owner_privileges = owners;
        let mut labels = std::mem::take(&mut self.security_labels);
        labels.retain(|id, _| self.holds(id));
        self.security_labels = labels;
        self.dependencies = dependencies;

        let mut schemas = self.schemas_in_use();
        schemas.extend(self.extensions.values().filter_map(|e| e.schema.clone()));
        self.schemas
            .retain(|name, _| schemas.contains(name) || selection.keeps_schema(name));
        let mut stand_ins = std::mem::take(&mut self.stand_ins);
        stand_ins.retain(|id| self.holds(id));
        self.stand_ins = stand_ins;
        if selection.chooses() {
            let roles = self.roles_in_use();
            self.roles.retain(|name, _| roles.contains(name));
        }
        needed
    }

    /// True for objects that the catalog holds, and columns of its views and types.
    fn holds(&self, id: &ObjectId) -> bool {
        match id {
            ObjectId::Column(name, _) => {
                self.tables.contains_key(name)
                    || self.views.contains_key(name)
                    || self.materialized_views.contains_key(name)
                    || self.types.contains_key(name)
            }
            other => self.contains(other),
        }
    }

    /// Schemas that hold something.
    fn schemas_in_use(&self) -> BTreeSet<Name> {
        let mut schemas = BTreeSet::new();
        macro_rules! collect {
            ($($map:ident),*) => {
                $(schemas.extend(self.$map.keys().map(|q| q.schema.clone()));)*
            };
        }
        collect!(
            types,
            sequences,
            tables,
            views,
            materialized_views,
            collations,
            conversions,
            text_search_parsers,
            text_search_templates,
            text_search_dictionaries,
            text_search_configurations,
            statistics
        );
        let routines = self.routines.keys().chain(self.aggregates.keys());
        schemas.extend(routines.map(|s| s.name.schema.clone()));
        schemas.extend(self.operators.keys().map(|o| o.name.schema.clone()));
        let classes = self.operator_families.keys();
        let classes = classes.chain(self.operator_classes.keys());
        schemas.extend(classes.map(|o| o.name.schema.clone()));
        schemas
    }

    /// Roles that owners, privileges and policies name, with those they are members of.
    fn roles_in_use(&self) -> BTreeSet<Name> {
        let mut roles: BTreeSet<Name> = BTreeSet::new();
        let named = |grants: &BTreeSet<Grant>| -> Vec<Name> {
            let both = grants.iter().flat_map(|g| [&g.grantee, &g.grantor]);
            both.flatten().cloned().collect()
        };
        macro_rules! owners {
            ($($map:ident),*) => {
                $(roles.extend(self.$map.values().filter_map(|o| o.owner.clone()));)*
            };
        }
        macro_rules! grants {
            ($($map:ident),*) => {
                $(roles.extend(self.$map.values().flat_map(|o| named(&o.grants)));)*
            };
        }
        owners!(
            schemas,
            types,
            sequences,
            tables,
            views,
            materialized_views,
            routines,
            aggregates,
            operators,
            operator_families,
            operator_classes,
            collations,
            conversions,
            text_search_dictionaries,
            text_search_configurations,
            statistics
        );
        grants!(
            schemas,
            types,
            sequences,
            tables,
            views,
            materialized_views,
            routines,
            aggregates
        );
        for table in self.tables.values() {
            roles.extend(table.policies.values().flat_map(|p| p.roles.clone()));
            let identities = table.columns.iter().filter_map(|c| c.identity.as_ref());
            roles.extend(identities.flat_map(|i| named(&i.grants)));
        }
        for defaults in &self.default_privileges {
            roles.insert(defaults.owner.clone());
            roles.extend(defaults.grant.grantee.clone());
        }
        let mut open: Vec<Name> = roles.iter().cloned().collect();
        while let Some(role) = open.pop() {
            for group in self.roles.get(&role).into_iter().flat_map(|r| &r.member_of) {
                if roles.insert(group.clone()) {
                    open.push(group.clone());
                }
            }
        }
        roles
    }

    /// Patterns that fit nothing of the catalog.
    fn unmatched(&self, selection: &Selection) -> Vec<Pattern> {
        let schemas: BTreeSet<Name> = self
            .schemas_in_use()
            .into_iter()
            .chain(self.schemas.keys().cloned())
            .collect();
        let relations: Vec<&QualifiedName> = self
            .tables
            .keys()
            .chain(self.views.keys())
            .chain(self.materialized_views.keys())
            .chain(self.sequences.keys())
            .collect();
        let fits_schema = |p: &Pattern| schemas.iter().any(|s| p.matches_schema(s.as_str()));
        let fits_relation = |p: &Pattern| relations.iter().any(|name| p.matches(name));
        let routines = self.routines.keys().chain(self.aggregates.keys());
        let others: Vec<&QualifiedName> =
            self.types.keys().chain(routines.map(|s| &s.name)).collect();
        let fits = |p: &&Pattern| {
            fits_schema(p) || fits_relation(p) || others.iter().any(|name| p.matches(name))
        };
        let no_schema = selection.schemas.iter().filter(|p| !fits_schema(p));
        let no_table = selection.tables.iter().filter(|p| !fits_relation(p));
        let nothing = selection.exclude.iter().filter(|p| !fits(p));
        no_schema.chain(no_table).chain(nothing).cloned().collect()
    }
}

/// What a table needs by its own fields: referenced tables, functions of triggers, the server.
fn needs_of(table: &Table, whole: &Catalog) -> BTreeSet<ObjectId> {
    let references = table.foreign_keys().map(|(_, fk)| fk.references.clone());
    let mut needed: BTreeSet<ObjectId> = references.map(ObjectId::Table).collect();
    for trigger in table.triggers.values() {
        let none: [&str; 0] = [];
        let signature = RoutineSignature::new(trigger.function.clone(), none);
        needed.insert(ObjectId::Routine(signature));
    }
    let servers = table.foreign.iter().map(|f| f.server.clone());
    needed.extend(servers.map(ObjectId::ForeignServer));
    for column in &table.columns {
        // A type of the catalog is named by its schema and name, perhaps as an array.
        let element = column.data_type.trim_end_matches("[]");
        let named = whole.types.keys().filter(|q| q.quoted() == element);
        if element.contains('.') {
            needed.extend(named.cloned().map(ObjectId::Type));
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        Column, Constraint, ConstraintKind, Extension, ForeignKey, PartitionBound, PartitionOf,
        Privilege, Role, Routine, Schema, Sequence, SequenceOptions, Type, TypeKind,
    };

    fn q(text: &str) -> QualifiedName {
        let (schema, name) = text.split_once('.').unwrap();
        QualifiedName::new(schema, name)
    }

    fn catalog() -> Catalog {
        let mut catalog = Catalog::empty();
        for schema in ["app", "audit", "empty"] {
            catalog.schemas.insert(schema.into(), Schema::default());
        }
        for role in ["reader", "group", "other"] {
            catalog.roles.insert(role.into(), Role::default());
        }
        let group = BTreeSet::from(["group".into()]);
        catalog.roles.get_mut("reader").unwrap().member_of = group;
        catalog
            .extensions
            .insert("citext".into(), Extension::default());
        catalog
            .types
            .insert(q("app.stage"), Type::new(TypeKind::Enum(Vec::new())));
        for name in [
            "app.orders",
            "app.orders_2024",
            "app.customers",
            "audit.log",
        ] {
            catalog.tables.insert(q(name), Table::default());
        }
        let orders = catalog.tables.get_mut(&q("app.orders")).unwrap();
        orders.columns.push(Column::new("stage", "app.stage[]"));
        orders.grants.insert(Grant::to("reader", Privilege::Select));
        let key = ForeignKey::new(["customer"], q("app.customers"), ["id"]);
        let key = Constraint::new(ConstraintKind::ForeignKey(key));
        orders.constraints.insert("orders_customer".into(), key);
        let part = catalog.tables.get_mut(&q("app.orders_2024")).unwrap();
        part.partition_of = Some(PartitionOf {
            parent: q("app.orders"),
            bound: PartitionBound::Default,
            attached: false,
        });
        let sequence = Sequence {
            data_type: "bigint".to_owned(),
            options: SequenceOptions::default(),
            owned_by: Some((q("app.orders"), "id".into())),
            unlogged: false,
            owner: None,
            comment: None,
            grants: BTreeSet::new(),
        };
        catalog.sequences.insert(q("app.numbers"), sequence);
        let function = Routine::function("sql", "integer", "SELECT 1");
        catalog
            .routines
            .insert(function.signature(q("audit.one")), function);
        catalog
    }

    fn select(schemas: &[&str], tables: &[&str], exclude: &[&str]) -> Selected {
        let patterns = |texts: &[&str]| texts.iter().map(|t| t.parse().unwrap()).collect();
        catalog().select(&Selection {
            schemas: patterns(schemas),
            tables: patterns(tables),
            exclude: patterns(exclude),
        })
    }

    fn tables(selected: &Selected) -> Vec<String> {
        selected
            .catalog
            .tables
            .keys()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn nothing_chosen_is_everything() {
        assert_eq!(select(&[], &[], &[]).catalog, catalog());
    }

    #[test]
    fn a_schema_brings_what_it_holds_and_nothing_else() {
        let selected = select(&["audit"], &[], &[]);
        assert_eq!(tables(&selected), ["audit.log"]);
        assert_eq!(selected.catalog.routines.len(), 1);
        assert!(selected.catalog.types.is_empty());
        assert!(selected.catalog.extensions.is_empty());
        assert!(selected.catalog.roles.is_empty());
        let schemas: Vec<_> = selected.catalog.schemas.keys().map(Name::as_str).collect();
        assert_eq!(schemas, ["audit"]);
        assert!(selected.missing.is_empty());
    }

    #[test]
    fn a_table_brings_its_parents_sequences_and_roles_and_names_what_is_missing() {
        let selected = select(&[], &["orders_*"], &[]);
        assert_eq!(tables(&selected), ["app.orders", "app.orders_2024"]);
        assert_eq!(selected.catalog.sequences.len(), 1);
        let roles: Vec<_> = selected.catalog.roles.keys().map(Name::as_str).collect();
        assert_eq!(roles, ["group", "reader"]);
        let missing: Vec<_> = selected.missing.iter().map(ToString::to_string).collect();
        assert_eq!(missing, ["type app.stage", "table app.customers"]);
    }

    #[test]
    fn exclusion_wins_over_what_is_chosen() {
        let selected = select(&["app"], &[], &["orders_*", "audit"]);
        assert_eq!(tables(&selected), ["app.customers", "app.orders"]);
        let selected = select(&[], &[], &["app.*"]);
        assert_eq!(tables(&selected), ["audit.log"]);
        assert_eq!(selected.catalog.schemas.len(), 3);
        let selected = select(&[], &[], &["app"]);
        assert_eq!(selected.catalog.schemas.len(), 2);
    }

    #[test]
    fn patterns_that_fit_nothing_are_named() {
        let selected = select(&["ap?"], &["order"], &["nothing"]);
        let unmatched: Vec<_> = selected.unmatched.iter().map(ToString::to_string).collect();
        assert_eq!(unmatched, ["order", "nothing"]);
    }
}
