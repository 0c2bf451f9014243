import { Big, PositiveDecimal } from '@heliograph/contracts';
import type { OrderRequest } from '../broker.ts';
import { Balances } from './answers.ts';
import type { CcxtVenue } from './load-venue.ts';
import type { MarketRules } from './market-rules.ts';
import { sizeOrder, type Sized } from './size-order.ts';

/**
 * What a spot account has free of a position that an order was to leave, where that is less: somebody has sold by hand, or
 * the venue has kept a fee that it does not tell. It must get out all the same. Undefined where nothing is there, or it cannot
 * be asked.
 */
export function createWhatIsThere({
  venue,
  describe,
  warn,
}: {
  venue: Pick<CcxtVenue, 'fetchBalance'>;
  describe: (error: unknown) => string;
  warn: (message: string) => void;
}): (order: OrderRequest, rules: MarketRules) => Promise<Sized | undefined> {
  return async (order, rules) => {
    const { symbol, type, side, size, reduceOnly } = order;
    const { market } = rules;
    // What waits for a better price holds the balance back for nobody else.
    const leavesAtOnce = reduceOnly && type === 'market' && side === 'sell' && !market.contract;
    if (!leavesAtOnce || size.kind !== 'base') return undefined;
    try {
      const { free } = Balances.parse(await venue.fetchBalance());
      const there = PositiveDecimal.safeParse(new Big(free[market.base] ?? '0').toFixed());
      if (!there.success || new Big(there.data).gte(size.quantity)) return undefined;
      const sized = sizeOrder(
        { ...order, size: { ...size, quantity: there.data } },
        rules,
        undefined,
      );
      if (sized.status !== 'sized') return undefined;
      warn(`${symbol}: of ${size.quantity} that were to be sold only ${there.data} are there`);
      return sized;
    } catch (error) {
      warn(`what is there of ${market.base} cannot be asked: ${describe(error)}`);
      return undefined;
    }
  };
}
