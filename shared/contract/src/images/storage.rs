//! Connected storages: where inputs may lie and results may go, named by `storage://{name}/{path}`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_safe;
use crate::fault::{Check, Fault, Rule};

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

    /// The parameters that a storage of this type may have.
    const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::WebFolder => &["base_url"],
            Self::S3 => &["bucket", "path", "credentials", "region", "endpoint", "role_arn"],
            Self::Gcs => &["bucket", "path", "credentials", "endpoint"],
        }
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

    fn given(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            ("bucket", self.bucket.is_some()),
            ("path", self.path.is_some()),
            ("credentials", self.credentials.is_some()),
            ("region", self.region.is_some()),
            ("endpoint", self.endpoint.is_some()),
            ("role_arn", self.role_arn.is_some()),
            ("base_url", self.base_url.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }

    /// What a storage of this type cannot have, and what it lacks.
    pub fn check(&self, kind: StorageType, faults: &mut Vec<Fault>) {
        for name in self.given().filter(|name| !kind.parameters().contains(name)) {
            faults.push(Fault::new(format!("parameters.{name}"), Rule::Unknown));
        }
        let mut needs = |given: bool, name: &str| {
            if !given {
                faults.push(Fault::new(format!("parameters.{name}"), Rule::Missing));
            }
        };
        match kind {
            StorageType::WebFolder => needs(self.base_url.is_some(), "base_url"),
            StorageType::S3 => {
                needs(self.bucket.is_some(), "bucket");
                needs(self.credentials.is_some() || self.role_arn.is_some(), "credentials");
            }
            StorageType::Gcs => {
                needs(self.bucket.is_some(), "bucket");
                needs(self.credentials.is_some(), "credentials");
            }
        }
        self.check_values(faults);
    }

    fn check_exclusive(&self, faults: &mut Vec<Fault>) {
        if self.credentials.is_some() && self.role_arn.is_some() {
            let sentence = "credentials and role_arn exclude each other";
            faults.push(Fault::other("parameters.role_arn", sentence));
        }
    }

    fn check_values(&self, faults: &mut Vec<Fault>) {
        self.check_exclusive(faults);
        let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some(credentials) = &self.credentials {
            for (name, text) in [
                ("access_key", &credentials.access_key),
                ("secret_access_key", &credentials.secret_access_key),
            ] {
                if !printable(text) {
                    let sentence = "may only have visible ASCII characters";
                    faults.push(Fault::other(format!("parameters.credentials.{name}"), sentence));
                }
            }
        }
        if self.role_arn.as_ref().is_some_and(|arn| !is_role(arn)) {
            faults.push(Fault::other("parameters.role_arn", "value is not the ARN of a role"));
        }
        if self.bucket.as_ref().is_some_and(|bucket| !is_bucket(bucket)) {
            faults.push(Fault::other("parameters.bucket", "value is not the name of a bucket"));
        }
        if self.path.as_ref().is_some_and(|path| !is_safe(path)) {
            let sentence = "has `.` or `..` as a folder, a backslash or a control character, perhaps encoded";
            faults.push(Fault::other("parameters.path", sentence));
        }
        let region = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if self.region.as_ref().is_some_and(|text| !region(text)) {
            faults.push(Fault::other("parameters.region", "value is not the name of a region"));
        }
        for (name, url) in [("endpoint", &self.endpoint), ("base_url", &self.base_url)] {
            if url.as_ref().is_some_and(|url| !is_plain_url(url)) {
                let sentence = "must be an http or https address without user name, query and fragment";
                faults.push(Fault::other(format!("parameters.{name}"), sentence));
            }
        }
    }
}

fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/+=,.@_-".contains(&byte);
    arn.bytes().all(plain)
        && !arn.contains("..")
        && matches!(parts[..], ["arn", partition, "iam", "", account, resource]
        if partition.starts_with("aws") && account.len() == 12 && resource.starts_with("role/")
            && account.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Letters, digits, dots, dashes and underscores, as the services name buckets; never a path.
fn is_bucket(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    name.len() >= 3 && name.bytes().all(inner) && !name.starts_with('.') && !name.contains("..")
}

fn is_plain_url(url: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let start = url.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    });
    rest.is_some_and(|rest| {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#\\{}<>\"'`^|".contains(&byte);
        rest.bytes().all(plain) && is_authority(authority) && is_safe(path)
    })
}

/// A host, in brackets where it is an address of IPv6, and perhaps a port.
fn is_authority(text: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    if let Some((host, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return host.parse::<std::net::Ipv6Addr>().is_ok() && is_port;
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !host.is_empty() && host.bytes().all(named) && port.is_none_or(is_port)
}

fn check_name(name: &str, faults: &mut Vec<Fault>) {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        faults.push(Fault::other("name", "may only have letters, digits, `_` and `-`"));
    }
}

impl Check for StorageCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_name(&self.name, faults);
        self.parameters.check(self.kind, faults);
    }
}

