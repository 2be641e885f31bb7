import type { Map as MapView } from 'maplibre-gl';
import type { Case, Finding, Worker } from '../api/resources';
import { unit } from './style';
import { FINDING } from '../findings/mark';
import { COLOR, type Mark, lateBy, markOf, shortly } from '../cases/mark';

/** The colour of those who are out in the grids. */
export const WORKER = '#7fe0a0';
/** A new case pulses for this long: three times, far below what may flash. */
const PULSE_MS = 4_000;
const BEAT_MS = 1_334;
/** More at once would say nothing. */
const PULSES = 12;
const FRAME_MS = 100;
const RADIUS = 6;
const REACH = 16;

/**
 * The cases, on a canvas of their own over the map: what moves and blinks must not make the map paint itself again.
 * Repaints with the map's moves, and otherwise at most ten times a second.
 */
export class Overlay {
  #cases: readonly Case[] = [];
  #findings: readonly Finding[] = [];
  #workers: readonly Worker[] = [];
  #picked: string | undefined;
  #now: () => number = Date.now;
  #born: ReadonlyMap<string, number> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = 0;
  readonly #isStill = window.matchMedia('(prefers-reduced-motion: reduce)');

  constructor(
    private readonly map: MapView,
    private readonly canvas: HTMLCanvasElement,
  ) {
    map.on('move', this.#draw);
    map.on('resize', this.#draw);
  }

  show(cases: readonly Case[], born: ReadonlyMap<string, number>, picked: string | undefined, now: () => number): void {
    // The oldest first, so that the newest lie on top, and over all what is late.
    const weight = (one: Case): number => (lateBy(one, now()) === undefined ? 0 : 1);
    this.#cases = [...cases].sort((a, b) => weight(a) - weight(b) || (a.id < b.id ? -1 : 1));
    this.#born = born;
    this.#picked = picked;
    this.#now = now;
    this.#soon();
  }

  showFindings(findings: readonly Finding[]): void {
    // The newest on top.
    this.#findings = findings.toReversed();
    this.#soon();
  }

  showWorkers(workers: readonly Worker[]): void {
    this.#workers = workers;
    this.#soon();
  }

  /** What is under a point of the map, the nearest where there are several. */
  at(x: number, y: number): { kind: 'case' | 'finding'; id: string } | undefined {
    let best: { kind: 'case' | 'finding'; id: string } | undefined;
    let least = REACH;
    for (const [kind, all] of [['case', this.#cases] as const, ['finding', this.#findings] as const]) {
      for (const { id, position } of all) {
        if (!position) continue;
        const at = this.map.project(position);
        const away = Math.hypot(at.x - x, at.y - y);
        if (away < least) [best, least] = [{ kind, id }, away];
      }
    }
    return best;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.map.off('move', this.#draw);
    this.map.off('resize', this.#draw);
  }

  #soon(): void {
    this.#timer ??= setTimeout(this.#draw, Math.max(0, this.#lastMs + FRAME_MS - performance.now()));
  }

  #draw = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [now, moment] = [this.#now(), performance.now()];
    this.#lastMs = moment;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = window.devicePixelRatio;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    }
    // Drawn by the processor: on a machine without a graphics card the other way stops the page for a second at a time.
    const ctx = this.canvas.getContext('2d', { willReadFrequently: true });
    if (!ctx) return;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);

    // Smaller where the whole site is a hand's breadth wide, larger on a wall.
    const zoom = this.map.getZoom() - Math.log2(unit());
    const scale = unit() * Math.min(1, Math.max(0.65, 0.65 + (zoom - 12) * 0.2));
    // Beneath all else: people move, and cases wait.
    for (const { position } of this.#workers) {
      if (!position) continue;
      const { x, y } = this.map.project(position);
      ctx.save();
      ctx.translate(x, y);
      ctx.scale(scale, scale);
      drawWorker(ctx);
      ctx.restore();
    }
    this.canvas.dataset.workers = `${this.#workers.filter(({ position }) => position).length}`;
    let drawn = 0;
    const isYoung = (one: Case): boolean => moment - (this.#born.get(one.id) ?? -Infinity) < PULSE_MS;
    const pulsing = new Set(this.#cases.filter(isYoung).slice(-PULSES));
    for (const one of this.#cases) {
      if (!one.position) continue;
      const { x, y } = this.map.project(one.position);
      if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue;
      ctx.save();
      ctx.translate(x, y);
      ctx.scale(scale, scale);
      if (pulsing.has(one)) this.#pulse(ctx, moment - (this.#born.get(one.id) ?? 0));
      const mark = markOf(one, now);
      drawMark(ctx, mark);
      if (mark === 'overdue') label(ctx, shortly(lateBy(one, now) ?? 0), 10, 0);
      if (one.id === this.#picked) bracket(ctx);
      ctx.restore();
      drawn++;
    }
    this.canvas.dataset.drawn = `${drawn}`;
    for (const { id, position } of this.#findings) {
      if (!position) continue;
      const { x, y } = this.map.project(position);
      ctx.save();
      ctx.translate(x, y);
      ctx.scale(scale, scale);
      drawFinding(ctx);
      if (id === this.#picked) bracket(ctx);
      ctx.restore();
    }
    if (pulsing.size > 0) this.#soon();
  };

  #pulse(ctx: CanvasRenderingContext2D, lived: number): void {
    const beat = this.#isStill.matches ? 0.35 : (lived % BEAT_MS) / BEAT_MS;
    ctx.globalAlpha = 0.85 * (1 - beat);
    ctx.strokeStyle = COLOR.new;
    ctx.lineWidth = 3;
    ring(ctx, RADIUS + 4 + 30 * beat);
    ctx.globalAlpha = 1;
  }
}

function ring(ctx: CanvasRenderingContext2D, radius: number): void {
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, 2 * Math.PI);
  ctx.stroke();
}

/** At the origin: the forms that `Mark.svelte` draws for lists and legend. */
function drawMark(ctx: CanvasRenderingContext2D, mark: Mark): void {
  ctx.lineJoin = 'round';
  ctx.beginPath();
  if (mark === 'overdue') {
    ctx.moveTo(0, -8);
    ctx.lineTo(8, 6);
    ctx.lineTo(-8, 6);
    ctx.closePath();
  } else if (mark === 'triage') {
    ctx.moveTo(0, -7.5);
    ctx.lineTo(7.5, 0);
    ctx.lineTo(0, 7.5);
    ctx.lineTo(-7.5, 0);
    ctx.closePath();
  } else {
    ctx.arc(0, 0, mark === 'done' ? 4 : RADIUS, 0, 2 * Math.PI);
  }
  const isHollow = mark === 'new' || mark === 'triage';
  ctx.strokeStyle = 'rgb(7 13 21 / 85%)';
  ctx.lineWidth = isHollow ? 6 : 4.5;
  ctx.stroke();
  ctx.fillStyle = isHollow ? 'rgb(7 13 21 / 75%)' : COLOR[mark];
  ctx.fill();
  if (isHollow || mark === 'progress') {
    ctx.strokeStyle = mark === 'progress' ? '#fff' : COLOR[mark];
    ctx.lineWidth = isHollow ? 3 : 2;
    ctx.stroke();
  }
}

/** At the origin: head and shoulders. */
function drawWorker(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.arc(0, -4, 4, 0, 2 * Math.PI);
  ctx.moveTo(7, 8);
  ctx.arc(0, 8, 7, 0, Math.PI, true);
  ctx.closePath();
  ctx.strokeStyle = 'rgb(7 13 21 / 85%)';
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fillStyle = WORKER;
  ctx.fill();
}

/** At the origin: an eye. */
function drawFinding(ctx: CanvasRenderingContext2D): void {
  ctx.beginPath();
  ctx.moveTo(-10, 0);
  ctx.quadraticCurveTo(0, -11, 10, 0);
  ctx.quadraticCurveTo(0, 11, -10, 0);
  ctx.closePath();
  ctx.fillStyle = 'rgb(7 13 21 / 85%)';
  ctx.fill();
  ctx.strokeStyle = FINDING;
  ctx.lineWidth = 2;
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(0, 0, 3, 0, 2 * Math.PI);
  ctx.fillStyle = FINDING;
  ctx.fill();
}

function label(ctx: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  ctx.font = '600 12px system-ui, sans-serif';
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = 'rgb(7 13 21 / 90%)';
  ctx.strokeText(text, x, y);
  ctx.fillStyle = '#ffb1ac';
  ctx.fillText(text, x, y);
}

function bracket(ctx: CanvasRenderingContext2D): void {
  ctx.strokeStyle = '#fff';
  ctx.lineWidth = 2;
  ring(ctx, 14);
}
