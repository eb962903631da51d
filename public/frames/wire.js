// How a frame and the page speak: by one channel, which the page hands over once. Whatever else is
// said to the frame is not heard; what the frame says reaches only the holder of the other end.

/** Waits for the page; `hear` gets each message's data. Resolves with what speaks to the page. */
export function connect(hear) {
  return new Promise((resolve) => {
    const ours = new URL(document.URL).origin;
    addEventListener("message", function first(event) {
      const [port] = event.ports;
      if (event.source !== parent || event.origin !== ours || event.data !== "postern" || !port) return;
      removeEventListener("message", first);
      port.onmessage = ({ data }) => hear(data);
      resolve((message) => port.postMessage(message));
    });
  });
}
