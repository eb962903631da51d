// What people do all day, against both kinds of mail server.
import { KINDS, test, expect, row, openMessage, body, mailbox, notifications } from './play.mjs';

for (const kind of KINDS) {
  test(`${kind}: a reply arrives at the other user without touching anything`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Lunch tomorrow' });
    const [anna, ben] = [await visit(world, 'anna'), await visit(world, 'ben')];
    await expect(mailbox(anna, 'Inbox, 1 unread')).toBeVisible();
    await expect(row(anna, 'Lunch tomorrow')).toHaveAccessibleName(/unread/);
    const message = await openMessage(anna, 'Lunch tomorrow');
    await expect(body(anna).getByText('This is Lunch tomorrow.')).toBeVisible();
    await expect(mailbox(anna, /^Inbox$/)).toBeVisible();

    await message.getByRole('button', { name: 'Reply', exact: true }).click();
    const composer = anna.getByRole('dialog', { name: /^Reply/ });
    await expect(composer.getByRole('button', { name: 'Remove ben@example.test' })).toBeVisible();
    const text = composer.getByRole('textbox', { name: 'Message text' });
    await expect(text).toHaveValue(/> This is Lunch tomorrow\./);
    await text.press('Control+Home');
    await text.pressSequentially('With pleasure.');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(notifications(anna).getByText('Message sent')).toBeVisible();
    await expect(composer).toBeHidden();

    await expect(row(ben, 'Re: Lunch tomorrow')).toHaveAccessibleName(/anna.*unread|unread.*anna/i);
    await expect(mailbox(ben, 'Inbox, 1 unread')).toBeVisible();
    await openMessage(ben, 'Re: Lunch tomorrow');
    await expect(body(ben).getByText('With pleasure.')).toBeVisible();

    const sent = await world.do('wait', { as: 'anna', mailbox: 'Sent', criteria: 'SUBJECT "Lunch"' });
    expect(sent.uids).toHaveLength(1);
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'ANSWERED SUBJECT "Lunch"' });
  });

  test(`${kind}: a message read in one tab is read in the other within a second`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Shared' });
    const first = await visit(world, 'anna');
    await expect(row(first, 'Shared')).toBeVisible();
    const second = await first.context().newPage();
    await second.goto(world.url);
    await expect(row(second, 'Shared')).toHaveAccessibleName(/unread/);
    await openMessage(first, 'Shared');
    await expect(row(second, 'Shared')).not.toHaveAccessibleName(/unread/, { timeout: 1000 });
    await expect(mailbox(second, /^Inbox$/)).toBeVisible({ timeout: 1000 });
  });

  test(`${kind}: another program's flag and another program's removal show by push`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Marked elsewhere' });
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Removed elsewhere' });
    const page = await visit(world, 'anna');
    await expect(row(page, 'Marked elsewhere')).not.toHaveAccessibleName(/starred/);
    await world.imap('anna', 'SELECT INBOX', 'STORE 1 +FLAGS (\\Flagged)');
    await expect(row(page, 'Marked elsewhere')).toHaveAccessibleName(/starred/);
    await world.imap('anna', 'SELECT INBOX', 'STORE 2 +FLAGS (\\Deleted)', 'EXPUNGE');
    await expect(row(page, 'Removed elsewhere')).toHaveCount(0);
    await expect(page.getByRole('grid', { name: 'Messages' })).toHaveAttribute('aria-rowcount', '1');
  });

  test(`${kind}: archived, trashed, starred and marked as unread, and back by Undo`, async ({ stage, visit }) => {
    const world = await stage(kind);
    for (const subject of ['One', 'Two']) await world.do('append', letter('anna', subject));
    const page = await visit(world, 'anna');
    const message = await openMessage(page, 'Two');
    const actions = page.getByRole('toolbar', { name: 'Message actions' });

    await actions.getByRole('button', { name: 'Star', exact: true }).click();
    await expect(row(page, 'Two')).toHaveAccessibleName(/starred/);
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'FLAGGED SUBJECT Two' });
    await actions.getByRole('button', { name: 'Mark as unread' }).click();
    await expect(row(page, 'Two')).toHaveAccessibleName(/unread/);
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'UNSEEN SUBJECT Two' });

    await actions.getByRole('button', { name: 'Archive' }).click();
    await expect(row(page, 'Two')).toHaveCount(0);
    await world.do('wait', { as: 'anna', mailbox: 'Archive', criteria: 'SUBJECT Two' });
    await notifications(page).getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 'Two')).toBeVisible();
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'SUBJECT Two' });

    await openMessage(page, 'One');
    await actions.getByRole('button', { name: 'Delete' }).click();
    await expect(row(page, 'One')).toHaveCount(0);
    await world.do('wait', { as: 'anna', mailbox: 'Trash', criteria: 'SUBJECT One' });
    await expect(message).toBeVisible();
  });

  test(`${kind}: an attachment is listed and comes down whole`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('append', { as: 'anna', mailbox: 'INBOX', message: WITH_FILE });
    const page = await visit(world, 'anna');
    const message = await openMessage(page, 'A file');
    const list = message.getByRole('list', { name: 'Attachments' });
    const coming = page.waitForEvent('download');
    await list.getByRole('link', { name: 'Download plan.txt' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('plan.txt');
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('the whole plan\n');
  });
}

function letter(who, subject) {
  const message = [
    'From: Ben <ben@example.test>', `To: ${who}@example.test`, `Subject: ${subject}`,
    `Message-ID: <${subject}@test.invalid>`, 'Date: Mon, 02 Nov 2026 10:00:00 +0000',
    'Content-Type: text/plain; charset=utf-8', '', `This is ${subject}.`, '',
  ].join('\r\n');
  return { as: who, mailbox: 'INBOX', message, flags: '\\Seen' };
}

const WITH_FILE = [
  'From: Ben <ben@example.test>', 'To: anna@example.test', 'Subject: A file', 'MIME-Version: 1.0',
  'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'Content-Type: multipart/mixed; boundary=edge', '',
  '--edge', 'Content-Type: text/plain', '', 'See the file.',
  '--edge', 'Content-Type: text/plain; name=plan.txt',
  'Content-Disposition: attachment; filename=plan.txt', 'Content-Transfer-Encoding: base64', '',
  Buffer.from('the whole plan\n').toString('base64'), '--edge--', '',
].join('\r\n');
