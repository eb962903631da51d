// Hostile mail: where it lies, how it is written as messages, and who watches what becomes of it.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Front } from './front.mjs';

const folder = process.env.POSTERN_CORPORA ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url));

/** A file of the corpora as JSON; nothing where it does not lie beside the repository. */
export function corpus(name) {
  const file = `${folder}/${name}`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Where this browser looks for its updates and the time, whatever it is told. */
export const ITS_OWN = /(^|\.)(googleapis\.com|gvt1\.com|gstatic\.com)$|^(accounts|clients\d|android\.clients|mtalk|redirector)\.google\.com$/;

const lines = (bytes) => bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
const part = ({ context, html }) =>
  `Content-Type: ${context ?? 'text/html'}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(Buffer.from(html))}\r\n`;
const head = (subject) =>
  'From: Attacker <attacker@leak.test>\r\nTo: anna@example.test\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n' +
  `Subject: ${subject}\r\nMessage-ID: <${subject.replaceAll(' ', '.')}@leak.test>\r\nMIME-Version: 1.0\r\n`;

/** One payload as a message, in base64. */
export const alone = (payload) => Buffer.from(head(payload.id) + part(payload)).toString('base64');

/** Several as parts of one message that are all shown, each read as a document of its own. */
export function together(payloads) {
  const subject = `${payloads[0].id} to ${payloads.at(-1).id}`;
  const parts = payloads.map((payload) => `--edge\r\n${part(payload)}`).join('');
  const text = `${head(subject)}Content-Type: multipart/mixed; boundary=edge\r\n\r\n${parts}--edge--\r\n`;
  return Buffer.from(text).toString('base64');
}

/** Lists of at most so many. */
export const chunks = (list, size) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

/** The browser before a bridge, with everybody else's place taken by the stage's sentinel. */
export class Watched {
  /** What ran although nothing may: scripts that call out, and scripts that were compiled in frames. */
  ran = [];
  /** What the browser itself refused to run or load. */
  refused = [];
  /** Pages and frames that went elsewhere, pages that opened, files that were saved. */
  went = [];

  static async start(stage, playwright, launchOptions) {
    const watched = new Watched();
    const url = new URL(stage.url);
    const { port } = await stage.do('sentinel');
    Object.assign(watched, { stage, url, front: await Front.start(url) });
    const rules = `MAP ${url.host} 127.0.0.1:${watched.front.port}, MAP * 127.0.0.1:${port}`;
    watched.browser = await playwright.chromium.launch({
      ...launchOptions,
      args: [...launchOptions.args, `--host-resolver-rules=${rules}`],
    });
    watched.context = await watched.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
    await watched.context.addInitScript(hook);
    watched.context.on('page', (page) => watched.#watch(page));
    return watched;
  }

  async stop() {
    await this.browser.close();
    this.front.stop();
  }

  /** What happened since the last look, by kind; without what a browser asks for of itself. */
  async look() {
    const seen = await this.stage.do('seen');
    const requests = seen.requests.filter(({ url }) => !ITS_OWN.test(new URL(url).hostname));
    const handshakes = seen.handshakes.filter((host) => !ITS_OWN.test(host));
    const own = seen.requests.filter(({ url }) => url.startsWith('http:') && ITS_OWN.test(new URL(url).hostname));
    const connections = Math.max(0, seen.connections - own.length - (seen.handshakes.length - handshakes.length));
    const taken = (list) => list.splice(0);
    const pictures = this.front.pictures;
    this.front.pictures = 0;
    return {
      ran: taken(this.ran),
      went: taken(this.went),
      refused: taken(this.refused),
      requests,
      connections,
      handshakes,
      pictures,
    };
  }

  #watch(page) {
    const first = this.context.pages().length === 1;
    if (!first) this.went.push(`a page: ${page.url()}`);
    page.on('dialog', (dialog) => {
      this.ran.push(`dialog ${dialog.type()}`);
      dialog.dismiss();
    });
    page.on('console', (message) => {
      const text = message.text();
      if (text.startsWith('RAN ')) this.ran.push(text);
      else if (/Blocked script|Content Security Policy|sandbox/i.test(text)) this.refused.push(text);
    });
    page.on('download', (file) => this.went.push(`a download: ${file.url()}`));
    page.on('framenavigated', (frame) => {
      if (!first || frame.url() === 'about:blank') return;
      const above = frame.parentFrame();
      const place = above ? new URL('api/body/', this.url).href : this.url.href;
      // A frame inside of a mail that never got beyond the browser's own page of refusal, or holds the mail's own text.
      if (above?.parentFrame() && /^(chrome-error:|about:srcdoc)/.test(frame.url())) this.refused.push(frame.url());
      else if (!frame.url().startsWith(place)) this.went.push(`${above ? 'a frame' : 'the page'}: ${frame.url()}`);
    });
  }
}

/** Runs in every document that may run anything: whoever calls out is heard. */
function hook() {
  for (const name of ['alert', 'confirm', 'prompt', 'print']) {
    window[name] = (...words) => console.info('RAN', name, location.href, ...words);
  }
}

/** The uid in a body's path. */
export const uid = (path) => Number(/-(\d+)(?:[.?]|$)/.exec(path)?.[1]);

/** Prints what one layer held back and what it did not. */
export function tally(layer, count, { ran, requests, went, refused, connections, handshakes }) {
  const pages = went.filter((text) => !text.startsWith('a frame')).length;
  console.log(
    `${layer}: ${count} payloads, ${ran.length} scripts ran, ${requests.length} requests left, ` +
      `${pages} pages and ${went.length - pages} frames went elsewhere; ${refused.length} attempts refused by the browser, ` +
      `${connections} connections to other hosts (preconnects among them; TLS: ${handshakes.join(' ') || 'none'})`,
  );
}
