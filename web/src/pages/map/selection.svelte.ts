/** What the panel shows: at most one thing. */
export type Selected = { kind: 'case' | 'finding' | 'grid' | 'camera'; id: string };

class Selection {
  now = $state.raw<Selected | undefined>();

  of(kind: Selected['kind']): string | undefined {
    return this.now?.kind === kind ? this.now.id : undefined;
  }

  pick(kind: Selected['kind'], id: string): void {
    this.now = { kind, id };
  }

  clear(): void {
    this.now = undefined;
  }
}

export const selection = new Selection();
