import { describe, expect, test } from 'vitest';
import { statusAfter, type OrderEventType, type OrderStatus } from './order.ts';

const events: readonly OrderEventType[] = [
  'order_accepted',
  'order_filled',
  'order_rejected',
  'order_cancelled',
  'order_unknown',
];

/** The status after each event, in the order above; a dash where nothing changes. */
const table: Record<OrderStatus, string> = {
  intended: 'accepted partially_filled rejected cancelled unknown',
  accepted: '- partially_filled rejected cancelled unknown',
  partially_filled: '- partially_filled - cancelled -',
  filled: '- - - - -',
  cancelled: '- cancelled - - -',
  rejected: '- - - - -',
  unknown: 'accepted partially_filled rejected cancelled -',
};

describe('an order', () => {
  test.for(
    Object.entries(table).flatMap(([status, row]) =>
      row.split(' ').map((next, index) => [status, events[index] ?? '', next] as const),
    ),
  )('that is %s is after %s: %s', ([status, event, next]) => {
    const from = Object.keys(table).find((name): name is OrderStatus => name === status);
    const by = events.find((name) => name === event);
    if (!from || !by) throw new Error('the table names a status or an event that does not exist');
    expect(statusAfter(from, by) ?? '-').toBe(next);
  });

  test('is filled by its last fill', () => {
    expect(statusAfter('accepted', 'order_filled', true)).toBe('filled');
    expect(statusAfter('partially_filled', 'order_filled', true)).toBe('filled');
    expect(statusAfter('cancelled', 'order_filled', true)).toBe('cancelled');
  });
});
