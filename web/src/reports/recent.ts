const KEPT = 'gridwatch.recent';
const MOST = 6;

/** Categories that were reported from this phone, the latest first. */
export function recent(): string[] {
  const kept = localStorage.getItem(KEPT);
  return kept ? kept.split(' ') : [];
}

export function remember(category: string | undefined): void {
  if (!category) return;
  const others = recent().filter((code) => code !== category);
  localStorage.setItem(KEPT, [category, ...others].slice(0, MOST).join(' '));
}
