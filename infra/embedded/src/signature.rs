//! AWS Signature Version 4, as a server checks it.
//!
//! Source: "Create a signed AWS API request" of the AWS IAM user guide.

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::clients::REGION;
use crate::credentials::Identity;

/// How far the clocks of client and server may be apart.
const MOST_SKEW: Duration = Duration::minutes(15);
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const MOMENT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no signature.
    Missing,
    /// A part of the signature is missing, or does not look like one.
    Incomplete,
    /// The access key is not the one of this start.
    UnknownKey,
    /// It was signed too long ago, or in the future.
    Skewed,
    /// The request is not what was signed, or another secret signed it.
    Mismatch,
}

/// What a request says about its signature. All that can be judged without its body has been judged.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    moment: &'a str,
    scope: &'a str,
    signed: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Claim<'a> {
    /// Reads the headers of a request to `service`, as in `dynamodb`.
    pub(crate) fn read(
        headers: &'a HeaderMap,
        identity: &Identity,
        service: &str,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let authorization = value(headers, header::AUTHORIZATION.as_str()).ok_or(Refusal::Missing)?;
        let fields = authorization.strip_prefix(ALGORITHM).ok_or(Refusal::Incomplete)?;
        let field = |name: &str| {
            let mut fields = fields.split(',');
            let found = fields.find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or(Refusal::Incomplete)
        };
        let (access_key, scope) = field("Credential")?.split_once('/').ok_or(Refusal::Incomplete)?;
        let (names, signature) = (field("SignedHeaders")?, field("Signature")?);
        let moment = value(headers, "x-amz-date").ok_or(Refusal::Incomplete)?;
        let signed_at = PrimitiveDateTime::parse(moment, MOMENT).map_err(|_| Refusal::Incomplete)?;
        if access_key != identity.access_key {
            return Err(Refusal::UnknownKey);
        }
        if (now - signed_at.assume_utc()).abs() > MOST_SKEW {
            return Err(Refusal::Skewed);
        }
        let signed: Vec<_> = names.split(';').collect();
        let date = moment.split('T').next().unwrap_or_default();
        let covered = signed.contains(&"host") && covers_instructions(headers, names);
        if !covered || scope != format!("{date}/{REGION}/{service}/aws4_request") {
            return Err(Refusal::Mismatch);
        }
        Ok(Self { moment, scope, signed, signature })
    }

    /// Whether the secret made the signature, and of this body. The request is one to the path `/` without a
    /// query; its headers are those that the claim was read from.
    pub(crate) fn verify(
        &self,
        identity: &Identity,
        method: &http::Method,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), Refusal> {
        let mut request = format!("{method}\n/\n\n");
        for name in &self.signed {
            let values = headers.get_all(*name).iter().map(|value| value.to_str().map(unfolded));
            let values: Vec<_> = values.collect::<Result<_, _>>().map_err(|_| Refusal::Mismatch)?;
            if values.is_empty() {
                return Err(Refusal::Mismatch);
            }
            request.push_str(&format!("{name}:{}\n", values.join(",")));
        }
        request.push_str(&format!("\n{}\n{}", self.signed.join(";"), hexadecimal(&Sha256::digest(body))));
        let hash = hexadecimal(&Sha256::digest(request));
        let text = format!("{ALGORITHM}\n{}\n{}\n{hash}", self.moment, self.scope);
        let key = signing_key(&identity.secret_key, self.scope);
        if is_signature(&key, text.as_bytes(), self.signature) { Ok(()) } else { Err(Refusal::Mismatch) }
    }
}

/// Whether the names of signed headers, with semicolons between them, cover every header that could change
/// what a request does.
pub(crate) fn covers_instructions(headers: &HeaderMap, signed: &str) -> bool {
    let mut names = headers.keys().map(header::HeaderName::as_str);
    names.all(|name| !name.starts_with("x-amz-") || signed.split(';').any(|covered| covered == name))
}

/// The key for a scope, as in `20260313/us-east-1/s3/aws4_request`.
pub(crate) fn signing_key(secret: &str, scope: &str) -> Vec<u8> {
    let secret = format!("AWS4{secret}").into_bytes();
    scope.split('/').fold(secret, |key, part| mac(&key, part.as_bytes()).finalize().into_bytes().to_vec())
}

