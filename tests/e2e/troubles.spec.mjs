// What goes wrong is said, loses nothing, and is never shown as an empty mailbox.
import { KINDS, test, expect, row } from './play.mjs';

/** What is shown while the mail server, the bridge or the network is away. */
const AWAY = /Mail server unreachable|Messages could not be loaded|Reconnecting/;

for (const kind of KINDS) {
  test(`${kind}: the mail server goes and comes back; typed text stays`, async ({ stage, visit }) => {
    const world = await stage(kind);
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Before' });
    const page = await visit(world, 'anna');
    await expect(row(page, 'Before')).toBeVisible();
    await page.getByRole('button', { name: 'Compose' }).click();
    const composer = page.getByRole('dialog', { name: /^New message/ });
    await composer.getByRole('textbox', { name: 'Subject' }).fill('Half a thought');
    await composer.getByRole('textbox', { name: 'Message text' }).fill('and the other half');

    await world.do('kill-imap');
    await expect(page.getByText('Mail server unreachable. Trying again…')).toBeVisible();
    await expect(row(page, 'Before')).toBeVisible();
    await world.do('start-imap');
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'After' });
    await expect(row(page, 'After')).toBeVisible({ timeout: 40_000 });
    await expect(composer.getByRole('textbox', { name: 'Subject' })).toHaveValue('Half a thought');
    await expect(composer.getByRole('textbox', { name: 'Message text' })).toHaveValue('and the other half');
  });
}

test('the bridge goes and comes back; the page says so and follows again', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Before' });
  const page = await visit(world, 'anna');
  await expect(row(page, 'Before')).toBeVisible();
  await world.do('kill-bridge');
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  await expect(row(page, 'Before')).toBeVisible();
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Meanwhile' });
  await world.do('start-bridge');
  await expect(row(page, 'Meanwhile')).toBeVisible({ timeout: 40_000 });
});

test('a wrong password is told from a server that is away', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world);
  const attempt = async () => {
    await page.getByRole('textbox', { name: 'Email address' }).fill('anna@example.test');
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await attempt();
  await expect(page.getByRole('alert').filter({ hasText: /password/i })).toBeVisible();
  await world.do('kill-imap');
  await attempt();
  await expect(page.getByRole('alert').filter({ hasText: /reach/i })).toBeVisible();
});

const FAULTS = [
  ['NO', { effect: 'no', text: '[UNAVAILABLE] Try later' }],
  ['BAD', { effect: 'bad', text: 'Parse error' }],
  ['BYE', { effect: 'bye', text: 'Going down' }],
  ['a closed connection', { effect: 'close' }],
  ['an answer cut short', { effect: 'drop-mid-literal' }],
  ['a giant literal', { effect: 'giant-literal', number: 5_000_000_000 }],
  ['silence', { effect: 'silent' }],
];
for (const [name, fault] of FAULTS) {
  test(`FETCH answered by ${name} is never an empty mailbox`, async ({ stage, visit }) => {
    const world = await stage('mailhost');
    await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Still here' });
    await world.do('fault', { on: 'FETCH', ...fault });
    const page = await visit(world, 'anna');
    await expect(page.getByText(AWAY).first()).toBeVisible();
    await expect(page.getByText(/Nothing here|All done/)).toHaveCount(0);
    await world.do('clear-faults');
    // Whether the page comes back by itself or waits to be asked, the rows must come.
    const retry = page.getByRole('button', { name: 'Try again' });
    await expect(async () => {
      if (await retry.isVisible()) await retry.click({ timeout: 500 });
      await expect(row(page, 'Still here')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 40_000 });
  });
}

test('a line of garbage among good answers hides none of them', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Still here' });
  await world.do('fault', { on: 'FETCH', effect: 'garbage', text: '* 1 FETCH (((((( \u0000' });
  const page = await visit(world, 'anna');
  await expect(row(page, 'Still here')).toBeVisible();
});

test('a refused recipient is named, and what was written is kept', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('fault', { on: 'RCPT', effect: 'deny-recipient', text: 'ben@example.test' });
  const page = await visit(world, 'anna');
  await page.getByRole('button', { name: 'Compose' }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  await composer.getByRole('combobox', { name: 'To' }).fill('ben@example.test');
  await composer.getByRole('combobox', { name: 'To' }).press('Enter');
  await composer.getByRole('textbox', { name: 'Subject' }).fill('Refused');
  await composer.getByRole('textbox', { name: 'Message text' }).fill('kept');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText(/ben@example\.test was refused/).first()).toBeVisible();
});
