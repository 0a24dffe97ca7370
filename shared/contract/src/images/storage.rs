//! Connected storages: where inputs may lie and results may go, named by `storage://{name}/{path}`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest key of an object, in bytes, as S3 has it.
pub const MAX_OBJECT_KEY: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StorageType {
    /// Pictures under an address; read only.
    WebFolder,
    /// Amazon S3 or what speaks its protocol.
    S3,
    /// Google Cloud Storage, by HMAC keys on its S3-compatible endpoint.
    Gcs,
}

impl StorageType {
    pub const ALL: [Self; 3] = [Self::WebFolder, Self::S3, Self::Gcs];

    pub const fn name(self) -> &'static str {
        match self {
            Self::WebFolder => "web_folder",
            Self::S3 => "s3",
            Self::Gcs => "gcs",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageCreate {
    /// Unique in the account; of letters, digits, `_` and `-`.
    #[schemars(length(min = 1, max = 50))]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: StorageType,
    pub parameters: StorageParameters,
}

/// Which of them a storage has depends on its type: `base_url` of a web folder; `bucket`, `path` and `credentials` of s3 and gcs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageParameters {
    #[schemars(length(min = 1, max = 222))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Folder in the bucket that everything lies under. Default: the bucket itself.
    #[schemars(length(max = 512))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<StorageCredentials>,
    /// s3: the bucket's region. Default `us-east-1`.
    #[schemars(length(min = 1, max = 64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// s3 and gcs: address of a server that speaks S3's protocol, as MinIO, R2 or Ceph. Default: that of Amazon or Google.
    #[schemars(length(min = 1, max = 1024))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// s3, instead of credentials: a role that is assumed, with the account's own `external_id`, which the answer shows.
    #[schemars(length(min = 20, max = 2048))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// web_folder: what stands before the path of every picture.
    #[schemars(length(min = 1, max = 2048))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

/// Keys of the bucket's owner. Stored encrypted; the secret is never shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageCredentials {
    #[schemars(length(min = 1, max = 256))]
    pub access_key: String,
    #[schemars(length(min = 1, max = 1024))]
    pub secret_access_key: String,
}

/// What is given replaces what was; the type stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageUpdate {
    pub id: u64,
    #[schemars(length(min = 1, max = 50))]
    pub name: Option<String>,
    /// May be repeated; a type is never changed.
    #[serde(rename = "type")]
    pub kind: Option<StorageType>,
    pub parameters: Option<StorageParameters>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StorageRef {
    pub id: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Storage {
    /// At most 2^53 - 1, not guessable in sequence.
    pub id: u64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: StorageType,
    pub parameters: ShownParameters,
    pub created_at: String,
}

/// The parameters without the secret; in a list without credentials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownParameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<ShownCredentials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// What the role's trust policy must ask for (`sts:ExternalId`): the account's own, so that no other account can use the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownCredentials {
    pub access_key: String,
}

/// What a storage's test found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StorageTested {
    /// Whether its listing could be read; of a web folder: whether its server answers.
    pub readable: bool,
    /// Whether an object could be written.
    pub writable: bool,
    /// What failed, and why.
    pub error: Option<String>,
}

impl StorageParameters {
    /// These over `older`: a field that is absent stays what it was.
    pub fn over(self, older: Self) -> Self {
        // Credentials and a role stand for each other: the newer of them counts.
        let credentials = if self.role_arn.is_some() { None } else { self.credentials.or(older.credentials) };
        let role_arn = if credentials.is_some() { None } else { self.role_arn.or(older.role_arn) };
        Self {
            bucket: self.bucket.or(older.bucket),
            path: self.path.or(older.path),
            credentials,
            region: self.region.or(older.region),
            endpoint: self.endpoint.or(older.endpoint),
            role_arn,
            base_url: self.base_url.or(older.base_url),
        }
    }
}
