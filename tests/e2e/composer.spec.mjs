// Writing: rich text in its frame, quotations, recipients, a second look, pictures in the text.
import { test, expect, body, notifications, openMessage } from './play.mjs';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

async function compose(page, to, subject) {
  await page.getByRole('button', { name: 'Compose' }).click();
  const composer = page.getByRole('dialog', { name: /^New message/ });
  if (to) {
    await composer.getByRole('combobox', { name: 'To' }).fill(to);
    await composer.getByRole('combobox', { name: 'To' }).press('Enter');
  }
  if (subject) await composer.getByRole('textbox', { name: 'Subject' }).fill(subject);
  return composer;
}

async function rich(composer) {
  await composer.getByRole('button', { name: 'With formatting' }).click();
  const text = editor(composer);
  await expect(text).toBeVisible();
  await expect(text).toBeFocused();
  return text;
}

const editor = (composer) =>
  composer.frameLocator('iframe[title="Message editor"]').getByRole('textbox', { name: 'Message text' });

async function arrived(world, who, subject) {
  const { uids } = await world.do('wait', { as: who, mailbox: 'INBOX', criteria: `SUBJECT "${subject}"` });
  const answers = await world.imap(who, 'SELECT INBOX', `UID FETCH ${uids[0]} BODY.PEEK[]`);
  return answers[1].untagged.join('\n').replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

/** Pastes by a real event, as a browser makes it. */
const paste = (text, data) =>
  text.evaluate((element, { types, png }) => {
    const transfer = new DataTransfer();
    for (const [type, value] of Object.entries(types ?? {})) transfer.setData(type, value);
    if (png) {
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], 'dot.png', { type: 'image/png' }));
    }
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
  }, data);

test('rich text goes out as it looks, with the same words as text', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, 'ben@example.test', 'Formatted');
  const text = await rich(composer);
  const tools = composer.getByRole('toolbar', { name: 'Formatting' });
  await text.pressSequentially('Hello ');
  await tools.getByRole('button', { name: 'Bold' }).click();
  await expect(tools.getByRole('button', { name: 'Bold' })).toHaveAttribute('aria-pressed', 'true');
  await text.pressSequentially('strong');
  await text.press('Control+b');
  await text.press('Enter');
  await tools.getByRole('button', { name: 'Bulleted list' }).click();
  await text.pressSequentially('one');
  await text.press('Enter');
  await text.pressSequentially('two wrong');
  await tools.getByRole('button', { name: 'Undo' }).click();
  await tools.getByRole('button', { name: 'Redo' }).click();
  await text.press('Control+Enter');
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
  const raw = await arrived(world, 'ben', 'Formatted');
  expect(raw).toMatch(/multipart\/alternative/);
  expect(raw).toMatch(/Hello(&nbsp;| )<b>strong<\/b>/);
  expect(raw).toMatch(/<ul[^>]*><li[^>]*>.*one.*<\/li>/);
  expect(raw).toContain('Hello strong\r\n');
  expect(raw).toContain('- one\r\n- two wrong');
});

test('what is pasted is made safe, and words composed by an input method stay', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, '', '');
  const text = await rich(composer);
  await paste(text, {
    types: {
      'text/html': '<p onclick="parent.x=1">Pasted <b>bold</b><script>parent.x=1</script><img src=x onerror="parent.x=1"></p>',
      'text/plain': 'Pasted bold',
    },
  });
  await expect(text.locator('b')).toHaveText('bold');
  expect(await text.evaluate((element) => element.innerHTML)).not.toMatch(/script|onclick|onerror/);
  await text.press('Control+End');
  await text.press('Enter');
  const session = await anna.context().newCDPSession(anna);
  await session.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
  await session.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 });
  await session.send('Input.insertText', { text: '你好' });
  await text.pressSequentially('!');
  await expect(text).toContainText('你好!');
  await expect(text).not.toContainText('nihao');
  await text.press('Escape');
  await expect(composer.getByRole('button', { name: 'Minimise' })).toBeFocused();
});

