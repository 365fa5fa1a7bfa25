//! The statements, by their first words.

use pgwright_catalog::write::{Token, TokenKind, scan};
use pgwright_catalog::{ConstraintKind, Name, QualifiedName};

use super::Effects;
use crate::step::LockLevel::{
    AccessExclusive, Exclusive, RowExclusive, RowShare, Share, ShareRowExclusive,
    ShareUpdateExclusive,
};

/// Tokens of a statement, read from the front.
struct Words<'t, 's>(&'t [Token<'s>]);

impl Words<'_, '_> {
    /// Passes over words when they come next.
    fn take(&mut self, words: &str) -> bool {
        let words: Vec<&str> = words.split(' ').collect();
        let next = self
            .0
            .iter()
            .zip(&words)
            .filter(|(token, word)| token.is(word));
        let all = next.count() == words.len();
        if all {
            self.0 = &self.0[words.len()..];
        }
        all
    }

    fn take_any(&mut self, choices: &[&str]) -> bool {
        choices.iter().any(|words| self.take(words))
    }

    /// Passes on to behind a word.
    fn seek(&mut self, word: &str) -> bool {
        let place = self.0.iter().position(|token| token.is(word));
        self.0 = place.map_or(&[], |place| &self.0[place + 1..]);
        place.is_some()
    }

