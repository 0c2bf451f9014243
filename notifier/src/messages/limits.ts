import type { PortfolioSettings } from '@heliograph/contracts';
import { count, money, named, share } from './numbers.ts';
import { code, joined, line, type Line } from './text.ts';
import { duration } from './times.ts';

const maxSymbols = 10;

/** The limits of a portfolio that are on, a line for those that belong together; nothing of those that are off. */
export function limitLines(
  { risk, shorting = false, leverage = 1 }: PortfolioSettings,
  currency: string,
): (Line | undefined)[] {
  const { maxPositions, symbols = [], maxOrderNotional } = risk;
  return [
    list('', [
      maxPositions === undefined
        ? line`Any number of positions`
        : line`At most ${code(count(maxPositions))} ${named(maxPositions, 'position')}`,
      shorting ? line`short ones too` : undefined,
      leverage === 1 ? undefined : line`leverage ${code(count(leverage))}`,
    ]),
    list('At most ', [
      maxOrderNotional && line`${code(money(maxOrderNotional, currency))} an entry`,
      on(risk.maxSymbolExposureRatio, (ratio) => line`${share(ratio)} of equity in a symbol`),
      on(risk.maxExposureRatio, (ratio) => line`${share(ratio)} in all`),
      on(
        risk.maxOrdersPerMinute,
        (entries) => line`${code(count(entries))} ${named(entries, 'entry', 'entries')} a minute`,
      ),
    ]),
    list('Only ', [
      ...symbols.slice(0, maxSymbols).map((symbol) => line`${symbol}`),
      symbols.length > maxSymbols ? line`${count(symbols.length - maxSymbols)} more` : undefined,
    ]),
    list('No entry beyond: ', [
      on(risk.priceCollarBps, (bps) => line`price ${code(count(bps))} bps off`),
      on(risk.maxSpreadBps, (bps) => line`spread ${code(count(bps))} bps`),
      on(risk.maxDataAgeMs, (ms) => line`data ${duration(ms)} late`),
      on(risk.maxClockSkewMs, (ms) => line`clocks ${duration(ms)} apart`),
    ]),
    on(risk.cooldownMs, (ms) => line`A symbol rests ${duration(ms)} after a loss`),
    list('Stops at: ', [
      on(
        risk.maxLosingStreak,
        (losses) => line`${code(count(losses))} ${named(losses, 'loss', 'losses')} in a row`,
      ),
      on(risk.maxDailyLossRatio, (ratio) => line`${share(ratio)} down in a day`),
      on(risk.maxDrawdownRatio, (ratio) => line`${share(ratio)} below the peak`),
    ]),
  ];
}

function on(limit: number | undefined, show: (limit: number) => Line): Line | undefined {
  return limit === undefined ? undefined : show(limit);
}

function list(before: string, parts: readonly (Line | undefined)[]): Line | undefined {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : [...line`${before}`, ...joined(said)];
}
