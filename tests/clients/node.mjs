// Every method of the npm client `classer-ai` against a server, with nothing changed but its base URL.
// usage: node.mjs FOLDER URL KEY; an empty KEY: the server is in public mode.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [folder, url, apiKey] = process.argv.slice(2);
const { ClasserClient, ClasserError } = createRequire(`${folder}/`)("classer-ai");
ClasserClient.BASE_URL = url;
const client = new ClasserClient({ apiKey });
const labels = ["billing", "football", "cooking"];
// Not the text of the other client, which the cache would know.
const text = "Why was I charged twice? Please refund one of the invoices";

async function refused(status, call, word) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof ClasserError && error.status === status, String(error));
    assert.ok(error.detail.includes(word), error.detail);
    return true;
  });
}

const first = await client.classify({ text, labels, descriptions: { billing: "Invoices and refunds" } });
assert.equal(first.label, "billing");
assert.ok(first.confidence > 0 && first.tokens > 10 && first.latency_ms >= 0 && first.visual_tokens === undefined);
assert.equal(first.cached, false);
const again = await client.classify({ text, labels, descriptions: { billing: "Invoices and refunds" } });
assert.deepEqual([again.cached, again.confidence], [true, first.confidence]);
const tags = await client.tag({ text: "Stocks fell", labels: ["finance", "football"], threshold: 0, priority: "fast" });
assert.equal(tags.labels[0].label, "finance");
assert.equal(tags.labels.length, 2);
await refused(422, () => client.classify({ text, labels: ["a", "a"] }), "unique");
if (!apiKey) {
  await refused(401, () => client.classifyBatch({ texts: [text], labels }), "Authorization");
  await refused(401, () => client.tag({ text, classifier: "tickets" }), "API key");
} else {
  const batch = await client.classifyBatch({ texts: [text, " ", "The striker scored a goal"], labels });
  assert.deepEqual(batch.results.map((result) => result.label ?? null), ["billing", null, "football"]);
  assert.ok(batch.results[1].error && batch.results[1].tokens === 0 && batch.results[0].cached === false);
  assert.equal(batch.total_tokens, batch.results.reduce((sum, result) => sum + result.tokens, 0));
  const tagged = await client.tagBatch({ texts: ["Stocks fell", ""], labels: ["finance", "football"], threshold: 0 });
  assert.equal(tagged.results[0].labels[0].label, "finance");
  assert.ok(tagged.results[1].error);
  assert.equal((await client.classify({ text, classifier: "tickets@v1" })).label, "billing");
  await refused(404, () => client.classify({ text, classifier: "other" }), "Classifier");
}
await refused(401, () => new ClasserClient({ apiKey: "wrong" }).classify({ text, labels }), "Authorization");
console.log("ok");
