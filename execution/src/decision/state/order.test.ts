import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  incidentOf,
  isOpen,
  statusAfter,
  transitions,
  type OrderFact,
  type OrderStatus,
} from './order.ts';

const facts = [
  'accepted',
  'triggered',
  'part',
  'whole',
  'rejected',
  'cancelled',
  'unknown',
] as const satisfies readonly OrderFact[];

/** The status after each fact, in the order above; a dash where nothing changes, what a person must hear of after a plus. */
const table: Record<OrderStatus, string> = {
  intended: 'accepted - partially_filled filled rejected cancelled unknown',
  accepted: '- triggered partially_filled filled rejected cancelled unknown',
  triggered: 'accepted - partially_filled filled rejected cancelled unknown',
  unknown: 'accepted - partially_filled filled rejected cancelled -',
  partially_filled: '- - partially_filled filled cancelled cancelled -',
  filled: '- - filled+OVERFILL filled+OVERFILL - - -',
  cancelled: '- - cancelled+FILL_AFTER_END cancelled+FILL_AFTER_END - - -',
  rejected: '- - rejected+FILL_AFTER_END rejected+FILL_AFTER_END - - -',
};

const statuses = Object.keys(transitions).filter((name): name is OrderStatus => name in table);
const everyPair = statuses.flatMap((status) =>
  table[status].split(' ').map((next, index) => [status, facts[index] ?? 'part', next] as const),
);

function after(heard: readonly OrderFact[], status: OrderStatus = 'intended'): OrderStatus {
  return heard.reduce<OrderStatus>((before, fact) => statusAfter(before, fact) ?? before, status);
}

describe('an order', () => {
  test('has a next status for everything that can be heard in any status', () => {
    expect(everyPair).toHaveLength(8 * 7);
    for (const status of statuses)
      expect(Object.keys(transitions[status]).toSorted()).toEqual(facts.toSorted());
  });

  test.for(everyPair)('that is %s and heard to be %s: %s', ([status, fact, next]) => {
    const [to, incident] = next.split('+');
    expect(statusAfter(status, fact) ?? '-').toBe(to);
    expect(incidentOf(status, fact)).toBe(incident);
  });

  const anyFacts = fc.array(fc.constantFrom(...facts), { maxLength: 12 });

  test('once ended stays as it ended, whatever comes late, twice or out of order', () => {
    fc.assert(
      fc.property(anyFacts, (heard) => {
        const course = heard.reduce<OrderStatus[]>(
          (before, fact) => [...before, after([fact], before.at(-1))],
          ['intended'],
        );
        const end = course.findIndex((status) => !isOpen({ status }));
        expect(new Set(end < 0 ? [] : course.slice(end)).size).toBe(end < 0 ? 0 : 1);
      }),
    );
  });

  test('never ignores money: each fill in any order changes it or is told to a person', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom('part', 'whole'), (heard, fill) => {
        const status = after(heard);
        expect(statusAfter(status, fill)).toBeDefined();
        expect(incidentOf(status, fill) !== undefined).toBe(!isOpen({ status }));
      }),
    );
  });

  test('that was heard of twice in a row is as if it was heard once, fills aside', () => {
    fc.assert(
      fc.property(anyFacts, (heard) => {
        const doubled = heard.flatMap((fact) => [fact, fact]);
        expect(after(doubled)).toBe(after(heard));
      }),
    );
  });
});
