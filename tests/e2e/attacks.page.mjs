// What is asked inside of the page: whether a body is here, what it holds, and whether it kept to its frame.

/** Waits until the body of another message than before is here; answers its address. */
export async function shown(before) {
  for (let frames = 0; frames < 900; frames += 1) {
    const frame = document.querySelector('iframe[title="Message body"]');
    const inside = frame?.contentDocument;
    // A frame that went elsewhere has no document for us: that is found by whoever counts.
    const here = !inside || (inside.readyState === 'complete' && inside.URL === frame.src);
    if (frame && frame.src !== before && here) return frame.src;
    await new Promise(requestAnimationFrame);
  }
  throw new Error('the next body did not come');
}

/** Everything in the body that may do something, or leads where nothing may lead. */
export function strange() {
  const inside = document.querySelector('iframe[title="Message body"]').contentDocument;
  const found = [];
  const active = 'script, iframe, frame, object, embed, form, input, button, textarea, select, svg, math, link, base, video, audio';
  for (const element of inside.querySelectorAll(active)) found.push(`<${element.localName}>`);
  const metas = inside.querySelectorAll('meta[http-equiv]');
  for (const meta of metas) found.push(`http-equiv=${meta.httpEquiv}`);
  for (const element of inside.body.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const lower = value.trim().toLowerCase();
      const link = ['a', 'area'].includes(element.localName) && /^(https?|mailto|tel):/.test(lower);
      const picture = element.localName === 'img' && /^(data:image\/(png|jpe?g|gif|webp);|https?:\/\/127\.0\.0\.1:\d+\/api\/|\/api\/)/.test(lower);
      if (name.startsWith('on')) found.push(`${name}=…`);
      if (name === 'href' && !link && !lower.startsWith('#')) found.push(`href=${value}`);
      if (name === 'src' && !picture) found.push(`src=${value}`);
      if (['srcdoc', 'srcset', 'action', 'formaction', 'ping', 'background', 'data', 'poster'].includes(name)) found.push(name);
      if (name === 'style' && /url\((?!['"]?(data:image|\/api\/))|fixed|sticky|expression|@/i.test(value)) found.push(`style=${value}`);
    }
    if (element.localName === 'a' && element.hasAttribute('href') && !element.getAttribute('href').startsWith('#')) {
      if (element.target !== '_blank' || !/noopener noreferrer/.test(element.rel)) found.push(`a link in the frame: ${element.outerHTML}`);
    }
  }
  return found;
}

/** Puts what can be pressed in the body in a list, the first so many of them; answers how many there are. */
export function pressable(most) {
  const inside = document.querySelector('iframe[title="Message body"]').contentDocument;
  window.pressable = [...inside.querySelectorAll('a, area, summary, label')].slice(0, most);
  return window.pressable.length;
}

/** Brings one of them into sight: where it leads, and the point to press, if no other thing lies on it. */
export async function aim(at) {
  const frame = document.querySelector('iframe[title="Message body"]');
  const element = window.pressable[at];
  const places = () => [frame, element].map((it) => it.getBoundingClientRect());
  let before;
  // The frame grows to its body's height, which moves what is in it: it is pressed once it stands still.
  for (let frames = 0; frames < 120 && before !== JSON.stringify(places()); frames += 1) {
    before = JSON.stringify(places());
    element.scrollIntoView({ block: 'center', inline: 'center' });
    await new Promise(requestAnimationFrame);
  }
  const [outer, box] = places();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const under = frame.contentDocument.elementFromPoint(x, y);
  const point = { x: outer.left + x, y: outer.top + y };
  const free = under && element.contains(under) && document.elementFromPoint(point.x, point.y) === frame;
  if (!free) element.focus();
  const focused = frame.contentDocument.activeElement === element;
  const href = element.getAttribute('href') === null ? '' : element.href;
  // A link within the mail has the mail's own address.
  const leads = /^https?:/i.test(href) && element.target === '_blank';
  return { href, host: element.host, leads, point: free ? point : undefined, focused };
}

/** Signs that a body reached beyond its frame: drawn over the page, focused, or in its document. */
export function outside() {
  const found = [];
  const frame = document.querySelector('iframe[title="Message body"]');
  const box = frame.getBoundingClientRect();
  const region = frame.closest('section').getBoundingClientRect();
  if (box.left < region.left || box.right > region.right + 1) found.push('the frame is wider than its region');
  for (let x = 5; x < innerWidth; x += Math.ceil(innerWidth / 12)) {
    for (let y = 5; y < innerHeight; y += Math.ceil(innerHeight / 10)) {
      const within = x >= region.left && x <= region.right && y >= region.top && y <= region.bottom;
      if (!within && document.elementFromPoint(x, y)?.localName === 'iframe') found.push(`a frame at ${x},${y}`);
    }
  }
  if (document.activeElement?.localName === 'iframe') found.push('the frame took the focus');
  if (document.querySelectorAll('[onclick], [onerror], [onload], [onmouseover], [onfocus]').length) found.push('a handler in the page');
  if (document.querySelectorAll('form[action], base, object, embed, meta[http-equiv]').length) found.push('a foreign element in the page');
  return found;
}

/** Takes the sandbox off every frame, for a look at what it holds back. */
export function strip() {
  new MutationObserver(() => {
    for (const frame of document.querySelectorAll('iframe[sandbox]')) {
      frame.removeAttribute('sandbox');
      frame.src = String(frame.src);
    }
  }).observe(document, { childList: true, subtree: true });
}

/** Puts the bodies of these uids into copies of the page's own frame, beside it, and gives them time. */
export async function beside(uids) {
  const own = document.querySelector('iframe[title="Message body"]');
  for (const old of document.querySelectorAll('iframe[data-copy]')) old.remove();
  const copies = uids.map((uid) => {
    const copy = own.cloneNode();
    copy.src = own.src.replace(/-\d+(?=[.?]|$)/, `-${uid}`);
    copy.dataset.copy = uid;
    return copy;
  });
  const loaded = copies.map((copy) => new Promise((done) => copy.addEventListener('load', done)));
  own.after(...copies);
  const time = (ms) => new Promise((done) => setTimeout(done, ms));
  await Promise.race([Promise.all(loaded), time(8000)]);
  await time(250);
  return copies.filter((copy) => copy.contentDocument?.URL !== copy.src).map((copy) => `a frame: ${copy.src}`);
}

/** Characters in the page's own document that turn the reading order over, break lines or do not show. */
export function unruly() {
  const bad = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE && bad.test(node.data)) found.push(JSON.stringify(node.data.slice(0, 80)));
    for (const { name, value } of node.attributes ?? []) {
      if (bad.test(value)) found.push(`${name}=${JSON.stringify(value.slice(0, 80))}`);
      if (name.startsWith('on')) found.push(name);
    }
  }
  return bad.test(document.title) ? [...found, `title ${JSON.stringify(document.title)}`] : found;
}

/** Words that these documents show and the body does not. */
export function words(documents) {
  const shown = document.querySelector('iframe[title="Message body"]').contentDocument.body.innerText;
  const of = (html) => {
    const read = new DOMParser().parseFromString(html, 'text/html');
    for (const silent of read.querySelectorAll('style, script, title, template')) silent.remove();
    return read.body.textContent.split(/\s+/).filter(Boolean);
  };
  return documents.flatMap(of).filter((word) => !shown.includes(word));
}

/** The heights that the rows in sight have. */
export function heights() {
  const rows = document.querySelectorAll('[role=grid][aria-label="Messages"] [role=row]');
  return [...rows].map((row) => Math.round(row.getBoundingClientRect().height * 10) / 10);
}
