// Read receipts that messages ask for: sent by choice only, and asked about once.
import { test, expect, mailbox, notifications, openMessage, row } from './play.mjs';

const asking = (subject, to, more = '') =>
  ['From: Ben <ben@example.test>', 'To: anna@example.test', `Subject: ${subject}`, `Message-ID: <${subject.replaceAll(' ', '.')}@test.invalid>`,
    'Date: Mon, 02 Nov 2026 10:00:00 +0000', `Disposition-Notification-To: ${to}`, ...(more ? [more] : []), '', 'Hello.', ''].join('\r\n');

const question = (region) => region.getByText(/asks for a read receipt/);

test('a receipt goes out when the reader says so, and the message does not ask again', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: asking('Seen this', 'ben@example.test') });
  const anna = await visit(world, 'anna');
  const region = await openMessage(anna, 'Seen this');
  await expect(question(region)).toHaveText('The sender asks for a read receipt.');
  await region.getByRole('button', { name: 'Send receipt' }).click();
  await expect(notifications(anna).getByText('Receipt sent')).toBeVisible();
  await expect(question(region)).toHaveCount(0);
  const { uids } = await world.do('wait', { as: 'ben', mailbox: 'INBOX', criteria: 'SUBJECT "Read: Seen this"' });
  const answers = await world.imap('ben', 'SELECT INBOX', `UID FETCH ${uids[0]} BODY.PEEK[]`);
  const raw = answers[1].untagged.join('\n');
  expect(raw).toContain('Disposition: manual-action/MDN-sent-manually; displayed');
  expect(raw).toContain('Original-Message-ID: <Seen.this@test.invalid>');
  expect(raw).toContain('Return-Path: <>');
  await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'KEYWORD $MDNSent' });
  await anna.reload();
  await expect(region.getByRole('heading', { name: 'Seen this' })).toBeVisible();
  await expect(region.getByRole('button', { name: 'Reply', exact: true })).toBeVisible();
  await expect(question(region)).toHaveCount(0);
});

test('a receipt that would go astray or through a list says so; ignored, nobody hears of it', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: asking('Detour', 'spy@example.test') });
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: asking('Talk', 'ben@example.test', 'List-Id: <talk.example.test>') });
  const anna = await visit(world, 'anna');
  const region = await openMessage(anna, 'Detour');
  await expect(question(region)).toContainText('to spy@example.test, which is not where it came from');
  await region.getByRole('button', { name: 'Ignore' }).click();
  await expect(question(region)).toHaveCount(0);
  await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'KEYWORD $MDNSent' });
  await openMessage(anna, 'Talk');
  await expect(question(region)).toContainText('came through a mailing list');
  await row(anna, 'Detour').click();
  await expect(region.getByRole('heading', { name: 'Detour' })).toBeVisible();
  await expect(question(region)).toHaveCount(0);
  await expect(mailbox(anna, 'Outbox')).toHaveCount(0);
  const answers = await world.imap('ben', 'EXAMINE INBOX', 'UID SEARCH ALL');
  expect(JSON.stringify(answers)).toMatch(/SEARCH"/);
});
