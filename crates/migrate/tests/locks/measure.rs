//! Measures one statement in a transaction: the locks it holds at its end, the files and the counters it changed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use pgwright_migrate::LockLevel;
use pgwright_migrate::locks::{Facts, Rebuilds, TableRole};
use pgwright_server::Sandbox;
use pgwright_server::postgres::{Client, Error};

const DATABASE: &str = "lab";

/// What every session sets. Reading tables from end to end, and by itself, makes the counters plain.
const SESSION: &str =
    "SET search_path = lab; SET enable_indexscan = off; SET enable_indexonlyscan = off;
    SET enable_bitmapscan = off; SET max_parallel_workers_per_gather = 0;
    SET max_parallel_maintenance_workers = 0; SET client_min_messages = error;";

/// What an earlier statement may have left.
const CLEAN: &str = "DROP SCHEMA IF EXISTS lab, lab2, elsewhere, fresh CASCADE;
    DROP PUBLICATION IF EXISTS pub; DROP ACCESS METHOD IF EXISTS heap_again;";

/// A database that holds the fixture.
pub struct Lab<'a> {
    sandbox: &'a Sandbox,
    clean: Cell<bool>,
}

/// What a statement did to the relations that were there before.
#[derive(Debug, PartialEq, Eq)]
pub struct Measured {
    pub locks: String,
    pub rewrites: String,
    pub rebuilds: &'static str,
    pub scans: String,
}

impl<'a> Lab<'a> {
    pub fn open(sandbox: &'a Sandbox) -> Self {
        sandbox.create_database(DATABASE).unwrap();
        let lab = Lab {
            sandbox,
            clean: Cell::new(false),
        };
        let mut client = lab.connect();
        client
            .batch_execute("SET allow_in_place_tablespaces = on")
            .unwrap();
        client
            .batch_execute("CREATE TABLESPACE lab_space LOCATION ''")
            .unwrap();
        lab
    }

    pub fn connect(&self) -> Client {
        let mut client = self.sandbox.connect(DATABASE).unwrap();
        client.batch_execute(SESSION).unwrap();
        client
    }

    /// The fixture as it is written, whatever was done to it before.
    pub fn restore(&self) {
        if !self.clean.replace(true) {
            let mut client = self.connect();
            client.batch_execute(CLEAN).unwrap();
            client
                .batch_execute(include_str!("../../src/locks/fixture.sql"))
                .unwrap();
        }
    }

    /// Measures a statement, or says why it failed.
    pub fn measure(&self, form: &Facts) -> Result<Measured, String> {
        self.restore();
        let outcome = if form.outside_transaction {
            self.clean.set(false);
            super::outside::measure(self, form)
        } else {
            self.clean.set(form.setup.is_none());
            self.measure_inside(form)
        };
        outcome.map_err(|error| {
            error
                .as_db_error()
                .map_or(error.to_string(), |e| e.message().to_owned())
        })
    }

    fn measure_inside(&self, form: &Facts) -> Result<Measured, Error> {
        let mut client = self.connect();
        if let Some(setup) = form.setup {
            client.batch_execute(setup)?;
            // What gets a new file loses its count of rows.
            client.batch_execute("ANALYZE")?;
        }
        client.batch_execute("BEGIN")?;
        let counters = Counters::OfTransaction;
        let before = Relations::read(&mut client, counters)?;
        client.batch_execute(form.statement)?;
        let locks = held(&mut client, "SELECT pg_backend_pid()")?;
        let after = Relations::read(&mut client, counters)?;
        client.batch_execute("ROLLBACK")?;
        Ok(before.compare(&after, &locks))
    }
}

impl Measured {
    /// What the table says, in the same form.
    pub fn expected(facts: &Facts) -> Self {
        let roles = |roles: &[TableRole]| names(roles.iter().copied());
        Measured {
            locks: locks_as_text(facts.locks.iter().copied()),
            rewrites: roles(&facts.rewrites),
            rebuilds: rebuilds_as_text(facts.rebuilds_indexes),
            scans: roles(&facts.scans),
        }
    }

    /// In what two measurements differ, as lines.
    pub fn differences(&self, expected: &Self) -> Vec<String> {
        [
            ("locks", &*self.locks, &*expected.locks),
            ("rewrites", &self.rewrites, &expected.rewrites),
            ("rebuilds indexes", self.rebuilds, expected.rebuilds),
            ("scans", &self.scans, &expected.scans),
        ]
        .into_iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(what, found, expected)| format!("{what}: measured {found}, in the table {expected}"))
        .collect()
    }
}

