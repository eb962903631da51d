// Starts the page. The build puts the wasm-bindgen glue in place of the import below and the
// file's name in place of {{wasm}}; update.js (in development reload.js) follows.
import init from "./glue.js";

try {
  await init({ module_or_path: new URL("{{wasm}}", import.meta.url) });
} catch (error) {
  document.getElementById("boot-failed")?.removeAttribute("hidden");
  throw error;
}
