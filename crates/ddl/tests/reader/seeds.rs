//! The texts that mutations begin with: statements of the project's test data and of real schemas.

use std::fs;
use std::path::{Path, PathBuf};

/// Statements that hold what the others may lack.
const OWN: &str = "
CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, v int CHECK (v > 0)) PARTITION BY RANGE (at);
CREATE TABLE child PARTITION OF parent FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
CREATE TABLE kept (LIKE parent INCLUDING ALL, EXCLUDE USING gist (v WITH =)) INHERITS (parent);
CREATE INDEX ON parent (at, lower(v::text)) WHERE v IS NOT NULL;
ALTER TABLE parent ALTER v TYPE bigint USING v + 1, ADD COLUMN w text DEFAULT 'x', DROP COLUMN at CASCADE;
CREATE VIEW seen AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r JOIN parent USING (id);
CREATE TYPE mood AS ENUM ('a', 'b'); ALTER TYPE mood ADD VALUE 'c' BEFORE 'b';
CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0);
CREATE FUNCTION f(a int, VARIADIC b text[] DEFAULT '{}') RETURNS TABLE (x int) LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables LOOP EXECUTE format('ALTER TABLE %I RENAME TO %I', r.tablename, r.tablename || '_'); END LOOP; EXCEPTION WHEN OTHERS THEN NULL; END $$;
COPY parent FROM stdin;
1\t2
\\.
\\set name value
\\if :{?name}
\\i other.sql
\\endif
BEGIN; SAVEPOINT s; DROP TABLE parent CASCADE; ROLLBACK TO s; COMMIT;
GRANT SELECT (id), INSERT ON parent TO PUBLIC WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
CREATE POLICY p ON parent USING (v = (SELECT max(v) FROM parent)) WITH CHECK (true);
CREATE TRIGGER t BEFORE UPDATE OF v ON parent FOR EACH ROW WHEN (OLD.v <> NEW.v) EXECUTE FUNCTION f();
CREATE RULE r AS ON INSERT TO seen DO INSTEAD (INSERT INTO parent VALUES (NEW.*); NOTIFY x);
CREATE STATISTICS st (ndistinct) ON id, v FROM parent; COMMENT ON COLUMN parent.v IS E'a\\\\b';
CREATE AGGREGATE agg(int) (sfunc = int4pl, stype = int); CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); CREATE PUBLICATION pub FOR TABLE parent (id) WHERE (v > 1);
";

/// The statements of each text, in the order in which they stand: cut at line ends behind semicolons,
/// so that some are broken.
pub fn seeds() -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["testdata", "../shared/corpus", "crates/ddl/tests"] {
        sql_files(&root.join(folder), 0, &mut files);
    }
    let mut texts: Vec<String> = vec![OWN.to_owned()];
    for path in files {
        // The beginning of a large schema has all kinds of statements.
        let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        texts.push(text.chars().take(200_000).collect());
    }
    let cut = |text: &String| -> Vec<String> {
        let statements = text.split(";\n").map(|statement| format!("{statement};\n"));
        statements
            .filter(|statement| statement.len() < 20_000)
            .collect()
    };
    texts
        .iter()
        .map(cut)
        .filter(|statements| !statements.is_empty())
        .collect()
}

fn sql_files(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && depth < 6 {
            sql_files(&path, depth + 1, found);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
}
