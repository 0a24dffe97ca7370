//! The families of routes. Everything that differs between them (error bodies, validation status, strictness,
//! rate headers) follows from the family of the **route**, also where no handler runs.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Images,
    Classification,
    Extraction,
    Requests,
    Platform,
}

/// First path segments that decide the family; the longest match wins.
const PREFIXES: [(&str, Family); 11] = [
    ("/v1-beta1", Family::Images),
    ("/v1-ea", Family::Images),
    ("/v1/image", Family::Images),
    ("/v1/storage", Family::Images),
    ("/v1/scene", Family::Images),
    ("/v1/video", Family::Images),
    ("/v1/uploads", Family::Platform),
    ("/v1/webhooks", Family::Platform),
    ("/v1/limits", Family::Platform),
    ("/api/v1", Family::Extraction),
    ("/requests", Family::Requests),
];

impl Family {
    pub const ALL: [Family; 5] =
        [Self::Images, Self::Classification, Self::Extraction, Self::Requests, Self::Platform];

    /// The family of any path, known or not: that of its longest known prefix.
    pub fn of_path(path: &str) -> Self {
        let under = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match PREFIXES.iter().find(|(prefix, _)| under(prefix)) {
            Some((_, family)) => *family,
            None if under("/v1") => Self::Classification,
            None => Self::Platform,
        }
    }

    /// Where the routes of the family hang. Images answer under both; the first is what the docs show.
    pub const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Images => &["/v1-beta1", "/v1"],
            _ => &[""],
        }
    }

    /// Whether an unknown JSON field is refused.
    pub const fn strict(self) -> bool {
        matches!(self, Self::Images | Self::Platform)
    }

    pub const fn validation_status(self) -> u16 {
        match self {
            Self::Extraction => 400,
            _ => 422,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Classification => "classification",
            Self::Extraction => "extraction",
            Self::Requests => "requests",
            Self::Platform => "platform",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn an_unknown_path_takes_the_family_of_its_longest_known_prefix() {
        for (path, family) in [
            ("/v1-beta1/nothing", Family::Images),
            ("/v1/image/nothing", Family::Images),
            ("/v1/imagery", Family::Classification),
            ("/v1/uploads/x", Family::Platform),
            ("/v1/keys", Family::Classification),
            ("/v1", Family::Classification),
            ("/api/v1/extract-image", Family::Extraction),
            ("/requests/9", Family::Requests),
            ("/", Family::Platform),
            ("/v2/image", Family::Platform),
        ] {
            assert_eq!(Family::of_path(path), family, "{path}");
        }
    }
}
