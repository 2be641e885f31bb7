import type { LiveMessage } from '../api/resources';

export type LinkState = 'connecting' | 'live' | 'waiting' | 'off';

/** The service says at least this often that it is there; longer silence means that the line is dead. */
const SILENCE_MS = 35_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before the next try: twice as long each time, and never two pages at the same moment. */
export function wait(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest / 2 + (longest / 2) * random;
}

export interface Listener {
  heard(message: LiveMessage): void;
  changed(state: LinkState): void;
  /** Called before each new try; `false` ends it: the session is over. */
  mayGoOn(): Promise<boolean>;
}

/** The page's one WebSocket: resumes behind the last message it had, and never gives up while it may go on. */
export class Connection {
  #socket: WebSocket | undefined;
  #since: number | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(
    private readonly listener: Listener,
    private readonly open: (query: string) => WebSocket = (query) =>
      new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/live${query}`),
  ) {}

  start(): void {
    this.#connect();
    window.addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#hurry);
  }

  stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    window.removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#hurry);
    this.#socket?.close();
    this.listener.changed('off');
  }

  #connect(): void {
    this.listener.changed(this.#attempt === 0 ? 'connecting' : 'waiting');
    const socket = this.open(this.#since === undefined ? '' : `?since=${this.#since}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempt = 0;
      this.listener.changed('live');
      this.#watch(socket);
    };
    socket.onmessage = ({ data }) => {
      this.#watch(socket);
      const message = JSON.parse(data) as LiveMessage;
      if ('seq' in message) this.#since = message.seq;
      this.listener.heard(message);
    };
    socket.onclose = () => {
      if (socket === this.#socket && !this.#isClosed) this.#later();
    };
  }

  #watch(socket: WebSocket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // A dead line may take minutes to close: do not wait for it.
      socket.onclose = null;
      socket.close();
      this.#later();
    }, SILENCE_MS);
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.listener.changed('waiting');
    this.#timer = setTimeout(this.#again, wait(this.#attempt++, Math.random()));
  }

  #again = async (): Promise<void> => {
    const goOn = await this.listener.mayGoOn();
    if (this.#isClosed) return;
    if (goOn) this.#connect();
    else this.stop();
  };

  /** The network is back, or somebody looks: no reason to wait any longer. */
  #hurry = (): void => {
    const isWaiting = this.#socket?.readyState === WebSocket.CLOSED && !document.hidden;
    if (!isWaiting || this.#isClosed) return;
    clearTimeout(this.#timer);
    void this.#again();
  };
}
