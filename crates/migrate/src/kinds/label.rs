//! Security labels.

use pgwright_catalog::{Name, ObjectId};

use super::{Kind, kept};
use crate::change::{Change, Cover, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct SecurityLabels;

impl Kind for SecurityLabels {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (object, labels) in &context.full.security_labels {
            let base = context.base.security_labels.get(object);
            for (provider, label) in labels {
                if !base.is_some_and(|b| b.contains_key(provider)) {
                    out.push(change(context, object, provider, None, label));
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (&context.base.security_labels, &context.full.security_labels);
        for (object, from, to) in kept(base, full) {
            for (provider, from, to) in kept(from, to) {
                if from != to {
                    out.push(change(context, object, provider, Some(from), to));
                }
            }
        }
        Ok(())
    }
}

fn change(
    context: &Context<'_>,
    object: &ObjectId,
    provider: &Name,
    from: Option<&String>,
    to: &str,
) -> Change {
    let mut change = Change::alter(object.clone(), FileGroup::Privileges, Rank::Label);
    change.sort.1 = format!("{} {} {provider}", object.kind(), object.name());
    change.need(object.clone(), Strength::Must);
    change.covered_by = Some(Cover::With(object.clone()));
    let address = context.writer.address(context.full, object);
    let label = |text| context.writer.security_label(&address, provider, text);
    change.up.push(label(Some(to)).into());
    change.down.push(label(from.map(String::as_str)).into());
    change
}
