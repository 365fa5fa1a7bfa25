//! The clauses of SELECT, INSERT, UPDATE and DELETE, each in its scope.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, SetOperation, Token as T};

use super::RewriteErrorKind;
use super::scope::{self, Column, Found, Item, Scope};
use super::walk::{Resolved, Walk, renamed};
use crate::expr::strings;
use crate::parse;
use crate::quote;
use crate::tree;

/// The result columns of a query; `None` when they are not known.
type Outputs = Option<Vec<Column>>;

impl Walk<'_> {
    /// Walks a statement in a scope of its own.
    pub(super) fn statement(&mut self, node: &NodeEnum) -> Outputs {
        match node {
            NodeEnum::SelectStmt(select) => self.select(select),
            NodeEnum::InsertStmt(insert) => self.insert(insert),
            NodeEnum::UpdateStmt(update) => self.update(update),
            NodeEnum::DeleteStmt(delete) => self.delete(delete),
            _ => None,
        }
    }

    pub(super) fn select(&mut self, select: &protobuf::SelectStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(select.with_clause.as_ref());
        let outputs = if select.op() == SetOperation::SetopNone {
            self.simple_select(select)
        } else {
            let outputs = select.larg.as_deref().and_then(|left| self.select(left));
            if let Some(right) = select.rarg.as_deref() {
                self.select(right);
            }
            // Only the result columns are in scope here.
            let mut scope = Scope::default();
            scope.items.push(Item::new(None, outputs.clone()));
            self.scopes.push(scope);
            self.expressions(&select.sort_clause);
            self.optional(select.limit_count.as_deref());
            self.optional(select.limit_offset.as_deref());
            self.scopes.pop();
            outputs
        };
        self.ctes.truncate(outer_ctes);
        outputs
    }

    fn simple_select(&mut self, select: &protobuf::SelectStmt) -> Outputs {
        self.scopes.push(Scope::default());
        for item in &select.from_clause {
            self.from_item(item);
        }
        if !select.values_lists.is_empty() {
            self.expressions(&select.values_lists);
        }
        let outputs = if select.values_lists.is_empty() {
            self.targets(&select.target_list)
        } else {
            let width = match select
                .values_lists
                .first()
                .and_then(|list| list.node.as_ref())
            {
                Some(NodeEnum::List(list)) => list.items.len(),
                _ => 0,
            };
            Some(
                (1..=width)
                    .map(|number| Column::same(&format!("column{number}")))
                    .collect(),
            )
        };
        for item in &select.distinct_clause {
            self.ordering(item, &outputs, &select.target_list);
        }
        self.optional(select.where_clause.as_deref());
        for item in &select.group_clause {
            self.grouping(item, &select.target_list);
        }
        self.optional(select.having_clause.as_deref());
        self.expressions(&select.window_clause);
        for item in &select.sort_clause {
            self.ordering(item, &outputs, &select.target_list);
        }
        self.optional(select.limit_count.as_deref());
        self.optional(select.limit_offset.as_deref());
        for clause in &select.locking_clause {
            let Some(NodeEnum::LockingClause(clause)) = &clause.node else {
                continue;
            };
            for relation in &clause.locked_rels {
                let Some(NodeEnum::RangeVar(range)) = &relation.node else {
                    continue;
                };
                self.locked(range);
            }
        }
        self.scopes.pop();
        outputs
    }

    /// `FOR UPDATE OF name`: a visible name, not a relation.
    fn locked(&mut self, range: &protobuf::RangeVar) {
        let name = std::slice::from_ref(&range.relname);
        let Some(item) = scope::find_item(&self.scopes, name) else {
            return;
        };
        let qualifier = item.qualifier.clone();
        let query = self.query;
        let tokens = tree::name_tokens(&query.tokens, range.location.max(0) as usize, 1);
        if let Some(token) = tokens.first().filter(|_| item.columns.is_some()) {
            if quote::identifier(&range.relname) != qualifier {
                self.replace(token, qualifier);
            }
        }
    }

    fn with(&mut self, with: Option<&protobuf::WithClause>) {
        let Some(with) = with else { return };
        for cte in &with.ctes {
            let Some(NodeEnum::CommonTableExpr(cte)) = &cte.node else {
                continue;
            };
            let Some(node) = cte
                .ctequery
                .as_deref()
                .and_then(|query| query.node.as_ref())
            else {
                continue;
            };
            let names = protobuf::Alias {
                aliasname: cte.ctename.clone(),
                colnames: cte.aliascolnames.clone(),
            };
            let before = self.ctes.len();
            if with.recursive {
                let columns = self.recursive_outputs(node);
                self.ctes
                    .push((cte.ctename.clone(), renamed(columns, Some(&names))));
            }
            // A CTE sees the CTEs before it, and nothing of the query that it belongs to.
            let scopes = std::mem::take(&mut self.scopes);
            let outputs = self.statement(node);
            self.scopes = scopes;
            self.ctes.truncate(before);
            // SEARCH and CYCLE add columns.
            let extended = cte.search_clause.is_some() || cte.cycle_clause.is_some();
            let columns = if extended {
                None
            } else {
                renamed(outputs, Some(&names))
            };
            self.ctes.push((cte.ctename.clone(), columns));
        }
    }

    /// The columns of a recursive query are those of its first arm, which does not name the query
    /// itself: walked once for them alone.
    fn recursive_outputs(&mut self, node: &NodeEnum) -> Outputs {
        let NodeEnum::SelectStmt(select) = node else {
            return None;
        };
        let first = select.larg.as_deref()?;
        let mut rehearsal = Walk {
            query: self.query,
            resolver: self.resolver,
            relations: Vec::new(),
            columns: Vec::new(),
            edits: Vec::new(),
            errors: Vec::new(),
            resolved: Default::default(),
            joins: Vec::new(),
            scopes: Vec::new(),
            ctes: self.ctes.clone(),
            using: self.using.clone(),
            kept_names: self.kept_names.clone(),
            last_offset: self.last_offset,
        };
        rehearsal.select(first)
    }

    /// The SELECT list or RETURNING list.
    fn targets(&mut self, targets: &[Node]) -> Outputs {
        let mut outputs = Some(Vec::new());
        let mut add = |columns: Outputs| match (&mut outputs, columns) {
            (Some(outputs), Some(columns)) => outputs.extend(columns),
            (outputs, _) => *outputs = None,
        };
        for target in targets {
            let Some(NodeEnum::ResTarget(target)) = &target.node else {
                continue;
            };
            let Some(value) = target.val.as_deref().and_then(|value| value.node.as_ref()) else {
                continue;
            };
            let NodeEnum::ColumnRef(reference) = value else {
                self.expression(value);
                let name = if target.name.is_empty() {
                    result_name(value)
                } else {
                    target.name.clone()
                };
                add(Some(vec![Column::same(&name)]));
                continue;
            };
            let path = strings(&reference.fields);
            let resolved = self.column(reference);
            if path.last().is_some_and(|name| name == "*") {
                add(self.star(&path[..path.len() - 1]));
                continue;
            }
            let written = path.last().cloned().unwrap_or_default();
            if !target.name.is_empty() {
                add(Some(vec![Column::same(&target.name)]));
                continue;
            }
            if resolved.is_some_and(|column| column.new != written) {
                let offset = reference.location.max(0) as usize;
                let query = self.query;
                let tokens = tree::name_tokens(&query.tokens, offset, path.len());
                if let Some(end) = tokens.last().map(|token| token.end.max(0) as usize) {
                    let alias = format!(" AS {}", quote::identifier(&written));
                    self.edits.push((end, end, alias));
                }
            }
            add(Some(vec![Column::same(&written)]));
        }
        outputs
    }

    /// What a star stands for.
    fn star(&self, qualifier: &[String]) -> Outputs {
        if !qualifier.is_empty() {
            return scope::find_item(&self.scopes, qualifier)?.columns.clone();
        }
        let scope = self.scopes.last()?;
        let mut columns: Vec<Column> = Vec::new();
        for item in scope.items.iter().filter(|item| item.merged) {
            columns.extend(item.columns.clone()?);
        }
        let merged = columns.clone();
        for item in scope
            .items
            .iter()
            .filter(|item| !item.merged && !item.qualified_only)
        {
            let own = item.columns.clone()?;
            columns.extend(own.into_iter().filter(|column| !merged.contains(column)));
        }
        Some(columns)
    }

    /// ORDER BY and DISTINCT ON: a bare name is a result column first.
    fn ordering(&mut self, item: &Node, outputs: &Outputs, targets: &[Node]) {
        let Some(node) = item.node.as_ref() else {
            return;
        };
        let inner = match node {
            NodeEnum::SortBy(sort) => sort.node.as_deref().and_then(|node| node.node.as_ref()),
            other => Some(other),
        };
        let Some(NodeEnum::ColumnRef(reference)) = inner else {
            return self.expression(node);
        };
        let path = strings(&reference.fields);
        let ([name], Some(outputs)) = (path.as_slice(), outputs) else {
            return self.expression(node);
        };
        let Some(output) = outputs.iter().find(|output| output.old == *name) else {
            return self.expression(node);
        };
        // An unaliased column, or one of a star, is also resolved, so that it is known what it is.
        if is_alias(name, targets) {
            return;
        }
        let output = output.clone();
        let edits = self.edits.len();
        let errors = self.errors.len();
        self.column(reference);
        self.edits.truncate(edits);
        self.errors.truncate(errors);
        if output.new != *name {
            let offset = reference.location.max(0) as usize;
            let query = self.query;
            if let Some(token) = tree::name_tokens(&query.tokens, offset, 1).first() {
                self.replace(token, quote::identifier(&output.new));
            }
        }
    }

    /// GROUP BY: a bare name is a column of the FROM list first, and a result column only then.
    fn grouping(&mut self, item: &Node, targets: &[Node]) {
        let Some(node) = item.node.as_ref() else {
            return;
        };
        if let NodeEnum::ColumnRef(reference) = node {
            let path = strings(&reference.fields);
            if let [name] = path.as_slice() {
                let innermost = self.scopes.last().cloned().unwrap_or_default();
                let here = [innermost];
                let found = scope::find(&here, name);
                if is_alias(name, targets) && !matches!(found, Found::Column { .. }) {
                    return;
                }
            }
        }
        self.expression(node);
    }

    fn from_item(&mut self, node: &Node) {
        let Some(node) = node.node.as_ref() else {
            return;
        };
        match node {
            NodeEnum::RangeVar(range) => {
                let item = self.relation(range);
                self.add(item);
            }
            NodeEnum::RangeTableSample(sample) => {
                if let Some(relation) = sample.relation.as_deref() {
                    self.from_item(relation);
                }
                self.expressions(&sample.args);
                self.optional(sample.repeatable.as_deref());
            }
            NodeEnum::RangeSubselect(subselect) => {
                let Some(query) = subselect.subquery.as_deref().and_then(|q| q.node.as_ref())
                else {
                    return;
                };
                // Without LATERAL, the FROM list's other items are out of sight.
                let hidden = if subselect.lateral {
                    None
                } else {
                    self.scopes.pop()
                };
                let outputs = self.statement(query);
                self.scopes.extend(hidden);
                let alias = subselect.alias.as_ref();
                let name = alias.map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, renamed(outputs, alias)));
            }
            NodeEnum::RangeFunction(function) => {
                for call in &function.functions {
                    if let Some(NodeEnum::List(list)) = &call.node {
                        self.optional(list.items.first());
                    }
                }
                let name = function.alias.as_ref().map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, None));
            }
            NodeEnum::JoinExpr(join) => self.join(join),
            NodeEnum::RangeTableFunc(table) => {
                self.optional(table.docexpr.as_deref());
                self.optional(table.rowexpr.as_deref());
                let name = table.alias.as_ref().map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, None));
            }
            NodeEnum::JsonTable(table) => {
                let input = table.context_item.as_deref();
                self.optional(input.and_then(|item| item.raw_expr.as_deref()));
                self.expressions(&table.passing);
                let name = table.alias.as_ref().map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, None));
            }
            _ => {}
        }
    }

    fn add(&mut self, item: Item) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.items.push(item);
        }
    }

    fn join(&mut self, join: &protobuf::JoinExpr) {
        let start = self.scopes.last().map_or(0, |scope| scope.items.len());
        for side in [join.larg.as_deref(), join.rarg.as_deref()]
            .into_iter()
            .flatten()
        {
            self.from_item(side);
        }
        if join.is_natural && self.resolver.is_some() {
            let offset = self.last_offset;
            self.error(
                RewriteErrorKind::Unsupported,
                "NATURAL JOIN",
                offset,
                "NATURAL JOIN pairs columns by their names, which change".to_owned(),
                Some("write the condition after ON".to_owned()),
            );
        }
        let names = strings(&join.using_clause);
        if !names.is_empty() {
            self.using(&names, start);
        }
        if let Some(quals) = join.quals.as_deref() {
            // ON sees the two sides of the join, not the items before it.
            let before: Vec<Item> = match self.scopes.last_mut() {
                Some(scope) => scope.items.drain(..start).collect(),
                None => Vec::new(),
            };
            self.optional(Some(quals));
            if let Some(scope) = self.scopes.last_mut() {
                scope.items.splice(0..0, before);
            }
        }
        if let Some(alias) = &join.alias {
            let Some(scope) = self.scopes.last_mut() else {
                return;
            };
            let mut columns = Some(Vec::new());
            for item in scope.items.drain(start..).filter(|item| !item.merged) {
                match (&mut columns, item.columns) {
                    (Some(all), Some(own)) => all.extend(own),
                    (all, _) => *all = None,
                }
            }
            let item = Item::new(Some(alias.aliasname.clone()), renamed(columns, Some(alias)));
            scope.items.push(item);
        }
    }

    /// `USING (a, b)`: each name is a column of both sides.
    fn using(&mut self, names: &[String], start: usize) {
        let text = &self.query.text;
        let last_offset = self.last_offset;
        let place = self.using.iter_mut().find(|(offset, tokens, used)| {
            !*used
                && *offset > last_offset
                && tokens.len() == names.len()
                && tokens.iter().zip(names).all(|(token, name)| {
                    let written = parse::text_of(text, token);
                    let bare = written.trim_matches('"').replace("\"\"", "\"");
                    bare == *name || written.to_lowercase() == *name
                })
        });
        let Some((offset, tokens, used)) = place else {
            return;
        };
        *used = true;
        let (offset, tokens) = (*offset, tokens.clone());
        if self.resolver.is_none() {
            return;
        }
        let items: Vec<Item> = match self.scopes.last() {
            Some(scope) => scope.items[start..].to_vec(),
            None => return,
        };
        let mut merged = Vec::new();
        for (name, token) in names.iter().zip(&tokens) {
            let known: Vec<&Column> = items.iter().filter_map(|item| item.column(name)).collect();
            let open = items.iter().any(|item| item.columns.is_none());
            let Some(first) = known.first() else {
                if !open {
                    let place = token.start.max(0) as usize;
                    self.unknown_column(name, place, &items.iter().collect::<Vec<_>>());
                }
                continue;
            };
            if known.iter().any(|column| column.new != first.new) {
                let news: Vec<_> = known.iter().map(|column| column.new.as_str()).collect();
                self.error(
                    RewriteErrorKind::Unsupported,
                    name,
                    token.start.max(0) as usize,
                    format!(
                        "\"{name}\" becomes columns of different names: {}",
                        news.join(", ")
                    ),
                    Some("write the condition after ON".to_owned()),
                );
                continue;
            }
            if known.len() < 2 && !open {
                let message = format!("\"{name}\" is a column of one side of the join only");
                let kind = RewriteErrorKind::UnknownColumn;
                self.error(kind, name, token.start.max(0) as usize, message, None);
            }
            if first.new != *name {
                self.replace(token, quote::identifier(&first.new));
            }
            merged.push((*first).clone());
            let sides: Vec<Resolved> = items
                .iter()
                .filter_map(|item| {
                    let column = item.column(name)?.new.clone();
                    Some(Resolved {
                        relation: item.relation?,
                        column,
                    })
                })
                .collect();
            for pair in sides.windows(2) {
                self.joins.push((pair[0].clone(), pair[1].clone()));
            }
        }
        self.last_offset = self.last_offset.max(offset);
        let mut item = Item::new(None, Some(merged));
        item.merged = true;
        // A merged column stands for that of the left side.
        item.relation = None;
        self.add(item);
    }

    fn insert(&mut self, insert: &protobuf::InsertStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(insert.with_clause.as_ref());
        let target = insert.relation.as_ref().map(|range| self.relation(range));
        let target = target.unwrap_or_else(|| Item::new(None, None));
        if insert.cols.is_empty() && insert.select_stmt.is_some() {
            let offset = insert
                .relation
                .as_ref()
                .map_or(0, |range| range.location.max(0) as usize);
            self.error(
                RewriteErrorKind::Unsupported,
                "INSERT",
                offset,
                "values without column names go by the order of the table's columns".to_owned(),
                Some("name the columns in parentheses after the relation".to_owned()),
            );
        }
        self.target_names(&insert.cols, &target);
        if let Some(source) = insert
            .select_stmt
            .as_deref()
            .and_then(|node| node.node.as_ref())
        {
            self.statement(source);
        }
        let mut scope = Scope::default();
        scope.items.push(target.clone());
        self.scopes.push(scope);
        if let Some(conflict) = insert.on_conflict_clause.as_deref() {
            if let Some(infer) = conflict.infer.as_deref() {
                self.conflict_target(infer, &target);
            }
            let mut excluded = target.clone();
            excluded.name = Some("excluded".to_owned());
            excluded.qualifier = "excluded".to_owned();
            excluded.schema = None;
            excluded.qualified_only = true;
            self.add(excluded);
            self.assignments(&conflict.target_list, &target);
            self.optional(conflict.where_clause.as_deref());
            if let Some(scope) = self.scopes.last_mut() {
                scope.items.pop();
            }
        }
        let outputs = self.returning(insert.returning_clause.as_ref());
        self.scopes.pop();
        self.ctes.truncate(outer_ctes);
        outputs
    }

    /// The columns of `ON CONFLICT (a, lower(b))`; the parse tree has no place for plain names.
    fn conflict_target(&mut self, infer: &protobuf::InferClause, target: &Item) {
        let offset = infer.location.max(0) as usize;
        let query = self.query;
        let mut tokens = query
            .tokens
            .iter()
            .skip_while(|token| (token.start.max(0) as usize) < offset);
        let mut depth = 0;
        let mut expect_name = false;
        let mut elements = infer.index_elems.iter();
        for token in tokens.by_ref() {
            match token.token() {
                T::Ascii40 => {
                    depth += 1;
                    expect_name = depth == 1;
                    if depth == 1 {
                        continue;
                    }
                }
                T::Ascii41 => depth -= 1,
                T::Ascii44 if depth == 1 => {
                    expect_name = true;
                    continue;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if !expect_name {
                continue;
            }
            expect_name = false;
            let Some(NodeEnum::IndexElem(element)) = elements.next().and_then(|e| e.node.as_ref())
            else {
                break;
            };
            if element.name.is_empty() {
                self.optional(element.expr.as_deref());
            } else {
                self.target_name(&element.name, token, target);
            }
        }
        self.optional(infer.where_clause.as_deref());
    }

    fn update(&mut self, update: &protobuf::UpdateStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(update.with_clause.as_ref());
        let target = update.relation.as_ref().map(|range| self.relation(range));
        let target = target.unwrap_or_else(|| Item::new(None, None));
        let mut scope = Scope::default();
        scope.items.push(target.clone());
        self.scopes.push(scope);
        for item in &update.from_clause {
            self.from_item(item);
        }
        self.assignments(&update.target_list, &target);
        self.optional(update.where_clause.as_deref());
        let outputs = self.returning(update.returning_clause.as_ref());
        self.scopes.pop();
        self.ctes.truncate(outer_ctes);
        outputs
    }

    fn delete(&mut self, delete: &protobuf::DeleteStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(delete.with_clause.as_ref());
        let target = delete.relation.as_ref().map(|range| self.relation(range));
        let mut scope = Scope::default();
        scope.items.extend(target);
        self.scopes.push(scope);
        for item in &delete.using_clause {
            self.from_item(item);
        }
        self.optional(delete.where_clause.as_deref());
        let outputs = self.returning(delete.returning_clause.as_ref());
        self.scopes.pop();
        self.ctes.truncate(outer_ctes);
        outputs
    }

    fn returning(&mut self, clause: Option<&protobuf::ReturningClause>) -> Outputs {
        let Some(clause) = clause else {
            return Some(Vec::new());
        };
        // RETURNING may name the row before and after, from PostgreSQL 18 on.
        let target = self
            .scopes
            .last()
            .and_then(|scope| scope.items.first())
            .cloned();
        let kept = self.scopes.last().map_or(0, |scope| scope.items.len());
        let mut names = vec!["old".to_owned(), "new".to_owned()];
        for option in &clause.options {
            if let Some(NodeEnum::ReturningOption(option)) = &option.node {
                names.push(option.value.clone());
            }
        }
        for name in names {
            let Some(mut item) = target.clone() else {
                continue;
            };
            item.qualifier = quote::identifier(&name);
            item.name = Some(name);
            item.schema = None;
            item.qualified_only = true;
            self.add(item);
        }
        let outputs = self.targets(&clause.exprs);
        if let Some(scope) = self.scopes.last_mut() {
            scope.items.truncate(kept);
        }
        outputs
    }

    /// `SET a = …, (b, c) = …`
    fn assignments(&mut self, targets: &[Node], target: &Item) {
        self.target_names(targets, target);
        for assignment in targets {
            let Some(NodeEnum::ResTarget(assignment)) = &assignment.node else {
                continue;
            };
            match assignment
                .val
                .as_deref()
                .and_then(|value| value.node.as_ref())
            {
                // The row that several targets share hangs on each of them; one walk is enough.
                Some(NodeEnum::MultiAssignRef(reference)) if reference.colno > 1 => {}
                Some(value) => self.expression(value),
                None => {}
            }
        }
    }

    /// The names of the columns that are written to.
    fn target_names(&mut self, targets: &[Node], target: &Item) {
        let query = self.query;
        for column in targets {
            let Some(NodeEnum::ResTarget(column)) = &column.node else {
                continue;
            };
            let offset = column.location.max(0) as usize;
            if let Some(token) = tree::name_tokens(&query.tokens, offset, 1).first() {
                self.target_name(&column.name, token, target);
            }
        }
    }

    fn target_name(&mut self, name: &str, token: &parse::Token, target: &Item) {
        if self.resolver.is_none() || target.columns.is_none() {
            return;
        }
        match target.column(name).cloned() {
            Some(column) if column.new != name => {
                self.replace(token, quote::identifier(&column.new));
            }
            Some(_) => {}
            None => self.unknown_column(name, token.start.max(0) as usize, &[target]),
        }
    }
}

/// Whether a name is an alias that the SELECT list gives to something else than a column of that name.
fn is_alias(name: &str, targets: &[Node]) -> bool {
    targets.iter().any(|target| match &target.node {
        Some(NodeEnum::ResTarget(target)) if target.name.is_empty() => {
            let value = target.val.as_deref().and_then(|value| value.node.as_ref());
            value.is_some_and(|value| {
                !matches!(value, NodeEnum::ColumnRef(_)) && result_name(value) == name
            })
        }
        Some(NodeEnum::ResTarget(target)) => target.name == name,
        _ => false,
    })
}

/// The name that PostgreSQL gives to a result column without an alias (FigureColname).
fn result_name(node: &NodeEnum) -> String {
    let inner = |node: Option<&Node>| {
        node.and_then(|node| node.node.as_ref())
            .map_or_else(|| "?column?".to_owned(), result_name)
    };
    let name = match node {
        NodeEnum::ColumnRef(column) => strings(&column.fields).pop(),
        NodeEnum::FuncCall(call) => strings(&call.funcname).pop(),
        NodeEnum::TypeCast(cast) => {
            let name = inner(cast.arg.as_deref());
            if name != "?column?" {
                return name;
            }
            cast.type_name
                .as_ref()
                .and_then(|type_name| strings(&type_name.names).pop())
        }
        NodeEnum::CollateClause(collate) => return inner(collate.arg.as_deref()),
        NodeEnum::AIndirection(indirection) => match strings(&indirection.indirection).pop() {
            Some(field) => Some(field),
            None => return inner(indirection.arg.as_deref()),
        },
        NodeEnum::CaseExpr(case) => {
            let name = inner(case.defresult.as_deref());
            return if name == "?column?" {
                "case".to_owned()
            } else {
                name
            };
        }
        NodeEnum::CoalesceExpr(_) => Some("coalesce".to_owned()),
        NodeEnum::MinMaxExpr(call) if call.op() == protobuf::MinMaxOp::IsLeast => {
            Some("least".to_owned())
        }
        NodeEnum::MinMaxExpr(_) => Some("greatest".to_owned()),
        NodeEnum::AArrayExpr(_) => Some("array".to_owned()),
        NodeEnum::RowExpr(_) => Some("row".to_owned()),
        NodeEnum::SubLink(link) => match link.sub_link_type() {
            protobuf::SubLinkType::ExistsSublink => Some("exists".to_owned()),
            protobuf::SubLinkType::ArraySublink => Some("array".to_owned()),
            protobuf::SubLinkType::ExprSublink => {
                let query = link
                    .subselect
                    .as_deref()
                    .and_then(|query| query.node.as_ref());
                let Some(NodeEnum::SelectStmt(select)) = query else {
                    return "?column?".to_owned();
                };
                match select
                    .target_list
                    .first()
                    .and_then(|target| target.node.as_ref())
                {
                    Some(NodeEnum::ResTarget(target)) if target.name.is_empty() => {
                        return inner(target.val.as_deref());
                    }
                    Some(NodeEnum::ResTarget(target)) => Some(target.name.clone()),
                    _ => None,
                }
            }
            _ => None,
        },
        NodeEnum::AExpr(expr) if expr.kind() == protobuf::AExprKind::AexprNullif => {
            Some("nullif".to_owned())
        }
        _ => None,
    };
    name.unwrap_or_else(|| "?column?".to_owned())
}
