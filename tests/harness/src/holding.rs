//! A search through everything that a server has written.

use std::path::Path;

/// How many files of a folder hold a text, and how many there are.
pub fn holding(folder: &Path, text: &str) -> (usize, usize) {
    let (mut hits, mut files) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let (inner_hits, inner_files) = holding(&path, text);
            (hits, files) = (hits + inner_hits, files + inner_files);
        } else if let Ok(bytes) = std::fs::read(&path) {
            files += 1;
            hits += usize::from(bytes.windows(text.len()).any(|window| window == text.as_bytes()));
        }
    }
    (hits, files)
}
