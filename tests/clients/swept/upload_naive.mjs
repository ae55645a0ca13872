// The same without care: no time-out, no look at statuses, no clean-up, one page of a list.
const env = process.env;
const domain = { name: env.OS_USER_DOMAIN_NAME };
const auth = {
  identity: {
    methods: ["password"],
    password: { user: { name: env.OS_USERNAME, password: env.OS_PASSWORD, domain } },
  },
  scope: { project: { name: env.OS_PROJECT_NAME, domain: { name: env.OS_PROJECT_DOMAIN_NAME } } },
};
const login = await fetch(`${env.OS_AUTH_URL}/auth/tokens`, {
  method: "POST", body: JSON.stringify({ auth }), headers: { "Content-Type": "application/json" },
});
const service = (await login.json()).token.catalog.find((one) => one.type === "image");
const images = `${service.endpoints[0].url}/v2/images`;
const headers = { "X-Auth-Token": login.headers.get("X-Subject-Token") };

async function ask(method, url, body, type = "application/json") {
  return fetch(url, { method, body, headers: { ...headers, "Content-Type": type } });
}

const image = { name: "disk", disk_format: "raw", container_format: "bare" };
const { id } = await (await ask("POST", images, JSON.stringify(image))).json();
await ask("PUT", `${images}/${id}/file`, "the bytes of a disk", "application/octet-stream");
while ((await (await ask("GET", `${images}/${id}`)).json()).status !== "active") {
  await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log(`${(await (await ask("GET", images)).json()).images.length} images`);
