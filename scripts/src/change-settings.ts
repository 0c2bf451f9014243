import { PortfolioSettings, RiskLimits, UserError } from '@heliograph/contracts';
import { StakeText } from './execution-options.ts';

const names = [
  ...Object.keys(PortfolioSettings.shape).filter((name) => name !== 'risk'),
  ...Object.keys(RiskLimits.shape).map((limit) => `risk.${limit}`),
];

/**
 * The settings with one `name=value` applied, such as `feeBps=2`, `stake=all`, or `risk.maxPositions=none` for a limit
 * that is switched off.
 * @throws UserError with exit code 2 that says what was expected
 */
export function changeSettings(settings: PortfolioSettings, change: string): PortfolioSettings {
  const [, name = '', text = ''] = /^([^=]+)=(.+)$/.exec(change) ?? [];
  if (!names.includes(name))
    throw new UserError(`--set ${change}: expected name=value with one of ${names.join(', ')}`, {
      exitCode: 2,
    });
  const value = text === 'none' ? undefined : text;
  const limit = name.split('.')[1];
  const parsed =
    name === 'stake'
      ? StakeText.transform((stake) => ({ ...settings, stake })).safeParse(text)
      : PortfolioSettings.safeParse(
          limit === undefined
            ? { ...settings, [name]: value }
            : { ...settings, risk: { ...settings.risk, [limit]: value && Number(value) } },
        );
  if (parsed.success) return parsed.data;
  throw new UserError(`--set ${change}: ${parsed.error.issues[0]?.message}`, { exitCode: 2 });
}
