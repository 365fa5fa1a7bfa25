//! What becomes of each drop: it stands, moves aside, or waits for the end.

use std::collections::BTreeSet;

use pgwright_catalog::write::{Apart, GrantTarget, Writer};
use pgwright_catalog::{
    Catalog, Column, Constraint, ConstraintKind, IndexKey, Name, NotNull, ObjectId, QualifiedName,
    Routine, RoutineSignature, Sequence, Table, Type, TypeKind, quote_literal,
};

use super::{
    ASIDE, Restored, Transformed, aside_column, aside_name, aside_schema, cut, multirange, old_type,
};
use crate::beside::is_old;
use crate::change::{Change, Rank, Statement};
use crate::plan::PlanError;
use crate::references::References;
use crate::replace::Replaced;
use crate::step::{Action, FileGroup, Hazard, LockLevel};

pub(super) struct Keeper<'a> {
    pub from: &'a Catalog,
    pub to: &'a Catalog,
    pub replaced: &'a Replaced,
    pub writer: Writer,
    pub keep: bool,
    pub references: References,
    /// What is dropped, but needed by what is kept.
    pub needed: BTreeSet<ObjectId>,
    pub schemas: BTreeSet<Name>,
    pub done: Transformed,
}

impl Keeper<'_> {
    /// True for a table that moves aside: one that is kept, or one whose rows are copied from there.
    fn moves(&self, name: &QualifiedName) -> bool {
        let table = self.from.tables.get(name);
        table.is_some_and(|t| t.foreign.is_none())
            && !is_old(&name.name)
            && (self.is_copied(name) || (self.keep && !self.to.tables.contains_key(name)))
    }

    /// True for a table whose rows are copied from where it moves to, be it as part of another.
    fn is_copied(&self, name: &QualifiedName) -> bool {
        if (self.replaced.objects).contains(&ObjectId::Table(name.clone())) {
            return true;
        }
        let of = self
            .from
            .tables
            .get(name)
            .and_then(|t| t.partition_of.as_ref());
        of.is_some_and(|of| self.is_copied(&of.parent))
    }

    fn keeps_column(&self, table: &QualifiedName, column: &Column) -> bool {
        let foreign = self
            .from
            .tables
            .get(table)
            .is_some_and(|t| t.foreign.is_some());
        self.keep && !foreign && column.generated.is_none() && !is_old(&column.name)
    }

    pub fn find_needed(&mut self, drops: &[Change]) {
        let dropped: BTreeSet<&ObjectId> = drops
            .iter()
            .filter(|c| c.action == Action::Drop)
            .map(|c| &c.object)
            .collect();
        let mut open: Vec<ObjectId> = Vec::new();
        let none = BTreeSet::new();
        let needs = |object: &ObjectId| self.from.dependencies.get(object).unwrap_or(&none);
        for object in &dropped {
            match object {
                ObjectId::Table(name) if self.moves(name) => {
                    open.extend(needs(object).iter().cloned());
                    let table = &self.from.tables[name];
                    for text in texts(table) {
                        open.extend(self.references.qualified(text));
                    }
                    for constraint in table.constraints.keys() {
                        let id = ObjectId::Constraint(name.clone(), constraint.clone());
                        open.extend(needs(&id).iter().cloned());
                    }
                    for index in table.indexes.keys() {
                        let id = ObjectId::Index(name.clone(), index.clone());
                        open.extend(needs(&id).iter().cloned());
                    }
                }
                ObjectId::Column(table, name) => {
                    let definition = self.from.tables.get(table);
                    let column = definition.and_then(|t| t.column(name.as_str()));
                    if let Some(column) = column.filter(|c| self.keeps_column(table, c)) {
                        open.extend(self.references.qualified(&column.data_type));
                        // Types of extensions are named without their schema, at times.
                        let extensions = needs(&ObjectId::Table(table.clone())).iter();
                        open.extend(
                            extensions
                                .filter(|o| matches!(o, ObjectId::Extension(_)))
                                .cloned(),
                        );
                    }
                }
                _ => {}
            }
        }
        let mut needed = BTreeSet::new();
        while let Some(object) = open.pop() {
            let goes = dropped.contains(&object);
            let movable = matches!(
                object,
                ObjectId::Type(_) | ObjectId::Routine(_) | ObjectId::Extension(_)
            );
            if goes && movable && needed.insert(object.clone()) {
                open.extend(needs(&object).iter().cloned());
            }
        }
        self.needed = needed;
    }

    pub fn take(&mut self, change: Change) -> Result<(), PlanError> {
        if change.action != Action::Drop {
            self.done.changes.push(change);
            return Ok(());
        }
        let object = change.object.clone();
        let anew = match &object {
            ObjectId::Table(name) => self.is_copied(name),
            _ => self.replaced.objects.contains(&object),
        };
        match &object {
            ObjectId::Table(name) if self.moves(name) => self.table(name, change, anew),
            ObjectId::Column(table, name) => {
                let definition = self.from.tables.get(table);
                let column = definition.and_then(|t| t.column(name.as_str())).cloned();
                match column.filter(|c| self.keeps_column(table, c)) {
                    Some(column) => self.column(table, &column, change, anew),
                    None => {
                        self.done.changes.push(change);
                        Ok(())
                    }
                }
            }
            ObjectId::Sequence(name) if self.keep && !anew => {
                let Some(sequence) = self.from.sequences.get(name).cloned() else {
                    return Ok(());
                };
                let stripped = Sequence {
                    owned_by: None,
                    owner: None,
                    comment: None,
                    grants: Default::default(),
                    ..sequence
                };
                let create = vec![self.writer.create_sequence(name, &stripped)?];
                let restored = Restored::Sequence(name.clone(), stripped);
                let hazard = Hazard::DropsSequence;
                let look_up = "to_regclass";
                self.beside("SEQUENCE", name, change, create, restored, look_up, hazard);
                Ok(())
            }
            // Columns have it until they take another type.
            ObjectId::Type(name)
                if !anew && !self.needed.contains(&object) && self.has_users(name) =>
            {
                let mut drop = altered(&change, &object);
                drop.up = change.up;
                (drop.group, drop.sort.0) = (FileGroup::EventTriggers, Rank::EventTrigger);
                self.done.last.push(drop);
                Ok(())
            }
            ObjectId::Type(name) if anew && self.has_users(name) => {
                let old = old_type(name);
                let address = self.writer.address(self.from, &object);
                let mut rename = altered(&change, &object);
                rename.up = vec![self.writer.rename(&address, &old.name).into()];
                if let Some(multirange) =
                    self.from.types.get(name).and_then(|t| multirange(name, t))
                {
                    let address = format!("TYPE {}", multirange.quoted());
                    let other = old_type(&multirange);
                    rename
                        .up
                        .push(self.writer.rename(&address, &other.name).into());
                    // Their constructors keep their names, which the new types need.
                    if let Some(TypeKind::Range { subtype, .. }) =
                        self.from.types.get(name).map(|t| &t.kind)
                    {
                        let text = "text".to_owned();
                        for (function, arguments, to) in [
                            (name, vec![subtype.clone(); 2], &old),
                            (name, vec![subtype.clone(), subtype.clone(), text], &old),
                            (&multirange, Vec::new(), &other),
                        ] {
                            let signature = RoutineSignature::new(function.clone(), arguments);
                            let address = format!("FUNCTION {}", self.writer.signature(&signature));
                            rename
                                .up
                                .push(self.writer.rename(&address, &to.name).into());
                        }
                    }
                }
                self.done.changes.push(rename);
                let old_id = ObjectId::Type(old.clone());
                let mut drop = Change::alter(old_id, FileGroup::EventTriggers, Rank::EventTrigger);
                let word = address.split(' ').next().unwrap_or("TYPE");
                let sql = self.writer.drop(&format!("{word} {}", old.quoted()));
                drop.up.push(sql.into());
                self.done.last.push(drop);
                Ok(())
            }
            ObjectId::Type(name) if self.needed.contains(&object) => {
                let Some(definition) = self.from.types.get(name).cloned() else {
                    return Ok(());
                };
                let stripped = Type::new(definition.kind);
                let create = self.writer.create_type(name, &stripped)?;
                let address = self.writer.address(self.from, &object);
                let word = address.split(' ').next().unwrap_or("TYPE").to_owned();
                let restored = Restored::Type(name.clone(), stripped);
                let hazard = Hazard::DependsOnRows;
                self.beside(&word, name, change, create, restored, "to_regtype", hazard);
                Ok(())
            }
            ObjectId::Routine(signature) if self.needed.contains(&object) => {
                let Some(routine) = self.from.routines.get(signature).cloned() else {
                    return Ok(());
                };
                let stripped = Routine {
                    owner: None,
                    comment: None,
                    grants: GrantTarget::Function.default_grants(),
                    ..routine
                };
                let create = vec![self.writer.create_routine(signature, &stripped, false)?];
                let address = self.writer.address(self.from, &object);
                let there = RoutineSignature {
                    name: aside_name(&signature.name),
                    arguments: signature.arguments.clone(),
                };
                let word = address.split(' ').next().unwrap_or("FUNCTION").to_owned();
                let aside = format!("{word} {}", self.writer.signature(&there));
                let condition = format!(
                    "to_regprocedure({}) IS NOT NULL",
                    quote_literal(&self.writer.signature(&there))
                );
                let schema = signature.name.schema.clone();
                self.move_beside(&change, &object, &address, &schema, Hazard::DependsOnRows);
                self.settle(&object, &aside, &schema, condition, create);
                self.done
                    .kept
                    .restored
                    .push(Restored::Routine(signature.clone(), Box::new(stripped)));
                Ok(())
            }
            ObjectId::Collation(name) if anew && self.collates(name) => {
                let old = old_type(name);
                let address = self.writer.address(self.from, &object);
                let mut rename = altered(&change, &object);
                rename.up = vec![self.writer.rename(&address, &old.name).into()];
                self.done.changes.push(rename);
                let old_id = ObjectId::Collation(old.clone());
                let mut drop = Change::alter(old_id, FileGroup::EventTriggers, Rank::EventTrigger);
                let sql = self.writer.drop(&format!("COLLATION {}", old.quoted()));
                drop.up.push(sql.into());
                self.done.last.push(drop);
                Ok(())
            }
            // Columns have its types until they take others.
            ObjectId::Extension(_)
            | ObjectId::Collation(_)
            | ObjectId::AccessMethod(_)
            | ObjectId::Schema(_)
                if !anew && !self.needed.contains(&object) =>
            {
                let mut drop = altered(&change, &object);
                drop.up = change.up;
                (drop.group, drop.sort.0) = (FileGroup::EventTriggers, Rank::EventTrigger);
                self.done.last.push(drop);
                Ok(())
            }
            ObjectId::Extension(_) if self.needed.contains(&object) => {
                let mut drop = altered(&change, &object);
                drop.up = change.up;
                self.done.kept.contract.push(drop);
                Ok(())
            }
            _ => {
                self.done.changes.push(change);
                Ok(())
            }
        }
    }

    fn collates(&self, name: &QualifiedName) -> bool {
        let columns = self.from.tables.values().flat_map(|t| &t.columns);
        columns
            .into_iter()
            .any(|c| c.collation.as_ref() == Some(name))
    }

    fn has_users(&self, name: &QualifiedName) -> bool {
        let named = |data_type: &str| crate::replace::names_type(data_type, name);
        self.from
            .tables
            .values()
            .flat_map(|t| &t.columns)
            .any(|c| named(&c.data_type))
            || self.from.types.iter().any(|(_, t)| match &t.kind {
                TypeKind::Domain { base, .. } => named(base),
                TypeKind::Composite(attributes) => attributes.iter().any(|a| named(&a.data_type)),
                _ => false,
            })
    }

    fn table(&mut self, name: &QualifiedName, change: Change, anew: bool) -> Result<(), PlanError> {
        let Some(table) = self.from.tables.get(name).cloned() else {
            return Ok(());
        };
        let writer = self.writer;
        let mut moved = altered(&change, &ObjectId::Table(name.clone()));
        moved.heading = None;
        let exclusive = |sql: String| Statement::from(sql).lock(name, LockLevel::AccessExclusive);
        let mut back = Vec::new();
        if let Some(of) = &table.partition_of
            && !self.moves(&of.parent)
        {
            let detach = writer.detach_partition(&of.parent, name, false);
            moved
                .up
                .push(exclusive(detach).lock(&of.parent, LockLevel::AccessExclusive));
            back.push(writer.attach_partition(&of.parent, name, &of.bound));
        }
        for parent in table.inherits.iter().filter(|p| !self.moves(p)) {
            moved.up.push(exclusive(writer.no_inherit(name, parent)));
            back.extend(writer.inherit(name, std::slice::from_ref(parent)));
        }
        for (sequence, definition) in &self.from.sequences {
            let owned = definition.owned_by.as_ref().is_some_and(|(t, _)| t == name);
            if owned && self.to.sequences.contains_key(sequence) {
                moved
                    .up
                    .push(writer.sequence_owned_by(sequence, None).into());
            }
        }
        let schema = aside_schema(&name.schema);
        self.schemas.insert(schema.clone());
        let address = format!("TABLE {}", name.quoted());
        let set = exclusive(writer.set_schema(&address, &schema));
        moved.up.push(match anew {
            true => set,
            false => set.hazard(Hazard::DropsTable),
        });
        self.done.changes.push(moved);

        let aside = aside_name(name);
        let drop = self.drop_for_good(
            &ObjectId::Table(name.clone()),
            &format!("TABLE {}", aside.quoted()),
        );
        if !self.keep {
            // Its rows are in the new table.
            let mut drop = drop;
            (drop.group, drop.sort.0) = (FileGroup::EventTriggers, Rank::EventTrigger);
            for statement in &mut drop.up {
                statement.hazards.clear();
            }
            self.done.last.push(drop);
            return Ok(());
        }
        let there = format!(
            "to_regclass({}) IS NOT NULL",
            quote_literal(&aside.quoted())
        );
        self.done.kept.contract.push(drop);
        let mut restore = Change::alter(
            ObjectId::Table(name.clone()),
            FileGroup::Tables,
            Rank::Table,
        );
        let placeless = self
            .to
            .tables
            .get(name)
            .is_some_and(|t| t.partition_by.is_some())
            && self.to.partitions_of(name).next().is_none();
        if anew && placeless {
            // The rows were never anywhere else.
            let beside = cut(format!("{ASIDE}of_{}", name.schema));
            let address = format!("TABLE {}", aside.quoted());
            let away = vec![
                writer.create_schema_if_missing(&beside),
                writer.set_schema(&address, &beside),
            ];
            restore
                .up
                .push(writer.where_holds(&there, &away, &[]).into());
            self.done.kept.clear.insert(0, restore);
            let waiting = QualifiedName::new(beside.clone(), name.name.clone());
            let there = format!(
                "to_regclass({}) IS NOT NULL",
                quote_literal(&waiting.quoted())
            );
            let columns: Vec<_> = (self.from.columns_of(name).into_iter())
                .filter(|c| c.generated.is_none())
                .map(|c| (c.name.clone(), c.name.quoted()))
                .collect();
            let back = [
                writer.copy_rows(&waiting, name, &columns, table.partition_by.is_none()),
                writer.drop(&format!("TABLE {}", waiting.quoted())),
            ];
            let mut rows =
                Change::alter(ObjectId::Table(name.clone()), FileGroup::Tables, Rank::Rows);
            rows.up.push(writer.where_holds(&there, &back, &[]).into());
            rows.up.push(writer.drop_schema_if_unused(&beside).into());
            self.done.kept.tidy.push(rows);
            return Ok(());
        }
        if anew {
            let drop = vec![writer.drop(&format!("TABLE {}", aside.quoted()))];
            restore
                .up
                .push(writer.where_holds(&there, &drop, &[]).into());
            self.done.kept.clear.insert(0, restore);
            return Ok(());
        }
        let stripped = self.stripped(name, &table);
        let mut then = vec![writer.set_schema(&format!("TABLE {}", aside.quoted()), &name.schema)];
        then.extend(back);
        let otherwise = self.create(name, &stripped)?;
        restore
            .up
            .push(writer.where_holds(&there, &then, &otherwise).into());
        self.done.kept.restore.insert(0, restore);
        self.done
            .kept
            .restored
            .push(Restored::Table(name.clone(), Box::new(stripped)));
        Ok(())
    }

    /// A table as it comes back: what stands on other objects is made again by the way back.
    fn stripped(&self, name: &QualifiedName, table: &Table) -> Table {
        let mut table = table.clone();
        table.constraints.retain(|constraint, c| {
            let id = ObjectId::Constraint(name.clone(), constraint.clone());
            !matches!(c.kind, ConstraintKind::ForeignKey(_)) && !self.replaced.objects.contains(&id)
        });
        for constraint in table.constraints.values_mut() {
            constraint.comment = None;
            constraint.index_comment = None;
        }
        for index in table.indexes.values_mut() {
            index.comment = None;
        }
        for column in &mut table.columns {
            if self.replaced.names_type(&column.data_type).is_some() {
                // It takes the new type meanwhile, which need not know the value.
                column.default = None;
            }
            column.comment = None;
            column.not_null_constraint.comment = None;
            if let Some(identity) = &mut column.identity {
                identity.comment = None;
                identity.grants.clear();
            }
        }
        table.triggers.clear();
        table.inherited_trigger_states.clear();
        table.policies.clear();
        table.rules.clear();
        table.row_security = false;
        table.force_row_security = false;
        table.replica_identity = Default::default();
        table.clustered_on = None;
        table.grants.clear();
        table.owner = None;
        table.comment = None;
        table
    }

    /// What makes a table that the contract has dropped.
    fn create(&self, name: &QualifiedName, table: &Table) -> Result<Vec<String>, PlanError> {
        let writer = self.writer;
        let apart = Apart {
            // Parts come with the key of the parent.
            constraints: table
                .constraints
                .iter()
                .filter(|(_, c)| c.parent.is_some() || not_yet_valid(c))
                .map(|(n, _)| n.clone())
                .collect(),
            ..Apart::default()
        };
        let mut sql = vec![writer.create_table(self.from, name, table, &apart)?];
        sql.extend(writer.table_settings(self.from, name, table, &apart));
        for (constraint, definition) in &table.constraints {
            if definition.parent.is_none() && not_yet_valid(definition) {
                sql.push(writer.add_constraint(name, constraint, definition, true)?);
            }
        }
        if let Some(of) = table.partition_of.as_ref().filter(|of| of.attached) {
            sql.push(writer.attach_partition(&of.parent, name, &of.bound));
        }
        if self.from.inherits_later(table) {
            sql.extend(writer.inherit(name, &table.inherits));
        }
        for (index, definition) in &table.indexes {
            let made = match &definition.parent {
                None => {
                    sql.push(writer.create_index(name, index, definition, false)?);
                    true
                }
                Some(of) => self.comes_with_partition(table, of),
            };
            if made {
                sql.extend(writer.index_statistics(name, index, &definition.elements));
            }
        }
        Ok(sql)
    }

    /// True for a part of an index that the partitioned table has on both sides.
    fn comes_with_partition(&self, table: &Table, index: &Name) -> bool {
        let parent = table.partition_of.as_ref().map(|of| &of.parent);
        parent.is_some_and(|parent| {
            let id = ObjectId::Index(parent.clone(), index.clone());
            self.to.contains(&id) && !self.replaced.objects.contains(&id)
        })
    }

    fn column(
        &mut self,
        table: &QualifiedName,
        column: &Column,
        change: Change,
        anew: bool,
    ) -> Result<(), PlanError> {
        let writer = self.writer;
        let object = ObjectId::Column(table.clone(), column.name.clone());
        let mut moved = altered(&change, &object);
        let exclusive = |sql: String| Statement::from(sql).lock(table, LockLevel::AccessExclusive);
        let mut stripped = Column {
            comment: None,
            not_null_constraint: NotNull::default(),
            ..column.clone()
        };
        let retyped = self.replaced.names_type(&column.data_type).is_some();
        if let Some(default) = &column.default
            && (retyped || !self.references.qualified(default.sql()).is_empty())
        {
            let drop = writer.column_default(table, &column.name, None);
            moved.up.push(exclusive(drop));
            stripped.default = None;
        }
        if column.not_null && stripped.default.is_none() && column.identity.is_none() {
            let drop = writer.column_not_null(table, &column.name, false);
            moved.up.push(exclusive(drop));
            stripped.not_null = false;
        }
        if let Some(identity) = &mut stripped.identity {
            identity.comment = None;
            identity.grants.clear();
        }
        let aside = aside_column(&column.name);
        let address = format!("TABLE {}", table.quoted());
        let rename = writer.rename_part(&address, "COLUMN", &column.name, &aside);
        moved.up.push(exclusive(rename).hazard(Hazard::DropsColumn));
        if retyped {
            // The type goes, and its text says all of a value.
            let text = Column::new(aside.clone(), "text");
            let using = format!("{}::text", aside.quoted());
            let change = writer.column_type_change(table, &text, Some(&using), false);
            moved.up.push(exclusive(change).rewrite(table));
        }
        self.done.changes.push(moved);

        let drop = writer.drop_column(table, &aside);
        let mut contract = Change::alter(object.clone(), FileGroup::Tables, Rank::Column);
        contract
            .up
            .push(exclusive(drop.clone()).hazard(Hazard::LosesData));
        self.done.kept.contract.push(contract);

        let there = format!(
            "EXISTS (SELECT FROM pg_attribute WHERE attrelid = {}::regclass AND attname = {} AND NOT attisdropped)",
            quote_literal(&table.quoted()),
            quote_literal(aside.as_str())
        );
        let mut restore = Change::alter(object, FileGroup::Tables, Rank::Column);
        if anew || retyped {
            // The way back makes a column of its name, which gets the values that were kept.
            let data_type = retyped.then_some(column.data_type.as_str());
            let nulls = !column.not_null;
            let values = writer.take_values(table, &column.name, &aside, data_type, nulls);
            restore
                .up
                .push(exclusive(writer.where_holds(&there, &[values, drop], &[])));
            self.done.kept.tidy.push(restore);
            return Ok(());
        } else {
            let back = vec![writer.rename_part(&address, "COLUMN", &aside, &column.name)];
            let mut otherwise = vec![writer.add_column(table, &stripped)?];
            otherwise.extend(writer.column_settings(table, &stripped));
            restore
                .up
                .push(exclusive(writer.where_holds(&there, &back, &otherwise)));
            let place = self.from.tables.get(table);
            let place = place.and_then(|t| t.columns.iter().position(|c| c.name == column.name));
            let place = place.unwrap_or_default();
            let restored = Restored::Column(table.clone(), Box::new(stripped), place);
            self.done.kept.restored.push(restored);
        }
        self.done.kept.restore.insert(0, restore);
        Ok(())
    }

    /// An object that moves to the schema beside its own.
    #[allow(clippy::too_many_arguments)]
    fn beside(
        &mut self,
        word: &str,
        name: &QualifiedName,
        change: Change,
        create: Vec<String>,
        restored: Restored,
        look_up: &str,
        hazard: Hazard,
    ) {
        let object = change.object.clone();
        let aside = aside_name(name);
        let address = format!("{word} {}", name.quoted());
        self.move_beside(&change, &object, &address, &name.schema, hazard);
        let condition = format!("{look_up}({}) IS NOT NULL", quote_literal(&aside.quoted()));
        let aside = format!("{word} {}", aside.quoted());
        self.settle(&object, &aside, &name.schema, condition, create);
        self.done.kept.restored.push(restored);
    }

    fn move_beside(
        &mut self,
        change: &Change,
        object: &ObjectId,
        address: &str,
        schema: &Name,
        hazard: Hazard,
    ) {
        let aside = aside_schema(schema);
        self.schemas.insert(aside.clone());
        let mut moved = altered(change, object);
        let set = self.writer.set_schema(address, &aside);
        moved.up.push(Statement::from(set).hazard(hazard));
        self.done.changes.push(moved);
    }

    /// How an object that moved comes back, or goes for good.
    fn settle(
        &mut self,
        object: &ObjectId,
        aside: &str,
        schema: &Name,
        condition: String,
        create: Vec<String>,
    ) {
        let drop = self.drop_for_good(object, aside);
        self.done.kept.contract.push(drop);
        let back = vec![self.writer.set_schema(aside, schema)];
        let mut restore = Change::alter(object.clone(), FileGroup::Types, Rank::Type);
        let sql = self.writer.where_holds(&condition, &back, &create);
        restore.up.push(sql.into());
        self.done.kept.restore.insert(0, restore);
    }

    fn drop_for_good(&self, object: &ObjectId, aside: &str) -> Change {
        let mut drop = Change::alter(object.clone(), FileGroup::Tables, Rank::Table);
        let sql = self.writer.drop(aside);
        drop.up.push(Statement::from(sql).hazard(Hazard::LosesData));
        drop
    }

    /// The schemas that things come back to are there for them.
    fn restore_schemas(&mut self) {
        let mut schemas = BTreeSet::new();
        for restored in &self.done.kept.restored {
            let schema = match restored {
                Restored::Table(n, _) | Restored::Sequence(n, _) | Restored::Type(n, _) => {
                    &n.schema
                }
                Restored::Routine(s, _) => &s.name.schema,
                Restored::Column(..) | Restored::Schema(_) | Restored::Attribute(..) => continue,
            };
            if !self.to.schemas.contains_key(schema) && schema.as_str() != "public" {
                schemas.insert(schema.clone());
            }
        }
        for schema in schemas {
            let object = ObjectId::Schema(schema.clone());
            let mut make = Change::alter(object, FileGroup::Extensions, Rank::Schema);
            make.up
                .push(self.writer.create_schema_if_missing(&schema).into());
            self.done.kept.restore.insert(0, make);
            self.done.kept.restored.push(Restored::Schema(schema));
        }
    }

    /// The schemas that keep things are made first, and go when nothing is left in them.
    pub fn finish(&mut self) {
        self.restore_schemas();
        for schema in std::mem::take(&mut self.schemas).into_iter().rev() {
            let object = ObjectId::Schema(schema.clone());
            let mut make = Change::alter(object.clone(), FileGroup::Extensions, Rank::Schema);
            make.up
                .push(self.writer.create_schema_if_missing(&schema).into());
            self.done.changes.insert(0, make);
            let mut drop = Change::alter(object, FileGroup::EventTriggers, Rank::EventTrigger);
            let sql = self.writer.drop_schema_if_unused(&schema);
            drop.up.push(sql.into());
            if self.keep {
                self.done.kept.contract.push(drop.clone());
                self.done.kept.tidy.push(drop);
            } else {
                drop.sort.1 = format!("~{}", drop.sort.1);
                self.done.last.push(drop);
            }
        }
    }
}