pub fn rebuilds_as_text(rebuilds: Rebuilds) -> &'static str {
    match rebuilds {
        Rebuilds::None => "no",
        Rebuilds::Some => "some",
        Rebuilds::All => "all",
    }
}

fn locks_as_text(locks: impl Iterator<Item = (TableRole, LockLevel)>) -> String {
    let locks: Vec<_> = locks
        .map(|(role, level)| format!("{}={}", role.name(), level.name()))
        .collect();
    if locks.is_empty() {
        "none".to_owned()
    } else {
        locks.join("; ")
    }
}

fn names(roles: impl Iterator<Item = TableRole>) -> String {
    let names: Vec<_> = roles.map(TableRole::name).collect();
    if names.is_empty() {
        "no".to_owned()
    } else {
        names.join("; ")
    }
}

/// Which counters of a relation are read.
#[derive(Clone, Copy)]
pub enum Counters {
    /// What the current transaction did.
    OfTransaction,
    /// What every session that has ended did.
    OfAll,
}

/// A relation of the fixture at some time.
struct Relation {
    name: String,
    kind: Kind,
    role: TableRole,
    /// The partitioned table of a partition, the table of an index or of a sequence.
    belongs_to: Option<u32>,
    file: Option<u32>,
    rows: f32,
    pages: i32,
    tuples_read: i64,
    pages_read: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    Partitioned,
    Index,
    Other,
}

/// The relations of the fixture, by oid.
pub struct Relations(BTreeMap<u32, Relation>);

