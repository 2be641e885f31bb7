import type { Feature, Point } from '../../api/geojson';
import type { Camera, Case } from '../../api/resources';
import { clock } from '../../ui/time.svelte';
import { sees } from './sees';

/** Long enough to understand a picture. */
const EACH_MS = 20_000;

/** The camera that is worth a look now: one that sees the newest case; where none does, one after the other. */
export class CameraOfMoment {
  constructor(
    private readonly cases: () => readonly Case[],
    private readonly cameras: () => readonly Feature<Point | null, Camera>[],
  ) {}

  readonly #turn = $derived.by(() => Math.floor(clock.now / EACH_MS));
  /** Those that are looked through first: they open at once. */
  readonly #watched = $derived.by(() => {
    const all = this.cameras();
    const watched = all.filter(({ properties }) => properties.watched);
    return watched.length > 0 ? watched : all;
  });

  readonly camera = $derived.by(() => {
    const [newest] = this.cases();
    const position = newest?.position;
    const isFresh = newest !== undefined && clock.now - Date.parse(newest.opened_at) < 3 * EACH_MS;
    const covering = position && isFresh ? this.#watched.find((camera) => sees(camera, position)) : undefined;
    return (covering ?? this.#watched[this.#turn % Math.max(1, this.#watched.length)])?.properties;
  });

  /** So many others, each in its turn. */
  others(count: number): readonly Camera[] {
    const all = this.#watched.map(({ properties }) => properties).filter(({ id }) => id !== this.camera?.id);
    return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[(this.#turn * count + i) % all.length] as Camera);
  }
}
