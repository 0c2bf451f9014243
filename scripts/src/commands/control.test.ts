import { tradingStateBucket } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../testing/cli.ts';
import { btc, place } from '../testing/control-place.ts';
import { openPortfolio } from '../testing/stand-in-worker.ts';

test.concurrent.for([
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
