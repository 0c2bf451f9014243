import { SymbolName, tradingStateBucket } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aJournalEvent, aSignal, eventually, startTestNats } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { runCli, temporaryFolder, type CliResult } from '../testing/cli.ts';
import {
  fillEntry,
  journal,
  openEntry,
  openPortfolio,
  startStandIn,
  type Reaction,
} from '../testing/stand-in-worker.ts';

const btc = SymbolName.parse('BTC/USDT');
const eth = SymbolName.parse('ETH/USDT');

interface Place extends AsyncDisposable {
  readonly bus: Bus;
  run(...args: string[]): Promise<CliResult>;
}

/** A server, and commands that find it by its address. */
async function place(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const { path: cwd } = opened.use(await temporaryFolder());
  const nats = opened.use(await startTestNats());
  const bus = opened.use(await nats.connect());
  const env = { NATS_URL: `nats://${nats.user}:${nats.password}@127.0.0.1:${nats.port}` };
  const kept = opened.move();
  return {
    bus,
    run: (...args) => runCli(args, { cwd, env }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function json({ code, stdout, stderr }: CliResult) {
  expect(stderr).toBe('');
  return { code, ...JSON.parse(stdout) };
}

/** A live portfolio whose venue has no bitcoin any more, as its last comparison says. */
async function shortOfBitcoin(bus: Bus): Promise<void> {
  await openPortfolio(bus, 'money', { mode: 'live', held: [btc, eth] });
  const { venue } = aSignal().data;
  const found = '1 BTC here, 0 at the venue';
  const difference = { orderId: '', found, kind: 'balance', venue, symbol: btc } as const;
  await journal(bus, 'money', [
    aJournalEvent('reconciliation_reported', { checked: 0, differences: [difference] }),
  ]);
}

describe.concurrent('halt, reduce and resume', { timeout: 60_000 }, () => {
  test('change the trading state and come back once the workers have written it down', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    using _worker = startStandIn(here.bus, 'paper');
    const halted = await here.run('halt', '--reason', 'news at eight', '--author', 'ann');
    expect(halted).toMatchObject({ code: 0, stderr: '' });
    expect(halted.stdout).toBe(
      'paper is HALTED: nothing of the strategies is traded; protective exits go on working.\n',
    );
    const { portfolios } = json(await here.run('status', '--json'));
    expect(portfolios[0].tradingState).toMatchObject({
      state: 'HALTED',
      reason: 'news at eight',
      author: 'ann',
      wanted: null,
    });
    expect(json(await here.run('reduce', '--json'))).toMatchObject({ code: 0, state: 'REDUCING' });
    expect(json(await here.run('resume', '--reason', 'over', '--json'))).toEqual({
      code: 0,
      state: 'ACTIVE',
      reason: 'over',
      author: expect.stringMatching(/^.+@.+$/),
      portfolios: ['paper'],
      followed: ['paper'],
      unanswered: [],
    });
  });

  test('keep the state where no worker answers, and say so', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    const halted = await here.run('halt', '--wait', '200ms');
    expect(halted.code).toBe(3);
    expect(halted.stdout).toContain(
      'paper is to be HALTED, but no worker has answered. It is kept',
    );
    expect((await here.run('status')).stdout).toMatch(
      /Trading +ACTIVE; to be HALTED \(.+: halted by hand\), no worker has followed yet/,
    );
    using _worker = startStandIn(here.bus, 'paper');
    expect(json(await here.run('halt', '--json'))).toMatchObject({ code: 0, followed: ['paper'] });
  });

  test('keep it also for a portfolio that nobody has opened', async () => {
    await using here = await place();
    const halted = await here.run('halt', '--portfolio', 'later');
    expect(halted.code).toBe(3);
    expect(halted.stdout).toContain(
      'later is to be HALTED. It is kept; nothing is open under that',
    );
    const entry = await (await here.bus.bucket(tradingStateBucket)).get('later');
    expect(JSON.parse(entry?.value ?? '')).toMatchObject({ state: 'HALTED' });
    for (const args of [[], ['--portfolio', 'later']]) {
      const { code, stdout } = await here.run('status', ...args);
      expect(stdout).toMatch(
        /^later is to be HALTED since .* UTC by .+: halted by hand; it is not open yet, and workers/,
      );
      expect(code).toBe(0);
    }
    expect(json(await here.run('status', '--json'))).toMatchObject({
      portfolios: [],
      waiting: [{ portfolio: 'later', state: 'HALTED', reason: 'halted by hand' }],
    });
    await openPortfolio(here.bus, 'later');
    expect(json(await here.run('status', '--json')).waiting).toEqual([]);
  });

  test('do not wait for what holds already', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    const resumed = await here.run('resume', '--reason', 'sure', '--wait', '0');
    expect(resumed).toMatchObject({ code: 0, stdout: 'paper is ACTIVE: everything is traded.\n' });
  });

  test('hold for the replays of a portfolio, and for no other portfolio unless told so', async () => {
    await using here = await place();
    const tape = 'tape-1';
    await openPortfolio(here.bus, 'paper-tape-1', { tape });
    await openPortfolio(here.bus, 'careful-tape-1', { tape });
    using _paper = startStandIn(here.bus, 'paper', { tape });
    using _careful = startStandIn(here.bus, 'careful', { tape });
    const one = await here.run('halt');
    expect(one.stdout).toContain('paper-tape-1 is HALTED');
    expect(one.stderr).toContain('Not changed: careful. Name it with --portfolio, or say');
    const both = json(await here.run('halt', '--portfolio', 'all', '--json'));
    expect(both.portfolios.toSorted()).toEqual(['careful', 'paper']);
    expect(both.followed.toSorted()).toEqual(['careful-tape-1', 'paper-tape-1']);
  });
});

