// Looks at mail as Chromium shows it unchanged and as it is shown here, and says how much differs.
//
// Both in the same viewport, without scripts, light; no request leaves: every picture is the same one, of
// the same size, everything else is refused. A pixel differs where none within one pixel of it in the
// other picture has its colour. For each file NAME.png shows both and, in red, what differs.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import config from '../../e2e/playwright.config.mjs';

const folder = process.argv[2];
/** Low, for a frame is as high as the mail in it. */
const VIEWPORT = { width: 800, height: 300 };
/** Below this share nobody sees anything; above the second it is another look. */
const [NONE, SLIGHT] = [0.001, 0.01];
/** Taller pages are compared down to here. */
const HEIGHT = 6000;
const policy = readFileSync(`${folder}/policy`, 'utf8');

/** What stands for every remote picture: stripes, so that another size shows. */
function picture() {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [300, 150];
  const paint = canvas.getContext('2d');
  for (let x = 0; x < 300; x += 30) {
    paint.fillStyle = x % 60 ? '#8fa8b8' : '#b8c8d0';
    paint.fillRect(x, 0, 30, 150);
  }
  return canvas.toDataURL('image/png').split(',')[1];
}

async function start(browser, standIn) {
  const context = await browser.newContext({ viewport: VIEWPORT, javaScriptEnabled: false, colorScheme: 'light' });
  await context.route('**', (route) => {
    const request = route.request();
    const url = new URL(request.url());
    if (url.hostname === 'mail.test' && request.isNavigationRequest() && !request.frame().parentFrame()) {
      const body = readFileSync(`${folder}${decodeURIComponent(url.pathname)}`);
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      if (url.pathname.endsWith('.shown.html')) headers['content-security-policy'] = policy;
      return route.fulfill({ body, headers });
    }
    const image = request.resourceType() === 'image';
    return image ? route.fulfill({ body: standIn, contentType: 'image/png' }) : route.abort();
  });
  return context.newPage();
}

async function look(page, file) {
  await page.goto(`https://mail.test/${encodeURIComponent(file)}`);
  const height = await page.evaluate(() => Math.max(document.documentElement.scrollHeight, document.body.scrollHeight));
  const clip = { x: 0, y: 0, width: VIEWPORT.width, height: Math.min(height, HEIGHT) };
  return (await page.screenshot({ fullPage: true, clip, animations: 'disabled' })).toString('base64');
}

/** Runs in a page of its own: the share of pixels that differ, and both pictures beside each other. */
async function weigh([raw, shown]) {
  const read = async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    return image;
  };
  const images = [await read(raw), await read(shown)];
  const width = images[0].width;
  const height = Math.max(images[0].height, images[1].height);
  const data = images.map((image) => {
    const canvas = new OffscreenCanvas(width, height);
    const paint = canvas.getContext('2d', { willReadFrequently: true });
    paint.fillStyle = '#fff';
    paint.fillRect(0, 0, width, height);
    paint.drawImage(image, 0, 0);
    return paint.getImageData(0, 0, width, height).data;
  });
  const near = (a, at, b, to) =>
    Math.abs(a[at] - b[to]) < 32 && Math.abs(a[at + 1] - b[to + 1]) < 32 && Math.abs(a[at + 2] - b[to + 2]) < 32;
  const found = (a, b, x, y) => {
    const at = (y * width + x) * 4;
    if (near(a, at, b, at)) return true;
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const [nx, ny] = [x + dx, y + dy];
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
        if (near(a, at, b, (ny * width + nx) * 4)) return true;
      }
    }
    return false;
  };
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * 3 + 20, height];
  const paint = canvas.getContext('2d');
  paint.fillStyle = '#444';
  paint.fillRect(0, 0, canvas.width, height);
  paint.drawImage(images[0], 0, 0);
  paint.drawImage(images[1], width + 10, 0);
  const marks = paint.createImageData(width, height);
  let count = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const differs = !found(data[0], data[1], x, y) || !found(data[1], data[0], x, y);
      count += differs;
      const at = (y * width + x) * 4;
      const grey = 200 + (data[0][at] + data[0][at + 1] + data[0][at + 2]) / 14;
      marks.data.set(differs ? [220, 0, 0, 255] : [grey, grey, grey, 255], at);
    }
  }
  paint.putImageData(marks, width * 2 + 20, 0);
  return { share: count / (width * height), png: canvas.toDataURL('image/png').split(',')[1] };
}

const browser = await chromium.launch(config.use.launchOptions);
const own = await browser.newPage();
const page = await start(browser, Buffer.from(await own.evaluate(picture), 'base64'));
const names = readdirSync(folder).filter((file) => file.endsWith('.raw.html')).map((file) => file.slice(0, -9));
const rows = [];
for (const name of names) {
  const pair = [await look(page, `${name}.raw.html`), await look(page, `${name}.shown.html`)];
  const { share, png } = await own.evaluate(weigh, pair);
  writeFileSync(`${folder}/${name}.png`, Buffer.from(png, 'base64'));
  rows.push({ name, share });
}
await browser.close();

rows.sort((one, other) => other.share - one.share || one.name.localeCompare(other.name));
const verdict = (share) => (share < NONE ? 'same' : share < SLIGHT ? 'slight' : 'differs');
for (const { name, share } of rows) console.log(`${(share * 100).toFixed(2).padStart(6)} %  ${verdict(share).padEnd(7)}  ${name}`);
const below = (limit) => rows.filter(({ share }) => share < limit).length;
console.log(`${rows.length} files: ${below(NONE)} differ in less than 0.1 % of pixels, ${below(SLIGHT)} in less than 1 %`);
