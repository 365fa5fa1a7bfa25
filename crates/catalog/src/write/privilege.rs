//! Roles, privileges and default privileges.

use std::collections::{BTreeMap, BTreeSet};

use super::text::dollar_quote;
use super::{WIDTH, WriteError, Writer};
use crate::{
    DefaultPrivileges, Grant, Name, ObjectId, Privilege, PrivilegeTarget, Role, quote_literal,
};

/// A grantee (`None` is PUBLIC) and whether it may grant in turn.
type Grantee<'a> = (Option<&'a Name>, bool);

/// What kind of objects a GRANT or REVOKE names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantTarget {
    /// Tables, views and materialized views.
    Table,
    /// Sequences.
    Sequence,
    /// Functions.
    Function,
    /// Procedures.
    Procedure,
    /// Types and domains.
    Type,
    /// Schemas.
    Schema,
    /// Procedural languages.
    Language,
    /// Foreign-data wrappers.
    ForeignDataWrapper,
    /// Foreign servers.
    ForeignServer,
}

impl GrantTarget {
    /// The word of the GRANT statement.
    fn word(self) -> &'static str {
        match self {
            Self::Table => "TABLE",
            Self::Sequence => "SEQUENCE",
            Self::Function => "FUNCTION",
            Self::Procedure => "PROCEDURE",
            Self::Type => "TYPE",
            Self::Schema => "SCHEMA",
            Self::Language => "LANGUAGE",
            Self::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
            Self::ForeignServer => "FOREIGN SERVER",
        }
    }

    /// What everybody may do with a new object, before anything is granted or revoked.
    pub fn default_grants(self) -> BTreeSet<Grant> {
        match self {
            Self::Table
            | Self::Sequence
            | Self::Schema
            | Self::ForeignDataWrapper
            | Self::ForeignServer => BTreeSet::new(),
            Self::Function | Self::Procedure => {
                BTreeSet::from([Grant::to_public(Privilege::Execute)])
            }
            // Only of a trusted language, as its own kind of object says.
            Self::Type | Self::Language => BTreeSet::from([Grant::to_public(Privilege::Usage)]),
        }
    }
}

impl Privilege {
    /// The key word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Truncate => "TRUNCATE",
            Self::References => "REFERENCES",
            Self::Trigger => "TRIGGER",
            Self::Maintain => "MAINTAIN",
            Self::Usage => "USAGE",
            Self::Create => "CREATE",
            Self::Execute => "EXECUTE",
        }
    }
}

impl Writer {
    /// Creates a role when the cluster has none of that name; one that is there is never altered.
    pub fn create_role(&self, name: &Name, role: &Role) -> String {
        let login = if role.login { "LOGIN" } else { "NOLOGIN" };
        let comment = match &role.comment {
            Some(text) => {
                let comment = self.comment(&format!("ROLE {}", name.quoted()), Some(text));
                // A literal may span lines, which must stay as they are.
                format!(
                    "\n        {}",
                    comment.replacen("\n    ", "\n            ", 1)
                )
            }
            None => String::new(),
        };
        let block = format!(
            "
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN
        CREATE ROLE {} {login};{comment}
    END IF;
END
",
            quote_literal(name.as_str()),
            name.quoted(),
        );
        format!("DO {};", dollar_quote(&block))
    }

    /// `GRANT role TO role`: membership.
    pub fn grant_membership(&self, role: &Name, member: &Name) -> String {
        format!("GRANT {} TO {};", role.quoted(), member.quoted())
    }

    /// `REVOKE role FROM role`: the end of a membership.
    pub fn revoke_membership(&self, role: &Name, member: &Name) -> String {
        format!("REVOKE {} FROM {};", role.quoted(), member.quoted())
    }

    /// Drops a role unless something in the cluster still needs it: another database's objects, or a
    /// login that is a member of it.
    pub fn drop_role(&self, name: &Name) -> String {
        let literal = quote_literal(name.as_str());
        let block = format!(
            "
BEGIN
    IF EXISTS (
        SELECT
        FROM pg_catalog.pg_auth_members AS membership
        JOIN pg_catalog.pg_roles AS granted ON granted.oid = membership.roleid
        JOIN pg_catalog.pg_roles AS member ON member.oid = membership.member
        WHERE granted.rolname = {literal}
            AND member.rolcanlogin
            AND member.rolname <> current_user
    ) THEN
        RAISE NOTICE 'role % is kept: it has members that log in', {literal};
    ELSE
        DROP ROLE IF EXISTS {};
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist THEN
        RAISE NOTICE 'role % is kept: other objects in the cluster need it', {literal};
END
",
            name.quoted()
        );
        format!("DO {};", dollar_quote(&block))
    }

    /// `GRANT` of privileges on objects of one kind: one statement for each grantee.
    pub fn grant(
        &self,
        target: GrantTarget,
        objects: &[(ObjectId, String)],
        grants: &BTreeSet<Grant>,
    ) -> Result<Vec<String>, WriteError> {
        let mut sql = Vec::new();
        for ((grantee, grantable), privileges) in self.by_grantee(objects, grants)? {
            let option = if grantable { " WITH GRANT OPTION" } else { "" };
            let room = privileges.len() + grantee_name(grantee).len() + option.len() + 14;
            let what = grant_objects(target, objects, room);
            sql.push(format!(
                "GRANT {privileges} ON {what}TO {}{option};",
                grantee_name(grantee)
            ));
        }
        Ok(sql)
    }

