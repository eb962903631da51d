// Mail taken out as a file, and brought in from one: what is there already is left out.
import { readFile, writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, expect, row } from './play.mjs';

async function act(page, name) {
  await page.getByRole('button', { name: 'Mailbox actions' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mailbox actions' });
  await dialog.getByRole('button', { name }).click();
  return dialog;
}

for (const kind of ['mailhost', 'dovecot']) {
  test(`${kind}: a mailbox goes out as mbox and comes in elsewhere, once`, async ({ stage, visit }) => {
    const world = await stage(kind);
    const page = await visit(world, 'anna');
    const subjects = ['Zażółć gęślą jaźń', '下周的会议', 'مرحبا بالعالم'];
    for (const subject of subjects) await world.do('deliver', { from: 'ben', to: 'anna', subject });
    await expect(row(page, subjects[2])).toBeVisible();
    const out = await act(page, 'Export…');
    const downloading = page.waitForEvent('download');
    await out.getByRole('button', { name: 'Export', exact: true }).click();
    const download = await downloading;
    const text = await readFile(await download.path(), 'latin1');
    expect(text.match(/^From /gm)).toHaveLength(3);
    const file = join(await mkdtemp(join(tmpdir(), 'postern-')), 'inbox.mbox');
    await writeFile(file, text, 'latin1');
    await expect(out.getByText('3 messages exported.')).toBeVisible();
    await page.keyboard.press('Escape');
    await page.getByRole('treeitem', { name: /^Archive/ }).click();
    for (const said of ['3 messages brought in.', '3 were already there.']) {
      const into = await act(page, 'Import…');
      await expect(into.getByRole('checkbox', { name: 'Skip messages that are already here' })).toBeChecked();
      await into.locator('input[type=file]').setInputFiles(file);
      await expect(into.getByRole('list', { name: 'Transfers' }).getByText(said)).toBeVisible();
      await page.keyboard.press('Escape');
      for (const subject of subjects) await expect(row(page, subject)).toHaveCount(1);
    }
  });
}

test('a message goes to a mailbox of another account by Move to, and by dragging', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  const { address, password } = world.person('ben');
  await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    await fetch('/api/account', { method: 'POST', headers, body: JSON.stringify(body) });
  }, { address, password });
  for (const subject of ['By the dialog', 'By the pointer']) {
    await world.do('deliver', { from: 'chen', to: 'anna', subject });
    await expect(row(page, subject)).toBeVisible();
  }
  const tree = page.getByRole('navigation', { name: 'Mailboxes' });
  await expect(tree.getByRole('treeitem', { name: /^Archive/ })).toHaveCount(2);
  await row(page, 'By the dialog').getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Move to' }).click();
  await page.getByRole('list', { name: 'ben@example.test' }).getByRole('button', { name: 'Archive' }).click();
  await expect(row(page, 'By the dialog')).toHaveCount(0);
  await row(page, 'By the pointer').dragTo(tree.getByRole('treeitem', { name: /^Archive/ }).last());
  await expect(row(page, 'By the pointer')).toHaveCount(0);
  await tree.getByRole('treeitem', { name: /^Archive/ }).last().click();
  await expect(row(page, 'By the dialog')).toBeVisible();
  await expect(row(page, 'By the pointer')).toBeVisible();
});

test('mail that is only here is taken out before its account goes, and lists that are no mailbox as well', async ({ stage, visit }) => {
  const world = await stage('mailhost', '--receive', 'both');
  const page = await visit(world, 'anna');
  await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    await fetch('/api/account', { method: 'POST', headers, body: JSON.stringify(body) });
  }, { ...world.person('chen'), protocol: 'Pop3' });
  for (const subject of ['Kept', 'Found']) await world.do('deliver', { from: 'ben', to: 'anna', subject });
  const out = async (dialog, count) => {
    const downloading = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const text = await readFile(await (await downloading).path(), 'latin1');
    expect(text.match(/^From /gm)).toHaveLength(count);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  };
  const dialog = page.getByRole('dialog', { name: 'Export', exact: true });
  await page.getByRole('treeitem', { name: /^All inboxes/ }).click();
  await expect(row(page, 'Found')).toBeVisible();
  await page.getByRole('button', { name: 'Export all…' }).click();
  await out(dialog, 2);
  const search = page.getByRole('searchbox', { name: 'Search mail' });
  await search.fill('subject:Found');
  await search.press('Enter');
  await expect(row(page, 'Kept')).toHaveCount(0);
  await page.getByRole('button', { name: 'Export results…' }).click();
  await out(dialog, 1);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Accounts' }).click();
  await world.do('deliver', { from: 'ben', to: 'chen', subject: 'Collected' });
  await page.getByRole('button', { name: 'Edit chen@example.test' }).click();
  const collecting = page.getByRole('region', { name: 'Collecting' });
  await collecting.getByRole('button', { name: 'Collect now' }).click();
  await expect(collecting.getByText(/Last round/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Remove chen@example.test' }).click();
  await page.getByRole('dialog', { name: 'Remove chen@example.test?' }).getByRole('button', { name: 'Export…' }).click();
  await expect(page.getByRole('dialog', { name: 'Remove chen@example.test?' })).toBeHidden();
  await out(dialog, 1);
});
