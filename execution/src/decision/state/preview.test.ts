import { expect, test } from 'vitest';
import { pack } from '../../plain-data.ts';
import { after, anOrder, nowMs, openedWith } from '../../testing/portfolios.ts';
import { preview } from './preview.ts';
import { settle } from '../settle.ts';

test('a preview is the portfolio after what was reported, and leaves the portfolio as it is', () => {
  const state = openedWith();
  const order = anOrder(state, { protection: { stopLoss: { price: '95' } } });
  const fill = { fillId: 'f', quantity: '1', price: '100', fee: '0', liquidity: 'taker' } as const;
  const told = { orderId: order.id, timeMs: nowMs, sequence: 1, type: 'filled' } as const;
  const events = settle(state, { ...told, ...fill, complete: true });
  const before = pack(state);
  const previewed = pack(preview(state, events));
  expect(pack(state)).toEqual(before);
  expect(pack(after(state, ...events))).toEqual(previewed);
  expect(previewed).not.toEqual(before);
});
