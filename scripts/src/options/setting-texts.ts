import { Big, PortfolioSettings, Slippage } from '@heliograph/contracts';
import { z } from 'zod';

const stakeKinds = [
  { pattern: /^(\d+(?:\.\d+)?)$/, kind: 'quote' },
  { pattern: /^(\d+(?:\.\d+)?)unit$/, kind: 'base' },
  { pattern: /^(\d+(?:\.\d+)?)%$/, kind: 'equityRatio' },
  { pattern: /^(\d+(?:\.\d+)?)%risk$/, kind: 'riskRatio' },
] as const;

const expectedStake =
  'expected an amount such as 1000, all, base units such as 0.5unit, a part of equity such as 10%, or what a stop may lose of it such as 1%risk';

/** `1000` quote currency, `all`, `0.5unit`, `10%` of equity, or as much as loses `1%risk` of it at its stop. */
export const StakeText = z.string().transform((text, context): PortfolioSettings['stake'] => {
  const parsed = PortfolioSettings.shape.stake.safeParse(stakeIn(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: expectedStake });
  return z.NEVER;
});

function stakeIn(text: string): object | undefined {
  if (text === 'all') return { kind: 'all' };
  for (const { pattern, kind } of stakeKinds) {
    const [, value] = pattern.exec(text) ?? [];
    if (value === undefined) continue;
    const isRatio = kind === 'equityRatio' || kind === 'riskRatio';
    return { kind, value: isRatio ? ratioOf(value) : value };
  }
  return undefined;
}

const slippageKinds = {
  spread: (bps: string) => ({ kind: 'spread', spreadBps: bps }),
  volume: (bps: string) => ({ kind: 'volumeShare', impactBps: bps }),
};

/** `spread:5`: bid and ask are 5 basis points apart; `volume:100`: a whole candle's volume moves the price by 100. */
export const SlippageText = z.string().transform((text, context): Slippage => {
  const [, kind, bps = ''] = /^(spread|volume):(.+)$/.exec(text) ?? [];
  const model = kind === 'spread' || kind === 'volume' ? slippageKinds[kind](bps) : undefined;
  const parsed = Slippage.safeParse(model);
  if (parsed.success) return parsed.data;
  const message = 'expected spread:BPS or volume:BPS, such as spread:5 or volume:100';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const spanUnits = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A span of time such as `24h`, in ms. */
export const SpanText = z
  .string()
  .regex(
    /^(0|\d{1,9}(ms|s|m|h|d))$/,
    'expected a span of time such as 500ms, 30s, 5m, 24h or 1d, or 0',
  )
  .transform((text) => {
    const [, count, unit = 'ms'] = /^(\d+)([a-z]*)$/.exec(text) ?? [];
    return Number(count) * (spanUnits.get(unit || 'ms') ?? NaN);
  });

/** `0.1` or `10%`. */
export const RatioText = z
  .string()
  .regex(/^\d+(\.\d+)?%?$/, 'expected a part such as 0.1 or 10%')
  .transform((text) => (text.endsWith('%') ? ratioOf(text.slice(0, -1)) : Number(text)))
  .refine(
    (ratio) => ratio > 0 && ratio <= 1,
    'expected a part above 0 and up to 1, such as 0.1 or 10%',
  );

/** Exactly a hundredth: 0.07 of 7, which a division of floats misses. */
function ratioOf(percent: string): number {
  return Number(new Big(percent).div('100').toFixed());
}
