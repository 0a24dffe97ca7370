//! Everything generated from the contract: `template.yaml`, the OpenAPI document, the docs pages, the router of
//! `cargo lambda watch` and the README's tables. `sync` writes them, `check` fails with a diff when one is stale and
//! holds the rules of the house (folders, dependencies).

pub mod artefact;
pub mod docs;
pub mod examples;
pub mod functions;
pub mod house;
pub mod openapi;
pub mod readme;
pub mod router;
pub mod template;
pub mod write;

use std::path::Path;

use anyhow::Result;

use artefact::Artefact;

/// Every generated file or block of a file.
///
/// # Errors
/// When a part of the template or a picture of the docs page cannot be read, or two definitions share a name.
pub fn artefacts(root: &Path) -> Result<Vec<Artefact>> {
    let openapi = openapi::document()?;
    Ok(vec![
        Artefact::file("template.yaml", template::render(root)?),
        Artefact::file("functions/openapi-get/openapi.json", write::json(&openapi)),
        Artefact::file(
            "functions/docs-get/docs.html",
            docs::reference(&openapi, &docs::Pictures::read(root)?),
        ),
        Artefact::file("functions/docs-get/errors.html", docs::errors()),
        Artefact::block("Cargo.toml", "# generated: watch router", "# end generated", router::block()),
        Artefact::block(
            "README.md",
            "<!-- generated: endpoints -->",
            "<!-- end generated -->",
            readme::endpoints(),
        ),
        Artefact::block(
            "README.md",
            "<!-- generated: settings -->",
            "<!-- end generated -->",
            readme::settings(),
        ),
    ])
}

/// Writes what is stale; gives the paths written.
///
/// # Errors
/// When a file cannot be read or written.
pub fn sync(root: &Path) -> Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for artefact in artefacts(root)? {
        if artefact.write(root)? {
            written.push(artefact.path);
        }
    }
    Ok(written)
}

/// Diffs of stale files and broken rules of the house; empty = all is well.
///
/// # Errors
/// When a file or the workspace's metadata cannot be read.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for artefact in artefacts(root)? {
        faults.extend(artefact.diff(root)?);
    }
    faults.extend(house::check(root)?);
    Ok(faults)
}
