// Files on their way: chosen, dropped, pasted; cut off and gone on with; and sending, now or later.
import { createHash } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import { test, expect, row, mailbox, notifications } from './play.mjs';

const MIB = 1 << 20;

/** Bytes that no compression shortens and no two of which stand in the same order twice. */
function noise(size) {
  const bytes = Buffer.alloc(size);
  let state = 2463534242;
  for (let at = 0; at < size; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 255;
  }
  return bytes;
}

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function begin(page, subject) {
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  await composer.getByRole('combobox', { name: 'To' }).fill('ben@example.test');
  await composer.getByRole('combobox', { name: 'To' }).press('Enter');
  await composer.getByRole('textbox', { name: 'Subject' }).fill(subject);
  return composer;
}

async function choose(page, composer, files, button = 'Attach files') {
  const asked = page.waitForEvent('filechooser');
  await composer.getByRole('button', { name: button }).click();
  await (await asked).setFiles(files);
}

const send = (composer) => composer.getByRole('button', { name: 'Send', exact: true }).click();
const bars = (composer) => composer.getByRole('progressbar');

/** Downloads a file of the opened message and says what its bytes are. */
async function received(page, name) {
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: `Download ${name}` }).first().click();
  const chunks = [];
  for await (const chunk of await (await saved).createReadStream()) chunks.push(chunk);
  return digest(Buffer.concat(chunks));
}

test('an upload that is cut off at half goes on where it stands, also after a reload, and arrives whole', async ({ stage, visit }) => {
  test.slow();
  const world = await stage('mailhost');
  const [anna, ben] = [await visit(world, 'anna'), await visit(world, 'ben')];
  const bytes = noise(25 * MIB);
  const composer = await begin(anna, 'Half way');
  const offsets = [];
  let cut = true;
  await anna.route('**/api/upload/**', (route) => {
    const request = route.request();
    const offset = Number(new URL(request.url()).searchParams.get('offset'));
    if (request.method() === 'PUT') {
      if (cut && offset >= 12 * MIB) return route.abort('connectionreset');
      offsets.push(offset);
    }
    return route.continue();
  });
  await choose(anna, composer, { name: 'noise.bin', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(composer.getByRole('progressbar', { name: 'Uploading noise.bin' })).toBeVisible();
  await expect(composer.getByText('The network is away. It goes on by itself.')).toBeVisible({ timeout: 60_000 });
  // Nothing is sent without its files.
  await send(composer);
  await expect(composer.getByText('It is sent as soon as its files are uploaded.')).toBeVisible();
  await composer.getByRole('button', { name: 'Do not send yet' }).click();
  // The draft is kept after a pause in typing.
  await anna.waitForTimeout(1200);
  anna.on('dialog', (dialog) => dialog.accept());
  await anna.reload();
  cut = false;
  const again = anna.getByRole('dialog', { name: /^New message: Half way/ });
  await expect(again.getByText('noise.bin')).toBeVisible();
  await expect(bars(again)).toHaveCount(0, { timeout: 60_000 });
  expect(offsets.filter((offset) => offset === 0)).toHaveLength(1);
  await send(again);
  await expect(notifications(anna).getByText('Message sent')).toBeVisible({ timeout: 60_000 });
  await row(ben, 'Half way').click();
  expect(await received(ben, 'noise.bin')).toBe(digest(bytes));
});

test('empty files, equal names, names in every script; each can be taken out again', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const [anna, ben] = [await visit(world, 'anna'), await visit(world, 'ben')];
  const composer = await begin(anna, 'Odd files');
  const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await choose(anna, composer, [
    file('empty.txt', ''), file('报告 (最终).txt', '一'), file('żółć.txt', 'ż'), file('تقرير.txt', 'ت'), file('out.txt', 'no'),
  ]);
  await choose(anna, composer, [file('żółć.txt', 'another')]);
  await expect(composer.getByRole('list', { name: 'Attachments' }).getByRole('listitem')).toHaveCount(6);
  await composer.getByRole('button', { name: 'Remove out.txt' }).click();
  await expect(bars(composer)).toHaveCount(0);
  const found = await new AxeBuilder({ page: anna }).exclude('iframe').analyze();
  expect(found.violations.filter(({ impact }) => impact !== 'minor').map(({ id }) => id)).toEqual([]);
  await send(composer);
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
  await row(ben, 'Odd files').click();
  for (const name of ['empty.txt', '报告 (最终).txt', 'żółć.txt', 'تقرير.txt']) {
    await expect(ben.getByRole('link', { name: `Download ${name}` }).first()).toBeVisible();
  }
  expect(await received(ben, 'empty.txt')).toBe(digest(Buffer.alloc(0)));
  expect(await received(ben, '报告 (最终).txt')).toBe(digest(Buffer.from('一')));
  await expect(ben.getByRole('link', { name: /out\.txt/ })).toHaveCount(0);
});

test('files are dropped and pasted; what is too large is named with figures before it is uploaded', async ({ stage, visit }) => {
  const world = await stage('mailhost', '--config', '[limits]', '--config', 'message_mb = 2', '--config', 'undo_seconds = 0');
  const page = await visit(world, 'anna');
  const composer = await begin(page, 'Dropped');
  const carry = (kind, name, size) =>
    composer.getByRole('textbox', { name: 'Subject' }).evaluate((field, [kind, name, size]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(size)], name));
      const init = { bubbles: true, cancelable: true };
      field.dispatchEvent(kind === 'drop'
        ? new DragEvent('drop', { ...init, dataTransfer: data })
        : new ClipboardEvent('paste', { ...init, clipboardData: data }));
    }, [kind, name, size]);
  await carry('drop', 'dropped.bin', 10);
  await carry('paste', 'pasted.png', 10);
  const files = composer.getByRole('list', { name: 'Attachments' }).getByRole('listitem');
  await expect(files).toHaveCount(2);
  await carry('drop', 'huge.bin', 2 * MIB);
  await expect(notifications(page).getByText(/^huge\.bin was not attached: it has 2\.1 MB, .* 2\.1 MB/)).toBeVisible();
  await expect(files).toHaveCount(2);
});

