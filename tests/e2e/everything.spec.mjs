// What is done to everything in a list, loaded or not, and its way back.
import { KINDS, test, expect } from './play.mjs';

const grid = (page) => page.getByRole('grid', { name: 'Messages' });
const COUNT = 230;

for (const kind of KINDS) {
  test(`${kind}: all of a mailbox but one is starred, then archived, then brought back`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('fill', { as: 'anna', mailbox: 'INBOX', count: COUNT });
    const page = await visit(world, 'anna');
    const tools = page.getByRole('toolbar', { name: 'Message actions' }).first();
    const notices = page.getByRole('region', { name: 'Notifications' });
    await expect(grid(page)).toHaveAttribute('aria-rowcount', String(COUNT));
    await page.getByRole('row', { name: `Message ${COUNT}` }).focus();
    await page.keyboard.press('Control+a');
    await page.getByRole('button', { name: `Select all ${COUNT}` }).click();
    await page.getByRole('checkbox', { name: `Select Message ${COUNT}`, exact: true }).uncheck();
    await expect(page.getByText(`${COUNT - 1} selected`).first()).toBeVisible();

    await tools.getByRole('button', { name: 'Star' }).click();
    await expect(notices.getByText(`${COUNT - 1} messages starred`)).toBeVisible();
    const starred = await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'FLAGGED' });
    expect(starred.uids).toHaveLength(COUNT - 1);
    await expect(page.getByRole('row', { name: `Message ${COUNT}` })).not.toHaveAccessibleName(/starred/);

    await page.getByRole('row', { name: `Message ${COUNT}` }).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+a');
    await expect(page.getByText(`${COUNT} selected`).first()).toBeVisible();
    await tools.getByRole('button', { name: 'Archive' }).click();
    await expect(notices.getByText(`${COUNT} messages archived`)).toBeVisible();
    await expect(grid(page)).toHaveAttribute('aria-rowcount', '0');
    const filed = await world.do('wait', { as: 'anna', mailbox: 'Archive', criteria: 'ALL' });
    expect(filed.uids).toHaveLength(COUNT);
    await notices.getByRole('button', { name: 'Undo' }).click();
    await expect(grid(page)).toHaveAttribute('aria-rowcount', String(COUNT), { timeout: 20_000 });
    await expect(page.getByRole('row', { name: `Message ${COUNT}` })).toBeVisible();
  });
}
