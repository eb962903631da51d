// Development only: reloads as soon as dist/ holds another build, and sends away the worker that
// an earlier build of the other kind left behind.
const base = new URL("../", import.meta.url);
const build = document.querySelector('meta[name="build"]')?.content ?? "";

for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
  if (registration.scope === base.href) await registration.unregister();
}

setInterval(async () => {
  try {
    const response = await fetch(new URL("build.json", base), { cache: "no-store" });
    if ((await response.json()).build !== build) location.reload();
  } catch {
    // The bridge is being restarted.
  }
}, 1000);
