// Identities and templates: confirmed by the code that arrives, written with, signed with, sent as.
import AxeBuilder from '@axe-core/playwright';
import { test, expect, notifications, openMessage } from './play.mjs';

async function settings(page, name) {
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { name, level: 2 })).toBeVisible();
}

const rich = (form, name) => form.frameLocator(`iframe[title="${name}"]`).getByRole('textbox', { name });

async function code(world, who) {
  const { uids } = await world.do('wait', { as: who, mailbox: 'INBOX', criteria: 'SUBJECT "Confirm your address"' });
  const answers = await world.imap(who, 'SELECT INBOX', `UID FETCH ${uids.at(-1)} BODY.PEEK[TEXT]`);
  return answers[1].untagged.join('\n').match(/^(\d{8})\r?$/m)[1];
}

async function arrived(world, who, subject) {
  const { uids } = await world.do('wait', { as: who, mailbox: 'INBOX', criteria: `SUBJECT "${subject}"` });
  const answers = await world.imap(who, 'SELECT INBOX', `UID FETCH ${uids[0]} BODY.PEEK[]`);
  return answers[1].untagged.join('\n').replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

/** Adds an identity and says the code that came. */
async function add(world, page, { name, email, signature, copy }) {
  await page.getByRole('button', { name: 'Add identity' }).click();
  const form = page.getByRole('form', { name: 'New identity' });
  await form.getByRole('textbox', { name: 'Sender name' }).fill(name);
  await form.getByRole('textbox', { name: 'Address' }).fill(email);
  await form.getByRole('textbox', { name: 'Replies go to' }).fill('list@example.test');
  await rich(form, 'Signature').pressSequentially(signature);
  if (copy) await form.getByRole('checkbox', { name: /^Send a copy/ }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  const list = page.getByRole('list', { name: 'Identities' });
  const item = list.getByRole('listitem').filter({ hasText: email });
  await expect(item.getByText('Not confirmed')).toBeVisible();
  return item;
}

const sign = (page, name, words) => async () => {
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  const form = page.getByRole('form', { name: `Edit ${name}` });
  await rich(form, 'Signature').pressSequentially(words);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Add identity' })).toBeVisible();
};

// What a frame holds is a fragment, and no page of its own.
const OF_PAGES = ['landmark-one-main', 'page-has-heading-one', 'region'];

async function axe(page) {
  const found = await new AxeBuilder({ page }).include('.settings').disableRules(OF_PAGES).analyze();
  expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

for (const kind of ['dovecot', 'mailhost']) {
  test(`${kind}: an address is confirmed by its code, sent as, and signs in the place of the other`, async ({ stage, visit }) => {
    const world = await stage(kind);
    const anna = await visit(world, 'anna');
    await settings(anna, 'Identities');
    await sign(anna, 'anna@example.test', 'Anna Żółć')();
    const item = await add(world, anna, { name: '王小明', email: 'chen@example.test', signature: 'Work 王小明', copy: true });
    await axe(anna);
    const field = item.getByRole('textbox', { name: 'Code for chen@example.test' });
    const right = await code(world, 'chen');
    await field.fill(right === '00000000' ? '00000001' : '00000000');
    await field.press('Enter');
    await expect(item.getByText('That is not the code.')).toBeVisible();
    await field.fill(right);
    await item.getByRole('button', { name: 'Confirm' }).click();
    await expect(item.getByText('Not confirmed')).toBeHidden();
    await expect(notifications(anna).getByText('Mail can be sent as chen@example.test now.')).toBeVisible();
    await axe(anna);

    await anna.getByRole('button', { name: 'Back to mail' }).click();
    await anna.getByRole('button', { name: 'Compose' }).click();
    const composer = anna.getByRole('dialog', { name: /^New message/ });
    const text = composer.getByRole('textbox', { name: 'Message text' });
    await expect(text).toHaveValue('\n\n-- \nAnna Żółć\n');
    await text.press('Control+Home');
    await text.pressSequentially('Typed by hand.');
    const from = composer.getByRole('combobox', { name: 'From' });
    await from.selectOption({ label: '王小明 <chen@example.test>' });
    await expect(text).toHaveValue('Typed by hand.\n\n-- \nWork 王小明\n');
    await composer.getByRole('combobox', { name: 'To' }).fill('ben@example.test');
    await composer.getByRole('textbox', { name: 'Subject' }).fill('As chen');
    await composer.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(notifications(anna).getByText('Message sent').first()).toBeVisible();
    const raw = await arrived(world, 'ben', 'As chen');
    expect(raw).toMatch(/^From: .*<chen@example\.test>/m);
    expect(raw).toMatch(/^Reply-To: <list@example\.test>/m);
    expect(raw).toContain(Buffer.from('Typed by hand.\r\n\r\n-- \r\nWork 王小明\r\n').toString('base64'));
    // The copy to oneself.
    await arrived(world, 'chen', 'As chen');
  });
}

test('a rich signature is exchanged where nobody wrote on it, and answers are signed where one wants', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const message = 'From: Ben <ben@example.test>\r\nTo: chen@example.test\r\nSubject: To the other\r\n\r\nHello there\r\n';
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message });
  await settings(anna, 'Identities');
  await sign(anna, 'anna@example.test', 'Anna')();
  const item = await add(world, anna, { name: 'Work', email: 'chen@example.test', signature: 'At work' });
  await item.getByRole('textbox', { name: 'Code for chen@example.test' }).fill(await code(world, 'chen'));
  await item.getByRole('button', { name: 'Confirm' }).click();
  await expect(item.getByText('Not confirmed')).toBeHidden();
  await item.getByRole('button', { name: 'Edit chen@example.test' }).click();
  const form = anna.getByRole('form', { name: 'Edit chen@example.test' });
  const signature = rich(form, 'Signature');
  await expect(signature).toHaveText('At work');
  await signature.press('Control+a');
  await form.getByRole('button', { name: 'Bold' }).click();
  await form.getByRole('combobox', { name: 'Signature in replies' }).selectOption('Below the quoted text');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(item).toBeVisible();
  await anna.getByRole('button', { name: 'Back to mail' }).click();

  await anna.getByRole('button', { name: 'Compose' }).click();
  const composer = anna.getByRole('dialog', { name: /^New message/ });
  await composer.getByRole('button', { name: 'With formatting' }).click();
  const text = composer.frameLocator('iframe[title="Message editor"]').getByRole('textbox', { name: 'Message text' });
  const from = composer.getByRole('combobox', { name: 'From' });
  await expect(text).toContainText('Anna');
  await text.press('Control+Home');
  await text.pressSequentially('Dear Łucja');
  await from.selectOption({ label: 'Work <chen@example.test>' });
  await expect(text.locator('b')).toHaveText('At work');
  await expect(text).not.toContainText('Anna');
  await expect(text).toContainText('Dear Łucja');
  await from.selectOption({ label: 'anna@example.test' });
  await expect(text).toContainText('Anna');
  await expect(text).not.toContainText('At work');
  // What is written on a signature is nobody's to take away.
  await text.press('Control+End');
  await text.pressSequentially(' and Ben');
  await from.selectOption({ label: 'Work <chen@example.test>' });
  await expect(text).toContainText('Anna and Ben');
  await expect(text).not.toContainText('At work');
  await composer.getByRole('button', { name: 'Plain text' }).click();
  await composer.getByRole('button', { name: 'Discard draft' }).click();

  // An answer comes from where the message went, signed below what it quotes.
  await openMessage(anna, 'To the other');
  await anna.getByRole('button', { name: 'Reply', exact: true }).click();
  const reply = anna.getByRole('dialog', { name: /^Reply/ });
  await expect(reply.getByRole('combobox', { name: 'From' }).locator('option:checked')).toHaveText('Work <chen@example.test>');
  await expect(reply.getByRole('textbox', { name: 'Message text' })).toHaveValue(/> Hello there\n[^]*-- \nAt work\n$/);
});

