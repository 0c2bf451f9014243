import { inspect } from 'node:util';
import { createLogger, createSilentLogger } from '@heliograph/contracts/service';
import { describe, expect, test } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { anOrder, openOnDouble, redirectTo } from '../../testing/ccxt-on-double.ts';
import type { Broker } from '../broker.ts';
import { openCcxtBroker } from './open-ccxt-broker.ts';

const account = 'GET /api/v3/account';

describe('opening', () => {
  test.each([
    ['an unknown key', { apiKey: 'UnknownKey0000000000000000000000', secret: 'TopSecretOfNobody' }],
    ['a secret of another key', { apiKey: '', secret: 'TopSecretOfNobody' }],
  ])('with %s fails with what to do, and without the key', async (_, key) => {
    await using double = await startBinanceDouble();
    const used = { ...key, apiKey: key.apiKey || double.key.apiKey };
    const error = await openOnDouble({ url: double.url, key: used }).catch(
      (error: unknown) => error,
    );
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('binance does not accept the API key'),
    });
    expect(inspect(error, { depth: 10 })).not.toContain(used.apiKey);
    expect(inspect(error, { depth: 10 })).not.toContain(used.secret);
  });

  test('with a key that may only read fails too', async () => {
    await using double = await startBinanceDouble();
    await expect(openOnDouble({ url: double.url, key: double.readOnlyKey })).rejects.toMatchObject({
      name: 'UserError',
    });
    expect(double.requestsTo('POST /api/v3/order')).toEqual([]);
  });

  test('an exchange that does not exist, or has no sandbox, fails with what to do', async () => {
    await expect(open('binanse')).rejects.toMatchObject({ name: 'UserError' });
    await expect(open('Exchange')).rejects.toMatchObject({ name: 'UserError' });
    await expect(open('bitstamp')).rejects.toMatchObject({ name: 'UserError' });
  });

  test('what is away may be there later', async () => {
    const double = await startBinanceDouble();
    await double[Symbol.asyncDispose]();
    await expect(openOnDouble(double)).rejects.toMatchObject({ code: 'VENUE_UNREACHABLE' });
  });

  test('a clock that differs is no obstacle', async () => {
    await using double = await startBinanceDouble();
    double.setClockOffset(3_600_000);
    await using broker = await openOnDouble(double);
    expect(await broker.place(anOrder())).toEqual({ status: 'taken' });
  });
});

test('the keys are in no error, no log and no text', async () => {
  await using double = await startBinanceDouble();
  const lines: string[] = [];
  const log = createLogger({
    name: 'x',
    level: 'trace',
    destination: { write: (line) => void lines.push(line) },
  });
  await using broker = await openOnDouble(double, { log, requestTimeoutMs: 1_000 });
  const following = broker.changes$.subscribe();
  const said: unknown[] = [broker];
  const order = anOrder();
  for (const ask of [() => broker.reportsOf(order), () => broker.balances()])
    for (const fault of [
      { kind: 'lost_answer' },
      { kind: 'late_answer', ms: 2_000 },
      { kind: 'answer', executed: false, status: 401, body: '{"code":-2014,"msg":"bad key"}' },
    ] as const) {
      double.fault({ on: 'GET /api/v3/order', ...fault });
      double.fault({ on: account, ...fault });
      said.push(await ask().catch((error: unknown) => error));
    }
  double.fault({ on: 'POST /api/v3/order', kind: 'lost_answer' });
  said.push(await broker.place(anOrder()).catch((error: unknown) => error));
  double.dropStreams();
  following.unsubscribe();
  const text = inspect(said, { depth: 20, showHidden: true }) + lines.join('\n');
  expect(text).toContain('VENUE_NO_ANSWER');
  for (const secret of Object.values(double.key)) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/signature=[0-9a-f]{8}/);
});

function open(exchangeId: string): Promise<Broker> {
  return openCcxtBroker({
    exchangeId,
    credentials: { apiKey: 'some-key', secret: 'some-secret' },
    sandbox: true,
    options: { redirect: redirectTo('http://127.0.0.1:9') },
    log: createSilentLogger(),
  });
}
