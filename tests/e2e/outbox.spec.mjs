// The outbox: taking back, each state in plain words, and what can be done about it.
import AxeBuilder from '@axe-core/playwright';
import { KINDS, test, expect, row, mailbox, notifications } from './play.mjs';

/** A stage on which sending can be undone for a while. */
const HELD = ['--config', '[limits]', '--config', 'undo_seconds = 30'];

/** Writes a message in a new composer and returns its dialog. */
async function write(page, { to = ['ben@example.test'], subject, text = 'Every word of it.' }) {
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  for (const address of to) {
    await composer.getByRole('combobox', { name: 'To' }).fill(address);
    await composer.getByRole('combobox', { name: 'To' }).press('Enter');
  }
  await composer.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await composer.getByRole('textbox', { name: 'Message text' }).fill(text);
  return composer;
}

const send = (composer) => composer.getByRole('button', { name: 'Send', exact: true }).click();
const entry = (page, subject) => page.getByRole('list', { name: 'Outbox' }).getByRole('listitem', { name: subject });

async function uids(world, who, box = 'INBOX') {
  const answers = await world.imap(who, `EXAMINE ${box}`, 'UID SEARCH ALL');
  return JSON.stringify(answers).match(/SEARCH(?: \d+)*/)[0].split(' ').slice(1);
}

async function violations(page) {
  const found = await new AxeBuilder({ page }).exclude('iframe').analyze();
  return found.violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

for (const kind of KINDS) {
  test(`${kind}: Undo brings every word back, also after a reload, and nothing is sent`, async ({ stage, visit }) => {
    const world = await stage(kind, ...HELD);
    const page = await visit(world, 'anna');
    await send(await write(page, { subject: 'Too soon', text: 'One.\nTwo: 三.\n' }));
    await expect(notifications(page).getByText('Sending…')).toBeVisible();
    await expect(mailbox(page, 'Outbox, 1 message')).toBeVisible();
    await page.reload();
    await notifications(page).getByRole('button', { name: 'Undo' }).click();
    const again = page.getByRole('dialog', { name: /^New message: Too soon/ });
    await expect(again.getByRole('textbox', { name: 'Message text' })).toHaveValue('One.\nTwo: 三.\n');
    await expect(again.getByRole('button', { name: 'Remove ben@example.test' })).toBeVisible();
    await expect(mailbox(page, 'Outbox')).toHaveCount(0);
    await expect(notifications(page).getByText('Sending…')).toHaveCount(0);
    expect(await uids(world, 'ben')).toEqual([]);
  });
}

test('a held message goes at once where it is told to, and once', async ({ stage, visit }) => {
  const world = await stage('mailhost', ...HELD);
  const page = await visit(world, 'anna');
  await send(await write(page, { subject: 'Now then' }));
  await mailbox(page, 'Outbox').click();
  await expect(page).toHaveURL(/\/outbox$/);
  await entry(page, 'Now then').getByRole('button', { name: 'Send now' }).click();
  await expect(notifications(page).getByText('Message sent')).toBeVisible();
  await expect(page.getByText('Nothing waits to be sent.')).toBeVisible();
  await world.do('wait', { as: 'ben', mailbox: 'INBOX', criteria: 'SUBJECT "Now then"' });
  expect(await uids(world, 'ben')).toHaveLength(1);
});

test('of several recipients the refused one is named with the reason, and only that one is tried again', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('fault', { on: 'RCPT', effect: 'deny-recipient', text: 'nobody@example.test' });
  const page = await visit(world, 'anna');
  await send(await write(page, { subject: 'To two', to: ['ben@example.test', 'nobody@example.test'] }));
  await notifications(page).getByRole('button', { name: 'Open outbox' }).click();
  await expect(notifications(page).getByRole('button', { name: 'Open outbox' })).toHaveCount(0);
  const one = entry(page, 'To two');
  await expect(one.getByText('nobody@example.test was refused: There is no such mailbox.')).toBeVisible();
  await expect(one.getByText('Accepted for ben@example.test.')).toBeVisible();
  await expect(one.getByText(/^“?550 /)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await one.getByRole('button', { name: 'Try again' }).click();
  await expect(one.getByText(/was refused/)).toBeVisible();
  await one.getByRole('button', { name: 'Edit' }).click();
  const again = page.getByRole('dialog', { name: /^New message: To two/ });
  await expect(again.getByRole('button', { name: /^Remove / })).toHaveText(['']);
  await expect(again.getByRole('button', { name: 'Remove nobody@example.test' })).toBeVisible();
  await expect(mailbox(page, 'Outbox')).toHaveCount(0);
  expect(await uids(world, 'ben')).toHaveLength(1);
});

test('dovecot: a mailbox that Postfix does not know is said to be unknown', async ({ stage, visit }) => {
  const world = await stage('dovecot');
  const page = await visit(world, 'anna');
  await send(await write(page, { subject: 'Nobody there', to: ['refused@example.test'] }));
  await notifications(page).getByRole('button', { name: 'Open outbox' }).click();
  await expect(entry(page, 'Nobody there').getByText(/There is no such mailbox\./)).toBeVisible();
});

test('what may have arrived is left to the user, who says that it did', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('fault', { on: '.', effect: 'taken-without-a-word', times: 1 });
  const page = await visit(world, 'anna');
  await send(await write(page, { subject: 'Perhaps' }));
  await mailbox(page, 'Outbox').click();
  const one = entry(page, 'Perhaps');
  await expect(one.getByText(/^May have been sent/)).toBeVisible();
  await expect(one.getByRole('button', { name: 'Send again' })).toBeVisible();
  await expect(one.getByRole('button', { name: 'Edit' })).toHaveCount(0);
  await one.getByRole('button', { name: 'It arrived' }).click();
  await expect(one).toHaveCount(0);
  await world.do('wait', { as: 'anna', mailbox: 'Sent', criteria: 'SUBJECT "Perhaps"' });
  expect(await uids(world, 'ben')).toHaveLength(1);
});

