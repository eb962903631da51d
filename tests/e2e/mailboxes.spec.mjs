// Mailboxes themselves: made, renamed, deleted, marked as read, emptied; each against both kinds of server.
import { KINDS, test, expect, row } from './play.mjs';

for (const kind of KINDS) {
  test(`${kind}: a mailbox is made, renamed and deleted`, async ({ stage, visit }) => {
    const world = await stage(kind);
    const page = await visit(world, 'anna');
    const node = (name) => page.getByRole('treeitem', { name });
    const dialog = page.getByRole('dialog', { name: 'Mailbox actions' });
    const act = async (name) => {
      await page.getByRole('button', { name: 'Mailbox actions' }).click();
      await dialog.getByRole('button', { name }).click();
    };
    await expect(node('Inbox')).toBeVisible();
    await act('New mailbox');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Plans');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await node('Plans').click();
    await expect(page.getByRole('heading', { name: 'Plans' })).toBeVisible();
    await act('Rename or move');
    await expect(dialog.getByRole('combobox', { name: 'Inside' })).toBeVisible();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Schemes');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'Schemes' })).toBeVisible();
    await expect(node('Plans')).toHaveCount(0);
    await act('Delete mailbox');
    await expect(dialog.getByText('Schemes and everything in it is deleted for ever.')).toBeVisible();
    await dialog.getByRole('button', { name: 'Delete mailbox' }).click();
    await expect(node('Schemes')).toHaveCount(0);
    await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  });

  test(`${kind}: all is marked as read, and the trash emptied`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'One' });
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Two' });
    const page = await visit(world, 'anna');
    const dialog = page.getByRole('dialog', { name: 'Mailbox actions' });
    await expect(page.getByRole('row', { name: /Two.*unread/ })).toBeVisible();
    await page.getByRole('button', { name: 'Mailbox actions' }).click();
    await dialog.getByRole('button', { name: 'Mark all as read' }).click();
    await expect(page.getByText('All marked as read').first()).toBeVisible();
    await expect(page.getByRole('row', { name: /unread/ })).toHaveCount(0);
    await page.getByRole('checkbox', { name: 'Select One' }).check();
    await page.getByRole('button', { name: 'Delete', exact: true }).first().click();
    await expect(row(page, 'One')).toHaveCount(0);
    await page.getByRole('treeitem', { name: 'Trash' }).click();
    await expect(row(page, 'One')).toBeVisible();
    await page.getByRole('button', { name: 'Mailbox actions' }).click();
    await dialog.getByRole('button', { name: 'Empty mailbox' }).click();
    await dialog.getByRole('button', { name: 'Empty mailbox' }).click();
    await expect(row(page, 'One')).toHaveCount(0);
  });
}
