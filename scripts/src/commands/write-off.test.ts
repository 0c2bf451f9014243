import { type Bus } from '@heliograph/contracts/bus';
import { aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { btc, eth, json, place } from '../testing/control-place.ts';
import { journal, openPortfolio, startStandIn } from '../testing/stand-in-worker.ts';

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

describe.concurrent('write-off', () => {
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
