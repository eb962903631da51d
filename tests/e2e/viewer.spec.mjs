// Files looked at in the page: every kind, by hand and by keys, and never as part of the page itself.
import AxeBuilder from '@axe-core/playwright';
import { test, expect, openMessage, mailbox, row } from './play.mjs';
import { foreign, pdf } from './papers.mjs';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** A second of silence. */
function wave() {
  const samples = 8000;
  const bytes = Buffer.alloc(44 + samples, 128);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples, 40);
  return bytes.toString('base64');
}

const INNER = [
  'From: Zofia Maj <zofia@print.invalid>', 'To: Ben <ben@example.test>', 'Subject: The inner 信',
  'Date: Sun, 01 Nov 2026 09:00:00 +0000', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=i', '',
  '--i', 'Content-Type: text/html', '',
  '<p>Words of the inner letter</p><script>document.title = "ran"</script><img src="https://t.invalid/a.png" width=90 height=90>',
  '--i', 'Content-Type: text/plain', 'Content-Disposition: attachment; filename=inner.txt', '', 'deep down', '--i--',
].join('\r\n');

const EVENTS = ['one', 'two'].flatMap((uid) => [
  'BEGIN:VEVENT', `UID:${uid}@example.test`, 'DTSTART:20261201T090000Z', `SUMMARY:Meeting ${uid}`,
  'ORGANIZER;CN=Ben:mailto:ben@example.test', 'ATTENDEE;CN=Anna:mailto:anna@example.test', 'END:VEVENT',
]);
const CALENDAR = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REQUEST', ...EVENTS, 'END:VCALENDAR'].join('\r\n');
const PERSON = ['BEGIN:VCARD', 'VERSION:4.0', 'FN:Zofia Maj', 'EMAIL:zofia@print.invalid', 'END:VCARD'].join('\r\n');

const file = (type, name, content, encoding = '7bit') => [
  '--e', `Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`,
  `Content-Disposition: attachment; filename="${name}"`, '', content,
];

const letter = (subject, files) => [
  'From: Ben <ben@example.test>', 'To: Anna <anna@example.test>', `Subject: ${subject}`,
  'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=e', '',
  '--e', 'Content-Type: text/plain', '', 'See the files.', ...files.flat(), '--e--', '',
].join('\r\n');

const FILES = letter('Every kind', [
  file('image/png', 'dot.png', PIXEL, 'base64'),
  file('text/plain; charset=gb18030', 'note.txt', '1eLKx9bQzsQ=', 'base64'),
  file('audio/wav', 'quiet.wav', wave(), 'base64'),
  file('video/mp4', 'torn.mp4', 'bm8gZmlsbQ==', 'base64'),
  file('message/rfc822', 'inner.eml', INNER),
  file('text/html', 'page.html', '<h1 onclick="x()">A page</h1><script>parent.document.title = "ran"</script>'),
  file('text/vcard; charset=utf-8', 'zofia.vcf', PERSON),
  file('application/zip', 'all.zip', 'UEsDBA==', 'base64'),
  file('application/octet-stream', 'invoice.pdf.exe', 'TVo=', 'base64'),
]);

const viewer = (page, name) => page.getByRole('dialog', { name, exact: true });

async function opened(stage, visit, message, subject, options) {
  const world = await stage('mailhost');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message });
  const page = await visit(world, 'anna', options);
  const region = await openMessage(page, subject);
  return { world, page, files: region.getByRole('list', { name: 'Attachments' }) };
}