describe.concurrent('write-off', { timeout: 60_000 }, () => {
  const why = ['--portfolio', 'money', '--reason', 'sold by hand', '--author', 'ann'];

  test('tells the workers that nothing of it is there any more, and at what price', async () => {
    await using here = await place();
    await shortOfBitcoin(here.bus);
    using worker = startStandIn(here.bus, 'money');
    const told = await here.run('write-off', btc, ...why, '--price', '99.5');
    expect(told).toMatchObject({
      code: 0,
      stdout: 'money: 1 of BTC/USDT are written off at 100; 0 are held.\n',
    });
    expect(worker.signals.map(({ source, data }) => ({ source, ...data }))).toMatchObject([
      {
        source: 'heliograph/write-off',
        strategy: 'manual',
        portfolio: 'money',
        mode: 'live',
        intent: 'exit',
        writeOff: true,
        referencePrice: { price: '99.5' },
        reasons: ['written off by ann: sold by hand'],
      },
    ]);
  });

  test('says what the workers made of it, and counts at the last price where none is said', async () => {
    await using here = await place();
    await shortOfBitcoin(here.bus);
    using worker = startStandIn(here.bus, 'money', { reaction: 'skip' });
    const { code, writtenOff } = json(await here.run('write-off', btc, ...why, '--json'));
    expect(code).toBe(3);
    expect(writtenOff).toMatchObject([{ portfolio: 'money', status: 'skipped', left: '1' }]);
    expect(worker.signals[0]?.data.referencePrice.price).toBe('100');
  });

  test('is refused where nothing is missing, held or said, and on paper', async () => {
    await using here = await place();
    await shortOfBitcoin(here.bus);
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    const refused: [string[], RegExp][] = [
      [[eth, ...why], /the last comparison of money .* found nothing of ETH\/USDT missing/],
      [['SOL/USDT', ...why], /money holds no SOL\/USDT/],
      [[btc, '--portfolio', 'money'], /--reason: say where it went/],
      [[btc, '--reason', 'gone'], /paper trades on paper, where the account has all that is held/],
      [[btc, ...why, '--price', '0'], /price/],
    ];
    for (const [args, sentence] of refused) {
      const { code, stdout, stderr } = await here.run('write-off', ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(sentence);
    }
  });
});

describe.concurrent('close', { timeout: 60_000 }, () => {
  test('leaves a position by a signal of its own that only its portfolio may take', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc, eth] });
    using worker = startStandIn(here.bus, 'paper');
    const args = ['--reason', 'moving out', '--author', 'ann', '--json'];
    const { code, closed } = json(await here.run('close', btc, ...args));
    expect(code).toBe(0);
    expect(closed).toEqual([
      {
        portfolio: 'paper',
        venue: 'binance',
        symbol: btc,
        side: 'long',
        quantity: '1',
        signalId: worker.signals[0]?.id,
        status: 'filled',
        left: '0',
        orderId: expect.any(String),
        filledQuantity: '1',
        price: '100',
      },
    ]);
    expect(worker.signals).toHaveLength(1);
    const [signal] = worker.signals;
    expect(signal?.data).toMatchObject({
      strategy: 'manual',
      portfolio: 'paper',
      mode: 'paper',
      tape: { id: 'live' },
      intent: 'exit',
      side: 'sell',
      targetPosition: 'flat',
      referencePrice: { price: '100', kind: 'mark' },
      reasons: ['closed by hand by ann: moving out'],
    });
    const lifeMs = Date.parse(signal?.expirytime ?? '') - Date.parse(signal?.time ?? '');
    expect(lifeMs).toBe(3_600_000);
    const { portfolios } = json(await here.run('status', '--json'));
    expect(portfolios[0].positions).toMatchObject([{ symbol: eth }]);
  });

  test('closes everything with --all, and nothing where nothing is held', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc, eth] });
    using worker = startStandIn(here.bus, 'paper');
    const all = await here.run('close', '--all');
    expect(all.stdout).toMatch(
      /^PORTFOLIO +SYMBOL .*\npaper +BTC\/USDT .*filled.*\npaper +ETH\/USDT/,
    );
    expect(all.code).toBe(0);
    const none = await here.run('close', '--all');
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing is held in paper.\n' });
    expect(new Set(worker.signals.map(({ id }) => id)).size).toBe(2);
  });

  test.for<[Reaction, string, string, string[]]>([
    ['skip', 'skipped STALE_DATA', 'BTC/USDT: not closed, skipped (it is told to skip).', []],
    [
      'reject',
      'rejected VENUE_REJECTED',
      'BTC/USDT: not closed, rejected (it is told to reject).',
      [],
    ],
    ['leave open', 'open', 'BTC/USDT: its order waits for the market.', ['accepted']],
    [
      'lose the answer',
      'unknown',
      'BTC/USDT: the venue has not said what became of its order',
      ['unknown'],
    ],
  ])('says what became of one that workers %s', async ([reaction, became, sentence, stillOpen]) => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    using _worker = startStandIn(here.bus, 'paper', { reaction });
    const { code, stdout } = await here.run('close', btc, '--wait', '1s');
    expect(stdout).toContain(` ${became}`);
    expect(stdout).toContain(sentence);
    expect(code).toBe(3);
    const { portfolios } = json(await here.run('status', '--json'));
    const exit = { role: 'exit', type: 'market', price: null };
    const open = stillOpen.map((status) => ({ ...exit, status }));
    expect(portfolios[0].orders).toMatchObject(open);
  });

  test('says so where no worker answers', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    const { code, stdout } = await here.run('close', btc, '--wait', '200ms');
    expect(stdout).toContain('BTC/USDT: no worker has answered; the first one that does closes it');
    expect(code).toBe(3);
  });

  test.for([
    [['close'], 'close: name the symbols, such as BTC/USDT, or say --all'],
    [['close', '--all', 'BTC/USDT'], 'close: name the symbols, such as BTC/USDT, or say --all'],
    [['close', 'btc'], 'close: expected a symbol such as BTC/USDT, in capitals (found "btc")'],
    [['close', 'BTC/USDT', 'XRP/USDT'], 'close: no position in XRP/USDT; held are BTC/USDT'],
    [['close', '--all', '--wait', '5'], '--wait: expected a span of time such as 500ms'],
    [['resume'], '--reason: say why trading may go on'],
    [['halt', '--reason', ' '], '--reason: say why'],
    [['halt', '--reason', 'a\u001b[31m'], '--reason: expected one line without control characters'],
    [
      ['halt', '--reason', 'x'.repeat(401)],
      `--reason: expected at most 400 characters (found "${'x'.repeat(59)}…)`,
    ],
    [['halt', '--author', 'breaker'], '--author: breaker is what the limits'],
    [['panic'], '--yes: without a terminal to ask at, say it, to mean it'],
    [['status', '--portfolio', 'other'], '--portfolio: nothing is open under the name other; open'],
  ] as const)('%j is refused and nothing is done', async ([args, sentence]) => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    const { code, stdout, stderr } = await here.run(...args);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(await here.bus.lastSequence('SIGNALS')).toBe(0);
    expect(await (await here.bus.bucket(tradingStateBucket)).entries()).toEqual([]);
  });
});

