// The page around the mail: roles and names, accessibility, base path, offline shell, widths and themes.
import AxeBuilder from '@axe-core/playwright';
import { test, expect, row, openMessage } from './play.mjs';

/** Violations of the page as it stands, but for minor ones; mail inside the iframe is not ours. */
async function violations(page) {
  const found = await new AxeBuilder({ page }).exclude('iframe').analyze();
  return found.violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

async function letterBox(stage, ...options) {
  const world = await stage('mailhost', ...options);
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Hello' });
  return world;
}

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: axe finds nothing on sign-in, list, message, conversation, dialogs, settings and composer`, async ({ stage, visit }) => {
    // Ten screens, each looked at whole: on a busy machine that takes longer than one flow does.
    test.slow();
    const world = await letterBox(stage);
    const door = await visit(world, null, { colorScheme });
    await expect(door.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    expect(await violations(door)).toEqual([]);
    const page = await visit(world, 'anna', { colorScheme });
    await expect(row(page, 'Hello')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    const message = await openMessage(page, 'Hello');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Conversations' }).click();
    await expect(message.getByRole('article')).toHaveCount(1);
    expect(await violations(page)).toEqual([]);
    for (const [key, name] of [['l', 'Tags'], ['v', 'Move to'], ['?', 'Shortcuts']]) {
      await page.keyboard.press(key);
      await expect(page.getByRole('dialog', { name })).toBeVisible();
      expect(await violations(page), name).toEqual([]);
      await page.keyboard.press('Escape');
    }
    await message.getByRole('button', { name: 'Reply', exact: true }).click();
    await expect(page.getByRole('dialog', { name: /^Reply/ })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${world.url}settings/appearance`);
    await expect(page.getByRole('heading', { name: 'Appearance' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}

test('the page keeps its contract of roles and names', async ({ stage, visit }) => {
  const world = await letterBox(stage);
  const door = await visit(world);
  await expect(door.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(door.getByRole('textbox', { name: 'Password' })).toHaveAttribute('type', 'password');
  for (const [role, name] of [
    ['textbox', 'Email address'], ['checkbox', 'Keep me signed in'], ['button', 'Sign in'],
  ]) await expect(door.getByRole(role, { name })).toBeVisible();

  const page = await visit(world, 'anna');
  const tree = page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('tree');
  for (const name of ['Inbox, 1 unread', 'Archive', 'Drafts', 'Junk', 'Sent', 'Trash']) {
    await expect(tree.getByRole('treeitem', { name })).toBeVisible();
  }
  await expect(page.getByRole('searchbox', { name: 'Search mail' })).toBeVisible();
  for (const name of ['Sort by', 'Show']) await expect(page.getByRole('combobox', { name })).toBeVisible();
  for (const name of ['Compose', 'Account menu', 'Mailbox actions']) {
    await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
  }
  const grid = page.getByRole('grid', { name: 'Messages' });
  await expect(grid).toHaveAttribute('aria-rowcount', '1');
  const hello = row(page, 'Hello');
  await expect(hello).toHaveAttribute('aria-rowindex', '1');
  await expect(hello).toHaveAccessibleName(/ben.*Hello/i);
  await expect(hello.getByRole('gridcell').first()).toBeVisible();
  await expect(hello.getByRole('checkbox', { name: 'Select Hello' })).toBeAttached();

  const message = await openMessage(page, 'Hello');
  const actions = page.getByRole('toolbar', { name: 'Message actions' });
  for (const name of ['Archive', 'Delete', 'Report junk', 'Mark as unread', 'Star', 'Move to']) {
    await expect(actions.getByRole('button', { name, exact: true })).toBeVisible();
  }
  for (const name of ['Reply', 'Reply all', 'Forward']) {
    await expect(message.getByRole('button', { name, exact: true })).toBeVisible();
  }
  await expect(message.locator('iframe[title="Message body"]')).toBeVisible();

  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  await expect(composer.getByRole('combobox', { name: 'To' })).toBeFocused();
  for (const name of ['Add Cc', 'Add Bcc', 'Send', 'Attach files', 'Discard draft', 'Schedule send', 'Message options']) {
    await expect(composer.getByRole('button', { name, exact: true })).toBeVisible();
  }
  for (const name of ['Subject', 'Message text']) {
    await expect(composer.getByRole('textbox', { name })).toBeVisible();
  }
  await page.getByRole('button', { name: 'Account menu' }).click();
  for (const name of ['Settings', 'Sign out']) {
    await expect(page.getByRole('menuitem', { name })).toBeVisible();
  }
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('what is attached and its viewer keep their names', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const message = [
    'From: ben@example.test', 'Subject: Two', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=e', '',
    ...['a.txt', 'b.txt'].flatMap((name) => [
      '--e', 'Content-Type: text/plain', `Content-Disposition: attachment; filename=${name}`, '', name,
    ]), '--e--', '',
  ].join('\r\n');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message });
  const page = await visit(world, 'anna');
  const region = await openMessage(page, 'Two');
  const files = region.getByRole('list', { name: 'Attachments' });
  await expect(files.getByRole('link', { name: /^Download a\.txt/ })).toBeVisible();
  await expect(region.getByRole('link', { name: 'Download all' })).toBeVisible();
  await files.getByRole('button', { name: /^Open a\.txt/ }).click();
  const viewer = page.getByRole('dialog', { name: 'a.txt' });
  for (const name of ['Previous file', 'Next file', 'Forward', 'Close']) {
    await expect(viewer.getByRole('button', { name, exact: true })).toBeVisible();
  }
  await expect(viewer.getByRole('link', { name: /^Download a\.txt/ })).toBeVisible();
});

test('the keyboard walks the list, opens, stars and closes', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  for (const subject of ['Older', 'Newer']) await world.do('deliver', { from: 'ben', to: 'anna', subject });
  const page = await visit(world, 'anna');
  await row(page, 'Newer').focus();
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'Older')).toBeFocused();
  await page.keyboard.press('s');
  await expect(row(page, 'Older')).toHaveAccessibleName(/starred/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Older' })).toBeVisible();
  await page.keyboard.press('k');
  await expect(page.getByRole('heading', { name: 'Newer' })).toBeVisible();
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog', { name: /^New message/ })).toBeVisible();
});

