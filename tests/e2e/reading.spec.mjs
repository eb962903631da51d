// The reading pane: what is said of a message beside its text, and how it can be seen otherwise.
import AxeBuilder from '@axe-core/playwright';
import { test, expect, row, openMessage, body } from './play.mjs';

const CONFIRMED = 'Authentication-Results: mx.example.test; dmarc=pass header.from=shop.example';
const FORGED = 'Authentication-Results: mx.example.test; dmarc=fail header.from=shop.example';

const letter = (fields, text) => [
  'To: Anna <anna@example.test>', 'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'MIME-Version: 1.0',
].concat(fields, '', text, '').join('\r\n');

const SALE = [
  '<style>body{background:#fed}</style><p>Sale <a href="mailto:help@shop.example?subject=Size%20M">Ask us</a></p>',
  '<img src="http://192.168.7.7/sale.png" alt="The sale">',
  ...['a', 'b', 'c'].map((host) => `<img src="https://${host}.invalid/x" width=1 height=1>`),
  '<a href="https://shop.invalid/">https://bank.example/</a>',
].join('\r\n');

const news = (server) => letter([
  ...server, 'From: News <news@shop.example>', 'Subject: Sale today', 'Content-Type: text/html',
], SALE);

const BOUNCE = letter([
  'From: mailer-daemon@example.test', 'Subject: Undelivered mail',
  'Content-Type: multipart/report; report-type=delivery-status; boundary=e',
], [
  '--e', 'Content-Type: text/plain', '', 'It failed.', '--e', 'Content-Type: message/delivery-status', '',
  'Reporting-MTA: dns; mx.example.test', '', 'Final-Recipient: rfc822; tom@mill.invalid', 'Action: failed',
  'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown', '--e--',
].join('\r\n'));

const MEETING = letter([
  'From: Ben <ben@example.test>', 'Subject: Meeting', 'Content-Type: text/calendar; method=REQUEST; charset=utf-8',
], [
  'BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:m1@example.test',
  'DTSTART;TZID=America/New_York:20261201T090000', 'DTEND;TZID=America/New_York:20261201T100000',
  'SUMMARY:Tea and 茶', 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', 'ORGANIZER;CN=Ben:mailto:ben@example.test',
  'ATTENDEE;CN=Anna;PARTSTAT=NEEDS-ACTION:mailto:anna@example.test', 'END:VEVENT', 'END:VCALENDAR',
].join('\r\n'));

const CARD = letter([
  'From: Ben <ben@example.test>', 'Subject: My card', 'Content-Type: text/vcard; charset=utf-8',
], ['BEGIN:VCARD', 'VERSION:4.0', 'FN:Zofia Maj', 'EMAIL:zofia@print.invalid', 'END:VCARD'].join('\r\n'));

const SEALED = letter([
  'From: Ben <ben@example.test>', 'Subject: Sealed',
  'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=e',
], [
  '--e', 'Content-Type: application/pgp-encrypted', '', 'Version: 1', '--e',
  'Content-Type: application/octet-stream', '', '-----BEGIN PGP MESSAGE-----', '', 'x', '--e--',
].join('\r\n'));

const POLISH = letter([
  'From: Ben <ben@example.test>', 'Subject: Charset', 'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
], 'Za=BF=F3=B3=E6 g=EA=B6l=B1 ja=BC=F1');

/** A letter box that holds some messages. */
async function holding(stage, ...messages) {
  const world = await stage('mailhost');
  for (const message of messages) await world.do('append', { as: 'anna', mailbox: 'INBOX', message });
  return world;
}

async function violations(page) {
  const found = await new AxeBuilder({ page }).exclude('iframe').analyze();
  return found.violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

const more = async (page, name) => {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name }).click();
};

