import type { Category } from '../api/resources';

const MOST = 8;

/** Categories by a part of their name, in either language, their group or their code; names that begin with it first. */
export function search(categories: Iterable<Category>, wanted: string): Category[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = [...categories].flatMap((category) => {
    const { code, name, name_en } = category;
    const text = `${code} ${name} ${name_en ?? ''} ${category.class}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return [];
    const begins = [name, name_en ?? '', code].some((one) => one.toLowerCase().startsWith(words[0] ?? ''));
    return [{ category, rank: begins ? 0 : 1 }];
  });
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ category }) => category);
}
