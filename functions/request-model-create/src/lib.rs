//! Saves a prompt as an extraction model.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::REQUEST_MODEL_CREATE;
use contract::extraction::{ExtractionModel, ModelCreate};
use contract::limits::MAX_MODELS;
use store::{Guard, ModelRecord, NewModel, TransactionError};
use uuid::Uuid;

pub fn function() -> Function {
    Function::http(REQUEST_MODEL_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<ModelCreate>) -> Result<Response<ExtractionModel>, ApiError> {
    let ModelCreate { id, name, prompt, schema } = req.data;
    if let Some(schema) = &schema {
        schemas::validator(schema)?;
    }
    if cx.store.extractions().count_models(cx.account()).await? >= MAX_MODELS {
        return Err(ApiError::new(ErrorKind::TooManyModels));
    }
    let new = NewModel {
        account: cx.account().to_owned(),
        id: id.unwrap_or_else(|| Uuid::new_v4().to_string()),
        name,
        prompt,
        schema: schema.map(|schema| schema.to_string()),
        created_at_ms: cx.now_ms(),
    };
    let model = ModelRecord::new(new, Uuid::new_v4().to_string());
    let answer = requests::model_shown(model.clone())?;
    let commit = Commit::default().write(move |store, all| store.extractions().create_model(all, &model)).or(
        |error: &TransactionError| {
            error.refused_by(Guard::Model).map(|_| ApiError::new(ErrorKind::ModelExists))
        },
    );
    Ok(Response::from(answer).commit(commit))
}
