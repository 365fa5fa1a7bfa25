//! Objects that need little of others: what of each can vary, and the statements that create it.

use pgwright_catalog::{quote_identifier, quote_literal};

use crate::model::{Key, Kind, Model, Named, OWNER, READER, Table, WRITER};

#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    pub named: Named,
    pub kind: OtherKind,
    /// One of the alternatives of each of [`OtherKind::properties`].
    pub choices: Vec<u32>,
    /// The object that it is of: a table, a type, a wrapper, a server, a function.
    pub on: Option<Key>,
    pub columns: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherKind {
    Extension,
    Language,
    TableMethod,
    IndexMethod,
    Collation,
    Conversion,
    Aggregate,
    Operator,
    OperatorFamily,
    OperatorClass,
    Cast,
    Transform,
    Parser,
    Template,
    Dictionary,
    Configuration,
    Statistics,
    Wrapper,
    Server,
    UserMapping,
    EventTrigger,
    Publication,
    Subscription,
}

use OtherKind::*;

pub const KINDS: [OtherKind; 23] = [
    Extension,
    Language,
    TableMethod,
    IndexMethod,
    Collation,
    Conversion,
    Aggregate,
    Operator,
    OperatorFamily,
    OperatorClass,
    Cast,
    Transform,
    Parser,
    Template,
    Dictionary,
    Configuration,
    Statistics,
    Wrapper,
    Server,
    UserMapping,
    EventTrigger,
    Publication,
    Subscription,
];

const EXTENSIONS: [&str; 3] = ["pg_trgm", "btree_gist", "hstore"];
const SYMBOLS: [&str; 5] = ["@@#", "##@", "~@~", "@<#", "#>@"];

impl OtherKind {
    pub fn word(self) -> &'static str {
        match self {
            Extension => "extension",
            Language => "language",
            TableMethod => "table access method",
            IndexMethod => "index access method",
            Collation => "collation",
            Conversion => "conversion",
            Aggregate => "aggregate",
            Operator => "operator",
            OperatorFamily => "operator family",
            OperatorClass => "operator class",
            Cast => "cast",
            Transform => "transform",
            Parser => "text search parser",
            Template => "text search template",
            Dictionary => "text search dictionary",
            Configuration => "text search configuration",
            Statistics => "statistics",
            Wrapper => "foreign-data wrapper",
            Server => "server",
            UserMapping => "user mapping",
            EventTrigger => "event trigger",
            Publication => "publication",
            Subscription => "subscription",
        }
    }

    /// What can vary, and the number of alternatives.
    pub fn properties(self) -> &'static [(&'static str, u32)] {
        match self {
            Extension => &[("schema", 2)],
            Language => &[("trusted", 2), ("validator", 2)],
            TableMethod | IndexMethod => &[],
            Collation => &[("locale", 2)],
            Conversion => &[("encoding", 2), ("default", 2)],
            Aggregate => &[
                ("function", 2),
                ("initial value", 3),
                ("parallel", 2),
                ("combining", 2),
                ("argument", 2),
            ],
            Operator => &[
                ("function", 2),
                ("commutator", 2),
                ("selectivity", 2),
                ("hashes", 2),
            ],
            OperatorFamily => &[("member", 3)],
            OperatorClass => &[("support", 2)],
            Cast => &[("context", 2), ("target", 2)],
            Transform => &[("functions", 3)],
            Parser => &[("headline", 2)],
            Template => &[("init", 2)],
            Dictionary => &[("options", 3)],
            Configuration => &[("mapping", 4)],
            Statistics => &[("kinds", 3), ("target", 2), ("expression", 2)],
            Wrapper => &[("options", 3), ("validator", 2)],
            Server => &[("type", 2), ("version", 3), ("options", 3)],
            UserMapping => &[("options", 3)],
            EventTrigger => &[("event", 3), ("tags", 3), ("enabled", 3)],
            Publication => &[
                ("what", 4),
                ("operations", 3),
                ("columns", 2),
                ("rows", 2),
                ("root", 2),
            ],
            Subscription => &[("publications", 2), ("binary", 2), ("connection", 2)],
        }
    }

    /// How many of the kind there can be.
    pub fn most(self) -> usize {
        match self {
            Transform | IndexMethod | Conversion => 1,
            Operator => 4,
            _ => 3,
        }
    }

    pub fn has_owner(self) -> bool {
        !matches!(
            self,
            Extension
                | TableMethod
                | IndexMethod
                | Cast
                | Transform
                | Parser
                | Template
                | UserMapping
                | EventTrigger
                | Publication
                | Subscription
                | Wrapper
        )
    }

    pub fn has_comment(self) -> bool {
        self != UserMapping
    }

    pub fn privilege(self) -> Option<&'static str> {
        match self {
            Aggregate => Some("EXECUTE"),
            Wrapper | Server => Some("USAGE"),
            _ => None,
        }
    }

    /// Everything that can be changed of it, as mutations are named.
    pub fn changes(self) -> Vec<&'static str> {
        let mut changes: Vec<_> = self.properties().iter().map(|p| p.0).collect();
        if self.has_comment() {
            changes.push("comment");
        }
        if self.has_owner() {
            changes.push("owner");
        }
        if self.privilege().is_some() {
            changes.push("grants");
        }
        // Last, so that there is something to be changed before.
        changes.extend(["drop", "add"]);
        changes
    }
}

