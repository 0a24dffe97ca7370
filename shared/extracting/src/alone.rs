//! Extraction without a server: one file after another, for whoever is at this machine.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use common::ApiError;
use contract::extraction::Ask;
use contract::limits::MAX_EXTRACT_DOCUMENT_BYTES;
use editing::Editor;
use engine::{Engine, Input, too_large};
use futures::FutureExt;
use hosted::Hosted;
use serde_json::Value;

use crate::sheets::{Desk, File, Room};
use crate::{run, work};

/// What a call's account stands for where there is none.
const NOBODY: &str = "";

/// What reads files. One a process: it has the models.
pub struct Extractor {
    engine: Arc<Engine>,
    editor: Arc<Editor>,
}

/// What came of a file.
pub struct OfFile {
    /// The answer as text; of a question for JSON it is JSON.
    pub results: String,
    /// Of a question for JSON.
    pub data: Option<Value>,
    /// Whether something may be missing: the model came to its 8,192 tokens.
    pub truncated: bool,
    /// Why a page of it was not read, where the others were.
    pub error: Option<String>,
}

/// Whether there is a schema that answers can be held against, or none at all.
///
/// # Errors
/// What is no JSON Schema, or refers to another document.
pub fn check(ask: &Ask) -> Result<(), ApiError> {
    ask.schema.as_ref().map(schemas::validator).transpose().map(drop)
}

impl Extractor {
    /// # Errors
    /// Threads that are no number.
    pub fn new(hosted: Option<Hosted>, editor: Editor) -> Result<Self, ApiError> {
        Ok(Self { engine: Arc::new(Engine::with(hosted)?), editor: Arc::new(editor) })
    }

    /// What has read them.
    pub fn model(&self) -> String {
        work::model(&self.engine)
    }

    /// Reads a picture, a PDF or a DOCX.
    ///
    /// # Errors
    /// As of the route: a file that cannot be read, a schema that is none, a model that failed.
    pub async fn extract(&self, ask: Ask, bytes: Bytes, deadline: Instant) -> Result<OfFile, ApiError> {
        if bytes.len() > MAX_EXTRACT_DOCUMENT_BYTES {
            return Err(too_large("the file", MAX_EXTRACT_DOCUMENT_BYTES));
        }
        let input = Input::of("the file".to_owned(), bytes);
        let opened = tokio::task::spawn_blocking(move || File::of(input, deadline));
        let file = opened.await.map_err(ApiError::internal)??;
        let (engine, editor) = (self.engine.clone(), self.editor.clone());
        let desk = Desk { engine, editor, account: NOBODY.to_owned(), deadline, room: Room::default() };
        let done = run::of_file(&desk, ask, file).boxed().await?;
        let error = done.outcomes.into_iter().find_map(|outcome| outcome.error);
        let answer = done.answer;
        Ok(OfFile { results: answer.text, data: answer.data, truncated: answer.truncated, error })
    }
}
