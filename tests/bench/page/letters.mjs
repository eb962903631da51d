// The messages that the page benchmark opens.

/** Subject of the small messages. */
export const SMALL = 'Small letter';
/** Subject of the large ones. */
export const NEWSLETTER = 'Newsletter';

const head = (subject, type) => [
  'From: Ben <ben@example.test>', 'To: anna@example.test', `Subject: ${subject}`,
  `Message-ID: <${subject.replace(/\W/g, '')}@test.invalid>`, 'Date: Mon, 02 Nov 2026 10:00:00 +0000',
  'MIME-Version: 1.0', `Content-Type: ${type}; charset=utf-8`, '',
];

/** A plain text of two lines. */
export const small = (subject) =>
  [...head(subject, 'text/plain'), `This is ${subject}`, 'Nothing more.', ''].join('\r\n');

/** An HTML mail of 100 kB: tables in tables, inline styles, links and remote images, as senders write it. */
export function newsletter(subject) {
  const cell = (n) => [
    '<table width="100%" cellpadding="0" style="border-collapse: collapse; background: #f4f4f4">',
    '<tr><td style="padding: 12px 16px; font: 14px/1.5 Helvetica, Arial, sans-serif; color: #333333">',
    `<h2 style="font-size: 18px; margin: 0 0 8px">Story ${n}</h2>`,
    `<img src="https://images.test/${n}.jpg" width="560" height="120" alt="">`,
    '<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt.</p>',
    `<a href="https://stories.test/${n}" style="color: #0055aa">Read on</a>`, '</td></tr></table>',
  ].join('\r\n');
  const lines = [...head(subject, 'text/html'), '<html><body>', `<p>This is ${subject}</p>`];
  for (let n = 0, size = 0; size < 100_000; n += 1) {
    lines.push(cell(n));
    size += lines.at(-1).length;
  }
  return [...lines, '</body></html>', ''].join('\r\n');
}
