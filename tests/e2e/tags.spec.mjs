// Tags: keywords with a name and a colour, made here or by another program, shown and searched for.
import { KINDS, test, expect, row, openMessage } from './play.mjs';

const letter = (subject) => [
  'From: Ben <ben@example.test>', 'To: anna@example.test', `Subject: ${subject}`,
  `Message-ID: <${subject}@test.invalid>`, 'Date: Mon, 02 Nov 2026 10:00:00 +0000', '', 'x', '',
].join('\r\n');

for (const kind of KINDS) {
  test(`${kind}: a tag is made, applied, found, and taken away`, async ({ stage, visit }) => {
    const world = await stage(kind);
    for (const subject of ['Roof', 'Door']) {
      await world.do('append', { as: 'anna', mailbox: 'INBOX', message: letter(subject) });
    }
    const page = await visit(world, 'anna');
    const message = await openMessage(page, 'Roof');
    await page.keyboard.press('l');
    const dialog = page.getByRole('dialog', { name: 'Tags' });
    await dialog.getByRole('textbox', { name: 'New tag' }).fill('装修 house');
    await dialog.getByRole('radio', { name: 'Colour 4' }).check();
    await dialog.getByRole('button', { name: 'Create tag' }).click();
    await expect(row(page, 'Roof')).toHaveAccessibleName(/装修 house/);
    const box = dialog.getByRole('checkbox', { name: '装修 house' });
    await expect(box).toBeChecked();
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'KEYWORD &iMVP7g-_house SUBJECT Roof' });
    await dialog.getByRole('button', { name: 'Close' }).click();

    await message.getByRole('button', { name: 'Show messages tagged 装修 house' }).click();
    await expect(page.getByRole('heading', { name: 'Search results' })).toBeVisible();
    await expect(row(page, 'Roof')).toBeVisible();
    await expect(row(page, 'Door')).toHaveCount(0);

    await openMessage(page, 'Roof');
    await page.keyboard.press('l');
    const tagged = page.getByRole('grid', { name: 'Messages' }).getByRole('row', { name: '装修 house' });
    await expect(tagged).toHaveCount(1);
    await box.uncheck();
    await world.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: 'UNKEYWORD &iMVP7g-_house SUBJECT Roof' });
    // The row has lost it, or has left the search for it.
    await expect(tagged).toHaveCount(0);
  });

  test(`${kind}: a tag that another program set has its name and a colour`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('append', { as: 'anna', mailbox: 'INBOX', message: letter('Roof') });
    await world.imap('anna', 'SELECT INBOX', 'STORE 1 +FLAGS ($label4 Urgent_now NonJunk)');
    const page = await visit(world, 'anna');
    await expect(row(page, 'Roof')).toHaveAccessibleName(/To do/);
    await expect(row(page, 'Roof')).toHaveAccessibleName(/Urgent now/);
    await expect(row(page, 'Roof')).not.toHaveAccessibleName(/Junk/);
  });
}
