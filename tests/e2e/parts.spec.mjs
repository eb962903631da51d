// The page comes in parts: what follows the first screen is loaded behind it, and may fail to come.
import { test, expect, row, signIn } from './play.mjs';

// A service worker would answer from its cache what a test wants to fail.
test.use({ serviceWorkers: 'block' });

/** Holds back the files that match until the answer is called: with true they come, else they fail. */
async function hold(context, files) {
  let release;
  let early = true;
  const released = new Promise((resolve) => (release = resolve));
  await context.route(files, async (route) => {
    const held = early;
    const well = await released;
    await (held && !well ? route.abort() : route.continue());
  });
  return (well) => {
    early = false;
    release(well);
  };
}

test('a key pressed before its part is here is carried out once it is', async ({ stage, context, page }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'First' });
  const release = await hold(context, '**/split_later-*.wasm');
  await page.goto(world.url);
  await signIn(page, world.person('anna'));
  await expect(row(page, 'First')).toBeVisible();
  await page.getByRole('grid', { name: 'Messages' }).press('c');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  release(true);
  await expect(page.getByRole('dialog', { name: /^New message/ })).toBeVisible();
});

test('the rest of the page that cannot be loaded is said, and comes when asked for again', async ({ stage, context, page }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'First' });
  const release = await hold(context, '**/split_later-*.wasm');
  await page.goto(world.url);
  await signIn(page, world.person('anna'));
  await row(page, 'First').click();
  release(false);
  const status = page.getByRole('status').filter({ hasText: 'Part of the page could not be loaded.' });
  await expect(status).toBeVisible();
  await status.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'First' })).toBeVisible();
  await expect(status).toHaveCount(0);
});

test('settings that cannot be loaded say so in their place', async ({ stage, context, page }) => {
  const world = await stage('mailhost');
  const release = await hold(context, '**/split_settings-*.wasm');
  await page.goto(world.url);
  await signIn(page, world.person('anna'));
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  release(false);
  const alert = page.getByRole('alert').filter({ hasText: 'Part of the page could not be loaded.' });
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('another language comes as a part; without it the page speaks English', async ({ stage, browser }) => {
  const world = await stage('mailhost');
  const context = await browser.newContext({ locale: 'zh-CN', serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(world.url);
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await context.route('**/split_locale_zh_hans-*.wasm', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await context.close();
});
