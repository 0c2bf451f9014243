import { tradingStateBucket } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { json, place } from '../testing/control-place.ts';
import { openPortfolio, startStandIn } from '../testing/stand-in-worker.ts';

describe.concurrent('halt, reduce and resume', () => {
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
      overruled: [],
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

  test('take nothing for an answer that was one while there was another bucket', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    {
      using _worker = startStandIn(here.bus, 'paper');
      expect((await here.run('halt')).code).toBe(0);
      expect((await here.run('resume', '--reason', 'over')).code).toBe(0);
    }
    await here.bus.request(`$JS.API.STREAM.DELETE.KV_${tradingStateBucket}`, '');
    const halted = await here.run('halt', '--wait', '200ms');
    expect(halted.stdout).toContain('paper is to be HALTED, but no worker has answered.');
    expect(halted.code).toBe(3);
  });

  test('say so when somebody else has wanted something else since', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    const bucket = await here.bus.bucket(tradingStateBucket);
    const halting = here.run('halt', '--wait', '2s');
    await eventually(async () => expect(await bucket.get('paper')).toBeDefined());
    const time = new Date().toISOString();
    const other = { state: 'ACTIVE', reason: 'over', author: 'bob', time };
    await bucket.put('paper', JSON.stringify(other));
    const { code, stdout } = await halting;
    expect(stdout).toBe(
      'paper is not to be HALTED any more: bob has wanted it ACTIVE since (over).\n',
    );
    expect(code).toBe(3);
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
