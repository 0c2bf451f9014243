import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Big, OrderId } from '@heliograph/contracts';
import { z } from 'zod';

const Order = z.looseObject({
  clientOrderId: OrderId,
  status: z.string(),
  side: z.string(),
});
const Balance = z.object({ free: z.string(), locked: z.string() });

/** The exchange's double as a process of its own, which outlives every worker. */
export async function startExchange() {
  const main = join(import.meta.dirname, '../../../execution/src/testing/binance-double/main.ts');
  const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? '');
  const Place = z.object({
    url: z.string(),
    key: z.object({ apiKey: z.string(), secret: z.string() }),
  });
  const place = Place.parse(await next());
  const call = async (name: string, ...args: unknown[]): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ call: name, args })}\n`);
    return z.object({ result: z.unknown() }).parse(await next()).result;
  };
  return {
    ...place,
    orders: async () => z.array(Order).parse(await call('orders')),
    async total(asset: string): Promise<Big> {
      const { free, locked } = Balance.parse(await call('balanceOf', asset));
      return new Big(free).plus(locked);
    },
    set: (asset: string, amount: string) => call('setBalance', asset, amount),
    setPrice: (pair: string, price: string) => call('setPrice', pair, price),
    fault: (fault: object) => call('fault', fault),
    /** How far its clock is ahead. */
    offsetClock: (ms: number) => call('setClockOffset', ms),
    /** Whoever hears of orders hears no more, and has to connect anew. */
    dropStreams: () => call('dropStreams'),
    /** The next so many events of orders are told twice. */
    repeatEvents: (times: number) => call('repeatEvents', times),
    /** What goes wrong with its streams of the market. */
    disturb: (disturbance: object) => call('disturb', disturbance),
    [Symbol.dispose]: () => void child.stdin.end(),
  };
}
