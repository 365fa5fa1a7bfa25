//! What our analysis prints for the texts of a server.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, PartitionBoundSpec, PartitionRangeDatumKind};
use pgwright_catalog::quote_identifier;
use pgwright_ddl::analyze::deparse::{deparse_bound_value, deparse_expression};
use pgwright_ddl::analyze::tree::Type;
use pgwright_ddl::analyze::{
    BodyArgument, Environment, Place, Relation, Undecided, bound, expression, parse_type,
    printed_body, printed_expression, printed_rule, printed_view,
};

use crate::server::Text;

/// The text of a server, analysed and printed.
pub fn again(env: &dyn Environment, text: &Text) -> Result<String, Undecided> {
    let of_relation = |place: fn(Arc<Relation>) -> Place| {
        printed_expression(env, &text.text, &place(relation(env, text)?))
    };
    let (data_type, typmod) = match text.kind.as_str() {
        "body" => (Type::VOID, -1),
        _ if text.wanted.is_empty() => (Type::VOID, -1),
        _ => parse_type(env, &text.wanted)?,
    };
    match text.kind.as_str() {
        "view" | "materialized view" => printed_view(env, &text.text, &[]),
        "check" => of_relation(Place::Check),
        "default" | "domain default" => {
            printed_expression(env, &text.text, &Place::Default(data_type, typmod))
        }
        "generated" => {
            let place = Place::Generated(relation(env, text)?, data_type, typmod);
            printed_expression(env, &text.text, &place)
        }
        "index expression" => of_relation(Place::Element),
        "index predicate" | "publication filter" => of_relation(Place::Predicate),
        "policy using" | "policy check" => of_relation(Place::Policy),
        "trigger when" => of_relation(Place::TriggerWhen),
        "domain check" => {
            printed_expression(env, &text.text, &Place::DomainCheck(data_type, typmod))
        }
        "argument default" => {
            printed_expression(env, &text.text, &Place::ArgumentDefault(data_type))
        }
        "statistics expression" => {
            let found = expression(env, &text.text, &Place::Element(relation(env, text)?))?;
            deparse_expression(&found.expr, &found.relations)
        }
        "rule" => printed_rule(env, &text.text),
        "body" => printed_body(env, &text.text, &text.relation, &arguments(env, text)?),
        "partition key" => partition_key(env, &text.text, &relation(env, text)?).map(|key| key.0),
        "partition bound" => partition_bound(env, text),
        kind => panic!("a text of kind {kind}"),
    }
}

/// The relation that a text belongs to.
pub fn relation(env: &dyn Environment, text: &Text) -> Result<Arc<Relation>, Undecided> {
    env.relation(Some(&text.schema), &text.relation)
        .ok_or_else(|| Undecided::new(format!("{}.{} is not read", text.schema, text.relation)))
}

/// The arguments of a function, as `texts.sql` writes them.
pub fn arguments(env: &dyn Environment, text: &Text) -> Result<Vec<BodyArgument>, Undecided> {
    let all = text.wanted.split('\u{1e}').filter(|one| !one.is_empty());
    all.map(|one| {
        let mut parts = one.split('\u{1f}');
        let mode = parts.next().unwrap_or_default();
        let name = parts.next().unwrap_or_default();
        Ok(BodyArgument {
            name: (!name.is_empty()).then(|| name.into()),
            data_type: parse_type(env, parts.next().unwrap_or_default())?.0,
            input: matches!(mode, "i" | "b" | "v"),
        })
    })
    .collect()
}

/// A partition key, and the types of its elements.
fn partition_key(
    env: &dyn Environment,
    text: &str,
    relation: &Arc<Relation>,
) -> Result<(String, Vec<(Type, i32)>), Undecided> {
    let NodeEnum::CreateStmt(table) = parse(&format!("CREATE TABLE t () PARTITION BY {text}"))
    else {
        return Err(Undecided::new("no partition key"));
    };
    let mut elements = Vec::new();
    let mut types = Vec::new();
    for node in table.partspec.iter().flat_map(|spec| &spec.part_params) {
        let Some(NodeEnum::PartitionElem(element)) = &node.node else {
            return Err(Undecided::new("no partition key"));
        };
        let mut printed = match element.expr.as_deref() {
            Some(expr) => {
                let sql = sql_of(expr);
                let place = Place::Element(relation.clone());
                let expr = expression(env, &sql, &place)?.expr;
                types.push((expr.data_type(), expr.typmod()));
                printed_expression(env, &sql, &place)?
            }
            None => {
                let column = relation.columns.iter().find(|c| *c.name == *element.name);
                types.push(column.map_or((Type::VOID, -1), |c| (c.data_type.clone(), c.typmod)));
                quote_identifier(&element.name)
            }
        };
        for (word, names) in [(" COLLATE ", &element.collation), (" ", &element.opclass)] {
            let names: Vec<_> = names
                .iter()
                .filter_map(string)
                .map(quote_identifier)
                .collect();
            if !names.is_empty() {
                printed = printed + word + &names.join(".");
            }
        }
        elements.push(printed);
    }
    let strategy = text.split(' ').next().unwrap_or_default();
    Ok((format!("{strategy} ({})", elements.join(", ")), types))
}

