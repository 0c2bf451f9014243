import { OrderId } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { findOrder } from './find-order.ts';
import { loadVenue } from './load-venue.ts';
import { checkedVenues, particularsOf, type MarketType } from './venues.ts';

const id = OrderId.parse(`h${'a'.repeat(26)}`);

/** A market as ccxt has it, without asking the exchange. */
function aMarket(exchangeId: string, type: MarketType) {
  const isContract = type !== 'spot';
  const symbol = isContract ? 'BTC/USDT:USDT' : 'BTC/USDT';
  return {
    id: exchangeId === 'kucoin' && !isContract ? 'BTC-USDT' : 'BTCUSDT',
    symbol,
    base: 'BTC',
    quote: 'USDT',
    ...(isContract && { settle: 'USDT', contractSize: '1' }),
    type,
    spot: !isContract,
    swap: isContract,
    contract: isContract,
    linear: isContract ? true : undefined,
    inverse: isContract ? false : undefined,
    active: true,
    precision:
      exchangeId === 'bitfinex' ? { amount: 8, price: 5 } : { amount: '0.00001', price: '0.01' },
    limits: { amount: {}, price: {}, cost: {} },
    info: { orderTypes: ['MARKET', 'LIMIT'], OrderType: ['MARKET', 'LIMIT'] },
  };
}

/** All that ccxt would ask an exchange; nothing is answered but what it wants to know of the account first. */
async function asked(exchangeId: string, type: MarketType) {
  const credentials = { apiKey: 'key', secret: 'c2VjcmV0', password: 'word' };
  const venue = await loadVenue({
    exchangeId,
    credentials,
    sandbox: false,
    marketType: type,
    options: {},
  });
  const market = aMarket(exchangeId, type);
  Reflect.apply(Reflect.get(venue, 'setMarkets'), venue, [[market]]);
  venue.throttle = async () => undefined;
  const requests: string[] = [];
  venue.fetchImplementation = async (url, { body }) => {
    if (url.includes('/account')) return Response.json({ code: '200000', data: {} });
    requests.push(typeof body === 'string' ? `${url} ${body}` : url);
    throw new Error('away');
  };
  const during = async (ask: () => Promise<unknown>): Promise<string[]> => {
    requests.length = 0;
    await ask().catch(() => undefined);
    return [...requests];
  };
  return { venue, symbol: market.symbol, during };
}

const all = checkedVenues
  // Contracts that are settled in the base currency are not traded.
  .filter((exchangeId) => exchangeId !== 'binancecoinm')
  .flatMap((exchangeId) => {
    const isForContracts = exchangeId === 'binanceusdm';
    return (isForContracts ? ['swap'] : ['spot', 'swap']).map((type) => ({ exchangeId, type }));
  });

test.each(all)(
  'on $exchangeId ($type) an order is placed, found and taken back by our id',
  async ({ exchangeId, type }) => {
    const particulars = particularsOf(exchangeId);
    const clientOrderId = particulars.clientIdOf?.(id) ?? id;
    const { venue, symbol, during } = await asked(exchangeId, type === 'spot' ? 'spot' : 'swap');
    const params = { clientOrderId };
    const placing = await during(() =>
      venue.createOrder(symbol, 'limit', 'sell', '1', '50000', params),
    );
    expect(placing, 'placed').toEqual([expect.stringContaining(String(clientOrderId))]);
    if (!particulars.knowsClientIds) return;
    const finding = await during(() => findOrder(venue, particulars, { clientId: id, symbol }));
    expect(finding, 'found').toEqual([expect.stringContaining(id)]);
    const taking = await during(() => venue.cancelOrder(undefined, symbol, params));
    expect(taking, 'taken back').toEqual([expect.stringContaining(id)]);
  },
);
