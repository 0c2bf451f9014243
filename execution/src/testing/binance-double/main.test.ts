import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { signedRequest } from './signed-request.ts';

test('the double runs as a process of its own, controlled by lines', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? '');
  const double = await next();
  const call = (call: string, ...args: unknown[]) => {
    child.stdin.write(`${JSON.stringify({ call, args })}\n`);
    return next();
  };

  await call('setPrice', 'BTCUSDT', '40000');
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
  expect(await signedRequest(double, 'POST /api/v3/order', order)).toMatchObject({ status: 200 });
  expect(await call('balanceOf', 'USDT')).toEqual({
    result: { free: '9600.00000000', locked: '0.00000000' },
  });
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
