//! SQL/XML expressions.

use pg_query::NodeEnum;
use pg_query::protobuf;

use crate::analyze::coerce::{CoercionContext, coerce_to_specific, coerce_to_target};
use crate::analyze::error::Undecided;
use crate::analyze::state::ParseState;
use crate::analyze::tree::{CoercionForm, Expr, Type, XmlExpr, XmlKind};
use crate::analyze::types::{format_type, string_of, type_name};

impl ParseState<'_> {
    pub(super) fn xml(&mut self, e: &protobuf::XmlExpr) -> Result<Expr, Undecided> {
        use protobuf::XmlExprOp as Op;
        let kind = match e.op() {
            Op::IsXmlconcat => XmlKind::Concat,
            Op::IsXmlelement => XmlKind::Element,
            Op::IsXmlforest => XmlKind::Forest,
            Op::IsXmlparse => XmlKind::Parse,
            Op::IsXmlpi => XmlKind::Pi,
            Op::IsXmlroot => XmlKind::Root,
            Op::IsDocument => XmlKind::IsDocument,
            Op::IsXmlserialize | Op::Undefined => {
                return Err(Undecided::at(e.location, "an XML expression"));
            }
        };
        let mut named_arguments = Vec::with_capacity(e.named_args.len());
        for node in &e.named_args {
            let Some(NodeEnum::ResTarget(target)) = node.node.as_ref() else {
                return Err(Undecided::at(e.location, "an XML attribute"));
            };
            let value = self.required(target.val.as_deref())?;
            let name = if target.name.is_empty() {
                implied_name(target.val.as_deref()).ok_or_else(|| {
                    Undecided::at(target.location, "an unnamed XML value must be a column")
                })?
            } else {
                target.name.clone()
            };
            named_arguments.push((escaped_name(&name), value));
        }
        let mut arguments = Vec::with_capacity(e.args.len());
        for (place, node) in e.args.iter().enumerate() {
            let argument = self.transform(node)?;
            arguments.push(self.xml_argument(kind, place, argument)?);
        }
        let data_type = match kind {
            XmlKind::IsDocument => Type::BOOL,
            _ => Type::XML,
        };
        Ok(Expr::Xml(Box::new(XmlExpr {
            kind,
            name: (!e.name.is_empty()).then(|| escaped_name(&e.name)),
            named_arguments,
            arguments,
            document: e.xmloption() == protobuf::XmlOptionType::XmloptionDocument,
            indent: e.indent,
            data_type,
            typmod: -1,
        })))
    }

    fn xml_argument(
        &mut self,
        kind: XmlKind,
        place: usize,
        argument: Expr,
    ) -> Result<Expr, Undecided> {
        let target = match (kind, place) {
            (XmlKind::Concat, _) => Type::XML,
            // The content of an element may be anything.
            (XmlKind::Element, _) => return Ok(argument),
            (XmlKind::Parse, 0) => Type::TEXT,
            (XmlKind::Parse, _) => Type::BOOL,
            (XmlKind::Pi, _) => Type::TEXT,
            (XmlKind::Root, 0) => Type::XML,
            (XmlKind::Root, 1) => Type::TEXT,
            (XmlKind::Root, _) => Type::INT4,
            (XmlKind::IsDocument, _) => Type::XML,
            _ => return Ok(argument),
        };
        coerce_to_specific(self.environment, argument, &target, "XML")
    }

    pub(super) fn xml_serialize(&mut self, e: &protobuf::XmlSerialize) -> Result<Expr, Undecided> {
        let argument = self.required(e.expr.as_deref())?;
        let argument = coerce_to_specific(self.environment, argument, &Type::XML, "XMLSERIALIZE")?;
        let name = e
            .type_name
            .as_ref()
            .ok_or_else(|| Undecided::at(e.location, "XMLSERIALIZE without type"))?;
        let (target, typmod) = type_name(self.environment, name)?;
        let serialized = Expr::Xml(Box::new(XmlExpr {
            kind: XmlKind::Serialize,
            name: None,
            named_arguments: Vec::new(),
            arguments: vec![argument],
            document: e.xmloption() == protobuf::XmlOptionType::XmloptionDocument,
            indent: e.indent,
            data_type: target.clone(),
            typmod,
        }));
        coerce_to_target(
            self.environment,
            serialized,
            &target,
            typmod,
            CoercionContext::Implicit,
            CoercionForm::ImplicitCast,
        )?
        .ok_or_else(|| {
            Undecided::at(
                e.location,
                format!("XMLSERIALIZE as {}", format_type(&target, None)),
            )
        })
    }
}

/// An unnamed value takes the name of the column that it is.
fn implied_name(node: Option<&protobuf::Node>) -> Option<String> {
    match node?.node.as_ref()? {
        NodeEnum::ColumnRef(reference) => string_of(reference.fields.last()?).map(str::to_owned),
        _ => None,
    }
}

/// An SQL name as an XML name: what XML does not allow is written as `_x0020_`.
fn escaped_name(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    let mut characters = name.chars().enumerate().peekable();
    let lower = name.to_ascii_lowercase();
    while let Some((place, c)) = characters.next() {
        let next = characters.peek().map(|(_, c)| *c);
        let start = c.is_alphabetic() || c == '_';
        let valid = if place == 0 {
            start
        } else {
            start || c.is_numeric() || matches!(c, '-' | '.')
        };
        if c == '_' && next == Some('x') {
            result.push_str("_x005F_");
        } else if place == 0 && lower.starts_with("xml") {
            result.push_str(if c == 'x' { "_x0078_" } else { "_x0058_" });
        } else if c == ':' && place == 0 {
            result.push_str("_x003A_");
        } else if valid || c == ':' {
            result.push(c);
        } else {
            result.push_str(&format!("_x{:04X}_", u32::from(c)));
        }
    }
    result
}
