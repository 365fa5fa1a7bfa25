//! Text search: parsers, templates, dictionaries and configurations.

use pgwright_catalog::ObjectId;

use super::{Kind, added, alter, begin, kept, only_comment};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Parsers and templates, dictionaries, configurations.
pub(super) struct TextSearch;

const GROUP: FileGroup = FileGroup::Types;

impl Kind for TextSearch {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (context.base, context.full);
        for (name, parser) in added(&base.text_search_parsers, &full.text_search_parsers) {
            let object = ObjectId::TextSearchParser(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::TextSearchParser)?;
            for function in parser.functions.values() {
                context.need_function(&mut change, function, &[]);
            }
            let create = context.writer.create_text_search_parser(name, parser);
            change.up.push(create.into());
            context.comment(&mut change, &object, parser.comment.as_ref());
            out.push(change);
        }
        for (name, template) in added(&base.text_search_templates, &full.text_search_templates) {
            let object = ObjectId::TextSearchTemplate(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::TextSearchTemplate)?;
            for function in template.functions.values() {
                context.need_function(&mut change, function, &[]);
            }
            let create = context.writer.create_text_search_template(name, template);
            change.up.push(create.into());
            context.comment(&mut change, &object, template.comment.as_ref());
            out.push(change);
        }
        let (old, new) = (
            &base.text_search_dictionaries,
            &full.text_search_dictionaries,
        );
        for (name, dictionary) in added(old, new) {
            let object = ObjectId::TextSearchDictionary(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::TextSearchDictionary)?;
            change.need(
                ObjectId::TextSearchTemplate(dictionary.template.clone()),
                Strength::Must,
            );
            let writer = &context.writer;
            let create = writer.create_text_search_dictionary(name, dictionary);
            change.up.push(create.into());
            context.comment(&mut change, &object, dictionary.comment.as_ref());
            out.push(change);
        }
        let (old, new) = (
            &base.text_search_configurations,
            &full.text_search_configurations,
        );
        for (name, configuration) in added(old, new) {
            let object = ObjectId::TextSearchConfiguration(name.clone());
            let rank = Rank::TextSearchConfiguration;
            let mut change = begin(context, object.clone(), GROUP, rank)?;
            change.need(
                ObjectId::TextSearchParser(configuration.parser.clone()),
                Strength::Must,
            );
            let dictionaries = configuration.mappings.values().flatten();
            change.must_have(dictionaries.map(|d| ObjectId::TextSearchDictionary(d.clone())));
            let writer = &context.writer;
            let create = writer.create_text_search_configuration(name, configuration);
            change.up.extend(create.into_iter().map(Into::into));
            context.comment(&mut change, &object, configuration.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (context.base, context.full);
        for (name, from, to) in kept(&base.text_search_parsers, &full.text_search_parsers) {
            let object = ObjectId::TextSearchParser(name.clone());
            only_comment(context, object, GROUP, from, to, out, |p| p.comment.take());
        }
        for (name, from, to) in kept(&base.text_search_templates, &full.text_search_templates) {
            let object = ObjectId::TextSearchTemplate(name.clone());
            only_comment(context, object, GROUP, from, to, out, |t| t.comment.take());
        }
        let (old, new) = (
            &base.text_search_dictionaries,
            &full.text_search_dictionaries,
        );
        for (name, from, to) in kept(old, new) {
            let object = ObjectId::TextSearchDictionary(name.clone());
            let set = |a, b| context.writer.alter_dictionary(name, a, b);
            let (up, down) = (
                set(&from.options, &to.options),
                set(&to.options, &from.options),
            );
            let rank = Rank::TextSearchDictionary;
            out.extend(alter(object.clone(), GROUP, rank, up, down));
            only_comment(context, object, GROUP, from, to, out, |d| {
                d.options.clear();
                d.owner = None;
                d.comment.take()
            });
        }
        let (old, new) = (
            &base.text_search_configurations,
            &full.text_search_configurations,
        );
        for (name, from, to) in kept(old, new) {
            let object = ObjectId::TextSearchConfiguration(name.clone());
            if from.parser == to.parser {
                let set = |a, b| context.writer.alter_text_search_configuration(name, a, b);
                let (up, down) = (set(from, to), set(to, from));
                let rank = Rank::TextSearchConfiguration;
                let change = alter(object.clone(), GROUP, rank, up, down);
                out.extend(change.map(|mut change| {
                    let dictionaries = to.mappings.values().flatten().cloned();
                    change.must_have(dictionaries.map(ObjectId::TextSearchDictionary));
                    change.completes = Some(object.clone());
                    change
                }));
            }
            only_comment(context, object, GROUP, from, to, out, |c| {
                c.mappings.clear();
                c.owner = None;
                c.comment.take()
            });
        }
        Ok(())
    }
}
