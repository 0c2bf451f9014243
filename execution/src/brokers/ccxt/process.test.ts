import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  startBinanceDouble,
  type BinanceDouble,
} from '../../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble, sharedClock } from '../../testing/ccxt-on-double.ts';

const endpoint = 'POST /api/v3/order';
const why = { timeMs: 0, reason: 'EXPIRED', detail: 'nobody was left to send it' } as const;

function start({ url, key }: BinanceDouble, task: string, id = ''): ChildProcess {
  const file = join(import.meta.dirname, '../../testing/ccxt.main.ts');
  const child = spawn(process.execPath, [file, task, url, key.apiKey, key.secret, id], {
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe.concurrent('a process that is killed while it waits for the answer to an order', () => {
  test('leaves one order, which the next process finds', async () => {
    await using double = await startBinanceDouble();
    double.fault({ on: endpoint, kind: 'late_answer', ms: 60_000 });
    const order = anOrder({ id: 'ofTheDead' });
    const child = start(double, 'place', order.id);
    await vi.waitUntil(() => double.requestsTo(endpoint)[0]?.executed, { timeout: 60_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');

    const clock = sharedClock(double);
    await using broker = await openOnDouble(double, { clock });
    expect(await broker.abandon(order, why)).toBe(false);
    clock.pass(60_000);
    expect(await broker.abandon(order, why)).toBe(false);
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted' },
      { type: 'filled', complete: true },
    ]);
    expect(await broker.place(order), 'it is there').toEqual({ status: 'taken' });
    expect(double.orders()).toHaveLength(1);
  });

  test('may leave a request on its way: it is there within its window or never', async () => {
    await using double = await startBinanceDouble();
    double.fault({ on: endpoint, kind: 'late_request', ms: 6_000 });
    const order = anOrder({ id: 'ofTheDead' });
    const child = start(double, 'place', order.id);
    await vi.waitUntil(() => double.requestsTo(endpoint).length === 1, { timeout: 60_000 });
    child.kill('SIGKILL');

    await using broker = await openOnDouble(double);
    expect(await broker.reportsOf(order), 'not yet, which says nothing').toBeUndefined();
    await vi.waitUntil(() => broker.abandon(order, why), {
      timeout: 15_000,
      interval: 200,
    });
    expect(double.orders()).toEqual([]);
    expect(double.requestsTo(endpoint)).toMatchObject([{ executed: false }]);
  });
});

describe.concurrent('a stream that breaks while it subscribes', () => {
  // ccxt makes a promise that nobody handles. When it does no longer, the guard can go.
  test('ends a process that uses ccxt alone', async () => {
    await using double = await startBinanceDouble();
    double.breakSubscriptions(3);
    const child = start(double, 'follow with ccxt alone');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  test('does not end ours, which subscribes again, and ends by itself once it is closed', async () => {
    await using double = await startBinanceDouble();
    double.breakSubscriptions(2);
    const child = start(double, 'follow');
    await vi.waitUntil(() => double.subscribers === 1, { timeout: 60_000 });
    expect(child.exitCode).toBeNull();
    child.kill('SIGUSR2');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
