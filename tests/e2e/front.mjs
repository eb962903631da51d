// Stands between browser and bridge. Everything passes as it is, but the document of a mail's body can be
// exchanged on its way: that is how the sanitiser is taken out of a test without a switch in the product.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

/** What keeps a body in its frame: taken off only to see whether a test would notice. */
const POLICIES = ['content-security-policy', 'x-dns-prefetch-control'];

export class Front {
  /** Answers the HTML of a body by its path, or nothing to let the bridge's own through. */
  exchange = () => undefined;
  /** Takes every policy off. */
  bare = false;
  /** Remote pictures that the bridge was asked for. */
  pictures = 0;
  #server;
  #bridge;

  /** Listens on a port of its own before the bridge at `url`. */
  static async start(url) {
    const front = new Front();
    front.#bridge = { host: url.hostname, port: url.port };
    front.#server = http.createServer((request, response) => front.#pass(request, response));
    front.#server.on('upgrade', (request, socket) => front.#upgrade(request, socket));
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get port() {
    return this.#server.address().port;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #pass(request, response) {
    const { method, url, headers } = request;
    if (url.includes('/api/remote/')) this.pictures += 1;
    const html = url.includes('/api/body/') ? this.exchange(url) : undefined;
    const onward = http.request({ ...this.#bridge, method, path: url, headers }, (answer) => {
      const kept = { ...answer.headers };
      if (this.bare) for (const name of POLICIES) delete kept[name];
      if (html === undefined || answer.statusCode !== 200) {
        response.writeHead(answer.statusCode, kept);
        answer.pipe(response);
        return;
      }
      for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) delete kept[name];
      answer.resume();
      response.writeHead(200, kept);
      response.end(html);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  #upgrade(request, socket) {
    const onward = net.connect(this.#bridge.port, this.#bridge.host, () => {
      const { rawHeaders: raw } = request;
      const fields = raw.map((text, at) => (at % 2 ? `${text}\r\n` : `${text}: `)).join('');
      onward.write(`GET ${request.url} HTTP/1.1\r\n${fields}\r\n`);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].forEach((it) => it.destroy()));
  }
}
