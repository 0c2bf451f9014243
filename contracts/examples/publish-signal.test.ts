import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { parseEvent } from '../src/events.ts';
import { TradeSignal } from '../src/signal.ts';
import { startTestNats } from '../src/testing/index.ts';

const example = join(import.meta.dirname, 'publish-signal.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

interface Connection {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

async function publish(server: Connection, ...options: string[]) {
  const child = spawn('python3', [example, ...options], {
    env: {
      PATH: process.env['PATH'],
      NATS_URL: server.url,
      NATS_USER: server.user,
      NATS_PASSWORD: server.password,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, error, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]);
  return { output, error, status };
}

describe.runIf(hasPython)('publish-signal.py', () => {
  test('publishes a valid signal, once', async () => {
    await using server = await startTestNats();
    await using bus = await server.connect();
    const options = [
      'sell',
      '93512.4',
      '--symbol',
      'ETH/USDT',
      '--time',
      '2026-01-05T10:30:00+00:00',
    ];
    const first = await publish(server, ...options);
    const again = await publish(server, ...options);
    const messages = await lastValueFrom(bus.read({ stream: 'SIGNALS' }).pipe(toArray()));

    expect([first.error, again.error]).toEqual(['', '']);
    expect(JSON.parse(first.output)).toMatchObject({ stream: 'SIGNALS', seq: 1 });
    expect(JSON.parse(again.output)).toMatchObject({ seq: 1, duplicate: true });
    expect(messages.map(({ subject }) => subject)).toEqual([
      'trade_signal.hand-made.binance.ETH-USDT',
    ]);
    const signal = parseEvent(TradeSignal, messages[0]?.body ?? '');
    expect(signal).toMatchObject({
      id: messages[0]?.id,
      time: '2026-01-05T10:30:00.000Z',
      expirytime: '2026-01-05T10:31:00.000Z',
      data: { side: 'sell', targetPosition: 'short', symbol: 'ETH/USDT' },
    });
  });

  test('says so when the server has no stream for it', async () => {
    await using server = await startTestNats();
    const { error, status } = await publish(server, 'buy', '1');
    expect(error).toContain('no stream takes signals on this server');
    expect(status).toBe(1);
  });

  test('says so when the server refuses its password', async () => {
    await using server = await startTestNats();
    const { error, status } = await publish({ ...server, password: 'wrong' }, 'buy', '1');
    expect(error).toContain("the server refuses: 'Authorization Violation'");
    expect(status).toBe(1);
  });

  test('says so when there is no server', async () => {
    const nowhere = { url: 'nats://127.0.0.1:1', user: '', password: '' };
    const { error, status } = await publish(nowhere, 'buy', '1');
    expect(error).toContain('cannot reach the server');
    expect(status).toBe(1);
  });
});
