import type { ReportBody } from '../api/resources';
import type { Entry } from '../outbox/entry';
import { type Fix, locator, ROUGH_M } from '../place/fix.svelte';
import { t } from '../words/words.svelte';

interface At {
  lon: number;
  lat: number;
}

/** What somebody is about to report. */
export class ReportDraft {
  photos = $state.raw<readonly Blob[]>([]);
  /** Where the phone was when the first photo was taken. */
  fix = $state.raw<Fix>();
  isLocating = $state(false);
  /** Set by hand: it goes before what the phone thinks. */
  pin = $state.raw<At>();
  /** A name of the register, or whatever the place is called. */
  place = $state('');
  category = $state<string>();
  description = $state('');
  contact = $state('');
  /** When it was seen, where there is a photo of it. */
  seenAt: number | undefined;

  constructor(readonly refused?: Entry) {}

  isRough = $derived(this.fix !== undefined && this.pin === undefined && this.fix.accuracyM > ROUGH_M);
  at = $derived<At | undefined>(this.pin ?? this.fix);

  /** One that was sent and not taken, to be mended; until it is sent again it stays where it was. */
  static of(refused: Entry, report: ReportBody): ReportDraft {
    const draft = new ReportDraft(refused);
    const { lon, lat, accuracy_m, captured_at } = report;
    // A clock that was ahead may have been set since.
    const at = Math.min(captured_at ? Date.parse(captured_at) : Infinity, Date.now());
    draft.photos = refused.photos;
    if (typeof lon === 'number' && typeof lat === 'number') {
      if (typeof accuracy_m === 'number') draft.fix = { lon, lat, accuracyM: accuracy_m, at };
      else draft.pin = { lon, lat };
    }
    draft.place = report.place ?? '';
    draft.category = report.category ?? undefined;
    draft.description = report.description ?? '';
    draft.contact = report.contact ?? '';
    draft.seenAt = at;
    return draft;
  }

  /** The first photo holds fast where and when it was. */
  take(photos: readonly Blob[]): void {
    const isFirst = this.photos.length === 0 && photos.length > 0;
    this.photos = photos;
    if (!isFirst) return;
    this.seenAt = Date.now();
    void this.locate();
  }

  async locate(): Promise<void> {
    if (this.isLocating) return;
    this.isLocating = true;
    this.fix = (await locator.now()) ?? this.fix;
    this.isLocating = false;
  }

  /** What is still to be said before it can be sent. */
  get missing(): string[] {
    const needs: [boolean, string][] = [
      [!this.at && this.place.trim() === '', t('report.where')],
      [!this.category && this.description.trim() === '' && this.photos.length === 0, t('report.what')],
    ];
    return needs.filter(([isMissing]) => isMissing).map(([, name]) => name);
  }

  /** `seenAt`: of one that may be sent much later. */
  body(source: string, seenAt?: number): ReportBody {
    const body: ReportBody = { source };
    if (seenAt !== undefined) body.captured_at = new Date(seenAt).toISOString();
    if (this.at) [body.lon, body.lat] = [this.at.lon, this.at.lat];
    if (this.fix && !this.pin) body.accuracy_m = Math.max(1, Math.round(this.fix.accuracyM));
    if (this.place.trim()) body.place = this.place.trim();
    if (this.category) body.category = this.category;
    if (this.description.trim()) body.description = this.description.trim();
    if (this.contact.trim()) body.contact = this.contact.trim();
    return body;
  }
}
