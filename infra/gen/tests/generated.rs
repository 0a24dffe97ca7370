//! Guarantees of the other generated files, and of the check that finds stale ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use contract::endpoints::ROUTES;
use contract::images::{AVAILABLE_OPERATIONS, INPUT_FORMATS, OUTPUT_FORMATS, UploadEditRequest};
use contract::{Check, ERRORS};
use infra_gen::artefact::Artefact;
use infra_gen::{docs, openapi, readme, router};
use serde_json::{Map, Value};

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("infra-gen-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_stale_file_is_found_shown_as_a_diff_and_written_anew() {
    let folder = Folder::new("file");
    let artefact = Artefact::file("sub/a.txt", "one\ntwo\n".to_owned());
    assert!(artefact.diff(&folder.0).unwrap().unwrap().contains("+one"));
    assert!(artefact.write(&folder.0).unwrap());
    assert_eq!(artefact.diff(&folder.0).unwrap(), None);
    assert!(!artefact.write(&folder.0).unwrap());
    fs::write(folder.0.join("sub/a.txt"), "one\nthree\n").unwrap();
    let diff = artefact.diff(&folder.0).unwrap().unwrap();
    assert!(diff.contains("-three") && diff.contains("+two"), "{diff}");
}

#[test]
fn a_block_is_replaced_between_its_markers_and_the_rest_of_the_file_stays() {
    let folder = Folder::new("block");
    let path = folder.0.join("a.md");
    fs::write(&path, "before\n# start\nold\n# end\nafter\n").unwrap();
    let artefact = Artefact::block("a.md", "# start", "# end", "new\n".to_owned());
    assert!(artefact.write(&folder.0).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\n# start\nnew\n# end\nafter\n");
    assert!(!artefact.write(&folder.0).unwrap());
    fs::write(&path, "# start\nold\n").unwrap();
    assert!(artefact.write(&folder.0).is_err());
    fs::write(&path, "text\n").unwrap();
    artefact.write(&folder.0).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "text\n\n# start\nnew\n# end\n");
}

fn operations(document: &Value) -> Vec<&Value> {
    let items = document["paths"].as_object().into_iter().flat_map(Map::values);
    items.filter_map(Value::as_object).flat_map(Map::values).collect()
}

#[test]
fn openapi_has_every_route_once_and_every_reference_leads_somewhere() {
    let document = openapi::document().expect("document");
    let ids: Vec<&str> =
        operations(&document).iter().filter_map(|operation| operation["operationId"].as_str()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    for route in ROUTES {
        assert!(unique.contains(route.name), "{}", route.name);
    }
    let text = document.to_string();
    let targets: BTreeSet<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(targets.len() > 30);
    for target in targets {
        assert!(document.pointer(target).is_some(), "{target}");
    }
}

#[test]
fn openapi_puts_path_parameters_in_the_path_and_not_in_the_body() {
    let document = openapi::document().expect("document");
    let rotate = &document["paths"]["/v1/keys/{id}/rotate"]["post"];
    assert_eq!(rotate["parameters"][0]["name"], "id");
    assert_eq!(rotate["parameters"][0]["in"], "path");
    assert_eq!(rotate["requestBody"]["required"], false);
    let body = &document["components"]["schemas"]["KeyRotate"];
    assert!(body["properties"].get("id").is_none() && body["properties"].get("grace_seconds").is_some());
    let wait = &document["paths"]["/v1-beta1/image/edit/async/{id}"]["get"]["parameters"][1];
    assert_eq!(
        (&wait["name"], &wait["in"], &wait["schema"]["type"]),
        (&"wait".into(), &"query".into(), &"integer".into())
    );
}

#[test]
fn openapi_wraps_answers_and_errors_as_each_family_does() {
    let document = openapi::document().expect("document");
    let edit = &document["paths"]["/v1-beta1/image/edit"]["post"];
    assert_eq!(edit["responses"]["200"]["content"]["application/json"]["schema"]["required"][0], "data");
    assert_eq!(edit["responses"]["429"]["$ref"], "#/components/responses/images_rate_limited");
    let limited = &document["components"]["responses"]["images_rate_limited"]["content"]["application/json"];
    assert_eq!(limited["examples"]["RATE_LIMITED"]["value"]["detail"]["error_code"], "2001");
    assert_eq!(
        document["paths"]["/v1/keys"]["post"]["responses"]["422"]["$ref"],
        "#/components/responses/classification_validation_error"
    );
}

fn pictures() -> docs::Pictures {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    docs::Pictures::read(&root).expect("pictures")
}

fn reference() -> String {
    docs::reference(&openapi::document().expect("document"), &pictures())
}

#[test]
fn docs_show_every_route_with_a_line_for_the_shell_and_ask_nobody_else_for_anything() {
    let page = reference();
    for route in ROUTES {
        assert!(page.contains(&format!("<article id=\"{}\">", route.name)), "{}", route.name);
    }
    assert!(page.matches("curl ").count() >= ROUTES.len());
    assert_no_foreign_request(&page);
    let ids: BTreeSet<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(target), "#{target} leads nowhere");
    }
}

