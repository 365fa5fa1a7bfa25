//! The expressions and queries of a script as they were written.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    self, AlterTableType, ConstrType, Constraint, FunctionParameterMode, Node, ObjectType,
    RangeVar, TypeName,
};
use pgwright_ddl::analyze::{
    BodyArgument, Environment, Place, Undecided, parse_type, printed_body_node,
    printed_expression_node, printed_rule_node, printed_view_node,
};

use crate::printed::sql_of;
use crate::server::Text;

/// Something written, with the search path at its place.
pub struct Written {
    /// Kind, place, and the SQL.
    pub text: Text,
    /// The search path.
    pub path: Vec<String>,
    node: Node,
    /// Column names of a view; the arguments of a function.
    names: Vec<String>,
    arguments: Vec<(bool, Option<String>, String)>,
}

/// All that a script defines.
pub fn definitions(script: &str) -> Vec<Written> {
    let mut walk = Walk {
        path: vec!["public".to_owned()],
        found: Vec::new(),
    };
    for statement in pgwright_ddl::split(script).unwrap() {
        // What our own splitter accepts and the parser does not is an error of the script.
        let Ok(parsed) = pg_query::parse(&statement.text, 0) else {
            continue;
        };
        for statement in parsed.protobuf.stmts {
            if let Some(node) = statement.stmt.and_then(|node| node.node) {
                walk.statement(&node);
            }
        }
    }
    walk.found
}

/// What our analysis prints for what was written.
pub fn printed(env: &dyn Environment, written: &Written) -> Result<String, Undecided> {
    let Written { text, node, .. } = written;
    let schema = (!text.schema.is_empty()).then_some(text.schema.as_str());
    let relation = || {
        env.relation(schema, &text.relation)
            .ok_or_else(|| Undecided::new(format!("{} is not read", text.relation)))
    };
    let column = || -> Result<_, Undecided> {
        let relation = relation()?;
        let mut columns = relation.columns.iter();
        let found = columns.find(|column| *column.name == *text.name);
        let found = found.ok_or_else(|| Undecided::new(format!("{} is not read", text.name)))?;
        Ok((found.data_type.clone(), found.typmod))
    };
    let wanted = || parse_type(env, &text.wanted);
    let place = match text.kind.as_str() {
        "view" | "materialized view" => {
            let query = node.node.as_ref().unwrap();
            return printed_view_node(env, query, &written.names);
        }
        "rule" => match node.node.as_ref() {
            Some(NodeEnum::RuleStmt(rule)) => return printed_rule_node(env, rule),
            _ => unreachable!(),
        },
        "body" => {
            let arguments = written.arguments.iter().map(|(input, name, data_type)| {
                Ok(BodyArgument {
                    name: name.as_deref().map(Into::into),
                    data_type: parse_type(env, data_type)?.0,
                    input: *input,
                })
            });
            let arguments: Vec<_> = arguments.collect::<Result<_, Undecided>>()?;
            return printed_body_node(env, node, &text.relation, &arguments);
        }
        "check" => Place::Check(relation()?),
        "default" => {
            let (data_type, typmod) = column()?;
            Place::Default(data_type, typmod)
        }
        "generated" => {
            let (data_type, typmod) = column()?;
            Place::Generated(relation()?, data_type, typmod)
        }
        "domain default" => {
            let (data_type, typmod) = wanted()?;
            Place::Default(data_type, typmod)
        }
        "domain check" => {
            let (data_type, typmod) = wanted()?;
            Place::DomainCheck(data_type, typmod)
        }
        "argument default" => Place::ArgumentDefault(wanted()?.0),
        "index expression" | "statistics expression" => Place::Element(relation()?),
        "index predicate" => Place::Predicate(relation()?),
        "policy using" | "policy check" => Place::Policy(relation()?),
        "trigger when" => Place::TriggerWhen(relation()?),
        kind => panic!("written as {kind}"),
    };
    let found = printed_expression_node(env, node, &place)?;
    // What the server prints of a statistics object's expressions has no parentheses of its own.
    Ok(match text.kind.as_str() {
        "statistics expression" => match found.strip_prefix("((") {
            Some(_) => found[1..found.len() - 1].to_owned(),
            None => found,
        },
        _ => found,
    })
}

impl Written {
    /// The SQL, which is made only where the server is to be asked.
    pub fn with_sql(&self) -> Text {
        let text = match self.text.kind.as_str() {
            "view" | "materialized view" | "rule" => {
                let sql = self.node.node.as_ref().unwrap();
                sql.deparse(Default::default()).unwrap_or_default()
            }
            "body" => String::new(),
            _ => sql_of(&self.node),
        };
        Text {
            text,
            wanted: match self.names.is_empty() {
                true => self.text.wanted.clone(),
                false => self.names.join(", "),
            },
            ..self.text.clone()
        }
    }
}