test('remote images are shown when asked, always where the sender is certain, and kept out again', async ({ stage, visit }) => {
  const world = await holding(stage, news([CONFIRMED]));
  const page = await visit(world, 'anna');
  const message = await openMessage(page, 'Sale today');
  await expect(message.getByText('Confirmed: shop.example sent this.')).toBeVisible();
  await expect(message.getByText('3 trackers blocked.')).toBeVisible();
  await expect(message.getByText('It leads to shop.invalid.')).toBeVisible();
  const picture = body(page).getByAltText('The sale');
  await expect(picture).not.toHaveAttribute('src');
  const length = await page.evaluate(() => history.length);
  await message.getByRole('button', { name: 'Show remote images' }).click();
  await expect(picture).toHaveAttribute('src', /\.\.\/remote\//);
  expect(await page.evaluate(() => history.length), 'the way back is as long as before').toBe(length);
  await expect(message.getByRole('button', { name: 'Show remote images' })).toHaveCount(0);
  await more(page, 'Keep remote images out');
  await expect(picture).not.toHaveAttribute('src');

  await message.getByRole('button', { name: 'Always from news@shop.example' }).click();
  await expect(picture).toHaveAttribute('src', /\.\.\/remote\//);
  await page.reload();
  await expect(picture).toHaveAttribute('src', /\.\.\/remote\//);
  await more(page, 'Keep remote images out');
  await expect(picture).not.toHaveAttribute('src');
  await expect(message.getByRole('button', { name: 'Show remote images' })).toBeVisible();
});

test('a sender that may be anybody is said to be so, and is never believed for ever', async ({ stage, visit }) => {
  const world = await holding(stage, news([FORGED, 'Reply-To: thief@elsewhere.invalid']));
  const page = await visit(world, 'anna');
  const message = await openMessage(page, 'Sale today');
  await expect(message.getByText(/^Probably forged/)).toBeVisible();
  await expect(message.getByText(/Replies go to thief@elsewhere.invalid/)).toBeVisible();
  await expect(message.getByText(/Who sent this is not certain/)).toBeVisible();
  await expect(message.getByRole('button', { name: 'Show remote images' })).toBeVisible();
  await expect(message.getByRole('button', { name: /^Always from news@/ })).toHaveCount(0);
  await message.getByText(/^Probably forged/).click();
  await expect(message.getByText('mx.example.test checked this')).toBeVisible();
});

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: reports, events, people and sealed mail say what they are, without findings of axe`, async ({ stage, visit }) => {
    const world = await holding(stage, BOUNCE, MEETING, CARD, SEALED, news([FORGED]));
    const page = await visit(world, 'anna', { colorScheme });
    let message = await openMessage(page, 'Sale today');
    expect(await violations(page)).toEqual([]);
    message = await openMessage(page, 'Undelivered mail');
    const report = message.getByRole('group', { name: 'Not delivered' });
    await expect(report.getByText('There is no such address.')).toBeVisible();
    await expect(report).toContainText('tom@mill.invalid');
    expect(await violations(page)).toEqual([]);
    message = await openMessage(page, 'Meeting');
    const event = message.getByRole('group', { name: 'Tea and 茶' });
    await expect(event).toContainText('You are invited.');
    await expect(event).toContainText(/December 1, 2026 at 3:00\sPM/);
    await expect(event).toContainText(/9:00\sAM in New York/);
    await expect(event).toContainText('Every 2 weeks. On Tuesday.');
    expect(await violations(page)).toEqual([]);
    message = await openMessage(page, 'Sealed');
    await expect(message.getByText('Encrypted with OpenPGP. It cannot be read here.')).toBeVisible();
    message = await openMessage(page, 'My card');
    await message.getByRole('button', { name: 'Write to zofia@print.invalid' }).click();
    const composer = page.getByRole('dialog', { name: /^New message/ });
    await expect(composer.getByRole('button', { name: 'Remove zofia@print.invalid' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}

test('an address in the mail opens a draft here', async ({ stage, visit }) => {
  const world = await holding(stage, news([CONFIRMED]));
  const page = await visit(world, 'anna');
  await openMessage(page, 'Sale today');
  await body(page).getByRole('link', { name: 'Ask us' }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  await expect(composer.getByRole('textbox', { name: 'Subject' })).toHaveValue('Size M');
  await expect(composer.getByRole('button', { name: 'Remove help@shop.example' })).toBeVisible();
});

test('source and headers are shown as the text that they are', async ({ stage, visit }) => {
  const world = await holding(stage, news([CONFIRMED]));
  const page = await visit(world, 'anna');
  await openMessage(page, 'Sale today');
  await more(page, 'Show source');
  const source = page.getByRole('dialog', { name: 'Show source' });
  await expect(source).toContainText('<img src="http://192.168.7.7/sale.png"');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(source).toBeHidden();
  await more(page, 'Show headers');
  const headers = page.getByRole('dialog', { name: 'Show headers' });
  await expect(headers).toContainText('Subject: Sale today');
  await expect(headers).not.toContainText('192.168.7.7');
});

test('a text in the wrong charset is read in another', async ({ stage, visit }) => {
  const world = await holding(stage, POLISH);
  const page = await visit(world, 'anna');
  await openMessage(page, 'Charset');
  await expect(body(page).getByText('Zażółć gęślą jaźń')).toHaveCount(0);
  await more(page, 'Text encoding');
  const dialog = page.getByRole('dialog', { name: 'Text encoding' });
  await dialog.getByRole('combobox', { name: 'Text encoding' }).selectOption('iso-8859-2');
  await expect(body(page).getByText('Zażółć gęślą jaźń')).toBeVisible();
  await dialog.getByRole('combobox', { name: 'Text encoding' }).selectOption('As the message says');
  await expect(body(page).getByText('Zażółć gęślą jaźń')).toHaveCount(0);
});

test('one message is shown on light paper in the dark', async ({ stage, visit }) => {
  const world = await holding(stage, POLISH);
  const page = await visit(world, 'anna', { colorScheme: 'dark' });
  await openMessage(page, 'Charset');
  const scheme = () => body(page).locator('html').evaluate((root) => getComputedStyle(root).colorScheme);
  await expect.poll(scheme).toBe('dark');
  await more(page, 'Show on light paper');
  await expect.poll(scheme).toBe('light');
  await more(page, 'Show on dark paper');
  await expect.poll(scheme).toBe('dark');
});

const list = (name, ways, fields = []) => letter([
  CONFIRMED, 'From: News <news@shop.example>', `Subject: ${name}`, `List-Id: ${name} <l.shop.example>`,
  `List-Unsubscribe: ${ways}`, ...fields, 'Content-Type: text/plain',
], 'News.');

test('a list is left after a question: by mail, by one post that the bridge weighs, or on its page', async ({ stage, visit }) => {
  const world = await holding(
    stage,
    list('By mail', '<mailto:ben@example.test?subject=leave%20me>'),
    list('By post', '<https://192.168.7.7/leave?u=1>', ['List-Unsubscribe-Post: List-Unsubscribe=One-Click']),
    list('By hand', '<https://shop.invalid/leave>'),
  );
  const page = await visit(world, 'anna');
  let message = await openMessage(page, 'By mail');
  await expect(message.getByText('This came through the list By mail.')).toBeVisible();
  await message.getByRole('button', { name: 'Unsubscribe' }).click();
  const dialog = page.getByRole('dialog', { name: 'Unsubscribe' });
  await expect(dialog).toContainText('ben@example.test');
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await expect(dialog).toBeHidden();
  await message.getByRole('button', { name: 'Unsubscribe' }).click();
  await dialog.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(dialog).toBeHidden();
  await world.do('wait', { as: 'ben', mailbox: 'INBOX', criteria: 'SUBJECT "leave me" FROM "anna"' });

  message = await openMessage(page, 'By post');
  await message.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(dialog).toContainText('192.168.7.7');
  await dialog.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(dialog.getByRole('alert')).toContainText('You are still on the list');
  await expect(dialog.getByRole('link', { name: 'Open its page' })).toHaveAttribute('rel', 'noopener noreferrer');
  await page.keyboard.press('Escape');

  message = await openMessage(page, 'By hand');
  await message.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(dialog.getByRole('link', { name: 'Open its page' })).toHaveAttribute('href', 'https://shop.invalid/leave');
  await expect(dialog.getByRole('button', { name: 'Unsubscribe' })).toHaveCount(0);
});

test('quotations in quotations are folded until somebody asks', async ({ stage, visit }) => {
  const text = 'New.\r\n\r\n> Once.\r\n>> Twice.\r\n>>> Thrice.\r\n> Once more.\r\n\r\nEnd.';
  const world = await holding(stage, letter([
    'From: Ben <ben@example.test>', 'Subject: Levels', 'Content-Type: text/plain',
  ], text));
  const page = await visit(world, 'anna');
  const message = await openMessage(page, 'Levels');
  await expect(body(page).getByText('Once more.')).toBeVisible();
  await expect(body(page).getByText('Twice.')).toBeHidden();
  await message.getByRole('button', { name: 'Show quoted text' }).click();
  await expect(body(page).getByText('Thrice.')).toBeVisible();
  await message.getByRole('button', { name: 'Hide quoted text' }).click();
  await expect(body(page).getByText('Thrice.')).toBeHidden();
});

test('on a phone a long name leaves the actions in sight', async ({ stage, visit }) => {
  const from = `From: "${'A very long name of somebody '.repeat(4)}" <somebody.with.a.long.address@shop.example>`;
  const world = await holding(stage, letter([from, 'Subject: Long', 'Content-Type: text/plain'], 'x'));
  const page = await visit(world, null, { viewport: { width: 390, height: 844 } });
  const { address, password } = world.person('anna');
  await page.getByRole('textbox', { name: 'Email address' }).fill(address);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const message = await openMessage(page, 'Long');
  await expect(message.getByRole('button', { name: 'More actions' })).toBeInViewport({ ratio: 1 });
});