impl Relations {
    pub fn read(client: &mut Client, counters: Counters) -> Result<Self, Error> {
        let of = match counters {
            Counters::OfTransaction => "xact_",
            Counters::OfAll => "",
        };
        let sql = format!(
            "SELECT c.oid, c.relname::text, c.relkind::text, pg_relation_filenode(c.oid), c.reltuples, c.relpages,
                    coalesce(i.indrelid, h.inhparent, d.refobjid),
                    pg_stat_get_{of}tuples_returned(c.oid) + pg_stat_get_{of}tuples_fetched(c.oid),
                    pg_stat_get_{of}blocks_fetched(c.oid)
             FROM pg_class AS c
             LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
             LEFT JOIN pg_inherits AS h ON h.inhrelid = c.oid AND c.relispartition AND c.relkind = 'r'
             LEFT JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
                  AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass AND c.relkind = 'S'
             WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('lab', 'lab2', 'elsewhere'))
               AND c.relkind IN ('r', 'p', 'm', 'v', 'S', 'i', 'I')"
        );
        let mut found = BTreeMap::new();
        for row in client.query(&sql, &[])? {
            let name: String = row.get(1);
            let kind = match row.get(2) {
                "r" | "m" => Kind::Table,
                "p" => Kind::Partitioned,
                "i" | "I" => Kind::Index,
                _ => Kind::Other,
            };
            let relation = Relation {
                role: role_by_name(&name),
                name,
                kind,
                file: row.get(3),
                rows: row.get(4),
                pages: row.get(5),
                belongs_to: row.get(6),
                tuples_read: row.get(7),
                pages_read: row.get(8),
            };
            found.insert(row.get(0), relation);
        }
        let of_tables: BTreeMap<u32, TableRole> =
            found.iter().map(|(oid, r)| (*oid, r.role)).collect();
        for relation in found
            .values_mut()
            .filter(|relation| relation.kind == Kind::Index)
        {
            let table = relation.belongs_to.and_then(|oid| of_tables.get(&oid));
            relation.role = match table {
                Some(TableRole::Parent) => TableRole::ParentIndex,
                Some(TableRole::Partition | TableRole::DefaultPartition) => {
                    TableRole::PartitionIndex
                }
                _ => TableRole::Index,
            };
        }
        Ok(Relations(found))
    }

    /// What happened between two readings.
    pub fn compare(&self, after: &Self, locks: &BTreeMap<u32, LockLevel>) -> Measured {
        let tables = |changed: &dyn Fn(u32, &Relation) -> bool| {
            let changed = self
                .0
                .iter()
                .filter(|(oid, r)| r.kind == Kind::Table && changed(**oid, r));
            names(
                self.roles(&changed.map(|(oid, _)| *oid).collect())
                    .into_iter(),
            )
        };
        let rewrites = tables(&|oid, relation| {
            let file = after.0.get(&oid).map_or(relation.file, |now| now.file);
            file != relation.file
        });
        let scans = tables(&|oid, relation| {
            let Some(now) = after.0.get(&oid) else {
                return false;
            };
            let rows = (now.tuples_read - relation.tuples_read) as f32;
            let pages = now.pages_read - relation.pages_read;
            assert!(
                relation.rows > 0.0 && relation.pages > 0,
                "{} has no rows",
                relation.name
            );
            rows >= relation.rows || pages >= i64::from(relation.pages)
        });
        Measured {
            locks: self.locks(locks),
            rewrites,
            rebuilds: self.rebuilds(after),
            scans,
        }
    }

    /// The strongest lock on each role. Partitions that are all locked alike are one.
    fn locks(&self, locks: &BTreeMap<u32, LockLevel>) -> String {
        let mut by_role: BTreeMap<TableRole, LockLevel> = BTreeMap::new();
        for level in LockLevel::ALL {
            let stronger_than_on_its_table = |relation: &Relation| {
                let partition = relation.kind == Kind::Table || relation.kind == Kind::Partitioned;
                let table = relation.belongs_to.filter(|_| !partition);
                table.and_then(|oid| locks.get(&oid)) < Some(&level)
            };
            let at_level: BTreeSet<u32> = locks
                .iter()
                .filter(|(oid, held)| {
                    let relation = self.0.get(oid);
                    **held == level && relation.is_some_and(stronger_than_on_its_table)
                })
                .map(|(oid, _)| *oid)
                .collect();
            by_role.extend(self.roles(&at_level).into_iter().map(|role| (role, level)));
        }
        locks_as_text(by_role.into_iter())
    }

    fn rebuilds(&self, after: &Self) -> &'static str {
        let now: BTreeMap<&str, &Relation> = after
            .0
            .values()
            .map(|relation| (relation.name.as_str(), relation))
            .collect();
        let mut rebuilt: BTreeMap<Option<u32>, Vec<bool>> = BTreeMap::new();
        for index in self
            .0
            .values()
            .filter(|r| r.kind == Kind::Index && r.file.is_some())
        {
            // A change of type drops the index and makes it again, by another oid.
            let file = now
                .get(index.name.as_str())
                .map_or(index.file, |now| now.file);
            rebuilt
                .entry(index.belongs_to)
                .or_default()
                .push(file != index.file);
        }
        rebuilt.retain(|_, indexes| indexes.contains(&true));
        if rebuilt.is_empty() {
            "no"
        } else if rebuilt.values().flatten().all(|rebuilt| *rebuilt) {
            "all"
        } else {
            "some"
        }
    }

    /// The roles of relations, in order.
    fn roles(&self, oids: &BTreeSet<u32>) -> BTreeSet<TableRole> {
        let ordinary = |r: &Relation| r.kind == Kind::Table && r.role == TableRole::Partition;
        let all_of_its_parent = |partition: &Relation| {
            let mut siblings = self
                .0
                .iter()
                .filter(|(_, r)| ordinary(r) && r.belongs_to == partition.belongs_to);
            partition.belongs_to.is_some() && siblings.all(|(oid, _)| oids.contains(oid))
        };
        oids.iter()
            .filter_map(|oid| self.0.get(oid))
            .map(|relation| {
                if ordinary(relation) && all_of_its_parent(relation) {
                    TableRole::Partitions
                } else {
                    relation.role
                }
            })
            .collect()
    }
}

/// The role that a relation's name begins with.
fn role_by_name(name: &str) -> TableRole {
    let begins = |role: &TableRole| {
        name.strip_prefix(role.name())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    let found = TableRole::ALL.into_iter().find(begins);
    // What has another name was made by the setup: indexes get their role from their table.
    found.unwrap_or(TableRole::Index)
}

/// The strongest lock that a session holds or waits for on each relation.
pub fn held(client: &mut Client, pid: &str) -> Result<BTreeMap<u32, LockLevel>, Error> {
    let sql = format!(
        "SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND pid = ({pid})
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    let mut held: BTreeMap<u32, LockLevel> = BTreeMap::new();
    for row in client.query(&sql, &[])? {
        let mode: String = row.get(1);
        let level = LockLevel::ALL
            .into_iter()
            .find(|level| format!("{level:?}Lock") == mode);
        let level =
            level.unwrap_or_else(|| panic!("a lock mode that is not in the manual: {mode}"));
        held.entry(row.get(0))
            .and_modify(|held| *held = level.max(*held))
            .or_insert(level);
    }
    Ok(held)
}
