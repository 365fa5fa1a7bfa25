//! Sub-selects inside expressions.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, SubLinkType};

use crate::analyze::error::Undecided;
use crate::analyze::query::analyze_select;
use crate::analyze::state::ParseState;
use crate::analyze::tree::{Expr, Param, ParamKind, Query, SubLink, SubLinkKind};
use crate::analyze::types::string_of;

impl ParseState<'_> {
    pub(super) fn sublink(&mut self, link: &protobuf::SubLink) -> Result<Expr, Undecided> {
        self.has_sublinks.set(true);
        let query = Box::new(self.subquery(link)?);
        let columns = query.targets.iter().filter(|t| !t.junk).count();
        let kind = match link.sub_link_type() {
            SubLinkType::ExistsSublink => SubLinkKind::Exists,
            SubLinkType::ExprSublink => SubLinkKind::Expr,
            SubLinkType::ArraySublink => SubLinkKind::Array,
            SubLinkType::AnySublink => SubLinkKind::Any,
            SubLinkType::AllSublink => SubLinkKind::All,
            _ => return Err(Undecided::at(link.location, "a sub-select of this kind")),
        };
        if matches!(kind, SubLinkKind::Expr | SubLinkKind::Array) && columns != 1 {
            return Err(Undecided::at(
                link.location,
                "subquery must return only one column",
            ));
        }
        if !matches!(kind, SubLinkKind::Any | SubLinkKind::All) {
            return Ok(Expr::SubLink(Box::new(SubLink {
                kind,
                test: None,
                operator_name: Vec::new(),
                query,
            })));
        }
        let names: Vec<&str> = link.oper_name.iter().filter_map(string_of).collect();
        let operator = if names.is_empty() {
            vec!["="]
        } else {
            names.clone()
        };
        let left = self.required(link.testexpr.as_deref())?;
        let test = self
            .sublink_test(left, &operator, &query)
            .map_err(|e| e.or_at(link.location))?;
        Ok(Expr::SubLink(Box::new(SubLink {
            kind,
            test: Some(test),
            operator_name: names.into_iter().map(str::to_owned).collect(),
            query,
        })))
    }

    /// `ROW(…) operator (SELECT …)`.
    pub(super) fn row_sublink(
        &mut self,
        left: &Node,
        name: &[&str],
        link: &protobuf::SubLink,
    ) -> Result<Expr, Undecided> {
        self.has_sublinks.set(true);
        let query = Box::new(self.subquery(link)?);
        let left = self.transform(left)?;
        let test = self.sublink_test(left, name, &query)?;
        Ok(Expr::SubLink(Box::new(SubLink {
            kind: SubLinkKind::RowCompare,
            test: Some(test),
            operator_name: name.iter().map(|n| (*n).to_owned()).collect(),
            query,
        })))
    }

    fn subquery(&mut self, link: &protobuf::SubLink) -> Result<Query, Undecided> {
        match link.subselect.as_ref().and_then(|n| n.node.as_ref()) {
            Some(NodeEnum::SelectStmt(select)) => analyze_select(select, self),
            _ => Err(Undecided::at(link.location, "a sub-select of this kind")),
        }
    }

    /// The comparison of the left side with the columns of the subquery.
    fn sublink_test(&self, left: Expr, name: &[&str], query: &Query) -> Result<Expr, Undecided> {
        let left = match left {
            Expr::Row(row) => row.arguments,
            other => vec![other],
        };
        let right: Vec<Expr> = query
            .targets
            .iter()
            .filter(|t| !t.junk)
            .map(|target| {
                Expr::Param(Param {
                    kind: ParamKind::Sublink,
                    number: i32::from(target.resno),
                    data_type: target.expr.data_type(),
                    typmod: target.expr.typmod(),
                })
            })
            .collect();
        self.compare_rows(name, left, right)
    }
}
