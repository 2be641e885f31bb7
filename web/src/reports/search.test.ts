import { expect, test } from 'vitest';
import type { Category } from '../api/resources';
import { search } from './search';

const of = (code: string, name: string, name_en: string, group: string): Category =>
  ({ code, name, name_en, class: group }) as Category;
const CATEGORIES = [
  of('010102', '污水井盖', 'Sewage manhole cover', '公用设施'),
  of('020101', '暴露垃圾', 'Exposed rubbish', '市容环境'),
  of('020102', '垃圾箱满溢', 'Rubbish bin full', '市容环境'),
];
const found = (wanted: string) => search(CATEGORIES, wanted).map(({ code }) => code);

test('a category is found by a part of its name, its group or its code, and what begins with it comes first', () => {
  expect(found('垃圾')).toEqual(['020102', '020101']);
  expect(found('manhole SEWAGE')).toEqual(['010102']);
  expect(found('市容')).toEqual(['020101', '020102']);
  expect(found('0201')).toHaveLength(2);
  expect(found('  ')).toEqual([]);
});