test('between rich and plain text nothing is lost without a question', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, '', '');
  await composer.getByRole('textbox', { name: 'Message text' }).fill('plain <b>\n> quoted');
  const text = await rich(composer);
  await expect(text.locator('blockquote')).toHaveText('quoted');
  await composer.getByRole('button', { name: 'Plain text' }).click();
  await expect(composer.getByRole('textbox', { name: 'Message text' })).toHaveValue('plain <b>\n> quoted');
  await rich(composer);
  await text.press('Control+a');
  await text.press('Control+b');
  await composer.getByRole('button', { name: 'Plain text' }).click();
  const question = anna.getByRole('dialog', { name: 'Write plain text?' });
  await question.getByRole('button', { name: 'Keep formatting' }).click();
  await expect(text.locator('b').first()).toBeVisible();
  await composer.getByRole('button', { name: 'Plain text' }).click();
  await question.getByRole('button', { name: 'Use plain text' }).click();
  await expect(composer.getByRole('textbox', { name: 'Message text' })).toHaveValue(/plain <b>/);
});

test('a reply quotes HTML with its look, and the caret begins above', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const message = [
    'From: Ben <ben@example.test>', 'To: anna@example.test', 'Subject: Coloured', 'MIME-Version: 1.0',
    'Message-ID: <c@test.invalid>', 'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'Content-Type: text/html; charset=utf-8', '',
    '<style>.a{color:#c00}</style><p class=a>In red</p><script>x()</script>', '',
  ].join('\r\n');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message, flags: '\\Seen' });
  const anna = await visit(world, 'anna');
  const first = await compose(anna, '', '');
  await rich(first);
  await first.getByRole('button', { name: 'Discard draft' }).click();
  const region = await openMessage(anna, 'Coloured');
  await region.getByRole('button', { name: 'Reply', exact: true }).click();
  const composer = anna.getByRole('dialog', { name: /^Reply/ });
  const text = editor(composer);
  const quoted = text.locator('blockquote[type=cite] p');
  await expect(quoted).toHaveText('In red');
  await expect(quoted).toHaveCSS('color', 'rgb(204, 0, 0)');
  await expect(text).toContainText('Ben');
  await text.pressSequentially('My answer');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
  const raw = await arrived(world, 'ben', 'Re: Coloured');
  expect(raw.indexOf('My answer')).toBeLessThan(raw.indexOf('> In red'));
  expect(raw).not.toContain('x()');
});

test('a message is passed on as a file, unchanged', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  await world.do('deliver', { from: 'ben', to: 'anna', subject: 'Whole' });
  const anna = await visit(world, 'anna');
  const region = await openMessage(anna, 'Whole');
  await region.getByRole('button', { name: 'More actions' }).click();
  await anna.getByRole('menuitem', { name: 'Forward as attachment' }).click();
  const composer = anna.getByRole('dialog', { name: /^Forward/ });
  await expect(composer.getByText('Whole.eml')).toBeVisible();
  await composer.getByRole('combobox', { name: 'To' }).fill('ben@example.test,');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
  expect(await arrived(world, 'ben', 'Fwd: Whole')).toMatch(/message\/rfc822/);
});

test('recipients are suggested, pasted, moved, changed and removed by keys', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const sent = [
    'From: Anna <anna@example.test>', 'To: Ben <ben@example.test>', 'Subject: Known', 'Message-ID: <k@test.invalid>',
    'Date: Mon, 02 Nov 2026 10:00:00 +0000', '', 'Hello.', '',
  ].join('\r\n');
  await world.do('append', { as: 'anna', mailbox: 'Sent', message: sent, flags: '\\Seen' });
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, '', '');
  const to = composer.getByRole('combobox', { name: 'To' });
  const chip = (email) => composer.getByRole('button', { name: `Remove ${email}` });
  await expect(async () => {
    await to.fill('');
    await to.pressSequentially('be');
    await expect(composer.getByRole('option', { name: /ben@example\.test/ })).toBeVisible({ timeout: 1500 });
  }).toPass();
  await expect(to).toHaveAttribute('aria-expanded', 'true');
  await to.press('ArrowDown');
  await expect(composer.getByRole('option', { name: /ben@example\.test/ })).toHaveAttribute('aria-selected', 'true');
  await to.press('Enter');
  await expect(chip('ben@example.test')).toBeVisible();
  await expect(to).toHaveAttribute('aria-expanded', 'false');
  await paste(to, { types: { 'text/plain': 'Friends: Ann <ann@x.test>,\ncem@x.test;\ndan@x.test' } });
  for (const email of ['ann@x.test', 'cem@x.test', 'dan@x.test']) await expect(chip(email)).toBeVisible();
  await to.press('ArrowLeft');
  await anna.keyboard.press('Delete');
  await expect(chip('dan@x.test')).toHaveCount(0);
  await expect(to).toBeFocused();
  await to.press('ArrowLeft');
  await anna.keyboard.press('Enter');
  await expect(to).toHaveValue('cem@x.test');
  await to.fill('no address');
  await to.press('Enter');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(composer.getByRole('alert').filter({ hasText: 'is not an address' })).toBeVisible();
});

