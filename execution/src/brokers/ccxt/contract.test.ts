import { SymbolName, Venue } from '@heliograph/contracts';
import { vi } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import { openOnDouble, sharedClock } from '../../testing/ccxt-on-double.ts';
import { testBroker } from '../broker-contract.ts';
import { base, type BrokerHarness, type BrokerTerms } from '../contract/harness.ts';
import { testKinds } from '../contract/kinds.ts';
import type { CcxtBrokerOptions } from './open-ccxt-broker.ts';

const pair = 'BTCUSDT';

const terms: Omit<BrokerTerms, 'open'> = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  currencies: { base: 'BTC', quote: 'USDT' },
  price: '50000',
  lowerPrice: '45000',
  quantity: '0.01',
  fee: { ratio: '0.001', ofBuys: 'base' },
  forbidden: [
    { name: 'less than a lot', change: { size: base('0.000009') }, reasons: ['BELOW_MINIMUM'] },
    {
      name: 'worth less than the minimum',
      change: { size: base('0.0001') },
      reasons: ['BELOW_MINIMUM'],
    },
    { name: 'more than the maximum', change: { size: base('9001') }, reasons: ['ABOVE_MAXIMUM'] },
    { name: 'more than the money', change: { size: base('1') }, reasons: ['INSUFFICIENT_FUNDS'] },
    {
      name: 'a symbol that is not listed',
      change: { symbol: SymbolName.parse('BTC/EUR') },
      reasons: ['UNKNOWN_SYMBOL'],
    },
  ],
};

testBroker('ccxt on the double of Binance', { ...terms, open: () => openHarness() });
testKinds('ccxt with stops left to the double of Binance', {
  ...terms,
  open: () => openHarness({ venueStops: true }),
});

async function openHarness(options: CcxtBrokerOptions = {}): Promise<BrokerHarness> {
  const double = await startBinanceDouble({ balances: { USDT: '10000', BTC: '0', BNB: '0' } });
  // What it hints at comes from the stream alone.
  const clock = sharedClock(double);
  const open = () =>
    openOnDouble(double, {
      clock,
      placementWindowMs: 4_000,
      settleMs: 200,
      pollMs: 1_000_000,
      ...options,
    });
  const broker = await open();
  return {
    broker,
    passWindow: () => clock.pass(60_000),
    nowMs: clock.nowMs,
    reconnect: open,
    movePrice: async (price) => double.setPrice(pair, price),
    trade: async (price, quantity) => double.trade(pair, price, quantity),
    makeThin: (quantity) => double.setDepth(pair, quantity),
    loseNextAnswer: () => double.fault({ on: 'POST /api/v3/order', kind: 'lost_answer' }),
    async goAway() {
      await double[Symbol.asyncDispose]();
    },
    async isFollowed() {
      await vi.waitUntil(() => double.subscribers === 1, { timeout: 60_000 });
    },
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await double[Symbol.asyncDispose]();
    },
  };
}
