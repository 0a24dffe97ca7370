//! Large and checked uploads: multipart, streams, checksums.
#![allow(clippy::unwrap_used)]

mod support;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use embedded::Embedded;
use http_body_util::StreamBody;
use support::{bounded, bytes};

const BUCKET: &str = "uploads";
const PART: usize = 5 << 20;

async fn stores() -> (Embedded, Client) {
    let stores = Embedded::temporary().unwrap();
    let client = stores.s3_client();
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    (stores, client)
}

async fn create(client: &Client, key: &str) -> String {
    let create = client.create_multipart_upload().bucket(BUCKET).key(key).content_type("text/csv");
    create.send().await.unwrap().upload_id.unwrap()
}

async fn part(client: &Client, key: &str, upload: &str, number: i32, content: &[u8]) -> CompletedPart {
    let request = client.upload_part().bucket(BUCKET).key(key).upload_id(upload).part_number(number);
    let sent = request.body(ByteStream::from(content.to_vec())).send().await.unwrap();
    CompletedPart::builder().part_number(number).e_tag(sent.e_tag.unwrap()).build()
}

async fn complete(
    client: &Client,
    key: &str,
    upload: &str,
    parts: &[CompletedPart],
) -> Result<String, String> {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build();
    let request = client.complete_multipart_upload().bucket(BUCKET).key(key).upload_id(upload);
    match request.multipart_upload(parts).send().await {
        Ok(done) => Ok(done.e_tag.unwrap()),
        Err(error) => Err(error.code().unwrap_or_default().to_owned()),
    }
}