struct Walk {
    path: Vec<String>,
    found: Vec<Written>,
}

impl Walk {
    fn note(&mut self, kind: &str, (schema, relation): (&str, &str), name: &str, node: &Node) {
        self.found.push(Written {
            text: Text {
                kind: kind.to_owned(),
                schema: schema.to_owned(),
                relation: relation.to_owned(),
                name: name.to_owned(),
                wanted: String::new(),
                text: String::new(),
            },
            path: self.path.clone(),
            node: node.clone(),
            names: Vec::new(),
            arguments: Vec::new(),
        });
    }

    fn last(&mut self) -> &mut Written {
        self.found.last_mut().unwrap()
    }

    fn statement(&mut self, node: &NodeEnum) {
        match node {
            NodeEnum::VariableSetStmt(set) if set.name == "search_path" => {
                self.path = set.args.iter().filter_map(constant).collect();
            }
            NodeEnum::SelectStmt(select) => self.set_config(select),
            NodeEnum::ViewStmt(view) => {
                let (Some(range), Some(query)) = (&view.view, &view.query) else {
                    return;
                };
                self.note("view", of(range), "", query);
                self.last().names = strings(&view.aliases);
            }
            NodeEnum::CreateTableAsStmt(view) if view.objtype() == ObjectType::ObjectMatview => {
                let (Some(into), Some(query)) = (&view.into, &view.query) else {
                    return;
                };
                let Some(range) = &into.rel else { return };
                self.note("materialized view", of(range), "", query);
                self.last().names = strings(&into.col_names);
            }
            NodeEnum::CreateStmt(table) => {
                let Some(range) = &table.relation else { return };
                for element in table.table_elts.iter().chain(&table.constraints) {
                    self.table_element(of(range), element);
                }
            }
            NodeEnum::AlterTableStmt(alter) => self.alter_table(alter),
            NodeEnum::IndexStmt(index) => {
                let Some(range) = &index.relation else { return };
                for element in &index.index_params {
                    if let Some(NodeEnum::IndexElem(element)) = &element.node
                        && let Some(expr) = &element.expr
                    {
                        self.note("index expression", of(range), &index.idxname, expr);
                    }
                }
                if let Some(predicate) = &index.where_clause {
                    self.note("index predicate", of(range), &index.idxname, predicate);
                }
            }
            NodeEnum::CreatePolicyStmt(policy) => {
                let Some(range) = &policy.table else { return };
                for (kind, expr) in [
                    ("policy using", &policy.qual),
                    ("policy check", &policy.with_check),
                ] {
                    if let Some(expr) = expr {
                        self.note(kind, of(range), &policy.policy_name, expr);
                    }
                }
            }
            NodeEnum::CreateTrigStmt(trigger) => {
                if let (Some(range), Some(when)) = (&trigger.relation, &trigger.when_clause) {
                    self.note("trigger when", of(range), &trigger.trigname, when);
                }
            }
            NodeEnum::CreateDomainStmt(domain) => {
                let Some(base) = &domain.type_name else {
                    return;
                };
                let name = strings(&domain.domainname);
                for constraint in domain.constraints.iter().filter_map(constraint) {
                    self.domain_constraint(&name, &type_sql(base), constraint);
                }
            }
            NodeEnum::CreateFunctionStmt(function) => self.function(function),
            NodeEnum::RuleStmt(rule) => {
                let Some(range) = &rule.relation else { return };
                let node = Node {
                    node: Some(NodeEnum::RuleStmt(rule.clone())),
                };
                self.note("rule", of(range), &rule.rulename, &node);
            }
            NodeEnum::CreateStatsStmt(statistics) => {
                let Some(NodeEnum::RangeVar(range)) = statistics
                    .relations
                    .first()
                    .and_then(|node| node.node.as_ref())
                else {
                    return;
                };
                for element in &statistics.exprs {
                    if let Some(NodeEnum::StatsElem(element)) = &element.node
                        && let Some(expr) = &element.expr
                    {
                        self.note("statistics expression", of(range), "", expr);
                    }
                }
            }
            _ => {}
        }
    }

    /// `SELECT pg_catalog.set_config('search_path', '', false)`, as dumps have it.
    fn set_config(&mut self, select: &protobuf::SelectStmt) {
        for target in &select.target_list {
            if let Some(NodeEnum::ResTarget(target)) = &target.node
                && let Some(NodeEnum::FuncCall(call)) =
                    target.val.as_ref().and_then(|node| node.node.as_ref())
                && strings(&call.funcname)
                    .last()
                    .is_some_and(|name| name == "set_config")
                && call.args.first().and_then(constant).as_deref() == Some("search_path")
            {
                let value = call.args.get(1).and_then(constant).unwrap_or_default();
                let parts = value.split(',').map(|part| part.trim().trim_matches('"'));
                self.path = parts.filter(|p| !p.is_empty()).map(str::to_owned).collect();
            }
        }
    }

