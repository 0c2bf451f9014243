import { PortfolioSettings, UserError } from '@heliograph/contracts';
import { z } from 'zod';
import {
  BasePortfolio,
  namedRisk,
  readExecutionOptions,
  type BasePortfolioOptions,
} from './execution-options.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { unpayable } from './payable-settings.ts';
import { plainSettings } from './plain-settings.ts';
import { StakeText } from './setting-texts.ts';
import { parseStrictly, readJson } from './strict-json.ts';

const PortfoliosOption = z.object({
  portfolios: z.string().min(1, 'expected a file').optional(),
});

const PortfoliosFile = z
  .record(BasePortfolio, z.record(z.string(), z.unknown()))
  .refine((portfolios) => Object.keys(portfolios).length > 0, 'expected at least one portfolio');

const NamedRisk = z.enum(['none', 'default'], {
  error: 'expected none, default or limits such as {"maxPositions": 5}',
});

/**
 * The base portfolios that trade side by side: those of the file that `--portfolios` names, each with what it says in
 * place of the flags, or else the one that the flags tell of. Never none.
 * @throws UserError that names the file, the portfolio and the field that is wrong
 */
export async function readPortfolioOptions(
  invocation: Invocation,
): Promise<readonly [BasePortfolioOptions, ...BasePortfolioOptions[]]> {
  const { portfolios: path } = readOptions(invocation, PortfoliosOption);
  const flags = await readExecutionOptions(invocation);
  if (path === undefined) return [flags];
  if (invocation.sourceOf('portfolio') === 'cli')
    throw new UserError(
      '--portfolio: name one portfolio with it, or several in the file of --portfolios, not both',
      { exitCode: 2 },
    );
  const json = await readJson(path, {
    option: '--portfolios: expected a file',
    example: 'portfolios such as {"paper": {"stake": "1000"}, "careful": {"stake": "1%risk"}}',
  });
  const [first, ...others] = Object.entries(parseStrictly(PortfoliosFile, json, path)).map(
    ([portfolio, said]) => ({
      portfolio,
      settings: settingsOf(said, flags.settings, `${path}: ${portfolio}`),
    }),
  );
  return first ? [first, ...others] : [flags];
}

function settingsOf(
  said: Readonly<Record<string, unknown>>,
  flags: PortfolioSettings,
  where: string,
): PortfolioSettings {
  // The words of the flags are understood, too.
  const schema = z.object({
    ...PortfolioSettings.shape,
    ...(typeof said['stake'] === 'string' && { stake: StakeText }),
    ...(typeof said['risk'] === 'string' && {
      risk: NamedRisk.transform((name) => namedRisk.get(name) ?? {}),
    }),
  });
  const settings = plainSettings(parseStrictly(schema, { ...flags, ...said }, where));
  const [wrong] = unpayable(settings);
  if (wrong) throw new UserError(`${where}: ${wrong.path}: ${wrong.expected}`);
  return settings;
}