#[tokio::test]
async fn parts_become_one_object_that_is_read_across_their_borders() {
    bounded(async {
        let (_stores, client) = stores().await;
        let content = bytes(PART + 1000);
        let upload = create(&client, "big").await;
        let replaced = part(&client, "big", &upload, 1, b"first try").await;
        let first = part(&client, "big", &upload, 1, &content[..PART]).await;
        let second = part(&client, "big", &upload, 2, &content[PART..]).await;
        let unused = part(&client, "big", &upload, 3, b"never chosen").await;
        let listed = client.list_parts().bucket(BUCKET).key("big").upload_id(&upload).send().await.unwrap();
        assert_eq!(listed.parts().len(), 3);
        assert_eq!(listed.parts()[0].size(), Some(i64::try_from(PART).unwrap()));
        assert!(
            client.get_object().bucket(BUCKET).key("big").send().await.is_err(),
            "not there before it is complete"
        );

        let swapped = [second.clone(), first.clone()];
        assert_eq!(complete(&client, "big", &upload, &swapped).await, Err("InvalidPartOrder".to_owned()));
        let stale = [replaced, second.clone()];
        assert_eq!(complete(&client, "big", &upload, &stale).await, Err("InvalidPart".to_owned()));
        let small = [first.clone(), second.clone(), unused];
        assert_eq!(complete(&client, "big", &upload, &small).await, Err("EntityTooSmall".to_owned()));
        let etag = complete(&client, "big", &upload, &[first, second]).await.unwrap();
        assert!(etag.ends_with("-2\""), "{etag}");

        let object = client.get_object().bucket(BUCKET).key("big").send().await.unwrap();
        assert_eq!(object.content_type(), Some("text/csv"));
        assert_eq!(object.body.collect().await.unwrap().to_vec(), content);
        let across =
            client.get_object().bucket(BUCKET).key("big").range(format!("bytes={}-{}", PART - 3, PART + 2));
        let across = across.send().await.unwrap().body.collect().await.unwrap().to_vec();
        assert_eq!(across, content[PART - 3..PART + 3]);
        let uploads = client.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
        assert!(uploads.uploads().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_aborted_upload_is_gone_and_old_ones_are_aborted_by_the_sweep() {
    bounded(async {
        let (stores, client) = stores().await;
        let upload = create(&client, "one").await;
        let sent = part(&client, "one", &upload, 1, b"x").await;
        let wrong_key =
            client.abort_multipart_upload().bucket(BUCKET).key("other").upload_id(&upload).send().await;
        assert_eq!(wrong_key.unwrap_err().code(), Some("NoSuchUpload"));
        client.abort_multipart_upload().bucket(BUCKET).key("one").upload_id(&upload).send().await.unwrap();
        assert_eq!(complete(&client, "one", &upload, &[sent]).await, Err("NoSuchUpload".to_owned()));

        for key in ["b", "a", "a"] {
            create(&client, key).await;
        }
        let list = || client.list_multipart_uploads().bucket(BUCKET).max_uploads(2);
        let first = list().send().await.unwrap();
        assert_eq!(first.uploads().iter().map(|one| one.key().unwrap()).collect::<Vec<_>>(), ["a", "a"]);
        let second = list()
            .set_key_marker(first.next_key_marker.clone())
            .set_upload_id_marker(first.next_upload_id_marker.clone());
        assert_eq!(second.send().await.unwrap().uploads()[0].key(), Some("b"));
        assert_eq!(stores.abort_uploads(1_000_000_000).await.unwrap(), 0);
        assert_eq!(stores.abort_uploads(4_000_000_000).await.unwrap(), 3);
        assert!(list().send().await.unwrap().uploads().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_part_is_copied_from_a_range_of_an_object() {
    bounded(async {
        let (_stores, client) = stores().await;
        let content = bytes(50_000);
        let put = client.put_object().bucket(BUCKET).key("source").body(content.clone().into());
        put.send().await.unwrap();
        let upload = create(&client, "copy").await;
        let copied = client
            .upload_part_copy()
            .bucket(BUCKET)
            .key("copy")
            .upload_id(&upload)
            .part_number(1)
            .copy_source("uploads/source")
            .copy_source_range("bytes=100-40099")
            .send()
            .await
            .unwrap();
        let etag = copied.copy_part_result.unwrap().e_tag.unwrap();
        let part = CompletedPart::builder().part_number(1).e_tag(etag).build();
        complete(&client, "copy", &upload, &[part]).await.unwrap();
        let read = client.get_object().bucket(BUCKET).key("copy").send().await.unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), content[100..40_100]);
    })
    .await;
}

#[tokio::test]
async fn a_streamed_body_with_a_checksum_behind_it_is_stored_without_its_framing() {
    bounded(async {
        let (_stores, client) = stores().await;
        let calculated = RequestChecksumCalculation::WhenSupported;
        let config = client.config().to_builder().request_checksum_calculation(calculated).build();
        let client = Client::from_conf(config);
        let content = bytes(1_500_000);
        let chunks: Vec<_> = content.chunks(70_000).map(Bytes::copy_from_slice).collect();
        let frames = chunks.into_iter().map(|chunk| Ok::<_, std::io::Error>(http_body::Frame::data(chunk)));
        let body = SdkBody::from_body_1_x(StreamBody::new(futures::stream::iter(frames)));
        client
            .put_object()
            .bucket(BUCKET)
            .key("stream")
            .content_length(i64::try_from(content.len()).unwrap())
            .body(ByteStream::new(body))
            .send()
            .await
            .unwrap();
        let read = client.get_object().bucket(BUCKET).key("stream").send().await.unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), content);
    })
    .await;
}

#[tokio::test]
async fn content_that_does_not_match_its_checksum_is_refused() {
    bounded(async {
        let (_stores, client) = stores().await;
        let put = || client.put_object().bucket(BUCKET).key("file").body(ByteStream::from_static(b"content"));
        let wrong = put().checksum_crc32("AAAAAA==").send().await.unwrap_err();
        assert_eq!(wrong.code(), Some("BadDigest"));
        let wrong = put().content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await.unwrap_err();
        assert_eq!(wrong.code(), Some("BadDigest"));
        assert!(client.get_object().bucket(BUCKET).key("file").send().await.is_err());
        for algorithm in [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32C, ChecksumAlgorithm::Sha256] {
            put().checksum_algorithm(algorithm).send().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_old_object() {
    bounded(async {
        let (_stores, client) = stores().await;
        let put = client.put_object().bucket(BUCKET).key("file").body(ByteStream::from_static(b"old"));
        put.send().await.unwrap();
        let frames = [
            Ok(http_body::Frame::data(Bytes::from(bytes(700_000)))),
            Err(std::io::Error::other("the client went away")),
        ];
        let body = SdkBody::from_body_1_x(StreamBody::new(futures::stream::iter(frames)));
        let put = client.put_object().bucket(BUCKET).key("file").content_length(1_000_000);
        assert!(put.body(ByteStream::new(body)).send().await.is_err());
        let read = client.get_object().bucket(BUCKET).key("file").send().await.unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), b"old");
    })
    .await;
}
