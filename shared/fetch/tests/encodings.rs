//! Content-Encoding: what is decoded, what is refused, and bombs.

mod support;

use std::io::Write;

use fetch::{FetchError, Fetcher};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use support::{Script, Server, allowing, with_headers};

async fn fetch_answer(answer: Vec<u8>, limit: u64) -> Result<Vec<u8>, FetchError> {
    let server = Server::answering(answer).await;
    let fetcher = Fetcher::new(allowing(&[server.address]), Script::default());
    fetcher.get(&server.url("/"), limit, None).await.map(|fetched| fetched.body.to_vec())
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

fn encoded(coding: &str, body: &[u8]) -> Vec<u8> {
    with_headers(&format!("Content-Encoding: {coding}\r\n"), body)
}

fn is_too_large(result: &Result<Vec<u8>, FetchError>, limit: u64) -> bool {
    matches!(result, Err(FetchError::TooLarge { limit: seen }) if *seen == limit)
}

#[tokio::test]
async fn the_limit_counts_what_comes_out_of_decompression() {
    let body = vec![7; 5000];
    for (coding, wire) in [("gzip", gzip(&body)), ("deflate", zlib(&body)), ("deflate", deflate(&body))] {
        let answer = encoded(coding, &wire);
        assert_eq!(fetch_answer(answer.clone(), 5000).await.expect("within the limit"), body);
        assert!(is_too_large(&fetch_answer(answer, 4999).await, 4999));
    }
}

#[tokio::test]
async fn gzip_and_both_kinds_of_deflate_are_decoded_and_the_rest_is_refused() {
    let body: Vec<u8> = (0..40_000u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    let two_members = [gzip(&body[..1000]), gzip(&body[1000..])].concat();
    let cases = [
        ("gzip", gzip(&body)),
        ("X-GZip", gzip(&body)),
        ("gzip", two_members),
        ("deflate", zlib(&body)),
        ("deflate", deflate(&body)),
        ("identity", body.clone()),
        ("identity, gzip", gzip(&body)),
    ];
    for (coding, wire) in cases {
        assert_eq!(fetch_answer(encoded(coding, &wire), 200_000).await.expect(coding), body, "{coding}");
    }
    for coding in ["br", "zstd", "compress", "gzip, gzip", "gzip;q=1", "\u{fc}"] {
        let result = fetch_answer(encoded(coding, &gzip(&body)), 200_000).await;
        assert!(matches!(result, Err(FetchError::UnsupportedEncoding)), "{coding}: {result:?}");
    }
}

#[tokio::test]
async fn damaged_and_cut_compression_is_broken() {
    let body: Vec<u8> = (0..5000u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    let mut wrong_sum = gzip(&body);
    let end = wrong_sum.len() - 6;
    wrong_sum[end] ^= 1;
    let cases = [
        ("gzip", gzip(&body)[..2000].to_vec()),
        ("gzip", gzip(&body)[..7].to_vec()),
        ("gzip", wrong_sum),
        ("gzip", b"this is not gzip".to_vec()),
        ("gzip", Vec::new()),
        ("deflate", zlib(&body)[..2000].to_vec()),
        ("deflate", deflate(&body)[..2000].to_vec()),
        ("deflate", vec![0x78]),
        ("deflate", vec![0xff; 50]),
    ];
    for (index, (coding, wire)) in cases.into_iter().enumerate() {
        let result = fetch_answer(encoded(coding, &wire), 200_000).await;
        assert!(matches!(result, Err(FetchError::Broken(_))), "case {index}: {result:?}");
    }
}

#[tokio::test]
async fn a_bomb_is_cut_by_what_it_unpacks_to() {
    let zeros = vec![0; 3_000_000];
    for (coding, wire) in [("gzip", gzip(&zeros)), ("deflate", zlib(&zeros)), ("deflate", deflate(&zeros))] {
        assert!(wire.len() < 10_000);
        assert!(is_too_large(&fetch_answer(encoded(coding, &wire), 100_000).await, 100_000), "{coding}");
    }
}
