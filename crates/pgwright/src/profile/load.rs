//! The script that moves the rows of files into a designed schema, and checks that each can be put
//! together again.

use std::fmt::Write as _;

use pgwright_catalog::{
    Catalog, Column, Name, Persistence, QualifiedName, Table, quote_identifier, quote_literal,
};
use pgwright_design::{Columns, Design, EntityPlan};
use pgwright_migrate::{Plan, PlanOptions, plan, schema_script};
use pgwright_profile::proposal::{Attribute, Entity, Proposal, Reference};
use pgwright_profile::sheet::Sheet;
use pgwright_profile::types::{DateOrder, Type};

/// A script in parts: SQL, and files to be copied in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Statements.
    Sql(String),
    /// The rows of a sheet into its staging table.
    Copy {
        /// The sheet, by position.
        sheet: usize,
        /// The staging table, quoted.
        table: String,
    },
}

/// What a script is made from.
pub struct Load<'a> {
    pub proposal: &'a Proposal,
    pub sheets: &'a [&'a Sheet],
    pub design: &'a Design,
    pub target: u32,
}

/// Why there is no script: the design does not hold what was proposed.
#[derive(Debug, thiserror::Error)]
#[error("the design has no place for {0}")]
pub struct NoPlace(String);

impl Load<'_> {
    /// The script.
    pub fn script(&self) -> Result<Vec<Part>, NoPlace> {
        let staging = self.staging()?;
        let mut parts = vec![Part::Sql(format!(
            "SET timezone = 'UTC';\nSET datestyle = 'ISO, MDY';\n\n{}",
            schema_script(&staging)
        ))];
        for sheet in 0..self.sheets.len() {
            parts.push(Part::Copy {
                sheet,
                table: self.staged(sheet),
            });
        }
        let mut text = String::new();
        for entity in self.order() {
            text.push_str(&self.insert(entity)?);
        }
        for entity in &self.proposal.entities {
            if entity.base {
                text.push_str(&self.check(entity)?);
            }
        }
        let back = Plan {
            up: staging.down.clone(),
            ..staging
        };
        let _ = write!(text, "{}", schema_script(&back));
        parts.push(Part::Sql(text));
        Ok(parts)
    }

    /// Entities, each after those it refers to.
    fn order(&self) -> Vec<&Entity> {
        let entities = &self.proposal.entities;
        let mut done = vec![false; entities.len()];
        let mut order = Vec::new();
        while order.len() < entities.len() {
            let next = (0..entities.len()).find(|e| {
                !done[*e]
                    && entities[*e]
                        .references
                        .iter()
                        .all(|r| done[r.entity] || r.entity == *e)
            });
            // A circle cannot be: references across sheets lead to keys, and inside a sheet upwards.
            let Some(next) = next.or_else(|| done.iter().position(|d| !d)) else {
                break;
            };
            done[next] = true;
            order.push(&entities[next]);
        }
        order
    }

    fn staging_schema(&self) -> Name {
        Name::new(format!("{}_staging", self.schema()))
    }

    fn schema(&self) -> String {
        let first = self.design.entities.values().next();
        first.map_or_else(String::new, |plan| plan.table.schema.as_str().to_owned())
    }

    fn staged(&self, sheet: usize) -> String {
        self.staged_name(sheet).quoted()
    }

    fn staged_name(&self, sheet: usize) -> QualifiedName {
        let name = pgwright_profile::sheet::snake_case(&self.sheets[sheet].name);
        QualifiedName::new(self.staging_schema(), format!("{}_{name}", sheet + 1))
    }

    /// A table of text for each sheet, as a plan like any other.
    fn staging(&self) -> Result<Plan, NoPlace> {
        let mut catalog = Catalog::empty();
        catalog
            .schemas
            .insert(self.staging_schema(), Default::default());
        for (place, sheet) in self.sheets.iter().enumerate() {
            let mut table = Table {
                persistence: Persistence::Unlogged,
                ..Table::default()
            };
            table.columns.push(Column::new("line", "bigint").not_null());
            for column in 0..sheet.columns.len() {
                table
                    .columns
                    .push(Column::new(staged_column(column), "text"));
            }
            catalog.tables.insert(self.staged_name(place), table);
        }
        plan(&Catalog::empty(), &catalog, &PlanOptions::new(self.target))
            .map_err(|error| NoPlace(error.to_string()))
    }

    fn plan_of(&self, entity: &Entity) -> Result<&EntityPlan, NoPlace> {
        let plan = self.design.entities.get(&entity.name);
        plan.ok_or_else(|| NoPlace(entity.name.clone()))
    }

    fn column(&self, entity: &Entity, attribute: &Attribute) -> Result<String, NoPlace> {
        match self.plan_of(entity)?.columns.get(&attribute.name) {
            Some(Columns::One(name)) => Ok(name.quoted()),
            _ => Err(NoPlace(format!("{}.{}", entity.name, attribute.name))),
        }
    }

    /// The referring columns, each with the key column it refers to.
    fn foreign(
        &self,
        entity: &Entity,
        reference: &Reference,
    ) -> Result<Vec<(String, String)>, NoPlace> {
        let target = self.plan_of(&self.proposal.entities[reference.entity])?;
        match self.plan_of(entity)?.columns.get(&reference.name) {
            Some(Columns::Reference { columns, .. }) => Ok(columns
                .iter()
                .zip(&target.key)
                .map(|(column, (key, _))| (column.quoted(), key.quoted()))
                .collect()),
            _ => Err(NoPlace(format!("{}.{}", entity.name, reference.name))),
        }
    }

    // ---- into the tables

    fn insert(&self, entity: &Entity) -> Result<String, NoPlace> {
        let table = self.plan_of(entity)?.table.quoted();
        let mut joins = Joins::default();
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for reference in &entity.references {
            let given: Vec<String> = self.key_values(reference);
            let alias = self.find(reference.entity, &given, &mut joins)?;
            for (column, key) in self.foreign(entity, reference)? {
                columns.push(column);
                values.push(format!("{alias}.{key}"));
            }
        }
        for attribute in &entity.attributes {
            columns.push(self.column(entity, attribute)?);
            values.push(cast(
                &attribute.of,
                &format!("s.{}", staged_column(attribute.column)),
            ));
        }
        let known: Vec<String> = entity
            .key
            .iter()
            .map(|c| format!("s.{} IS NOT NULL", staged_column(*c)))
            .collect();
        let (distinct, filter) = if entity.base {
            ("", "\n ORDER BY s.line".to_owned())
        } else {
            (
                "DISTINCT ",
                format!("\n WHERE {}\n ORDER BY 1", known.join(" AND ")),
            )
        };
        Ok(format!(
            "INSERT INTO {table} ({})\nSELECT {distinct}{}\n  FROM {} s{}{filter};\n\n",
            columns.join(", "),
            values.join(",\n       "),
            self.staged(entity.sheet),
            joins.text,
        ))
    }

    /// The key of what a reference leads to, as the referring sheet has it.
    fn key_values(&self, reference: &Reference) -> Vec<String> {
        let target = &self.proposal.entities[reference.entity];
        let columns = reference.columns.iter().zip(&target.key);
        columns
            .map(|(column, key)| {
                let text = format!("s.{}", staged_column(*column));
                cast(&self.key_type(target, *key), &text)
            })
            .collect()
    }

    /// The type in which a key column of an entity is kept, where it is kept.
    fn key_type(&self, entity: &Entity, column: usize) -> Type {
        if let Some(attribute) = entity.attributes.iter().find(|a| a.column == column) {
            return attribute.of.clone();
        }
        for reference in &entity.references {
            let place = reference.columns.iter().position(|c| *c == column);
            let target = &self.proposal.entities[reference.entity];
            if let Some(key) = place.and_then(|place| target.key.get(place)) {
                return self.key_type(target, *key);
            }
        }
        Type::Empty
    }

    /// Joins the table of an entity by its key; the alias.
    fn find(&self, entity: usize, given: &[String], joins: &mut Joins) -> Result<String, NoPlace> {
        let target = &self.proposal.entities[entity];
        let mut conditions = Vec::new();
        let mut covered = vec![false; target.key.len()];
        for (place, column) in target.key.iter().enumerate() {
            if let Some(attribute) = target.attributes.iter().find(|a| a.column == *column) {
                conditions.push((self.column(target, attribute)?, given[place].clone()));
                covered[place] = true;
            }
        }
        for reference in &target.references {
            let places: Option<Vec<usize>> = reference
                .columns
                .iter()
                .map(|c| target.key.iter().position(|k| k == c))
                .collect();
            let Some(places) = places.filter(|p| p.iter().any(|place| !covered[*place])) else {
                continue;
            };
            let values: Vec<String> = places.iter().map(|p| given[*p].clone()).collect();
            let alias = self.find(reference.entity, &values, joins)?;
            for (column, key) in self.foreign(target, reference)? {
                conditions.push((column, format!("{alias}.{key}")));
            }
            places.iter().for_each(|p| covered[*p] = true);
        }
        if covered.contains(&false) || conditions.is_empty() {
            return Err(NoPlace(format!("the key of {}", target.name)));
        }
        let alias = joins.alias();
        let on: Vec<String> = conditions
            .iter()
            .map(|(column, value)| format!("{alias}.{column} = {value}"))
            .collect();
        let table = self.plan_of(target)?.table.quoted();
        let _ = write!(
            joins.text,
            "\n  LEFT JOIN {table} {alias} ON {}",
            on.join(" AND ")
        );
        Ok(alias)
    }

    // ---- and out again

    /// Compares what was staged with what the tables give back, row for row.
    fn check(&self, base: &Entity) -> Result<String, NoPlace> {
        let sheet = self.sheets[base.sheet];
        let mut joins = Joins::default();
        let alias = joins.alias();
        let mut found: Vec<Option<String>> = vec![None; sheet.columns.len()];
        let mut types: Vec<Type> = vec![Type::Empty; sheet.columns.len()];
        self.collect(base, &alias, &mut joins, &mut found, &mut types)?;
        for (place, copy, of) in &self.proposal.copies {
            if *place == base.sheet {
                found[*copy] = found[*of].clone();
                types[*copy] = types[*of].clone();
            }
        }
        let mut staged = Vec::new();
        let mut rebuilt = Vec::new();
        for (column, value) in found.into_iter().enumerate() {
            let value =
                value.ok_or_else(|| NoPlace(format!("column {}", sheet.columns[column])))?;
            staged.push(cast(
                &types[column],
                &format!("s.{}", staged_column(column)),
            ));
            rebuilt.push(value);
        }
        let staged = format!(
            "SELECT {}\n      FROM {} s",
            staged.join(", "),
            self.staged(base.sheet)
        );
        let table = self.plan_of(base)?.table.quoted();
        let rebuilt = format!(
            "SELECT {}\n      FROM {table} {alias}{}",
            rebuilt.join(", "),
            joins.text.replace("\n  ", "\n      "),
        );
        let message = format!(
            "rows of {} cannot be put together again from the tables",
            sheet.name
        );
        Ok(format!(
            "-- Every row of {name}, put together again, is the row that was staged, and there is no other.\n\
             DO $check$\nBEGIN\n  IF EXISTS (\n    ({staged}\n    EXCEPT ALL\n    {rebuilt})\n    UNION ALL\n    ({rebuilt}\n    EXCEPT ALL\n    {staged})\n  ) THEN\n    RAISE EXCEPTION USING MESSAGE = {};\n  END IF;\nEND\n$check$;\n\n",
            quote_literal(&message),
            name = sheet.name.replace('\n', " "),
        ))
    }

    /// Where each column of a sheet is found, joining what is referred to.
    fn collect(
        &self,
        entity: &Entity,
        alias: &str,
        joins: &mut Joins,
        found: &mut [Option<String>],
        types: &mut [Type],
    ) -> Result<(), NoPlace> {
        for attribute in &entity.attributes {
            found[attribute.column] = Some(format!("{alias}.{}", self.column(entity, attribute)?));
            types[attribute.column] = attribute.of.clone();
        }
        for reference in &entity.references {
            let target = &self.proposal.entities[reference.entity];
            let other = joins.alias();
            let on: Vec<String> = self
                .foreign(entity, reference)?
                .iter()
                .map(|(column, key)| format!("{other}.{key} = {alias}.{column}"))
                .collect();
            let table = self.plan_of(target)?.table.quoted();
            let _ = write!(
                joins.text,
                "\n  LEFT JOIN {table} {other} ON {}",
                on.join(" AND ")
            );
            if target.sheet == entity.sheet {
                self.collect(target, &other, joins, found, types)?;
                continue;
            }
            // Of another sheet only the key stands here.
            let width = self.sheets[target.sheet].columns.len();
            let mut there = vec![None; width];
            let mut kinds = vec![Type::Empty; width];
            self.collect(target, &other, joins, &mut there, &mut kinds)?;
            for (column, key) in reference.columns.iter().zip(&target.key) {
                found[*column] = there[*key].take();
                types[*column] = kinds[*key].clone();
            }
        }
        Ok(())
    }
}

