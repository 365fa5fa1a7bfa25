//! FROM: relations, subqueries, functions, joins, and their aliases.

use super::expression::malformed;
use super::layout::{JOIN, LIST, STANDARD};
use super::printer::{Printed, Printer};
use crate::analyze::Undecided;
use crate::analyze::tree::{
    Expr, FromItem, FunctionRte, JoinItem, JoinKind, Query, RelationRte, RteColumn, RteKind,
    TableSample,
};
use crate::analyze::types::format_type;

/// `unnest(anyarray)`: several of it in ROWS FROM are printed as one call.
const UNNEST: u32 = 2331;

impl<'a> Printer<'a> {
    /// FROM, or USING of DELETE and MERGE.
    pub(super) fn print_from(&mut self, query: &'a Query, word: &str) -> Printed {
        let mut first = true;
        for item in &query.from {
            if let FromItem::Entry(rtindex) = item
                && !self.namespace(0)?.entry(*rtindex)?.in_from
            {
                continue;
            }
            if first {
                first = false;
                self.clause(word, 2);
                self.print_item(item)?;
                continue;
            }
            self.put(", ");
            let text = self.apart(|printer| printer.print_item(item))?;
            if self.state.indent {
                if text.starts_with('\n') {
                    self.trim_spaces();
                } else {
                    self.keyword("", -STANDARD, STANDARD, LIST);
                }
            }
            self.put(&text);
        }
        Ok(())
    }

    fn print_item(&mut self, item: &'a FromItem) -> Printed {
        match item {
            FromItem::Entry(rtindex) => self.print_entry(*rtindex),
            FromItem::Join(join) => self.join(join),
        }
    }

    fn print_entry(&mut self, rtindex: usize) -> Printed {
        let entry = self.namespace(0)?.entry(rtindex)?;
        if entry.lateral {
            self.put("LATERAL ");
        }
        let mut definitions: Option<&'a [RteColumn]> = None;
        match &entry.kind {
            RteKind::Relation(relation) => {
                self.only(relation);
                self.relation(relation, true);
            }
            RteKind::Subquery(query) => {
                self.put("(");
                let level = self.state.level;
                self.query(query, None, true, level)?;
                self.put(")");
            }
            RteKind::Function(functions) => definitions = self.functions(functions)?,
            RteKind::TableFunction(function) => self.table_function(function)?,
            RteKind::Values(rows) => {
                self.put("(");
                self.values(rows)?;
                self.put(")");
            }
            RteKind::Cte(cte) => self.identifier(&cte.name),
            RteKind::NamedTuplestore(name) => self.identifier(name),
            RteKind::Join(_) | RteKind::Result => return Err(malformed()),
        }
        self.alias(rtindex, false)?;
        match definitions {
            Some(definitions) => self.column_definitions(definitions, Some(rtindex))?,
            None => self.column_aliases(rtindex)?,
        }
        match &entry.kind {
            RteKind::Relation(RelationRte {
                sample: Some(sample),
                ..
            }) => self.table_sample(sample),
            _ => Ok(()),
        }
    }

    /// `ONLY`, of a table that could have descendants.
    pub(super) fn only(&mut self, relation: &RelationRte) {
        if !relation.inherited {
            self.put("ONLY ");
        }
    }

    /// A relation's name: qualified, but for the system's own, unless a WITH query hides it.
    pub(super) fn relation(&mut self, relation: &RelationRte, hidden_by_ctes: bool) {
        let hidden = hidden_by_ctes
            && self
                .namespaces
                .iter()
                .any(|namespace| namespace.ctes.iter().any(|cte| cte.name == relation.name));
        if hidden || &*relation.schema != "pg_catalog" {
            self.identifier(&relation.schema);
            self.put(".");
        }
        self.identifier(&relation.name);
    }