/// True for a constraint that CREATE TABLE would make valid, as the table is empty.
fn not_yet_valid(constraint: &Constraint) -> bool {
    !constraint.validated && constraint.enforced
}

/// The texts of a table that name what it needs.
fn texts(table: &Table) -> Vec<&str> {
    let mut texts = Vec::new();
    for column in &table.columns {
        texts.push(column.data_type.as_str());
        texts.extend(column.default.as_ref().map(|d| d.sql()));
        texts.extend(column.generated.as_ref().map(|g| g.expression.sql()));
    }
    for constraint in table.constraints.values() {
        if let ConstraintKind::Check(expression) = &constraint.kind {
            texts.push(expression.sql());
        }
    }
    for index in table.indexes.values() {
        texts.extend(index.predicate.as_ref().map(|p| p.sql()));
        for element in &index.elements {
            if let IndexKey::Expression(expression) = &element.key {
                texts.push(expression.sql());
            }
        }
    }
    let key = table.partition_by.iter().flat_map(|key| &key.elements);
    texts.extend(key.map(String::as_str));
    texts
}

/// A change in the place of another, of the same object.
fn altered(change: &Change, object: &ObjectId) -> Change {
    let mut moved = change.clone();
    moved.object = object.clone();
    moved.action = Action::Alter;
    moved.up.clear();
    moved.down.clear();
    moved.heading = None;
    moved
}
