// Hostile mail as it comes: delivered, opened in the page, and watched with the rest of the internet replaced
// by a sentinel that counts. Layer by layer: everything; sandbox and policy alone; neither, to see that the
// watch has eyes.
//
// With the sanitiser twenty payloads are the parts of one message, each read as a document of its own, and every
// message is opened by the page's key. Without it each payload is a message and the whole document of a frame:
// copies of the page's own frame, in the page, twenty-five at a time.
import { test as base, expect, signIn } from './play.mjs';
import { ITS_OWN, Watched, alone, chunks, corpus, tally, together, uid } from './attacks.mjs';
import { aim, beside, heights, outside, pressable, shown, strange, strip, unruly, words } from './attacks.page.mjs';

const all = corpus('html-attacks.json')?.payloads ?? [];
const spoofed = corpus('header-attacks.json')?.vectors ?? [];
const meant = corpus('html-benign.json')?.payloads ?? [];
const BATCH = 20;
const FRAMES = 25;
/** What is pressed in one body: three things for each of its payloads. */
const PRESSED = 3 * BATCH;
const NOTHING = { ran: [], went: [], requests: [], pictures: 0 };

const test = base.extend({
  /** A person at a page behind which every address but the bridge's is the sentinel's. */
  watched: async ({ stage, playwright, launchOptions }, use) => {
    const watched = await Watched.start(await stage('dovecot'), playwright, launchOptions);
    await use(watched);
    await watched.stop();
  },
});

/** Files messages in a mailbox of their own, signs in and opens the first of the list. */
async function deliver(watched, name, messages) {
  const { stage } = watched;
  await stage.imap('anna', `CREATE ${name}`, `SUBSCRIBE ${name}`);
  await stage.do('append-all', { as: 'anna', mailbox: name, messages });
  const page = await watched.context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(stage.url);
  await signIn(page, stage.person('anna'));
  await page.getByRole('treeitem', { name }).click();
  const grid = page.getByRole('grid', { name: 'Messages' });
  await expect(grid).toHaveAttribute('aria-rowcount', String(messages.length));
  await watched.look();
  await grid.getByRole('row').first().click();
  return page;
}

/** Goes through a list by its key, from the newest to the oldest, and asks `see` at each message. */
async function leaf(page, count, see) {
  let before = '';
  for (let at = 0; at < count; at += 1) {
    if (at > 0) await page.keyboard.press('j');
    before = await page.evaluate(shown, before);
    await see(count - 1 - at);
  }
}

/** Waits until a page that opened has arrived where it was sent; answers what it knows of where it comes from. */
async function arrival(opened) {
  await opened.waitForURL((url) => url.protocol !== 'about:');
  return opened.evaluate(() => `${window.opener ?? ''}${document.referrer}`);
}

