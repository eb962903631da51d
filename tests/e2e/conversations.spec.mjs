// Conversations: one row a thread, and all that was said, oneself included, in one place.
import { KINDS, test, expect, row, body } from './play.mjs';

const letter = ({ from, to, subject, id, after = [], text, day }) => [
  `From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: <${id}@test.invalid>`,
  ...(after.length ? [
    `In-Reply-To: <${after.at(-1)}@test.invalid>`,
    `References: ${after.map((one) => `<${one}@test.invalid>`).join(' ')}`,
  ] : []),
  `Date: ${day} Nov 2026 10:00:00 +0000`, 'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', text, '',
].join('\r\n');

const BEN = 'Ben <ben@example.test>';
const ANNA = 'Anna <anna@example.test>';
const FIRST = letter({ from: BEN, to: ANNA, subject: 'Summer house', id: 'a1', day: '02', text: 'Shall we?' });
const OWN = letter({
  from: ANNA, to: BEN, subject: 'Re: Summer house', id: 'a2', after: ['a1'], day: '03',
  text: 'Gladly.\r\n\r\nOn Monday Ben wrote:\r\n> Shall we?',
});
const LAST = letter({
  from: BEN, to: ANNA, subject: 'Re: Summer house', id: 'a3', after: ['a1', 'a2'], day: '04',
  text: 'In July then.\r\n\r\nOn Tuesday Anna wrote:\r\n> Gladly.\r\n>> Shall we?',
});
const NEWS = letter({
  from: 'Zofia <zofia@example.test>', to: ANNA, subject: 'Re: Summer house', id: 'a4',
  after: ['a1', 'a3'], day: '05', text: 'May I come?',
});

async function summer(stage, kind) {
  const world = await stage(kind);
  const file = (mailbox, message, flags = '\\Seen') =>
    world.do('append', { as: 'anna', mailbox, message, flags });
  await file('INBOX', FIRST);
  await file('Sent', OWN);
  await file('INBOX', LAST, '');
  await file('INBOX', letter({ from: BEN, to: ANNA, subject: 'Another matter', id: 'b1', day: '01', text: 'x' }));
  return { world, file };
}

const grid = (page) => page.getByRole('grid', { name: 'Messages' });
const region = (page) => page.getByRole('region', { name: 'Message', exact: true });
const mode = (page) => page.getByRole('button', { name: 'Conversations' });
const articles = (page) => region(page).getByRole('article');

for (const kind of KINDS) {
  test(`${kind}: a conversation holds one's own replies, unfolds what is new and follows mail`, async ({ stage, visit }) => {
    const { world, file } = await summer(stage, kind);
    const page = await visit(world, 'anna');
    await expect(grid(page)).toHaveAttribute('aria-rowcount', '3');
    await mode(page).click();
    await expect(mode(page)).toHaveAttribute('aria-pressed', 'true');
    await expect(grid(page)).toHaveAttribute('aria-rowcount', '2');
    await expect(row(page, /Summer house/)).toHaveAccessibleName(/Ben.*me.*3 messages/);
    await expect(row(page, /Summer house/)).toHaveAccessibleName(/unread/);

    await row(page, /Summer house/).click();
    await expect(articles(page)).toHaveCount(3);
    await expect(articles(page).nth(0)).toHaveAccessibleName(/^Ben, /);
    await expect(articles(page).nth(1)).toHaveAccessibleName(/^Anna, /);
    const fold = (at) => articles(page).nth(at).getByRole('button', { expanded: at === 2 }).first();
    await expect(fold(0)).toHaveAttribute('aria-expanded', 'false');
    await expect(fold(2)).toHaveAttribute('aria-expanded', 'true');
    await expect(body(page).getByText('In July then.')).toBeVisible();
    await expect(body(page).getByText('Gladly.')).toBeHidden();
    await region(page).getByRole('button', { name: 'Show quoted text' }).click();
    await expect(body(page).getByText('Gladly.')).toBeVisible();
    await expect(row(page, /Summer house/)).not.toHaveAccessibleName(/unread/);
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'SEEN SUBJECT "Re: Summer"' });

    await articles(page).nth(1).getByRole('button').first().click();
    await expect(articles(page).nth(1).frameLocator('iframe').getByText('Gladly.')).toBeVisible();
    const kept = await region(page).locator('iframe').last().elementHandle();
    await file('INBOX', NEWS, '');
    await expect(articles(page)).toHaveCount(4);
    await expect(articles(page).nth(3)).toHaveAccessibleName(/^Zofia, /);
    await expect(articles(page).nth(3).getByRole('button').first()).toHaveAttribute('aria-expanded', 'false');
    expect(await kept.evaluate((frame) => frame.isConnected), 'what is read stays').toBe(true);
    await expect(row(page, /Summer house/)).toHaveAttribute('aria-current', 'true');

    await page.reload();
    await expect(articles(page)).toHaveCount(4);
    await expect(grid(page)).toHaveAttribute('aria-rowcount', '2');
  });

  test(`${kind}: what is done to a conversation is done to all of it here, and undone`, async ({ stage, visit }) => {
    const { world } = await summer(stage, kind);
    const page = await visit(world, 'anna');
    await mode(page).click();
    await expect(row(page, /Summer house/)).toHaveAccessibleName(/3 messages/);
    await page.getByRole('checkbox', { name: 'Select Re: Summer house' }).check();
    await page.getByRole('toolbar', { name: 'Message actions' }).first()
      .getByRole('button', { name: 'Archive' }).click();
    await expect(row(page, /Summer house/)).toHaveCount(0);
    const filed = await world.do('wait', { as: 'anna', mailbox: 'Archive', criteria: 'SUBJECT "Re: Summer"' });
    expect(filed.uids).toHaveLength(1);
    expect((await world.do('wait', { as: 'anna', mailbox: 'Archive', criteria: 'SUBJECT "Summer"' })).uids).toHaveLength(2);
    await page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, /Summer house/)).toHaveAccessibleName(/3 messages/);
    expect((await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'SUBJECT "Summer"' })).uids).toHaveLength(2);
  });
}