describe.concurrent('cancel', { timeout: 60_000 }, () => {
  test('takes back what waits to enter in the symbols that are named, and nothing else', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    const { orderId } = await openEntry(here.bus, 'paper', eth);
    const other = await openEntry(here.bus, 'paper', btc);
    using worker = startStandIn(here.bus, 'paper');
    const args = ['--reason', 'news', '--author', 'ann', '--json'];
    expect(json(await here.run('cancel', eth, ...args))).toEqual({
      code: 0,
      entries: [
        {
          portfolio: 'paper',
          venue: 'binance',
          symbol: eth,
          side: 'buy',
          orderId,
          status: 'cancelled',
        },
      ],
    });
    expect(worker.signals).toMatchObject([
      { data: { symbol: eth, intent: 'cancel', reasons: ['taken back by ann: news'] } },
    ]);
    const all = await here.run('cancel', '--all');
    expect(all.stdout).toMatch(new RegExp(`paper +BTC/USDT +buy +${other.orderId} +cancelled`));
    expect(all.code).toBe(0);
    const none = await here.run('cancel', '--all');
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No entry is open in paper.\n' });
  });

  test('says what is not taken back in time, and what became of one that was filled', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    const order = await openEntry(here.bus, 'paper', btc);
    const told = await here.run('cancel', btc, '--wait', '300ms');
    expect(told).toMatchObject({ code: 3, stdout: expect.stringMatching(/buy +\w+ +accepted/) });
    expect(told.stderr).toContain('Not all is taken back yet');
    const signals = await here.bus.lastSequence('SIGNALS');
    const cancelling = here.run('cancel', btc, '--json');
    await eventually(async () => expect(await here.bus.lastSequence('SIGNALS')).toBe(signals + 1));
    await fillEntry(here.bus, 'paper', order);
    expect(json(await cancelling)).toMatchObject({ code: 0, entries: [{ status: 'filled' }] });
  });

  test('takes an order to leave back once the venue did not list it', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    using leaving = startStandIn(here.bus, 'paper', { reaction: 'leave open' });
    const { closed } = json(await here.run('close', btc, '--wait', '1s', '--json'));
    expect(closed).toMatchObject([{ status: 'open' }]);
    leaving[Symbol.dispose]();
    const refused = await here.run('cancel', btc);
    expect(refused.stderr).toContain('cancel: no entry is open in BTC/USDT');
    const [{ orderId, venue }] = closed;
    const difference = { orderId, found: 'not listed', kind: 'order', venue, symbol: btc } as const;
    const found = { checked: 1, differences: [difference] };
    await journal(here.bus, 'paper', [aJournalEvent('reconciliation_reported', found)]);
    using _worker = startStandIn(here.bus, 'paper');
    expect(json(await here.run('cancel', btc, '--json'))).toMatchObject({
      code: 0,
      entries: [{ orderId, side: 'sell', status: 'cancelled' }],
    });
  });

  test('refuses symbols in which nothing waits', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    for (const [args, message] of [
      [[btc], 'cancel: no entry is open in BTC/USDT'],
      [['bitcoin'], 'cancel: '],
      [[], 'cancel: name the symbols, such as BTC/USDT, or say --all'],
      [[btc, '--all'], 'cancel: name the symbols'],
    ] as const) {
      const { code, stderr } = await here.run('cancel', ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    }
  });
});

