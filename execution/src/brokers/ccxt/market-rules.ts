import { Big, toDecimal, type SymbolName, type Venue } from '@heliograph/contracts';
import type { Instrument } from '../broker.ts';
import type { VenueMarket } from './answers.ts';

// ccxt's ways to state a precision; the third is by significant digits.
const byDecimalPlaces = 2;
const byStep = 4;

const one = new Big('1');
const ten = new Big('10');
const finest = new Big('0.00000001');

/** The rules of a market in base units, whatever it counts in. */
export interface MarketRules {
  readonly market: VenueMarket;
  /** Base units of one unit of the venue's amounts. */
  readonly contractSize: Big;
  readonly lotSize: Big;
  readonly minQuantity: Big | undefined;
  /** Of one order of any type: what was entered with a limit is left at the market, which many venues allow less of. */
  readonly maxQuantity: Big | undefined;
  readonly minNotional: Big | undefined;
  /** Absent too where the step of prices grows with the price. */
  readonly tickSize: Big | undefined;
  /** The step of prices around this one. */
  tickAt(price: Big): Big | undefined;
}

export function rulesOf(market: VenueMarket, precisionMode: number): MarketRules {
  const { precision, limits } = market;
  const contractSize = new Big(market.contract ? (market.contractSize ?? '1') : '1');
  const quantity = (amount: string | undefined): Big | undefined =>
    positive(amount)?.times(contractSize);
  const stepAt = (digits: string | undefined, value: Big): Big | undefined => {
    if (digits === undefined) return undefined;
    if (precisionMode === byStep) return positive(digits);
    if (precisionMode === byDecimalPlaces) return ten.pow(-Number(digits));
    return ten.pow(value.e - Number(digits) + 1);
  };
  const fixed = precisionMode === byStep || precisionMode === byDecimalPlaces;
  const step = (fixed && stepAt(precision.amount, one)) || finest;
  return {
    market,
    contractSize,
    lotSize: step.times(contractSize),
    minQuantity: quantity(limits.amount?.min),
    maxQuantity: smaller(quantity(limits.amount?.max), quantity(limits.market?.max)),
    minNotional: positive(limits.cost?.min),
    tickSize: fixed ? stepAt(precision.price, one) : undefined,
    tickAt: (price) => stepAt(precision.price, price),
  };
}

export function instrumentOf(
  rules: MarketRules | undefined,
  { venue, symbol }: { venue: Venue; symbol: SymbolName },
): Instrument {
  // What it does not list, it does not trade any more.
  if (!rules) return { venue, symbol, status: 'delisted', lotSize: '1' };
  const { minQuantity, maxQuantity, minNotional, tickSize } = rules;
  return {
    venue,
    symbol,
    status: rules.market.active === false ? 'halted' : 'trading',
    lotSize: toDecimal(rules.lotSize),
    ...(tickSize && { tickSize: toDecimal(tickSize) }),
    ...(minQuantity && { minQuantity: toDecimal(minQuantity) }),
    ...(maxQuantity && { maxQuantity: toDecimal(maxQuantity) }),
    ...(minNotional && { minNotional: toDecimal(minNotional) }),
  };
}

function smaller(a: Big | undefined, b: Big | undefined): Big | undefined {
  if (!a || !b) return a ?? b;
  return a.lt(b) ? a : b;
}

/** A limit of 0 is none. */
function positive(value: string | undefined): Big | undefined {
  if (value === undefined) return undefined;
  const number = new Big(value);
  return number.gt('0') ? number : undefined;
}
