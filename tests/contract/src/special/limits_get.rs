use contract::images::{AVAILABLE_OPERATIONS, INPUT_FORMATS, OUTPUT_FORMATS};
use contract::limits::{self, LimitClass};
use contract::price::PRICES;
use harness::Harness;
use serde_json::{Value, json};

use super::{EDIT, add_picture};
use crate::subject::bounded;

async fn limits() -> (Harness, Value) {
    let harness = Harness::start().await;
    let seen = harness.call("GET", "/v1/limits").no_key().send().await.expect(200).json();
    (harness, seen)
}

#[tokio::test]
async fn sizes_prices_and_rates_are_those_in_force() {
    bounded(60, async {
        let (_harness, seen) = limits().await;
        let sizes = &seen["sizes"];
        for (name, value) in [
            ("json_body_bytes", limits::MAX_JSON_BODY as u64),
            ("multipart_body_bytes", limits::MAX_MULTIPART_BODY as u64),
            ("input_by_url_bytes", limits::MAX_INPUT_BY_URL),
            ("decoded_pixels", 50_000_000),
            ("job_file_bytes", 5_000_000_000),
            ("job_line_bytes", 1 << 20),
            ("upload_bytes", 5_000_000_000),
            ("upload_form_bytes", 100_000_000),
            ("uploads_pending", 100),
            ("uploads_stored_bytes", 50_000_000_000),
            ("decoded_side", 32_767),
            ("output_pixels", 100_000_000),
            ("sync_seconds", 25),
            ("result_seconds", 86_400),
        ] {
            assert_eq!(sizes[name], value, "{name}");
        }
        let prices = json!({
            "version": PRICES.version, "image_edit": 1, "tokens_standard": 200, "tokens_fast": 600, "tokens_batch": 200, "tokens_async": 80,
            "extraction": 10, "extraction_page": 1,
        });
        assert_eq!(seen["prices"], prices);
        let developer = json!({
            "requests_per_minute": 60, "tokens_per_minute": 500_000, "concurrent": 5, "cache_seconds": 3600,
        });
        assert_eq!(seen["tiers"]["developer"], developer);
        assert_eq!(seen["tiers"].as_object().map(|tiers| tiers.len()), Some(4));
        for class in LimitClass::ALL {
            let rate = class.rate();
            let expected = json!({"per_hour": rate.per_hour, "per_minute": rate.per_minute, "per_second": rate.per_second});
            assert_eq!(seen["rate_limits"][class.name()], expected);
        }
        assert_eq!(seen["rate_limits"]["image_edit"], json!({"per_hour": null, "per_minute": 120, "per_second": 4}));
    })
    .await;
}

#[tokio::test]
async fn formats_and_operations_are_those_that_work() {
    bounded(60, async {
        let (harness, seen) = limits().await;
        assert_eq!(seen["formats"]["input"], json!(INPUT_FORMATS));
        assert_eq!(seen["formats"]["output"], json!(OUTPUT_FORMATS));
        assert_eq!(seen["operations"], json!(AVAILABLE_OPERATIONS));
        assert!(seen["models"].is_object());
        let input = add_picture(&harness, 16, 16);
        for format in ["jpeg", "png", "webp", "avif", "tiff"] {
            let body = json!({"input": input, "operations": {}, "output": {"format": format}});
            let works = harness.call("POST", EDIT).json(body).send().await.status == 200;
            assert_eq!(works, OUTPUT_FORMATS.contains(&format), "{format}");
        }
        for (operation, operations) in [
            ("adjustments.exposure", json!({"adjustments": {"exposure": 5}})),
            ("adjustments.hdr", json!({"adjustments": {"hdr": 5}})),
            ("adjustments.sharpness", json!({"adjustments": {"sharpness": 5}})),
            ("background.color", json!({"background": {"color": "#fff"}})),
            ("background.remove", json!({"background": {"remove": true}})),
            ("resizing.fit.canvas", json!({"resizing": {"width": 9, "height": 5, "fit": "canvas"}})),
            ("resizing.fit.outpaint", json!({"resizing": {"width": 40, "height": 16, "fit": "outpaint"}})),
            ("padding", json!({"padding": "10%"})),
            ("restorations.polish", json!({"restorations": {"polish": true}})),
        ] {
            let body = json!({"input": input, "operations": operations});
            let works = harness.call("POST", EDIT).json(body).send().await.status == 200;
            assert_eq!(works, AVAILABLE_OPERATIONS.contains(&operation), "{operation}");
        }
    })
    .await;
}