test('what is put off says until when and why; keys walk the outbox; taking out can be undone', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Behind it' });
  await world.do('fault', { on: 'RCPT', effect: 'reply', number: 450, text: 'Greylisted, come again' });
  const page = await visit(world, 'anna');
  await expect(row(page, 'Behind it')).toBeVisible();
  for (const subject of ['First', 'Second']) await send(await write(page, { subject }));
  await mailbox(page, 'Outbox, 2 messages').click();
  await expect(entry(page, 'First').getByText(/^Trying again (at|tomorrow at) .+\. The mail server asks to come back later\.$/)).toBeVisible();
  await expect(entry(page, 'Second').getByText(/Greylisted, come again/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  // A key for messages does nothing to what lies behind.
  await page.locator('body').click({ position: { x: 1, y: 1 } });
  await page.keyboard.press('e');
  await page.keyboard.press('j');
  await expect(entry(page, 'First')).toBeFocused();
  await page.keyboard.press('j');
  await expect(entry(page, 'Second')).toBeFocused();
  await page.keyboard.press('k');
  await expect(entry(page, 'First')).toBeFocused();
  await entry(page, 'Second').getByRole('button', { name: 'Cancel' }).click();
  await expect(entry(page, 'Second')).toHaveCount(0);
  await notifications(page).getByRole('button', { name: 'Undo' }).click();
  const again = page.getByRole('dialog', { name: /^New message: Second/ });
  await expect(again.getByRole('textbox', { name: 'Message text' })).toHaveValue('Every word of it.');
  await again.getByRole('button', { name: 'Discard draft' }).click();
  await entry(page, 'First').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: /^New message: First/ })).toBeVisible();
  await expect(page.getByText('Nothing waits to be sent.')).toBeVisible();
  await mailbox(page, 'Inbox').click();
  await expect(row(page, 'Behind it')).toBeVisible();
});
