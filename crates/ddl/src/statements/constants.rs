//! The constants of a statement: what may differ between two executions of what an application sees as one.

use std::ops::Range;

use pg_query::protobuf::Token as T;

use crate::error::SyntaxError;
use crate::parse;

/// A constant of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Where it stands, in bytes, its sign included.
    range: Range<usize>,
    /// Its value in text form.
    pub value: String,
    /// What it must be cast to as a parameter, where nothing else tells its type.
    cast: Option<&'static str>,
    /// It is a text.
    quoted: bool,
}

/// A statement's constants in the order of its text, and what is left without them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constants {
    text: String,
    /// The constants.
    pub list: Vec<Constant>,
    /// The statement without its constants, comments and spacing: where it is the same, the constants of two
    /// statements correspond.
    pub skeleton: String,
    parameters: u32,
}

/// Finds the constants of a statement. Positions of result columns (`ORDER BY 1`), lengths of types and
/// constants in forms that are not read (`U&'…'`) are none.
///
/// # Errors
/// When its tokens cannot be read.
///
/// ```
/// use pgwright_ddl::statements::constants;
/// let found = constants("SELECT * FROM t WHERE a = 'x' AND b > -5 LIMIT 10")?;
/// let values: Vec<&str> = found.list.iter().map(|c| c.value.as_str()).collect();
/// assert_eq!(values, ["x", "-5", "10"]);
/// let text = found.written(&[None, None, Some("20")]);
/// assert_eq!(text, "SELECT * FROM t WHERE a = $1 AND b > $2 LIMIT 20");
/// # Ok::<(), pgwright_ddl::SyntaxError>(())
/// ```
pub fn constants(sql: &str) -> Result<Constants, SyntaxError> {
    let tokens = parse::tokens(sql)?;
    let mut list = Vec::new();
    let mut skeleton = String::new();
    let mut parameters = 0;
    for (at, token) in tokens.iter().enumerate() {
        let text = parse::text_of(sql, token);
        let before = |n: usize| at.checked_sub(n).map(|b| tokens[b].token());
        let constant = match token.token() {
            T::Sconst => string(text),
            T::Iconst | T::Fconst => Some(text.to_owned()),
            T::TrueP | T::FalseP => Some(text.to_ascii_lowercase()),
            T::Param => {
                parameters =
                    parameters.max(text.get(1..).and_then(|n| n.parse().ok()).unwrap_or(0));
                None
            }
            _ => None,
        };
        let number = matches!(token.token(), T::Iconst | T::Fconst);
        let position = number && before(1) == Some(T::By);
        let length = number
            && before(1) == Some(T::Ascii40)
            && matches!(
                before(2),
                Some(
                    T::Varchar
                        | T::CharP
                        | T::Character
                        | T::Numeric
                        | T::DecimalP
                        | T::Varying
                        | T::Bit
                        | T::Time
                        | T::Timestamp
                        | T::Interval
                )
            );
        if let Some(value) = constant.filter(|_| !position && !length) {
            let signed = number
                && before(1) == Some(T::Ascii45)
                && before(2).is_none_or(|two| !ends_operand(two));
            let start = match signed {
                true => tokens[at - 1].start,
                false => token.start,
            };
            let range = start.max(0) as usize..token.end.max(0) as usize;
            if signed {
                // The sign belongs to the number.
                let length = skeleton.trim_end_matches(['-', ' ']).len();
                skeleton.truncate(length);
                skeleton.push(' ');
            }
            let left = before(if signed { 2 } else { 1 });
            let cast = match token.token() {
                T::Iconst | T::Fconst if !left.is_some_and(tells_type) => {
                    Some(numeric_type(&value))
                }
                T::TrueP | T::FalseP => Some("boolean"),
                _ => None,
            };
            list.push(Constant {
                range,
                value: if signed { format!("-{value}") } else { value },
                cast,
                quoted: token.token() == T::Sconst,
            });
            skeleton.push_str("? ");
            continue;
        }
        match token.token() {
            T::Ident | T::Sconst | T::Usconst | T::Uident => skeleton.push_str(text),
            _ => skeleton.push_str(&text.to_ascii_lowercase()),
        }
        skeleton.push(' ');
    }
    Ok(Constants {
        text: sql.to_owned(),
        list,
        skeleton,
        parameters,
    })
}

