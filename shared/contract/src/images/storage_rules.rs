//! What the JSON schema cannot say about a storage.

use super::storage_uri::is_storage_name;
use super::{StorageCreate, StorageParameters, StorageRef, StorageType, StorageUpdate, is_safe};
use crate::uri::after_scheme;
use crate::{Check, Fault, Rule};

impl StorageType {
    /// The parameters that a storage of this type may have.
    const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::WebFolder => &["base_url"],
            Self::S3 => &["bucket", "path", "credentials", "region", "endpoint", "role_arn"],
            Self::Gcs => &["bucket", "path", "credentials", "endpoint"],
        }
    }
}

impl StorageParameters {
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
    let rest = ["http://", "https://"].iter().find_map(|scheme| after_scheme(url, scheme));
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
    if !is_storage_name(name) {
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
