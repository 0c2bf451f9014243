import { describe, expect, test } from 'vitest';
import { hear, nowMs } from '../../testing/portfolios.ts';
import { entered, first, guard, targets } from '../../testing/protected.ts';
import { protect } from './protection.ts';

describe('profit targets', () => {
  test('sell their parts, the last of them what is left', () => {
    const { state } = entered(targets, '1.001');
    expect(guard(state)).toMatchObject([
      {
        data: {
          role: 'take_profit',
          orderType: 'limit',
          limitPrice: '105',
          size: { quantity: '0.5' },
        },
      },
      { data: { limitPrice: '110', size: { quantity: '0.501' } } },
    ]);
  });

  test('of a third each sell all of it', () => {
    const thirds = ['105', '110', '115'].map((price) => ({ price, ratio: 1 / 3 }));
    const { state } = entered({ takeProfits: thirds }, '3');
    const sold = guard(state).map(({ data }) => 'size' in data && data.size);
    expect(sold).toMatchObject([{ quantity: '0.999' }, { quantity: '1' }, { quantity: '1.001' }]);
    const before = entered({ takeProfits: thirds }, '3').state;
    expect(protect({ ...before, decisionsVersion: 6 }, nowMs).at(-1), 'as it was').toMatchObject({
      data: { size: { quantity: '1' } },
    });
  });

  test('are not asked for again once they have sold', () => {
    const { state } = entered(targets);
    guard(state);
    hear(state, first(state, 'take_profit'), { type: 'filled', quantity: '1', price: '105' });
    expect(guard(state)).toEqual([]);
  });

  test('that are lost three times are told to a person, once, and tried again after an hour', () => {
    const { state } = entered({ takeProfits: [{ price: '110', ratio: 1 }] });
    guard(state);
    for (let times = 0; times < 2; times++) {
      hear(state, first(state, 'take_profit'), { type: 'rejected' });
      expect(guard(state)).toMatchObject([{ data: { role: 'take_profit' } }]);
    }
    hear(state, first(state, 'take_profit'), { type: 'rejected' });
    expect(guard(state)).toMatchObject([
      {
        type: 'incident_reported',
        data: { kind: 'UNPROTECTED', detail: expect.stringContaining('take_profit at 110') },
      },
    ]);
    expect(guard(state, nowMs + 60_000)).toEqual([]);
    expect(guard(state, nowMs + 3_600_000)).toMatchObject([{ data: { role: 'take_profit' } }]);
  });
});
