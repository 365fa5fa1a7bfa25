//! What is dropped and made anew: objects that cannot be changed in place, with all that stands on
//! them.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::scan;
use pgwright_catalog::{
    Catalog, Column, Constraint, ConstraintKind, IndexElement, IndexKey, Name, ObjectId,
    QualifiedName, RoutineBody, Table, TypeKind, ViewColumn,
};

use crate::references::References;

mod replaced;
pub(crate) use replaced::{Replaced, names_type};

/// Finds what stands on what.
pub(crate) struct Dependents<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    used_by: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// Foreign keys by the table they reference.
    references: BTreeMap<&'a QualifiedName, Vec<(&'a QualifiedName, &'a Name)>>,
    partitions: BTreeMap<&'a QualifiedName, Vec<&'a QualifiedName>>,
    named: References,
    /// What is named within literals: the object named, and the one that names it.
    by_text: Vec<(ObjectId, ObjectId)>,
}

/// One that goes, or whose type changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Going {
    Object(ObjectId),
    Retyped(QualifiedName, Name),
}

impl<'a> Dependents<'a> {
    pub fn new(from: &'a Catalog, to: &'a Catalog) -> Self {
        let mut used_by: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (object, needed) in &from.dependencies {
            for needed in needed {
                used_by.entry(needed).or_default().push(object);
            }
        }
        let named = References::new(from);
        let mut by_text: Vec<(ObjectId, ObjectId)> = Vec::new();
        let mut references: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut partitions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, table) in &from.tables {
            for (constraint, key) in table.foreign_keys() {
                references
                    .entry(&key.references)
                    .or_default()
                    .push((name, constraint));
            }
            for parent in table.parents() {
                partitions.entry(parent).or_default().push(name);
            }
            // A literal that names an object is no dependency that a reader of text knows of.
            let mut said = |object: ObjectId, sql: &str| {
                if sql.contains('\'') {
                    by_text.extend(
                        named
                            .qualified(sql)
                            .into_iter()
                            .map(|n| (n, object.clone())),
                    );
                }
            };
            for column in &table.columns {
                let id = || ObjectId::Column(name.clone(), column.name.clone());
                if let Some(generated) = &column.generated {
                    said(id(), generated.expression.sql());
                }
            }
            for (index, definition) in &table.indexes {
                for element in &definition.elements {
                    if let IndexKey::Expression(e) = &element.key {
                        said(ObjectId::Index(name.clone(), index.clone()), e.sql());
                    }
                }
            }
        }
        Self {
            by_text,
            from,
            to,
            used_by,
            references,
            partitions,
            named,
        }
    }

    /// What is made anew when `seeds` are.
    pub fn closure(&self, seeds: &BTreeSet<ObjectId>) -> Replaced {
        let mut replaced = Replaced::default();
        let mut seen: BTreeSet<Going> = BTreeSet::new();
        let mut open: Vec<Going> = seeds.iter().cloned().map(Going::Object).collect();
        // What goes for good takes along what stands on it, as far as that stays.
        for needed in self.used_by.keys() {
            if is_there(self.from, needed) && !is_there(self.to, needed) {
                open.push(Going::Object((*needed).clone()));
            }
        }
        for (needed, _) in &self.by_text {
            if !is_there(self.to, needed) {
                open.push(Going::Object(needed.clone()));
            }
        }
        for (name, from) in &self.from.tables {
            let Some(to) = self.to.tables.get(name) else {
                open.push(Going::Object(ObjectId::Table(name.clone())));
                continue;
            };
            for (key, constraint) in &from.constraints {
                if is_key(constraint) && !to.constraints.contains_key(key) {
                    open.push(Going::Object(ObjectId::Constraint(
                        name.clone(),
                        key.clone(),
                    )));
                }
            }
            for column in &from.columns {
                match to.column(column.name.as_str()) {
                    Some(other) if !is_retyped(column, other) => {}
                    Some(_) => open.push(Going::Retyped(name.clone(), column.name.clone())),
                    // A column that a partition says something of may be the parent's.
                    None if from.parents().next().is_some() => {}
                    None => open.push(Going::Object(ObjectId::Column(
                        name.clone(),
                        column.name.clone(),
                    ))),
                }
            }
        }
        while let Some(going) = open.pop() {
            if !seen.insert(going.clone()) {
                continue;
            }
            match going {
                Going::Object(object) => {
                    self.with_object(&object, &mut replaced, &mut open);
                    if self.to.contains(&object) {
                        replaced.objects.insert(object);
                    }
                }
                Going::Retyped(table, column) => {
                    let goes = |object| open.push(Going::Object(object));
                    self.with_column(&table, &column, true, goes);
                    // The server rebuilds the keys of the table first, which take their parts along,
                    // and what references these holds them.
                    for partition in self.descendants(&table) {
                        self.keys_to(partition, &column, &mut open);
                        self.keys_beside(partition, &column, &mut open);
                    }
                    self.keys_beside(&table, &column, &mut open);
                }
            }
        }
        // What goes with its table or view is not named besides it.
        let whole = replaced.objects.clone();
        replaced.objects.retain(|object| match object {
            ObjectId::Column(t, _)
            | ObjectId::Constraint(t, _)
            | ObjectId::Policy(t, _)
            | ObjectId::Index(t, _)
            | ObjectId::Trigger(t, _)
            | ObjectId::Rule(t, _) => ![
                ObjectId::Table(t.clone()),
                ObjectId::View(t.clone()),
                ObjectId::MaterializedView(t.clone()),
            ]
            .iter()
            .any(|holder| whole.contains(holder)),
            _ => true,
        });
        replaced
    }

    /// What goes when an object does.
    fn with_object(&self, object: &ObjectId, replaced: &mut Replaced, open: &mut Vec<Going>) {
        for dependent in self.used_by.get(object).into_iter().flatten() {
            self.affect(dependent, object, replaced, open);
        }
        for (_, dependent) in self.by_text.iter().filter(|(needed, _)| needed == object) {
            self.affect(dependent, object, replaced, open);
        }
        match object {
            ObjectId::Constraint(table, name) | ObjectId::Index(table, name) => {
                let definition = self.from.tables.get(table);
                let columns = definition.and_then(|t| key_columns(t, name));
                // A view that groups by a key may show other columns of the table as well.
                let views = self.used_by.get(&ObjectId::Table(table.clone()));
                for view in views.into_iter().flatten().filter(|_| columns.is_some()) {
                    let grouped = |sql: &str| sql.contains("GROUP BY");
                    if self.text_names(view, &grouped) {
                        open.push(Going::Object((*view).clone()));
                    }
                }
                if let Some(columns) = columns {
                    for (holder, key) in self.references.get(table).into_iter().flatten() {
                        let foreign = self.foreign_key(holder, key);
                        if foreign.is_some_and(|c| c == columns) {
                            let id = ObjectId::Constraint((*holder).clone(), (*key).clone());
                            open.push(Going::Object(id));
                        }
                    }
                }
                for child in self.partitions.get(table).into_iter().flatten() {
                    let Some(child_table) = self.from.tables.get(*child) else {
                        continue;
                    };
                    for (part, index) in &child_table.indexes {
                        if index.parent.as_ref() == Some(name) {
                            let id = ObjectId::Index((*child).clone(), part.clone());
                            open.push(Going::Object(id));
                        }
                    }
                    for (part, constraint) in &child_table.constraints {
                        if constraint.parent.as_ref() == Some(name) {
                            let id = ObjectId::Constraint((*child).clone(), part.clone());
                            open.push(Going::Object(id));
                        }
                    }
                }
            }
            ObjectId::Table(table) => {
                for (holder, key) in self.references.get(table).into_iter().flatten() {
                    if *holder != table {
                        let id = ObjectId::Constraint((*holder).clone(), (*key).clone());
                        open.push(Going::Object(id));
                    }
                }
                self.standing_on(table, open);
                // Partitions of a table that is made anew are made with it.
                if self.to.tables.contains_key(table) {
                    for child in self.partitions.get(table).into_iter().flatten() {
                        open.push(Going::Object(ObjectId::Table((*child).clone())));
                    }
                }
            }
            ObjectId::MaterializedView(view) => self.standing_on(view, open),
            ObjectId::OperatorFamily(family) => {
                let classes = self.from.operator_classes.iter();
                let of_family =
                    classes.filter(|(n, c)| n.method == family.method && c.family == family.name);
                open.extend(
                    of_family.map(|(n, _)| Going::Object(ObjectId::OperatorClass(n.clone()))),
                );
            }
            ObjectId::Column(table, column) => {
                let goes = |object| open.push(Going::Object(object));
                self.with_column(table, column, false, goes);
            }
            _ => {}
        }
    }

    /// What is not part of a relation, but lists it.
    fn standing_on(&self, relation: &QualifiedName, open: &mut Vec<Going>) {
        let statistics = self.from.statistics.iter();
        let of_relation = statistics.filter(|(_, s)| s.table == *relation);
        open.extend(of_relation.map(|(name, _)| Going::Object(ObjectId::Statistics(name.clone()))));
        let publications = self.from.publications.iter();
        let publishing = publications.filter(|(_, p)| p.tables.contains_key(relation));
        open.extend(publishing.map(|(name, _)| Going::Object(ObjectId::Publication(name.clone()))));
    }

    fn foreign_key(&self, holder: &QualifiedName, key: &Name) -> Option<BTreeSet<&Name>> {
        let constraint = self.from.tables.get(holder)?.constraints.get(key)?;
        match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key.referenced_columns.iter().collect()),
            _ => None,
        }
    }

    /// What becomes of an object that needs one that goes.
    fn affect(
        &self,
        dependent: &ObjectId,
        needed: &ObjectId,
        replaced: &mut Replaced,
        open: &mut Vec<Going>,
    ) {
        let object = |id: ObjectId| Going::Object(id);
        match dependent {
            ObjectId::Table(table) => self.affect_table(table, None, needed, replaced, open),
            ObjectId::Column(table, column) => {
                self.affect_table(table, Some(column), needed, replaced, open);
            }
            ObjectId::Type(name) => {
                let Some(definition) = self.from.types.get(name) else {
                    return;
                };
                match (&definition.kind, needed) {
                    (TypeKind::Domain { base, .. }, ObjectId::Type(needed))
                        if !names_type(base, needed) =>
                    {
                        replaced.domains.insert(name.clone());
                    }
                    (TypeKind::Domain { .. }, ObjectId::Type(_)) => {
                        open.push(object(dependent.clone()));
                    }
                    (TypeKind::Domain { .. }, _) => {
                        replaced.domains.insert(name.clone());
                    }
                    _ => open.push(object(dependent.clone())),
                }
            }
            ObjectId::Role(_) | ObjectId::Schema(_) | ObjectId::Sequence(_) => {}
            other => open.push(object(other.clone())),
        }
    }

    /// What becomes of a table, or of one of its columns, that needs one that goes.
    fn affect_table(
        &self,
        table: &QualifiedName,
        only: Option<&Name>,
        needed: &ObjectId,
        replaced: &mut Replaced,
        open: &mut Vec<Going>,
    ) {
        let Some(definition) = self.from.tables.get(table) else {
            return;
        };
        if !self.to.tables.contains_key(table) {
            return;
        }
        let names = |sql: &str| self.named.qualified(sql).contains(needed);
        let mut key = definition.partition_by.iter().flat_map(|key| &key.elements);
        let server = definition.foreign.as_ref().map(|f| &f.server);
        let of_type = definition.of_type.clone().map(ObjectId::Type);
        if key.any(|element| names(element))
            || of_type.as_ref() == Some(needed)
            || matches!(needed, ObjectId::ForeignServer(s) if Some(s) == server)
        {
            open.push(Going::Object(ObjectId::Table(table.clone())));
            return;
        }
        let columns = definition.columns.iter();
        for column in columns.filter(|c| only.is_none_or(|o| c.name == *o)) {
            if column.default.as_ref().is_some_and(|d| names(d.sql())) {
                replaced
                    .defaults
                    .insert((table.clone(), column.name.clone()));
            }
            if column
                .generated
                .as_ref()
                .is_some_and(|g| names(g.expression.sql()))
            {
                let id = ObjectId::Column(table.clone(), column.name.clone());
                open.push(Going::Object(id));
            }
            if matches!(needed, ObjectId::Collation(name) if column.collation.as_ref() == Some(name))
            {
                open.push(Going::Retyped(table.clone(), column.name.clone()));
            }
            if let ObjectId::Type(name) = needed
                && names_type(&column.data_type, name)
            {
                open.push(Going::Retyped(table.clone(), column.name.clone()));
                self.with_key_of(table, &column.name, open);
            }
        }
    }

    /// Foreign keys on a column, or to it, whose type is made anew: in between, the two sides would
    /// have types that cannot be compared.
    fn with_key_of(&self, table: &QualifiedName, column: &Name, open: &mut Vec<Going>) {
        let own = self.from.tables.get(table).into_iter();
        let own = own
            .flat_map(|t| t.foreign_keys())
            .filter(|(_, key)| key.columns.contains(column))
            .map(|(name, _)| ObjectId::Constraint(table.clone(), name.clone()));
        open.extend(own.map(Going::Object));
        self.keys_to(table, column, open);
    }

    /// Foreign keys to a column.
    fn keys_to(&self, table: &QualifiedName, column: &Name, open: &mut Vec<Going>) {
        for (holder, key) in self.references.get(table).into_iter().flatten() {
            if self
                .foreign_key(holder, key)
                .is_some_and(|columns| columns.contains(column))
            {
                let id = ObjectId::Constraint((*holder).clone(), (*key).clone());
                open.push(Going::Object(id));
            }
        }
    }

    /// Foreign keys to a key that includes a column besides.
    fn keys_beside(&self, table: &QualifiedName, column: &Name, open: &mut Vec<Going>) {
        let Some(definition) = self.from.tables.get(table) else {
            return;
        };
        let constraints = definition
            .constraints
            .iter()
            .filter(|(_, c)| match &c.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    key.include.contains(column)
                }
                _ => false,
            });
        let indexes = definition.indexes.iter();
        let indexes = indexes.filter(|(_, index)| index.unique && index.include.contains(column));
        let names = constraints.map(|(n, _)| n).chain(indexes.map(|(n, _)| n));
        for columns in names.filter_map(|name| key_columns(definition, name)) {
            for (holder, key) in self.references.get(table).into_iter().flatten() {
                if self.foreign_key(holder, key).is_some_and(|c| c == columns) {
                    let id = ObjectId::Constraint((*holder).clone(), (*key).clone());
                    open.push(Going::Object(id));
                }
            }
        }
    }

    /// The partitions and children of a table, and theirs.
    fn descendants(&self, table: &QualifiedName) -> Vec<&'a QualifiedName> {
        let mut found: Vec<&QualifiedName> = Vec::new();
        let mut open = vec![table];
        while let Some(parent) = open.pop() {
            for child in self.partitions.get(parent).into_iter().flatten() {
                if !found.contains(child) {
                    found.push(child);
                    open.push(child);
                }
            }
        }
        found
    }

    /// What names a column that goes or, with `retyped`, changes its type: the server rebuilds indexes
    /// and constraints then, but refuses the change where anything else names the column.
    fn with_column(
        &self,
        table: &QualifiedName,
        column: &Name,
        retyped: bool,
        mut goes: impl FnMut(ObjectId),
    ) {
        let names = |sql: &str| {
            scan(sql)
                .iter()
                .any(|t| t.name().as_deref() == Some(column.as_str()))
        };
        let mut tables = vec![table];
        while let Some(at) = tables.pop() {
            tables.extend(self.partitions.get(at).into_iter().flatten());
            for dependent in self
                .used_by
                .get(&ObjectId::Table(at.clone()))
                .into_iter()
                .flatten()
            {
                if self.text_names(dependent, &names) {
                    goes((*dependent).clone());
                }
            }
            let Some(definition) = self.from.tables.get(at) else {
                continue;
            };
            for other in &definition.columns {
                if other.name != *column
                    && other
                        .generated
                        .as_ref()
                        .is_some_and(|g| names(g.expression.sql()))
                {
                    goes(ObjectId::Column(at.clone(), other.name.clone()));
                }
            }
            for (name, policy) in &definition.policies {
                let mut texts = policy.using.iter().chain(&policy.with_check);
                if texts.any(|e| names(e.sql())) {
                    goes(ObjectId::Policy(at.clone(), name.clone()));
                }
            }
            for (name, trigger) in &definition.triggers {
                let when = trigger.when.as_ref().is_some_and(|w| names(w.sql()));
                if when || trigger.update_columns.contains(column) {
                    goes(ObjectId::Trigger(at.clone(), name.clone()));
                }
            }
            for (name, rule) in &definition.rules {
                let condition = rule.condition.as_ref().is_some_and(|c| names(c.sql()));
                if condition || rule.actions.iter().any(|a| names(a)) {
                    goes(ObjectId::Rule(at.clone(), name.clone()));
                }
            }
            for (name, publication) in &self.from.publications {
                if let Some(published) = publication.tables.get(at)
                    && (published.predicate.as_ref().is_some_and(|p| names(p.sql()))
                        || (!retyped && (published.columns.iter().flatten()).any(|c| c == column)))
                {
                    goes(ObjectId::Publication(name.clone()));
                }
            }
            if retyped {
                continue;
            }
            for (name, index) in &definition.indexes {
                let predicate = index.predicate.as_ref().is_some_and(|p| names(p.sql()));
                if predicate
                    || index.include.contains(column)
                    || index
                        .elements
                        .iter()
                        .any(|e| element_names(e, column, &names))
                {
                    goes(ObjectId::Index(at.clone(), name.clone()));
                }
            }
            for (name, constraint) in &definition.constraints {
                if constraint_names(constraint, column, &names) {
                    goes(ObjectId::Constraint(at.clone(), name.clone()));
                }
            }
            for (name, statistics) in &self.from.statistics {
                let named = statistics.elements.iter().any(|e| match e {
                    IndexKey::Column(c) => c == column,
                    IndexKey::Expression(e) => names(e.sql()),
                });
                if statistics.table == *at && named {
                    goes(ObjectId::Statistics(name.clone()));
                }
            }
            for (holder, key) in self.references.get(at).into_iter().flatten() {
                if self
                    .foreign_key(holder, key)
                    .is_some_and(|columns| columns.contains(column))
                {
                    goes(ObjectId::Constraint((*holder).clone(), (*key).clone()));
                }
            }
        }
    }

    /// Whether the text of what depends on a table names something; objects whose text is not looked
    /// at are taken to do so.
    fn text_names(&self, object: &ObjectId, names: &dyn Fn(&str) -> bool) -> bool {
        match object {
            ObjectId::View(v) => self.from.views.get(v).is_some_and(|v| names(&v.query)),
            ObjectId::MaterializedView(v) => {
                let view = self.from.materialized_views.get(v);
                view.is_some_and(|v| names(&v.query))
            }
            ObjectId::Routine(s) => {
                let routine = self.from.routines.get(s);
                routine.is_some_and(|r| match &r.body {
                    RoutineBody::Sql(body) => names(body),
                    _ => false,
                })
            }
            ObjectId::Policy(t, n) => {
                let policy = self.from.tables.get(t).and_then(|t| t.policies.get(n));
                policy.is_some_and(|p| {
                    let mut texts = p.using.iter().chain(&p.with_check);
                    texts.any(|e| names(e.sql()))
                })
            }
            ObjectId::Rule(t, n) => {
                let table = self.from.tables.get(t).and_then(|t| t.rules.get(n));
                let view = self.from.views.get(t).and_then(|t| t.rules.get(n));
                table.or(view).is_some_and(|r| {
                    r.condition.as_ref().is_some_and(|c| names(c.sql()))
                        || r.actions.iter().any(|a| names(a))
                })
            }
            // These are looked at by their own fields.
            _ => false,
        }
    }
}

