import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BINARY } from './service';

/** A camera over RTSP that is not there: a drawn street, over and over. */
export class Farm {
  private constructor(
    private readonly process: ChildProcess,
    readonly uri: string,
  ) {}

  static async start(): Promise<Farm> {
    const args = ['demo', 'cameras', '--count', '1', '--listen', '127.0.0.1:0', '--size', '320x180', '--seconds', '4'];
    const child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      return new Farm(child, line.split(' ')[0] ?? '');
    }
    throw new Error('the farm ended before it served');
  }

  stop(): void {
    this.process.kill();
  }
}