test('what is missing is asked about once, in one dialog', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, 'ben@example.test', '');
  await composer.getByRole('combobox', { name: 'To' }).fill('x@gmial.com,');
  await composer.getByRole('textbox', { name: 'Message text' }).fill('See the attached file.\n> attached');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  const question = anna.getByRole('dialog', { name: 'Send this message?' });
  await expect(question.getByRole('listitem')).toHaveCount(3);
  await expect(question.getByText('did you mean gmail.com?')).toBeVisible();
  await question.getByRole('button', { name: 'Back' }).click();
  await expect(composer).toBeVisible();
  await composer.getByRole('button', { name: 'Remove x@gmial.com' }).click();
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(question.getByRole('listitem')).toHaveCount(2);
  await question.getByRole('button', { name: 'Send anyway' }).click();
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
});

test('a pasted picture is shown at once and travels in the text', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const [anna, ben] = [await visit(world, 'anna'), await visit(world, 'ben')];
  const composer = await compose(anna, 'ben@example.test', 'A dot');
  const text = await rich(composer);
  await text.pressSequentially('Look: ');
  await paste(text, { png: PIXEL });
  await expect(text.locator('img')).toHaveJSProperty('naturalWidth', 1);
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
  const raw = await arrived(world, 'ben', 'A dot');
  expect(raw).toMatch(/multipart\/related/);
  expect(raw).toMatch(/src="cid:[0-9a-f]+@postern"/);
  await openMessage(ben, 'A dot');
  await expect(body(ben).locator('img')).toHaveJSProperty('naturalWidth', 1);
});

test('chips are dragged between To, Cc and Bcc, and nobody is told of who stands in Bcc', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, 'ben@example.test', 'Moved about');
  const field = (name) => composer.getByRole('combobox', { name, exact: true });
  const chip = (email) => composer.getByText(email, { exact: true });
  await field('To').fill('chen@example.test,anna@example.test,');
  await field('To').press('Enter');
  for (const name of ['Cc', 'Bcc']) await composer.getByRole('button', { name: `Add ${name}` }).click();
  await chip('chen@example.test').dragTo(field('Cc'));
  await chip('anna@example.test').dragTo(field('Bcc'));
  // There and back again it is still one.
  await chip('ben@example.test').dragTo(field('Cc'));
  await chip('ben@example.test').dragTo(field('To'));
  await expect(composer.getByRole('button', { name: /^Remove / })).toHaveCount(3);
  await composer.getByRole('textbox', { name: 'Message text' }).fill('Hello.');
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(notifications(anna).getByText('Message sent')).toBeVisible();
  for (const who of ['ben', 'chen', 'anna']) {
    const raw = await arrived(world, who, 'Moved about');
    expect(raw).toMatch(/^To: .*ben@example\.test/m);
    expect(raw).toMatch(/^Cc: .*chen@example\.test/m);
    expect(raw.replace(/^(From|Return-Path|Delivered-To|Received|X-|\s).*$/gm, '')).not.toContain('anna@example.test');
  }
});

test('a reply to a list goes to the list alone', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const message = [
    'From: Ben <ben@example.test>', 'To: talk@example.test', 'Cc: chen@example.test', 'Subject: To all of you',
    'Message-ID: <l@test.invalid>', 'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'List-Id: <talk.example.test>',
    'List-Post: <mailto:talk@example.test>', '', 'Hello, list.', '',
  ].join('\r\n');
  await world.do('append', { as: 'anna', mailbox: 'INBOX', message, flags: '\\Seen' });
  const anna = await visit(world, 'anna');
  const region = await openMessage(anna, 'To all of you');
  await region.getByRole('button', { name: 'More actions' }).click();
  await anna.getByRole('menuitem', { name: 'Reply to list' }).click();
  const composer = anna.getByRole('dialog', { name: /^Reply/ });
  await expect(composer.getByRole('button', { name: /^Remove / })).toHaveCount(1);
  await expect(composer.getByRole('button', { name: 'Remove talk@example.test' })).toBeVisible();
  await expect(composer.getByRole('textbox', { name: 'Message text' })).toHaveValue(/> Hello, list\./);
});

