import { OrderId, PositiveDecimal, SymbolName, Venue } from '@heliograph/contracts';
import { createSilentLogger, type Logger } from '@heliograph/contracts/service';
import { openCcxtBroker, type CcxtBrokerOptions } from '../brokers/ccxt/open-ccxt-broker.ts';
import { systemClock, type Clock } from '../clock.ts';
import { movedClock } from './clocks.ts';
import type { Broker, OrderRequest } from '../brokers/broker.ts';
import type { BinanceDouble } from './binance-double/binance-double.ts';

/** The address of the double for each that ccxt would use: nothing leaves this machine. */
export function redirectTo(doubleUrl: string): (url: string) => string {
  return (url) => {
    const { protocol, pathname, search } = new URL(url);
    const scheme = protocol.startsWith('ws') ? doubleUrl.replace('http', 'ws') : doubleUrl;
    return scheme + pathname + search;
  };
}

/** A ccxt broker whose Binance is the double. */
export function openOnDouble(
  double: { url: string; key: { apiKey: string; secret: string } },
  {
    log = createSilentLogger(),
    clock = systemClock,
    ...options
  }: CcxtBrokerOptions & { log?: Logger; clock?: Clock } = {},
): Promise<Broker> {
  const { apiKey, secret } = double.key;
  return openCcxtBroker({
    exchangeId: 'binance',
    credentials: { apiKey, secret },
    sandbox: false,
    options: { ...options, redirect: redirectTo(double.url) },
    log,
    clock,
  });
}

/** One clock for the double and whoever trades there, which may be put forward. */
export function sharedClock(
  double: Pick<BinanceDouble, 'setClockOffset'>,
): Clock & { pass(ms: number): void } {
  const later = { laterMs: 0 };
  return {
    ...movedClock(later),
    pass(ms) {
      later.laterMs += ms;
      double.setClockOffset(later.laterMs);
    },
  };
}

let orders = 0;

/** A market order to buy 0.01 BTC, or what is said instead. */
export function anOrder(
  fields: Partial<Omit<OrderRequest, 'id' | 'size'>> & { id?: string; quantity?: string } = {},
): OrderRequest {
  const { id = `order${++orders}`, quantity = '0.01', ...others } = fields;
  return {
    venue: Venue.parse('binance'),
    symbol: SymbolName.parse('BTC/USDT'),
    side: 'buy',
    type: 'market',
    size: { kind: 'base', quantity: PositiveDecimal.parse(quantity) },
    timeInForce: 'GTC',
    reduceOnly: false,
    timeMs: Date.now(),
    ...others,
    id: OrderId.parse(id),
  };
}