test('templates are kept, and put in where the caret stands', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  await settings(anna, 'Templates');
  await expect(anna.getByText('No template yet.', { exact: false })).toBeVisible();
  await anna.getByRole('button', { name: 'Add template' }).click();
  const form = anna.getByRole('form', { name: 'New template' });
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toHaveText('A template needs a name.');
  await form.getByRole('textbox', { name: 'Name' }).fill('شكر Podziękowanie');
  await form.getByRole('textbox', { name: 'Subject' }).fill('Thank you');
  await rich(form, 'Text').pressSequentially('Thanks for 你的信.');
  await axe(anna);
  await form.getByRole('button', { name: 'Save' }).click();
  const list = anna.getByRole('list', { name: 'Templates' });
  await expect(list.getByRole('listitem')).toContainText('شكر Podziękowanie');
  await axe(anna);
  await anna.getByRole('button', { name: 'Back to mail' }).click();

  await anna.getByRole('button', { name: 'Compose' }).click();
  const composer = anna.getByRole('dialog', { name: /^New message/ });
  const insert = async () => {
    await composer.getByRole('button', { name: 'Message options' }).click();
    await anna.getByRole('menuitem', { name: 'Insert template' }).click();
    await anna.getByRole('dialog', { name: 'Insert template' }).getByRole('button', { name: 'شكر Podziękowanie' }).click();
  };
  const plain = composer.getByRole('textbox', { name: 'Message text' });
  await plain.fill('Before. After.');
  await plain.press('Control+Home');
  for (let step = 0; step < 8; step += 1) await plain.press('ArrowRight');
  await insert();
  await expect(plain).toHaveValue('Before. Thanks for 你的信.After.');
  await expect(composer.getByRole('textbox', { name: 'Subject' })).toHaveValue('Thank you');
  await composer.getByRole('button', { name: 'With formatting' }).click();
  const text = composer.frameLocator('iframe[title="Message editor"]').getByRole('textbox', { name: 'Message text' });
  await text.press('Control+End');
  await insert();
  await expect(text).toHaveText(/Before\. Thanks for 你的信\.After\..*Thanks for 你的信\./);

  await composer.getByRole('button', { name: 'Discard draft' }).click();
  await settings(anna, 'Templates');
  await anna.getByRole('button', { name: 'Remove شكر Podziękowanie' }).click();
  await anna.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(anna.getByText('No template yet.', { exact: false })).toBeVisible();
});
