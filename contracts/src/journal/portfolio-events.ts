import { z } from 'zod';
import { TapeId } from '../candle.ts';
import { PortfolioSettings } from '../portfolio-settings.ts';
import { Mode } from '../signal.ts';
import {
  Decimal,
  Name,
  NonNegativeDecimal,
  PositiveDecimal,
  SymbolName,
  Time,
  Venue,
} from '../units.ts';
import { journalEvent, marketSequence } from './journal-event.ts';

const Currency = z.string().regex(/^[A-Z0-9]{1,20}$/, 'expected a currency such as USDT');

export const PortfolioOpened = journalEvent(
  'portfolio_opened',
  z.object({
    portfolio: Name,
    mode: Mode,
    tape: TapeId,
    currency: Currency.describe('The quote currency of all its symbols.'),
    settings: PortfolioSettings,
    decisionsVersion: z
      .int()
      .positive()
      .describe('Of the rules by which it is decided. Default: 1.')
      .optional(),
    marketSequence,
  }),
).describe('The first event of a portfolio.');

export const PortfolioReconfigured = journalEvent(
  'portfolio_reconfigured',
  z.object({
    settings: PortfolioSettings,
    decisionsVersion: z.int().positive().describe('Of the rules by which it is decided.'),
    author: z.string().min(1).max(128).describe('The person or the worker that changed it.'),
  }),
).describe(
  'Other settings, or newer rules of deciding, from here on. Workers that have others stop trading the portfolio.',
);

export const PortfolioMarked = journalEvent(
  'portfolio_marked',
  z.object({
    tape: TapeId,
    candles: z.int().nonnegative().describe('How many the tape had.'),
    cash: Decimal.describe('Quote currency.'),
    equity: Decimal.describe('Cash and what the positions are worth, quote currency.'),
    positions: z.array(
      z.object({
        venue: Venue,
        symbol: SymbolName,
        side: z.enum(['long', 'short']).describe('Default: long.').optional(),
        quantity: PositiveDecimal,
        price: PositiveDecimal.describe('The last close.'),
      }),
    ),
  }),
).describe('The tape has ended: what is still open, marked at the last closes.');

export const PortfolioValued = journalEvent(
  'portfolio_valued',
  z.object({
    cash: Decimal.describe('Quote currency.'),
    equity: Decimal.describe('Cash and what the positions are worth, quote currency.'),
    exposure: NonNegativeDecimal.describe(
      'What the positions are worth, longs and shorts added up, quote currency.',
    ),
    peakEquity: Decimal.describe('The highest equity that was seen.'),
    dayStartEquity: Decimal.describe('At the start of the trading day.'),
    dayStart: Time.describe('When that trading day began.'),
    positions: z.array(
      z.object({
        venue: Venue,
        symbol: SymbolName,
        side: z.enum(['long', 'short']),
        quantity: PositiveDecimal,
        price: PositiveDecimal.describe('The last price.'),
      }),
    ),
    marketSequence,
  }),
).describe(
  'What the portfolio is worth: at the first price of each hour while something is held, and where a trading day begins. Breakers go by it.',
);