test('everything works below a base path, and a copied address opens the same message', async ({ stage, visit }) => {
  const world = await letterBox(stage, '--base', '/webmail/');
  const page = await visit(world, 'anna');
  expect(new URL(page.url()).pathname).toMatch(/^\/webmail\//);
  await openMessage(page, 'Hello');
  const address = page.url();
  expect(new URL(address).pathname).toMatch(/^\/webmail\/mail\/.+\/\d+-\d+$/);
  const again = await page.context().newPage();
  await again.goto(address);
  await expect(again.getByRole('region', { name: 'Message', exact: true }).getByRole('heading', { name: 'Hello' })).toBeVisible();
  const stranger = await visit(world);
  await stranger.goto(address);
  await expect(stranger.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('the shell opens without a network and says so', async ({ stage, visit }) => {
  const world = await letterBox(stage, '--base', '/webmail/');
  const page = await visit(world, 'anna');
  await expect(row(page, 'Hello')).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.context().setOffline(true);
  await world.do('kill-bridge');
  await page.reload();
  await expect(page.getByText(/Offline|No connection/).first()).toBeVisible();
  await world.do('start-bridge');
  await page.context().setOffline(false);
  await expect(row(page, 'Hello')).toBeVisible({ timeout: 40_000 });
});

test('the page is served with the decided CSP and loads nothing from elsewhere', async ({ stage, visit }) => {
  const world = await letterBox(stage);
  const page = await visit(world);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const response = await page.goto(world.url);
  const directives = response.headers()['content-security-policy'].split(';').map((part) => part.trim());
  for (const directive of [
    "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'",
    "img-src 'self' blob: data:", "connect-src 'self'", "media-src 'self'", "worker-src 'self'", "manifest-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
  ]) expect(directives).toContain(directive);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(asked.filter((url) => !url.startsWith(world.url))).toEqual([]);
  expect(asked.filter((url) => url.startsWith('http')).length).toBeLessThanOrEqual(10);
});

for (const [width, height] of [[1280, 800], [900, 700], [390, 844]]) {
  test(`at ${width} px a message opens and the way back works`, async ({ stage, visit }) => {
    const world = await letterBox(stage);
    const page = await visit(world, null, { viewport: { width, height } });
    const { address, password } = world.person('anna');
    await page.getByRole('textbox', { name: 'Email address' }).fill(address);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(row(page, 'Hello')).toBeVisible();
    await openMessage(page, 'Hello');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.goBack();
    await expect(row(page, 'Hello')).toBeVisible();
  });
}
