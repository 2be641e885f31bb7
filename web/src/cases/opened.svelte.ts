import { api } from '../api/client';
import type { Case, CaseDetail } from '../api/resources';
import { why, words } from '../words/words.svelte';

/** A case that somebody looks at: asked again when it changes, and when the language does, as the service words the reasons. */
export class Opened {
  #found = $state.raw<CaseDetail>();
  #failed = $state.raw<{ id: string; why: string }>();
  #asked = $state(0);

  constructor(
    private readonly id: () => string | undefined,
    /** As it stands in the live state; a case that is over may not be there any more. */
    private readonly live: () => Case | undefined,
  ) {
    $effect(() => {
      const [id, language] = [this.id(), words.language];
      void this.live();
      void this.#asked;
      if (id === undefined) return;
      let isWanted = true;
      api.case(id, language).then(
        (answer) => isWanted && ([this.#found, this.#failed] = [answer, undefined]),
        (error: unknown) => isWanted && (this.#failed = { id, why: why(error) }),
      );
      return () => {
        isWanted = false;
      };
    });
  }

  /** What was asked for another case is not shown; what is older than the case is, until the newer comes. */
  get detail(): CaseDetail | undefined {
    return this.#found?.id === this.id() ? this.#found : undefined;
  }

  get one(): Case | undefined {
    const [live, detail] = [this.live(), this.detail];
    return live && detail && live.version < detail.version ? detail : (live ?? detail);
  }

  get refused(): string | undefined {
    return this.#failed?.id === this.id() ? this.#failed?.why : undefined;
  }

  /** Somebody was faster, or it is not certain what came of it. */
  again(): void {
    this.#asked += 1;
  }
}
