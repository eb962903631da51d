// What is put into the page to measure: times are the page's own, taken after the frame is painted.

/** Runs inside the page before anything else. */
export function probe() {
  const grid = () => document.querySelector('[role=grid]');
  const scroller = () => {
    let node = grid();
    while (node && node.scrollHeight <= node.clientHeight + 1) node = node.parentElement;
    return node;
  };
  const named = (row) => row.getAttribute('aria-label') || row.textContent;
  const loaded = () => [...document.querySelectorAll('[role=grid] [role=row][aria-rowindex]')]
    .filter((row) => named(row).trim() && row.getAttribute('aria-busy') !== 'true');
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(0);
  }));
  /** Resolves once `found` is true and a frame with it is painted. */
  const when = (found) => new Promise((resolve) => {
    const look = async () => {
      if (!found()) return false;
      observer.disconnect();
      document.removeEventListener('load', look, true);
      probe.painted = await painted();
      resolve(probe.painted - probe.started);
      return true;
    };
    const observer = new MutationObserver(look);
    document.addEventListener('load', look, true);
    const options = { subtree: true, childList: true, attributes: true, characterData: true };
    observer.observe(document, options);
    look();
  });
  const heading = () => document.querySelector('section[aria-label=Message] h1')?.textContent;
  const frame = () => [...document.querySelectorAll('iframe[title="Message body"]')]
    .find((one) => one.checkVisibility() && one.getBoundingClientRect().width > 100);
  const probe = {
    started: 0, painted: 0, wasm: 0, outcome: null,
    start() { probe.started = performance.now(); },
    /**
     * Measures from the next event of a kind. The listener is there when this returns: whoever makes
     * the event awaits that first, and `outcome` afterwards.
     */
    arm(kind, work) {
      probe.outcome = new Promise((resolve) => {
        addEventListener(kind, (event) => { probe.started = event.timeStamp; resolve(work()); },
          { capture: true, once: true });
      });
    },
    /** Notes the wall-clock time of the next key press, in milliseconds; as `arm`. */
    armPress() {
      probe.outcome = new Promise((resolve) => {
        addEventListener('keydown', (event) => {
          if (event.key !== 'Shift') resolve(performance.timeOrigin + event.timeStamp);
        }, true);
      });
    },
    rows: () => when(() => loaded().length >= 5),
    rowAt: (index) => when(() => loaded().some((row) => Number(row.getAttribute('aria-rowindex')) === index)),
    /** The wall-clock time at which a row whose name holds `text` is painted. */
    async rowNamed(text) {
      await when(() => loaded().some((row) => named(row).includes(text)));
      return performance.timeOrigin + probe.painted;
    },
    /** The message's text is there: with `text` where given, else another than before. */
    body(text) {
      const before = text ? null : heading();
      return when(() => {
        const inside = frame()?.contentDocument?.body?.textContent ?? '';
        if (text) return inside.includes(text);
        const now = heading();
        return now !== before && inside.includes(`This is ${now?.replace('Message', 'message')}`);
      });
    },
    /** Scrolls so that a position of the list is on top. */
    jump(position) {
      const node = scroller();
      const total = Number(grid().getAttribute('aria-rowcount'));
      node.scrollTop = position * (node.scrollHeight / total);
    },
  };
  window.probe = probe;
  for (const name of ['instantiateStreaming', 'instantiate', 'compileStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...rest) => {
      const started = performance.now();
      try {
        return await original.apply(WebAssembly, rest);
      } finally {
        probe.wasm += performance.now() - started;
      }
    };
  }
}

/** What the armed measurement came to. */
export const outcome = (page) => page.evaluate(() => window.probe.outcome);

/** Waits until the page has nothing left to do. */
export async function settled(page) {
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await page.waitForTimeout(300); // rows on their way, and what is fetched ahead
}
