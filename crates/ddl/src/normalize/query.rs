//! The normal form of queries, to tell whether a view's body has changed.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, JoinType, LimitOption, Node, SetOperation, SortByDir, SortByNulls};

use super::normal;
use crate::expr::{self, Expr};
use crate::parse;
use crate::quote;

/// The normal form of a SELECT, or `None` for what is not one or has clauses not treated here.
///
/// A hint only: equal normal forms mean equal queries, but different ones may still mean the same. The
/// server writes out stars, qualifies columns as soon as there are two relations, and names every
/// result column; a body that does the same compares well.
///
/// ```
/// use pgwright_ddl::normalize::normal_query;
/// let designed = "SELECT id, lower(email) AS email FROM shop.customer WHERE active";
/// let printed = " SELECT customer.id,\n    lower((customer.email)::text) AS email\n   FROM shop.customer\n  WHERE customer.active;";
/// assert_eq!(normal_query(designed, &["shop"]), normal_query(printed, &["shop"]));
/// ```
pub fn normal_query(sql: &str, search_path: &[&str]) -> Option<String> {
    let mut raw = parse::statements(sql).ok()?;
    let statement = raw.pop().filter(|_| raw.is_empty())?.stmt?.node?;
    let NodeEnum::SelectStmt(select) = statement else {
        return None;
    };
    Writer { search_path }.select(&select)
}

struct Writer<'a> {
    search_path: &'a [&'a str],
}

