use inference::InferenceError;

#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    #[error("{width} x {height} pixels of RGB are not {bytes} bytes")]
    Picture { width: u32, height: u32, bytes: usize },
    #[error("the deadline has passed")]
    Deadline,
    /// The file is a network, but not of the kind that is expected.
    #[error("the model does not fit: {0}")]
    Model(String),
    /// A model's file is missing or altered.
    #[error(transparent)]
    File(#[from] inference::models::ModelError),
    #[error(transparent)]
    Inference(#[from] InferenceError),
}
