// Drafts: on this device at every pause, in Drafts within seconds, whole again when opened.
import AxeBuilder from '@axe-core/playwright';
import { KINDS, test, expect, row, mailbox, notifications } from './play.mjs';

const TEXT = 'Zażółć gęślą jaźń.\n你好，世界。\n\nمرحبا بالعالم';

const composerOf = (page, name) => page.getByRole('dialog', { name });
const field = (composer, name) => composer.getByRole('textbox', { name });

/** Begins a message. */
async function write(page, subject, text) {
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  const composer = composerOf(page, /^New message/);
  await field(composer, 'Subject').fill(subject);
  await field(composer, 'Message text').fill(text);
  return composer;
}

/** What Drafts holds, as the mail server tells it. */
async function uids(world, who = 'anna') {
  const answers = await world.imap(who, 'EXAMINE Drafts', 'UID SEARCH ALL');
  return JSON.stringify(answers).match(/SEARCH(?: \d+)*/)[0].split(' ').slice(1);
}

const saved = (composer) => expect(composer.getByText('Saved', { exact: true })).toBeVisible({ timeout: 30_000 });

for (const kind of KINDS) {
  test(`${kind}: a draft is in Drafts within seconds, once, and opens from there as it was`, async ({ stage, visit }) => {
    const world = await stage(kind);
    const page = await visit(world, 'anna');
    const composer = await write(page, 'Half a thought 想', TEXT);
    await composer.getByRole('combobox', { name: 'To' }).fill('ben@example.test');
    await composer.getByRole('combobox', { name: 'To' }).press('Enter');
    await saved(composer);
    await field(composer, 'Message text').fill(`${TEXT}\nMore.`);
    await expect(composer.getByText('Saved on this device')).toBeVisible();
    await saved(composer);
    expect(await uids(world)).toHaveLength(1);
    await composer.getByRole('button', { name: 'Save and close' }).click();
    await expect(composer).toHaveCount(0);
    await mailbox(page, /^Drafts/).click();
    await row(page, 'Half a thought').click();
    const again = composerOf(page, /^New message: Half a thought/);
    await expect(field(again, 'Message text')).toHaveValue(`${TEXT}\nMore.`);
    await expect(again.getByRole('button', { name: 'Remove ben@example.test' })).toBeVisible();
    const found = await new AxeBuilder({ page }).include('.composer').analyze();
    expect(found.violations.map(({ id }) => id)).toEqual([]);
    await again.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(notifications(page).getByText('Message sent')).toBeVisible();
    await world.do('wait', { as: 'ben', mailbox: 'INBOX', criteria: 'SUBJECT "Half"' });
    await expect.poll(() => uids(world)).toEqual([]);
  });
}

test('a closed tab, a killed one and a reload lose nothing that was typed', async ({ stage, visit }) => {
  test.slow();
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  // Nothing reaches the bridge from here on: what is kept is kept here.
  await write(page, 'Never saved', '');
  await world.do('kill-bridge');
  const text = field(composerOf(page, /^New message/), 'Message text');
  await text.pressSequentially('A long sentence that nobody pauses in', { delay: 30 });
  await page.waitForTimeout(1000);
  const context = page.context();
  // Nothing of the page runs any longer, and nothing answers.
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {});
  await crashed;
  await world.do('start-bridge');
  const second = await context.newPage();
  await second.goto(world.url);
  const found = composerOf(second, /^New message: Never saved/);
  await expect(field(found, 'Message text')).toHaveValue('A long sentence that nobody pauses in', { timeout: 30_000 });
  await field(found, 'Message text').press('End');
  await field(found, 'Message text').pressSequentially('!');
  await second.waitForTimeout(600);
  await second.reload();
  await expect(field(composerOf(second, /^New message: Never saved/), 'Message text')).toHaveValue(/in!$/);
  await second.close();
  const third = await context.newPage();
  await third.goto(world.url);
  const last = composerOf(third, /^New message: Never saved/);
  await expect(field(last, 'Message text')).toHaveValue(/in!$/, { timeout: 30_000 });
  await saved(last);
  expect(await uids(world)).toHaveLength(1);
});

