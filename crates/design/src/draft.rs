//! The design while it is being made: the catalog so far, what each entity became, and why.

use std::collections::BTreeMap;

use pgwright_brief::model::{Attribute, Brief, Entity, Path, Reference};
use pgwright_catalog::{
    Catalog, Name, ObjectId, Parallel, QualifiedName, Routine, RoutineSignature, Table, Volatility,
    quote_literal,
};
use pgwright_ddl::expr::Expr;

use crate::as_is::AsIs;
use crate::companion::Companion;
use crate::decision::{Decision, Enforcement, Monitor, Question};
use crate::names;

/// The design while families work on it.
///
/// Families first *decide* (fill [`EntityPlan`]s, before any table exists) and then *build* (write
/// tables, constraints, functions). What one family needs of another goes through the plan.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The requirements.
    pub brief: &'a Brief,
    /// The schema that is there, when the design is for one.
    pub as_is: Option<AsIs<'a>>,
    /// The schema so far.
    pub catalog: Catalog,
    /// What became of each entity, by entity name.
    pub entities: BTreeMap<String, EntityPlan>,
    /// Decisions in the order they were taken.
    pub decisions: Vec<Decision>,
    /// Open questions.
    pub questions: Vec<Question>,
    /// How each rule is kept.
    pub enforcements: Vec<Enforcement>,
    /// What to watch when it runs.
    pub monitors: Vec<Monitor>,
    /// Tables that stand for no entity: roles, junctions, lookups, registries of unique values.
    pub side_tables: BTreeMap<QualifiedName, SideTable>,
    /// Tables that only the design's own functions write: histories and logs.
    pub companions: BTreeMap<QualifiedName, Companion>,
}

/// A table that stands for no entity of its own, but serves one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideTable {
    /// What it is for.
    pub kind: SideTableKind,
    /// The entity it serves (for a lookup, the one whose attribute it holds the values of).
    pub entity: String,
    /// The role, or the attribute that it holds.
    pub of: String,
    /// The tenant's column, where its rows belong to a tenant.
    pub tenant_column: Option<Name>,
    /// Columns that refer to the entity's row; empty for a lookup.
    pub entity_columns: Vec<Name>,
}

/// What a side table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideTableKind {
    /// The rows of an entity that play a role (see [`RoleTable`]).
    Role,
    /// References from one row to many.
    Junction,
    /// Values that users maintain: key `id` (after the tenant's column, when it has one), `name`.
    Lookup,
    /// Unique values of a partitioned table, which cannot keep them unique itself.
    Registry,
    /// Last numbers given; only a trigger with the owner's rights writes it.
    Counter,
}

/// What became of an entity.
#[derive(Debug, Clone)]
pub struct EntityPlan {
    /// Its table.
    pub table: QualifiedName,
    /// Primary key columns with their types; with tenancy the tenant's column comes first, in a
    /// partitioned table the partition column comes last.
    pub key: Vec<(Name, String)>,
    /// How the key is made.
    pub key_kind: KeyKind,
    /// The tenant's column, in tables whose rows belong to a tenant (in the tenant's own table it
    /// is `None`).
    pub tenant_column: Option<Name>,
    /// Rows are hidden by `deleted_at` rather than deleted.
    pub restorable: bool,
    /// Partitioned by range of this column.
    pub partition: Option<PartitionPlan>,
    /// Rows a table is expected to hold at the end of the planning horizon, when the brief says.
    pub expected_rows: Option<f64>,
    /// Columns of each attribute, filled while building. Also `kind` attributes, the reference to
    /// the whole, and attributes of kinds.
    pub columns: BTreeMap<String, Columns>,
    /// What reports and searches read instead of the table: the view of rows that are not hidden.
    pub read_relation: QualifiedName,
    /// Tables of roles, by role name: one row per entity row that plays the role, with the same
    /// key columns.
    pub role_tables: BTreeMap<String, RoleTable>,
    /// Columns that belong to no attribute but repeat what a path of references leads to, so that
    /// foreign keys can compare it: path, and the columns here. A row must fill them.
    pub carried: Vec<(Path, Vec<Name>)>,
}

/// The table of a role.
#[derive(Debug, Clone)]
pub struct RoleTable {
    /// The table.
    pub table: QualifiedName,
    /// Its primary key columns, in the order of the entity's key, with types.
    pub key: Vec<(Name, String)>,
    /// Columns of the role's own attributes.
    pub columns: BTreeMap<String, Columns>,
}

/// How a key is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyKind {
    /// `bigint GENERATED ALWAYS AS IDENTITY`: the column.
    Identity(Name),
    /// `uuid` in time order, made by the database: the column.
    Uuid(Name),
    /// The entity's own attributes or references.
    Natural,
}

