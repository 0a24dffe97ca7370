//! Every case folder is judged, and all failures are reported together.

use golden::case;

#[test]
fn every_case_comes_out_as_expected() {
    let folders = case::folders().unwrap();
    assert!(folders.len() >= 60, "only {} cases were found", folders.len());
    let failures: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let name = folder.file_name().unwrap_or_default().display();
            match case::run(folder) {
                Ok(faults) if faults.is_empty() => None,
                Ok(faults) => Some(format!("{name}:\n    {}", faults.join("\n    "))),
                Err(error) => Some(format!("{name}: {error}")),
            }
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases failed:\n{}",
        failures.len(),
        folders.len(),
        failures.join("\n")
    );
}