impl Other {
    pub fn choice(&self, property: &str) -> u32 {
        let at = self.kind.properties().iter().position(|p| p.0 == property);
        at.map_or(0, |at| self.choices[at])
    }

    /// How statements name it: `AGGREGATE s.a(integer)`.
    pub fn target(&self, model: &Model) -> String {
        let name = model.qualified(&self.named);
        let alone = quote_identifier(&self.named.name);
        match self.kind {
            Extension => format!("EXTENSION {alone}"),
            Language => format!("LANGUAGE {alone}"),
            TableMethod | IndexMethod => format!("ACCESS METHOD {alone}"),
            Collation => format!("COLLATION {name}"),
            Conversion => format!("CONVERSION {name}"),
            Aggregate => format!("AGGREGATE {name}({})", self.argument()),
            Operator => format!("OPERATOR {} (integer, integer)", self.operator(model)),
            OperatorFamily => format!("OPERATOR FAMILY {name} USING btree"),
            OperatorClass => format!("OPERATOR CLASS {name} USING btree"),
            Cast => format!("CAST ({} AS {})", self.of(model), self.cast_target()),
            Transform => "TRANSFORM FOR integer LANGUAGE sql".to_owned(),
            Parser => format!("TEXT SEARCH PARSER {name}"),
            Template => format!("TEXT SEARCH TEMPLATE {name}"),
            Dictionary => format!("TEXT SEARCH DICTIONARY {name}"),
            Configuration => format!("TEXT SEARCH CONFIGURATION {name}"),
            Statistics => format!("STATISTICS {name}"),
            Wrapper => format!("FOREIGN DATA WRAPPER {alone}"),
            Server => format!("SERVER {alone}"),
            UserMapping => format!("USER MAPPING FOR {alone} SERVER {}", self.of(model)),
            EventTrigger => format!("EVENT TRIGGER {alone}"),
            Publication => format!("PUBLICATION {alone}"),
            Subscription => format!("SUBSCRIPTION {alone}"),
        }
    }

    /// How GRANT names it.
    pub fn grant_target(&self, model: &Model) -> String {
        let name = model.qualified(&self.named);
        match self.kind {
            Aggregate => format!("FUNCTION {name}({})", self.argument()),
            Server => format!("FOREIGN {}", self.target(model)),
            _ => self.target(model),
        }
    }

