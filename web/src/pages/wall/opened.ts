import type { Case, Counted, Worker } from '../../api/resources';

/** What somebody wants to see of what is shown as a number or a picture. */
export type Opened = { title: string } & (
  | { kind: 'cases'; cases: readonly Case[] }
  | { kind: 'counted'; counted: readonly Counted[] }
  | { kind: 'staff'; staff: readonly Worker[] }
  | { kind: 'map'; workers: readonly Worker[] }
);
