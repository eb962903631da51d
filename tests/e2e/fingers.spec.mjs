// On a phone: a row is swiped aside, and the list pulled down.
import { test, expect, row } from './play.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** One finger along a straight line, as the browser itself would report it. */
async function drag(page, from, to) {
  const touch = await page.context().newCDPSession(page);
  const send = (type, touchPoints) => touch.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', [from]);
  for (let step = 1; step <= 8; step += 1) {
    const at = (key) => from[key] + ((to[key] - from[key]) * step) / 8;
    await send('touchMove', [{ x: at('x'), y: at('y') }]);
  }
  await send('touchEnd', []);
}

/** Signed in on a phone, where the tree is behind its button. */
async function phone(visit, world) {
  const page = await visit(world, null, PHONE);
  const { address, password } = world.person('anna');
  await page.getByRole('textbox', { name: 'Email address' }).fill(address);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('combobox', { name: 'Sort by' })).toBeVisible();
  return page;
}

async function middle(target) {
  const box = await target.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('a row swiped forward is archived and one swiped backward trashed; a short push does nothing', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  for (const subject of ['One', 'Two', 'Three']) await world.do('deliver', { from: 'ben', to: 'anna', subject });
  const page = await phone(visit, world);
  await expect(row(page, 'Three')).toBeVisible();
  const swipe = async (subject, by) => {
    const from = await middle(row(page, subject));
    await drag(page, from, { x: from.x + by, y: from.y });
  };
  await swipe('Two', 50);
  await expect(row(page, 'Two')).toBeVisible();
  await swipe('Two', 150);
  await expect(row(page, 'Two')).toHaveCount(0);
  await world.do('wait', { as: 'anna', mailbox: 'Archive', criteria: 'SUBJECT Two' });
  await swipe('One', -150);
  await expect(row(page, 'One')).toHaveCount(0);
  await world.do('wait', { as: 'anna', mailbox: 'Trash', criteria: 'SUBJECT One' });
  await expect(row(page, 'Three')).toBeVisible();
});

test('pulling the list down asks for new mail', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'One' });
  const page = await phone(visit, world);
  const from = await middle(row(page, 'One'));
  await drag(page, from, { x: from.x, y: from.y + 200 });
  await expect(page.locator('[aria-live=polite]')).toHaveText('Checking for new mail…');
  await expect(row(page, 'One')).toBeVisible();
});
