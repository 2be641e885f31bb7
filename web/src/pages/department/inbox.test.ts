import { expect, test } from 'vitest';
import type { Case } from '../../api/resources';
import { inbox } from './inbox';

const at = (hour: number): string => `2026-03-04T${String(hour).padStart(2, '0')}:00:00Z`;

const one = (id: string, status: string, due: number | undefined): Case =>
  ({
    id,
    status: 'handling',
    orders: [
      { department: 'HWJ', lead: true, status: 'returned', sent_at: at(1) },
      { department: 'HWJ', lead: true, status, sent_at: at(2) },
    ],
    clocks: [{ stage: 'handle', department: 'HWJ', began_at: at(2), running_since: at(2), due_at: due && at(due) }],
  }) as unknown as Case;

test('orders lie by what is to be done, and the least time left comes first', () => {
  const boxes = inbox([one('a', 'to_sign', 9), one('b', 'to_sign', 5), one('c', 'handling', undefined), one('d', 'recalled', 3)], 'HWJ');
  expect(boxes.to_sign.map((letter) => letter.one.id)).toEqual(['b', 'a']);
  expect(boxes.handling.map((letter) => letter.one.id)).toEqual(['c']);
  expect(inbox([one('a', 'to_sign', 9)], 'other').to_sign).toEqual([]);
});
