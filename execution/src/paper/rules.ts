import type { InstrumentRules, PortfolioSettings, SymbolName } from '@heliograph/contracts';

/** Everything that decides how an order of one symbol is dealt with. Decimals are text. */
export interface TradingRules {
  readonly lotSize: string;
  readonly tickSize: string | undefined;
  readonly minQuantity: string | undefined;
  readonly maxQuantity: string | undefined;
  readonly minNotional: string | undefined;
  readonly takerFeeBps: string;
  readonly makerFeeBps: string;
  readonly slippageBps: string;
  readonly spreadBps: string | undefined;
  readonly impactBps: string | undefined;
  readonly latencyMs: number;
  readonly maxVolumeRatio: number | undefined;
  readonly shorting: boolean;
  readonly leverage: number;
}

export function rulesFor(settings: PortfolioSettings, symbol: SymbolName): TradingRules {
  const own: InstrumentRules = settings.instruments?.[symbol] ?? {};
  const { slippage, makerFeeBps, latencyMs = 0, maxVolumeRatio } = settings.paper ?? {};
  return {
    lotSize: own.lotSize ?? settings.lotSize,
    tickSize: own.tickSize ?? settings.tickSize,
    minQuantity: own.minQuantity,
    maxQuantity: own.maxQuantity,
    minNotional: own.minNotional,
    takerFeeBps: settings.feeBps,
    makerFeeBps: makerFeeBps ?? settings.feeBps,
    slippageBps: settings.slippageBps,
    spreadBps: slippage?.kind === 'spread' ? slippage.spreadBps : undefined,
    impactBps: slippage?.kind === 'volumeShare' ? slippage.impactBps : undefined,
    latencyMs,
    maxVolumeRatio,
    shorting: settings.shorting ?? false,
    leverage: settings.leverage ?? 1,
  };
}

/** Whether the account is one with positions of either sign, not one that holds what it has bought. */
export function isMarginAccount({ shorting = false, leverage = 1 }: PortfolioSettings): boolean {
  return shorting || leverage > 1;
}