    /// `REVOKE` of privileges on objects of one kind: one statement for each grantee.
    pub fn revoke(
        &self,
        target: GrantTarget,
        objects: &[(ObjectId, String)],
        grants: &BTreeSet<Grant>,
    ) -> Result<Vec<String>, WriteError> {
        let mut sql = Vec::new();
        for ((grantee, _), privileges) in self.by_grantee(objects, grants)? {
            let room = privileges.len() + grantee_name(grantee).len() + 17;
            let what = grant_objects(target, objects, room);
            sql.push(format!(
                "REVOKE {privileges} ON {what}FROM {};",
                grantee_name(grantee)
            ));
        }
        Ok(sql)
    }

    /// What takes privileges from an owner: all, and those it still has given again. Without a name,
    /// the owner is who runs the statements.
    pub fn owner_privileges(
        &self,
        target: GrantTarget,
        object: &str,
        owner: Option<&Name>,
        left: &BTreeSet<Privilege>,
    ) -> Vec<String> {
        let owner = owner.map_or_else(|| "CURRENT_USER".to_owned(), Name::quoted);
        let word = target.word();
        let mut sql = vec![format!("REVOKE ALL ON {word} {object} FROM {owner};")];
        let left: Vec<_> = left.iter().map(|p| p.word()).collect();
        if !left.is_empty() {
            let left = left.join(", ");
            sql.push(format!("GRANT {left} ON {word} {object} TO {owner};"));
        }
        sql
    }

    /// What gives an owner all privileges back.
    pub fn all_owner_privileges(
        &self,
        target: GrantTarget,
        object: &str,
        owner: Option<&Name>,
    ) -> String {
        let owner = owner.map_or_else(|| "CURRENT_USER".to_owned(), Name::quoted);
        format!("GRANT ALL ON {} {object} TO {owner};", target.word())
    }

    /// Statements run as another role: privileges that were granted by it.
    pub fn as_role(&self, role: &Name, statements: Vec<String>) -> Vec<String> {
        let begin = format!("SET SESSION AUTHORIZATION {};", role.quoted());
        let end = "RESET SESSION AUTHORIZATION;".to_owned();
        std::iter::once(begin)
            .chain(statements)
            .chain([end])
            .collect()
    }

    /// Privileges of each grantee as one list: `SELECT, UPDATE (a, b)`.
    fn by_grantee<'a>(
        &self,
        objects: &[(ObjectId, String)],
        grants: &'a BTreeSet<Grant>,
    ) -> Result<Vec<(Grantee<'a>, String)>, WriteError> {
        type Columns<'a> = BTreeSet<&'a Name>;
        let mut by_grantee: BTreeMap<_, BTreeMap<(Privilege, bool), Columns<'a>>> = BTreeMap::new();
        for grant in grants {
            if grant.privilege == Privilege::Maintain
                && let Some((object, _)) = objects.first()
            {
                self.needs(17, "the MAINTAIN privilege", || object.clone())?;
            }
            let columns = by_grantee
                .entry((grant.grantee.as_ref(), grant.grantable))
                .or_default()
                .entry((grant.privilege, grant.column.is_some()))
                .or_default();
            columns.extend(&grant.column);
        }
        Ok(by_grantee
            .into_iter()
            .map(|(grantee, privileges)| {
                let list: Vec<_> = privileges
                    .into_iter()
                    .map(|((privilege, _), columns)| match columns.is_empty() {
                        true => privilege.word().to_owned(),
                        false => format!("{} ({})", privilege.word(), super::text::names(columns)),
                    })
                    .collect();
                (grantee, list.join(", "))
            })
            .collect())
    }

    /// `ALTER DEFAULT PRIVILEGES`; `undo` gives the statement that takes it back.
    pub fn default_privileges(
        &self,
        defaults: &DefaultPrivileges,
        undo: bool,
    ) -> Result<String, WriteError> {
        if defaults.grant.privilege == Privilege::Maintain {
            let role = || ObjectId::Role(defaults.owner.clone());
            self.needs(17, "the MAINTAIN privilege", role)?;
        }
        if defaults.target == PrivilegeTarget::LargeObjects {
            let role = || ObjectId::Role(defaults.owner.clone());
            self.needs(18, "default privileges on large objects", role)?;
        }
        let target = match defaults.target {
            PrivilegeTarget::Tables => "TABLES",
            PrivilegeTarget::Sequences => "SEQUENCES",
            PrivilegeTarget::Routines => "FUNCTIONS",
            PrivilegeTarget::Types => "TYPES",
            PrivilegeTarget::Schemas => "SCHEMAS",
            PrivilegeTarget::LargeObjects => "LARGE OBJECTS",
        };
        let schema = match &defaults.schema {
            Some(schema) => format!(" IN SCHEMA {}", schema.quoted()),
            None => String::new(),
        };
        let grantee = grantee_name(defaults.grant.grantee.as_ref());
        let privilege = defaults.grant.privilege.word();
        let action = if defaults.revoked == undo {
            let grantable = defaults.grant.grantable;
            let option = if grantable { " WITH GRANT OPTION" } else { "" };
            format!("GRANT {privilege} ON {target} TO {grantee}{option}")
        } else {
            format!("REVOKE {privilege} ON {target} FROM {grantee}")
        };
        Ok(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema}\n    {action};",
            defaults.owner.quoted()
        ))
    }
}

fn grantee_name(grantee: Option<&Name>) -> String {
    match grantee {
        None => "PUBLIC".to_owned(),
        Some(role) => role.quoted(),
    }
}

/// `TABLE a, b`, with the white space before TO or FROM: one line when there is room beside the rest
/// of the statement, else a line each.
fn grant_objects(target: GrantTarget, objects: &[(ObjectId, String)], rest: usize) -> String {
    let names: Vec<_> = objects.iter().map(|(_, name)| name.as_str()).collect();
    let line = format!("{} {} ", target.word(), names.join(", "));
    if names.len() < 2 || line.len() + rest <= WIDTH {
        return line;
    }
    format!("{}\n    {}\n", target.word(), names.join(",\n    "))
}
