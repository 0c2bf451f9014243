import { setTimeout as sleep } from 'node:timers/promises';
import { candleEvent, JournalEvent, subjects, SymbolName, toTime } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle, aSignal, startTestNats, someSettings } from '@heliograph/contracts/testing';
import { startExecution } from '@heliograph/execution';
import { createTelegramSink, startNotifier } from '@heliograph/notifier';
import { startTelegramDouble, type TelegramDouble } from '@heliograph/notifier/testing';
import { filter, firstValueFrom, map, Subject } from 'rxjs';
import { expect, test } from 'vitest';

/** `ROUNDS=20` for figures. */
const rounds = Number(process.env['ROUNDS'] ?? 2);
const signalsARound = 50;
const minuteMs = 60_000;
const log = createSilentLogger();
const settings = someSettings({
  cash: '1000000',
  stake: { kind: 'base', value: '0.001' },
  feeBps: '0',
});

/** Publishes a signal; resolves to how long it took until its order was written down, ms. */
async function trade(bus: Bus, intended$: Subject<string>, n: number): Promise<number> {
  const time = toTime(Date.now());
  const id = `s${n}`;
  const signal = aSignal({
    id,
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + minuteMs),
    data: {
      referencePrice: { price: '100', kind: 'close', time },
      ...(n % 2 === 1 && { intent: 'exit', side: 'sell', targetPosition: 'flat' }),
    },
  });
  const decided = firstValueFrom(intended$.pipe(filter((signalId) => signalId === id)));
  const begunMs = performance.now();
  await bus.publish({ subject: subjects.signal(signal.data), id, body: JSON.stringify(signal) });
  await decided;
  return performance.now() - begunMs;
}

async function candle(bus: Bus): Promise<void> {
  const closeTime = Date.now() + 1_000;
  const made = aCandle({
    symbol: SymbolName.parse('BTC/USDT'),
    openTime: closeTime - minuteMs,
    closeTime,
  });
  const event = candleEvent(made, { tape: 'live', source: 'test', recordedMs: closeTime });
  await bus.publish({ subject: subjects.candle(made), id: event.id, body: JSON.stringify(event) });
}

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * at)] ?? Number.NaN;
}

function ratios(some: readonly number[], others: readonly number[]): number[] {
  return [0.5, 0.9].map(
    (at) => Math.round((quantile(some, at) / quantile(others, at)) * 100) / 100,
  );
}

function shown(of: readonly number[]): number[] {
  return [0.5, 0.9].map((at) => Math.round(quantile(of, at) * 10) / 10);
}

test(
  'Telegram that never answers is not felt by trading',
  { timeout: 120_000 + rounds * 30_000 },
  async () => {
    await using answering = await startTelegramDouble();
    await using hanging = await startTelegramDouble();
    hanging.fault('hang');
    await using nats = await startTestNats();
    await using bus = await nats.connect();
    const intended$ = new Subject<string>();
    const filled$ = new Subject<true>();
    const following = bus
      .read({ stream: 'TRADING', follow: true })
      .pipe(map(({ body }) => JournalEvent.parse(JSON.parse(body))))
      .subscribe((event) => {
        if (event.type === 'order_intended') intended$.next(event.data.signalId);
        if (event.type === 'order_filled') filled$.next(true);
      });
    await using _following = { [Symbol.asyncDispose]: async () => following.unsubscribe() };
    await using _execution = startExecution({
      bus: await nats.connect(),
      portfolio: 'paper',
      mode: 'paper',
      settings,
      worker: 'first',
      log,
    });
    let n = 0;
    const round = async (): Promise<number[]> => {
      const latenciesMs: number[] = [];
      for (let signal = 0; signal < signalsARound; signal++) {
        const filled = firstValueFrom(filled$);
        latenciesMs.push(await trade(bus, intended$, n++));
        await candle(bus);
        await filled;
      }
      return latenciesMs;
    };
    // Its first orders make the process warm.
    await round();
    const nobody: number[] = [];
    const answered: number[] = [];
    const hung: number[] = [];
    const withNotifier = async (route: string, double: TelegramDouble): Promise<number[]> => {
      await using notifierBus = await nats.connect();
      const { token, chatId, apiRoot } = double;
      const before = double.calls();
      await using notifier = startNotifier({
        bus: notifierBus,
        route,
        sink: createTelegramSink({ token, chatId, apiRoot, timeoutMs: 2_000, limits: [] }),
        log,
        retryDelays: { minMs: 50, maxMs: 500 },
        stopTimeoutMs: 50,
      });
      // What it has missed is none of this, where it can be told.
      if (double === answering) await notifier.caughtUp();
      while (double.calls() === before) await sleep(5);
      return round();
    };
    const measures = [
      async () => void nobody.push(...(await round())),
      async () => void answered.push(...(await withNotifier('answering', answering))),
      async () => void hung.push(...(await withNotifier('hanging', hanging))),
    ];
    // In turns, and each of them first, second and third: what else the machine does is the same for all.
    for (let each = 0; each < rounds; each++)
      for (const at of measures.keys()) await measures[(at + each) % measures.length]?.();

    const figures = {
      signals: hung.length,
      nobodyMs: shown(nobody),
      answeredMs: shown(answered),
      hungMs: shown(hung),
      hungToAnswered: ratios(hung, answered),
      hungToNobody: ratios(hung, nobody),
      calls: hanging.calls('sendMessage'),
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(hanging.received).toEqual([]);
    expect(answering.received.length).toBeGreaterThan(rounds);
    // Were it waited for, each order would cost a call that is given up.
    expect(hanging.calls('sendMessage')).toBeLessThan(hung.length / 4);
  },
);
