//! Reading what C code brings, and what speaks of types and languages: languages, access methods,
//! collations, conversions, casts and transforms.

use pgwright_catalog::{
    AccessMethod, Cast, CastContext, CastMethod, CastSignature, Collation, Conversion, Language,
    Name, ObjectId, QualifiedName, Transform, TransformSignature,
};

use super::{Class, FIRST_OWN, ReadError, Reader};

impl Reader<'_> {
    pub(super) fn read_code(&mut self) -> Result<(), ReadError> {
        self.read_languages()?;
        self.read_access_methods()?;
        self.read_collations()?;
        self.read_conversions()?;
        self.read_transforms()
    }

    fn read_languages(&mut self) -> Result<(), ReadError> {
        for row in self.query("languages", include_str!("../queries/languages.sql"), &[])? {
            let oid = row.get("oid")?;
            if !self.is_own(Class::Language, oid) {
                continue;
            }
            let name = row.name("name")?;
            let handler = self.names.function(row.get("handler")?);
            let language = Language {
                inline: self.names.function(row.get("inline")?),
                validator: self.names.function(row.get("validator")?),
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Language, oid),
                ..Language::new(row.get("trusted")?, handler)
            };
            let id = ObjectId::Language(name.clone());
            self.ids.insert((Class::Language, oid), id);
            self.catalog.languages.insert(name, language);
        }
        Ok(())
    }

    fn read_access_methods(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/access_methods.sql");
        for row in self.query("access methods", query, &[])? {
            let oid = row.get("oid")?;
            let handler = self.names.function(row.get("handler")?);
            let Some(handler) = handler.filter(|_| self.is_own(Class::AccessMethod, oid)) else {
                continue;
            };
            let name = row.name("name")?;
            let method = AccessMethod {
                for_tables: row.get("for_tables")?,
                handler,
                comment: self.comment(Class::AccessMethod, oid),
            };
            let id = ObjectId::AccessMethod(name.clone());
            self.ids.insert((Class::AccessMethod, oid), id);
            self.catalog.access_methods.insert(name, method);
        }
        Ok(())
    }

    fn read_collations(&mut self) -> Result<(), ReadError> {
        for row in self.query("collations", include_str!("../queries/collations.sql"), &[])? {
            let Some(name) = self.own_name(Class::Collation, &row)? else {
                continue;
            };
            let oid = row.get("oid")?;
            let locale: Option<String> = row.get("locale")?;
            let ctype: Option<String> = row.get("ctype")?;
            let provider = match row.code("provider")? {
                'i' => "icu",
                'b' => "builtin",
                _ => "libc",
            };
            let collation = Collation {
                provider: provider.to_owned(),
                ctype: ctype.filter(|ctype| provider == "libc" && Some(ctype) != locale.as_ref()),
                locale,
                deterministic: row.get("deterministic")?,
                rules: row.get("rules")?,
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Collation, oid),
            };
            let id = ObjectId::Collation(name.clone());
            self.ids.insert((Class::Collation, oid), id);
            self.catalog.collations.insert(name, collation);
        }
        Ok(())
    }

    fn read_conversions(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/conversions.sql");
        for row in self.query("conversions", query, &[])? {
            let Some(name) = self.own_name(Class::Conversion, &row)? else {
                continue;
            };
            let Some(function) = self.names.function(row.get("function")?) else {
                continue;
            };
            let oid = row.get("oid")?;
            let conversion = Conversion {
                default: row.get("is_default")?,
                source: row.get("source")?,
                target: row.get("target")?,
                function,
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Conversion, oid),
            };
            let id = ObjectId::Conversion(name.clone());
            self.ids.insert((Class::Conversion, oid), id);
            self.catalog.conversions.insert(name, conversion);
        }
        Ok(())
    }

    /// Casts; returns those of which the server need not do anything, as pairs of source and target.
    pub(super) fn read_casts(&mut self) -> Result<Vec<(u32, u32)>, ReadError> {
        let mut same = Vec::new();
        for row in self.query("casts", include_str!("../queries/casts.sql"), &[])? {
            let (source, target): (u32, u32) = (row.get("source")?, row.get("target")?);
            let (method, context) = (row.code("method")?, row.code("context")?);
            if method == 'b' && context == 'i' {
                same.push((source, target));
            }
            let oid = row.get("oid")?;
            if oid < FIRST_OWN || !self.is_own(Class::Cast, oid) {
                continue;
            }
            let signature = CastSignature {
                source: self.names.type_name(source),
                target: self.names.type_name(target),
            };
            let method = match (method, self.names.signature(row.get("function")?)) {
                ('f', Some(function)) => CastMethod::Function(function),
                ('i', _) => CastMethod::InOut,
                _ => CastMethod::Binary,
            };
            let cast = Cast {
                method,
                context: match context {
                    'a' => CastContext::Assignment,
                    'i' => CastContext::Implicit,
                    _ => CastContext::Explicit,
                },
                comment: self.comment(Class::Cast, oid),
            };
            let id = ObjectId::Cast(signature.clone());
            self.ids.insert((Class::Cast, oid), id);
            self.catalog.casts.insert(signature, cast);
        }
        Ok(same)
    }

    fn read_transforms(&mut self) -> Result<(), ReadError> {
        for row in self.query("transforms", include_str!("../queries/transforms.sql"), &[])? {
            let oid = row.get("oid")?;
            let language = self.names.get(Class::Language, row.get("language")?);
            let Some(language) = language.filter(|_| self.is_own(Class::Transform, oid)) else {
                continue;
            };
            let signature = TransformSignature {
                data_type: self.names.type_name(row.get("type")?),
                language: language.clone(),
            };
            let transform = Transform {
                from_sql: self.names.signature(row.get("from_sql")?),
                to_sql: self.names.signature(row.get("to_sql")?),
                comment: self.comment(Class::Transform, oid),
            };
            let id = ObjectId::Transform(signature.clone());
            self.ids.insert((Class::Transform, oid), id);
            self.catalog.transforms.insert(signature, transform);
        }
        Ok(())
    }
}

/// `OPERATOR(schema.name)`: the name of an operator is never quoted.
pub(super) fn operator(name: &QualifiedName) -> String {
    let QualifiedName { schema, name } = name;
    format!("OPERATOR({}.{})", schema.quoted(), Name::as_str(name))
}
