import { TransientError, UserError, type PortfolioSettings } from '@heliograph/contracts';
import type { Broker } from '../../brokers/broker.ts';
import { unreachable } from '../../decision/venue/venue-trouble.ts';
import type { Journal } from '../journal.ts';
import { refuseMargin } from './spot-account.ts';

/**
 * The venue of a live portfolio. One that cannot be reached is written down as such, so that people hear of it.
 * @throws UserError when the portfolio's settings do not fit it
 * @throws TransientError when it cannot be reached
 */
export async function openVenue({
  name,
  settings,
  journal,
  openBroker,
  openFor,
  nowMs,
}: {
  name: string;
  settings: PortfolioSettings;
  journal: Pick<Journal, 'transact'>;
  openBroker: (() => Promise<Broker>) | undefined;
  /** Opens the portfolio in the journal, if nobody has. */
  openFor: (symbol: string, timeMs: number) => Promise<void>;
  nowMs: () => number;
}): Promise<Broker> {
  const [symbol] = settings.risk.symbols ?? [];
  if (!openBroker || symbol === undefined)
    throw new UserError(
      `portfolio ${name} is live: say which symbols it trades, as in {"symbols": ["BTC/USDT"]} in the file of --risk`,
    );
  try {
    const opened = await openBroker();
    await refuseMargin(opened, settings, name);
    await openFor(symbol, nowMs());
    return opened;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    await openFor(symbol, nowMs());
    await journal.transact((portfolio) => unreachable(portfolio, error.message, nowMs()));
    throw error;
  }
}
