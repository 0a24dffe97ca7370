//! Forms that let somebody without credentials upload one object, signed for S3.
//!
//! Source: "Browser-based uploads using POST (AWS Signature Version 4)" of the Amazon S3 API reference.

use std::collections::BTreeMap;
use std::fmt;

use aws_credential_types::Credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::json;

use crate::{Store, StoreError};

/// What signs forms: the credentials and region of the process.
#[derive(Clone)]
pub struct FormSigner {
    pub credentials: Credentials,
    pub region: String,
}

/// Where a form goes, and its fields.
#[derive(Debug, Clone)]
pub struct Form {
    pub url: String,
    pub fields: BTreeMap<String, String>,
}

impl fmt::Debug for FormSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormSigner").field("region", &self.region).finish_non_exhaustive()
    }
}

impl FormSigner {
    /// Of a form for one object of 1 to `most_bytes` bytes, good until `expires_ms`.
    pub async fn form(
        &self,
        store: &Store,
        key: &str,
        most_bytes: u64,
        (now_ms, expires_ms): (i64, i64),
    ) -> Result<Form, StoreError> {
        let bucket = &store.names.bucket_results;
        let url = store.batch_files().address(key).await?;
        let moment = contract::clock::basic(now_ms);
        let day = moment.get(..8).unwrap_or_default().to_owned();
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let mut fields = BTreeMap::from([
            ("key".to_owned(), key.to_owned()),
            ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential".to_owned(), format!("{}/{scope}", self.credentials.access_key_id())),
            ("x-amz-date".to_owned(), moment),
        ]);
        if let Some(token) = self.credentials.session_token() {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let mut conditions = vec![json!({"bucket": bucket}), json!(["content-length-range", 1, most_bytes])];
        conditions.extend(fields.iter().map(|(name, value)| json!({name: value})));
        let policy = json!({"expiration": contract::clock::seconds(expires_ms), "conditions": conditions});
        let policy = STANDARD.encode(policy.to_string());
        let signature = sign(self.credentials.secret_access_key(), &scope, &policy);
        fields.insert("policy".to_owned(), policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        Ok(Form { url, fields })
    }
}

/// Hexadecimal signature of a policy.
fn sign(secret: &str, scope: &str, policy: &str) -> String {
    let mac = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    mac(&key, policy).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// The key derived in "Examples of how to derive a signing key" of the AWS IAM user guide, seen through one more MAC.
    #[test]
    fn a_signature_depends_on_secret_scope_and_policy() {
        let scope = "20151229/us-east-1/s3/aws4_request";
        let one = sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope, "cG9saWN5");
        assert_eq!(one.len(), 64);
        assert_ne!(one, sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope, "cG9saWN6"));
        assert_ne!(one, sign("another", scope, "cG9saWN5"));
        assert_ne!(
            one,
            sign(
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "20151230/us-east-1/s3/aws4_request",
                "cG9saWN5"
            )
        );
    }
}