test('two open tabs do not open each other\'s drafts', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  await saved(await write(page, 'Only here', 'x'));
  const other = await page.context().newPage();
  await other.goto(world.url);
  await mailbox(other, /^Drafts/).click();
  await expect(row(other, 'Only here')).toBeVisible();
  await expect(composerOf(other, /^New message/)).toHaveCount(0);
});

test('offline it is kept on this device and follows by itself; refused, it says why', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  await world.do('fault', { on: 'APPEND', effect: 'no', text: '[OVERQUOTA] full', times: 1 });
  const composer = await write(page, 'Offline', 'one');
  await expect(composer.getByText(/^Not saved: /)).toBeVisible({ timeout: 20_000 });
  await saved(composer);
  await page.context().setOffline(true);
  await field(composer, 'Message text').fill('two');
  await expect(composer.getByText('Saved on this device')).toBeVisible();
  await page.context().setOffline(false);
  await saved(composer);
  expect(await uids(world)).toHaveLength(1);
});

test('two devices are told of each other and choose; nothing is lost unasked', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const [desk, phone] = [await visit(world, 'anna'), await visit(world, 'anna')];
  const mine = await write(desk, 'Shared', 'from the desk');
  await saved(mine);
  const openThere = async () => {
    await mailbox(phone, /^Drafts/).click();
    await row(phone, 'Shared').first().click();
    return composerOf(phone, /^New message: Shared/);
  };
  const theirs = await openThere();
  await expect(field(theirs, 'Message text')).toHaveValue('from the desk');
  await field(theirs, 'Message text').fill('from the phone');
  await saved(theirs);
  await field(mine, 'Message text').fill('from the desk again');
  await expect(mine.getByRole('alert').getByText('changed on another device')).toBeVisible({ timeout: 20_000 });
  expect(await uids(world)).toHaveLength(1);
  await mine.getByRole('button', { name: 'Keep both' }).click();
  await saved(mine);
  expect(await uids(world)).toHaveLength(2);
  // The phone's stands as it was: it goes on, and then meets the desk's decision to take it.
  await field(theirs, 'Message text').fill('from the phone again');
  await saved(theirs);
  await theirs.getByRole('button', { name: 'Discard draft' }).click();
  await expect.poll(() => uids(world)).toHaveLength(1);
  await mailbox(phone, /^Drafts/).click();
  await row(phone, 'Shared').first().click();
  const taken = composerOf(phone, /^New message: Shared/);
  await expect(field(taken, 'Message text')).toHaveValue('from the desk again');
  await field(taken, 'Message text').fill('the last word');
  await saved(taken);
  await field(mine, 'Message text').fill('overtaken');
  await mine.getByRole('button', { name: 'Take the other version' }).click({ timeout: 20_000 });
  await expect(field(composerOf(desk, /^New message: Shared/), 'Message text')).toHaveValue('the last word');
  await taken.getByRole('button', { name: 'Discard draft' }).click();
  await expect.poll(() => uids(world)).toEqual([]);
  await field(composerOf(desk, /^New message: Shared/), 'Message text').fill('still wanted');
  const gone = composerOf(desk, /^New message: Shared/).getByRole('alert');
  await expect(gone.getByText('sent or discarded on another device')).toBeVisible({ timeout: 20_000 });
  await composerOf(desk, /^New message: Shared/).getByRole('button', { name: 'Keep this version' }).click();
  await saved(composerOf(desk, /^New message: Shared/));
  expect(await uids(world)).toHaveLength(1);
});

test('discarded, it leaves Drafts and this device, and Undo brings it back', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const page = await visit(world, 'anna');
  const composer = await write(page, 'Thrown away', 'every word');
  await saved(composer);
  await composer.getByRole('button', { name: 'Discard draft' }).click();
  await expect.poll(() => uids(world)).toEqual([]);
  await notifications(page).getByRole('button', { name: 'Undo' }).click();
  const again = composerOf(page, /^New message: Thrown away/);
  await saved(again);
  expect(await uids(world)).toHaveLength(1);
  await again.getByRole('button', { name: 'Discard draft' }).click();
  await expect.poll(() => uids(world)).toEqual([]);
  await page.reload();
  await expect(mailbox(page, /^Drafts/)).toBeVisible();
  await page.waitForTimeout(1000);
  await expect(composerOf(page, /^New message/)).toHaveCount(0);
});
