//! Deferred rules of the form "a row has at least one row of another table beside it".

use pgwright_catalog::{
    Deferrability, Name, ObjectId, QualifiedName, Routine, RoutineSignature, Trigger, TriggerEvent,
    TriggerTiming, quote_literal,
};

use crate::draft::Draft;
use crate::trigger_rules;

/// A row of `table` must, when the transaction ends, have a row in one of `beside`.
#[derive(Debug)]
pub struct Presence {
    /// The table whose rows need company.
    pub table: QualifiedName,
    /// Its key columns, with types.
    pub key: Vec<(Name, String)>,
    /// Tables where the company may be.
    pub beside: Vec<QualifiedName>,
    /// The columns that refer to the key, called the same in each of them.
    pub columns: Vec<Name>,
    /// Rows of `table` are never changed: writers may have no right to lock them.
    pub append_only: bool,
    /// Name of the rule: the constraint that errors name, and the triggers' name.
    pub rule: Name,
    /// The function's name.
    pub function: Name,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Presence {
    /// Adds the function and its deferred constraint triggers; gives the objects that keep the
    /// rule.
    pub fn build(&self, draft: &mut Draft<'_>) -> Vec<ObjectId> {
        let function = draft.qualified(self.function.clone());
        let signature = RoutineSignature::new(function.clone(), Vec::<String>::new());
        let mut routine = Routine::trigger_function(self.body());
        // It locks rows that the writer of a part may have no right to change.
        routine.security_definer = true;
        routine.comment = Some(format!("Refuses: {}.", self.message));
        draft.catalog.routines.insert(signature.clone(), routine);
        let mut objects = vec![ObjectId::Routine(signature.clone())];
        let inserted = self.trigger([TriggerEvent::Insert], Vec::new(), &function);
        objects.push(self.add(draft, &self.table, inserted, &signature));
        for table in &self.beside {
            let removed = self.trigger(
                [TriggerEvent::Delete, TriggerEvent::Update],
                self.columns.clone(),
                &function,
            );
            objects.push(self.add(draft, table, removed, &signature));
        }
        objects
    }

    fn trigger<const N: usize>(
        &self,
        events: [TriggerEvent; N],
        update_columns: Vec<Name>,
        function: &QualifiedName,
    ) -> Trigger {
        let mut trigger = Trigger::row(TriggerTiming::After, events, function.clone());
        trigger.update_columns = update_columns;
        trigger.constraint = Some(Deferrability::InitiallyDeferred);
        trigger.comment = Some(format!(
            "Checked when the transaction ends: {}.",
            self.message
        ));
        trigger
    }

    fn add(
        &self,
        draft: &mut Draft<'_>,
        table: &QualifiedName,
        trigger: Trigger,
        signature: &RoutineSignature,
    ) -> ObjectId {
        let id = ObjectId::Trigger(table.clone(), self.rule.clone());
        draft
            .catalog
            .depends(id.clone(), ObjectId::Routine(signature.clone()));
        if let Some(table) = draft.catalog.tables.get_mut(table) {
            table.triggers.insert(self.rule.clone(), trigger);
        }
        id
    }

    fn body(&self) -> String {
        let variables: Vec<String> = (1..=self.key.len())
            .map(|number| format!("key_{number}"))
            .collect();
        let mut body = String::from("\nDECLARE\n");
        for (variable, (_, data_type)) in variables.iter().zip(&self.key) {
            body.push_str(&format!("    {variable} {data_type};\n"));
        }
        body.push_str("BEGIN\n");
        let holder: Vec<Name> = self.key.iter().map(|(column, _)| column.clone()).collect();
        body.push_str(&format!(
            "    IF TG_OP = 'INSERT' THEN\n{}    ELSE\n{}{}",
            assignments(&variables, &holder, "NEW"),
            // A row that this transaction added, and what is beside it, nobody else can touch.
            trigger_rules::refuse_old_snapshot(self.rule.as_str(), &self.table, 8),
            assignments(&variables, &self.columns, "OLD")
        ));
        body.push_str("    END IF;\n");
        body.push_str(&self.lock(&variables, &holder));
        let present: Vec<String> = self
            .beside
            .iter()
            .map(|table| {
                format!(
                    "NOT EXISTS (SELECT FROM {} WHERE {})",
                    table.quoted(),
                    conditions(&self.columns, &variables)
                )
            })
            .collect();
        body.push_str(&format!(
            "    IF {} THEN\n        RAISE EXCEPTION USING\n            ERRCODE = 'check_violation',\n            MESSAGE = {},\n            HINT = {},\n            SCHEMA = {},\n            TABLE = {},\n            CONSTRAINT = {};\n    END IF;\n    RETURN NULL;\nEND;\n",
            present.join("\n       AND "),
            quote_literal(&self.message),
            quote_literal(&self.hint),
            quote_literal(self.table.schema.as_str()),
            quote_literal(self.table.name.as_str()),
            quote_literal(self.rule.as_str()),
        ));
        body
    }

    /// The lock that puts writers about one row in a line.
    fn lock(&self, variables: &[String], holder: &[Name]) -> String {
        let found = conditions(holder, variables);
        let table = self.table.quoted();
        if self.append_only {
            return format!(
                "    -- Two transactions that each take away one of the last two rows would both see\n    -- the other's still there. The lock makes the second wait and then look again.\n    PERFORM pg_advisory_xact_lock(hashtextextended({} || concat_ws('/', {}), 0));\n    IF NOT EXISTS (SELECT FROM {table} WHERE {found}) THEN\n        RETURN NULL;\n    END IF;\n",
                quote_literal(&format!("{}/", self.rule)),
                variables.join(", ")
            );
        }
        format!(
            "    -- Two transactions that each take away one of the last two rows would both see the\n    -- other's still there. The lock makes the second wait and then look again. A row that\n    -- is gone needs nothing any more.\n    PERFORM FROM {table} WHERE {found} FOR NO KEY UPDATE;\n    IF NOT FOUND THEN\n        RETURN NULL;\n    END IF;\n"
        )
    }
}

fn assignments(variables: &[String], columns: &[Name], record: &str) -> String {
    variables
        .iter()
        .zip(columns)
        .map(|(variable, column)| format!("        {variable} := {record}.{};\n", column.quoted()))
        .collect()
}

fn conditions(columns: &[Name], variables: &[String]) -> String {
    columns
        .iter()
        .zip(variables)
        .map(|(column, variable)| format!("{} = {variable}", column.quoted()))
        .collect::<Vec<_>>()
        .join(" AND ")
}