/// Range partitioning by time.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionPlan {
    /// Attribute or audit column that says the time; the column has the same name.
    pub column: Name,
    /// True when the column is a `date`, false for `timestamp with time zone`.
    pub by_date: bool,
    /// Length of one partition.
    pub interval: PartitionInterval,
    /// Months (possibly fractional: 90 days is 3) rows are kept; `None` for ever.
    pub keep_months: Option<f64>,
}

/// Length of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionInterval {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// The columns an attribute became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// One column.
    One(Name),
    /// A reference: referencing columns in the order of the target's key (columns shared with
    /// other references, such as the tenant's, included). The column named last in `own` is the
    /// one that a reader thinks of (`customer_id`).
    Reference {
        /// Referencing columns, one per column of the referenced key.
        columns: Vec<Name>,
        /// Those of them that only this reference uses.
        own: Vec<Name>,
        /// Referenced entity (and role).
        target: Reference,
    },
    /// One reference of several: a column list for each target, of which exactly one is filled.
    Either(Vec<(Reference, Vec<Name>)>),
    /// Several columns that belong together (an address, an amount with its currency), with the
    /// part each holds (`city`).
    Several(Vec<(String, Name)>),
    /// A table of its own (many-to-many): the junction or list table.
    Table(QualifiedName),
}

impl Columns {
    /// The column that stands for the attribute in an expression: the only one, or a reference's
    /// own.
    pub fn scalar(&self) -> Option<&Name> {
        match self {
            Self::One(name) => Some(name),
            Self::Reference { own, columns, .. } => own.last().or_else(|| columns.last()),
            Self::Either(_) | Self::Several(_) | Self::Table(_) => None,
        }
    }

    /// Every column of the table that the attribute fills.
    pub fn all(&self) -> Vec<Name> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Reference { columns, .. } => columns.clone(),
            Self::Either(choices) => choices.iter().flat_map(|(_, c)| c.clone()).collect(),
            Self::Several(parts) => parts.iter().map(|(_, c)| c.clone()).collect(),
            Self::Table(_) => Vec::new(),
        }
    }
}

impl<'a> Draft<'a> {
    /// A draft in which nothing is decided.
    pub fn new(brief: &'a Brief) -> Self {
        Self {
            brief,
            as_is: None,
            catalog: Catalog::empty(),
            entities: BTreeMap::new(),
            decisions: Vec::new(),
            questions: Vec::new(),
            enforcements: Vec::new(),
            monitors: Vec::new(),
            side_tables: BTreeMap::new(),
            companions: BTreeMap::new(),
        }
    }

    /// Entities whose tables this design creates: all but those that the application already has.
    pub fn created_entities(&self) -> impl Iterator<Item = &'a Entity> + use<'a> {
        let brief: &'a Brief = self.brief;
        brief.entities.iter().filter(|e| e.existing.is_none())
    }

    /// The schema that the design lives in.
    pub fn schema(&self) -> Name {
        Name::new(self.brief.naming.schema.clone())
    }

    /// A name in the design's schema.
    pub fn qualified(&self, name: impl Into<Name>) -> QualifiedName {
        QualifiedName {
            schema: self.schema(),
            name: name.into(),
        }
    }

    /// The name of the table for something called by a singular name.
    pub fn table_name(&self, singular: &str, plural: Option<&str>) -> QualifiedName {
        let name = if self.brief.naming.plural_tables {
            plural.map_or_else(|| names::plural(singular), str::to_owned)
        } else {
            singular.to_owned()
        };
        self.qualified(names::shortened(&name, ""))
    }

    /// The plan of an entity. The reader has checked that every name in a brief exists.
    ///
    /// # Panics
    /// When the entity is not one of the brief's: an error of this crate.
    pub fn plan(&self, entity: &str) -> &EntityPlan {
        match self.entities.get(entity) {
            Some(plan) => plan,
            None => unreachable!("the brief has no entity {entity}"),
        }
    }

    /// The plan of an entity, to change.
    ///
    /// # Panics
    /// As [`Draft::plan`].
    pub fn plan_mut(&mut self, entity: &str) -> &mut EntityPlan {
        match self.entities.get_mut(entity) {
            Some(plan) => plan,
            None => unreachable!("the brief has no entity {entity}"),
        }
    }

    /// The table of an entity, to change. Tables exist once the `keys` family has built.
    ///
    /// # Panics
    /// When it has not.
    pub fn table_mut(&mut self, entity: &str) -> &mut Table {
        let name = self.plan(entity).table.clone();
        match self.catalog.tables.get_mut(&name) {
            Some(table) => table,
            None => unreachable!("table {name} has not been built yet"),
        }
    }

