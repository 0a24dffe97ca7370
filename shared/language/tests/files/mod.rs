//! Where the model files are.

use std::path::PathBuf;

use language::Models;

/// The folder that `atelier models fetch` fills.
pub fn folder() -> PathBuf {
    let cache = || {
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home);
        cache.expect("a home folder").join("atelier/models")
    };
    std::env::var_os("ATELIER_MODELS").map_or_else(cache, PathBuf::from)
}

pub fn models() -> Models {
    Models::named(|name| Ok::<_, ()>(folder().join(name))).expect("names are paths")
}
