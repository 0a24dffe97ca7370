use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operations, Output, OutputChoice, Resizing};

/// Body of `POST /image/edit` and `POST /image/edit/async`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditRequest {
    /// Where the picture comes from: `http(s)://`, `storage://{storage}/{path}` or `upload://{id}`.
    #[schemars(length(min = 1, max = 4096))]
    pub input: String,
    /// What is done to it; `{}` only converts.
    pub operations: Operations,
    /// A destination URI, or format, destination and metadata. Default: a JPEG behind a temporary URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputChoice>,
}

/// Field `data` of `POST /image/edit/upload`: an [`EditRequest`] whose picture comes with the form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadEditRequest {
    /// What is done to the picture; absent = `{}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Operations>,
    /// As in [`EditRequest`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputChoice>,
}

impl EditRequest {
    /// The output as one form: a bare destination becomes an [`Output`] with only that, absence the default.
    pub fn output(&self) -> Output {
        Output::of(self.output.as_ref())
    }

    /// The example of the published documentation.
    pub fn sample() -> Self {
        Self {
            input: "https://example.com/photo.jpg".into(),
            operations: Operations {
                resizing: Some(Resizing {
                    width: Some(super::Dimension::Pixels(1000)),
                    ..Resizing::default()
                }),
                ..Operations::default()
            },
            output: None,
        }
    }
}

impl UploadEditRequest {
    pub fn operations(&self) -> Operations {
        self.operations.clone().unwrap_or_default()
    }

    /// As [`EditRequest::output`].
    pub fn output(&self) -> Output {
        Output::of(self.output.as_ref())
    }
}
