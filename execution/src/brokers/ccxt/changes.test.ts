import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble } from '../../testing/ccxt-on-double.ts';
import type { Broker } from '../broker.ts';

const soon = { timeout: 10_000 };

const never = 1_000_000;

function listen(broker: Broker): string[] {
  const hints: string[] = [];
  const following = broker.changes$.subscribe((hint) => hints.push(hint));
  onTestFinished(() => following.unsubscribe());
  return hints;
}

describe('changes', () => {
  test('are told as they happen, by the id of the order', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never });
    const hints = listen(broker);
    await vi.waitUntil(() => double.subscribers === 1, soon);
    const resting = anOrder({ type: 'limit', limitPrice: '49000' });
    await broker.place(resting);
    await vi.waitFor(() => expect(hints).toContain(resting.id), soon);
    hints.length = 0;
    double.trade('BTCUSDT', '49000', '0.004');
    await vi.waitFor(() => expect(hints).toContain(resting.id), soon);
  });

  test('come in time when the answer to the order is late or never comes', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never });
    const hints = listen(broker);
    await vi.waitUntil(() => double.subscribers === 1, soon);
    double.repeatEvents(4);
    double.fault({ on: 'POST /api/v3/order', kind: 'late_answer', ms: 300 });
    const order = anOrder();
    const placed = broker.place(order);
    await vi.waitFor(() => expect(hints).toContain(order.id), soon);
    expect(await broker.reportsOf(order)).toMatchObject([{ type: 'accepted' }, { type: 'filled' }]);
    expect(await placed).toEqual({ status: 'taken' });
    expect(await broker.reportsOf(order), 'each fill once').toHaveLength(2);
  });

  test('tick without any stream', async () => {
    await using double = await startBinanceDouble();
    double.breakSubscriptions(1_000);
    await using broker = await openOnDouble(double, { pollMs: 20 });
    const hints = listen(broker);
    await vi.waitUntil(() => hints.length > 2, soon);
    expect(new Set(hints)).toEqual(new Set(['any']));
  });

  test('go on after the stream has broken, and say that something may be missing', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never });
    const hints = listen(broker);
    await vi.waitUntil(() => double.subscribers === 1, soon);
    double.dropStreams();
    await vi.waitFor(() => expect(hints).toContain('any'), soon);
    await vi.waitUntil(() => double.subscribers === 1, { timeout: 10_000 });
    const order = anOrder();
    await broker.place(order);
    await vi.waitFor(() => expect(hints).toContain(order.id), soon);
  });

  test('go on after the stream has died without a word', async () => {
    await using double = await startBinanceDouble();
    await using broker = await openOnDouble(double, { pollMs: never, keepAliveMs: 100 });
    const hints = listen(broker);
    await vi.waitUntil(() => double.subscribers === 1, soon);
    double.silenceStreams();
    await vi.waitFor(() => expect(hints).toContain('any'), soon);
    const order = anOrder();
    await vi.waitUntil(() => double.subscribers === 1, { timeout: 10_000 });
    await broker.place(order);
    await vi.waitFor(() => expect(hints).toContain(order.id), soon);
  });

  test('end when the broker is closed, and its connection with them', async () => {
    await using double = await startBinanceDouble();
    const broker = await openOnDouble(double, { pollMs: never });
    const ended = vi.fn<() => void>();
    broker.changes$.subscribe({ complete: ended });
    await vi.waitUntil(() => double.subscribers === 1, soon);
    await broker[Symbol.asyncDispose]();
    expect(ended).toHaveBeenCalledOnce();
    await vi.waitUntil(() => double.subscribers === 0, soon);
  });
});
