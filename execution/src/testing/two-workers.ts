import { TradeSignal } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { someSettings } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { startBinanceDouble, type BinanceDouble } from './binance-double/binance-double.ts';
import type { openOnDouble } from './ccxt-on-double.ts';
import { journalOf, seen, startLiveWorker } from './live-run.ts';
import { tapeIn, verified } from './verified.ts';

export const exit = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;

const settings = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  risk: { symbols: ['BTC/USDT'] },
});

type Worker = Parameters<typeof startLiveWorker>[0];

/** Two workers of the live portfolio `money` at one exchange, which takes no fees: what is bought is whole lots. */
export interface TwoWorkers {
  readonly double: BinanceDouble;
  readonly bus: Bus;
  /** The orders to sell that the exchange has, or had. */
  sales(): readonly Record<string, unknown>[];
}

/** They have been compared with their exchange. `opened`: how each opens it. */
export async function startTwoWorkers(
  stack: AsyncDisposableStack,
  {
    bitcoins = '1',
    opened,
    ...change
  }: Omit<Partial<Worker>, 'bus' | 'double' | 'name' | 'opened'> & {
    readonly bitcoins?: string;
    readonly opened?: (double: BinanceDouble) => ReturnType<typeof openOnDouble>;
  } = {},
): Promise<TwoWorkers> {
  const balances = { USDT: '10000', BTC: bitcoins };
  const double = stack.use(await startBinanceDouble({ balances }));
  double.setCommission({ rate: '0.00000000', paidIn: 'received' });
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  const bus = stack.use(server.connect());
  for (const name of ['one', 'two'])
    stack.use(
      startLiveWorker({
        bus: server.connect(),
        double,
        name,
        settings,
        ...(opened && { opened: () => opened(double) }),
        ...change,
      }),
    );
  await seen(bus, 'reconciliation_reported');
  return {
    double,
    bus,
    sales: () => double.orders().filter(({ side }) => side === 'SELL'),
  };
}

/** The signals that were published, in their order. */
export async function signalsIn(bus: Bus): Promise<TradeSignal[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'SIGNALS' }).pipe(toArray()));
  return messages.map(({ body }) => TradeSignal.parse(JSON.parse(body)));
}

/** Where the journal of `money` first differs from what is decided again; undefined where it does not. */
export async function differenceIn(bus: Bus) {
  const journal = await journalOf(bus);
  const [tape, signals] = await Promise.all([tapeIn(bus, 'live'), signalsIn(bus)]);
  return verified({ portfolio: 'money', journal, tape, signals }).difference;
}
