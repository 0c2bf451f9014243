// A process of its own that trades on the double, to be killed.
import ccxt from 'ccxt';
import { anOrder, openOnDouble, redirectTo } from './ccxt-on-double.ts';

const [task = '', url = '', apiKey = '', secret = '', id = ''] = process.argv.slice(2);
const double = { url, key: { apiKey, secret } };
/** Whoever is waited for, and begins on a machine that has much to do, gives nothing up. */
const patient = { requestTimeoutMs: 120_000 };

switch (task) {
  case 'place': {
    await using broker = await openOnDouble(double, patient);
    // One that was too late was not sent.
    while ((await broker.place(anOrder({ id }))).status !== 'taken');
    break;
  }
  case 'follow': {
    const broker = await openOnDouble(double, patient);
    broker.changes$.subscribe();
    process.once('SIGUSR2', () => void broker[Symbol.asyncDispose]());
    break;
  }
  case 'follow with ccxt alone': {
    const exchange = new ccxt.pro.binance({
      ...double.key,
      options: { fetchMargins: false, fetchCurrencies: false, fetchMarkets: { types: ['spot'] } },
    });
    const redirect = redirectTo(url);
    exchange.fetchImplementation = (to: string, init: RequestInit) => fetch(redirect(to), init);
    exchange.urls.api.ws['ws-api'].spot = redirect(exchange.urls.api.ws['ws-api'].spot);
    await exchange.loadHttpProxyAgent();
    for (;;) await exchange.watchOrders().catch(() => undefined);
  }
}
