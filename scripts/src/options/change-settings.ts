import {
  InstrumentRules,
  PaperModel,
  PortfolioSettings,
  RiskLimits,
  UserError,
} from '@heliograph/contracts';
import { z } from 'zod';
import { unpayable } from './payable-settings.ts';
import { plainSettings } from './plain-settings.ts';
import { SlippageText, StakeText } from './setting-texts.ts';

const groups = new Set(['risk', 'paper', 'instruments']);
const names = [
  ...Object.keys(PortfolioSettings.shape).filter((name) => !groups.has(name)),
  ...Object.keys(RiskLimits.shape).map((limit) => `risk.${limit}`),
  ...Object.keys(PaperModel.shape).map((part) => `paper.${part}`),
  ...Object.keys(InstrumentRules.shape).map((rule) => `instruments.SYMBOL.${rule}`),
];

/**
 * The settings with one `name=value` applied, such as `feeBps=2`, `stake=10%`, or `risk.maxPositions=none` for a limit
 * that is switched off.
 * @throws UserError with exit code 2 that says what was expected
 */
export function changeSettings(settings: PortfolioSettings, change: string): PortfolioSettings {
  const [, name = '', text = ''] = /^([^=]+)=(.+)$/.exec(change) ?? [];
  const path = name.split('.');
  if (!names.includes(path.length === 3 ? name.replace(/\.[^.]+\./, '.SYMBOL.') : name))
    throw refusal(change, `expected name=value with one of ${names.join(', ')}`);
  const value = text === 'none' ? undefined : valueOf(schemaAt(path), text, change);
  const parsed = PortfolioSettings.safeParse(withValue(settings, path, value));
  if (!parsed.success) throw refusal(change, parsed.error.issues[0]?.message);
  // What is changed must be right, not what was so before.
  const wrong = unpayable(parsed.data).find(({ path: where }) => where === name);
  if (wrong) throw refusal(change, wrong.expected);
  return plainSettings(parsed.data);
}

/** The value that is meant by a text, where what it is follows from the name. */
function valueOf(schema: z.ZodType | undefined, text: string, change: string): unknown {
  if (schema === PortfolioSettings.shape.stake) return spelled(StakeText, text, change);
  if (schema === PaperModel.shape.slippage.unwrap()) return spelled(SlippageText, text, change);
  if (schema instanceof z.ZodNumber) return Number(text);
  if (schema instanceof z.ZodArray) return text.split(',');
  if (schema instanceof z.ZodBoolean) return text === 'true' || (text === 'false' ? false : text);
  return text;
}

function spelled(schema: z.ZodType, text: string, change: string): unknown {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw refusal(change, parsed.error.issues[0]?.message);
}

/** Of the field at a path, its being optional left aside. */
function schemaAt(path: readonly string[]): z.ZodType | undefined {
  let schema: unknown = PortfolioSettings;
  for (const key of path) {
    if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else if (schema instanceof z.ZodObject) schema = schema.shape[key];
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
  }
  return schema instanceof z.ZodType ? schema : undefined;
}

function withValue(object: object, [key = '', ...rest]: readonly string[], value: unknown): object {
  const [, inner] = Object.entries(object).find(([name]) => name === key) ?? [];
  const within: object = typeof inner === 'object' && inner !== null ? inner : {};
  return { ...object, [key]: rest.length === 0 ? value : withValue(within, rest, value) };
}

function refusal(change: string, expected: string | undefined): UserError {
  return new UserError(`--set ${change}: ${expected}`, { exitCode: 2 });
}
