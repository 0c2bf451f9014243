import { subjects, toTime, type TradeSignal } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { aCandleEvent, aSignal, eventually } from '@heliograph/contracts/testing';
import { listPortfolios, systemClock } from '@heliograph/execution';
import { describe, expect, test } from 'vitest';
import { cancelEntries } from './cancel-entries.ts';
import { closePositions, closingsOf } from './close-positions.ts';
import { closeSignal } from './close-signal.ts';
import { entriesOf } from './open-entries.ts';
import { readView } from './portfolio-view.ts';
import { startPaperWorker } from '../testing/paper-worker.ts';

const minuteMs = 60_000;

/** A worker whose clock is so far ahead of the one here, and a market that goes by the worker's. */
async function begin(stack: AsyncDisposableStack, aheadMs: number) {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  const bus = stack.use(server.connect());
  const nowMs = (): number => Date.now() + aheadMs;
  stack.use(
    startPaperWorker(server.connect(), { clock: { ...systemClock, nowMs }, sweepEveryMs: 100 }),
  );
  const views = async () =>
    Promise.all((await listPortfolios(bus)).map((listed) => readView(bus, listed)));
  let candles = 0;
  const candle = async (): Promise<void> => {
    const closeTime = nowMs() + ++candles;
    const event = aCandleEvent({ openTime: closeTime - 1_000, closeTime });
    const subject = 'market.candle.binance.BTC-USDT.1m';
    await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  };
  return {
    bus,
    nowMs,
    views,
    /** Until it is held, or not. */
    async traded(count: number): Promise<void> {
      await eventually(async () => {
        await candle();
        expect(closingsOf(await views())).toHaveLength(count);
      });
    },
    async enter(data: object = {}): Promise<void> {
      const time = toTime(nowMs());
      const expirytime = toTime(nowMs() + minuteMs);
      const envelope = { id: `in-${time}`, time, recordedtime: time, expirytime };
      await publish(bus, aSignal({ ...envelope, data: { mode: 'paper', ...data } }));
    },
  };
}

async function publish(bus: Bus, signal: TradeSignal): Promise<void> {
  const subject = subjects.signal(signal.data);
  await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
}

describe.concurrent('a person whose clock is another than that of the workers', () => {
  test.each([-10, 10, 150])(
    'closes and cancels before and after somebody else: theirs is %i minutes ahead',
    async (minutes) => {
      await using stack = new AsyncDisposableStack();
      const { bus, nowMs, views, traded, enter } = await begin(stack, minutes * minuteMs);
      const byBob = async (command: string, timeMs: number): Promise<TradeSignal> => {
        const [held] = closingsOf(await views());
        if (!held) throw new Error('nothing is held');
        return closeSignal({
          portfolio: 'paper',
          mode: 'paper',
          tape: 'live',
          position: held.position,
          timeMs,
          recordedMs: timeMs,
          price: { price: '100', timeMs, timeframe: '1m' },
          command,
          reason: 'closed by bob',
        });
      };
      await enter();
      await traded(1);
      await publish(bus, await byBob('first', nowMs()));
      await traded(0);
      await enter();
      await traded(1);
      const closing = closePositions(bus, closingsOf(await views()), {
        reason: 'closed by ann',
        waitMs: 5_000,
      });
      await traded(0);
      expect(await closing).toMatchObject([{ status: 'filled', left: '0' }]);
      await enter();
      await traded(1);
      await publish(bus, await byBob('second', nowMs() - 5_000));
      await traded(0);
      await enter({ entry: { type: 'limit', limitPrice: '90' } });
      await eventually(async () => expect(entriesOf(await views())).toHaveLength(1));
      const command = { symbol: 'BTC/USDT', author: 'ann', command: 'once' };
      await cancelEntries(bus, await views(), command);
      await eventually(async () => expect(entriesOf(await views())).toEqual([]));
    },
    30_000,
  );
});
