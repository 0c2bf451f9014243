import { UserError, type PortfolioSettings } from '@heliograph/contracts';
import type { Broker } from '../../brokers/broker.ts';

/**
 * A spot account keeps balances: what is sold short there are the coins that its owner has anyway, and nobody lends money
 * to buy more than there is.
 * @throws UserError when a portfolio may go short or beyond its equity, and its account is one
 */
export async function refuseMargin(
  broker: Broker,
  { shorting = false, leverage = 1 }: PortfolioSettings,
  portfolio: string,
): Promise<void> {
  if (!shorting && leverage <= 1) return;
  try {
    if ((await broker.positions()) !== undefined) return;
  } catch (error) {
    await broker[Symbol.asyncDispose]();
    throw error;
  }
  await broker[Symbol.asyncDispose]();
  throw new UserError(
    `portfolio ${portfolio} has ${shorting ? 'shorting' : `a leverage of ${leverage}`}, and its account is a spot account: it would sell the coins that its owner has`,
  );
}
