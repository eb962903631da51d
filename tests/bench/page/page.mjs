// Drives Chromium against a mailbox of 10,000 messages on Dovecot and prints medians and minima, with
// the raw IMAP commands (for sending: the smtplib session) that each step needs measured in the
// same run.
import { chromium } from '@playwright/test';
import { Stage } from '../../e2e/stage.mjs';
import { signIn } from '../../e2e/play.mjs';
import { outcome, probe, settled } from './probe.mjs';
import { sending } from './sending.mjs';
import { SMALL, NEWSLETTER, newsletter, small } from './letters.mjs';

const ROUNDS = Number(process.argv[2] ?? 15);
const MESSAGES = 10_000;
/** The newest 25 blocks hold one small letter and one newsletter each, far from each other. */
const BLOCK = 40;
const ROWS = 'UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE';

const figures = [];

/** Notes a figure: its bar, what was measured, and what the raw commands took. */
function figure(name, bar, times, raw = []) {
  figures.push({ name, bar, times, raw });
  process.stderr.write(`${name}: ${summary(times)}\n`);
}

function summary(times) {
  if (!times.length) return '—';
  const sorted = [...times].sort((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)].toFixed(1)} (least ${sorted[0].toFixed(1)})`;
}

/** Repeats a measurement. */
async function rounds(work, count = ROUNDS) {
  const times = [];
  for (let round = 0; round < count; round += 1) times.push(await work(round));
  return times;
}

/** Milliseconds that raw commands take, their answers added up; the lines are a function of the round. */
async function raw(stage, lines, measured) {
  return rounds(async (round) => {
    const answers = await stage.imap('anna', ...lines(round));
    return answers.slice(-measured).reduce((sum, { ms }) => sum + ms, 0);
  });
}

async function fresh(browser, stage) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(probe);
  await page.goto(stage.url);
  return page;
}

async function entering(browser, stage) {
  const last = (count) => `FETCH ${MESSAGES - count + 1}:* (${ROWS})`;
  const commands = await raw(stage, () => ['SELECT INBOX', last(50)], 2);
  figure('sign-in click → rows', 150, await rounds(async () => {
    const page = await fresh(browser, stage);
    const { address, password } = stage.person('anna');
    await page.getByRole('textbox', { name: 'Email address' }).fill(address);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).focus();
    await settled(page);
    await page.evaluate(() => window.probe.arm('keydown', () => window.probe.rows()));
    await page.keyboard.press('Enter');
    const took = await outcome(page);
    await page.context().close();
    return took;
  }), commands);

  const page = await fresh(browser, stage);
  await signIn(page, stage.person('anna'));
  const compile = [];
  figure('warm reload → rows, wasm compile apart', 350, await rounds(async () => {
    await page.reload();
    const { rows, wasm } = await page.evaluate(async () => {
      await window.probe.rows();
      return { rows: window.probe.painted, wasm: window.probe.wasm };
    });
    compile.push(wasm);
    return rows - wasm;
  }), commands);
  figure('  wasm compile of that', null, compile);
  return page;
}

async function opening(page, stage) {
  for (const [name, bar, subject, place] of [
    ['open a small message, not prefetched', 80, SMALL, 39],
    ['open a 100 kB newsletter', 120, NEWSLETTER, 19],
  ]) {
    const { answers } = await stage.do('imap', { as: 'anna', lines: ['SELECT INBOX', `UID SEARCH SUBJECT "${subject}"`] });
    const uids = answers[1].untagged[0].split(' ').slice(2).map(Number);
    const commands = await raw(stage, (round) => ['SELECT INBOX', `UID FETCH ${uids[round]} (FLAGS BODY.PEEK[])`], 1);
    figure(name, bar, await rounds(async (round) => {
      // Far apart, so that none is a neighbour of what was open before.
      await page.evaluate((position) => window.probe.jump(position), BLOCK * round + place - 5);
      await settled(page);
      await page.evaluate((text) => window.probe.arm('mousedown', () => window.probe.body(text)), `${subject} ${round}.`);
      await page.getByRole('row', { name: `${subject} ${round}.` }).click({ position: { x: 200, y: 10 } });
      return outcome(page);
    }), commands);
  }
  await page.evaluate(() => window.probe.jump(3000));
  await settled(page);
  await page.getByRole('grid', { name: 'Messages' }).getByRole('row').nth(5).click();
  figure('next message, neighbour preloaded', 20, await rounds(async () => {
    await page.waitForTimeout(400); // the neighbour is preloaded while a person reads
    await page.evaluate(() => window.probe.arm('keydown', () => window.probe.body()));
    await page.keyboard.press('j');
    return outcome(page);
  }));
}

async function jumping(page, stage) {
  const at = (round) => MESSAGES - 5000 - 137 * round;
  const commands = await raw(stage, (round) => ['SELECT INBOX', `FETCH ${at(round) - 49}:${at(round)} (${ROWS})`], 1);
  figure('jump to the 5,000th', 40, await rounds(async (round) => {
    await page.evaluate(() => window.probe.jump(0));
    await settled(page);
    return page.evaluate((position) => {
      window.probe.start();
      window.probe.jump(position);
      return window.probe.rowAt(position + 3);
    }, 5000 + 137 * round);
  }), commands);
  await page.evaluate(() => window.probe.jump(0));
  await settled(page);
}

async function marking(page, stage) {
  await page.keyboard.press('u'); // keys mean the row in focus once no message is open
  figure('mark read → flag on the server', 20, await rounds(async (round) => {
    const subject = `Unread ${round}.`;
    await stage.do('append', { as: 'anna', mailbox: 'INBOX', message: small(subject) });
    const row = page.getByRole('row', { name: subject });
    await row.waitFor();
    await row.focus();
    const { uids } = await stage.do('wait', { as: 'anna', mailbox: 'INBOX', criteria: `SUBJECT "${subject}"` });
    // By uid: a search through 10,000 subjects would be most of what is measured.
    const set = stage.do('watch', { as: 'anna', mailbox: 'INBOX', criteria: `UID ${uids[0]} SEEN` });
    await page.waitForTimeout(100); // the watcher has selected the mailbox and is asking
    await page.evaluate(() => window.probe.armPress());
    await page.keyboard.press('Shift+I');
    return (await set).at - (await outcome(page));
  }));
}

async function arriving(browser, stage, name, bar, deliver) {
  const page = await fresh(browser, stage);
  await signIn(page, stage.person('anna'));
  // The mailbox may be nearly empty: there is nothing to wait for but the list itself.
  await page.getByRole('grid', { name: 'Messages' }).waitFor();
  await settled(page);
  figure(name, bar, await rounds(async (round) => {
    const subject = `Arrival ${round}.`;
    const shown = page.evaluate((text) => window.probe.rowNamed(text), subject);
    const at = await deliver(subject);
    return (await shown) - at;
  }));
  await page.context().close();
}

async function main() {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const stage = await Stage.start('dovecot', '--storage', 'mdbox');
  const host = await Stage.start('mailhost');
  try {
    await stage.do('fill', { as: 'anna', mailbox: 'INBOX', count: MESSAGES - 25 * BLOCK });
    for (let position = 24; position >= 0; position -= 1) {
      await stage.do('append', { as: 'anna', mailbox: 'INBOX', flags: '\\Seen', message: small(`${SMALL} ${position}.`) });
      await stage.do('fill', { as: 'anna', mailbox: 'INBOX', count: BLOCK / 2 - 1 });
      await stage.do('append', { as: 'anna', mailbox: 'INBOX', flags: '\\Seen', message: newsletter(`${NEWSLETTER} ${position}.`) });
      await stage.do('fill', { as: 'anna', mailbox: 'INBOX', count: BLOCK / 2 - 1 });
    }
    const page = await entering(browser, stage);
    await opening(page, stage);
    await jumping(page, stage);
    await marking(page, stage);
    await page.context().close();
    await arriving(browser, stage, "server's untagged EXISTS → row", 50, async (subject) => {
      const { at } = await stage.do('arrival', { as: 'anna', message: small(subject) });
      return at;
    });
    await arriving(browser, host, 'end to end on mailhost: handed over → row', 200, async (subject) => {
      const at = Date.now();
      await host.do('deliver', { from: 'ben', to: 'anna', subject });
      return at;
    });
    const { sent, raw: smtplib } = await sending((one) => fresh(browser, one), rounds);
    figure('Send → in the other mailbox (bar: 1.5 × smtplib)', null, sent, smtplib);
  } finally {
    await browser.close();
    await stage.stop();
    await host.stop();
  }
  console.log('milliseconds, median (least)'.padEnd(52), 'bar'.padStart(6), '  measured'.padEnd(26), 'raw');
  for (const { name, bar, times, raw: commands } of figures) {
    console.log(name.padEnd(52), String(bar ?? '').padStart(6), ` ${summary(times)}`.padEnd(26), summary(commands));
  }
}

await main();
