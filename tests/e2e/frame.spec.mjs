// The frame of a mail as a boundary: what spreads itself stays inside, what it says of links stays in
// sight, and links within a mail lead to their place without leaving.
import { test, expect, openMessage, body } from './play.mjs';
import { outside } from './attacks.page.mjs';

const letter = (subject, html) => [
  'From: Eve <eve@leak.test>', 'To: Anna <anna@example.test>', 'Date: Mon, 02 Nov 2026 10:00:00 +0000',
  `Subject: ${subject}`, 'MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8', '', html, '',
].join('\r\n');

/** Everything that leaves its place, and what would make a frame grow that is as high as the mail in it. */
const SPREADING = {
  Below: 'position:absolute;top:100%;height:40px',
  Beneath: 'position:absolute;bottom:-60px;height:40px',
  Taller: 'position:absolute;top:0;height:150%',
  Around: 'position:absolute;inset:-200px;z-index:2147483647',
  Above: 'margin:-4000px 0 0 -4000px;width:9000px;height:9000px;position:relative;z-index:2147483647',
  Turned: 'transform:translate(-500px,-500px) scale(40) rotate(9deg);transform-origin:0 0',
  Fixed: 'position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:2147483647',
  Sticky: 'position:sticky;top:0;height:200vh',
  Zoomed: 'zoom:50;width:100%',
  Backed: 'position:absolute;inset:0;backdrop-filter:blur(9px);mix-blend-mode:difference',
};

async function holding(stage, letters) {
  const world = await stage('mailhost');
  for (const [subject, html] of Object.entries(letters)) {
    await world.do('append', { as: 'anna', mailbox: 'INBOX', message: letter(subject, html) });
  }
  return world;
}

/** How high the frame is while so many frames are drawn: the first, and the last. */
const heights = (page, count) =>
  page.evaluate(async (count) => {
    const high = () => document.querySelector('iframe[title="Message body"]').getBoundingClientRect().height;
    const first = high();
    for (let at = 0; at < count; at += 1) await new Promise(requestAnimationFrame);
    return [first, high()];
  }, count);

test('mail that spreads itself keeps to its frame, which comes to rest', async ({ stage, visit }) => {
  const spread = ([subject, style]) => [subject, `<style>.x{background:red}</style><p>Words<div class=x style="${style}">Session expired</div>`];
  const world = await holding(stage, Object.fromEntries(Object.entries(SPREADING).map(spread)));
  const page = await visit(world, 'anna');
  const wrong = [];
  for (const subject of Object.keys(SPREADING)) {
    await openMessage(page, subject);
    await expect(body(page).getByText('Words')).toHaveCount(1);
    await heights(page, 10);
    const [before, after] = await heights(page, 40);
    if (after !== before) wrong.push(`${subject}: the frame grew from ${before} to ${after}`);
    for (const found of await page.evaluate(outside)) wrong.push(`${subject}: ${found}`);
  }
  expect(wrong).toEqual([]);
});

test('no look of a mail hides where a link leads', async ({ stage, visit }) => {
  const link = (style, around = '', behind = '') =>
    `<div style="${around}"><a href="https://evil.test/x" style="${style}">https://bank.example/</a>${behind}</div>`;
  const cover = '<div style="position:absolute;top:0;left:0;width:600px;height:80px;background:#fff;z-index:99999">https://bank.example/</div>';
  const letters = {
    Cut: link('display:inline-block;overflow:hidden;width:140px;height:1.2em;white-space:nowrap'),
    Clipped: link('clip-path:inset(0 60% 0 0);opacity:0.01;display:inline-block'),
    Shrunk: link('display:inline-block;transform:scale(0.01);zoom:0.01'),
    Unseen: '<style>a::after{display:none!important;content:none!important}</style>' + link('visibility:hidden;filter:opacity(0)'),
    Covered: '<p style="height:200px">x</p>' + link('', 'position:absolute;top:0;left:0', cover),
    Pulled: link('position:absolute;z-index:-1') + '<div style="margin-top:-40px;background:#fff;height:90px">x</div>',
  };
  const world = await holding(stage, letters);
  const page = await visit(world, 'anna');
  const wrong = [];
  for (const subject of Object.keys(letters)) {
    await openMessage(page, subject);
    const anchor = body(page).locator('a[data-host]');
    await expect(anchor).toHaveCount(1);
    const seen = await anchor.evaluate((a) => {
      const style = getComputedStyle(a, '::after');
      const box = [...a.getClientRects()].at(-1);
      const under = a.ownerDocument.elementFromPoint(box.right - 12, box.top + box.height / 2);
      const own = getComputedStyle(a);
      return {
        says: style.content, shown: style.display, seen: style.visibility, wide: box.width > 60,
        opaque: own.opacity === '1' && own.clipPath === 'none' && own.transform === 'none' && own.overflow === 'visible',
        over: a === under,
      };
    });
    const expected = { says: '"evil.test"', shown: 'inline-block', seen: 'visible', wide: true, opaque: true, over: true };
    if (JSON.stringify(seen) !== JSON.stringify(expected)) wrong.push(JSON.stringify([subject, seen]));
    await expect(page.getByText('It leads to evil.test.')).toBeVisible();
  }
  expect(wrong).toEqual([]);
});

test('a link within a mail scrolls to its place, and leads nobody anywhere else', async ({ stage, visit }) => {
  const far = '<p style="height:3000px">between</p>';
  const html = `<p><a href="#end">To the end</a> <a href="#">Nowhere</a> <a href="#none">Nothing</a></p>${far}` +
    `<h2><a name="end">The end</a></h2><p><a href="#top">Up</a></p><p style="height:2000px">rest</p>`;
  const world = await holding(stage, { Chapters: `<p id=top>Begin</p>${html}` });
  const page = await visit(world, 'anna');
  const opened = [];
  page.context().on('page', (other) => opened.push(other.url()));
  await openMessage(page, 'Chapters');
  const home = page.url();
  const end = body(page).getByText('The end', { exact: true });
  await expect(end).not.toBeInViewport();
  await body(page).getByRole('link', { name: 'To the end' }).click();
  await expect(end).toBeInViewport();
  await body(page).getByRole('link', { name: 'Up' }).click();
  await expect(body(page).getByText('Begin')).toBeInViewport();
  await body(page).getByRole('link', { name: 'Nowhere' }).click();
  await body(page).getByRole('link', { name: 'Nothing' }).click();
  await expect(body(page).getByText('Begin')).toBeInViewport();
  expect(page.url()).toBe(home);
  expect(opened).toEqual([]);
  // What it says of itself is what it said: the mail is still there.
  await expect(body(page).getByText('between')).toHaveCount(1);
});