impl Constants {
    /// The statement with other values in the places of its constants, or parameters, where `values` has none,
    /// numbered on from those it has.
    pub fn written(&self, values: &[Option<&str>]) -> String {
        let mut number = self.parameters;
        let pieces: Vec<(&Constant, String)> = self
            .list
            .iter()
            .zip(values)
            .map(|(constant, value)| match value {
                Some(value) if constant.quoted => (constant, crate::quote::literal(value)),
                Some(value) => (constant, (*value).to_owned()),
                None => {
                    number += 1;
                    let cast = constant.cast.map(|c| format!("::{c}")).unwrap_or_default();
                    (constant, format!("${number}{cast}"))
                }
            })
            .collect();
        let mut text = self.text.clone();
        for (constant, piece) in pieces.iter().rev() {
            text.replace_range(constant.range.clone(), piece);
        }
        crate::statements::placeholders::typed(&text)
    }
}

/// Whether what ends with the token is a value, so that a minus behind it subtracts.
fn ends_operand(token: T) -> bool {
    matches!(
        token,
        T::Ident
            | T::Uident
            | T::Sconst
            | T::Iconst
            | T::Fconst
            | T::Param
            | T::Ascii41
            | T::Ascii93
    )
}

/// Whether the other side of what the token stands for tells a constant's type.
fn tells_type(token: T) -> bool {
    matches!(
        token,
        T::Ascii60
            | T::Ascii61
            | T::Ascii62
            | T::LessEquals
            | T::GreaterEquals
            | T::NotEquals
            | T::Between
            | T::Limit
            | T::Offset
    )
}

/// The type that PostgreSQL gives a number.
fn numeric_type(value: &str) -> &'static str {
    match (value.parse::<i32>(), value.parse::<i64>()) {
        (Ok(_), _) => "integer",
        (_, Ok(_)) => "bigint",
        _ => "numeric",
    }
}

/// The value of a string constant; none of forms that are not read.
fn string(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return Some(inner.replace("''", "'"));
    }
    let inner = text
        .strip_prefix(['E', 'e'])
        .and_then(|t| t.strip_prefix('\''))
        .and_then(|t| t.strip_suffix('\''))?;
    let mut value = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        value.push(match c {
            '\'' => rest.next()?,
            '\\' => match rest.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other @ ('\\' | '\'') => other,
                _ => return None,
            },
            other => other,
        });
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_differs_in_constants_alone_has_one_skeleton() {
        let one = constants(
            "SELECT a::varchar(20), b - 1 FROM t WHERE c = -3 AND d = E'it\\'s' ORDER BY 1",
        );
        let other = constants(
            "select a::varchar(20), b - 2 from t where c = 7 and d = 'x' -- !\n order by 1",
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.skeleton, other.skeleton);
        let values: Vec<&str> = one.list.iter().map(|c| c.value.as_str()).collect();
        assert_eq!(values, ["1", "-3", "it's"]);
    }

    #[test]
    fn a_parameter_has_the_type_that_the_constant_had() {
        let found = constants(
            "SELECT f(5, 5000000000, 1.5) FROM t WHERE a = 5 AND b = $2 AND c > interval '3 days' AND d = true",
        );
        let found = found.unwrap();
        assert_eq!(
            found.written(&[None; 6]),
            "SELECT f($3::integer, $4::bigint, $5::numeric) FROM t WHERE a = $6 AND b = $2 \
             AND c > $7::interval AND d = $8::boolean"
        );
    }
}
