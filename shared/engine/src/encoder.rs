//! The operator's text encoder: its files, from where they lie to where they can be opened.

use std::fs;
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use common::ApiError;
use contract::settings::{ENCODER, ENCODER_SHA256, ENCODER_TOKENIZER, S3_PATH_STYLE, WrongSetting};
use models::{OwnEncoder, OwnEncoderError, Source};

use crate::engine::unavailable;

/// Bytes that are got from a bucket at most: of a network, and of a tokenizer.
const MOST_NETWORK: i64 = 2_000_000_000;
const MOST_TOKENIZER: i64 = 64_000_000;

#[derive(Debug, thiserror::Error)]
#[error("{source_uri} has more than {most} bytes, or does not say how many")]
struct TooLarge {
    source_uri: String,
    most: i64,
}

/// Whether the settings go together, and a file on this machine is the one that was meant.
pub fn check() -> Result<(), WrongSetting> {
    let own = OwnEncoder::from_env().and_then(|own| match own {
        Some(own) if matches!(own.source, Source::Path(_)) => own.file().map(drop),
        _ => Ok(()),
    });
    if let Some(path) = ENCODER_TOKENIZER.value().filter(|value| !value.contains("://"))
        && !Path::new(&path).is_file()
    {
        return Err(ENCODER_TOKENIZER.wrong(path, "a file"));
    }
    own.map_err(|error| {
        let (setting, expected) = match error {
            OwnEncoderError::NoHash => (ENCODER_SHA256, "set, but ATELIER_ENCODER is"),
            OwnEncoderError::NoTokenizer => (ENCODER_TOKENIZER, "set, but ATELIER_ENCODER is"),
            OwnEncoderError::NoEncoder(_) => (ENCODER, "set, but another setting of it is"),
            OwnEncoderError::WrongHash(_) => (ENCODER_SHA256, "a SHA-256 in hex"),
            OwnEncoderError::Altered { .. } => (ENCODER_SHA256, "the SHA-256 of ATELIER_ENCODER's file"),
            OwnEncoderError::WrongSource { variable, .. } if variable == ENCODER_TOKENIZER.name => {
                (ENCODER_TOKENIZER, "a path or s3://bucket/key")
            }
            OwnEncoderError::WrongSource { .. } => (ENCODER, "a path or s3://bucket/key"),
            OwnEncoderError::TooLarge { .. } | OwnEncoderError::File { .. } | OwnEncoderError::Remote(_) => {
                (ENCODER, "a file of at most 2 GB that can be read")
            }
        };
        setting.wrong(setting.value().unwrap_or_default(), expected)
    })
}

/// Files of the encoder, the network's verified by its hash; `None` where the operator brings none.
pub async fn files() -> Result<Option<language::OwnEncoder>, ApiError> {
    let Some(own) = OwnEncoder::from_env().map_err(unavailable)? else { return Ok(None) };
    // Why one a process: nobody else may lay files there before it.
    let folder = std::env::temp_dir().join(format!("atelier-encoder-{}", std::process::id()));
    let network = content(&own.source, MOST_NETWORK).await?;
    let tokenizer = content(&own.tokenizer, MOST_TOKENIZER).await?;
    let files = move || {
        let file = match network {
            None => own.file(),
            Some(content) => own.keep(&content, &folder),
        };
        let file = file.map_err(unavailable)?;
        let tokenizer = match (&own.tokenizer, tokenizer) {
            (Source::Path(path), _) => path.clone(),
            (_, content) => written(&folder, &content.unwrap_or_default()).map_err(unavailable)?,
        };
        Ok(Some(language::OwnEncoder { file, tokenizer }))
    };
    tokio::task::spawn_blocking(files).await.map_err(ApiError::internal)?
}

fn written(folder: &Path, content: &[u8]) -> std::io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join("tokenizer.json");
    fs::write(&path, content)?;
    Ok(path)
}

/// What lies in a bucket; `None` of a path.
async fn content(source: &Source, most: i64) -> Result<Option<Vec<u8>>, ApiError> {
    let Source::S3 { bucket, key } = source else { return Ok(None) };
    let shared = common::aws_from_environment().map_err(ApiError::internal)?;
    let config = Builder::from(&shared).force_path_style(S3_PATH_STYLE.is_on()).build();
    let client = Client::from_conf(config);
    let got = client.get_object().bucket(bucket).key(key).send().await.map_err(unavailable)?;
    if !got.content_length().is_some_and(|bytes| (0..=most).contains(&bytes)) {
        return Err(unavailable(TooLarge { source_uri: source.to_string(), most }));
    }
    let body = got.body.collect().await.map_err(unavailable)?;
    Ok(Some(body.to_vec()))
}
