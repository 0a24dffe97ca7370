//! A text encoder that the operator brings: any ONNX file, named with its hash.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use contract::settings::{ENCODER, ENCODER_SHA256, ENCODER_TOKENIZER};

use crate::hash::Hash;

/// Larger files are refused unread: an encoder of text that answers within a call is smaller.
const MAX_BYTES: u64 = 2_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEncoder {
    pub source: Source,
    /// Of the ONNX file.
    pub sha256: Hash,
    /// A `tokenizer.json` as the `tokenizers` libraries write it.
    pub tokenizer: Source,
}

/// Where a file of the operator lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Path(PathBuf),
    S3 { bucket: String, key: String },
}

#[derive(Debug, thiserror::Error)]
pub enum OwnEncoderError {
    #[error(
        "ATELIER_ENCODER is set without ATELIER_ENCODER_SHA256: an encoder is run only if it is the one that was meant"
    )]
    NoHash,
    #[error("ATELIER_ENCODER_SHA256 is {0}")]
    WrongHash(#[from] crate::hash::WrongHash),
    #[error("ATELIER_ENCODER is set without ATELIER_ENCODER_TOKENIZER: a text has to become tokens first")]
    NoTokenizer,
    #[error("{0} is set without ATELIER_ENCODER")]
    NoEncoder(&'static str),
    #[error("{variable}: {value} is neither a path nor s3://bucket/key")]
    WrongSource { variable: &'static str, value: String },
    #[error("ATELIER_ENCODER: the SHA-256 of {shown} is {found} instead of {expected}")]
    Altered { shown: String, found: Hash, expected: Hash },
    #[error("ATELIER_ENCODER: {shown} has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLarge { shown: String, bytes: u64 },
    #[error("ATELIER_ENCODER: {shown}: {cause}")]
    File { shown: String, cause: io::Error },
    #[error("ATELIER_ENCODER: {0} has to be got from its bucket first")]
    Remote(String),
}

impl OwnEncoder {
    /// `None` where the operator brings none. Half a setting is an error: the server must not start with another encoder.
    pub fn from_env() -> Result<Option<Self>, OwnEncoderError> {
        Self::from_values(ENCODER.value(), ENCODER_SHA256.value(), ENCODER_TOKENIZER.value())
    }

    fn from_values(
        source: Option<String>,
        sha256: Option<String>,
        tokenizer: Option<String>,
    ) -> Result<Option<Self>, OwnEncoderError> {
        let Some(source) = source else {
            let other = sha256.map(|_| ENCODER_SHA256).or(tokenizer.map(|_| ENCODER_TOKENIZER));
            return other.map_or(Ok(None), |setting| Err(OwnEncoderError::NoEncoder(setting.name)));
        };
        let sha256 = sha256.ok_or(OwnEncoderError::NoHash)?.parse()?;
        let tokenizer = tokenizer.ok_or(OwnEncoderError::NoTokenizer)?;
        Ok(Some(Self {
            source: Source::parse(ENCODER.name, source)?,
            sha256,
            tokenizer: Source::parse(ENCODER_TOKENIZER.name, tokenizer)?,
        }))
    }

    /// The file on this machine, verified.
    pub fn file(&self) -> Result<PathBuf, OwnEncoderError> {
        let Source::Path(path) = &self.source else {
            return Err(OwnEncoderError::Remote(self.source.to_string()));
        };
        let failed = |cause| OwnEncoderError::File { shown: self.source.to_string(), cause };
        let file = fs::File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        if bytes > MAX_BYTES {
            return Err(OwnEncoderError::TooLarge { shown: self.source.to_string(), bytes });
        }
        self.compare(Hash::of_reader(file).map_err(failed)?)?;
        Ok(path.clone())
    }

    /// For `s3://`: what the caller got from the bucket, verified and kept in `folder` by its hash, so that the next start of a
    /// process on this machine finds it by [`OwnEncoder::kept`].
    pub fn keep(&self, content: &[u8], folder: &Path) -> Result<PathBuf, OwnEncoderError> {
        self.compare(Hash::of(content))?;
        let path = self.place(folder);
        let written = fs::create_dir_all(folder).and_then(|()| {
            // Why a name of its own: two processes that start together must not write into one file.
            let part = folder.join(format!("{}.{}.part", self.sha256, std::process::id()));
            fs::File::create(&part).and_then(|mut file| file.write_all(content))?;
            fs::rename(&part, &path)
        });
        written.map_err(|cause| OwnEncoderError::File { shown: path.display().to_string(), cause })?;
        Ok(path)
    }

    /// What [`OwnEncoder::keep`] left in `folder`, if it is still whole.
    pub fn kept(&self, folder: &Path) -> Option<PathBuf> {
        let path = self.place(folder);
        let hash = fs::File::open(&path).and_then(Hash::of_reader).ok()?;
        (hash == self.sha256).then_some(path)
    }

    fn place(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.onnx", self.sha256))
    }

    fn compare(&self, found: Hash) -> Result<(), OwnEncoderError> {
        if found == self.sha256 {
            return Ok(());
        }
        Err(OwnEncoderError::Altered { shown: self.source.to_string(), found, expected: self.sha256 })
    }
}

impl Source {
    fn parse(variable: &'static str, value: String) -> Result<Self, OwnEncoderError> {
        let Some(rest) = value.strip_prefix("s3://") else {
            // Another scheme is no path: a file of that name is not what was meant.
            if value.contains("://") {
                return Err(OwnEncoderError::WrongSource { variable, value });
            }
            return Ok(Self::Path(value.into()));
        };
        match rest.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(OwnEncoderError::WrongSource { variable, value }),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(source: &str, sha256: &str, tokenizer: &str) -> Result<Option<OwnEncoder>, String> {
        let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        OwnEncoder::from_values(value(source), value(sha256), value(tokenizer))
            .map_err(|error| error.to_string())
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("models-encoder-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn half_a_setting_is_refused() {
        let hash = Hash::of(b"x").to_string();
        assert_eq!(set("", "", ""), Ok(None));
        assert!(set("/a.onnx", "", "/t.json").unwrap_err().contains("without ATELIER_ENCODER_SHA256"));
        assert!(set("/a.onnx", "12", "/t.json").unwrap_err().contains("not a SHA-256"));
        assert!(set("/a.onnx", &hash, "").unwrap_err().contains("without ATELIER_ENCODER_TOKENIZER"));
        assert!(
            set("", &hash, "").unwrap_err().contains("ATELIER_ENCODER_SHA256 is set without ATELIER_ENCODER")
        );
        for wrong in ["s3://bucket", "s3://", "s3:///key", "https://example.com/a.onnx"] {
            assert!(
                set(wrong, &hash, "/t.json").unwrap_err().contains("neither a path nor s3://"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_file_is_given_out_only_with_the_right_hash() {
        let folder = folder("path");
        let path = folder.join("own.onnx");
        fs::write(&path, "weights").unwrap();
        let own = |content: &[u8]| {
            set(path.to_str().unwrap(), &Hash::of(content).to_string(), "/t.json").unwrap().unwrap()
        };
        assert_eq!(own(b"weights").file().unwrap(), path);
        let error = own(b"others").file().unwrap_err().to_string();
        assert!(error.contains("own.onnx is") && error.contains("instead of"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_came_from_a_bucket_is_kept_only_with_the_right_hash_and_found_again() {
        let folder = folder("bucket");
        let own = set("s3://b/k/own.onnx", &Hash::of(b"weights").to_string(), "s3://b/t").unwrap().unwrap();
        assert_eq!(own.source, Source::S3 { bucket: "b".into(), key: "k/own.onnx".into() });
        assert!(own.file().is_err());
        assert!(own.keep(b"others", &folder).unwrap_err().to_string().contains("s3://b/k/own.onnx is"));
        assert_eq!(own.kept(&folder), None);
        let kept = own.keep(b"weights", &folder).unwrap();
        assert_eq!(own.kept(&folder), Some(kept.clone()));
        fs::write(kept, "altered").unwrap();
        assert_eq!(own.kept(&folder), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