    fn argument(&self) -> &'static str {
        ["integer", "bigint"][self.choice("argument") as usize]
    }

    fn cast_target(&self) -> &'static str {
        ["integer", "bigint"][self.choice("target") as usize]
    }

    fn operator(&self, model: &Model) -> String {
        format!("{}.{}", model.schema(self.named.schema), self.named.name)
    }

    /// The name of what it is on.
    fn of(&self, model: &Model) -> String {
        let key = self.on.unwrap_or_default();
        if let Some(other) = model.others.get(&key) {
            quote_identifier(&other.named.name)
        } else if let Some(of) = model.types.get(&key) {
            model.qualified(&of.named)
        } else if let Some(table) = model.tables.get(&key) {
            model.qualified(&table.named)
        } else if let Some(function) = model.functions.get(&key) {
            model.qualified(&function.named)
        } else {
            String::new()
        }
    }

    /// A name for a new one, when there is one left.
    pub fn new_name(kind: OtherKind, on: Option<Key>, model: &mut Model) -> Option<String> {
        let used = |name: &str, model: &Model| {
            let mut others = model.others.values();
            others.any(|o| o.kind == kind && o.named.name == name && o.on == on)
        };
        let free = |names: &[&str], model: &Model| {
            let free = names.iter().find(|n| !used(n, model));
            free.map(|n| (*n).to_owned())
        };
        match kind {
            Extension => free(&EXTENSIONS, model),
            Operator => free(&SYMBOLS, model),
            UserMapping => free(&["public", READER, WRITER, OWNER], model),
            _ => Some(model.name("o")),
        }
    }

    pub fn create(&self, model: &Model) -> Vec<String> {
        let name = model.qualified(&self.named);
        let alone = quote_identifier(&self.named.name);
        let choice = |property: &str| self.choice(property) as usize;
        let options = |property: &str| -> String {
            [
                "",
                " OPTIONS (host 'it''s here')",
                " OPTIONS (host 'there', \"Port\" '1')",
            ][choice(property)]
            .to_owned()
        };
        match self.kind {
            Extension => vec![match choice("schema") {
                0 => format!("CREATE EXTENSION {alone} SCHEMA public"),
                _ => format!(
                    "CREATE EXTENSION {alone} SCHEMA {}",
                    model.schema(self.named.schema)
                ),
            }],
            Language => self.language(model),
            TableMethod => vec![format!(
                "CREATE ACCESS METHOD {alone} TYPE TABLE HANDLER heap_tableam_handler"
            )],
            IndexMethod => vec![format!(
                "CREATE ACCESS METHOD {alone} TYPE INDEX HANDLER bthandler"
            )],
            Collation => vec![format!(
                "CREATE COLLATION {name} (provider = libc, locale = '{}')",
                ["C", "POSIX"][choice("locale")]
            )],
            Conversion => vec![format!(
                "CREATE {}CONVERSION {name} FOR {}",
                ["", "DEFAULT "][choice("default")],
                [
                    "'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
                    "'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1"
                ][choice("encoding")]
            )],
            Aggregate => vec![self.aggregate(&name)],
            Operator => vec![self.create_operator(model)],
            OperatorFamily => {
                let mut all = vec![format!("CREATE OPERATOR FAMILY {name} USING btree")];
                if choice("member") > 0 {
                    let (operator, ty) = [("<", "bigint"), ("=", "smallint")][choice("member") - 1];
                    let number = if operator == "<" { 1 } else { 3 };
                    all.push(format!(
                        "ALTER OPERATOR FAMILY {name} USING btree ADD OPERATOR {number} {operator} (integer, {ty})"
                    ));
                }
                all
            }
            OperatorClass => vec![format!(
                "CREATE OPERATOR CLASS {name} FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, \
                 OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer){}",
                ["", ", FUNCTION 2 btint4sortsupport(internal)"][choice("support")]
            )],
            Cast => vec![format!(
                "CREATE {} WITH INOUT{}",
                self.target(model),
                ["", " AS ASSIGNMENT"][choice("context")]
            )],
            Transform => vec![format!(
                "CREATE {} ({})",
                self.target(model),
                [
                    "FROM SQL WITH FUNCTION prsd_lextype(internal)",
                    "TO SQL WITH FUNCTION int4recv(internal)",
                    "FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal)"
                ][choice("functions")]
            )],
            Parser => vec![format!(
                "CREATE TEXT SEARCH PARSER {name} (START = prsd_start, GETTOKEN = prsd_nexttoken, \
                 END = prsd_end, LEXTYPES = prsd_lextype{})",
                ["", ", HEADLINE = prsd_headline"][choice("headline")]
            )],
            Template => vec![format!(
                "CREATE TEXT SEARCH TEMPLATE {name} ({}LEXIZE = dsimple_lexize)",
                ["INIT = dsimple_init, ", ""][choice("init")]
            )],
            Dictionary => vec![format!(
                "CREATE TEXT SEARCH DICTIONARY {name} (TEMPLATE = pg_catalog.simple{})",
                [
                    "",
                    ", STOPWORDS = english",
                    ", STOPWORDS = english, ACCEPT = false"
                ][choice("options")]
            )],
            Configuration => self.configuration(&name, model),
            Statistics => self.statistics(&name, model),
            Wrapper => vec![format!(
                "CREATE FOREIGN DATA WRAPPER {alone}{}{}",
                ["", " VALIDATOR postgresql_fdw_validator"][choice("validator")],
                // The validator knows no options of wrappers.
                if choice("validator") == 0 {
                    options("options")
                } else {
                    String::new()
                }
            )],
            Server => {
                let wrapper = self.on.and_then(|on| model.others.get(&on));
                let validated = wrapper.is_some_and(|w| w.choice("validator") == 1);
                vec![format!(
                    "CREATE SERVER {alone}{}{} FOREIGN DATA WRAPPER {}{}",
                    ["", " TYPE 'postgres'"][choice("type")],
                    ["", " VERSION '17'", " VERSION '18'"][choice("version")],
                    self.of(model),
                    if validated {
                        String::new()
                    } else {
                        options("options")
                    }
                )]
            }
            UserMapping => vec![format!(
                "CREATE {}{}",
                self.target(model),
                ["", " OPTIONS (\"user\" 'one')", " OPTIONS (\"user\" 'two')"][choice("options")]
            )],
            EventTrigger => {
                let tags = [
                    "",
                    " WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE')",
                    " WHEN TAG IN ('DROP VIEW')",
                ][choice("tags")];
                vec![
                    format!(
                        "CREATE EVENT TRIGGER {alone} ON {}{tags} EXECUTE FUNCTION {}()",
                        ["ddl_command_start", "ddl_command_end", "sql_drop"][choice("event")],
                        self.of(model)
                    ),
                    format!(
                        "ALTER EVENT TRIGGER {alone} {}",
                        ["ENABLE", "DISABLE", "ENABLE ALWAYS"][choice("enabled")]
                    ),
                ]
            }
            Publication => vec![self.publication(&alone, model)],
            Subscription => vec![format!(
                "CREATE SUBSCRIPTION {alone} CONNECTION 'host=nowhere dbname={}' PUBLICATION {} \
                 WITH (connect = false, slot_name = NONE, binary = {})",
                ["x", "y"][choice("connection")],
                ["a", "a, \"B\""][choice("publications")],
                ["false", "true"][choice("binary")]
            )],
        }
    }

    fn language(&self, model: &Model) -> Vec<String> {
        let alone = quote_identifier(&self.named.name);
        let schema = model.schema(self.named.schema);
        let function = |suffix: &str| {
            let name = quote_identifier(&format!("{}_{suffix}", self.named.name));
            format!("{schema}.{name}")
        };
        let (handler, inline, validator) =
            (function("call"), function("inline"), function("check"));
        let mut all = vec![format!(
            "CREATE FUNCTION {handler}() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'"
        )];
        let mut parts = format!("HANDLER {handler}");
        if self.choice("validator") == 1 {
            all.push(format!(
                "CREATE FUNCTION {inline}(internal) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler'"
            ));
            all.push(format!(
                "CREATE FUNCTION {validator}(oid) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator'"
            ));
            parts = format!("{parts} INLINE {inline} VALIDATOR {validator}");
        }
        let trusted = ["", "TRUSTED "][self.choice("trusted") as usize];
        all.push(format!("CREATE {trusted}LANGUAGE {alone} {parts}"));
        all
    }

    fn aggregate(&self, name: &str) -> String {
        let big = self.choice("argument") == 1;
        let ty = self.argument();
        let function = match (self.choice("function"), big) {
            (0, false) => "int4pl",
            (0, true) => "int8pl",
            (_, false) => "int4larger",
            (_, true) => "int8larger",
        };
        let mut text = format!("CREATE AGGREGATE {name}({ty}) (SFUNC = {function}, STYPE = {ty}");
        text += ["", ", INITCOND = '0'", ", INITCOND = '7'"][self.choice("initial value") as usize];
        text += ["", ", PARALLEL = SAFE"][self.choice("parallel") as usize];
        if self.choice("combining") == 1 {
            text += &format!(", COMBINEFUNC = {function}");
        }
        text + ")"
    }

    fn create_operator(&self, model: &Model) -> String {
        let operator = self.operator(model);
        let mut text = format!(
            "CREATE OPERATOR {operator} (FUNCTION = {}, LEFTARG = integer, RIGHTARG = integer",
            ["int4eq", "int4ne"][self.choice("function") as usize]
        );
        if self.choice("commutator") == 1 {
            text += &format!(", COMMUTATOR = OPERATOR({operator})");
        }
        text += ["", ", RESTRICT = eqsel, JOIN = eqjoinsel"][self.choice("selectivity") as usize];
        text += ["", ", HASHES, MERGES"][self.choice("hashes") as usize];
        text + ")"
    }

    fn configuration(&self, name: &str, model: &Model) -> Vec<String> {
        let parser = self.on.and_then(|on| model.others.get(&on));
        let parser = parser.map_or("pg_catalog.\"default\"".to_owned(), |p| {
            model.qualified(&p.named)
        });
        let mut all = vec![format!(
            "CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {parser})"
        )];
        let own = model.others.values().find(|o| o.kind == Dictionary);
        let own = own.map_or("pg_catalog.simple".to_owned(), |d| {
            model.qualified(&d.named)
        });
        let mapping = match self.choice("mapping") {
            0 => return all,
            1 => "FOR asciiword, word WITH pg_catalog.english_stem".to_owned(),
            2 => "FOR asciiword WITH pg_catalog.simple".to_owned(),
            _ => format!("FOR asciiword, int WITH {own}, pg_catalog.english_stem"),
        };
        all.push(format!(
            "ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING {mapping}"
        ));
        all
    }

    fn statistics(&self, name: &str, model: &Model) -> Vec<String> {
        let key = self.on.unwrap_or_default();
        let mut over: Vec<_> = self.columns.iter().map(|c| quote_identifier(c)).collect();
        if self.choice("expression") == 1 {
            over.push(format!("({}::text || 'x')", over[0]));
        }
        let kinds = ["", " (ndistinct)", " (mcv, dependencies)"][self.choice("kinds") as usize];
        let mut all = vec![format!(
            "CREATE STATISTICS {name}{kinds} ON {} FROM {}",
            over.join(", "),
            model.qualified(&model.tables[&key].named)
        )];
        if self.choice("target") == 1 {
            all.push(format!("ALTER STATISTICS {name} SET STATISTICS 300"));
        }
        all
    }

    fn publication(&self, alone: &str, model: &Model) -> String {
        let table = self.on.and_then(|on| model.tables.get(&on));
        // Partitioned tables are published as a whole, unless by way of their root.
        let newer = model.target >= 15;
        let some = newer && table.is_some_and(|t| t.by.is_none()) && !self.columns.is_empty();
        let what = match (self.choice("what"), table) {
            (0, Some(table)) => {
                let mut text = format!(" FOR TABLE {}", model.qualified(&table.named));
                if some && self.choice("columns") == 1 {
                    let columns: Vec<_> =
                        self.columns.iter().map(|c| quote_identifier(c)).collect();
                    text += &format!(" ({})", columns.join(", "));
                }
                if some && self.choice("rows") == 1 {
                    text += &format!(
                        " WHERE ({} IS NOT NULL)",
                        quote_identifier(&self.columns[0])
                    );
                }
                text
            }
            (1, _) if newer => format!(" FOR TABLES IN SCHEMA {}", model.schema(self.named.schema)),
            (2, _) => " FOR ALL TABLES".to_owned(),
            _ => String::new(),
        };
        // What publishes updates needs replica identities of the tables.
        let operations =
            ["insert", "insert, truncate", "truncate"][self.choice("operations") as usize];
        let root = ["", ", publish_via_partition_root = true"][self.choice("root") as usize];
        format!(
            "CREATE PUBLICATION {alone}{what} WITH (publish = {}{root})",
            quote_literal(operations)
        )
    }

    /// Whether what it is on can be so.
    pub fn fits(kind: OtherKind, on: Key, model: &Model) -> bool {
        match kind {
            Server => model.others.get(&on).is_some_and(|o| o.kind == Wrapper),
            UserMapping => model.others.get(&on).is_some_and(|o| o.kind == Server),
            Configuration => model.others.get(&on).is_some_and(|o| o.kind == Parser),
            Cast => model.types.contains_key(&on),
            EventTrigger => model.functions.contains_key(&on),
            Statistics | Publication => {
                let table = model.tables.get(&on);
                let published = |t: &Table| kind == Statistics || !t.unlogged;
                table.is_some_and(|t| !matches!(t.kind, Kind::Foreign(_)) && published(t))
            }
            _ => false,
        }
    }
}
