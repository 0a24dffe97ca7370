//! The manifest as it is shipped.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Component, Path};

use models::{Folder, LicenceText, Manifest};

/// Licences that permit use, change and sale. Others need somebody to read them first.
const FREE: [&str; 4] = ["Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause"];

#[test]
fn every_file_has_a_package_a_place_of_its_own_and_a_free_licence_with_its_text() {
    let manifest = Manifest::built_in();
    let mut places = BTreeSet::new();
    for file in &manifest.files {
        assert!(manifest.archive(file).is_some(), "{}: no package", file.name);
        assert!(places.insert((&file.name, &file.architecture)), "{}: twice", file.name);
        assert!(
            Path::new(&file.name).components().all(|part| matches!(part, Component::Normal(_))),
            "{}: outside the folder",
            file.name
        );
        assert!(FREE.contains(&file.licence.id.as_str()), "{}: {}", file.name, file.licence.id);
        assert!(!file.licence.texts.is_empty(), "{}: no text of its licence", file.name);
        for text in &file.licence.texts {
            if let LicenceText::Repository(name) = text {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("licences").join(name);
                assert!(path.is_file(), "{}: no {name}", file.name);
            }
        }
    }
    for archive in &manifest.archives {
        let used = manifest.files.iter().any(|file| file.archive == archive.file);
        assert!(used, "{}: nobody uses it", archive.file);
    }
}

/// After `atelier models fetch`, which `tests/run` does first.
#[test]
fn what_was_fetched_is_what_the_manifest_pins() {
    let folder = Folder::from_env().unwrap();
    for file in folder.manifest().files_here().filter(|file| !file.optional) {
        assert!(model_fetch::is_whole(&folder, file).unwrap(), "{}: run `atelier models fetch`", file.name);
    }
}