test('caret and selection stay where they are while tools are pressed, and undo takes back step by step', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, '', '');
  const text = await rich(composer);
  const tools = composer.getByRole('toolbar', { name: 'Formatting' });
  await text.pressSequentially('one two three');
  await text.press('Control+ArrowLeft');
  await text.press('Control+Shift+ArrowLeft');
  const selected = () => text.evaluate(() => getSelection().toString().trim());
  expect(await selected()).toBe('two');
  await tools.getByRole('button', { name: 'Italic' }).click();
  await expect(text.locator('i')).toHaveText(/^two ?$/);
  expect(await selected()).toBe('two');
  await text.pressSequentially('2 ');
  await expect(text).toHaveText('one 2 three');
  // The caret stands behind what was typed, not at an end.
  await text.pressSequentially('and ');
  await expect(text).toHaveText('one 2 and three');
  await text.press('Control+z');
  await expect(text).not.toHaveText('one 2 and three');
  for (let step = 0; step < 8; step += 1) await text.press('Control+z');
  await expect(text).toHaveText('');
  for (let step = 0; step < 9; step += 1) await text.press('Control+Shift+z');
  await expect(text).toHaveText('one 2 and three');
});

test('a picture in the text is shown again after a reload', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, '', 'A dot that stays');
  const text = await rich(composer);
  await paste(text, { png: PIXEL });
  await expect(text.locator('img')).toHaveJSProperty('naturalWidth', 1);
  await expect(composer.getByText('Saved', { exact: true })).toBeVisible({ timeout: 30_000 });
  await anna.reload();
  const again = anna.getByRole('dialog', { name: /^New message: A dot/ });
  await expect(editor(again).locator('img')).toHaveJSProperty('naturalWidth', 1);
});

test('notices never lie over Send, at any width', async ({ stage, visit }) => {
  const world = await stage('mailhost', '--config', '[limits]', '--config', 'message_mb = 1');
  const anna = await visit(world, 'anna');
  for (const [width, height] of [[1440, 900], [900, 700], [390, 844]]) {
    await anna.setViewportSize({ width, height });
    const composer = await compose(anna, '', `At ${width}`);
    await composer.getByRole('textbox', { name: 'Subject' }).evaluate((field) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(2 << 20)], 'huge.bin'));
      field.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    });
    // It stays until it is dismissed.
    const notice = notifications(anna).getByText(/^huge\.bin was not attached/).last();
    await expect(notice).toBeVisible();
    const send = composer.getByRole('button', { name: 'Send', exact: true });
    const [above, below] = [await notice.boundingBox(), await send.boundingBox()];
    expect(above.y + above.height, `${width}`).toBeLessThan(below.y);
    await send.click();
    await expect(composer.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
    await notifications(anna).getByRole('button', { name: 'Dismiss' }).click();
    await composer.getByRole('button', { name: 'Save and close' }).click();
    await expect(composer).toHaveCount(0);
  }
});

test('what is being written stays in sight on a page that becomes narrow, and wide again', async ({ stage, visit }) => {
  const world = await stage('mailhost');
  const anna = await visit(world, 'anna');
  const composer = await compose(anna, 'ben@example.test', 'Turned');
  const text = composer.getByRole('textbox', { name: 'Message text' });
  await text.fill('Before the turn');
  await anna.setViewportSize({ width: 390, height: 844 });
  await expect(text).toBeVisible();
  await expect(text).toHaveValue('Before the turn');
  await anna.setViewportSize({ width: 900, height: 700 });
  await expect(text).toBeVisible();
  // One that was put aside stays aside.
  await composer.getByRole('button', { name: 'Minimise' }).click();
  await anna.goBack();
  await anna.setViewportSize({ width: 390, height: 844 });
  await expect(text).toBeHidden();
});
