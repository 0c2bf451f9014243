import { Big, type SymbolName, type Venue } from '@heliograph/contracts';
import type { Draft } from '@heliograph/execution';
import type { Account, Holding } from './account.ts';

export interface Ledger extends Account {
  onFill(fill: Extract<Draft, { type: 'order_filled' }>['data']): void;
  onClose(candle: { venue: Venue; symbol: SymbolName; close: number }): void;
}

interface Line extends Holding {
  /** Base units, below 0 for a short position. */
  readonly quantity: Big;
  readonly roughQuantity: number;
}

/** An account kept from nothing but fills and closes: cash less what was bought, and what is held at the last closes. */
export function createLedger(startCash: string): Ledger {
  let cash = new Big(startCash);
  let roughCash = Number(startCash);
  const positions = new Map<string, Line>();
  const closes = new Map<string, number>();
  const priceOf = (key: string): number => closes.get(key) ?? 0;
  return {
    onFill({ venue, symbol, side, quantity, price, fee }) {
      const key = `${venue}|${symbol}`;
      const change = side === 'buy' ? new Big(quantity) : new Big(quantity).times('-1');
      cash = cash.minus(change.times(price)).minus(fee);
      roughCash = Number(cash.toString());
      const after = change.plus(positions.get(key)?.quantity ?? '0');
      if (!closes.has(key)) closes.set(key, Number(price));
      if (after.eq('0')) positions.delete(key);
      else
        positions.set(key, {
          venue,
          symbol,
          quantity: after,
          roughQuantity: Number(after.toString()),
        });
    },
    onClose({ venue, symbol, close }) {
      closes.set(`${venue}|${symbol}`, close);
    },
    exactEquity() {
      const before = cash;
      const lines = [...positions].map(([key, { quantity }]) => ({
        quantity,
        price: priceOf(key),
      }));
      return () =>
        lines.reduce(
          (total, { quantity, price }) => total.plus(quantity.times(String(price))),
          before,
        );
    },
    get estimatedEquity() {
      let equity = roughCash;
      for (const [key, { roughQuantity }] of positions) equity += roughQuantity * priceOf(key);
      return equity;
    },
    positions,
  };
}
