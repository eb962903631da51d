// Searching everywhere, and lists in other orders; each against both kinds of server.
import { KINDS, test, expect, openMessage, row } from './play.mjs';

const letter = (from, subject, text) => [
  `From: ${from}`, 'To: anna@example.test', `Subject: ${subject}`,
  `Message-ID: <${encodeURIComponent(subject)}@test.invalid>`,
  'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', text, '',
].join('\r\n');

for (const kind of KINDS) {
  test(`${kind}: a search finds headers and bodies, and ends where it began`, async ({ stage, visit }) => {
    const world = await stage(kind);
    const file = (from, subject, text, mailbox = 'INBOX') =>
      world.do('append', { as: 'anna', mailbox, message: letter(from, subject, text) });
    await file('Ben <ben@example.test>', 'Lunch', 'At noon, by the river.');
    await file('Zofia <zofia@example.test>', 'Sprawozdanie', 'Żółć i gęś.', 'Archive');
    await file('Chen <chen@example.test>', '会议', '明天下午三点。');
    const page = await visit(world, 'anna');
    await expect(row(page, 'Lunch')).toBeVisible();
    const box = page.getByRole('searchbox', { name: 'Search mail' });
    const search = async (query) => {
      await box.fill(query);
      await box.press('Enter');
    };
    await page.locator('body').press('/');
    await expect(box).toBeFocused();
    await search('from:zofia');
    await expect(page).toHaveURL(/search\?q=from/);
    await expect(row(page, 'Sprawozdanie')).toBeVisible();
    await expect(row(page, 'Lunch')).toHaveCount(0);
    await search('river');
    await expect(row(page, 'Lunch')).toBeVisible();
    await expect(row(page, 'Sprawozdanie')).toHaveCount(0);
    await search('会议');
    await expect(row(page, '会议')).toBeVisible();
    await openMessage(page, '会议');
    await expect(box).toHaveValue('会议');
    await search('before:yesterdayish');
    await expect(page.getByRole('alert')).toBeVisible();
    await search('');
    await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
    await expect(row(page, 'Lunch')).toBeVisible();
  });

  test(`${kind}: a list is sorted by sender, subject and size, and narrowed`, async ({ stage, visit }) => {
    const world = await stage(kind);
    for (const [from, subject, text] of [
      ['Ben <ben@example.test>', 'Cherry', 'x'.repeat(3000)],
      ['Anna <anna@example.test>', 'Banana', 'short'],
      ['Chen <chen@example.test>', 'Apple', 'x'.repeat(900)],
    ]) await world.do('append', { as: 'anna', mailbox: 'INBOX', message: letter(from, subject, text) });
    const page = await visit(world, 'anna');
    await expect(row(page, 'Apple')).toBeVisible();
    const subjects = () => page.getByRole('grid', { name: 'Messages' }).getByRole('row').evaluateAll((rows) =>
      rows.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
        .map((one) => /Apple|Banana|Cherry/.exec(one.ariaLabel)?.[0]));
    for (const [order, expected] of [
      ['Sender', ['Banana', 'Cherry', 'Apple']],
      ['Subject', ['Apple', 'Banana', 'Cherry']],
      ['Largest first', ['Cherry', 'Apple', 'Banana']],
      ['Oldest first', ['Cherry', 'Banana', 'Apple']],
    ]) {
      await page.getByRole('combobox', { name: 'Sort by' }).selectOption(order);
      await expect.poll(subjects, { message: order }).toEqual(expected);
    }
    await page.getByRole('combobox', { name: 'Show' }).selectOption('With attachment');
    await expect(row(page, 'Apple')).toHaveCount(0);
  });
}
