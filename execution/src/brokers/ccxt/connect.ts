import { TransientError, UserError } from '@heliograph/contracts';
import { Balances, VenueMarket } from './answers.ts';
import type { VenueClock } from './clock.ts';
import type { CcxtVenue } from './load-venue.ts';
import { kindsOf } from './outcome.ts';
import { rulesOf, type MarketRules } from './market-rules.ts';
import type { MarketType } from './venues.ts';

/** Lets the streams go where the requests go. */
export async function redirectStreams(
  venue: CcxtVenue,
  redirect: (url: string) => string,
): Promise<void> {
  venue.urls.api = redirected(venue.urls.api);
  // ccxt refuses to talk in the clear before it has looked for a proxy.
  await venue.loadHttpProxyAgent();

  function redirected(urls: unknown): unknown {
    if (typeof urls === 'string') return /^wss?:/.test(urls) ? redirect(urls) : urls;
    if (typeof urls !== 'object' || urls === null) return urls;
    return Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, redirected(url)]));
  }
}

/** Reads what every order needs, and finds out now whether the keys will do. */
export async function introduce({
  venue,
  exchangeId,
  marketType,
  venueClock,
  describe,
}: {
  venue: CcxtVenue;
  exchangeId: string;
  marketType: MarketType;
  venueClock: VenueClock;
  describe: (error: unknown) => string;
}): Promise<void> {
  try {
    await venueClock.compare();
    await venue.loadMarkets(false);
    // First of all that is signed: once something was accepted, ccxt takes a refusal of the key for a rate limit.
    if (marketType === 'spot') await tryToTrade(venue);
    Balances.parse(await venue.fetchBalance());
  } catch (error) {
    if (kindsOf(error).includes('AuthenticationError'))
      throw new UserError(
        `${exchangeId} does not accept the API key (${describe(error)}): check that key and secret belong ` +
          "together, that the key may read and trade spot or what you trade, that this machine's address is " +
          'allowed, and that it is a key of the sandbox if and only if you use that',
      );
    throw new TransientError('VENUE_UNREACHABLE', `${exchangeId}: ${describe(error)}`);
  }
}

export function marketRulesOf(venue: CcxtVenue, symbol: string): MarketRules | undefined {
  const markets = venue.markets;
  if (typeof markets !== 'object' || markets === null) return undefined;
  const market = VenueMarket.safeParse(Reflect.get(markets, symbol));
  return market.success ? rulesOf(market.data, venue.precisionMode) : undefined;
}

/**
 * Asks for an order that is checked and never placed, where there is such an endpoint; of its refusals only one for want
 * of permission counts.
 */
async function tryToTrade(venue: CcxtVenue): Promise<void> {
  const symbol = Object.keys(venue.markets ?? {})[0];
  const rules = symbol === undefined ? undefined : marketRulesOf(venue, symbol);
  if (!venue.privatePostOrderTest || !rules) return;
  const { market, minQuantity, lotSize } = rules;
  const quantity = (minQuantity ?? lotSize).toFixed();
  try {
    await venue.privatePostOrderTest({ symbol: market.id, side: 'BUY', type: 'MARKET', quantity });
  } catch (error) {
    if (kindsOf(error).includes('AuthenticationError')) throw error;
  }
}
