import { PortfolioSettings } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import {
  candle,
  fold,
  heldOrders,
  journalOf,
  liveSignal,
  only,
  publish,
  seen,
} from '../testing/live-run.ts';
import { differenceIn, startTwoWorkers, type TwoWorkers } from '../testing/two-workers.ts';

const fills = 40;
const settings = PortfolioSettings.parse({
  cash: '5000',
  stake: { kind: 'base', value: '0.002' },
  feeBps: '10',
  slippageBps: '0',
  lotSize: '0.00001',
  risk: { symbols: ['BTC/USDT'] },
});
const placing = 'POST /api/v3/order';

/** Two workers that hold 0.002 BTC of fills of 2.50 USDT, where an order must be worth 5, and an exit held here for each. */
async function begin(stack: AsyncDisposableStack, protection: object): Promise<TwoWorkers> {
  const here = await startTwoWorkers(stack, { settings });
  const { double, bus } = here;
  const entry = { type: 'limit', limitPrice: '49900' };
  await publish(bus, liveSignal('in', { entry, ...protection }));
  await eventually(() => expect(double.orders()).toHaveLength(1));
  for (let fill = 0; fill < fills; fill++) double.trade('BTCUSDT', '49900', '0.00005');
  await heldOrders(bus, fills);
  return here;
}

describe.concurrent('an exit of an entry of many small fills', () => {
  test.each([
    ['a stop', { stopLoss: { price: '49000' } }, 48_900],
    ['a trailing stop', { trailingStop: { distanceBps: 150 } }, 48_900],
    ['a target', { takeProfits: [{ price: '51000', ratio: 1 }] }, 51_100],
  ])('goes out as one order: %s', async (_, protection, price) => {
    await using stack = new AsyncDisposableStack();
    const { double, bus, sales } = await begin(stack, protection);
    double.setPrice('BTCUSDT', String(price));
    await candle(bus, price);
    await seen(bus, 'trade_closed');
    expect(sales()).toMatchObject([{ origQty: '0.00200000', status: 'FILLED' }]);
    expect(double.requestsTo(placing)).toHaveLength(2);
    const journal = await journalOf(bus);
    expect(fold(journal).orders.size).toBe(0);
    expect(await only(bus, 'incident_reported')).toEqual([]);
    expect(await differenceIn(bus)).toBeUndefined();
  });

  test('is told and tried again, whole, where that is refused', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus, sales } = await begin(stack, { stopLoss: { price: '49000' } });
    const body = JSON.stringify({ code: -2010, msg: 'Market is closed.' });
    double.fault({ kind: 'answer', on: placing, executed: false, status: 400, body });
    double.setPrice('BTCUSDT', '48900');
    await candle(bus, 48_900);
    await seen(bus, 'trade_closed');
    expect(sales()).toMatchObject([{ origQty: '0.00200000', status: 'FILLED' }]);
    expect((await only(bus, 'incident_reported')).map(({ data }) => data.kind)).toEqual([
      'UNPROTECTED',
    ]);
  });
});
