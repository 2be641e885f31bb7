import { api, Refused } from '../api/client';
import type { CaseDetail, Next, StepBody } from '../api/resources';
import { t, why, words } from '../words/words.svelte';
import { fieldsOf } from './fields';

/** A step that somebody is about to take: what was filled in, what is missing, and what came of it. */
export class Draft {
  note = $state('');
  photos = $state.raw<readonly Blob[]>([]);
  /** Of a dispatch: what the lists propose, until somebody says otherwise. */
  lead = $state<string>();
  helpers = $state<string[]>([]);
  kind = $state<NonNullable<StepBody['kind']>>('daily');
  category = $state('');
  into = $state<string>();
  wish = $state<StepBody['wish']>();
  extra = $state('1d');
  isEngineering = $state(false);
  owner = $state<string>();
  stars = $state(5);
  isBusy = $state(false);
  failed = $state<string>();
  /** The same however often it is tried: it is taken once. */
  readonly #key = crypto.randomUUID();

  constructor(
    readonly one: CaseDetail,
    readonly next: Next,
    into?: string,
  ) {
    this.lead = one.placed.department ?? undefined;
    this.into = into;
  }

  readonly fields = $derived.by(() => fieldsOf(this.next.action));

  /** What is asked for, where this is the answer. */
  get request() {
    if (!['grant', 'deny'].includes(this.next.action)) return undefined;
    const department = this.next.department ?? undefined;
    return this.one.requests?.find((request) => (request.department ?? undefined) === department);
  }

  get missing(): string[] {
    const { fields, next } = this;
    const needs: [boolean, string][] = [
      [next.needs_reason && this.note.trim() === '', t('step.note')],
      [next.needs_photo && this.photos.length === 0, t('step.photos')],
      [fields.includes('lead') && !this.lead, t('step.lead')],
      [fields.includes('wish') && !this.wish, t('step.wish')],
      [this.asksOwner && !this.owner, t('step.owner')],
      [fields.includes('into') && !this.into, t('step.into')],
    ];
    return needs.filter(([isMissing]) => isMissing).map(([, name]) => name);
  }

  get asksOwner(): boolean {
    return this.fields.includes('owner') || this.wish === 'return';
  }

  /** `place`: where whoever acts is; of a correction, where it is in truth. */
  body(place: { lon: number; lat: number } | undefined): StepBody {
    const { fields, next } = this;
    const step: StepBody = { action: next.action, version: this.one.version };
    if (next.department) step.department = next.department;
    if (this.note.trim()) step.note = this.note.trim();
    if (place) Object.assign(step, { lon: place.lon, lat: place.lat });
    if (fields.includes('lead')) {
      [step.lead, step.with] = [this.lead, this.helpers.filter((code) => code !== this.lead)];
    }
    if (fields.includes('kind')) step.kind = this.kind;
    if (fields.includes('category') && this.category) step.category = this.category;
    if (fields.includes('into')) step.into = this.into;
    if (fields.includes('stars')) step.stars = this.stars;
    if (this.asksOwner) step.owner = this.owner;
    if (fields.includes('wish')) step.wish = this.wish;
    if (this.wish === 'extension') [step.extra, step.engineering] = [this.extra, this.isEngineering];
    if (this.request) step.wish = this.request.wish;
    return step;
  }

  /** Whether it was taken. */
  async take(place: { lon: number; lat: number } | undefined): Promise<boolean> {
    if (this.isBusy) return false;
    if (this.missing.length > 0) {
      this.failed = t('step.missing', { what: this.missing.join('、') });
      return false;
    }
    [this.isBusy, this.failed] = [true, undefined];
    try {
      await api.step(this.one.id, this.body(place), this.photos, this.#key, words.language);
      return true;
    } catch (error) {
      const isLate = error instanceof Refused && error.status === 409;
      this.failed = isLate ? t('step.conflict') : t('step.failed', { why: why(error) });
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}
