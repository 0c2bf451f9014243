import { JournalEvent, PortfolioSettings, subjects, toTime } from '@heliograph/contracts';
import { createMemoryServer, type Bus, type MemoryServer } from '@heliograph/contracts/bus';
import { createLogger, type Service } from '@heliograph/contracts/service';
import {
  aCandle,
  aSignal,
  anExitSignal,
  eventually,
  someSettings,
} from '@heliograph/contracts/testing';
import { candleEvent } from '@heliograph/contracts';
import { firstValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { decisionsVersion } from '../decision/version.ts';
import { startExecution } from './execution.ts';

const settings = someSettings({
  cash: '1000',
  stake: { kind: 'base', value: '1' },
  feeBps: '0',
});

interface Worker extends Service {
  /** What it has logged, the messages only. */
  readonly said: readonly string[];
}

function worker(bus: Bus, change: Partial<Parameters<typeof startExecution>[0]> = {}): Worker {
  const said: string[] = [];
  const log = createLogger({
    name: 'execution',
    destination: { write: (line: string) => void said.push(JSON.parse(line).msg) },
  });
  const service = startExecution({
    bus,
    portfolio: 'paper',
    mode: 'paper',
    settings,
    worker: 'one',
    log,
    sweepEveryMs: 20,
    ...change,
  });
  return { ...service, said };
}

/** A signal on the live tape, good for a minute from now. */
async function signal(bus: Bus, id: string, { exit = false, tape = 'live' } = {}): Promise<void> {
  const time = toTime(Date.now());
  const envelope = { id, time, recordedtime: time, expirytime: toTime(Date.now() + 60_000) };
  const data = {
    tape: { id: tape },
    referencePrice: { price: '100', kind: 'close' as const, time },
  };
  const made = exit ? anExitSignal({ ...envelope, data }) : aSignal({ ...envelope, data });
  await bus.publish({ subject: subjects.signal(made.data), id, body: JSON.stringify(made) });
}

async function candle(bus: Bus, { tape = 'live', price = 100 } = {}): Promise<void> {
  const closeTime = Date.now() + 20;
  const openTime = closeTime - 60_000;
  const event = candleEvent(aCandle({ openTime, closeTime, open: price, close: price }), {
    tape,
    source: 'test',
    recordedMs: 0,
  });
  const subject = subjects.candle(aCandle());
  await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
}

async function journalOf(bus: Bus, portfolio = 'paper'): Promise<JournalEvent[]> {
  const subject = `trading.${portfolio}.*`;
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING', subject }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

async function types(bus: Bus, portfolio?: string): Promise<string[]> {
  return (await journalOf(bus, portfolio)).map(({ type }) => type);
}

/** A portfolio that has traded, and the server that has it. */
async function traded(portfolio = 'paper', tape = 'live'): Promise<MemoryServer> {
  const server = createMemoryServer({ drainTimeoutMs: 1, ackWaitMs: 200 });
  await using bus = server.connect();
  await using _worker = worker(server.connect());
  await signal(bus, 'in', { tape });
  await eventually(async () => expect(await types(bus, portfolio)).toContain('order_accepted'));
  return server;
}

/** The same server as others see it from whose journal somebody has taken an entry away. */
function without(bus: Bus, isTakenAway: (subject: string) => boolean): Bus {
  return {
    ...bus,
    log: (prefix) => {
      const log = bus.log(prefix);
      return {
        ...log,
        readAfter: async (sequence) =>
          (await log.readAfter(sequence)).filter(({ subject }) => !isTakenAway(subject)),
      };
    },
  };
}

const isIntent = (subject: string): boolean => subject.endsWith('.order_intended');
const isIntentOfReplay = (subject: string): boolean => subject === 'trading.paper-r.order_intended';

/** Appends an event to a journal as another worker would. */
async function append(bus: Bus, portfolio: string, change: object): Promise<void> {
  const log = bus.log(`trading.${portfolio}`);
  const before = await log.readAfter(0);
  const last = JSON.parse(before.at(-1)?.body ?? '{}');
  const event = { ...last, id: 'theirs', sequence: before.length + 1, ...change };
  const subject = `trading.${portfolio}.${event.type}`;
  await log.append(
    [{ subject, id: event.id, body: JSON.stringify(event) }],
    before.at(-1)?.sequence ?? 0,
  );
}

async function refusalOf({ finished }: Service): Promise<{ exitCode: number; message: string }> {
  const error: unknown = await finished.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error && 'exitCode' in error)) throw new Error('it is no UserError');
  return { exitCode: Number(error.exitCode), message: error.message };
}

