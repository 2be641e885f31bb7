import type { Case, Order } from '../../api/resources';
import { runningOf } from '../../casework/clocks';
import { isOpen } from '../../cases/mark';

export type Box = 'to_sign' | 'handling' | 'suspended' | 'to_check';
export const BOXES: readonly Box[] = ['to_sign', 'handling', 'suspended', 'to_check'];

export interface Letter {
  one: Case;
  order: Order;
  /** When the clock that runs for the department ends. */
  due: number | undefined;
}

const isBox = (status: Order['status']): status is Box => (BOXES as readonly string[]).includes(status);

/** What lies before a department, the least time left first. */
export function inbox(cases: readonly Case[], department: string): Record<Box, Letter[]> {
  const boxes: Record<Box, Letter[]> = { to_sign: [], handling: [], suspended: [], to_check: [] };
  for (const one of cases) {
    if (!isOpen(one)) continue;
    const order = one.orders?.findLast((order) => order.department === department);
    if (!order || !isBox(order.status)) continue;
    const due = runningOf(one, department)?.due_at;
    boxes[order.status].push({ one, order, due: due ? Date.parse(due) : undefined });
  }
  for (const box of BOXES) boxes[box].sort((a, b) => (a.due ?? Infinity) - (b.due ?? Infinity) || (a.one.id < b.one.id ? -1 : 1));
  return boxes;
}