fn partition_bound(env: &dyn Environment, text: &Text) -> Result<String, Undecided> {
    if text.text == "DEFAULT" {
        return Ok(text.text.clone());
    }
    let sql = format!("CREATE TABLE t PARTITION OF p {}", text.text);
    let NodeEnum::CreateStmt(table) = parse(&sql) else {
        return Err(Undecided::new("no bound"));
    };
    let Some(spec) = &table.partbound else {
        return Err(Undecided::new("no bound"));
    };
    if spec.strategy == "h" {
        return Ok(format!(
            "FOR VALUES WITH (modulus {}, remainder {})",
            spec.modulus, spec.remainder
        ));
    }
    let types = BOUND_TYPES.with_borrow(|types| types.get(&text.name).cloned());
    let types = types.ok_or_else(|| Undecided::new("the parent's key is not known"))?;
    print_bound(env, spec, &types)
}

thread_local! {
    /// The types of partition keys, by the printed name of the table.
    static BOUND_TYPES: std::cell::RefCell<std::collections::BTreeMap<String, Vec<(Type, i32)>>> =
        const { std::cell::RefCell::new(std::collections::BTreeMap::new()) };
}

/// Notes the types of all partition keys.
pub fn note_partition_keys(env: &dyn Environment, texts: &[Text]) {
    for text in texts.iter().filter(|text| text.kind == "partition key") {
        let name = format!(
            "{}.{}",
            quote_identifier(&text.schema),
            quote_identifier(&text.relation)
        );
        let Ok(relation) = relation(env, text) else {
            continue;
        };
        if let Ok((_, types)) = partition_key(env, &text.text, &relation) {
            BOUND_TYPES.with_borrow_mut(|all| all.insert(name, types));
        }
    }
}

fn print_bound(
    env: &dyn Environment,
    spec: &PartitionBoundSpec,
    types: &[(Type, i32)],
) -> Result<String, Undecided> {
    let value = |node: &Node, place: usize| -> Result<String, Undecided> {
        let (data_type, typmod) = &types[place];
        let sql = sql_of(node);
        Ok(deparse_bound_value(&bound(env, &sql, data_type, *typmod)?))
    };
    if spec.strategy == "l" {
        let values: Result<Vec<_>, _> = spec.listdatums.iter().map(|n| value(n, 0)).collect();
        return Ok(format!("FOR VALUES IN ({})", values?.join(", ")));
    }
    let end = |nodes: &[Node]| -> Result<String, Undecided> {
        let values = nodes.iter().enumerate().map(|(place, node)| {
            if let Some(NodeEnum::ColumnRef(column)) = &node.node {
                let word = column.fields.first().and_then(string).unwrap_or_default();
                return Ok(word.to_uppercase());
            }
            match &node.node {
                Some(NodeEnum::PartitionRangeDatum(datum)) => match datum.kind() {
                    PartitionRangeDatumKind::PartitionRangeDatumMinvalue => Ok("MINVALUE".into()),
                    PartitionRangeDatumKind::PartitionRangeDatumMaxvalue => Ok("MAXVALUE".into()),
                    _ => Err(Undecided::new("a bound")),
                },
                _ => value(node, place),
            }
        });
        Ok(values.collect::<Result<Vec<_>, Undecided>>()?.join(", "))
    };
    Ok(format!(
        "FOR VALUES FROM ({}) TO ({})",
        end(&spec.lowerdatums)?,
        end(&spec.upperdatums)?
    ))
}

fn parse(sql: &str) -> NodeEnum {
    let mut parsed = pg_query::parse(sql, 0).unwrap().protobuf.stmts;
    parsed.remove(0).stmt.unwrap().node.unwrap()
}

/// The SQL of an expression of a raw tree.
pub fn sql_of(node: &Node) -> String {
    let NodeEnum::SelectStmt(mut select) = parse("SELECT 1") else {
        unreachable!()
    };
    if let Some(NodeEnum::ResTarget(target)) = &mut select.target_list[0].node {
        target.val = Some(Box::new(node.clone()));
    }
    let sql = NodeEnum::SelectStmt(select)
        .deparse(Default::default())
        .unwrap();
    sql.strip_prefix("SELECT ").unwrap().to_owned()
}

fn string(node: &Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::String(text)) => Some(&text.sval),
        _ => None,
    }
}
