//! Mutated SQL: whole statements in another order, tokens taken from elsewhere, bytes flipped.

/// A small generator of numbers: the same seed gives the same texts.
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Words and signs that change what a statement means.
const WORDS: &[&str] = &[
    "IF EXISTS",
    "IF NOT EXISTS",
    "CASCADE",
    "ONLY",
    "NULL",
    "NOT",
    "DEFAULT",
    "PRIMARY KEY",
    "UNIQUE",
    "REFERENCES",
    "CHECK (",
    "GENERATED ALWAYS AS (",
    "COLLATE \"C\"",
    "::int",
    "::regclass",
    "[]",
    "(",
    ")",
    ",",
    ";",
    ".",
    "*",
    "$$",
    "'",
    "\"",
    "--",
    "/*",
    "*/",
    "\\",
    "\\.",
    "$1",
    ":x",
    "E'\\",
    "U&'\\0041'",
    "CASE WHEN",
    "END",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "DO $$",
    "BEGIN ATOMIC",
    "UNION ALL SELECT",
    "JOIN",
    "OVER (",
    "WITH",
    "SELECT",
    "VALUES (1)",
    "PARTITION OF",
    "INHERITS (",
    "public.",
    "pg_catalog.",
    "information_schema",
    "pg_temp.",
    "é",
    "\u{1F600}",
    "-9223372036854775808",
    "1e400",
    "0x7fffffff",
    "''",
    "\"\"",
    "TYPE text",
    "RENAME TO",
    "SET SCHEMA",
    "OWNER TO",
    "ALL",
    "PUBLIC",
    "current_user",
];

/// A text made of some statements of a seed and of others.
pub fn text(numbers: &mut Numbers, seeds: &[Vec<String>]) -> String {
    let seed = numbers.one_of(seeds);
    let length = 1 + numbers.below(25);
    let first = numbers.below(seed.len());
    let mut statements: Vec<String> = seed.iter().skip(first).take(length).cloned().collect();
    if numbers.chance(60) && first > 0 {
        // What the others build on.
        let before = numbers.below(first);
        statements.splice(0..0, seed.iter().skip(before).take(12).cloned());
    }
    if numbers.chance(40) {
        let other = numbers.one_of(seeds);
        let at = numbers.below(statements.len() + 1);
        statements.insert(at, numbers.one_of(other).clone());
    }
    for _ in 0..1 + numbers.below(4) {
        let at = numbers.below(statements.len());
        if let Some(statement) = statements.get_mut(at) {
            *statement = mutated(numbers, statement, seeds);
        }
    }
    if numbers.chance(10) {
        let (a, b) = (
            numbers.below(statements.len()),
            numbers.below(statements.len()),
        );
        statements.swap(a, b);
    }
    statements.concat()
}

fn mutated(numbers: &mut Numbers, statement: &str, seeds: &[Vec<String>]) -> String {
    let mut parts = parts(statement);
    for _ in 0..1 + numbers.below(4) {
        let at = numbers.below(parts.len());
        let word = (*numbers.one_of(WORDS)).to_owned();
        match numbers.below(10) {
            0 | 1 if at < parts.len() => drop(parts.remove(at)),
            2 => {
                let end = (at + 1 + numbers.below(6)).min(parts.len());
                let copy: Vec<String> = parts.get(at..end).unwrap_or_default().to_vec();
                parts.splice(at..at, copy);
            }
            3 if at < parts.len() => {
                let other = numbers.below(parts.len());
                parts.swap(at, other);
            }
            4 | 5 => parts.insert(at, format!(" {word} ")),
            6 if at < parts.len() => parts[at] = format!(" {word} "),
            7 => {
                let other = numbers.one_of(seeds);
                let chosen: &String = numbers.one_of(other);
                let from = self::parts(chosen);
                let start = numbers.below(from.len());
                let length = 1 + numbers.below(10);
                parts.splice(at..at, from.into_iter().skip(start).take(length));
            }
            8 => {
                let end = (at + 1 + numbers.below(3)).min(parts.len());
                let times = [2, 10, 70, 3000][numbers.below(4)];
                let copy = parts.get(at..end).unwrap_or_default().concat();
                if copy.len() < 40 {
                    parts.insert(at, format!("{copy} ").repeat(times));
                }
            }
            _ => parts.truncate(at.max(1)),
        }
    }
    let text = parts.concat();
    if !numbers.chance(15) || text.is_empty() {
        return text;
    }
    let mut bytes = text.into_bytes();
    for _ in 0..1 + numbers.below(3) {
        let at = numbers.below(bytes.len());
        let byte = u8::try_from(numbers.below(256)).unwrap_or(0);
        match numbers.below(3) {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Words, signs and the space between them.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = ' ';
    for character in text.chars() {
        let joins = (character.is_alphanumeric() || character == '_')
            && (last.is_alphanumeric() || last == '_');
        match parts.last_mut() {
            Some(part) if joins => part.push(character),
            _ => parts.push(character.to_string()),
        }
        last = character;
    }
    parts
}
