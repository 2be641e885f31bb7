import { expect, test } from 'vitest';
import { about, type Deed, type Entry, noteOf, onWhateverItIs, withNote } from './entry';

const step: Deed = { kind: 'step', id: 'c1', number: '2026-000001', step: { action: 'verify', version: 1, note: '属实' } };
const report: Deed = { kind: 'report', report: { description: '井盖破损' } };
const entry = (key: string, deed: Deed) => ({ key, deed }) as Entry;

test('deeds about one case wait for each other, and reports for nobody', () => {
  expect(about(entry('a', step))).toBe(about(entry('b', step)));
  expect(about(entry('a', report))).not.toBe(about(entry('b', report)));
});

test('a refused deed is sent again with other words, on the case as it is by then', () => {
  expect(onWhateverItIs(withNote(step, '已核实'))).toEqual({ ...step, step: { action: 'verify', note: '已核实' } });
  expect(noteOf(withNote(report, '雨水井盖破损'))).toBe('雨水井盖破损');
});
