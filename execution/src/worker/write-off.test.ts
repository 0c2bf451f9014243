import { subjects } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { fold, journalOf, liveSignal, only, publish, seen } from '../testing/live-run.ts';
import {
  differenceIn,
  exit,
  signalsIn,
  startTwoWorkers,
  type TwoWorkers,
} from '../testing/two-workers.ts';

const writeOff = {
  ...exit,
  strategy: 'manual',
  writeOff: true,
  reasons: ['written off by ann: sold by hand'],
} as const;

/** Two workers that hold 0.02 BTC, behind a stop that is held here. */
async function begin(stack: AsyncDisposableStack): Promise<TwoWorkers> {
  const here = await startTwoWorkers(stack, { bitcoins: '0', compareEveryMs: 500 });
  await publish(here.bus, liveSignal('in', { stopLoss: { price: '40000' } }));
  await seen(here.bus, 'order_filled');
  return here;
}

/** The last comparison has found what is missing, and some seconds have gone by. */
async function told(bus: Bus): Promise<void> {
  await eventually(async () => expect(fold(await journalOf(bus)).disputed.size).toBe(1));
  await eventually(async () => {
    const { timeMs = Infinity } = fold(await journalOf(bus)).reconciled ?? {};
    expect(Date.now() - timeMs).toBeGreaterThan(5_500);
  });
}

/** As after a crash of whoever had taken it. */
async function comesAgain(bus: Bus): Promise<void> {
  const [last] = (await signalsIn(bus)).toReversed();
  if (!last) throw new Error('nothing was published');
  const body = JSON.stringify(last);
  await bus.publish({ subject: subjects.signal(last.data), id: `${last.id}-again`, body });
}

describe.concurrent('a position that the venue does not have', () => {
  test('is written off once by a person, with its orders, and then all agrees', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus } = await begin(stack);
    double.setBalance('BTC', '0');
    await told(bus);
    // It cannot be left: that is told, and then nothing more is tried.
    await publish(bus, liveSignal('out', exit));
    await eventually(async () => {
      const details = (await only(bus, 'incident_reported')).map(({ data }) => data.detail);
      expect(details).toContainEqual(expect.stringMatching(/^unwanted .* nothing of it/));
    });
    const sent = double.requestsTo('POST /api/v3/order').length;
    await publish(bus, liveSignal('gone', writeOff));
    const [closed] = await seen(bus, 'trade_closed');
    expect(closed?.data).toMatchObject({ exitReason: 'write_off', exitPrice: '50000' });
    await comesAgain(bus);
    await eventually(async () => {
      const [last] = (await only(bus, 'reconciliation_reported')).toReversed();
      expect(last?.data.differences).toEqual([]);
    });
    const journal = await journalOf(bus);
    const { positions, orders, disputed } = fold(journal);
    expect([positions.size, orders.size, disputed.size]).toEqual([0, 0, 0]);
    expect(double.requestsTo('POST /api/v3/order')).toHaveLength(sent);
    expect(await only(bus, 'trade_closed')).toHaveLength(1);
    expect(await differenceIn(bus)).toBeUndefined();
  });

  test('is written off where a thin market has left less than an order may sell', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus } = await begin(stack);
    double.setDepth('BTCUSDT', '0.01993');
    await publish(bus, liveSignal('out', exit));
    await eventually(async () => {
      const refused = await only(bus, 'order_rejected');
      expect(refused.map(({ data }) => data.reason)).toContain('BELOW_MINIMUM');
    });
    double.setDepth('BTCUSDT', undefined);
    const [left] = fold(await journalOf(bus)).positions.values();
    expect(left?.quantity.toFixed()).toBe('0.00007');
    let answered = 0;
    await publish(bus, liveSignal('gone', writeOff));
    await eventually(async () => {
      // It may come just while it is tried to be sold once more.
      const skipped = (await only(bus, 'signal_skipped')).length;
      if (skipped > answered) {
        answered = skipped;
        await publish(bus, liveSignal(`gone-${skipped}`, writeOff));
      }
      const [closed] = await only(bus, 'trade_closed');
      expect(closed?.data).toMatchObject({ exitReason: 'write_off' });
    });
    await eventually(async () => {
      const { positions, orders } = fold(await journalOf(bus));
      expect([positions.size, orders.size]).toEqual([0, 0]);
    });
    await publish(bus, liveSignal('again'));
    await seen(bus, 'order_filled', 4);
    expect(await differenceIn(bus)).toBeUndefined();
  });

  test('is not written off where the venue has it by then', async () => {
    await using stack = new AsyncDisposableStack();
    const { double, bus } = await begin(stack);
    const { free } = double.balanceOf('BTC');
    double.setBalance('BTC', '0');
    await told(bus);
    double.setBalance('BTC', free);
    await publish(bus, liveSignal('gone', writeOff));
    const [skipped] = await seen(bus, 'signal_skipped');
    expect(skipped?.data).toMatchObject({
      reason: 'UNSUPPORTED_INTENT',
      detail: expect.stringMatching(/^the venue has the 0.02/),
    });
    expect(fold(await journalOf(bus)).positions.size).toBe(1);
  });
});
