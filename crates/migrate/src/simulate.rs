//! What a catalog becomes by statements that rename and move: told by the reader of SQL text, which
//! follows names into every expression as a server does.

use pgwright_catalog::Catalog;
use pgwright_ddl::read::{NoteKind, ReadOptions, read_files};

use crate::files::schema_script;
use crate::plan::{PlanError, PlanOptions, plan};

/// The catalog after the statements, or what is in their way.
pub(crate) fn after(
    catalog: &Catalog,
    statements: &[String],
    options: &PlanOptions,
) -> Result<Result<Catalog, String>, PlanError> {
    const STATEMENTS: &str = "statements";
    let whole = PlanOptions {
        check_bodies: false,
        ..PlanOptions::new(options.target)
    };
    let script = schema_script(&plan(&Catalog::empty(), catalog, &whole)?);
    let files = [
        ("schema".to_owned(), script),
        (STATEMENTS.to_owned(), statements.join("\n")),
    ];
    let reading = read_files(
        &files,
        &ReadOptions {
            target: options.target,
            ..ReadOptions::default()
        },
    );
    let failed = reading.notes.iter().find(|note| {
        note.file.as_deref() == Some(STATEMENTS)
            && matches!(
                note.kind,
                NoteKind::Failed | NoteKind::SyntaxError | NoteKind::NotUnderstood
            )
    });
    if let Some(note) = failed {
        return Ok(Err(note.message.clone()));
    }
    let mut after = reading.catalog;
    after.roles.clone_from(&catalog.roles);
    // What no text can say stays as it was.
    after.user_mappings.clone_from(&catalog.user_mappings);
    after.subscriptions.clone_from(&catalog.subscriptions);
    for (name, extension) in &mut after.extensions {
        if let Some(before) = catalog.extensions.get(name) {
            extension.clone_from(before);
        }
    }
    Ok(Ok(after))
}
