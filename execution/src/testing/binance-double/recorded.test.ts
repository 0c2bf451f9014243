import { once } from 'node:events';
import { WebsocketClient } from 'binance';
import ccxt from 'ccxt';
import { describe, expect, test, vi } from 'vitest';
import { redirectTo } from '../ccxt-on-double.ts';
import { recordedStream, recordedTrades } from '../recorded-trades.ts';
import { startBinanceDouble } from './binance-double.ts';

const data = process.env['HELIOGRAPH_DATA'];
const soon = { timeout: 60_000, interval: 10 };

describe.skipIf(!data)('what Binance has really told (skipped without HELIOGRAPH_DATA)', () => {
  test('comes out of two clients as it went in', async () => {
    await using double = await startBinanceDouble({ quietMarket: true });
    const trades = recordedTrades(data ?? '');
    const theirs: unknown[] = [];
    const client = new WebsocketClient(
      { wsUrl: `${double.url.replace('http', 'ws')}/ws`, beautify: false },
      { trace: () => {}, info: () => {}, error: () => {} },
    );
    client.on('message', (message) => theirs.push(message));
    client.on('exception', () => {});
    const opened = once(client, 'response');
    void client.subscribe(recordedStream, 'main');
    const exchange = new ccxt.pro.binance({
      options: { fetchMargins: false, fetchCurrencies: false, fetchMarkets: { types: ['spot'] } },
    });
    exchange.fetchImplementation = (url: string, init: RequestInit) =>
      fetch(redirectTo(double.url)(url), init);
    exchange.urls.api.ws.spot = `${double.url.replace('http', 'ws')}/ws`;
    exchange.options['tradesLimit'] = trades.length;
    await exchange.loadHttpProxyAgent();
    const first = exchange.watchTrades('BTC/USDT');
    await opened;
    await vi.waitUntil(() => double.marketSubscribers === 2, soon);
    for (const { text } of trades) double.sendMarket(recordedStream, text);
    const ours = [...(await first)];
    while (ours.length < trades.length) ours.push(...(await exchange.watchTrades('BTC/USDT')));
    expect(ours.map(({ id, timestamp, price, amount }) => [id, timestamp, price, amount])).toEqual(
      trades.map(({ id, timeMs, price, quantity }) => [
        String(id),
        timeMs,
        Number(price),
        Number(quantity),
      ]),
    );
    await vi.waitUntil(() => theirs.length >= trades.length, soon);
    expect(theirs.slice(-trades.length)).toMatchObject(
      trades.map(({ id, timeMs, price, quantity }) => ({
        t: id,
        T: timeMs,
        p: price,
        q: quantity,
      })),
    );
    client.closeAll(true);
    await exchange.close();
  });
});
