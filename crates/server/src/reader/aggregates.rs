//! Reading aggregates.

use std::collections::BTreeMap;

use pgwright_catalog::{Aggregate, ObjectId, Parallel, RoutineSignature, quote_literal};

use super::code::operator;
use super::routines::parallel;
use super::{Class, ReadError, Reader, Record};

impl Reader<'_> {
    pub(super) fn read_aggregates(&mut self) -> Result<(), ReadError> {
        for row in self.query("aggregates", include_str!("../queries/aggregates.sql"), &[])? {
            let Some(name) = self.own_name(Class::Routine, &row)? else {
                continue;
            };
            let oid = row.get("oid")?;
            let arguments = self.arguments(&row)?;
            let types: Vec<String> = arguments.iter().map(|a| a.data_type.clone()).collect();
            let signature = RoutineSignature::new(name, types);
            let direct: i16 = row.get("direct_arguments")?;
            let is_plain = row.code("kind")? == 'n';
            let aggregate = Aggregate {
                direct_arguments: match is_plain {
                    true => None,
                    false => usize::try_from(direct).ok(),
                },
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Routine, oid),
                ..Aggregate::new(arguments, self.parameters(&row, is_plain)?)
            };
            let id = ObjectId::Aggregate(signature.clone());
            self.ids.insert((Class::Routine, oid), id);
            self.catalog.aggregates.insert(signature, aggregate);
        }
        Ok(())
    }

    /// The parameters of CREATE AGGREGATE, without those that have their defaults.
    fn parameters(
        &self,
        row: &Record,
        is_plain: bool,
    ) -> Result<BTreeMap<String, String>, ReadError> {
        let mut parameters = BTreeMap::new();
        let mut say = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                parameters.insert(name.to_owned(), value);
            }
        };
        let truth = |holds: bool| holds.then(|| "true".to_owned());
        for name in [
            "sfunc",
            "finalfunc",
            "combinefunc",
            "serialfunc",
            "deserialfunc",
            "msfunc",
            "minvfunc",
            "mfinalfunc",
        ] {
            say(name, self.names.function_text(row.get(name)?));
        }
        for name in ["stype", "mstype"] {
            let oid: u32 = row.get(name)?;
            say(name, (oid != 0).then(|| self.names.type_name(oid)));
        }
        for name in ["sspace", "msspace"] {
            let space: i32 = row.get(name)?;
            say(name, (space > 0).then(|| space.to_string()));
        }
        for name in ["initcond", "minitcond"] {
            let text: Option<String> = row.get(name)?;
            say(name, text.map(|text| quote_literal(&text)));
        }
        for name in ["finalfunc_extra", "mfinalfunc_extra"] {
            say(name, truth(row.get(name)?));
        }
        // A moving aggregate without a final function has nothing that could be modified.
        let usual = if is_plain { 'r' } else { 'w' };
        for name in ["finalfunc_modify", "mfinalfunc_modify"] {
            let word = match row.code(name)? {
                code if code == usual => None,
                'r' => Some("read_only"),
                's' => Some("shareable"),
                _ => Some("read_write"),
            };
            say(name, word.map(str::to_owned));
        }
        let sort: u32 = row.get("sortop")?;
        say("sortop", self.names.operator(sort).map(operator));
        let word = match parallel(row.code("parallel")?) {
            Parallel::Unsafe => None,
            Parallel::Restricted => Some("restricted"),
            Parallel::Safe => Some("safe"),
        };
        say("parallel", word.map(str::to_owned));
        say("hypothetical", truth(row.code("kind")? == 'h'));
        Ok(parameters)
    }
}
