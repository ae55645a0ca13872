// Uploads a disk, waits until the image is active, and prints the number of images.
// It survives no failure, but it reports each one and leaves no image behind.
import { randomUUID } from "node:crypto";

const env = process.env;
const SECONDS = 1000;
let token, images;

async function ask(method, url, body, type = "application/json") {
  const headers = { "Content-Type": type, ...(token && { "X-Auth-Token": token }) };
  const response = await fetch(url, {
    method, headers, body, redirect: "error", signal: AbortSignal.timeout(2 * SECONDS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 80)}`);
  return { headers: response.headers, text };
}

async function askJson(...request) {
  const { headers, text } = await ask(...request);
  try {
    return { headers, document: JSON.parse(text) };
  } catch {
    throw new Error(`${request[0]} ${request[1]}: the response is no JSON`);
  }
}

async function logIn() {
  const domain = { name: env.OS_USER_DOMAIN_NAME };
  const password = { user: { name: env.OS_USERNAME, password: env.OS_PASSWORD, domain } };
  const auth = {
    identity: { methods: ["password"], password },
    scope: { project: { name: env.OS_PROJECT_NAME, domain: { name: env.OS_PROJECT_DOMAIN_NAME } } },
  };
  const { headers, document } = await askJson(
    "POST", `${env.OS_AUTH_URL}/auth/tokens`, JSON.stringify({ auth }));
  const service = document?.token?.catalog?.find((one) => one.type === "image");
  const endpoint = service?.endpoints?.find((one) => one.interface === "public");
  if (!endpoint) throw new Error("the catalog has no image service");
  token = headers.get("X-Subject-Token");
  images = `${endpoint.url.replace(/\/$/, "")}/v2/images`;
}

async function waitUntilActive(id) {
  for (const end = Date.now() + 3 * SECONDS; Date.now() < end;) {
    const { document } = await askJson("GET", `${images}/${id}`);
    if (document.status === "active") return;
    if (document.status === "killed") throw new Error("the upload failed: the image is killed");
    await new Promise((resolve) => setTimeout(resolve, 0.2 * SECONDS));
  }
  throw new Error("the image did not become active");
}

async function allIds() {
  const ids = new Set();
  for (let url = images; url;) {
    const { document } = await askJson("GET", url);
    document.images.forEach((image) => ids.add(image.id));
    url = document.next && new URL(document.next, images).href;
  }
  return ids;
}

async function upload(name, data) {
  const id = randomUUID(); // its own id: it can delete the image even if the response is lost
  try {
    await ask("POST", images, JSON.stringify(
      { id, name, disk_format: "raw", container_format: "bare" }));
    await ask("PUT", `${images}/${id}/file`, data, "application/octet-stream");
    await waitUntilActive(id);
    return (await allIds()).size;
  } catch (error) {
    await ask("DELETE", `${images}/${id}`).catch(() => {});
    throw error;
  }
}

try {
  await logIn();
  console.log(`${await upload("disk", "the bytes of a disk")} images`);
} catch (error) {
  console.error(`upload: ${error.message}${error.cause ? ` (${error.cause.message})` : ""}`);
  process.exitCode = 1;
}
