import { api, type Language } from '../api/client';
import type { ReportBody, StepBody, TaskBody, VisitDone } from '../api/resources';

/** What somebody did and the service has to hear of. */
export type Deed =
  | { kind: 'report'; report: ReportBody }
  | { kind: 'step'; id: string; number: string; step: StepBody }
  | { kind: 'task'; id: string; name: string; task: TaskBody }
  | { kind: 'visit'; id: string; name: string; visit: VisitDone };

/** What came of a report. */
export interface Answer {
  number: string;
  grid: string | undefined;
  department: string | undefined;
  isJoined: boolean;
}

export interface Entry {
  /** Given by the store: they are sent in this order. */
  id: number;
  /** Sent once by it, however often it is tried. */
  key: string;
  /** Who did it: it is sent under no other name. */
  owner: string;
  at: number;
  deed: Deed;
  photos: readonly Blob[];
  state: 'waiting' | 'refused' | 'sent';
  /** What the service said against it, the last time. */
  why?: string;
  /** With which status. */
  status?: number;
  answer?: Answer;
}

/** Deeds about the same thing wait for each other. */
export const about = ({ key, deed }: Entry): string => (deed.kind === 'report' ? key : `${deed.kind} ${deed.id}`);

/** What was written with it. */
export function noteOf(deed: Deed): string {
  if (deed.kind === 'report') return deed.report.description ?? '';
  if (deed.kind === 'step') return deed.step.note ?? '';
  return (deed.kind === 'task' ? deed.task.note : deed.visit.note) ?? '';
}

/** The same with other words. */
export function withNote(deed: Deed, note: string): Deed {
  if (deed.kind === 'report') return { ...deed, report: { ...deed.report, description: note } };
  if (deed.kind === 'step') return { ...deed, step: { ...deed.step, note } };
  return deed.kind === 'task' ? { ...deed, task: { ...deed.task, note } } : { ...deed, visit: { ...deed.visit, note } };
}

/** A step on the case as it is by now, whatever happened to it since it was looked at. */
export function onWhateverItIs(deed: Deed): Deed {
  if (deed.kind !== 'step') return deed;
  const { version: _, ...step } = deed.step;
  return { ...deed, step };
}

export async function send({ deed, photos, key }: Entry, language: Language): Promise<Answer | undefined> {
  if (deed.kind === 'report') {
    const { number, joined, placement } = await api.report(deed.report, photos, key, language);
    const [grid] = placement.path;
    return { number, grid: grid?.code, department: placement.department ?? undefined, isJoined: joined };
  }
  if (deed.kind === 'step') await api.step(deed.id, deed.step, photos, key, language);
  else if (deed.kind === 'task') await api.doTask(deed.id, deed.task, language);
  else await api.visited(deed.id, deed.visit, language);
  return undefined;
}
