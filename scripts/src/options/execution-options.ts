import {
  defaultRisk,
  InstrumentRules,
  Name,
  NonNegativeDecimal,
  PaperModel,
  PortfolioSettings,
  PositiveDecimal,
  RiskLimits,
  SymbolName,
  UserError,
} from '@heliograph/contracts';
import { z } from 'zod';
import { readOptions, type Invocation } from '../invocation.ts';
import { fewDigits, isBookable, unpayable } from './payable-settings.ts';
import { plainSettings } from './plain-settings.ts';
import { RatioText, SlippageText, SpanText, StakeText } from './setting-texts.ts';
import { parseStrictly, readJson } from './strict-json.ts';

const Amount = decimal(PositiveDecimal, 'expected a number above 0, such as 1000 or 0.01').refine(
  isBookable,
  `expected ${fewDigits}`,
);
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

/** A replay's portfolio is named after it and after its tape, and is a name itself. */
const longestPortfolio = 40;
export const BasePortfolio = Name.max(
  longestPortfolio,
  `expected at most ${longestPortfolio} characters`,
).refine((name) => name !== 'all', 'all stands for every portfolio: expected another name');

const ExecutionOptions = z.object({
  portfolio: BasePortfolio,
  cash: Amount,
  stake: StakeText,
  lotSize: Amount,
  tickSize: Amount.optional(),
  feeBps: BasisPoints,
  slippageBps: BasisPoints,
  shorting: z.boolean().optional(),
  leverage: z
    .string()
    .transform(Number)
    .refine((times) => times >= 1 && times <= 125, 'expected a number from 1 to 125')
    .optional(),
  signalSize: z.boolean().optional(),
  exitGrace: SpanText,
  dayStart: PortfolioSettings.shape.dayStart,
  paperTape: PaperModel.shape.tape,
  makerFeeBps: BasisPoints.optional(),
  slippageModel: SlippageText.optional(),
  latencyMs: z
    .string()
    .regex(/^\d{1,7}$/, 'expected milliseconds such as 250')
    .transform(Number)
    .optional(),
  maxVolumeRatio: RatioText.optional(),
  risk: z.string(),
  instruments: z.string().optional(),
});

/** A base portfolio and everything that decides for it. */
export interface BasePortfolioOptions {
  readonly portfolio: string;
  readonly settings: PortfolioSettings;
}

/** What the execution flags say. */
export async function readExecutionOptions(invocation: Invocation): Promise<BasePortfolioOptions> {
  const { portfolio, risk, instruments, exitGrace, ...rest } = readOptions(
    invocation,
    ExecutionOptions,
  );
  const { paperTape, makerFeeBps, slippageModel, latencyMs, maxVolumeRatio, ...own } = rest;
  const settings = plainSettings({
    ...own,
    exitGraceMs: exitGrace,
    paper: { tape: paperTape, makerFeeBps, slippage: slippageModel, latencyMs, maxVolumeRatio },
    risk: await readRisk(risk),
    ...(instruments !== undefined && { instruments: await readInstruments(instruments) }),
  });
  const [wrong] = unpayable(settings);
  if (wrong?.path.startsWith('instruments.'))
    throw new UserError(`--instruments: ${wrong.path}: ${wrong.expected}`);
  if (wrong) throw new UserError(`--slippage-model: ${wrong.expected}`, { exitCode: 2 });
  return { portfolio, settings };
}

/** `none` and `default`, wherever limits can be named. */
export const namedRisk: ReadonlyMap<string, RiskLimits> = new Map([
  ['none', {}],
  ['default', defaultRisk],
]);

async function readRisk(risk: string): Promise<RiskLimits> {
  const named = namedRisk.get(risk);
  if (named) return named;
  const json = await readJson(risk, {
    option: '--risk: expected none, default or a file',
    example: 'limits such as {"maxPositions": 5}',
  });
  return parseStrictly(RiskLimits, json, risk);
}

const Instruments = z.record(SymbolName, InstrumentRules);

async function readInstruments(path: string): Promise<z.infer<typeof Instruments>> {
  const json = await readJson(path, {
    option: '--instruments: expected a file',
    example: 'rules such as {"BTC/USDT": {"lotSize": "0.001"}}',
  });
  return parseStrictly(Instruments, json, path);
}