/** Presses what can be pressed in the open body; answers what came of it that a link may not do. */
async function press(page, asked) {
  const context = page.context();
  const found = { pressed: 0, opened: 0, silent: [], wrong: [] };
  const count = await page.evaluate(pressable, PRESSED);
  const home = page.url();
  const bare = (url) => url.replace(/#.*/s, '');
  for (let at = 0; at < count; at += 1) {
    const { href, host, leads, point, focused } = await page.evaluate(aim, at);
    // A link to a person opens a draft in the page, one to a telephone another program: those are others' tests.
    if (/^(mailto|tel):/i.test(href) || (!point && !focused)) continue;
    // A press that a busy browser lost opens nothing: that is told, and no reason to wait for ever.
    const opening = leads ? context.waitForEvent('page', { timeout: 30_000 }).catch(() => undefined) : undefined;
    if (point) await page.mouse.click(point.x, point.y);
    else await page.keyboard.press('Enter');
    found.pressed += 1;
    const opened = await opening;
    if (opened) {
      found.opened += 1;
      const knows = await arrival(opened);
      if (knows) found.wrong.push(`${href} knows where it was opened: ${knows}`);
      if (new URL(opened.url()).host !== host) found.wrong.push(`${href} led to ${opened.url()}`);
    } else if (leads) {
      found.silent.push(href);
    } else {
      // Whatever else it might do it would have done by then.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    }
    for (const url of asked.splice(0)) if (bare(url) !== bare(href)) found.wrong.push(`${href} asked for ${url}`);
    const others = context.pages().filter((other) => other !== page);
    if (others.length !== (opened ? 1 : 0)) found.wrong.push(`${href || 'what leads nowhere'} opened ${others.length} pages`);
    for (const other of others) await other.close();
    if (page.url() !== home) found.wrong.push(`${href} led the page to ${page.url()}`);
  }
  return found;
}

test.describe('html', () => {
  test.skip(!all.length, 'html-attacks.json does not lie beside the repository: 999 payloads skipped');

  test('hostile mail does nothing, and leaves nothing behind that could', async ({ watched }) => {
    test.setTimeout(120_000);
    const messages = chunks(all, BATCH);
    const page = await deliver(watched, 'Together', messages.map(together));
    const wrong = [];
    await leaf(page, messages.length, async (at) => {
      const found = [...(await page.evaluate(strange)), ...(await page.evaluate(outside))];
      if (found.length) wrong.push({ payloads: `${messages[at][0].id} to ${messages[at].at(-1).id}`, found });
    });
    const seen = await watched.look();
    tally('sanitiser, sandbox and policy', all.length, seen);
    expect(wrong).toEqual([]);
    expect(seen).toMatchObject({ ...NOTHING, refused: [], handshakes: [] });
  });

  test('what is pressed in hostile mail opens its own address beside the page, or nothing', async ({ watched }) => {
    test.setTimeout(240_000);
    const asked = [];
    // Whoever is asked answers an empty page: what is loaded there is not the mail's.
    await watched.context.route(
      (url) => url.host !== watched.url.host && !ITS_OWN.test(url.hostname),
      (route) => {
        asked.push(route.request().url());
        return route.fulfill({ contentType: 'text/html', body: '' });
      },
    );
    const messages = chunks(all, BATCH);
    const page = await deliver(watched, 'Pressed', messages.map(together));
    const total = { pressed: 0, opened: 0, silent: [] };
    const wrong = [];
    await leaf(page, messages.length, async (at) => {
      const found = await press(page, asked);
      total.pressed += found.pressed;
      total.opened += found.opened;
      total.silent.push(...found.silent);
      if (found.wrong.length) wrong.push({ payloads: `${messages[at][0].id} to ${messages[at].at(-1).id}`, found: found.wrong });
    });
    const seen = await watched.look();
    const silent = total.silent.length ? `, nothing came of ${total.silent.join(' ')}` : '';
    console.log(`${total.pressed} pressed, ${total.opened} opened their own address beside the page${silent}`);
    tally('pressed', all.length, seen);
    expect(wrong).toEqual([]);
    expect(total.opened).toBeGreaterThan(20);
    const went = seen.went.filter((text) => !text.startsWith('a page: '));
    expect({ ...seen, went }).toMatchObject({ ...NOTHING, refused: [] });
  });

  test('hostile mail that nobody sanitised is held by sandbox and policy', async ({ watched }) => {
    test.setTimeout(240_000);
    watched.front.exchange = (path) => all[uid(path) - 1]?.html;
    const page = await deliver(watched, 'Alone', all.map(alone));
    await page.evaluate(shown, '');
    const wrong = [];
    for (const uids of chunks(all.map((_, at) => at + 1), FRAMES)) {
      const found = [...(await page.evaluate(beside, uids)), ...(await page.evaluate(outside))];
      if (found.length) wrong.push({ payloads: `${all[uids[0] - 1].id} to ${all[uids.at(-1) - 1].id}`, found });
    }
    const seen = await watched.look();
    tally('sandbox and policy', all.length, seen);
    expect(wrong).toEqual([]);
    expect(seen).toMatchObject(NOTHING);
    expect(seen.refused.length, 'what was refused shows that it was tried').toBeGreaterThan(0);
  });

  test('with neither, the same watch sees scripts, requests and navigations', async ({ watched }) => {
    test.setTimeout(120_000);
    const biting = all.filter(({ raw_chromium: raw }) => raw?.script || raw?.requests || raw?.navigated);
    const payloads = biting.filter(({ raw_chromium: raw }, at) => raw.navigated || at % 4 === 0);
    Object.assign(watched.front, { bare: true, exchange: (path) => payloads[uid(path) - 1]?.html });
    await watched.context.addInitScript(strip);
    const page = await deliver(watched, 'Control', payloads.map(alone));
    await page.evaluate(shown, '');
    for (const uids of chunks(payloads.map((_, at) => at + 1), FRAMES)) {
      // What a payload does to its page may end it: then there is nothing more to see.
      await page.evaluate(beside, uids).catch(() => undefined);
    }
    const seen = await watched.look();
    tally('neither', payloads.length, seen);
    expect(seen.ran.length).toBeGreaterThan(5);
    expect(seen.requests.length).toBeGreaterThan(5);
    expect(seen.went.length).toBeGreaterThan(0);
  });
});

test('what stands in headers is text and nothing else', async ({ watched }) => {
  test.skip(!spoofed.length, 'header-attacks.json does not lie beside the repository: 95 messages skipped');
  test.setTimeout(180_000);
  const page = await deliver(watched, 'Spoofed', spoofed.map(({ raw_b64: raw }) => raw));
  const region = page.getByRole('region', { name: 'Message', exact: true });
  const wrong = [];
  const high = new Set();
  await leaf(page, spoofed.length, async (at) => {
    for (const height of await page.evaluate(heights)) high.add(height);
    const { id, technique, must_hold: must } = spoofed[at];
    const found = await page.evaluate(unruly);
    // The bank's address is nobody's here: it shows only beside the one that is answered, or a warning.
    const text = await region.innerText();
    const named = must.includes('never shown as the sender address') && text.includes('ceo@bank.example');
    if (named && !/leak\.test|pretends to be|cannot exist/.test(text)) found.push(text.slice(0, 300));
    if (found.length) wrong.push({ vector: `${id} ${technique}`, found });
  });
  const seen = await watched.look();
  tally('headers', spoofed.length, seen);
  expect(wrong).toEqual([]);
  expect([...high], 'every row is as high as the others').toHaveLength(1);
  expect(seen).toMatchObject({ ...NOTHING, refused: [], handshakes: [] });
});

test('harmless mail keeps its words', async ({ watched }) => {
  test.skip(!meant.length, 'html-benign.json does not lie beside the repository: 10 payloads skipped');
  const page = await deliver(watched, 'Benign', [together(meant)]);
  await page.evaluate(shown, '');
  const lost = await page.evaluate(words, meant.map(({ html }) => html));
  expect(lost).toEqual([]);
});
