//! Answers of the classification family.

use serde_json::{Value, json};

const JOB: &str = "job_019cbd6a8f207d3e9c4b1a2f3e4d5c6b";

pub fn body(name: &str) -> Option<Value> {
    Some(match name {
        "classify" => json!({
            "label": "billing", "confidence": 0.9123, "tokens": 11, "latency_ms": 34, "cached": false,
            "confidence_method": "similarity",
        }),
        "tag" => json!({
            "labels": [{"label": "technology", "confidence": 0.9104}, {"label": "finance", "confidence": 0.7342}],
            "tokens": 10, "latency_ms": 31, "cached": false,
        }),
        "classify-batch" => json!({
            "results": [
                {"label": "billing", "confidence": 0.9301, "tokens": 6, "cache": {"hit": true}},
                {"label": null, "confidence": null, "tokens": 0, "error": "text is empty"},
            ],
            "total_tokens": 6, "latency_ms": 318,
        }),
        "tag-batch" => json!({
            "results": [{
                "labels": [{"label": "finance", "confidence": 0.8817}], "tokens": 5, "cache": {"hit": false},
            }],
            "total_tokens": 5, "latency_ms": 52,
        }),
        "batch-create" | "batch-upload" => json!({
            "job_id": JOB, "upload_url": "https://api.example.com/uploads/QWJjZGVmZ2hpamts",
            "upload_fields": {"key": format!("batches/inputs/{JOB}")}, "input_key": format!("batches/inputs/{JOB}"),
            "upload_expires_at": "2026-03-05T11:00:00Z",
        }),
        "batch-list" => json!([{
            "job_id": JOB, "status": "processing", "requests_total": 100_000, "requests_completed": 25_000,
            "created_at": "2026-03-05T10:00:00Z",
        }]),
        "batch-get" => json!({
            "job_id": JOB, "status": "processing", "requests_total": 100_000, "requests_completed": 25_000,
            "requests_failed": 3, "estimated_tokens": 1_900_000, "actual_tokens": null,
            "created_at": "2026-03-05T10:00:00Z", "started_at": "2026-03-05T10:02:00Z", "completed_at": null, "error": null,
            "credits": 38.2, "mode": "single", "eta_seconds": 90,
        }),
        "batch-start" => json!({"job_id": JOB, "status": "processing"}),
        "batch-cancel" => json!({"job_id": JOB, "status": "cancelling"}),
        "batch-results" => json!({
            "job_id": JOB, "download_url": "https://api.example.com/results.ndjson?signature=...",
            "errors_url": null,
        }),
        "batch-delete" => json!({"job_id": JOB, "deleted": true}),
        "classifier-create" => classifier(),
        "classifier-list" => json!({"data": [classifier()], "next_cursor": null}),
        "classifier-get" => {
            let mut report = classifier();
            report["versions"] = json!([2, 1]);
            report
        }
        "classifier-delete" => json!({"name": "tickets", "deleted": true}),
        "classifier-evaluate" => json!({
            "classifier": "tickets@v2", "accuracy": 0.95, "macro_f1": 0.9499, "calibration_error": 0.11,
            "calibration_error_fitted": 0.03, "temperature": 0.0713, "confusion": {"billing": {"billing": 10}},
            "items": [{"label": "billing", "predicted": "billing", "confidence": 0.9301}],
            "compare": {"classifier": "tickets@v1", "accuracy": 0.9, "macro_f1": 0.8994, "calibration_error": 0.14},
            "tokens": 240, "latency_ms": 210,
        }),
        "usage-get" => {
            let totals = json!({
                "requests": 120, "errors": 2, "tokens": 15_720, "images": 0, "credits": 3.144,
                "latency_ms": {"p50": 34, "p95": 88},
            });
            let mut row = json!({"start": "2026-03-05T00:00:00Z", "route": "classify"});
            for (name, value) in totals.as_object().into_iter().flatten() {
                row[name] = value.clone();
            }
            json!({"data": [row], "totals": totals})
        }
        "log-list" => json!({
            "data": [{
                "request_id": "0195f9a5-26c2-7b7e-9f0c-2f9d1f0f6a11", "at": "2026-03-05T10:00:00Z", "method": "POST",
                "path": "/v1/classify", "route": "classify", "status": 200, "latency_ms": 34, "credits": 0.0022,
                "tokens": 11, "key_id": "key_7f3k2m9q4x8w1z5r", "cached": false, "error_code": null,
            }],
            "next_cursor": null,
        }),
        _ => return None,
    })
}

fn classifier() -> Value {
    json!({
        "name": "tickets", "version": 2, "mode": "single", "labels": ["billing", "technical"],
        "descriptions": {"billing": "Invoices, prices and refunds"}, "examples": {"technical": ["It crashes at start"]},
        "text_type": "support ticket", "threshold": null, "temperature": null, "created_at": "2026-03-05T10:00:00Z",
    })
}
