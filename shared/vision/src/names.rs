//! Names of classes: a list, and no more. The list comes with the model.

/// The names in a JSON array of strings; `None` of anything else. A name that says in brackets which of its meanings it has keeps
/// it, as in "kite (bird of prey)": these are words to be understood.
pub(crate) fn names(json: &str) -> Option<Vec<String>> {
    serde_json::from_str(json).ok()
}
