// Keeps the page's own files, so that it opens without a network. Never mail: nothing below api/
// is touched here. The build fills in its hash and the list of files.
const BUILD = "{{build}}";
const ASSETS = {{assets}};
const SCOPE = new URL(registration.scope);
const PREFIX = `postern ${SCOPE.pathname} `;
const CACHE = PREFIX + BUILD;
const PATIENCE_MS = 4000;
const BRIDGE_ONLY = /^(api\/|ws$|healthz$|readyz$|metrics$)/;

async function install() {
  const cache = await caches.open(CACHE);
  const index = await fetch(SCOPE, { cache: "no-cache" });
  // Between our download and this one a newer build may have come: its worker will follow.
  if (!index.ok || !(await index.clone().text()).includes(BUILD)) {
    throw new Error("index.html is of another build");
  }
  const requests = ASSETS.map((path) => {
    const fresh = path.startsWith("assets/") ? "default" : "no-cache";
    return new Request(new URL(path, SCOPE), { cache: fresh });
  });
  await cache.addAll(requests);
  await cache.put(SCOPE, index);
}

// Tabs that still run an earlier build may ask for its files: those stay until the next but one.
async function activate() {
  const others = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== CACHE);
  await Promise.all(others.slice(0, -2).map((key) => caches.delete(key)));
  await registration.navigationPreload?.enable();
}

async function navigation(event) {
  const network = Promise.resolve(event.preloadResponse).then((r) => r ?? fetch(event.request));
  const shell = await (await caches.open(CACHE)).match(SCOPE, { ignoreVary: true });
  if (!shell) return network;
  network.catch(() => {});
  const patience = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
  try {
    const response = await Promise.race([network, patience]);
    // A proxy that cannot reach the bridge is no better than no network.
    return response.status >= 502 && response.status <= 504 ? shell : response;
  } catch {
    return shell;
  }
}

async function cacheFirst(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function networkFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));

addEventListener("message", (event) => {
  if (event.data?.type === "skip-waiting") event.waitUntil(skipWaiting());
  if (event.data?.type === "build") event.ports[0]?.postMessage(BUILD);
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(SCOPE.href)) return;
  const path = url.pathname.slice(SCOPE.pathname.length);
  if (BRIDGE_ONLY.test(path)) return;
  if (request.mode === "navigate") event.respondWith(navigation(event));
  else if (path.startsWith("assets/")) event.respondWith(cacheFirst(request));
  else if (ASSETS.includes(path)) event.respondWith(networkFirst(request));
});