#[test]
fn docs_name_every_format_and_operation() {
    let page = reference();
    for name in INPUT_FORMATS.iter().chain(OUTPUT_FORMATS) {
        assert!(page.matches(&format!("<td><code>{name}</code>")).count() >= 1, "{name}");
    }
    for format in OUTPUT_FORMATS.iter().filter(|format| INPUT_FORMATS.contains(format)) {
        assert!(
            page.matches(&format!("<td><code>{format}</code>")).count() >= 2,
            "{format}, read and written"
        );
    }
    for operation in AVAILABLE_OPERATIONS {
        assert!(page.contains(&format!("<code>{operation}</code>")), "{operation}");
    }
}

/// A request of the table shows what the operation does, and the operation's name is not only in a list.
#[test]
fn every_operation_has_a_picture_before_and_after() {
    let pictures = pictures();
    for operation in AVAILABLE_OPERATIONS {
        let shown = |request: &Value| match operation.strip_prefix("resizing.fit.") {
            Some(fit) => request["operations"]["resizing"]["fit"] == fit,
            None => request["operations"].pointer(&format!("/{}", operation.replace('.', "/"))).is_some(),
        };
        assert!(pictures.requests().any(shown), "{operation}");
    }
    for request in pictures.requests() {
        let parsed: UploadEditRequest = serde_json::from_value(request.clone()).expect("a request");
        let mut faults = parsed.unavailable();
        parsed.check(&mut faults);
        assert!(faults.is_empty(), "{request}: {faults:?}");
    }
}

#[test]
fn every_picture_is_small_and_embedded_and_none_is_left_over() {
    let (pictures, page) = (pictures(), reference());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
    let mut names = BTreeSet::new();
    for picture in pictures.all() {
        assert!((200..=12_000).contains(&picture.len()), "{} has {} bytes", picture.file, picture.len());
        assert!(page.contains(&format!("<img src=\"{}\"", picture.address())), "{}", picture.file);
        assert!(names.insert(picture.file.clone()), "{} is there twice", picture.file);
    }
    assert!(pictures.all().map(docs::Picture::len).sum::<usize>() <= 200_000);
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let files: BTreeSet<String> =
        files.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".webp")).collect();
    assert_eq!(files, names);
}

#[test]
fn the_catalogue_has_an_anchor_for_every_code() {
    let page = docs::errors();
    for row in ERRORS {
        assert!(page.contains(&format!("<article id=\"{}\">", row.code)), "{}", row.code);
    }
    assert_no_foreign_request(&page);
}

fn assert_no_foreign_request(page: &str) {
    assert_eq!(page.matches(" src=\"").count(), page.matches(" src=\"data:image/").count());
    for forbidden in ["<script", "@import", "url(", "href=\"http", "<iframe"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_watch_router_has_every_path_and_the_fallback_last() {
    let block = router::block();
    for route in ROUTES {
        for path in route.paths() {
            let line = block
                .lines()
                .find(|line| line.starts_with(&format!("\"{path}\" =")))
                .unwrap_or_else(|| panic!("{path}"));
            assert!(
                line.contains(&format!(
                    "{{ function = \"{}\", method = \"{}\" }}",
                    route.name,
                    route.method.name()
                )),
                "{line}"
            );
        }
    }
    assert_eq!(block.lines().last(), Some("\"/{*rest}\" = \"fallback\""));
}

#[test]
fn the_readme_lists_every_endpoint_and_no_setting_of_tests() {
    let table = readme::endpoints();
    for route in ROUTES {
        assert!(table.contains(&format!("[{0}](functions/{0})", route.name)), "{}", route.name);
    }
    let settings = readme::settings();
    assert!(settings.contains("ATELIER_PUBLIC_URL") && !settings.contains("ATELIER_RATE_LIMITS"));
}
