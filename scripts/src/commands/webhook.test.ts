import { startNatsServer } from '@heliograph/contracts/bus';
import { freePort } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

test('an alert over HTTP is traded by a worker of another process', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await using server = await startNatsServer({ storeDir: cwd, path: process.env['PATH'] });
  const { port, user, password } = server;
  const secret = 'a secret';
  const env = {
    NATS_URL: `nats://${user}:${password}@127.0.0.1:${port}`,
    HELIOGRAPH_WEBHOOK_SECRET: secret,
  };
  const listen = `127.0.0.1:${await freePort()}`;
  await using webhook = startCli(['run', 'webhook', '--listen', listen], { cwd, env });
  await using worker = startCli(['run', 'execution', 'notifier'], { cwd, env });
  await webhook.said('stderr', /alerts are taken/);
  await worker.said('stderr', /"service":"notifier".*"started"/);
  const response = await fetch(`http://${listen}/tradingview`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      secret,
      strategy: 'my-tv',
      venue: 'binance',
      symbol: 'BTC/USDT',
      market_position: 'long',
      prev_market_position: 'flat',
      price: '65000',
      time: new Date().toISOString(),
    }),
  });
  expect(await response.json()).toMatchObject({ status: 'stored' });
  await worker.said('stdout', /Buy BTC\/USDT · my-tv enters on binance/);
});

test('without a secret there is no webhook', async () => {
  await using folder = await temporaryFolder();
  const args = ['run', 'webhook', '--nats', 'nats://127.0.0.1:9'];
  const { code, stderr } = await runCli(args, { cwd: folder.path });
  expect(stderr).toContain('set HELIOGRAPH_WEBHOOK_SECRET');
  expect(code).toBe(2);
});