/// True for an object of a catalog, a column of a view too. Roles stay.
fn is_there(catalog: &Catalog, object: &ObjectId) -> bool {
    let column = |columns: &[ViewColumn], name: &Name| columns.iter().any(|c| c.name == *name);
    match object {
        ObjectId::Role(_) => true,
        ObjectId::Column(of, name) => {
            catalog.contains(object)
                || (catalog.views.get(of)).is_some_and(|v| column(&v.columns, name))
                || (catalog.materialized_views.get(of)).is_some_and(|v| column(&v.columns, name))
        }
        other => catalog.contains(other),
    }
}

fn element_names(element: &IndexElement, column: &Name, names: &dyn Fn(&str) -> bool) -> bool {
    match &element.key {
        IndexKey::Column(c) => c == column,
        IndexKey::Expression(e) => names(e.sql()),
    }
}

fn constraint_names(constraint: &Constraint, column: &Name, names: &dyn Fn(&str) -> bool) -> bool {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            key.columns.contains(column) || key.include.contains(column)
        }
        ConstraintKind::ForeignKey(key) => key.columns.contains(column),
        ConstraintKind::Check(expression) => names(expression.sql()),
        ConstraintKind::Exclusion {
            elements,
            predicate,
            include,
            ..
        } => {
            include.contains(column)
                || predicate.as_ref().is_some_and(|p| names(p.sql()))
                || elements
                    .iter()
                    .any(|e| element_names(&e.element, column, names))
        }
    }
}

fn is_key(constraint: &Constraint) -> bool {
    matches!(
        constraint.kind,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_)
    )
}

/// The columns of a key or a unique index.
fn key_columns<'t>(table: &'t Table, name: &Name) -> Option<BTreeSet<&'t Name>> {
    if let Some(constraint) = table.constraints.get(name) {
        return match &constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                Some(key.columns.iter().collect())
            }
            _ => None,
        };
    }
    let index = table.indexes.get(name).filter(|i| i.unique)?;
    let columns = index.elements.iter().map(|e| match &e.key {
        IndexKey::Column(column) => Some(column),
        IndexKey::Expression(_) => None,
    });
    columns.collect()
}

/// True when a column takes another type or collation.
pub(crate) fn is_retyped(from: &Column, to: &Column) -> bool {
    from.data_type != to.data_type || from.collation != to.collation
}
