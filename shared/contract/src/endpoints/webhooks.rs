//! Webhooks.

use serde_json::json;

use crate::endpoint::{Endpoint, Nothing};
use crate::platform::keys::Page;
use crate::platform::webhooks::{
    Delivery, DeliveryQuery, DeliveryRef, Webhook, WebhookCreate, WebhookDeleted, WebhookRef,
    WebhookWithSecret,
};
use crate::resources::Needs::{DeliveryQueue, Seal, Webhooks, WebhooksRead};
use crate::{ErrorKind, Scope};

pub const WEBHOOK_CREATE: Endpoint<WebhookCreate, WebhookWithSecret> =
    Endpoint::post("webhook-create", "/v1/webhooks")
        .scope(Scope::Keys)
        .summary("Make a webhook; the secret that signs its messages is shown this once")
        .creates()
        .needs(&[Webhooks, Seal])
        .secret_answer()
        .example(
            || json!({"url": "https://example.com/hooks/atelier", "events": ["task.done", "task.error"]}),
        )
        .fails(&[ErrorKind::TooManyWebhooks]);

pub const WEBHOOK_LIST: Endpoint<Nothing, Page<Webhook>> = Endpoint::get("webhook-list", "/v1/webhooks")
    .scope(Scope::Keys)
    .summary("All webhooks of the account, oldest first, without secrets")
    .needs(&[WebhooksRead]);

pub const WEBHOOK_GET: Endpoint<WebhookRef, Webhook> = Endpoint::get("webhook-get", "/v1/webhooks/{id}")
    .scope(Scope::Keys)
    .summary("One webhook, without its secret")
    .needs(&[WebhooksRead])
    .fails(&[ErrorKind::WebhookNotFound]);

pub const WEBHOOK_DELETE: Endpoint<WebhookRef, WebhookDeleted> =
    Endpoint::delete("webhook-delete", "/v1/webhooks/{id}")
        .scope(Scope::Keys)
        .summary("Delete a webhook; what waits to be sent to it is not sent")
        .needs(&[Webhooks])
        .fails(&[ErrorKind::WebhookNotFound]);

pub const WEBHOOK_DELIVERIES: Endpoint<DeliveryQuery, Page<Delivery>> =
    Endpoint::get("webhook-deliveries", "/v1/webhooks/{id}/deliveries")
        .scope(Scope::Keys)
        .summary("What was sent to a webhook in the last 30 days, newest first, and what came of it")
        .needs(&[WebhooksRead])
        .fails(&[ErrorKind::WebhookNotFound]);

pub const WEBHOOK_REDELIVER: Endpoint<DeliveryRef, Delivery> =
    Endpoint::post("webhook-redeliver", "/v1/webhooks/{id}/deliveries/{delivery}/redeliver")
        .scope(Scope::Keys)
        .summary("Send a message again, now and under the same `webhook-id`")
        .no_body()
        .accepts()
        .needs(&[Webhooks, DeliveryQueue])
        .fails(&[ErrorKind::WebhookNotFound, ErrorKind::DeliveryNotFound, ErrorKind::WebhookDisabled]);