describe.concurrent('panic', { timeout: 60_000 }, () => {
  test('halts everything and leaves every position', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    await openPortfolio(here.bus, 'careful', { held: [btc, eth] });
    using _paper = startStandIn(here.bus, 'paper');
    using _careful = startStandIn(here.bus, 'careful');
    const { code, closed, ...said } = json(await here.run('panic', '--yes', '--json'));
    expect(code).toBe(0);
    expect(said).toMatchObject({ state: 'HALTED', reason: 'panic', unanswered: [] });
    expect(closed).toHaveLength(3);
    const { portfolios } = json(await here.run('status', '--json'));
    expect(portfolios).toMatchObject([
      { portfolio: 'careful', tradingState: { state: 'HALTED' }, positions: [] },
      { portfolio: 'paper', tradingState: { state: 'HALTED' }, positions: [] },
    ]);
  });

  test('goes on until no entry is open any more, and leaves what one of them has brought', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    using _worker = startStandIn(here.bus, 'paper');
    const order = await openEntry(here.bus, 'paper', btc);
    const panicking = here.run('panic', '--yes', '--json');
    await eventually(async () => {
      expect(await (await here.bus.bucket(tradingStateBucket)).entries()).toHaveLength(1);
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await fillEntry(here.bus, 'paper', order);
    const { code, closed, entries, held } = json(await panicking);
    expect({ code, entries, held }).toEqual({ code: 0, entries: [], held: [] });
    expect(closed).toMatchObject([{ symbol: btc, status: 'filled', left: '0' }]);
  });

  test('names the entries that nobody has taken back in time', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    using _worker = startStandIn(here.bus, 'paper');
    const { orderId } = await openEntry(here.bus, 'paper', btc);
    const told = await here.run('panic', '--yes', '--wait', '500ms');
    expect(told.stdout).not.toContain('Nothing is held');
    expect(told.stdout).toContain(
      `paper: ${orderId}, which enters BTC/USDT (buy), is not taken back yet (accepted)`,
    );
    expect(told.code).toBe(3);
    const { code, entries } = json(await here.run('panic', '--yes', '--wait', '500ms', '--json'));
    expect({ code, entries }).toMatchObject({ code: 3, entries: [{ orderId, symbol: btc }] });
  });

  test('has done its part where nobody answers, and says what is left', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    const { code, stdout } = await here.run('panic', '--yes', '--wait', '200ms');
    expect(stdout).toContain('paper is to be HALTED, but no worker has answered');
    expect(stdout).toContain('BTC/USDT: no worker has answered; the first one that does closes it');
    expect(code).toBe(3);
    using worker = startStandIn(here.bus, 'paper');
    await eventually(() => expect(worker.signals).toHaveLength(1));
  });
});

