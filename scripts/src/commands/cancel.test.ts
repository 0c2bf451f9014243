import { aJournalEvent, eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { btc, eth, json, place } from '../testing/control-place.ts';
import {
  fillEntry,
  journal,
  openEntry,
  openPortfolio,
  startStandIn,
} from '../testing/stand-in-worker.ts';

describe.concurrent('cancel', () => {
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
    const { closed } = json(await here.run('close', btc, '--wait', '5s', '--json'));
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
