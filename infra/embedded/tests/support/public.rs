//! A store with a bucket and its public door.

use aws_sdk_s3::Client;
use embedded::{Embedded, PublicS3};
use http_body_util::BodyExt;

pub const BUCKET: &str = "results";
pub const BASE: &str = "http://127.0.0.1:9000";

pub struct Setting {
    pub stores: Embedded,
    pub client: Client,
    pub presign: Client,
    pub public: PublicS3,
}

pub async fn setting() -> Setting {
    let stores = Embedded::temporary().unwrap();
    let (client, presign, public) =
        (stores.s3_client(), stores.s3_presign_client(BASE), stores.s3_public_service());
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    Setting { stores, client, presign, public }
}

pub async fn answer(response: http::Response<embedded::PublicBody>) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}