    fn table_element(&mut self, relation: (&str, &str), element: &Node) {
        match &element.node {
            Some(NodeEnum::ColumnDef(column)) => {
                for constraint in column.constraints.iter().filter_map(constraint) {
                    let Some(expr) = &constraint.raw_expr else {
                        continue;
                    };
                    let kind = match constraint.contype() {
                        ConstrType::ConstrDefault => "default",
                        ConstrType::ConstrGenerated => "generated",
                        ConstrType::ConstrCheck => "check",
                        _ => continue,
                    };
                    self.note(kind, relation, &column.colname, expr);
                }
            }
            Some(NodeEnum::Constraint(constraint)) => {
                if constraint.contype() == ConstrType::ConstrCheck
                    && let Some(expr) = &constraint.raw_expr
                {
                    self.note("check", relation, &constraint.conname, expr);
                }
            }
            _ => {}
        }
    }

    fn alter_table(&mut self, alter: &protobuf::AlterTableStmt) {
        let Some(range) = &alter.relation else { return };
        for command in &alter.cmds {
            let Some(NodeEnum::AlterTableCmd(command)) = &command.node else {
                continue;
            };
            let Some(definition) = &command.def else {
                continue;
            };
            match command.subtype() {
                AlterTableType::AtAddColumn | AlterTableType::AtAddConstraint => {
                    self.table_element(of(range), definition);
                }
                AlterTableType::AtColumnDefault => {
                    self.note("default", of(range), &command.name, definition);
                }
                _ => {}
            }
        }
    }

    fn domain_constraint(&mut self, name: &[String], base: &str, constraint: &Constraint) {
        let kind = match constraint.contype() {
            ConstrType::ConstrDefault => "domain default",
            ConstrType::ConstrCheck => "domain check",
            _ => return,
        };
        let Some(expr) = &constraint.raw_expr else {
            return;
        };
        let (schema, name) = match name {
            [name] => ("", name.as_str()),
            [.., schema, name] => (schema.as_str(), name.as_str()),
            [] => return,
        };
        self.note(kind, (schema, name), &constraint.conname, expr);
        base.clone_into(&mut self.last().text.wanted);
    }

    fn function(&mut self, function: &protobuf::CreateFunctionStmt) {
        let name = strings(&function.funcname);
        let (schema, name) = match &name[..] {
            [name] => ("", name.as_str()),
            [.., schema, name] => (schema.as_str(), name.as_str()),
            [] => return,
        };
        let mut arguments = Vec::new();
        for (number, parameter) in function.parameters.iter().enumerate() {
            let Some(NodeEnum::FunctionParameter(parameter)) = &parameter.node else {
                continue;
            };
            let Some(data_type) = &parameter.arg_type else {
                continue;
            };
            let data_type = type_sql(data_type);
            if let Some(default) = &parameter.defexpr {
                self.note(
                    "argument default",
                    (schema, name),
                    &(number + 1).to_string(),
                    default,
                );
                data_type.clone_into(&mut self.last().text.wanted);
            }
            let input = !matches!(
                parameter.mode(),
                FunctionParameterMode::FuncParamOut | FunctionParameterMode::FuncParamTable
            );
            let name = Some(parameter.name.clone()).filter(|name| !name.is_empty());
            arguments.push((input, name, data_type));
        }
        if let Some(body) = &function.sql_body {
            self.note("body", (schema, name), "", body);
            self.last().arguments = arguments;
        }
    }
}

fn of(range: &RangeVar) -> (&str, &str) {
    (&range.schemaname, &range.relname)
}

fn constraint(node: &Node) -> Option<&Constraint> {
    match &node.node {
        Some(NodeEnum::Constraint(constraint)) => Some(constraint),
        _ => None,
    }
}

fn strings(nodes: &[Node]) -> Vec<String> {
    let texts = nodes.iter().filter_map(|node| match &node.node {
        Some(NodeEnum::String(text)) => Some(text.sval.clone()),
        _ => None,
    });
    texts.collect()
}

fn constant(node: &Node) -> Option<String> {
    match &node.node {
        Some(NodeEnum::AConst(constant)) => match &constant.val {
            Some(protobuf::a_const::Val::Sval(text)) => Some(text.sval.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The SQL of a type name.
fn type_sql(name: &TypeName) -> String {
    let cast = Node {
        node: Some(NodeEnum::TypeCast(Box::new(protobuf::TypeCast {
            arg: Some(Box::new(Node {
                node: Some(NodeEnum::AConst(protobuf::AConst {
                    isnull: true,
                    ..Default::default()
                })),
            })),
            type_name: Some(name.clone()),
            location: -1,
        }))),
    };
    let sql = sql_of(&cast);
    sql.strip_prefix("NULL::").unwrap_or(&sql).to_owned()
}
