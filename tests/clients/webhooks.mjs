// A message that was received, verified by the npm package `standardwebhooks`. Prints the type of its event.
// usage: webhooks.mjs FOLDER FILE; FILE: JSON with secret, headers and body.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, file] = process.argv.slice(2);
const { Webhook, WebhookVerificationError } = createRequire(`${folder}/`)("standardwebhooks");
const { secret, headers, body } = JSON.parse(readFileSync(file, "utf8"));
const webhook = new Webhook(secret);
const event = webhook.verify(body, headers);
const later = String(Number(headers["webhook-timestamp"]) + 1);
for (const [changed, changedHeaders] of [
  [body.replace("cancelled", "completed"), headers],
  [body, { ...headers, "webhook-id": "msg_another" }],
  [body, { ...headers, "webhook-timestamp": later }],
]) {
  assert.throws(() => webhook.verify(changed, changedHeaders), WebhookVerificationError);
}
console.log(event.type);
