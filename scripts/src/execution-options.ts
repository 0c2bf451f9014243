import { readFile } from 'node:fs/promises';
import {
  Name,
  NonNegativeDecimal,
  PortfolioSettings,
  PositiveDecimal,
  RiskLimits,
  UserError,
} from '@heliograph/contracts';
import { z } from 'zod';
import { readOptions, type Invocation } from './invocation.ts';

const Amount = decimal(PositiveDecimal, 'expected a number above 0, such as 1000 or 0.01');
const BasisPoints = decimal(
  NonNegativeDecimal.refine((text) => Number(text) < 10_000),
  'expected basis points from 0 to below 10000, such as 7.5',
);

/** A decimal as somebody types it. */
function decimal<S extends z.ZodType<unknown, string>>(schema: S, expected: string) {
  return z
    .string()
    .refine((text) => schema.safeParse(text).success, expected)
    .pipe(schema);
}

/** `1000` quote currency, `all`, or `0.5unit`. */
export const StakeText = z
  .string()
  .regex(
    /^(all|\d+(\.\d+)?(unit)?)$/,
    'expected an amount such as 1000, all, or base units such as 0.5unit',
  )
  .transform((text) => {
    if (text === 'all') return { kind: 'all' };
    const kind = text.endsWith('unit') ? 'base' : 'quote';
    return { kind, value: text.replace('unit', '') };
  })
  .pipe(PortfolioSettings.shape.stake);

/** A replay's portfolio is named after it and after its tape, and is a name itself. */
const longestPortfolio = 40;

const ExecutionOptions = z.object({
  portfolio: Name.max(longestPortfolio, `expected at most ${longestPortfolio} characters`),
  cash: Amount,
  stake: StakeText,
  lotSize: Amount,
  tickSize: Amount.optional(),
  feeBps: BasisPoints,
  slippageBps: BasisPoints,
  risk: z.string(),
});

const defaultRisk: RiskLimits = { maxPositions: 5 };

/** What the execution flags say: the base portfolio and everything that decides for it. */
export async function readExecutionOptions(
  invocation: Invocation,
): Promise<{ portfolio: string; settings: PortfolioSettings }> {
  const { portfolio, risk, tickSize, ...rest } = readOptions(invocation, ExecutionOptions);
  const settings = {
    ...rest,
    ...(tickSize !== undefined && { tickSize }),
    risk: await readRisk(risk),
  };
  return { portfolio, settings };
}

async function readRisk(risk: string): Promise<RiskLimits> {
  if (risk === 'none') return {};
  if (risk === 'default') return defaultRisk;
  const text = await readFile(risk, 'utf8').catch((cause: unknown) => {
    throw new UserError(
      `--risk: expected none, default or a file that can be read, found ${risk}`,
      {
        exitCode: 2,
        cause,
      },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${risk}: not JSON, expected limits such as {"maxPositions": 5}`, {
      cause,
    });
  }
  const limits = z.strictObject(RiskLimits.shape).safeParse(json);
  if (limits.success) return limits.data;
  const issue = limits.error.issues[0];
  throw new UserError(`${risk}: ${[...(issue?.path ?? []), issue?.message].join(': ')}`);
}