test('a file that the bridge does not take ends clearly, and the message is not sent without it', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  await page.route('**/api/upload', (route) => route.fulfill({ status: 429, json: { code: 'Limit', text: '', retry_after: 0, position: null } }));
  const composer = await begin(page, 'Refused');
  await choose(page, composer, { name: 'a.bin', mimeType: '', buffer: noise(100) });
  await expect(composer.getByText(/^Not uploaded: it is larger/)).toBeVisible();
  await send(composer);
  await expect(composer.getByRole('alert').filter({ hasText: 'a.bin is not uploaded.' })).toBeVisible();
  await composer.getByRole('button', { name: 'Remove a.bin' }).click();
  await send(composer);
  await expect(notifications(page).getByText('Message sent')).toBeVisible();
});

test('a message is scheduled in the zone of the user, said so, written on, and taken out', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  const composer = await begin(page, 'Not today');
  await composer.getByRole('button', { name: 'Schedule send' }).click();
  const dialog = page.getByRole('dialog', { name: 'Schedule send' });
  await expect(dialog.getByText('In the time of Europe/Warsaw.')).toBeVisible();
  await expect(dialog.getByText(/Postern keeps your password, sealed/)).toBeVisible();
  const found = await new AxeBuilder({ page }).exclude('iframe').analyze();
  expect(found.violations.filter(({ impact }) => impact !== 'minor').map(({ id }) => id)).toEqual([]);
  await dialog.getByLabel('Date').fill('2020-01-01');
  await dialog.getByLabel('Time').fill('08:00');
  await expect(dialog.getByText('This time has passed.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Schedule', exact: true })).toBeDisabled();
  // In this night clocks go from two to three.
  await dialog.getByLabel('Date').fill('2031-03-30');
  await dialog.getByLabel('Time').fill('02:30');
  await expect(dialog.getByText('Goes out March 30, 2031 at 3:30 AM')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(composer).toBeVisible();
  await composer.getByRole('button', { name: 'Schedule send' }).click();
  await dialog.getByRole('button', { name: /^Tomorrow morning/ }).click();
  await expect(notifications(page).getByText('Goes out tomorrow at 8:00 AM')).toBeVisible();
  await mailbox(page, 'Outbox, 1 message').click();
  const one = page.getByRole('list', { name: 'Outbox' }).getByRole('listitem', { name: 'Not today' });
  await expect(one.getByText('Goes out tomorrow at 8:00 AM')).toBeVisible();
  await page.reload();
  await one.getByRole('button', { name: 'Edit' }).click();
  await expect(page.getByRole('dialog', { name: /^New message: Not today/ })).toBeVisible();
  await expect(mailbox(page, 'Outbox')).toHaveCount(0);
});

test('a file that did not come through is named on another device, which is asked for it and goes on', async ({ stage, visit }) => {
  test.slow();
  const world = await stage('mailhost');
  const [desk, phone, ben] = [await visit(world, 'anna'), await visit(world, 'anna'), await visit(world, 'ben')];
  const bytes = noise(3 * MIB);
  const composer = await begin(desk, 'From one to the other');
  await desk.route('**/api/upload/*?offset=*', (route) =>
    Number(new URL(route.request().url()).searchParams.get('offset')) ? route.abort('connectionreset') : route.continue());
  await choose(desk, composer, { name: '报告.bin', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(composer.getByText('Saved without the files that are not uploaded')).toBeVisible({ timeout: 30_000 });
  await mailbox(phone, /^Drafts/).click();
  await row(phone, 'From one to the other').click();
  const there = phone.getByRole('dialog', { name: /^New message: From one/ });
  await expect(there.getByText('报告.bin')).toBeVisible();
  await send(there);
  await expect(there.getByRole('alert').filter({ hasText: '报告.bin is not uploaded.' })).toBeVisible();
  await choose(phone, there, { name: 'other.bin', mimeType: '', buffer: noise(99) }, 'Choose again');
  await expect(notifications(phone).getByText(/other/)).toBeVisible();
  await choose(phone, there, { name: '报告.bin', mimeType: 'application/octet-stream', buffer: bytes }, 'Choose again');
  await expect(bars(there)).toHaveCount(0, { timeout: 30_000 });
  await expect(there.getByText('Saved', { exact: true })).toBeVisible({ timeout: 30_000 });
  await send(there);
  await expect(notifications(phone).getByText('Message sent')).toBeVisible();
  await row(ben, 'From one to the other').click();
  expect(await received(ben, '报告.bin')).toBe(digest(bytes));
});
