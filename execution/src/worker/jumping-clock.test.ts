import { createMemoryServer } from '@heliograph/contracts/bus';
import { eventually, someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { startBinanceDouble } from '../testing/binance-double/binance-double.ts';
import { openOnDouble } from '../testing/ccxt-on-double.ts';
import { movedClock } from '../testing/clocks.ts';
import {
  candle,
  fold,
  journalOf,
  liveSignal,
  only,
  publish,
  startBalances,
  startLiveWorker,
} from '../testing/live-run.ts';

const placing = 'POST /api/v3/order';
const patience = { timeoutMs: 20_000 };
const settings = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  exitGraceMs: 86_400_000,
  risk: { symbols: ['BTC/USDT'], maxPositions: 1, maxClockSkewMs: 2_000 },
});
const leaving = { intent: 'exit', side: 'sell', targetPosition: 'flat' };

describe.each([3_600_000, -3_600_000])('a wall clock that is set by %i ms', (jumpMs) => {
  async function begin() {
    await using stack = new AsyncDisposableStack();
    const double = stack.use(await startBinanceDouble({ balances: startBalances }));
    const server = createMemoryServer({ ackWaitMs: 500, maxDeliver: 1_000, drainTimeoutMs: 1 });
    const bus = stack.use(server.connect());
    const by = { jumpMs: 0 };
    const clock = movedClock(by);
    const times = { placementWindowMs: 4_000, settleMs: 100, requestTimeoutMs: 1_000 };
    stack.use(
      startLiveWorker({
        bus: server.connect(),
        double,
        settings,
        clock,
        opened: () => openOnDouble(double, { ...times, pollMs: 60_000, clock }),
      }),
    );
    const begun = stack.move();
    return {
      double,
      bus,
      jump: () => void (by.jumpMs = jumpMs),
      sides: () => double.orders().map(({ side }) => side),
      async isFlat() {
        const { orders, positions } = fold(await journalOf(bus));
        expect([orders.size, positions.size]).toEqual([0, 0]);
      },
      [Symbol.asyncDispose]: () => begun.disposeAsync(),
    };
  }

  async function held(it: Awaited<ReturnType<typeof begin>>, data: object = {}): Promise<void> {
    await publish(it.bus, liveSignal('in', data));
    await eventually(async () => {
      const { positions, orders } = fold(await journalOf(it.bus));
      expect(positions.size).toBe(1);
      expect([...orders.values()].some(({ isHeld }) => isHeld)).toBe('stopLoss' in data);
    }, patience);
  }

  test('while an exit hangs that arrives late sells once', async () => {
    await using it = await begin();
    await held(it);
    it.double.fault({ on: placing, kind: 'late_request', ms: 2_500 });
    await publish(it.bus, liveSignal('out', leaving));
    await eventually(() => expect(it.double.requestsTo(placing)).toHaveLength(2), patience);
    it.jump();
    await eventually(it.isFlat, patience);
    await eventually(async () => expect(await only(it.bus, 'trade_closed')).toHaveLength(1));
    expect(it.sides()).toEqual(['BUY', 'SELL']);
  });

  test('while an exit hangs that never arrives lets another one follow in seconds', async () => {
    await using it = await begin();
    await held(it);
    it.double.fault({ on: placing, kind: 'lost_request' });
    await publish(it.bus, liveSignal('out', leaving));
    await eventually(() => expect(it.double.requestsTo(placing)).toHaveLength(2), patience);
    it.jump();
    await eventually(it.isFlat, patience);
    expect(it.sides()).toEqual(['BUY', 'SELL']);
  });

  test('is no obstacle to a stop, nor to one that is placed while it is wrong', async () => {
    await using it = await begin();
    const stopLoss = { price: '49000' };
    it.double.fault({ on: placing, kind: 'late_answer', ms: 600 });
    const entering = held(it, { stopLoss });
    await eventually(() => expect(it.double.requestsTo(placing)).toHaveLength(1), patience);
    it.jump();
    await entering;
    await candle(it.bus, 50_000);
    // Longer than the pause between two sweeps, at which it would be told that no price has come for an hour.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const told = (await only(it.bus, 'incident_reported')).map(({ data }) => data.kind);
    expect(told).not.toContain('UNPROTECTED');
    it.double.setPrice('BTCUSDT', '48900');
    await eventually(async () => {
      await candle(it.bus, 48_900);
      await it.isFlat();
    }, patience);
    expect(it.sides()).toEqual(['BUY', 'SELL']);
  });

  test('takes no entry until it agrees with the clock of the venue again', async () => {
    await using it = await begin();
    await held(it);
    await publish(it.bus, liveSignal('out', leaving));
    await eventually(it.isFlat, patience);
    it.jump();
    await publish(it.bus, liveSignal('again'));
    await eventually(async () => {
      const [skip] = await only(it.bus, 'signal_skipped');
      expect(['CLOCK_SKEW', 'EXPIRED']).toContain(skip?.data.reason);
    }, patience);
    await eventually(async () => {
      const told = (await only(it.bus, 'incident_reported')).map(({ data }) => data.kind);
      expect(told, 'a person hears of it').toContain('CLOCK_SKEW');
    }, patience);
    expect(it.sides()).toEqual(['BUY', 'SELL']);
  });
});
