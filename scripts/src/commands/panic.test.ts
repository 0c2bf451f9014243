import { tradingStateBucket } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { btc, eth, json, place } from '../testing/control-place.ts';
import { fillEntry, openEntry, openPortfolio, startStandIn } from '../testing/stand-in-worker.ts';

describe.concurrent('panic', () => {
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

  test('leaves what is held also where the workers have lost what they told each other', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'careful', { held: [btc] });
    using _worker = startStandIn(here.bus, 'careful');
    await here.bus.request('$JS.API.STREAM.DELETE.KV_portfolios', '');
    const { code, closed } = json(await here.run('panic', '--yes', '--json'));
    expect(closed).toMatchObject([{ portfolio: 'careful', status: 'filled', left: '0' }]);
    expect(code).toBe(0);
  });

  test('leaves what the others hold where one journal cannot be read, and says so', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'broken');
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    using _worker = startStandIn(here.bus, 'paper');
    const subject = 'trading.broken.trading_state_changed';
    await here.bus.publish({ subject, id: 'junk', body: '{"schemaversion":9}' });
    const told = await here.run('panic', '--yes', '--wait', '2s');
    expect(told.stdout).toContain('paper is HALTED');
    expect(told.stdout).toMatch(/^paper +BTC\/USDT +long +1 +0 +filled/m);
    expect(told.stdout).toContain('Nothing is closed of broken: its journal cannot be read behind');
    expect(told.code).toBe(3);
    const status = await here.run('status');
    expect(status.stdout).toMatch(/^paper \(paper, tape live\)\nTrading +HALTED/);
    expect(status.stdout).toMatch(/^broken: its journal cannot be read behind/m);
    const entry = await (await here.bus.bucket(tradingStateBucket)).get('broken');
    expect(JSON.parse(entry?.value ?? '')).toMatchObject({ state: 'HALTED' });
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
