// Several accounts behind one sign-in: added, named, ordered, in one inbox, and forgotten.
import AxeBuilder from '@axe-core/playwright';
import { test, expect, signIn } from './play.mjs';

async function settings(page) {
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Accounts' }).click();
  await expect(page.getByRole('heading', { name: 'Accounts', level: 2 })).toBeVisible();
}

async function axe(page, within = '.settings') {
  const found = await new AxeBuilder({ page }).include(within).analyze();
  expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

for (const kind of ['dovecot', 'mailhost']) {
  test(`${kind}: another account is added, shares the inbox, gets a name, and goes again`, async ({ stage, visit }) => {
    const world = await stage(kind);
    const page = await visit(world, 'anna');
    await settings(page);
    await page.getByRole('button', { name: 'Add account' }).click();
    const form = page.getByRole('form', { name: 'New account' });
    await form.getByRole('textbox', { name: 'Email address' }).fill('someone@gmail.com');
    await expect(form.getByRole('note')).toContainText('app password');
    await form.getByRole('textbox', { name: 'Email address' }).fill('ben@example.test');
    await form.getByLabel('Password').fill('wrong');
    await form.getByRole('button', { name: 'Add account' }).click();
    await expect(form.getByRole('alert')).toHaveText(/password/i);
    await axe(page);
    await form.getByLabel('Password').fill('secret-ben');
    await form.getByRole('button', { name: 'Add account' }).click();
    const list = page.getByRole('list', { name: 'Accounts' });
    await expect(list.getByRole('listitem')).toHaveCount(2);
    await page.getByRole('button', { name: 'Edit ben@example.test' }).click();
    const look = page.getByRole('form', { name: 'Edit ben@example.test' });
    await look.getByRole('textbox', { name: 'Name' }).fill('Żółta skrzynka 工作');
    await look.getByRole('radio', { name: 'Colour 4' }).check();
    await look.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Move Żółta skrzynka 工作 up' }).click();
    await expect(list.getByRole('listitem').first()).toContainText('Żółta skrzynka');
    await axe(page);
    await page.getByRole('button', { name: 'Back to mail' }).click();
    const tree = page.getByRole('navigation', { name: 'Mailboxes' });
    await expect(tree.getByRole('treeitem', { name: /^Żółta skrzynka 工作/ })).toBeVisible();
    await tree.getByRole('treeitem', { name: /^All inboxes/ }).click();
    // Mail to either arrives in the one list.
    await world.do('deliver', { from: 'chen', to: 'anna', subject: 'To Anna' });
    await world.do('deliver', { from: 'chen', to: 'ben', subject: 'To Ben' });
    const rows = page.getByRole('grid', { name: 'Messages' });
    await expect(rows.getByRole('row', { name: /To Anna/ })).toBeVisible();
    // Each row says whose it is, in words.
    await expect(rows.getByRole('row', { name: /To Ben, .*Żółta skrzynka 工作/ })).toBeVisible();
    await expect(rows.getByRole('row', { name: /To Anna, .*anna@example\.test/ })).toBeVisible();
    await expect(rows.getByText('Żółta skrzynka 工作')).toBeVisible();
    await axe(page, '.message-list');
    await page.getByRole('searchbox', { name: 'Search mail' }).fill('subject:To');
    await page.getByRole('searchbox', { name: 'Search mail' }).press('Enter');
    await expect(rows.getByRole('row', { name: /To Ben, .*Żółta skrzynka 工作/ })).toBeVisible();
    // Within one mailbox it goes without saying.
    await tree.getByRole('treeitem', { name: /^Inbox/ }).last().click();
    await expect(rows.getByRole('row', { name: /To (Anna|Ben)/ }).first()).toBeVisible();
    await expect(rows.getByText('Żółta skrzynka 工作')).toHaveCount(0);
    await expect(rows.getByText('anna@example.test')).toHaveCount(0);
    await tree.getByRole('treeitem', { name: /^All inboxes/ }).click();
    await page.reload();
    await expect(rows.getByRole('row', { name: /To Ben/ })).toBeVisible();
    await settings(page);
    await page.getByRole('button', { name: 'Remove Żółta skrzynka 工作' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(list.getByRole('listitem')).toHaveCount(1);
    await page.getByRole('button', { name: 'Back to mail' }).click();
    await expect(tree.getByRole('treeitem', { name: /^All inboxes/ })).toBeHidden();
  });
}

test('an added account that does not open is mended by its password, and nobody is signed out', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  const added = await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/account', { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }, world.person('ben'));
  expect(added).toBe(200);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  // Another password of hers opens no vault, and no other session of hers is there to vouch for it.
  await world.do('add-password', { as: 'anna', password: 'another' });
  await signIn(page, { ...world.person('anna'), password: 'another' });
  await expect(page.getByRole('status').filter({ hasText: 'ben@example.test needs its password.' })).toBeVisible();
  // Once is enough: nothing else is wrong with her mail.
  await expect(page.getByRole('treeitem', { name: /^ben@example\.test/ })).toBeVisible();
  await expect(page.getByText('Mailboxes could not be loaded')).toBeHidden();
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await axe(page, 'body');
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('status').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Accounts', level: 2 })).toBeVisible();
  const list = page.getByRole('list', { name: 'Accounts' });
  await expect(list.getByRole('listitem').last()).toContainText('Its password is needed again.');
  await axe(page);
  await page.getByRole('button', { name: 'Password for ben@example.test' }).click();
  const form = page.getByRole('form', { name: 'Password for ben@example.test' });
  await form.getByLabel('Password', { exact: true }).fill('secret-ben');
  await form.getByRole('button', { name: 'Sign in' }).click();
  await expect(list.getByText('Its password is needed again.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Back to mail' }).click();
  await expect(page.getByRole('treeitem', { name: /^Inbox/ })).toHaveCount(2);
});
