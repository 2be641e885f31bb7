import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveMessage } from '../api/resources';
import { Connection, type LinkState, wait } from './connection';

/** A line that does what the test says. */
class Line {
  static readonly CLOSED = 3;
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor(readonly query: string) {}

  close(): void {
    this.readyState = Line.CLOSED;
    this.onclose?.();
  }
}

let lines: Line[];
let states: LinkState[];
let heard: LiveMessage[];
let mayGoOn: boolean;
let connection: Connection;

const line = () => lines.at(-1) as Line;
const say = (seq: number) => line().onmessage?.({ data: JSON.stringify({ type: 'alive', seq, at: '' }) });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal('WebSocket', Line);
  [lines, states, heard, mayGoOn] = [[], [], [], true];
  connection = new Connection(
    {
      heard: (message) => heard.push(message),
      changed: (state) => states.push(state),
      mayGoOn: async () => mayGoOn,
    },
    (query) => {
      lines.push(new Line(query));
      return line() as unknown as WebSocket;
    },
  );
  connection.start();
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a lost line is taken up behind the last message', async () => {
  expect(line().query).toBe('');
  line().onopen?.();
  say(7);
  line().close();
  await vi.advanceTimersByTimeAsync(600);
  expect(line().query).toBe('?since=7');
  line().onopen?.();
  expect(states).toEqual(['connecting', 'live', 'waiting', 'waiting', 'live']);
});

test('silence is a dead line', async () => {
  line().onopen?.();
  say(3);
  await vi.advanceTimersByTimeAsync(34_000);
  expect(lines).toHaveLength(1);
  say(3);
  await vi.advanceTimersByTimeAsync(36_000);
  expect(lines).toHaveLength(2);
});

test('who may not go on is left alone', async () => {
  mayGoOn = false;
  line().close();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(lines).toHaveLength(1);
  expect(states.at(-1)).toBe('off');
});

test('the network coming back ends the wait', async () => {
  for (let i = 0; i < 6; i++) {
    line().close();
    await vi.advanceTimersByTimeAsync(30_000);
  }
  const before = lines.length;
  line().close();
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(lines).toHaveLength(before + 1);
});

test('waits grow, differ and end at half a minute', () => {
  expect(wait(0, 0)).toBe(250);
  expect(wait(0, 1)).toBe(500);
  expect(wait(3, 0.5)).toBe(3_000);
  expect(wait(60, 1)).toBe(30_000);
});
