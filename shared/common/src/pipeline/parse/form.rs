//! Bodies of multipart/form-data.

use bytes::Bytes;
use contract::limits::MAX_JSON_BODY;
use contract::{ErrorKind, Fault};
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use serde_json::{Map, Value};

use super::Call;
use crate::ApiError;
use crate::request::Upload;

/// Parts of a form; more are refused.
const MOST_PARTS: usize = 16;

/// The parts `data` and `file`; others are ignored.
pub async fn data_and_file(call: &Call) -> Result<(Bytes, Option<Upload>), ApiError> {
    let (mut data, mut file) = (Bytes::new(), None);
    for part in parts(call).await? {
        match part.name.as_deref() {
            Some("data") => data = part.text("data")?,
            Some("file") => match part.into_file() {
                Some(upload) => file = Some(upload),
                None => {
                    let sentence = "must be a file with a file name";
                    return Err(ApiError::invalid(vec![Fault::other("file", sentence)]));
                }
            },
            _ => {}
        }
    }
    Ok((data, file))
}

/// Each part as a member of a JSON object of strings; where `file` has a file name it is the file, and its member that name.
pub async fn fields(call: &Call, file: &str) -> Result<(Bytes, Option<Upload>), ApiError> {
    let (mut members, mut upload) = (Map::new(), None);
    for part in parts(call).await? {
        let Some(name) = part.name.clone() else { continue };
        if name == file && part.has_file_name() {
            upload = part.into_file();
            let named = upload.as_ref().map(|upload| upload.name.clone());
            members.insert(name, named.into());
            continue;
        }
        let text = if name == file { part.bytes } else { part.text(&name)? };
        let text = String::from_utf8(text.into()).map_err(|error| {
            let sentence = format!("The part {name} is not UTF-8.");
            ApiError::because(ErrorKind::MalformedBody, sentence).with_source(error)
        })?;
        members.insert(name, text.into());
    }
    Ok((Value::Object(members).to_string().into(), upload))
}

struct Part {
    name: Option<String>,
    file_name: Option<String>,
    bytes: Bytes,
}

impl Part {
    async fn of(field: Field<'_>) -> Result<Self, multer::Error> {
        let (name, file_name) = (field.name().map(str::to_owned), field.file_name().map(str::to_owned));
        Ok(Self { name, file_name, bytes: field.bytes().await? })
    }

    fn has_file_name(&self) -> bool {
        self.file_name.as_ref().is_some_and(|name| !name.is_empty())
    }

    fn into_file(self) -> Option<Upload> {
        let name = self.file_name.filter(|name| !name.is_empty())?;
        Some(Upload { name, bytes: self.bytes })
    }

    /// The bytes of a part that is text, which has the limit of JSON.
    fn text(self, name: &str) -> Result<Bytes, ApiError> {
        if self.bytes.len() <= MAX_JSON_BODY {
            return Ok(self.bytes);
        }
        let sentence = format!("The part {name} is over the limit of {MAX_JSON_BODY} bytes.");
        Err(ApiError::because(ErrorKind::BodyTooLarge, sentence))
    }
}

async fn parts(call: &Call) -> Result<Vec<Part>, ApiError> {
    let broken = |error: multer::Error| {
        ApiError::because(ErrorKind::MalformedBody, "The body is not valid multipart/form-data.")
            .with_source(error)
    };
    let boundary = call.header(CONTENT_TYPE).and_then(|media| multer::parse_boundary(media).ok());
    let boundary = boundary.ok_or_else(|| {
        ApiError::because(ErrorKind::MalformedBody, "The content type names no multipart boundary.")
    })?;
    let body = call.body.clone();
    let stream = futures::stream::once(async move { Ok::<_, std::io::Error>(body) });
    let mut fields = Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    while let Some(field) = fields.next_field().await.map_err(broken)? {
        if parts.len() == MOST_PARTS {
            return Err(ApiError::because(
                ErrorKind::MalformedBody,
                "The multipart body has too many parts.",
            ));
        }
        parts.push(Part::of(field).await.map_err(broken)?);
    }
    Ok(parts)
}
