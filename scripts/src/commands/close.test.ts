import { describe, expect, test } from 'vitest';
import { btc, eth, json, place } from '../testing/control-place.ts';
import { openPortfolio, startStandIn, type Reaction } from '../testing/stand-in-worker.ts';

describe.concurrent('close', () => {
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
    const { code, stdout } = await here.run('close', btc, '--wait', '5s');
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
});
