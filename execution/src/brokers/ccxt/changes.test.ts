import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble } from '../../testing/ccxt-on-double.ts';
import type { Broker } from '../broker.ts';

const never = 1_000_000;

function listen(broker: Broker): string[] {
  const hints: string[] = [];
  const following = broker.changes$.subscribe((hint) => hints.push(hint));
  onTestFinished(() => following.unsubscribe());
  return hints;
}

/** Of one order after the other, for a stream that was just there again may be gone. */
async function hearsAgain(broker: Broker, hints: readonly string[]): Promise<void> {
  const placed: string[] = [];
  const placeAndLook = async (): Promise<boolean> => {
    const order = anOrder({ quantity: '0.001' });
    await broker.place(order);
    placed.push(order.id);
    return placed.some((id) => hints.includes(id));
  };
  await expect.poll(placeAndLook, { interval: 300 }).toBe(true);
}

describe('changes', () => {
  test('are told as they happen, by the id of the order', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never });
    const hints = listen(broker);
    await expect.poll(() => double.subscribers).toBe(1);
    const resting = anOrder({ type: 'limit', limitPrice: '49000' });
    await broker.place(resting);
    await expect.poll(() => hints).toContain(resting.id);
    hints.length = 0;
    double.trade('BTCUSDT', '49000', '0.004');
    await expect.poll(() => hints).toContain(resting.id);
  });

  test('come in time when the answer to the order is late or never comes', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never });
    const hints = listen(broker);
    await expect.poll(() => double.subscribers).toBe(1);
    double.repeatEvents(4);
    double.fault({ on: 'POST /api/v3/order', kind: 'late_answer', ms: 300 });
    const order = anOrder();
    const placed = broker.place(order);
    await expect.poll(() => hints).toContain(order.id);
    expect(await broker.reportsOf(order)).toMatchObject([{ type: 'accepted' }, { type: 'filled' }]);
    expect(await placed).toEqual({ status: 'taken' });
    expect(await broker.reportsOf(order), 'each fill once').toHaveLength(2);
  });

  test('tick without any stream', async () => {
    await using double = await startBinanceDouble();
    double.breakSubscriptions(1_000);
    await using broker = await openOnDouble(double, { pollMs: 20 });
    const hints = listen(broker);
    await expect.poll(() => hints.length).toBeGreaterThan(2);
    expect(new Set(hints)).toEqual(new Set(['any']));
  });

  test('go on after the stream has broken, and say that something may be missing', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never });
    const hints = listen(broker);
    await expect.poll(() => double.subscribers).toBe(1);
    double.dropStreams();
    await expect.poll(() => hints).toContain('any');
    await hearsAgain(broker, hints);
  });

  test('go on after the stream has died without a word', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never, keepAliveMs: 100 });
    const hints = listen(broker);
    await expect.poll(() => double.subscribers).toBe(1);
    double.silenceStreams();
    await expect.poll(() => hints).toContain('any');
    await hearsAgain(broker, hints);
  });

  test('end when the broker is closed, and its connection with them', async () => {
    await using double = await startBinanceDouble();
    const broker = await openOnDouble(double, { pollMs: never });
    const ended = vi.fn<() => void>();
    broker.changes$.subscribe({ complete: ended });
    await expect.poll(() => double.subscribers).toBe(1);
    await broker[Symbol.asyncDispose]();
    expect(ended).toHaveBeenCalledOnce();
    await expect.poll(() => double.subscribers).toBe(0);
  });
});
