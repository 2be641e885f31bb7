import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../..');
export const BINARY = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target', 'debug/gridwatch');

/** The real binary on the demo site, on a port of its own, with a store that goes away. */
export class Service {
  private constructor(
    private process: ChildProcess,
    private readonly folder: string,
    /** As `serve` printed it: good once. */
    public signInLink: string,
    readonly origin: string,
  ) {}

  /** Cameras show nothing, so that only what a test does happens; but for those that it names, and their videos. */
  static async start(watched: readonly string[] = []): Promise<Service> {
    const [head = '', ...cameras] = readFileSync(join(ROOT, 'cameras.toml'), 'utf8').split('\n[[camera]]\n');
    const isWanted = (camera: string) => watched.length === 0 || watched.some((id) => camera.includes(`id = "${id}"`));
    return Service.of([head, ...cameras.filter(isWanted)].join('\n[[camera]]\n'), watched.length > 0);
  }

  /** With these cameras and no others; with the videos of the demo site where it says so. */
  static async of(cameras: string, videos = false): Promise<Service> {
    const folder = mkdtempSync(join(tmpdir(), 'gridwatch-web-'));
    mkdirSync(join(folder, 'site'));
    for (const file of ['geodata', 'gridwatch.toml']) symlinkSync(join(ROOT, file), join(folder, 'site', file));
    writeFileSync(join(folder, 'site/cameras.toml'), cameras);
    if (videos) execFileSync(BINARY, ['demo', 'scenes', '--site', join(folder, 'site')], { stdio: 'ignore' });
    const [process, link] = await run(folder, '127.0.0.1:0');
    return new Service(process, folder, link, new URL(link).origin);
  }

  /** As after a loss of power: the same port, the same store, and a fresh link. */
  async restart(): Promise<void> {
    await this.halt();
    [this.process, this.signInLink] = await run(this.folder, new URL(this.origin).host);
  }

  async halt(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Somebody of the demo site's staff comes to a page. */
  linkFor(staff: string, page: string): string {
    return `${this.origin}${page}#code=${this.codeFor(staff)}`;
  }

  codeFor(staff: string): string {
    const folders = ['--site', join(this.folder, 'site'), '--data', join(this.folder, 'data')];
    const said = execFileSync(BINARY, ['user', 'code', staff, ...folders], { encoding: 'utf8' });
    const code = said.trim().split(',').at(-1);
    if (!code) throw new Error(`no code: ${said}`);
    return code;
  }

  /** A token, shown this once. */
  token(name: string, role: string): string {
    const folders = ['--site', join(this.folder, 'site'), '--data', join(this.folder, 'data')];
    return execFileSync(BINARY, ['token', 'create', name, '--role', role, ...folders], { encoding: 'utf8' }).trim();
  }

  revoke(name: string): void {
    const folders = ['--site', join(this.folder, 'site'), '--data', join(this.folder, 'data')];
    execFileSync(BINARY, ['token', 'revoke', name, ...folders]);
  }

  /** What somebody does who is not at a page of the test. */
  async as(staff: string): Promise<(path: string, body?: object | FormData) => Promise<Response>> {
    const session = await fetch(`${this.origin}/api/session`, { method: 'POST', body: JSON.stringify({ code: this.codeFor(staff) }) });
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    return async (path, body) => {
      const headers = { Cookie: cookie, 'Idempotency-Key': crypto.randomUUID() };
      const sent = body instanceof FormData ? body : JSON.stringify(body);
      const response = await fetch(`${this.origin}${path}`, body ? { method: 'POST', headers, body: sent } : { headers });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response;
    };
  }

  /** Somebody reports, as anybody may. */
  async report(body: object): Promise<{ case_id: string; number: string }> {
    const response = await fetch(`${this.origin}/api/reports`, { method: 'POST', body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
    return (await response.json()) as { case_id: string; number: string };
  }
}

async function run(folder: string, listen: string): Promise<[ChildProcess, string]> {
  const args = ['serve', '--site', join(folder, 'site'), '--data', join(folder, 'data'), '--listen', listen];
  const child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk) => (said += chunk));
  const failed = new Promise<never>((_, fail) => {
    child.once('error', fail);
    child.once('exit', () => fail(new Error(`${BINARY} ended before it served:\n${said}`)));
  });
  const printed = (async () => {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const link = /http:\S+#code=\S+/.exec(line);
      if (link) return link[0];
    }
    return await failed;
  })();
  const link = await Promise.race([printed, failed]);
  failed.catch(() => undefined);
  return [child, link];
}
