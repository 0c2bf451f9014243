import type { Big } from '@heliograph/contracts';
import { filterFailure } from './api-error.ts';

export type SymbolStatus = 'TRADING' | 'HALT' | 'BREAK';

/** The rules of one symbol. Decimals are text. */
export interface SymbolRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly status: SymbolStatus;
  readonly tickSize: string;
  readonly stepSize: string;
  readonly minQuantity: string;
  readonly maxQuantity: string;
  readonly maxMarketQuantity: string;
  readonly minNotional: string;
}

const common = { status: 'TRADING', quote: 'USDT', minNotional: '5.00000000' } as const;

export const defaultSymbols: readonly SymbolRules[] = [
  {
    ...common,
    symbol: 'BTCUSDT',
    base: 'BTC',
    tickSize: '0.01000000',
    stepSize: '0.00001000',
    minQuantity: '0.00001000',
    maxQuantity: '9000.00000000',
    maxMarketQuantity: '100.00000000',
  },
  {
    ...common,
    symbol: 'ETHUSDT',
    base: 'ETH',
    tickSize: '0.01000000',
    stepSize: '0.00010000',
    minQuantity: '0.00010000',
    maxQuantity: '9000.00000000',
    maxMarketQuantity: '1000.00000000',
  },
  {
    ...common,
    symbol: 'BNBUSDT',
    base: 'BNB',
    tickSize: '0.10000000',
    stepSize: '0.00100000',
    minQuantity: '0.00100000',
    maxQuantity: '9000.00000000',
    maxMarketQuantity: '1000.00000000',
  },
];

/** What `exchangeInfo` says of a symbol. */
export function symbolView(rules: SymbolRules): object {
  return {
    symbol: rules.symbol,
    status: rules.status,
    baseAsset: rules.base,
    baseAssetPrecision: 8,
    quoteAsset: rules.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT'],
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: false,
    amendAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: rules.tickSize,
        maxPrice: '1000000.00000000',
        tickSize: rules.tickSize,
      },
      {
        filterType: 'LOT_SIZE',
        minQty: rules.minQuantity,
        maxQty: rules.maxQuantity,
        stepSize: rules.stepSize,
      },
      {
        filterType: 'MARKET_LOT_SIZE',
        minQty: '0.00000000',
        maxQty: rules.maxMarketQuantity,
        stepSize: '0.00000000',
      },
      {
        filterType: 'NOTIONAL',
        minNotional: rules.minNotional,
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_MAKER'],
  };
}

/** @throws ApiError when the price, the quantity or their product breaks a filter */
export function checkFilters(
  rules: SymbolRules,
  order: { quantity: Big; market: boolean; notionalPrice: Big; prices: readonly Big[] },
): void {
  for (const price of order.prices) {
    if (price.lt(rules.tickSize) || price.gt('1000000') || !isMultiple(price, rules.tickSize))
      throw filterFailure('PRICE_FILTER');
  }
  const { quantity } = order;
  if (
    quantity.lt(rules.minQuantity) ||
    quantity.gt(rules.maxQuantity) ||
    !isMultiple(quantity, rules.stepSize)
  )
    throw filterFailure('LOT_SIZE');
  if (order.market && quantity.gt(rules.maxMarketQuantity)) throw filterFailure('MARKET_LOT_SIZE');
  if (quantity.times(order.notionalPrice).lt(rules.minNotional)) throw filterFailure('NOTIONAL');
}

function isMultiple(value: Big, step: string): boolean {
  return value.mod(step).eq('0');
}
