//! SQL/XML.

use super::expression::malformed;
use super::printer::{Printed, Printer};
use crate::analyze::Undecided;
use crate::analyze::tree::{Const, Expr, XmlExpr, XmlKind};
use crate::analyze::types::format_type;

impl<'a> Printer<'a> {
    /// XMLELEMENT and its like.
    pub(super) fn xml(&mut self, xml: &'a XmlExpr) -> Printed {
        if xml.kind == XmlKind::IsDocument {
            // The tree says no more than that the argument is tested.
            let argument = xml.arguments.first().ok_or_else(malformed)?;
            self.expression(argument, false)?;
            self.put(" IS DOCUMENT");
            return Ok(());
        }
        self.put(match xml.kind {
            XmlKind::Concat => "XMLCONCAT(",
            XmlKind::Element => "XMLELEMENT(",
            XmlKind::Forest => "XMLFOREST(",
            XmlKind::Parse => "XMLPARSE(",
            XmlKind::Pi => "XMLPI(",
            XmlKind::Root => "XMLROOT(",
            XmlKind::Serialize => "XMLSERIALIZE(",
            XmlKind::IsDocument => "",
        });
        if matches!(xml.kind, XmlKind::Parse | XmlKind::Serialize) {
            self.put(if xml.document {
                "DOCUMENT "
            } else {
                "CONTENT "
            });
        }
        let mut comma = false;
        if let Some(name) = &xml.name {
            self.put("NAME ");
            self.identifier(&unescaped(name));
            comma = true;
        }
        if !xml.named_arguments.is_empty() {
            let attributes = xml.kind != XmlKind::Forest;
            if attributes {
                self.put(if comma { ", " } else { "" });
                self.put("XMLATTRIBUTES(");
                comma = false;
            }
            for (name, value) in &xml.named_arguments {
                self.put(if comma { ", " } else { "" });
                self.expression(value, true)?;
                self.put(" AS ");
                self.identifier(&unescaped(name));
                comma = true;
            }
            self.put(if attributes { ")" } else { "" });
        }
        if !xml.arguments.is_empty() {
            self.put(if comma { ", " } else { "" });
            self.xml_arguments(xml)?;
        }
        if xml.kind == XmlKind::Serialize {
            self.put(" AS ");
            self.put(&format_type(&xml.data_type, Some(xml.typmod)));
            self.put(if xml.indent { " INDENT" } else { " NO INDENT" });
        }
        self.put(")");
        Ok(())
    }

    fn xml_arguments(&mut self, xml: &'a XmlExpr) -> Printed {
        match (xml.kind, &xml.arguments[..]) {
            (XmlKind::Parse, [document, whitespace]) => {
                self.expression(document, true)?;
                let preserve = constant(whitespace)?.is_some_and(|value| value.starts_with('t'));
                self.put(if preserve {
                    " PRESERVE WHITESPACE"
                } else {
                    " STRIP WHITESPACE"
                });
            }
            (XmlKind::Root, [document, version, standalone]) => {
                self.expression(document, true)?;
                self.put(", VERSION ");
                if matches!(version, Expr::Const(Const { value: None, .. })) {
                    self.put("NO VALUE");
                } else {
                    self.expression(version, false)?;
                }
                self.put(match constant(standalone)? {
                    Some("0") => ", STANDALONE YES",
                    Some("1") => ", STANDALONE NO",
                    Some("2") => ", STANDALONE NO VALUE",
                    _ => "",
                });
            }
            (_, arguments) => self.list(arguments, true)?,
        }
        Ok(())
    }
}

fn constant(expr: &Expr) -> Result<Option<&str>, Undecided> {
    match expr {
        Expr::Const(constant) => Ok(constant.value.as_deref()),
        _ => Err(malformed()),
    }
}

/// The SQL name that an XML name stands for: `_x0020_` is a blank.
fn unescaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find("_x") {
        text.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        let code = after
            .find('_')
            .filter(|end| *end == 4)
            .and_then(|end| Some((end, u32::from_str_radix(after.get(..end)?, 16).ok()?)))
            .and_then(|(end, code)| Some((end, char::from_u32(code)?)));
        match code {
            Some((end, character)) => {
                text.push(character);
                rest = after.get(end + 1..).unwrap_or_default();
            }
            None => {
                text.push_str("_x");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}
