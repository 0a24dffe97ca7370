"""Every method of the PyPI client `classer` against a server, with nothing changed but its base URL.
usage: python.py URL KEY; an empty KEY: the server is in public mode."""

import sys

import classer
from classer import ClasserClient, ClasserError

url, key = sys.argv[1:]
ClasserClient.BASE_URL = url
client = ClasserClient(api_key=key)
LABELS = ["billing", "football", "cooking"]
INVOICE = "I was charged twice for my invoice, please refund me"


def refused(status, call, word):
    try:
        call()
    except ClasserError as error:
        assert error.status == status, error
        assert isinstance(error.detail, str) and word in error.detail, error.detail
        return
    raise AssertionError(f"not refused with {status}")


first = client.classify(text=INVOICE, labels=LABELS, descriptions={"billing": "Invoices and refunds"})
assert first.label == "billing" and 0 < first.confidence <= 1, first
assert first.tokens > 10 and first.visual_tokens == 0 and not first.cached and first.latency_ms >= 0, first
again = client.classify(text=INVOICE, labels=LABELS, descriptions={"billing": "Invoices and refunds"})
assert again.cached and again.confidence == first.confidence and again.tokens == first.tokens, again
fast = client.classify(text="The striker scored a goal", labels=LABELS, priority="fast", cache=False)
assert fast.label == "football" and not fast.cached, fast

tags = client.tag(text="Stocks surge as the chip maker reports", labels=["finance", "football"], threshold=0.0)
assert [tag.label for tag in tags.labels][0] == "finance" and len(tags.labels) == 2, tags
assert client.tag(text="x", labels=["finance"], threshold=1.0).labels == []

refused(422, lambda: client.classify(text=INVOICE, labels=["a", "a"]), "unique")
if not key:
    refused(401, lambda: client.classify_batch(texts=[INVOICE], labels=LABELS), "Authorization")
    refused(401, lambda: client.classify(text=INVOICE, classifier="tickets"), "API key")
    refused(401, lambda: ClasserClient(api_key="wrong").classify(text="x", labels=["a"]), "Authorization")
    print("ok")
    sys.exit()

batch = client.classify_batch(texts=[INVOICE, " ", "The striker scored a goal", INVOICE], labels=LABELS)
assert [result.label for result in batch.results] == ["billing", None, "football", "billing"], batch
assert batch.results[1].error and batch.results[1].tokens == 0 and batch.results[3].cached, batch
assert batch.total_tokens == sum(result.tokens for result in batch.results), batch
tagged = client.tag_batch(texts=["Stocks fell", "The match is over"], labels=["finance", "football"], threshold=0.0)
assert [result.labels[0].label for result in tagged.results] == ["finance", "football"], tagged
assert client.classify(text=INVOICE, classifier="tickets").label == "billing"
assert client.classify(text=INVOICE, classifier="tickets@v1", labels=[]).label == "billing"
refused(404, lambda: client.classify(text=INVOICE, classifier="other"), "Classifier")
refused(401, lambda: ClasserClient(api_key="wrong").classify(text="x", labels=["a"]), "Authorization")
refused(422, lambda: client.classify_batch(texts=[], labels=LABELS), "texts")
try:
    ClasserClient(api_key=key).classify(text="x")
    raise AssertionError("the client itself did not refuse")
except ClasserError:
    pass

classer._default_client = client
assert classer.classify(text=INVOICE, labels=LABELS).label == "billing"
print("ok")