    /// The functions of an entry. Gives the column definitions that the alias must carry.
    fn functions(&mut self, entry: &'a FunctionRte) -> Result<Option<&'a [RteColumn]>, Undecided> {
        let mut definitions = None;
        match &entry.functions[..] {
            // With both a column definition list and ordinality it would be unclear which the list
            // describes.
            [only] if only.column_definitions.is_empty() || !entry.ordinality => {
                self.function_call(&only.expr, true)?;
                definitions = Some(&only.column_definitions[..]).filter(|d| !d.is_empty());
            }
            functions if functions.iter().all(|f| unnested(&f.expr).is_some()) => {
                self.put("UNNEST(");
                let arguments = functions.iter().filter_map(|f| unnested(&f.expr)).flatten();
                self.list(arguments, true)?;
                self.put(")");
            }
            functions => {
                self.put("ROWS FROM(");
                for (place, function) in functions.iter().enumerate() {
                    self.comma(place);
                    self.function_call(&function.expr, true)?;
                    if !function.column_definitions.is_empty() {
                        self.put(" AS ");
                        self.column_definitions(&function.column_definitions, None)?;
                    }
                }
                self.put(")");
            }
        }
        self.put(if entry.ordinality {
            " WITH ORDINALITY"
        } else {
            ""
        });
        Ok(definitions)
    }

    fn column_definitions(
        &mut self,
        definitions: &'a [RteColumn],
        rtindex: Option<usize>,
    ) -> Printed {
        self.put("(");
        for (place, column) in definitions.iter().enumerate() {
            let name = match rtindex {
                Some(rtindex) => {
                    let columns = self.namespace(0)?.columns_of(rtindex)?;
                    columns.names.get(place).cloned().flatten()
                }
                None => None,
            };
            self.comma(place);
            self.identifier(name.as_deref().unwrap_or(&column.name));
            self.put(" ");
            self.put(&format_type(&column.data_type, Some(column.typmod)));
            if let Some(collation) = &column.collation {
                self.put(" COLLATE ");
                self.collation(collation);
            }
        }
        self.put(")");
        Ok(())
    }

    /// The alias, where the text alone does not give the name.
    pub(super) fn alias(&mut self, rtindex: usize, with_as: bool) -> Printed {
        let namespace = self.namespace(0)?;
        let entry = namespace.entry(rtindex)?;
        let name = namespace.name(rtindex).map(str::to_owned);
        let differs = |real: &str| name.as_deref() != Some(real);
        let needed = entry.alias.is_some()
            || namespace.columns_of(rtindex)?.print_aliases
            || match &entry.kind {
                RteKind::Relation(relation) => differs(&relation.name),
                RteKind::Cte(cte) => differs(&cte.name),
                RteKind::Function(_) | RteKind::Subquery(_) | RteKind::Values(_) => true,
                _ => false,
            };
        if needed && let Some(name) = name {
            self.put(if with_as { " AS " } else { " " });
            self.identifier(&name);
        }
        Ok(())
    }

    fn column_aliases(&mut self, rtindex: usize) -> Printed {
        let columns = self.namespace(0)?.columns_of(rtindex)?;
        if columns.print_aliases && !columns.listed.is_empty() {
            let names = columns.listed.clone();
            self.put("(");
            self.identifiers(names);
            self.put(")");
        }
        Ok(())
    }

    fn table_sample(&mut self, sample: &'a TableSample) -> Printed {
        self.put(" TABLESAMPLE ");
        for (place, name) in sample.method.iter().enumerate() {
            self.put(if place > 0 { "." } else { "" });
            self.identifier(name);
        }
        self.put(" (");
        self.list(&sample.arguments, false)?;
        self.put(")");
        if let Some(seed) = &sample.repeatable {
            self.put(" REPEATABLE ");
            self.wrapped(true, seed, false)?;
        }
        Ok(())
    }

    fn join(&mut self, join: &'a JoinItem) -> Printed {
        self.put("(");
        self.print_item(&join.left)?;
        let word = match join.kind {
            JoinKind::Inner if join.on.is_none() && join.using.is_empty() => None,
            JoinKind::Inner => Some(" JOIN "),
            JoinKind::Left => Some(" LEFT JOIN "),
            JoinKind::Full => Some(" FULL JOIN "),
            JoinKind::Right => Some(" RIGHT JOIN "),
        };
        // A join without condition stays on its line, as the server has it.
        self.keyword(word.unwrap_or(" CROSS JOIN "), -STANDARD, STANDARD, JOIN);
        self.print_item(&join.right)?;
        if !join.using.is_empty() {
            let names = self.namespace(0)?.columns_of(join.rtindex)?;
            let names = names.using_names.clone();
            self.put(" USING (");
            self.identifiers(names);
            self.put(")");
            if let Some(alias) = &join.using_alias {
                self.put(" AS ");
                self.identifier(&alias.name);
            }
        } else if let Some(condition) = &join.on {
            self.put(" ON ");
            self.wrapped(true, condition, false)?;
        } else if join.kind != JoinKind::Inner {
            self.put(" ON TRUE");
        }
        self.put(")");
        if join.alias.is_some() {
            let name = self.namespace(0)?.name(join.rtindex).map(str::to_owned);
            self.put(" ");
            self.identifier(&name.ok_or_else(malformed)?);
            self.column_aliases(join.rtindex)?;
        }
        Ok(())
    }
}

fn unnested(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::FuncExpr(call) if call.function.oid == UNNEST => Some(&call.arguments),
        _ => None,
    }
}
