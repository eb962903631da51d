// Two accounts of IMAP and one of POP3 behind one sign-in: one inbox, each row its own account, answers as the right one.
import { test, expect, row, openMessage } from './play.mjs';

/** Adds an account to whoever is signed in, received as `protocol` says. */
async function add(page, { address, password }, protocol) {
  const status = await page.evaluate(
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/api/account', { method: 'POST', headers, body: JSON.stringify(body) })).status;
    },
    { address, password, protocol },
  );
  expect(status).toBe(200);
}

async function accounts(page) {
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Accounts' }).click();
}

/** Has the POP3 account collected now, and comes back to the mail. */
async function collect(page, address) {
  await accounts(page);
  await page.getByRole('button', { name: `Edit ${address}` }).click();
  const region = page.getByRole('region', { name: 'Collecting' });
  await region.getByRole('button', { name: 'Collect now' }).click();
  await expect(region.getByText(/Last round/)).toBeVisible();
  await page.getByRole('button', { name: 'Back to mail' }).click();
}

for (const kind of ['mailhost', 'dovecot']) {
  test(`${kind}: one inbox over IMAP and POP3, live, and answers as whom mail went to`, async ({ stage, visit }) => {
    const world = await stage(kind, '--receive', 'both');
    const page = await visit(world, 'anna');
    await add(page, world.person('ben'), 'Imap');
    await add(page, world.person('chen'), 'Pop3');
    const tree = page.getByRole('navigation', { name: 'Mailboxes' });
    await expect(tree.getByRole('treeitem', { name: /^chen@example\.test/ })).toBeVisible();
    await tree.getByRole('treeitem', { name: /^All inboxes/ }).click();
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Zażółć gęślą jaźń' });
    await world.do('deliver', { from: 'anna', to: 'ben', subject: '下周的会议' });
    await world.do('deliver', { from: 'anna', to: 'chen', subject: 'مرحبا بالعالم' });
    await expect(row(page, /Zażółć.*anna@example\.test/)).toBeVisible();
    await expect(row(page, /下周的会议.*ben@example\.test/)).toBeVisible();
    await collect(page, 'chen@example.test');
    await tree.getByRole('treeitem', { name: /^All inboxes/ }).click();
    await expect(row(page, /مرحبا.*chen@example\.test/)).toBeVisible();
    await openMessage(page, 'مرحبا بالعالم');
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    const reply = page.getByRole('dialog', { name: /^Reply/ });
    await expect(reply.getByRole('combobox', { name: 'From' })).toContainText('chen@example.test');
    await reply.getByRole('textbox', { name: 'Message text' }).fill('أهلا');
    await reply.getByRole('button', { name: 'Send', exact: true }).click();
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'FROM "chen@example.test" SUBJECT "Re:"' });
    // The copy lies in the mailboxes of the account that sent it.
    await tree.getByRole('treeitem', { name: /^Sent/ }).nth(2).click();
    await expect(row(page, /مرحبا/)).toBeVisible();
  });

  test(`${kind}: a conversation spans accounts of both kinds, and each message names its own`, async ({ stage, visit }) => {
    const world = await stage(kind, '--receive', 'both');
    const page = await visit(world, 'anna');
    await add(page, world.person('chen'), 'Pop3');
    const tree = page.getByRole('navigation', { name: 'Mailboxes' });
    await expect(tree.getByRole('treeitem', { name: /^chen@example\.test/ })).toBeVisible();
    const file = (as, subject, id, after) => world.do('append', { as, mailbox: 'INBOX', flags: '', message: [
      'From: Ben <ben@example.test>', `To: ${as}@example.test`, `Subject: ${subject}`, `Message-ID: <${id}@test.invalid>`,
      ...(after ? [`In-Reply-To: <${after}@test.invalid>`] : []),
      `Date: 0${after ? 3 : 2} Nov 2026 10:00:00 +0000`, '', id, '',
    ].join('\r\n') });
    await file('anna', 'Lake house', 'asked');
    await file('chen', 'Re: Lake house', 'answered', 'asked');
    await collect(page, 'chen@example.test');
    await tree.getByRole('treeitem', { name: /^All inboxes/ }).click();
    await page.getByRole('button', { name: 'Conversations' }).click();
    await expect(row(page, /Lake house/)).toHaveAccessibleName(/2 messages/);
    await row(page, /Lake house/).click();
    const articles = page.getByRole('region', { name: 'Message', exact: true }).getByRole('article');
    await expect(articles).toHaveCount(2);
    await expect(articles.nth(0)).toHaveAccessibleName(/^Ben, .*anna@example\.test$/);
    await expect(articles.nth(1)).toHaveAccessibleName(/^Ben, .*chen@example\.test$/);
  });

  test(`${kind}: how a POP3 account is collected is set, and kept`, async ({ stage, visit }) => {
    const world = await stage(kind, '--receive', 'both');
    const page = await visit(world, 'anna');
    await add(page, world.person('chen'), 'Pop3');
    await accounts(page);
    await page.getByRole('button', { name: 'Edit chen@example.test' }).click();
    const policy = page.getByRole('form', { name: 'How mail is collected' });
    await policy.getByRole('combobox', { name: 'At the server, messages' }).selectOption('days');
    await policy.getByRole('spinbutton', { name: 'Days' }).fill('14');
    await policy.getByRole('spinbutton', { name: 'Minutes between rounds' }).fill('30');
    await expect(policy.getByRole('note')).toContainText('only copy');
    await policy.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Saved');
    await page.reload();
    await page.getByRole('button', { name: 'Edit chen@example.test' }).click();
    await expect(policy.getByRole('spinbutton', { name: 'Days' })).toHaveValue('14');
    await expect(policy.getByRole('spinbutton', { name: 'Minutes between rounds' })).toHaveValue('30');
    const region = page.getByRole('region', { name: 'Collecting' });
    await region.getByRole('button', { name: 'Stop' }).click();
    await expect(region.getByText('Nothing is collected until you ask for it')).toBeVisible();
  });
}
