// What travels with a message: files to be saved, and invitations to be answered.
import AxeBuilder from '@axe-core/playwright';
import { readFile } from 'node:fs/promises';
import { test, expect, row, openMessage } from './play.mjs';

const letter = (subject, fields, text) => [
  'From: Ben <ben@example.test>', 'To: Anna <anna@example.test>', `Subject: ${subject}`,
  'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'MIME-Version: 1.0', ...fields, '', ...text, '',
].join('\r\n');

const FILES = letter('Two files', ['Content-Type: multipart/mixed; boundary=e'], [
  '--e', 'Content-Type: text/plain', '', 'See both.',
  '--e', 'Content-Type: text/plain', "Content-Disposition: attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.txt", '', 'first',
  '--e', 'Content-Type: text/plain', 'Content-Disposition: attachment; filename="b.txt"', '', 'second', '--e--',
]);

const invitation = (subject, sequence, method = 'REQUEST') => letter(subject, [
  `Content-Type: text/calendar; method=${method}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit',
], [
  'BEGIN:VCALENDAR', 'VERSION:2.0', `METHOD:${method}`, 'BEGIN:VEVENT', 'UID:tea@example.test',
  `SEQUENCE:${sequence}`, 'DTSTART;TZID=America/New_York:20261201T090000', 'SUMMARY:Tea and 茶',
  'ORGANIZER;CN=Ben:mailto:ben@example.test',
  'ATTENDEE;CN=Anna;PARTSTAT=NEEDS-ACTION:mailto:anna@example.test', 'END:VEVENT', 'END:VCALENDAR',
]);

test('files are saved alone and all at once', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: FILES });
  const page = await visit(world, 'anna');
  const message = await openMessage(page, 'Two files');
  const files = message.getByRole('list', { name: 'Attachments' });
  await expect(files.getByRole('link')).toHaveCount(2);
  const save = async (link) => {
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    return [download.suggestedFilename(), await readFile(await download.path())];
  };
  const [name, bytes] = await save(files.getByRole('link', { name: /^Download 报告\.txt/ }));
  expect(name).toBe('报告.txt');
  expect(bytes.toString()).toBe('first');
  const [archive, zip] = await save(message.getByRole('link', { name: 'Download all' }));
  expect(archive).toBe('Two files.zip');
  expect(zip.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
  expect(zip.includes(Buffer.from('报告.txt'))).toBe(true);
});

test('an invitation is answered, and an update asks again', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: invitation('Tea', 1) });
  const [anna, ben] = [await visit(world, 'anna'), await visit(world, 'ben')];
  const message = await openMessage(anna, 'Tea');
  const answers = message.getByRole('group', { name: 'Your answer' });
  await expect(answers.getByText('Your answer goes to Ben <ben@example.test>.')).toBeVisible();
  await answers.getByRole('button', { name: 'Accept' }).click();
  await expect(answers.getByText('You accepted.')).toBeVisible();
  await expect(answers.getByRole('button', { name: 'Accept' })).toHaveAttribute('aria-pressed', 'true');
  const found = await new AxeBuilder({ page: anna }).include('.card').analyze();
  expect(found.violations).toEqual([]);
  await expect(row(ben, 'Accepted: Tea and 茶')).toBeVisible();

  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: invitation('Later tea', 2) });
  await openMessage(anna, 'Later tea');
  await expect(answers.getByText('It has changed since you answered. Please answer again.')).toBeVisible();
  await answers.getByRole('button', { name: 'Decline' }).click();
  await expect(answers.getByText('You declined.')).toBeVisible();
  await expect(row(ben, 'Declined: Tea and 茶')).toBeVisible();

  await world.do('append', { as: 'anna', mailbox: 'INBOX', message: invitation('No tea', 3, 'CANCEL') });
  await openMessage(anna, 'No tea');
  await expect(answers.getByText('This does not take place any more.')).toBeVisible();
  await expect(answers.getByRole('button')).toHaveCount(0);
});