async function violations(page, within) {
  const found = await new AxeBuilder({ page }).include(within).exclude('iframe').analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

test('every kind of file is looked at in the page', async ({ stage, visit }) => {
  const { page, files } = await opened(stage, visit, FILES, 'Every kind');
  const show = async (name) => {
    const button = files.getByRole('button', { name: new RegExp(`^Open ${name}`) });
    await button.click();
    await expect(viewer(page, name)).toBeVisible();
    return { dialog: viewer(page, name), button };
  };
  const close = async ({ dialog, button }) => {
    expect(await violations(page, 'dialog[open]')).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  };

  const picture = await show('dot.png');
  await expect(picture.dialog.getByRole('img', { name: 'dot.png' })).toBeVisible();
  const width = () => picture.dialog.getByRole('img').evaluate((img) => img.clientWidth);
  const before = await width();
  for (let press = 0; press < 5; press += 1) await picture.dialog.getByRole('button', { name: 'Zoom in' }).click();
  expect(await width()).toBeGreaterThan(before);
  await picture.dialog.getByRole('button', { name: 'Fit' }).click();
  expect(await width()).toBe(before);
  await close(picture);

  const note = await show('note.txt');
  await expect(note.dialog.getByText('这是中文')).toBeVisible();
  await close(note);

  const sound = await show('quiet.wav');
  const audio = sound.dialog.locator('audio');
  await expect.poll(() => audio.evaluate((it) => it.duration)).toBeCloseTo(1);
  await close(sound);

  const film = await show('torn.mp4');
  await expect(film.dialog.getByText(/^This file is damaged/)).toBeVisible();
  await close(film);

  const inner = await show('inner.eml');
  await expect(inner.dialog.getByRole('heading', { name: 'The inner 信' })).toBeVisible();
  await expect(inner.dialog.getByText('Zofia Maj <zofia@print.invalid>')).toBeVisible();
  await expect(inner.dialog.getByText('1 remote image is not shown here.')).toBeVisible();
  const frame = inner.dialog.frameLocator('iframe[title="Contents of inner.eml"]');
  await expect(frame.getByText('Words of the inner letter')).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    inner.dialog.getByRole('list', { name: 'Attachments' }).getByRole('link', { name: /^Download inner\.txt/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('inner.txt');
  await close(inner);

  const web = await show('page.html');
  await expect(web.dialog.frameLocator('iframe').getByRole('heading', { name: 'A page' })).toBeVisible();
  expect(await page.title()).not.toBe('ran');
  await close(web);

  const person = await show('zofia.vcf');
  await expect(person.dialog.getByRole('group', { name: 'Zofia Maj' })).toBeVisible();
  await close(person);

  const archive = await show('all.zip');
  await expect(archive.dialog.getByText(/^This kind of file is not shown here/)).toBeVisible();
  await expect(archive.dialog.getByRole('link', { name: /^Download all\.zip/ })).toBeVisible();
  await close(archive);
});

test('keys lead from file to file, and what is dangerous is said at the file', async ({ stage, visit }) => {
  const { page, files } = await opened(stage, visit, FILES, 'Every kind');
  const danger = files.getByRole('listitem').filter({ hasText: 'invoice.pdf.exe' });
  await expect(danger.getByText('A program that looks like a document.')).toBeVisible();
  expect(await violations(page, '.message-view-attached')).toEqual([]);
  await files.getByRole('button', { name: /^Open dot\.png/ }).press('Enter');
  await expect(viewer(page, 'dot.png').getByText('1 of 9')).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(viewer(page, 'dot.png')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(viewer(page, 'note.txt').getByText('2 of 9')).toBeVisible();
  const next = page.getByRole('button', { name: 'Next file' });
  for (let press = 0; press < 7; press += 1) await next.click();
  const last = viewer(page, 'invoice.pdf.exe');
  await expect(last.getByText(/is a program that looks like a document/)).toBeVisible();
  await expect(next).toBeDisabled();
  await page.keyboard.press('ArrowLeft');
  await expect(viewer(page, 'all.zip')).toBeVisible();
  // A key of the page's does nothing below.
  await page.keyboard.press('j');
  await expect(viewer(page, 'all.zip')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('one file is passed on alone', async ({ stage, visit }) => {
  const { world, page, files } = await opened(stage, visit, FILES, 'Every kind');
  const ben = await visit(world, 'ben');
  await files.getByRole('button', { name: /^Open note\.txt/ }).click();
  await viewer(page, 'note.txt').getByRole('button', { name: 'Forward' }).click();
  await expect(viewer(page, 'note.txt')).toBeHidden();
  const draft = page.getByRole('dialog', { name: /^Forward/ });
  await expect(draft.getByText('note.txt', { exact: true })).toBeVisible();
  await draft.getByRole('combobox', { name: 'To' }).fill('ben@example.test');
  await draft.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(row(ben, 'Fwd: note.txt')).toBeVisible({ timeout: 30_000 });
  const message = await openMessage(ben, 'Fwd: note.txt');
  await expect(message.getByRole('list', { name: 'Attachments' }).getByRole('listitem')).toHaveCount(1);
});

test('a document is drawn page by page in a frame that reaches nobody', async ({ stage, visit }) => {
  const DOCUMENT = letter('A document', [
    file('application/pdf', 'sheets.pdf', pdf(12), 'base64'),
    file('application/pdf', 'torn.pdf', 'bm8gcGRm', 'base64'),
  ]);
  const { page, files } = await opened(stage, visit, DOCUMENT, 'A document');
  await files.getByRole('button', { name: /^Open sheets\.pdf/ }).click();
  const dialog = viewer(page, 'sheets.pdf');
  await expect(dialog.getByText('Page 1 of 12')).toBeVisible({ timeout: 20_000 });
  const frame = dialog.frameLocator('iframe');
  await expect(frame.getByText('Sheet number 1', { exact: true })).toBeAttached();
  expect(await dialog.locator('iframe').getAttribute('sandbox')).toBe('allow-scripts');
  const drawn = await frame.locator('canvas').first().evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, at) => at % 4 === 0 && value < 100);
  });
  expect(drawn, 'there is ink on the first page').toBe(true);
  await dialog.getByRole('button', { name: 'Next page' }).click();
  await expect(dialog.getByText('Page 2 of 12')).toBeVisible();
  const width = () => frame.locator('.page').first().evaluate((it) => it.clientWidth);
  const before = await width();
  await dialog.getByRole('button', { name: 'Zoom out' }).click();
  await expect.poll(width).toBeLessThan(before);
  expect(await frame.locator('canvas').count()).toBeLessThan(12);
  expect(await violations(page, 'dialog[open]')).toEqual([]);
  await page.getByRole('button', { name: 'Next file' }).click();
  await expect(viewer(page, 'torn.pdf').getByText(/^This file is damaged/)).toBeVisible({ timeout: 20_000 });
});

test('a document that brings no type for its words, and pictures of rare kinds, is drawn', async ({ stage, visit }) => {
  const FOREIGN = letter('Papers', [file('application/pdf', 'papers.pdf', foreign(), 'base64')]);
  const { page, files } = await opened(stage, visit, FOREIGN, 'Papers');
  await files.getByRole('button', { name: /^Open papers\.pdf/ }).click();
  const dialog = viewer(page, 'papers.pdf');
  await expect(dialog.getByText('Page 1 of 1')).toBeVisible({ timeout: 20_000 });
  const frame = dialog.frameLocator('iframe');
  for (const words of ['你好，世界', '简体中文', '繁體中文', '日本語テキスト', '한국어 문장', 'αβγ']) {
    await expect(frame.getByText(words), words).toBeAttached({ timeout: 20_000 });
  }
  // The signs, the upper and the lower end of one picture, and the other.
  const ink = (x, y, width) =>
    frame.locator('canvas').first().evaluate((canvas, [x, y, width]) => {
      const { data } = canvas.getContext('2d').getImageData(canvas.width * x, canvas.height * y, canvas.width * width, 4);
      const darkest = Math.min(...data.filter((_, at) => at % 4 !== 3));
      return { darkest, red: data[0] > 128, blue: data[2] > 128 };
    }, [x, y, width]);
  await expect.poll(async () => (await ink(0.1, 0.46, 0.1)).darkest).toBeLessThan(90);
  await expect.poll(() => ink(0.2, 0.78, 0.01)).toMatchObject({ red: true, blue: false });
  await expect.poll(() => ink(0.2, 0.9, 0.01)).toMatchObject({ red: false, blue: true });
  await expect.poll(() => ink(0.53, 0.84, 0.01)).toMatchObject({ darkest: 0, red: false, blue: false });
});

test('a calendar is its card, and each of its events is answered', async ({ stage, visit }) => {
  const message = [
    'From: Ben <ben@example.test>', 'To: Anna <anna@example.test>', 'Subject: Two meetings', 'MIME-Version: 1.0',
    'Content-Type: text/calendar; method=REQUEST; charset=utf-8', '', CALENDAR, '',
  ].join('\r\n');
  const { world, page, files } = await opened(stage, visit, message, 'Two meetings');
  const ben = await visit(world, 'ben');
  const region = page.getByRole('region', { name: 'Message', exact: true });
  await expect(region.getByText('This holds 2 events. Each is answered on its own.')).toBeVisible();
  await expect(region.frameLocator('iframe[title="Message body"]').getByText('BEGIN:VCALENDAR')).toHaveCount(0);
  await expect(files.getByRole('button', { name: /^Open event\.ics/ })).toBeVisible();
  const second = region.getByRole('group', { name: 'Meeting two' });
  await second.getByRole('button', { name: 'Accept' }).click();
  await expect(second.getByText('You accepted.')).toBeVisible();
  await expect(region.getByRole('group', { name: 'Meeting one' }).getByText('You accepted.')).toHaveCount(0);
  await expect(row(ben, 'Accepted: Meeting two')).toBeVisible({ timeout: 30_000 });
});

test('one message is printed whole and alone, on light paper', async ({ stage, visit }) => {
  const { page } = await opened(stage, visit, FILES, 'Every kind', { colorScheme: 'dark' });
  await page.evaluate(() => { window.print = () => { document.title = 'printed'; }; });
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Print' }).click();
  await expect(page).toHaveTitle('printed');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('grid', { name: 'Messages' })).toBeHidden();
  const paper = page.locator('.print');
  await expect(paper.getByText('Every kind')).toBeVisible();
  await expect(paper.getByText('Anna <anna@example.test>')).toBeVisible();
  const frame = paper.locator('iframe');
  expect(await frame.evaluate((it) => it.contentDocument.documentElement.scrollHeight <= it.clientHeight)).toBe(true);
  const ink = await frame.evaluate((it) => it.contentWindow.getComputedStyle(it.contentDocument.body).color);
  expect(ink).toBe('rgb(19, 30, 34)');
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await expect(paper).toHaveCount(0);
});

test('a long message is printed to its end', async ({ stage, visit }) => {
  const lines = Array.from({ length: 130 }, (_, line) => `Line ${line}`);
  const long = ['From: ben@example.test', 'Subject: Long', '', ...lines, ''].join('\r\n');
  const { page } = await opened(stage, visit, long, 'Long');
  await page.evaluate(() => { window.print = () => { document.title = 'printed'; }; });
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Print' }).click();
  await expect(page).toHaveTitle('printed');
  const paper = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(Number(/\/Count (\d+)/.exec(paper)[1])).toBeGreaterThan(2);
});

test('whose images are always shown is listed, and taken back', async ({ stage, visit }) => {
  const news = [
    'Authentication-Results: mx.example.test; dmarc=pass header.from=shop.example', 'From: News <news@shop.example>',
    'To: Anna <anna@example.test>', 'Subject: Sale', 'MIME-Version: 1.0', 'Content-Type: text/html', '',
    '<p>Sale</p><img src="http://192.168.7.7/sale.png" alt="The sale">', '',
  ].join('\r\n');
  const { page } = await opened(stage, visit, news, 'Sale');
  await page.getByRole('button', { name: 'Always from news@shop.example' }).click();
  await expect(page.getByRole('button', { name: 'Show remote images' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'Security' }).click();
  const list = page.getByRole('list', { name: 'Remote images' });
  await expect(list.getByText('news@shop.example', { exact: true })).toBeVisible();
  await list.getByRole('button', { name: 'Remove news@shop.example' }).click();
  await expect(page.getByText('Shown only when you ask for them.')).toBeVisible();
});

test('a sender who is new is said to be so, and no longer once there was an answer', async ({ stage, visit }) => {
  const from = (name, subject) => [
    `From: ${name} <${name}@elsewhere.invalid>`, 'To: Anna <anna@example.test>', `Subject: ${subject}`, '', 'Hello', '',
  ].join('\r\n');
  const world = await stage('mailhost');
  for (const [name, subject] of [['stranger', 'First'], ['friend', 'Again'], ['friend', 'And again']]) {
    await world.do('append', { as: 'anna', mailbox: 'INBOX', message: from(name, subject) });
  }
  const page = await visit(world, 'anna');
  const said = page.getByText('You have not written with this address before.');
  // It is said once every mailbox has been looked through.
  await expect(async () => {
    await page.reload();
    await openMessage(page, 'First');
    await expect(said).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await openMessage(page, 'And again');
  await expect(said).toHaveCount(0);
  await expect(mailbox(page, 'Inbox')).toBeVisible();
});
