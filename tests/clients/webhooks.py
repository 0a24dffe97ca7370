"""A message that was received, verified by the PyPI package `standardwebhooks`. Prints the type of its event.
usage: webhooks.py FILE; FILE: JSON with secret, headers and body."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

with open(sys.argv[1], encoding="utf-8") as file:
    message = json.load(file)
webhook = Webhook(message["secret"])
event = webhook.verify(message["body"], message["headers"])
for changed in (
    (message["body"].replace("cancelled", "completed"), message["headers"]),
    (message["body"], {**message["headers"], "webhook-id": "msg_another"}),
    (message["body"], {**message["headers"], "webhook-timestamp": str(int(message["headers"]["webhook-timestamp"]) + 1)}),
):
    try:
        webhook.verify(*changed)
    except WebhookVerificationError:
        continue
    raise AssertionError(f"taken: {changed}")
print(event["type"])
