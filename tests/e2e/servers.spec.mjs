// Servers that people type in: at sign-in and where an account is added, only where the administrator lets them.
import AxeBuilder from '@axe-core/playwright';
import { test, expect, notifications } from './play.mjs';

const ALLOWED = ['--config', '[access]', '--config', 'custom_servers = true'];

test('server settings open at sign-in, and ports follow until one is typed', async ({ stage, visit }) => {
  const page = await visit(await stage('mailhost', ...ALLOWED));
  const opener = page.getByRole('button', { name: 'Server settings' });
  await expect(opener).toHaveAttribute('aria-expanded', 'false');
  await opener.click();
  await expect(opener).toHaveAttribute('aria-expanded', 'true');
  const port = page.getByRole('spinbutton', { name: 'Incoming port' });
  await expect(port).toHaveValue('993');
  await page.getByRole('combobox', { name: 'Receive with' }).selectOption('POP3');
  await expect(port).toHaveValue('995');
  await page.getByRole('combobox', { name: 'Incoming security' }).selectOption('STARTTLS');
  await expect(port).toHaveValue('110');
  await port.fill('1110');
  await page.getByRole('combobox', { name: 'Receive with' }).selectOption('IMAP');
  await expect(port).toHaveValue('1110');
  await expect(page.getByRole('spinbutton', { name: 'Outgoing port' })).toHaveValue('465');
  await page.getByRole('combobox', { name: 'Outgoing security' }).selectOption('STARTTLS');
  await expect(page.getByRole('spinbutton', { name: 'Outgoing port' })).toHaveValue('587');
  for (const name of ['Incoming server', 'User name', 'Outgoing server']) {
    await expect(page.getByRole('textbox', { name })).toBeVisible();
  }
  await page.getByRole('checkbox', { name: 'Outgoing server signs in differently' }).check();
  for (const name of ['Outgoing user name', 'Outgoing password']) {
    await expect(page.getByRole('textbox', { name })).toBeVisible();
  }
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

test('nobody is offered what the administrator does not allow', async ({ stage, visit }) => {
  const page = await visit(await stage('mailhost'));
  await expect(page.getByRole('checkbox', { name: 'Keep me signed in' })).toBeVisible();
  // The part that would bring the button is here.
  await expect(notifications(page)).toBeAttached();
  await expect(page.getByRole('button', { name: 'Server settings' })).toHaveCount(0);
});
