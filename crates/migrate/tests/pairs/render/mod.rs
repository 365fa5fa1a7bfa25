//! The model as an SQL script, in an order that a server accepts.

mod code;
mod rows;
mod table;

use pgwright_catalog::{quote_identifier, quote_literal};

use crate::model::*;
use crate::other::{Other, OtherKind};

pub use rows::{carried, rows};

/// Statements of default privileges; a model has some of them.
pub const DEFAULT_PRIVILEGES: [&str; 6] = [
    "GRANT SELECT ON TABLES TO pairs_reader",
    "GRANT USAGE ON SEQUENCES TO pairs_reader WITH GRANT OPTION",
    "REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "REVOKE USAGE ON TYPES FROM PUBLIC",
    "GRANT USAGE ON SCHEMAS TO pairs_reader",
    "GRANT INSERT, UPDATE ON TABLES TO pairs_writer",
];

/// A script in the making.
pub struct Script<'a> {
    pub model: &'a Model,
    pub statements: Vec<String>,
}

/// How statements name an object: for COMMENT and ALTER … OWNER, and for GRANT.
struct Target {
    word: &'static str,
    name: String,
    grant: String,
}

impl Target {
    fn new(word: &'static str, name: String) -> Self {
        let grant = format!("{word} {name}");
        Self { word, name, grant }
    }
}

pub fn script(model: &Model) -> String {
    let mut script = Script {
        model,
        statements: vec![],
    };
    script.all();
    let statements: Vec<_> = script
        .statements
        .iter()
        .map(|s| format!("{s};\n"))
        .collect();
    statements.concat()
}

impl Script<'_> {
    fn add(&mut self, statement: impl Into<String>) {
        self.statements.push(statement.into());
    }

    fn all(&mut self) {
        let model = self.model;
        self.schemas();
        self.others(&[
            OtherKind::Extension,
            OtherKind::Language,
            OtherKind::TableMethod,
            OtherKind::IndexMethod,
            OtherKind::Collation,
            OtherKind::Conversion,
            OtherKind::Wrapper,
            OtherKind::Server,
            OtherKind::UserMapping,
        ]);
        // Pure functions are in checks of domains; they take and give built-in types only.
        for function in model.functions.values() {
            if function.shape == Shape::Pure {
                self.function(function);
            }
        }
        for item in model.types.values() {
            self.user_type(item);
        }
        self.others(&[
            OtherKind::Aggregate,
            OtherKind::Operator,
            OtherKind::OperatorFamily,
            OtherKind::OperatorClass,
            OtherKind::Cast,
            OtherKind::Transform,
            OtherKind::Parser,
            OtherKind::Template,
            OtherKind::Dictionary,
            OtherKind::Configuration,
        ]);
        for sequence in model.sequences.values() {
            self.sequence(sequence);
        }
        for (key, table) in &model.tables {
            self.table(*key, table);
        }
        for sequence in model.sequences.values() {
            if let Some((table, column)) = &sequence.owned_by {
                self.add(format!(
                    "ALTER SEQUENCE {} OWNED BY {}.{}",
                    model.qualified(&sequence.named),
                    model.qualified(&model.tables[table].named),
                    quote_identifier(column)
                ));
            }
        }
        for foreign in [false, true] {
            for (key, table) in &model.tables {
                self.constraints(*key, table, foreign);
            }
        }
        for (key, table) in &model.tables {
            self.indexes(*key, &table.named, &table.indexes);
        }
        self.others(&[OtherKind::Statistics]);
        self.views_and_functions();
        for (key, table) in &model.tables {
            self.table_parts(*key, table);
        }
        self.others(&[OtherKind::Publication, OtherKind::Subscription]);
        for number in &model.default_privileges {
            self.add(format!(
                "ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} {}",
                DEFAULT_PRIVILEGES[*number]
            ));
        }
        self.others(&[OtherKind::EventTrigger]);
    }

    /// Views, and functions over tables and views, each after what it needs.
    fn views_and_functions(&mut self) {
        let model = self.model;
        let mut keys: Vec<Key> = model.views.keys().copied().collect();
        let functions = model.functions.iter();
        keys.extend(
            functions
                .filter(|(_, f)| f.shape != Shape::Pure)
                .map(|(k, _)| *k),
        );
        keys.sort_unstable();
        for key in keys {
            if let Some(view) = model.views.get(&key) {
                self.view(key, view);
            } else {
                self.function(&model.functions[&key]);
            }
        }
        for view in model.views.values() {
            for trigger in &view.triggers {
                self.trigger(&view.named, trigger, &[]);
            }
            for rule in &view.rules {
                self.rule(&view.named, rule);
            }
        }
    }

    fn schemas(&mut self) {
        for schema in self.model.schemas.values() {
            let name = quote_identifier(&schema.name);
            self.add(format!("CREATE SCHEMA {name}"));
            // Foreign keys are checked as the tables' owners, who must be able to look inside.
            self.add(format!("GRANT USAGE ON SCHEMA {name} TO PUBLIC"));
            self.common(schema, &Target::new("SCHEMA", name));
        }
    }

    fn others(&mut self, kinds: &[OtherKind]) {
        for kind in kinds {
            for other in self.model.others.values().filter(|o| o.kind == *kind) {
                self.other(other);
            }
        }
    }

    fn other(&mut self, other: &Other) {
        let model = self.model;
        self.statements.extend(other.create(model));
        let target = Target {
            word: "",
            name: other.target(model),
            grant: other.grant_target(model),
        };
        self.common(&other.named, &target);
    }

    fn sequence(&mut self, sequence: &Sequence) {
        let name = self.model.qualified(&sequence.named);
        let mut text = format!(
            "CREATE {}SEQUENCE {name} AS {} INCREMENT {} START {} CACHE {}",
            if sequence.unlogged { "UNLOGGED " } else { "" },
            sequence.ty.sql(self.model),
            sequence.increment,
            sequence.start,
            sequence.cache,
        );
        if let Some(maximum) = sequence.maximum {
            text += &format!(" MAXVALUE {maximum}");
        }
        if sequence.cycle {
            text += " CYCLE";
        }
        self.add(text);
        self.common(&sequence.named, &Target::new("SEQUENCE", name));
    }

    fn common(&mut self, named: &Named, target: &Target) {
        let name = format!("{} {}", target.word, target.name);
        let name = name.trim();
        if let Some(owner) = named.owner {
            self.add(format!("ALTER {name} OWNER TO {owner}"));
        }
        self.comment(name, named.comment.as_ref());
        if named.closed {
            self.add(format!("REVOKE ALL ON {} FROM PUBLIC", target.grant));
        }
        for (role, privilege, grantable) in &named.grants {
            self.add(format!(
                "GRANT {privilege} ON {} TO {role}{}",
                target.grant,
                if *grantable { " WITH GRANT OPTION" } else { "" }
            ));
        }
    }

    fn comment(&mut self, name: &str, comment: Option<&String>) {
        if let Some(comment) = comment {
            self.add(format!("COMMENT ON {name} IS {}", quote_literal(comment)));
        }
    }
}

/// Quoted names, with commas.
fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|n| quote_identifier(n)).collect();
    names.join(", ")
}
