// Drives a fake over its control API with nothing but fetch: node any_language.mjs URL
import assert from "node:assert/strict";

const url = process.argv[2];

async function control(method, path, body) {
  const answer = await fetch(`${url}/_fake_ims${path}`, {
    method,
    headers: method === "GET" ? {} : { "Content-Type": "application/json" }, // also without a body
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, json: text ? JSON.parse(text) : null };
}

const { json: tenant } = await control("POST", "/tenants", { project_id: "p2" });
const images = () => fetch(`${url}/v2/images`, { headers: { "X-Auth-Token": tenant.token } });

await control("POST", "/images", { name: "seeded", owner: "p2" });
const { json: fault } = await control("POST", "/faults", {
  operation: "images.list", status: 503, times: 1, retry_after: 1,
});
const first = await images();
assert.equal(first.status, 503);
assert.equal(first.headers.get("retry-after"), "1");
const second = await images();
assert.deepEqual((await second.json()).images.map((image) => image.name), ["seeded"]);

const { json: verdict } = await control("POST", "/requests/verify", {
  operation: "images.list", times: 2, tenant: "p2",
});
assert.equal(verdict.met, true);
assert.equal((await control("GET", `/faults/${fault.number}`)).json.hits, 1);

const refused = await control("POST", "/faults", { operation: "images.lst", status: 503 });
assert.equal(refused.status, 400);
assert.match(refused.json.error.message, /did you mean 'images.list'/);

const played = await control("POST", "/scenario", {
  toml: '[[images]]\nname = "from a file"\n[[steps]]\nafter = "1m"\n',
});
assert.equal(played.json.steps, 1);
await control("POST", "/clock", { advance: "2m" });
assert.deepEqual((await control("GET", "/scenario")).json.complaints, []);
assert.equal((await control("POST", "/reset")).json.images, 0);
console.log("good");