describe('a worker stops with a sentence and trades nothing', () => {
  test('when an entry of the journal is missing', async () => {
    const server = await traded();
    await using bus = server.connect();
    await using refused = worker(without(server.connect(), isIntent));
    const before = await types(bus);
    await signal(bus, 'next');
    expect(await refusalOf(refused)).toEqual({
      exitCode: 78,
      message:
        'trading.paper has a gap: entry 2 is missing, 3 (stream sequence 3) follows; put the stream back from a backup, or start another portfolio',
    });
    expect(await types(bus)).toEqual(before);
    await using _fit = worker(server.connect(), { worker: 'fit' });
    await eventually(async () => expect(await types(bus)).toContain('signal_skipped'));
  });

  test('when an entry comes from a version that says more', async () => {
    const server = await traded();
    await using bus = server.connect();
    await append(bus, 'paper', { type: 'order_dreamt_of' });
    await using refused = worker(server.connect());
    expect(await refusalOf(refused)).toEqual({
      exitCode: 78,
      message: expect.stringMatching(
        /^trading\.paper: this version cannot read the entry with stream sequence 4 \(.*\): use the version that wrote it, or a newer one$/s,
      ),
    });
  });

  test('when such an entry comes while it works, between two signals', async () => {
    const server = await traded();
    await using bus = server.connect();
    await using refused = worker(server.connect());
    await append(bus, 'paper', { type: 'order_dreamt_of' });
    expect(await refusalOf(refused)).toMatchObject({ exitCode: 78 });
  });

  test('when the journal contradicts itself', async () => {
    const server = await traded();
    await using bus = server.connect();
    const [accepted] = (await journalOf(bus)).slice(-1);
    if (accepted?.type !== 'order_accepted') throw new Error('it was not accepted');
    const { venue, symbol } = accepted.data;
    await append(bus, 'paper', {
      type: 'order_filled',
      data: {
        orderId: 'hnever',
        venue,
        symbol,
        side: 'buy',
        fillId: '1',
        quantity: '1',
        price: '100',
        fee: '0',
        liquidity: 'taker',
        filledQuantity: '1',
        complete: true,
        slippageBps: 0,
      },
    });
    await using refused = worker(server.connect());
    expect(await refusalOf(refused)).toEqual({
      exitCode: 78,
      message:
        'the journal of paper contradicts itself: it fills order hnever, which it never intended; put the stream back from a backup, or start another portfolio',
    });
  });

  test('when others trade the portfolio by other settings, and they go on', async () => {
    const server = await traded();
    await using bus = server.connect();
    await using _right = worker(server.connect(), { worker: 'right' });
    const other = { ...settings, feeBps: PortfolioSettings.shape.feeBps.parse('5') };
    await using refused = worker(server.connect(), { worker: 'other', settings: other });
    expect(await refusalOf(refused)).toEqual({
      exitCode: 78,
      message: expect.stringMatching(
        /^portfolio paper was opened with other settings \(.*\): start with those, or name another --portfolio$/,
      ),
    });
    await signal(bus, 'next');
    await eventually(async () => expect(await types(bus)).toContain('signal_skipped'));
  });

  test('when a newer version joins, also without a signal, and the newer one goes on', async () => {
    const server = await traded();
    await using bus = server.connect();
    await using refused = worker(server.connect());
    await eventually(() => expect(refused.said).toEqual([]));
    await append(bus, 'paper', {
      type: 'portfolio_reconfigured',
      data: { settings, decisionsVersion: decisionsVersion + 1, author: 'newer' },
    });
    expect(await refusalOf(refused)).toEqual({
      exitCode: 78,
      message: `portfolio paper is traded by a newer version (its rules have version ${decisionsVersion + 1}, these ${decisionsVersion}): update this worker`,
    });
  });
});

describe('a replay that cannot be traded', () => {
  test('does not stop the live portfolio beside it, and its signals are dead letters', async () => {
    const server = await traded();
    await using bus = server.connect();
    {
      await using _before = worker(server.connect());
      await signal(bus, 'r-in', { tape: 'r' });
      await eventually(async () => expect(await types(bus, 'paper-r')).toContain('order_accepted'));
    }
    await using both = worker(without(server.connect(), isIntentOfReplay));
    await signal(bus, 'r-next', { tape: 'r' });
    await eventually(async () => {
      const letters = bus.read({ stream: 'DEAD_LETTERS' }).pipe(toArray());
      const bodies = (await firstValueFrom(letters)).map(({ body }) => JSON.parse(body).data.error);
      expect(bodies).toEqual([
        expect.stringMatching(/^PORTFOLIO_UNFIT: trading.paper-r has a gap/),
      ]);
    });
    await signal(bus, 'next');
    await eventually(async () => expect(await types(bus)).toContain('signal_skipped'));
    expect(both.said.filter((line) => line === 'a replay is left alone')).toHaveLength(1);
  });

  test('alone stops the worker', async () => {
    const server = await traded('paper-r', 'r');
    await using bus = server.connect();
    await using refused = worker(without(server.connect(), isIntent));
    await signal(bus, 'r-next', { tape: 'r' });
    expect(await refusalOf(refused)).toMatchObject({
      message: expect.stringContaining('trading.paper-r has a gap'),
    });
  });
});

test('a snapshot that is garbage is not used, and said so once', async () => {
  const server = await traded();
  await using bus = server.connect();
  for (const key of ['trading/paper', 'paper/paper'])
    await (await bus.bucket('snapshots')).put(key, '{"form":"portfolio-2","state":"rubbish"');
  await using here = worker(server.connect());
  await signal(bus, 'out', { exit: true });
  await candle(bus);
  await eventually(async () => expect(await types(bus)).toContain('order_filled'));
  const said = here.said.filter((line) => line.includes('snapshot'));
  expect(said).toEqual(Array(2).fill('the snapshot cannot be used: all of the log is read'));
});

test('a paper portfolio whose limits were changed is traded on', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const filled = async (count: number) =>
    eventually(async () =>
      expect((await journalOf(bus)).filter(({ type }) => type === 'order_filled')).toHaveLength(
        count,
      ),
    );
  {
    await using _worker = worker(bus);
    await signal(bus, 'in');
    await eventually(async () =>
      expect((await journalOf(bus)).map(({ type }) => type)).toContain('order_accepted'),
    );
    await candle(bus);
    await filled(1);
  }
  const stricter = { settings: { ...settings, risk: { maxPositions: 1 } } };
  for (const changeSettings of [true, false]) {
    await using _worker = worker(bus, { ...stricter, changeSettings });
    await signal(bus, `out-${changeSettings}`, { exit: true });
    await eventually(async () =>
      expect((await journalOf(bus)).map(({ causationid }) => causationid)).toContain(
        `out-${changeSettings}`,
      ),
    );
  }
});
