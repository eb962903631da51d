// Registers the service worker and carries the talk about new builds.
//
// To the page, on window and as <html data-update>:
//   postern-update-ready   ("ready")   a newer build is there: offer it
//   postern-update-failed  ("failed")  the forced update changed nothing: say so, do not try again
// From the page, on window:
//   postern-update-check   the bridge runs another build: look for it now
//   postern-update-accept  the user said yes: take it over and reload
//   postern-update-force   the bridge speaks another protocol: at most one reload per build
const base = new URL("../", import.meta.url);
const build = document.querySelector('meta[name="build"]')?.content ?? "";
const FORCED = "postern-update-forced";
let registration;

function tell(state) {
  document.documentElement.dataset.update = state;
  dispatchEvent(new Event(`postern-update-${state}`));
}

function buildOf(worker) {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ type: "build" }, [port2]);
  return new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
  });
}

// A page that came from the network may already be what the waiting worker brings: then there is
// nothing to offer, and the worker may take over at once.
async function offer(worker) {
  if ((await buildOf(worker)) === build) {
    worker.postMessage({ type: "skip-waiting" });
  } else {
    tell("ready");
  }
}

function watch(worker) {
  worker?.addEventListener("statechange", () => {
    // On a first visit nothing is active yet, and nothing is new.
    if (worker.state === "installed" && registration.active) offer(worker);
  });
}

function accept() {
  const worker = registration?.waiting ?? registration?.installing;
  if (!worker) return location.reload();
  worker.addEventListener("statechange", () => {
    if (worker.state === "activated" || worker.state === "redundant") location.reload();
  });
  worker.postMessage({ type: "skip-waiting" });
}

async function check() {
  if (!registration) return tell("ready");
  await registration.update();
  // The worker was replaced before this page listened, or by another tab.
  if (registration.waiting) offer(registration.waiting);
  else if (!registration.installing && registration.active) {
    if ((await buildOf(registration.active)) !== build) tell("ready");
  }
}

async function force() {
  if (sessionStorage.getItem(FORCED) === build) return tell("failed");
  sessionStorage.setItem(FORCED, build);
  await registration?.update().catch(() => {});
  accept();
}

addEventListener("postern-update-check", () => check().catch(() => {}));
addEventListener("postern-update-accept", accept);
addEventListener("postern-update-force", force);

try {
  registration = await navigator.serviceWorker?.register(new URL("sw.js", base), {
    updateViaCache: "none",
  });
  registration?.addEventListener("updatefound", () => watch(registration.installing));
  if (registration?.waiting) offer(registration.waiting);
  else if (registration?.installing) watch(registration.installing);
} catch (error) {
  // The page works without; only opening it without a network does not.
  console.warn("no service worker:", error);
}