/// Joined tables, each under an alias of its own.
#[derive(Debug, Default)]
struct Joins {
    text: String,
    count: usize,
}

impl Joins {
    fn alias(&mut self) -> String {
        self.count += 1;
        format!("t{}", self.count)
    }
}

/// The column of a staging table: numbered, as names of files may be anything.
fn staged_column(column: usize) -> String {
    format!("c{}", column + 1)
}

/// A staged text as a value of its type.
fn cast(of: &Type, text: &str) -> String {
    let number = |comma: bool| {
        if comma {
            format!("replace(regexp_replace({text}, '[^0-9,+-]', '', 'g'), ',', '.')::numeric")
        } else {
            format!("regexp_replace({text}, '[^0-9.+-]', '', 'g')::numeric")
        }
    };
    let date = |order: &str| {
        format!("to_date(regexp_replace(btrim({text}), '[./]', '-', 'g'), '{order}')")
    };
    match of {
        Type::Empty | Type::Text { .. } => text.to_owned(),
        Type::Decimal { comma, .. } | Type::Money { comma, .. } => number(*comma),
        Type::Date { order } => match order {
            DateOrder::Ymd => date("YYYY-MM-DD"),
            DateOrder::Dmy => date("DD-MM-YYYY"),
            DateOrder::Mdy => date("MM-DD-YYYY"),
            DateOrder::Named => format!("btrim({text})::date"),
        },
        Type::Boolean => {
            let words = ["true", "yes", "t", "y", "ja", "oui", "on"].map(|w| format!("'{w}'"));
            format!("lower(btrim({text})) IN ({})", words.join(", "))
        }
        // Times without a zone are taken for UTC; the script sets the zone.
        Type::Timestamp | Type::TimestampZone => format!("btrim({text})::timestamptz"),
        other => format!("btrim({text})::{}", other.sql()),
    }
}

/// The script as psql runs it; `file` gives the path of a sheet's rows.
pub fn text(parts: &[Part], brief: &str, file: impl Fn(usize) -> String) -> String {
    let mut text = format!(
        "-- Loads the rows of the profiled files into the schema {}, in one transaction.\n\
         -- Run it with psql from this directory, after schema.sql, into empty tables.\n\
         \\set ON_ERROR_STOP on\nBEGIN;\n\n",
        quote_identifier(brief)
    );
    for part in parts {
        match part {
            Part::Sql(sql) => text.push_str(sql),
            Part::Copy { sheet, table } => {
                let file = file(*sheet).replace('\'', "''");
                let _ = writeln!(text, "\\copy {table} FROM '{file}' WITH (FORMAT csv)\n");
            }
        }
    }
    text.push_str("COMMIT;\n");
    text
}
