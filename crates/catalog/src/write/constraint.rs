//! Table constraints.

use super::index::element;
use super::text::{condition, names, options};
use super::{WIDTH, WriteError, Writer};
use crate::{
    Constraint, ConstraintKind, Deferrability, ForeignKey, Key, Name, ObjectId, QualifiedName,
    ReferentialAction,
};

impl Writer {
    /// `CONSTRAINT name …` as CREATE TABLE and ADD CONSTRAINT take it. NOT VALID is left to
    /// [`Writer::add_constraint`], the only statement that has it.
    pub(super) fn constraint_clause(
        &self,
        table: &QualifiedName,
        name: &Name,
        constraint: &Constraint,
        indent: usize,
    ) -> Result<String, WriteError> {
        let object = || ObjectId::Constraint(table.clone(), name.clone());
        let head = format!("CONSTRAINT {}", name.quoted());
        let mut clause = match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                self.key(&head, "PRIMARY KEY", key, indent, &object)?
            }
            ConstraintKind::Unique(key) => self.key(&head, "UNIQUE", key, indent, &object)?,
            ConstraintKind::ForeignKey(key) => {
                let deferrability = deferrability(constraint.deferrability);
                self.foreign_key(&head, key, deferrability, indent, &object)?
            }
            ConstraintKind::Check(expression) => {
                condition(&format!("{head} CHECK"), expression.sql(), indent)
            }
            ConstraintKind::Exclusion {
                method,
                elements,
                predicate,
                include,
                options: parameters,
                tablespace,
            } => {
                let mut items = Vec::new();
                for e in elements {
                    items.push(format!("{} WITH {}", element(&e.element), e.operator));
                }
                let using = format!("{head} EXCLUDE USING {} ", method.quoted());
                let mut sql = super::text::parenthesised(&using, &items, indent);
                if !include.is_empty() {
                    sql.push_str(&format!(" INCLUDE ({})", names(include)));
                }
                if !parameters.is_empty() {
                    sql.push_str(&format!(" WITH {}", options(parameters)));
                }
                if let Some(tablespace) = tablespace {
                    sql.push_str(&format!(" USING INDEX TABLESPACE {}", tablespace.quoted()));
                }
                if let Some(predicate) = predicate {
                    let inner = indent + 4;
                    sql.push_str(&format!("\n{}", " ".repeat(inner)));
                    sql.push_str(&condition("WHERE", predicate.sql(), inner));
                }
                sql
            }
        };
        if !matches!(constraint.kind, ConstraintKind::ForeignKey(_)) {
            clause.push_str(deferrability(constraint.deferrability));
        }
        if constraint.no_inherit {
            clause.push_str(" NO INHERIT");
        }
        if !constraint.enforced {
            self.needs(18, "NOT ENFORCED", object)?;
            clause.push_str(" NOT ENFORCED");
        }
        Ok(clause)
    }

    fn key(
        &self,
        head: &str,
        kind: &str,
        key: &Key,
        indent: usize,
        object: &dyn Fn() -> ObjectId,
    ) -> Result<String, WriteError> {
        let mut sql = format!("{head} {kind}");
        if key.nulls_not_distinct {
            self.needs(15, "NULLS NOT DISTINCT", object)?;
            sql.push_str(" NULLS NOT DISTINCT");
        }
        sql.push_str(&format!(" ({}", names(&key.columns)));
        if key.without_overlaps {
            self.needs(18, "WITHOUT OVERLAPS", object)?;
            sql.push_str(" WITHOUT OVERLAPS");
        }
        sql.push(')');
        let mut clauses = vec![sql];
        if !key.include.is_empty() {
            clauses.push(format!("INCLUDE ({})", names(&key.include)));
        }
        if !key.options.is_empty() {
            clauses.push(format!("WITH {}", options(&key.options)));
        }
        if let Some(tablespace) = &key.tablespace {
            clauses.push(format!("USING INDEX TABLESPACE {}", tablespace.quoted()));
        }
        Ok(clauses_in(&clauses, indent + 4))
    }

    fn foreign_key(
        &self,
        head: &str,
        key: &ForeignKey,
        deferrability: &str,
        indent: usize,
        object: &dyn Fn() -> ObjectId,
    ) -> Result<String, WriteError> {
        if key.period {
            self.needs(18, "a foreign key with PERIOD", object)?;
        }
        let mut reference = format!("REFERENCES {}", key.references.quoted());
        if !key.referenced_columns.is_empty() {
            let columns = key_columns(&key.referenced_columns, key.period);
            reference.push_str(&format!(" ({columns})"));
        }
        if key.match_full {
            reference.push_str(" MATCH FULL");
        }
        let columns = key_columns(&key.columns, key.period);
        let mut clauses = vec![format!("FOREIGN KEY ({columns})"), reference];
        for (event, action) in [("DELETE", &key.on_delete), ("UPDATE", &key.on_update)] {
            if let Some(action) = self.referential_action(action, object)? {
                clauses.push(format!("ON {event} {action}"));
            }
        }
        if !deferrability.is_empty() {
            clauses.push(deferrability.trim_start().to_owned());
        }
        let inner = indent + 4;
        Ok(format!(
            "{head}\n{}{}",
            " ".repeat(inner),
            clauses_in(&clauses, inner)
        ))
    }

    fn referential_action(
        &self,
        action: &ReferentialAction,
        object: &dyn Fn() -> ObjectId,
    ) -> Result<Option<String>, WriteError> {
        let (word, columns) = match action {
            ReferentialAction::NoAction => return Ok(None),
            ReferentialAction::Restrict => return Ok(Some("RESTRICT".to_owned())),
            ReferentialAction::Cascade => return Ok(Some("CASCADE".to_owned())),
            ReferentialAction::SetNull(columns) => ("SET NULL", columns),
            ReferentialAction::SetDefault(columns) => ("SET DEFAULT", columns),
        };
        if columns.is_empty() {
            return Ok(Some(word.to_owned()));
        }
        self.needs(15, "a column list after SET NULL or SET DEFAULT", object)?;
        Ok(Some(format!("{word} ({})", names(columns))))
    }

    /// `ALTER TABLE … ADD CONSTRAINT`; with `not_valid`, rows that are there already are not looked
    /// at, so that the lock is short.
    pub fn add_constraint(
        &self,
        table: &QualifiedName,
        name: &Name,
        constraint: &Constraint,
        not_valid: bool,
    ) -> Result<String, WriteError> {
        self.add_constraint_to(&table.quoted(), table, name, constraint, not_valid)
    }

    /// `ALTER TABLE ONLY … ADD CONSTRAINT`: a key of a partitioned table without its parts.
    pub fn add_constraint_only(
        &self,
        table: &QualifiedName,
        name: &Name,
        constraint: &Constraint,
    ) -> Result<String, WriteError> {
        let only = format!("ONLY {}", table.quoted());
        self.add_constraint_to(&only, table, name, constraint, false)
    }

    fn add_constraint_to(
        &self,
        address: &str,
        table: &QualifiedName,
        name: &Name,
        constraint: &Constraint,
        not_valid: bool,
    ) -> Result<String, WriteError> {
        let clause = self.constraint_clause(table, name, constraint, 4)?;
        // A constraint that is not enforced is never valid, and the grammar takes only one word.
        let not_valid = if not_valid && constraint.enforced {
            " NOT VALID"
        } else {
            ""
        };
        Ok(format!(
            "ALTER TABLE {address}\n    ADD {clause}{not_valid};"
        ))
    }

    /// `ADD CONSTRAINT … USING INDEX`: the key takes over a unique index of its own name.
    pub fn add_constraint_using_index(
        &self,
        table: &QualifiedName,
        name: &Name,
        constraint: &Constraint,
        index: &Name,
    ) -> String {
        let kind = match constraint.kind {
            ConstraintKind::PrimaryKey(_) => "PRIMARY KEY",
            _ => "UNIQUE",
        };
        format!(
            "ALTER TABLE {}\n    ADD CONSTRAINT {name} {kind} USING INDEX {index}{};",
            table.quoted(),
            deferrability(constraint.deferrability),
            name = name.quoted(),
            index = index.quoted(),
        )
    }

    /// `ALTER TABLE … VALIDATE CONSTRAINT`.
    pub fn validate_constraint(&self, table: &QualifiedName, name: &Name) -> String {
        format!(
            "ALTER TABLE {} VALIDATE CONSTRAINT {};",
            table.quoted(),
            name.quoted()
        )
    }

    /// `ALTER TABLE … DROP CONSTRAINT`.
    pub fn drop_constraint(&self, table: &QualifiedName, name: &Name) -> String {
        format!(
            "ALTER TABLE {} DROP CONSTRAINT {};",
            table.quoted(),
            name.quoted()
        )
    }
}

/// Clauses on one line when they fit, else one a line.
fn clauses_in(clauses: &[String], indent: usize) -> String {
    let line = clauses.join(" ");
    // Room for what may follow: deferrability, a comma.
    if line.len() + indent + 4 <= WIDTH {
        line
    } else {
        clauses.join(&format!("\n{}", " ".repeat(indent)))
    }
}

fn key_columns(columns: &[Name], period: bool) -> String {
    match columns.split_last() {
        Some((last, [])) if period => format!("PERIOD {}", last.quoted()),
        Some((last, before)) if period => format!("{}, PERIOD {}", names(before), last.quoted()),
        _ => names(columns),
    }
}

pub(super) fn deferrability(deferrability: Deferrability) -> &'static str {
    match deferrability {
        Deferrability::NotDeferrable => "",
        Deferrability::InitiallyImmediate => " DEFERRABLE",
        Deferrability::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}
