import { Big, toDecimal, type Decimal } from '@heliograph/contracts';

/** A fill as the costs are reckoned from it: decimals as text. */
interface CostedFill {
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string;
  /** Quote currency. */
  readonly fee: string;
  /** The price that its signal saw, or at which it waited. */
  readonly referencePrice: string;
}

/** What all fills came to, those of open positions included; quote currency. */
export interface Costs {
  readonly boughtNotional: Decimal;
  readonly soldNotional: Decimal;
  readonly feesPaid: Decimal;
  /**
   * How much worse than at their reference prices the fills were: the sum of (price - reference) * quantity of what was
   * bought and of the opposite of what was sold; below 0 when better. A. Perold, The Implementation Shortfall, Journal of
   * Portfolio Management 14 (1988), of the part that was filled.
   */
  readonly slippagePaid: Decimal;
}

export interface CostMeter {
  add(fill: CostedFill): void;
  costs(): Costs;
}

export function createCostMeter(): CostMeter {
  let bought = zero;
  let sold = zero;
  let fees = zero;
  /** Negative for what was sold. */
  let slippage = zero;
  return {
    add({ side, quantity, price, fee, referencePrice }) {
      const paid = new Big(price);
      const notional = paid.times(quantity);
      const worse = paid.minus(referencePrice).times(quantity);
      fees = fees.plus(fee);
      if (side === 'buy') {
        bought = bought.plus(notional);
        slippage = slippage.plus(worse);
      } else {
        sold = sold.plus(notional);
        slippage = slippage.minus(worse);
      }
    },
    costs: () => ({
      boughtNotional: toDecimal(bought),
      soldNotional: toDecimal(sold),
      feesPaid: toDecimal(fees),
      slippagePaid: toDecimal(slippage),
    }),
  };
}

const zero = new Big('0');
