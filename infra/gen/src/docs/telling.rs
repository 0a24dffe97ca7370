//! Webhooks: what is sent, how it is signed, and what happens where it fails.

use contract::limits::{
    DELIVERY_SECONDS, MAX_WEBHOOK_BODY, MAX_WEBHOOKS, SENDS_PER_ACCOUNT, SENDS_PER_WEBHOOK, WEBHOOK_DELAYS,
    WEBHOOK_SECONDS,
};
use contract::settings::LOW_BALANCE;
use maud::{Markup, html};

use super::page;
use super::text::{inline, row, thousands};

pub const INDEX: [(&str, &str); 1] = [("webhooks", "Webhooks")];

const PYTHON: &str = "from standardwebhooks.webhooks import Webhook  # pip install standardwebhooks

event = Webhook(secret).verify(body, headers)  # raises where the signature is wrong or older than five minutes";
const NODE: &str = "import { Webhook } from \"standardwebhooks\"; // npm install standardwebhooks

const event = new Webhook(secret).verify(body, headers); // throws where the signature is wrong or older than five minutes";
const BODY: &str = "{\"type\": \"task.done\", \"timestamp\": \"2026-03-05T10:00:00Z\",
 \"data\": {\"id\": 4801762239845221, \"status\": \"DONE\", ..., \"result_url\": \"https://api.example.com/v1-beta1/image/edit/async/4801762239845221\"}}";

pub fn section() -> Markup {
    html! {
        section {
            h2 id="webhooks" { "Webhooks" }
            p {
                (inline(&format!("A webhook is an address of yours that is told of events, by POST: `POST /v1/webhooks` with `url` and `events`. The answer shows its `secret` this once. An account has at most {MAX_WEBHOOKS} webhooks; they need the scope `keys`. \
                Addresses pass the same guard as inputs: public hosts, ports 80 and 443; others the operator admits by `ATELIER_FETCH_ALLOW`. Redirects are not followed.")))
            }
            (page::table("Events", &["event", "told when", "`data`"], &events()))
            (page::code("Body", BODY))
            p {
                (inline(&format!("`data` is what a GET of the thing shows, and `result_url`, where that is. A body over {} bytes comes without the request and the results: ask `result_url` for them. What is told is committed with what it tells: no end goes untold, and nothing is told that did not happen. \
                A message may come more than once, always under the same `webhook-id`, and messages may overtake each other.", thousands(MAX_WEBHOOK_BODY as u64))))
            }
            (page::table("Headers", &["header", "is"], &headers()))
            p { "Verify every message, with the body as it came, byte for byte. In Python and in Node:" }
            (page::code("Python", PYTHON))
            (page::code("Node", NODE))
            p {
                (inline(&format!("Answer any 2xx within {WEBHOOK_SECONDS} seconds; of the body nothing is kept. 410 disables the webhook: nothing is sent to it any more. All else is a failure, and the message is sent again, each wait a tenth longer or shorter:")))
            }
            (page::table("Attempts", &["attempt", "comes after"], &attempts()))
            p {
                (inline(&format!("Then it has failed. `GET /v1/webhooks/{{id}}/deliveries` shows what was sent in the last {} days and what came of it; `POST .../deliveries/{{delivery}}/redeliver` sends one again at once, under its id. Deleting a webhook ends what waits for it. \
                Of an account at most {SENDS_PER_ACCOUNT} messages are on their way at the same time, to one webhook {SENDS_PER_WEBHOOK}: a receiver that is slow has its own messages wait, and nobody else's.", DELIVERY_SECONDS / 86_400)))
            }
        }
    }
}

fn events() -> Vec<Vec<Markup>> {
    let low = format!(
        "the balance is below {} credits (a setting of the operator, `{}`), within about a minute; once until it was back",
        LOW_BALANCE.default, LOW_BALANCE.name
    );
    vec![
        row(&[
            "`task.done`, `task.error`",
            "an edit in the background, or an extraction by `Prefer: respond-async`, has ended; one that you cancel is not told",
            "as `GET /image/edit/async/{id}`, `GET /api/v1/extract-image/{id}`",
        ]),
        row(&[
            "`batch.completed`, `batch.failed`, `batch.cancelled`",
            "a batch job or a batch of edits has ended",
            "as `GET /v1/batch/{job_id}`, `GET /image/edit/batch/{id}`",
        ]),
        row(&[
            "`request.done`",
            "a request of an extraction model has ended; `status` says how",
            "as `GET /requests/{id}`",
        ]),
        row(&["`balance.low`", &low, "as `GET /v1/balance`"]),
    ]
}

fn headers() -> Vec<Vec<Markup>> {
    vec![
        row(&[
            "`webhook-id`",
            "the message's own, the same at every attempt: what you have seen already you may pass over",
        ]),
        row(&["`webhook-timestamp`", "Unix seconds of the attempt"]),
        row(&[
            "`webhook-signature`",
            "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, as Standard Webhooks has it. The key is what stands behind `whsec_`, decoded from base64",
        ]),
        row(&[
            "`X-Claid-Hmac-SHA256`",
            "of edits and batches of edits only: HMAC-SHA256 of the body in hex; the key is the secret as it is shown, `whsec_` and all",
        ]),
    ]
}

fn attempts() -> Vec<Vec<Markup>> {
    let first = std::iter::once(row(&["1", "the event, within a second"]));
    let again = WEBHOOK_DELAYS.iter().zip(2_u32..);
    first.chain(again.map(|(seconds, attempt)| row(&[&attempt.to_string(), &wait(*seconds)]))).collect()
}

fn wait(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
