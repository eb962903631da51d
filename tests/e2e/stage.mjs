// The other end of the stage: starts mail servers and a bridge, and directs them by JSON lines.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The program and its first arguments: built by xtask and named in POSTERN_STAGE, or run by cargo. */
function program() {
  const built = process.env.POSTERN_STAGE;
  return built ? [built] : ['cargo', 'run', '--quiet', '--package', 'postern-tests', '--bin', 'stage', '--'];
}

export class Stage {
  #child;
  #answers = [];
  #waiting = [];

  /** Starts `kind` (dovecot or mailhost) with the stage's own options and waits until it plays. */
  static async start(kind, ...options) {
    const stage = new Stage();
    const [command, ...first] = program();
    stage.#child = spawn(command, [...first, kind, ...options], {
      cwd: repository,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: stage.#child.stdout }).on('line', (line) => {
      const waiting = stage.#waiting.shift();
      waiting ? waiting.resolve(line) : stage.#answers.push(line);
    });
    stage.#child.on('exit', (code) => {
      for (const { reject } of stage.#waiting.splice(0)) reject(new Error(`the stage ended with ${code}`));
    });
    const { url, people, submissions, authority } = JSON.parse(await stage.#next());
    Object.assign(stage, { url, people, submissions, authority });
    return stage;
  }

  /** Gives one order and waits until it is carried out. */
  async do(verb, details = {}) {
    this.#child.stdin.write(`${JSON.stringify({ do: verb, ...details })}\n`);
    const answer = JSON.parse(await this.#next());
    if (answer.error) throw new Error(`${verb}: ${answer.error}`);
    return answer;
  }

  /** Says IMAP lines in one raw session; returns the answers. */
  async imap(who, ...lines) {
    const { answers } = await this.do('imap', { as: who, lines });
    for (const { tagged } of answers) {
      if (!tagged.startsWith('OK')) throw new Error(`the mail server said ${tagged}`);
    }
    return answers;
  }

  /** The person with this local part. */
  person(local) {
    return this.people.find(({ address }) => address.startsWith(`${local}@`));
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }

  #next() {
    if (this.#answers.length) return Promise.resolve(this.#answers.shift());
    if (this.#child.exitCode !== null) return Promise.reject(new Error('the stage has ended'));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
