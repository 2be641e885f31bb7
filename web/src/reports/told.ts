/** What a resident needs to follow a report. */
export interface Told {
  number: string;
  secret: string;
}

const KEPT = 'gridwatch.told';
const MOST = 5;

/** Reports that were sent from this phone, the latest first: whoever did not write the secret down still has it here. */
export function told(): Told[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Told[];
  } catch {
    return [];
  }
}

export function keep(one: Told): void {
  localStorage.setItem(KEPT, JSON.stringify([one, ...told()].slice(0, MOST)));
}