    fn holds(&self, words: &str) -> bool {
        let words: Vec<&str> = words.split(' ').collect();
        let is = |tokens: &[Token<'_>]| tokens.iter().zip(&words).all(|(t, w)| t.is(w));
        self.0.windows(words.len()).any(is)
    }

    fn name(&mut self) -> Option<Name> {
        let (first, rest) = self.0.split_first()?;
        let name = first.name()?;
        self.0 = rest;
        Some(Name::new(name))
    }

    fn dot(&mut self) -> bool {
        let dot = self.0.first().is_some_and(|token| token.is_symbol("."));
        if dot {
            self.0 = &self.0[1..];
        }
        dot
    }

    /// A name with its schema.
    fn qualified(&mut self) -> Option<QualifiedName> {
        let schema = self.name()?;
        if !self.dot() {
            return None;
        }
        Some(QualifiedName::new(schema, self.name()?))
    }

    /// Every name with a schema in what is left.
    fn all_qualified(&self) -> Vec<QualifiedName> {
        let mut found = Vec::new();
        for at in 0..self.0.len() {
            let is_name = |kind| matches!(kind, TokenKind::Word | TokenKind::QuotedName);
            let after_dot = at > 0 && self.0[at - 1].is_symbol(".");
            if is_name(self.0[at].kind) && !after_dot {
                found.extend(Words(&self.0[at..]).qualified());
            }
        }
        found
    }
}

/// Adds what a statement does.
pub(super) fn look(tokens: &[Token<'_>], in_block: bool, effects: &mut Effects<'_>) {
    let mut words = Words(tokens);
    if words.take("ALTER") {
        alter(words, in_block, effects);
    } else if words.take("CREATE") {
        create(words, effects);
    } else if words.take("DROP") {
        drop(words, effects);
    } else if words.take("COMMENT ON") {
        comment(words, effects);
    } else if words.take("UPDATE") {
        if let Some(table) = words.qualified().filter(|_| in_block) {
            effects.lock(&table, RowExclusive);
            effects.scan(&table);
        }
    } else if words.take("INSERT INTO") {
        // The one that is written to is not read.
        let written = words.qualified();
        reads(&words, effects, written.as_ref());
    } else if words.take("REFRESH MATERIALIZED VIEW") {
        refresh(words, effects);
    }
}

/// The view is filled in another file, which then takes the place of its own.
fn refresh(mut words: Words<'_, '_>, effects: &mut Effects<'_>) {
    let concurrently = words.take("CONCURRENTLY");
    let Some(view) = words.qualified() else {
        return;
    };
    effects.lock(
        &view,
        if concurrently {
            Exclusive
        } else {
            AccessExclusive
        },
    );
    if !concurrently && effects.known.was_there(&view) && !effects.rewrites.contains(&view) {
        effects.rewrites.push(view.clone());
    }
    if let Some(query) = effects.known.query_of(&view) {
        reads(&Words(&scan(query)), effects, None);
    }
}

/// Tables that a query names are taken to be read in full.
fn reads(query: &Words<'_, '_>, effects: &mut Effects<'_>, but: Option<&QualifiedName>) {
    for name in query.all_qualified() {
        if Some(&name) != but && effects.known.is_table(&name) {
            effects.scan(&name);
        }
    }
}

fn alter(mut words: Words<'_, '_>, in_block: bool, effects: &mut Effects<'_>) {
    if words.take_any(&["TABLE", "FOREIGN TABLE"]) {
        words.take("IF EXISTS");
        let only = words.take("ONLY");
        if let Some(table) = words.qualified() {
            alter_table(words, &table, only, in_block, effects);
        }
    } else if words.take("MATERIALIZED VIEW") {
        let Some(view) = words.qualified() else {
            return;
        };
        if words.take_any(&["RENAME", "SET SCHEMA", "OWNER"]) {
            effects.surely(&view, AccessExclusive);
        }
    } else if words.take("TYPE") {
        let composite = words.qualified().filter(|_| words.holds("ATTRIBUTE"));
        for table in composite
            .iter()
            .flat_map(|name| effects.known.of_type(name))
        {
            effects.lock_tree(table, AccessExclusive);
        }
    } else if words.take("DOMAIN") {
        let Some(domain) = words.qualified() else {
            return;
        };
        let looks = words.take_any(&["VALIDATE", "SET NOT NULL"])
            || words.take("ADD") && !words.holds("NOT VALID");
        if looks {
            for table in effects.known.with_columns_of(&domain) {
                effects.lock(table, Share);
                effects.scan(table);
            }
        }
    } else if words.take("PUBLICATION")
        && let Some(name) = words.name()
        && words.holds("TABLE")
    {
        publication(&name, effects);
    }
}

fn publication(name: &Name, effects: &mut Effects<'_>) {
    for table in effects.known.published(name) {
        effects.lock(table, ShareUpdateExclusive);
    }
}

fn alter_table(
    mut words: Words<'_, '_>,
    table: &QualifiedName,
    only: bool,
    in_block: bool,
    effects: &mut Effects<'_>,
) {
    if words.take("RENAME COLUMN") {
        effects.lock_tree(table, AccessExclusive);
    } else if words.take("RENAME CONSTRAINT") {
        // Checks and NOT NULL have the same name everywhere.
        let name = words.name();
        let constraint = name.and_then(|name| effects.known.constraint(table, &name));
        let own = constraint.is_some_and(|c| !matches!(c.kind, ConstraintKind::Check(_)));
        below(table, own, AccessExclusive, effects);
    } else if words.take("ATTACH PARTITION") {
        let child = words.qualified();
        beside_default(table, effects);
        if let Some(default) = effects.known.default_partition(table) {
            effects.scan(&default);
        }
        if let Some(child) = child.filter(|_| in_block) {
            effects.scan(&child);
        }
    } else if words.take("DETACH PARTITION") {
        if let Some(child) = words.qualified()
            && !words.take("CONCURRENTLY")
        {
            effects.lock_tree(&child, AccessExclusive);
            beside_default(table, effects);
            // No row may refer to what goes.
            for (other, _) in effects.known.referencing(table) {
                effects.lock_tree(other, AccessExclusive);
                effects.scan(other);
            }
        }
    } else if words.take_any(&["RENAME", "SET SCHEMA", "OWNER"]) {
        effects.lock(table, AccessExclusive);
    } else if words.take("ADD CONSTRAINT") {
        words.name();
        add_constraint(words, table, only, effects);
    } else if words.take("VALIDATE CONSTRAINT") {
        effects.lock_tree(table, ShareUpdateExclusive);
        effects.scan(table);
        if let Some(references) = references(words.name(), table, effects) {
            effects.lock(&references, RowShare);
            effects.scan(&references);
        }
    } else if words.take("DROP CONSTRAINT") {
        words.take("IF EXISTS");
        let name = words.name();
        below(table, only, AccessExclusive, effects);
        if let Some(references) = references(name, table, effects) {
            effects.lock_tree(&references, AccessExclusive);
        }
    } else if words.take_any(&["CLUSTER ON", "SET WITHOUT CLUSTER"]) {
        effects.lock(table, ShareUpdateExclusive);
    } else if words.take("ALTER CONSTRAINT") {
        if words
            .0
            .get(1..)
            .is_some_and(|rest| Words(rest).holds("INHERIT"))
        {
            effects.lock_tree(table, AccessExclusive);
            for heir in effects.known.tree(table).iter().skip(1) {
                effects.scan(heir);
            }
        }
    } else if words.take("ADD COLUMN") {
        below(table, only, AccessExclusive, effects);
        // Values that are stored.
        rewritten(table, effects);
    } else if words.take("DROP COLUMN") {
        words.take("IF EXISTS");
        below(table, only, AccessExclusive, effects);
        let column = words.name();
        for key in effects.known.foreign_keys(table) {
            if column
                .as_ref()
                .is_some_and(|column| key.columns.contains(column))
            {
                effects.lock_tree(&key.references, AccessExclusive);
            }
        }
    } else if words.take("ALTER COLUMN") {
        let column = words.name();
        alter_column(words, table, column.as_ref(), only, effects);
    }
}

/// What rows a default partition may hold changes with the others.
fn beside_default(table: &QualifiedName, effects: &mut Effects<'_>) {
    if let Some(default) = effects.known.default_partition(table) {
        effects.lock_tree(&default, AccessExclusive);
    }
}

/// A statement that goes on to what is below its table.
fn below(
    table: &QualifiedName,
    only: bool,
    level: crate::step::LockLevel,
    effects: &mut Effects<'_>,
) {
    match only {
        true => effects.lock(table, level),
        false => effects.lock_tree(table, level),
    }
}

/// What a foreign key of a table refers to.
fn references(
    name: Option<Name>,
    table: &QualifiedName,
    effects: &Effects<'_>,
) -> Option<QualifiedName> {
    match &effects.known.constraint(table, &name?)?.kind {
        ConstraintKind::ForeignKey(key) => Some(key.references.clone()),
        _ => None,
    }
}

fn add_constraint(
    words: Words<'_, '_>,
    table: &QualifiedName,
    only: bool,
    effects: &mut Effects<'_>,
) {
    let looks = !words.holds("NOT VALID") && !words.holds("NOT ENFORCED");
    if words.holds("FOREIGN KEY") {
        below(table, only, ShareRowExclusive, effects);
        let mut rest = Words(words.0);
        if rest.seek("REFERENCES")
            && let Some(references) = rest.qualified()
        {
            effects.lock_tree(&references, ShareRowExclusive);
            if looks {
                effects.scan(table);
                effects.scan(&references);
            }
        }
        return;
    }
    below(table, only, AccessExclusive, effects);
}

fn alter_column(
    mut words: Words<'_, '_>,
    table: &QualifiedName,
    column: Option<&Name>,
    only: bool,
    effects: &mut Effects<'_>,
) {
    if !words.take("TYPE") {
        let goes_on = words.take_any(&[
            "SET DEFAULT",
            "DROP DEFAULT",
            "SET NOT NULL",
            "DROP NOT NULL",
        ]);
        if goes_on {
            below(table, only, AccessExclusive, effects);
        }
        return;
    }
    effects.lock_tree(table, AccessExclusive);
    rewritten(table, effects);
    // Foreign keys are made anew, and looked at again.
    let mut others: Vec<QualifiedName> = Vec::new();
    for key in effects.known.foreign_keys(table) {
        if column.is_some_and(|column| key.columns.contains(column)) {
            others.push(key.references.clone());
        }
    }
    for (other, key) in effects.known.referencing(table) {
        if column.is_some_and(|column| key.referenced_columns.contains(column)) {
            others.push(other.clone());
        }
    }
    for other in others {
        effects.lock_tree(&other, AccessExclusive);
        effects.scan(&other);
    }
}

/// Files are written anew where there are some: of partitions and heirs too, of no partitioned or foreign table.
fn rewritten(table: &QualifiedName, effects: &mut Effects<'_>) {
    if !effects.rewrites.contains(table) {
        return;
    }
    for table in effects.known.tree(table) {
        if !effects.rewrites.contains(&table) && effects.known.was_there(&table) {
            effects.rewrites.push(table);
        }
    }
    let known = effects.known;
    (effects.rewrites).retain(|table| !known.is_partitioned(table) && !known.is_foreign(table));
}

fn create(mut words: Words<'_, '_>, effects: &mut Effects<'_>) {
    words.take("UNIQUE");
    if words.take("INDEX") {
        let concurrently = words.take("CONCURRENTLY");
        let on = words.seek("ON");
        let only = words.take("ONLY");
        if let Some(table) = words.qualified().filter(|_| on && !concurrently) {
            below(&table, only, Share, effects);
        }
    } else if words.take_any(&["TRIGGER", "CONSTRAINT TRIGGER"]) {
        let on = words.seek("ON");
        let each_row = words.holds("FOR EACH ROW");
        if let Some(table) = words.qualified().filter(|_| on) {
            below(&table, !each_row, ShareRowExclusive, effects);
        }
    } else if words.take_any(&["TABLE", "FOREIGN TABLE"]) {
        words.qualified();
        if words.take("PARTITION OF")
            && let Some(parent) = words.qualified()
        {
            effects.lock(&parent, AccessExclusive);
            // Foreign keys to the parent are to the partition too.
            for (other, _) in effects.known.referencing(&parent) {
                effects.lock_tree(other, ShareRowExclusive);
            }
        }
    } else if words.take("STATISTICS") {
        words.qualified();
        if words.seek("FROM")
            && let Some(table) = words.qualified()
        {
            effects.lock(&table, ShareUpdateExclusive);
        }
    } else if words.take("PUBLICATION") {
        if let Some(name) = words.name() {
            publication(&name, effects);
        }
    } else if words.take("MATERIALIZED VIEW") {
        reads(&words, effects, None);
    }
}

fn drop(mut words: Words<'_, '_>, effects: &mut Effects<'_>) {
    if words.take_any(&["TABLE", "FOREIGN TABLE"]) {
        words.take("IF EXISTS");
        let Some(table) = words.qualified() else {
            return;
        };
        effects.surely(&table, AccessExclusive);
        effects.lock_tree(&table, AccessExclusive);
        for parent in effects.known.parents(&table) {
            effects.lock(&parent, AccessExclusive);
        }
        for key in effects.known.foreign_keys(&table) {
            effects.lock_tree(&key.references, AccessExclusive);
        }
    } else if words.take("MATERIALIZED VIEW") {
        words.take("IF EXISTS");
        if let Some(view) = words.qualified() {
            effects.surely(&view, AccessExclusive);
        }
    } else if words.take("INDEX") {
        let concurrently = words.take("CONCURRENTLY");
        words.take("IF EXISTS");
        let index = words.qualified().filter(|_| !concurrently);
        let table = index.and_then(|i| effects.known.of_index(&i.schema, &i.name));
        if let Some(table) = table {
            effects.lock_tree(table, AccessExclusive);
        }
    } else if words.take("TRIGGER") {
        let on = words.seek("ON");
        if let Some(table) = words.qualified().filter(|_| on) {
            effects.lock_tree(&table, AccessExclusive);
        }
    } else if words.take_any(&["POLICY", "RULE"]) {
        let on = words.seek("ON");
        if let Some(table) = words.qualified().filter(|_| on) {
            effects.lock(&table, AccessExclusive);
        }
    } else if words.take("STATISTICS") {
        let name = words.qualified();
        let table = name.and_then(|name| effects.known.of_statistics(&name));
        if let Some(table) = table {
            effects.lock(table, ShareUpdateExclusive);
        }
    }
}

fn comment(mut words: Words<'_, '_>, effects: &mut Effects<'_>) {
    let relation = ["TABLE", "COLUMN", "MATERIALIZED VIEW", "FOREIGN TABLE"];
    if words.take_any(&relation)
        && let Some(table) = words.qualified()
        && effects.known.was_there(&table)
    {
        effects.lock(&table, ShareUpdateExclusive);
    }
}
