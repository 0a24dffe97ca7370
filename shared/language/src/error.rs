/// Why a model cannot be used, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    #[error("{file} cannot be read: {cause}")]
    Read { file: String, cause: std::io::Error },
    #[error("the vocabulary is not usable: {0}")]
    Vocabulary(String),
    #[error("the encoder's file is not usable: {0}")]
    Encoder(String),
    #[error("the table of embeddings is not usable: {0}")]
    Table(String),
    #[error("the encoder failed: {0}")]
    Run(String),
    #[error("the labels are not usable: {0}")]
    Labels(&'static str),
    #[error("the deadline has passed")]
    Deadline,
}