/// Whether hexadecimal digits are the signature of a text. Compares in constant time.
pub(crate) fn is_signature(key: &[u8], text: &[u8], digits: &str) -> bool {
    from_hexadecimal(digits).is_some_and(|signature| mac(key, text).verify_slice(&signature).is_ok())
}

fn mac(key: &[u8], text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A header's value without blanks around it, and with one where there are several.
fn unfolded(value: &str) -> String {
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    use super::{Claim, Refusal};
    use crate::credentials::Identity;

    const SIGNED_AT: OffsetDateTime = datetime!(2015-08-30 12:36:00 UTC);
    const SIGNATURE: &str = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";

    fn identity() -> Identity {
        Identity {
            access_key: "AKIDEXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        }
    }

    fn authorization(signed: &str, signature: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders={signed}, Signature={signature}"
        )
    }

    /// `post-vanilla` of AWS's test suite for Signature Version 4.
    fn headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("example.amazonaws.com"));
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        set(&mut headers, "authorization", &authorization("host;x-amz-date", SIGNATURE));
        headers
    }

    fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    fn judge(headers: &HeaderMap, now: OffsetDateTime, body: &[u8]) -> Result<(), Refusal> {
        let claim = Claim::read(headers, &identity(), "service", now)?;
        claim.verify(&identity(), &Method::POST, headers, body)
    }

    #[test]
    fn the_published_example_is_accepted_and_nothing_that_departs_from_it() {
        assert_eq!(judge(&headers(), SIGNED_AT, b""), Ok(()));
        assert_eq!(judge(&headers(), SIGNED_AT, b"x"), Err(Refusal::Mismatch));
        let departures = [
            ("host", "example.amazonaws.org"),
            ("x-amz-date", "20150830T123601Z"),
            ("x-amz-target", "DynamoDB_20120810.PutItem"),
            ("authorization", &authorization("x-amz-date", SIGNATURE)),
            ("authorization", &authorization("host;x-amz-date;missing", SIGNATURE)),
            ("authorization", &authorization("host;x-amz-date", &SIGNATURE.replace("5da7", "5da8"))),
            ("authorization", &authorization("host;x-amz-date", &SIGNATURE[..62])),
            ("authorization", &authorization("host;x-amz-date", "")),
            ("authorization", &authorization("host;x-amz-date", SIGNATURE).replace("us-east-1", "eu-west-1")),
            ("authorization", &authorization("host;x-amz-date", SIGNATURE).replace("/service/", "/s3/")),
        ];
        for (name, value) in departures {
            let mut headers = headers();
            set(&mut headers, name, value);
            assert_eq!(judge(&headers, SIGNED_AT, b""), Err(Refusal::Mismatch), "{name}: {value}");
        }
    }

    #[test]
    fn a_signature_is_good_for_fifteen_minutes_either_way() {
        for minutes in [-15, 0, 15] {
            assert_eq!(judge(&headers(), SIGNED_AT + Duration::minutes(minutes), b""), Ok(()));
        }
        for seconds in [-901, 901] {
            let now = SIGNED_AT + Duration::seconds(seconds);
            assert_eq!(judge(&headers(), now, b""), Err(Refusal::Skewed));
        }
    }

    #[test]
    fn what_is_missing_or_unreadable_or_by_another_key_is_told_apart() {
        let mut unsigned = headers();
        unsigned.remove("authorization");
        assert_eq!(judge(&unsigned, SIGNED_AT, b""), Err(Refusal::Missing));
        let whole = authorization("host;x-amz-date", SIGNATURE);
        for broken in ["Bearer x", "AWS4-HMAC-SHA256", &whole.replace("Signature=", "Sign=")] {
            let mut headers = headers();
            set(&mut headers, "authorization", broken);
            assert_eq!(judge(&headers, SIGNED_AT, b""), Err(Refusal::Incomplete), "{broken}");
        }
        let mut undated = headers();
        undated.remove("x-amz-date");
        assert_eq!(judge(&undated, SIGNED_AT, b""), Err(Refusal::Incomplete));
        let mut foreign = headers();
        set(&mut foreign, "authorization", &whole.replace("AKIDEXAMPLE", "AKIDELSEWHERE"));
        assert_eq!(judge(&foreign, SIGNED_AT, b""), Err(Refusal::UnknownKey));
    }
}
