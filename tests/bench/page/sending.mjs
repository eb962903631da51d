// From the press on Send to the message in the other mailbox, beside the same by Python's smtplib.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Stage } from '../../e2e/stage.mjs';
import { signIn } from '../../e2e/play.mjs';
import { outcome } from './probe.mjs';

/** Nothing is held back: what is measured is the way, not the time in which one may think again. */
const AT_ONCE = ['--config', '[limits]', '--config', 'undo_seconds = 0'];

/** Sends one message a line of input; says when it began, in seconds since 1970. */
const SMTPLIB = `
import smtplib, ssl, sys, time
from email.message import EmailMessage
port, authority, sender, password, recipient = sys.argv[1:]
trust = ssl.create_default_context(cafile=authority)
for subject in sys.stdin:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject.strip()
    message.set_content("A few words.")
    print(time.time(), flush=True)
    with smtplib.SMTP_SSL("localhost", int(port), context=trust) as server:
        server.login(sender, password)
        server.send_message(message)
`;

/** When a message with this subject stands in ben's inbox, as raw IMAP sees it. */
function arrival(stage, subject) {
  const criteria = `SUBJECT "${subject}"`;
  return stage.do('watch', { as: 'ben', mailbox: 'INBOX', criteria });
}

async function bySmtplib(stage, rounds, watching, name = 'Raw') {
  const { address, password } = stage.person('anna');
  const script = ['-c', SMTPLIB, stage.submissions, stage.authority, address, password];
  const python = spawn('python3', [...script, stage.person('ben').address], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const times = await rounds(async (round) => {
    const subject = `${name}${round}`;
    const arrived = arrival(stage, subject);
    await watching();
    python.stdin.write(`${subject}\n`);
    const { value } = await lines.next();
    return (await arrived).at - Number(value) * 1000;
  });
  python.stdin.end();
  await once(python, 'exit');
  return times;
}

async function byPage(page, stage, rounds, watching) {
  return rounds(async (round) => {
    const subject = `Page${round}`;
    await page.getByRole('button', { name: 'Compose', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^New message/ });
    await dialog.getByRole('combobox', { name: 'To' }).fill(`${stage.person('ben').address},`);
    await dialog.getByRole('textbox', { name: 'Subject' }).fill(subject);
    const arrived = arrival(stage, subject);
    await watching();
    await dialog.getByRole('button', { name: 'Send', exact: true }).focus();
    await page.evaluate(() => window.probe.armPress());
    await page.keyboard.press('Enter');
    return (await arrived).at - (await outcome(page));
  });
}

/** Both ways, one after the other, over TLS to the same Postfix; the times of each. */
export async function sending(fresh, rounds) {
  const stage = await Stage.start('dovecot', ...AT_ONCE);
  try {
    const page = await fresh(stage);
    await signIn(page, stage.person('anna'));
    // The watcher has selected the mailbox and is asking.
    const watching = () => page.waitForTimeout(100);
    // Postfix's processes are up afterwards.
    await bySmtplib(stage, (work) => rounds(work, 2), watching, 'First');
    const raw = await bySmtplib(stage, rounds, watching);
    return { sent: await byPage(page, stage, rounds, watching), raw };
  } finally {
    await stage.stop();
  }
}