impl Check for StorageUpdate {
    fn check(&self, faults: &mut Vec<Fault>) {
        if let Some(name) = &self.name {
            check_name(name, faults);
        }
        if let Some(parameters) = &self.parameters {
            parameters.check_exclusive(faults);
        }
        if self.name.is_none() && self.kind.is_none() && self.parameters.is_none() {
            faults.push(Fault::other("", "nothing to change: give a name or parameters"));
        }
    }
}

impl Check for StorageRef {}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(kind: StorageType, parameters: serde_json::Value) -> Vec<String> {
        let parameters: StorageParameters = serde_json::from_value(parameters).expect("parameters");
        let mut faults = Vec::new();
        parameters.check(kind, &mut faults);
        faults.into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn every_type_has_its_own_parameters_and_says_which_are_missing_or_foreign() {
        let keys = serde_json::json!({"access_key": "a", "secret_access_key": "b"});
        let role = "arn:aws:iam::123456789012:role/reader";
        for (kind, given, wrong) in [
            (StorageType::WebFolder, serde_json::json!({"base_url": "https://example.com/a"}), vec![]),
            (
                StorageType::WebFolder,
                serde_json::json!({"bucket": "abc"}),
                vec!["parameters.bucket", "parameters.base_url"],
            ),
            (StorageType::S3, serde_json::json!({"bucket": "abc", "credentials": keys}), vec![]),
            (StorageType::S3, serde_json::json!({"bucket": "abc", "role_arn": role}), vec![]),
            (StorageType::S3, serde_json::json!({}), vec!["parameters.bucket", "parameters.credentials"]),
            (
                StorageType::S3,
                serde_json::json!({"bucket": "a/b", "role_arn": "arn:aws:iam::1:role/x"}),
                vec!["parameters.role_arn", "parameters.bucket"],
            ),
            (
                StorageType::Gcs,
                serde_json::json!({"bucket": "abc", "role_arn": role}),
                vec!["parameters.role_arn", "parameters.credentials"],
            ),
            (
                StorageType::Gcs,
                serde_json::json!({"bucket": "abc", "credentials": keys, "endpoint": "http://u@h/"}),
                vec!["parameters.endpoint"],
            ),
            (
                StorageType::Gcs,
                serde_json::json!({"bucket": "abc", "credentials": keys, "path": "a/%2e%2e/b"}),
                vec!["parameters.path"],
            ),
            (
                StorageType::WebFolder,
                serde_json::json!({"base_url": "ftp://example.com"}),
                vec!["parameters.base_url"],
            ),
        ] {
            assert_eq!(faults(kind, given.clone()), wrong, "{given}");
        }
    }

    #[test]
    fn addresses_roles_and_keys_that_nothing_could_be_done_with_are_refused() {
        for (address, fits) in [
            ("http://[::1]:9000/a%20b/", true),
            ("HTTPS://example.com:8443", true),
            ("http://[::1", false),
            ("http://example.com:99999/", false),
            ("http://example.com/a/../b", false),
            ("http://exämple.com/", false),
            ("http://{bucket}.example.com/", false),
            ("http://user@example.com/", false),
            ("http://example.com/?a=b", false),
        ] {
            let wrong: &[&str] = if fits { &[] } else { &["parameters.base_url"] };
            assert_eq!(
                faults(StorageType::WebFolder, serde_json::json!({"base_url": address})),
                wrong,
                "{address}"
            );
        }
        let role = serde_json::json!({"bucket": "abc", "role_arn": "arn:aws:iam::123456789012:role/../x y"});
        assert_eq!(faults(StorageType::S3, role), ["parameters.role_arn"]);
        let keys = serde_json::json!({"access_key": "a\nb", "secret_access_key": "é"});
        assert_eq!(
            faults(StorageType::S3, serde_json::json!({"bucket": "abc", "credentials": keys})),
            ["parameters.credentials.access_key", "parameters.credentials.secret_access_key"]
        );
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_credentials_replace_a_role() {
        let role: StorageParameters =
            serde_json::from_value(serde_json::json!({"bucket": "abc", "path": "p", "role_arn": "r"}))
                .expect("parameters");
        let keys: StorageParameters = serde_json::from_value(
            serde_json::json!({"credentials": {"access_key": "a", "secret_access_key": "b"}}),
        )
        .expect("parameters");
        let both = keys.clone().over(role.clone());
        assert_eq!((both.bucket.as_deref(), both.path.as_deref()), (Some("abc"), Some("p")));
        assert!(both.credentials.is_some() && both.role_arn.is_none());
        let back = role.over(both);
        assert!(back.credentials.is_none() && back.role_arn.is_some());
    }
}