describe.concurrent('status', { timeout: 60_000 }, () => {
  test('tells what needs somebody to look at it', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    using _worker = startStandIn(here.bus, 'paper', { reaction: 'lose the answer' });
    await here.run('close', btc, '--wait', '1s');
    const recordedtime = new Date().toISOString();
    const yesterday = new Date(Date.now() - 90_000_000).toISOString();
    const incident = { kind: 'OVERFILL', severity: 'error', detail: 'more than ordered' } as const;
    await journal(here.bus, 'paper', [
      aJournalEvent(
        'incident_reported',
        { ...incident, kind: 'OUTAGE' },
        { recordedtime: yesterday },
      ),
      aJournalEvent('incident_reported', incident, { recordedtime }),
      aJournalEvent(
        'reconciliation_reported',
        { checked: 2, differences: [{ orderId: '', found: 'one coin too few' }] },
        { recordedtime },
      ),
    ]);
    const { code, stdout } = await here.run('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^paper \(paper, tape live\)\n/);
    expect(stdout).toMatch(/^Equity +1,000\.00 USDT, positions at what they cost, cash 900\.00$/m);
    expect(stdout).toMatch(/^ {2}BTC\/USDT +long +1 +100$/m);
    expect(stdout).toContain('UNKNOWN: the venue has not answered');
    expect(stdout).toMatch(/OVERFILL: more than ordered/);
    expect(stdout, 'older than a day').not.toContain('OUTAGE');
    expect(stdout).toMatch(/^Reconciled .*2 checked, one coin too few$/m);
  });

  test('has nothing to tell before the first signal', async () => {
    await using here = await place();
    const { code, stdout, stderr } = await here.run('status');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('No portfolio is open');
    expect(json(await here.run('status', '--json'))).toEqual({
      code: 0,
      portfolios: [],
      waiting: [],
    });
  });

  test('a portfolio that has ended is told of by its own name', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper-x', { tape: 'x' });
    const bucket = await here.bus.bucket('portfolios');
    await bucket.put('paper-x', JSON.stringify({ tape: 'x', status: 'marked' }));
    expect(json(await here.run('status', '--json')).portfolios).toEqual([]);
    const { stdout } = await here.run('status', '--portfolio', 'paper-x');
    expect(stdout).toContain('paper-x (paper, tape x, has ended)');
  });
});

test('says so when there is no server', async () => {
  await using folder = await temporaryFolder();
  const nobody = await runCli(['status'], { cwd: folder.path });
  expect(nobody.stderr).toBe(
    'heliograph: no `heliograph start` runs on heliograph-data: name its folder with --data-dir, or the NATS server with --nats (or NATS_URL)\n',
  );
  expect(nobody.code).toBe(1);
  const away = await runCli(['halt', '--nats', 'nats://127.0.0.1:1'], { cwd: folder.path });
  expect(away.stderr).toMatch(
    /^heliograph: cannot reach NATS at nats:\/\/127\.0\.0\.1:1 within 5 s/,
  );
  expect(away.code).toBe(1);
});
