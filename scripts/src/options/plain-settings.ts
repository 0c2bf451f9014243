import { PortfolioSettings } from '@heliograph/contracts';

/** What an absent setting means, where that has a name. */
const defaults = new Map<string, unknown>([
  ['shorting', false],
  ['leverage', 1],
  ['signalSize', false],
  ['exitGraceMs', 0],
  ['dayStart', '00:00'],
  ['shadow', false],
]);
const paperDefaults = new Map<string, unknown>([
  ['tape', 'candles'],
  ['latencyMs', 0],
]);

/**
 * The settings without what says no more than its absence: a portfolio remembers the settings it was opened with, and
 * the same trading must have the same settings whoever spells them out.
 */
export function plainSettings(settings: PortfolioSettings): PortfolioSettings {
  const { paper = {}, instruments = {}, ...rest } = settings;
  const makerFee = ['makerFeeBps', settings.feeBps] as const;
  const model = without(paper, new Map([...paperDefaults, makerFee]));
  return PortfolioSettings.parse({
    ...without(rest, defaults),
    ...(Object.keys(model).length > 0 && { paper: model }),
    ...(Object.keys(instruments).length > 0 && { instruments }),
  });
}

function without(settings: object, absent: ReadonlyMap<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([name, value]) => value !== undefined && !(absent.has(name) && absent.get(name) === value),
    ),
  );
}
