// The list and the tree: how messages begin, which mailboxes show, the outbox, searches that cannot be read.
import { KINDS, test, expect, row, mailbox } from './play.mjs';

for (const kind of KINDS) {
  // What a row does not bring is asked for: Dovecot has it at hand only once somebody did (RFC 8970, LAZY).
  test(`${kind}: a row shows how its message begins, unless that is switched off`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Lunch' });
    const page = await visit(world, 'anna');
    await expect(row(page, 'Lunch').getByText('This is Lunch.')).toBeVisible();
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Dinner' });
    await expect(row(page, 'Dinner').getByText('This is Dinner.')).toBeVisible();
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Appearance' }).click();
    await page.getByRole('checkbox', { name: 'Show how each message begins' }).uncheck();
    await page.getByRole('button', { name: 'Back to mail' }).click();
    await expect(row(page, 'Lunch')).toBeVisible();
    await expect(row(page, 'Lunch').getByText('This is Lunch.')).toBeHidden();
  });
}

for (const kind of KINDS) {
  test(`${kind}: a mailbox is hidden from the tree, and shown again`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.imap('anna', 'CREATE Plans', 'SUBSCRIBE INBOX', 'SUBSCRIBE Plans');
    const page = await visit(world, 'anna');
    await expect(mailbox(page, 'Plans')).toBeVisible();
    await page.getByRole('button', { name: 'Mailbox actions' }).click();
    const dialog = page.getByRole('dialog', { name: 'Mailbox actions' });
    await dialog.getByRole('button', { name: 'Choose which are shown' }).click();
    await dialog.getByRole('checkbox', { name: 'Plans' }).uncheck();
    await expect(mailbox(page, 'Plans')).toHaveCount(0);
    const listed = await world.imap('anna', 'LSUB "" "*"');
    expect(JSON.stringify(listed)).not.toMatch(/Plans/);
    await dialog.getByRole('checkbox', { name: 'Show all mailboxes' }).check();
    await expect(mailbox(page, 'Plans')).toHaveCount(1);
    await dialog.getByRole('checkbox', { name: 'Show all mailboxes' }).uncheck();
    await expect(mailbox(page, 'Plans')).toHaveCount(0);
    await dialog.getByRole('checkbox', { name: 'Plans' }).check();
    await expect(mailbox(page, 'Plans')).toHaveCount(1);
  });
}

test('the searchbox says from where on a search cannot be read', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Lunch' });
  const page = await visit(world, 'anna');
  await expect(row(page, 'Lunch')).toBeVisible();
  const box = page.getByRole('searchbox', { name: 'Search mail' });
  await box.fill('lunch before:yesterdayish');
  await box.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'yesterdayish' })).toBeVisible();
  await expect(box).toHaveAttribute('aria-invalid', 'true');
  const selected = await box.evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
  expect(selected).toMatch(/yesterdayish$/);
  expect(selected).not.toMatch(/lunch/);
  await box.fill('lunch');
  await box.press('Enter');
  await expect(row(page, 'Lunch')).toBeVisible();
  await expect(box).not.toHaveAttribute('aria-invalid', 'true');
});

test('the outbox stands in the tree while it holds something', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('fault', { on: 'RCPT', effect: 'reply', number: 451, text: 'Later, please' });
  const page = await visit(world, 'anna');
  await expect(mailbox(page, 'Inbox')).toBeVisible();
  await expect(mailbox(page, 'Outbox')).toHaveCount(0);
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  await composer.getByRole('combobox', { name: 'To' }).fill('ben@example.test');
  await composer.getByRole('combobox', { name: 'To' }).press('Enter');
  await composer.getByRole('textbox', { name: 'Subject' }).fill('Held up');
  await composer.getByRole('textbox', { name: 'Message text' }).fill('x');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await mailbox(page, 'Outbox').click();
  await expect(page.getByText('Held up').first()).toBeVisible();
  await expect(mailbox(page, 'Outbox')).toHaveAttribute('aria-selected', 'true');
});