impl Writer<'_> {
    fn select(&self, select: &protobuf::SelectStmt) -> Option<String> {
        let plain = select.into_clause.is_none()
            && select.window_clause.is_empty()
            && select.locking_clause.is_empty()
            && !select.group_distinct
            && select.limit_option() != LimitOption::WithTies;
        if !plain {
            return None;
        }
        let mut text = self.with(select.with_clause.as_ref())?;
        // With one relation a qualifier says nothing.
        let single = match select.from_clause.as_slice() {
            [only] => relation_name(only),
            _ => None,
        };
        let single = single.as_deref();
        if select.op() == SetOperation::SetopNone {
            if !select.values_lists.is_empty() {
                text.push_str("VALUES ");
                text.push_str(&self.list(&select.values_lists, single)?);
            } else {
                text.push_str("SELECT ");
            }
            match select.distinct_clause.as_slice() {
                [] => {}
                [Node { node: None }] => text.push_str("DISTINCT "),
                list => text.push_str(&format!("DISTINCT ON ({}) ", self.list(list, single)?)),
            }
            let mut targets = Vec::new();
            for target in &select.target_list {
                let Some(NodeEnum::ResTarget(target)) = &target.node else {
                    return None;
                };
                let value = self.expr(target.val.as_deref(), single)?;
                let name = if target.name.is_empty() {
                    match &value {
                        Expr::Column(path) => path.last().cloned(),
                        Expr::Function { name, .. } => name.last().cloned(),
                        _ => None,
                    }
                } else {
                    Some(target.name.clone())
                };
                let alias = name.map(|name| format!(" AS {}", quote::identifier(&name)));
                targets.push(value.to_sql() + &alias.unwrap_or_default());
            }
            text.push_str(&targets.join(", "));
        } else {
            let (left, right) = (select.larg.as_deref()?, select.rarg.as_deref()?);
            let word = match select.op() {
                SetOperation::SetopUnion => "UNION",
                SetOperation::SetopIntersect => "INTERSECT",
                _ => "EXCEPT",
            };
            let all = if select.all { " ALL" } else { "" };
            text.push_str(&format!(
                "({}) {word}{all} ({})",
                self.select(left)?,
                self.select(right)?
            ));
        }
        if !select.from_clause.is_empty() {
            let mut items = Vec::new();
            for item in &select.from_clause {
                items.push(self.source(item)?);
            }
            text.push_str(" FROM ");
            text.push_str(&items.join(", "));
        }
        let mut clause = |word: &str, node: Option<&Node>| -> Option<()> {
            if node.is_some() {
                text.push_str(&format!(" {word} {}", self.expr(node, single)?.to_sql()));
            }
            Some(())
        };
        clause("WHERE", select.where_clause.as_deref())?;
        if !select.group_clause.is_empty() {
            text.push_str(&format!(
                " GROUP BY {}",
                self.list(&select.group_clause, single)?
            ));
        }
        let mut clause = |word: &str, node: Option<&Node>| -> Option<()> {
            if node.is_some() {
                text.push_str(&format!(" {word} {}", self.expr(node, single)?.to_sql()));
            }
            Some(())
        };
        clause("HAVING", select.having_clause.as_deref())?;
        if !select.sort_clause.is_empty() {
            let mut items = Vec::new();
            for item in &select.sort_clause {
                let Some(NodeEnum::SortBy(sort)) = &item.node else {
                    return None;
                };
                let descending = match sort.sortby_dir() {
                    SortByDir::SortbyDesc => true,
                    SortByDir::SortbyUsing => return None,
                    _ => false,
                };
                let nulls_first = match sort.sortby_nulls() {
                    SortByNulls::SortbyNullsFirst => true,
                    SortByNulls::SortbyNullsLast => false,
                    _ => descending,
                };
                let mut item = self.sorted(sort.node.as_deref(), select, single)?.to_sql();
                if descending {
                    item.push_str(" DESC");
                }
                if nulls_first != descending {
                    item.push_str(if nulls_first {
                        " NULLS FIRST"
                    } else {
                        " NULLS LAST"
                    });
                }
                items.push(item);
            }
            text.push_str(&format!(" ORDER BY {}", items.join(", ")));
        }
        for (word, node) in [
            ("LIMIT", select.limit_count.as_deref()),
            ("OFFSET", select.limit_offset.as_deref()),
        ] {
            if node.is_some() {
                text.push_str(&format!(" {word} {}", self.expr(node, single)?.to_sql()));
            }
        }
        Some(text)
    }

    fn with(&self, with: Option<&protobuf::WithClause>) -> Option<String> {
        let Some(with) = with else {
            return Some(String::new());
        };
        let mut items = Vec::new();
        for cte in &with.ctes {
            let Some(NodeEnum::CommonTableExpr(cte)) = &cte.node else {
                return None;
            };
            if cte.search_clause.is_some() || cte.cycle_clause.is_some() {
                return None;
            }
            let Some(NodeEnum::SelectStmt(query)) = cte.ctequery.as_deref()?.node.as_ref() else {
                return None;
            };
            let names = expr::strings(&cte.aliascolnames).join(", ");
            let materialized = cte.ctematerialized;
            items.push(format!(
                "{}({names})#{materialized}({})",
                cte.ctename,
                self.select(query)?
            ));
        }
        let recursive = if with.recursive { "RECURSIVE " } else { "" };
        Some(format!("WITH {recursive}{} ", items.join(", ")))
    }

    fn source(&self, item: &Node) -> Option<String> {
        match item.node.as_ref()? {
            NodeEnum::RangeVar(range) => {
                let mut name = Vec::new();
                let implied = self.search_path.contains(&range.schemaname.as_str());
                if !range.schemaname.is_empty() && !implied {
                    name.push(range.schemaname.clone());
                }
                name.push(range.relname.clone());
                let only = if range.inh { "" } else { "ONLY " };
                let text = format!("{only}{}", quote::path(&name));
                Some(match &range.alias {
                    Some(alias) if !alias.colnames.is_empty() => return None,
                    Some(alias) if alias.aliasname != range.relname => {
                        format!("{text} {}", quote::identifier(&alias.aliasname))
                    }
                    _ => text,
                })
            }
            NodeEnum::JoinExpr(join) => {
                if join.is_natural || join.alias.is_some() || join.join_using_alias.is_some() {
                    return None;
                }
                let left = self.source(join.larg.as_deref()?)?;
                let right = self.source(join.rarg.as_deref()?)?;
                let word = match join.jointype() {
                    JoinType::JoinInner => "JOIN",
                    JoinType::JoinLeft => "LEFT JOIN",
                    JoinType::JoinRight => "RIGHT JOIN",
                    JoinType::JoinFull => "FULL JOIN",
                    _ => return None,
                };
                let condition = match (join.quals.as_deref(), join.using_clause.as_slice()) {
                    (Some(quals), _) => {
                        format!(" ON {}", self.expr(Some(quals), None)?.to_sql())
                    }
                    (None, []) => String::new(),
                    (None, using) => format!(" USING ({})", expr::strings(using).join(", ")),
                };
                Some(format!("({left} {word} {right}{condition})"))
            }
            NodeEnum::RangeSubselect(subselect) => {
                let Some(NodeEnum::SelectStmt(query)) =
                    subselect.subquery.as_deref()?.node.as_ref()
                else {
                    return None;
                };
                let alias = subselect.alias.as_ref()?;
                if !alias.colnames.is_empty() {
                    return None;
                }
                let lateral = if subselect.lateral { "LATERAL " } else { "" };
                let alias = quote::identifier(&alias.aliasname);
                Some(format!("{lateral}({}) {alias}", self.select(query)?))
            }
            _ => None,
        }
    }

    /// An item of ORDER BY; the server writes out what an alias stands for.
    fn sorted(
        &self,
        node: Option<&Node>,
        select: &protobuf::SelectStmt,
        single: Option<&str>,
    ) -> Option<Expr> {
        let expr = self.expr(node, single)?;
        if let Expr::Column(path) = &expr
            && let [name] = path.as_slice()
        {
            for target in &select.target_list {
                if let Some(NodeEnum::ResTarget(target)) = &target.node
                    && target.name == *name
                {
                    return self.expr(target.val.as_deref(), single);
                }
            }
        }
        Some(expr)
    }

    fn list(&self, nodes: &[Node], single: Option<&str>) -> Option<String> {
        let mut items = Vec::new();
        for node in nodes {
            let item = match node.node.as_ref()? {
                NodeEnum::List(list) => format!("({})", self.list(&list.items, single)?),
                _ => self.expr(Some(node), single)?.to_sql(),
            };
            items.push(item);
        }
        Some(items.join(", "))
    }

    fn expr(&self, node: Option<&Node>, single: Option<&str>) -> Option<Expr> {
        let expr = normal(
            &expr::from_node(node?.node.as_ref()?).ok()?,
            self.search_path,
        );
        Some(expr.map_columns(&mut |path| match (path, single) {
            ([qualifier, name], Some(single)) if qualifier == single => Some(vec![name.clone()]),
            _ => None,
        }))
    }
}

/// The name that a lone relation is known by.
fn relation_name(item: &Node) -> Option<String> {
    match item.node.as_ref()? {
        NodeEnum::RangeVar(range) => Some(
            range
                .alias
                .as_ref()
                .map_or(&range.relname, |alias| &alias.aliasname)
                .clone(),
        ),
        NodeEnum::RangeSubselect(subselect) => Some(subselect.alias.as_ref()?.aliasname.clone()),
        _ => None,
    }
}
