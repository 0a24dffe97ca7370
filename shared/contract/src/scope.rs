//! What a key may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    ImageEditing,
    ImageGeneration,
    VideoGeneration,
    Storage,
    Classify,
    Extract,
    Jobs,
    Keys,
    Billing,
    Logs,
    /// All of the above.
    Admin,
    /// Grants credits; outside `admin`, belongs to the reserved operator account.
    Operator,
}

impl Scope {
    pub const ALL: [Scope; 12] = [
        Self::ImageEditing,
        Self::ImageGeneration,
        Self::VideoGeneration,
        Self::Storage,
        Self::Classify,
        Self::Extract,
        Self::Jobs,
        Self::Keys,
        Self::Billing,
        Self::Logs,
        Self::Admin,
        Self::Operator,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::ImageEditing => "image_editing",
            Self::ImageGeneration => "image_generation",
            Self::VideoGeneration => "video_generation",
            Self::Storage => "storage",
            Self::Classify => "classify",
            Self::Extract => "extract",
            Self::Jobs => "jobs",
            Self::Keys => "keys",
            Self::Billing => "billing",
            Self::Logs => "logs",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// Whether a key with `held` may do what needs `self`.
    pub fn granted_by(self, held: &[Scope]) -> bool {
        held.contains(&self) || (self != Self::Operator && held.contains(&Self::Admin))
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn admin_is_everything_but_operator() {
        for scope in Scope::ALL {
            assert_eq!(scope.granted_by(&[Scope::Admin]), scope != Scope::Operator, "{scope:?}");
        }
        assert!(!Scope::Keys.granted_by(&[Scope::Operator]));
    }
}