    /// The table of an entity.
    ///
    /// # Panics
    /// As [`Draft::table_mut`].
    pub fn table(&self, entity: &str) -> &Table {
        let name = &self.plan(entity).table;
        match self.catalog.tables.get(name) {
            Some(table) => table,
            None => unreachable!("table {name} has not been built yet"),
        }
    }

    /// The columns of an attribute (own, of a kind, or the reference to the whole).
    pub fn columns(&self, entity: &str, attribute: &str) -> Option<&Columns> {
        self.entities.get(entity)?.columns.get(attribute)
    }

    /// The column that stands for an attribute in an expression; the key's own column for `id`.
    pub fn column(&self, entity: &str, attribute: &str) -> Option<Name> {
        let plan = self.entities.get(entity)?;
        if let Some(columns) = plan.columns.get(attribute) {
            return columns.scalar().cloned();
        }
        if attribute == "id" {
            return match &plan.key_kind {
                KeyKind::Identity(column) | KeyKind::Uuid(column) => Some(column.clone()),
                KeyKind::Natural => plan.key.last().map(|(name, _)| name.clone()),
            };
        }
        None
    }

    /// The table and key columns that a reference points at: the entity's, or its role's.
    pub fn target(&self, reference: &Reference) -> (QualifiedName, Vec<(Name, String)>) {
        let plan = self.plan(&reference.entity);
        match reference
            .role
            .as_ref()
            .and_then(|r| plan.role_tables.get(r))
        {
            Some(role) => (role.table.clone(), role.key.clone()),
            None => (plan.table.clone(), plan.key.clone()),
        }
    }

    /// An expression over attributes of an entity as one over columns of its table. Names that
    /// are no attributes (columns of a trigger's `NEW`, say) stay as they are.
    pub fn row_expression(&self, entity: &str, expression: &Expr) -> Expr {
        expression.map_columns(&mut |path| match path {
            [attribute] => self
                .column(entity, attribute)
                .map(|column| vec![column.as_str().to_owned()]),
            _ => None,
        })
    }

    /// The same over `prefix` (`NEW`, an alias), for trigger bodies and joins.
    pub fn prefixed_expression(&self, entity: &str, prefix: &str, expression: &Expr) -> Expr {
        expression.map_columns(&mut |path| match path {
            [attribute] => self
                .column(entity, attribute)
                .map(|column| vec![prefix.to_owned(), column.as_str().to_owned()]),
            _ => None,
        })
    }

    /// The run-time setting that carries who acts (`actor`), the tenant (`tenant`) or the row that
    /// a visibility rule calls `me`: `crm.actor_id`. The application sets it per transaction.
    pub fn setting(&self, what: &str) -> String {
        format!("{}.{what}_id", self.brief.naming.schema)
    }

    /// The function that reads such a setting: `crm.current_actor_id()`. It is added to the
    /// catalog on first use; NULL when the setting is missing or empty.
    pub fn setting_function(&mut self, what: &str, data_type: &str) -> RoutineSignature {
        let name = self.qualified(names::shortened(&format!("current_{what}"), "id"));
        let signature = RoutineSignature::new(name, Vec::<String>::new());
        if !self.catalog.routines.contains_key(&signature) {
            let setting = quote_literal(&self.setting(what));
            let mut function = Routine::function(
                "sql",
                data_type,
                format!("SELECT nullif(current_setting({setting}, true), '')::{data_type}"),
            );
            function.volatility = Volatility::Stable;
            function.parallel = Parallel::Safe;
            function.comment = Some(format!(
                "Key of the {what} of this session, from the setting {}; NULL when it is not set.",
                self.setting(what)
            ));
            self.catalog.routines.insert(signature.clone(), function);
        }
        signature
    }

    /// Records a decision.
    pub fn decide(&mut self, decision: Decision) {
        self.decisions.push(decision);
    }

    /// Records a question.
    pub fn ask(&mut self, question: Question) {
        self.questions.push(question);
    }

    /// Records how a rule is kept.
    pub fn enforce(&mut self, enforcement: Enforcement) {
        self.enforcements.push(enforcement);
    }

    /// The object of an entity's table.
    pub fn table_object(&self, entity: &str) -> ObjectId {
        ObjectId::Table(self.plan(entity).table.clone())
    }

    /// Every attribute that is stored in the entity's own table: its own and those of its kinds,
    /// with the kind's name for the latter.
    pub fn stored_attributes(entity: &Entity) -> Vec<(&Attribute, Option<&str>)> {
        let own = entity.attributes.iter().map(|a| (a, None));
        let kinds = entity.kinds.iter().flat_map(|k| &k.kinds);
        let of_kinds =
            kinds.flat_map(|k| k.attributes.iter().map(move |a| (a, Some(k.name.as_str()))));
        own.chain(of_kinds).collect()
    }
}
