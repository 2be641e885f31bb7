import type { Link } from '../api/resources';

/** What the line says beside pictures; `docs/cameras.md` tells it all. */
type Said =
  | { type: 'begin'; codec: string; width: number; height: number; stream: string }
  | { type: 'skipped'; pictures: number }
  | { type: 'camera'; link: Link }
  | { type: 'stills'; cause: string };

export interface Viewer {
  /** Pictures are skipped: this screen was too slow. */
  skipped(pictures: number): void;
  /** There is no stream that this browser plays: stills take its place. */
  stills(cause: string): void;
  /** The line is closed, and why nobody knows. */
  lost(): void;
}

/** Behind by more than this, it goes to where the camera is. */
const LATE_S = 1;
/** What has been played is kept so long. */
const KEPT_S = 10;
const HEVC = 'video/mp4; codecs="hvc1.1.6.L93.B0"';

export const canStream = (): boolean => 'MediaSource' in window;

/** A camera's live pictures in a video element: what the camera sends, as it encodes it. */
export class LiveStream {
  readonly #source = new MediaSource();
  readonly #url = URL.createObjectURL(this.#source);
  readonly #line: WebSocket;
  readonly #waiting: ArrayBuffer[] = [];
  #buffer: SourceBuffer | undefined;
  #isOver = false;

  constructor(
    private readonly video: HTMLVideoElement,
    camera: string,
    private readonly viewer: Viewer,
  ) {
    const plays = MediaSource.isTypeSupported(HEVC) ? '?hevc=true' : '';
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.#line = new WebSocket(`${scheme}://${location.host}/api/cameras/${encodeURIComponent(camera)}/live${plays}`);
    this.#line.binaryType = 'arraybuffer';
    this.#line.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#hear(data);
    this.#line.onclose = () => !this.#isOver && this.viewer.lost();
    video.src = this.#url;
  }

  stop(): void {
    this.#isOver = true;
    this.#line.close();
    this.video.removeAttribute('src');
    this.video.load();
    URL.revokeObjectURL(this.#url);
  }

  #hear(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      this.#waiting.push(data);
      this.#feed();
      return;
    }
    const said = JSON.parse(data) as Said;
    if (said.type === 'begin') void this.#begin(`video/mp4; codecs="${said.codec}"`);
    if (said.type === 'skipped') this.viewer.skipped(said.pictures);
    if (said.type === 'stills') {
      this.#isOver = true;
      this.viewer.stills(said.cause);
    }
  }

  async #begin(type: string): Promise<void> {
    if (this.#buffer) {
      this.#buffer.changeType(type);
      return;
    }
    if (this.#source.readyState !== 'open') {
      await new Promise((open) => this.#source.addEventListener('sourceopen', open, { once: true }));
    }
    if (this.#isOver) return;
    this.#buffer = this.#source.addSourceBuffer(type);
    this.#buffer.onupdateend = () => this.#feed();
    this.#feed();
  }

  #feed(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#isOver || this.#source.readyState !== 'open') return;
    const next = this.#waiting.shift();
    if (next) buffer.appendBuffer(next);
    else this.#keepUp(buffer);
  }

  #keepUp(buffer: SourceBuffer): void {
    if (buffer.buffered.length === 0) return;
    const [begin, end] = [buffer.buffered.start(0), buffer.buffered.end(buffer.buffered.length - 1)];
    if (end - this.video.currentTime > LATE_S) this.video.currentTime = end - 0.1;
    // A browser that nobody has touched lets silent videos play.
    if (this.video.paused) void this.video.play().catch(() => undefined);
    if (this.video.currentTime - begin > 2 * KEPT_S) buffer.remove(begin, this.video.currentTime - KEPT_S);
  }
}
