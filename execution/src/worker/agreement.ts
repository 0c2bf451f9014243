import {
  canonicalJson,
  deterministicId,
  UserError,
  type Mode,
  type PortfolioSettings,
} from '@heliograph/contracts';
import { draft, type Draft } from '../decision/state/draft.ts';
import type { Portfolio } from '../decision/state/portfolio.ts';
import { decisionsVersion } from '../decision/version.ts';
import { accountTerms } from '../paper/account-terms.ts';
import { settingDifferences } from '../setting-differences.ts';

/** What a worker would trade a portfolio by. */
export interface Terms {
  readonly mode: Mode;
  readonly settings: PortfolioSettings;
  /** Whether settings that differ are to be changed in the journal. */
  readonly mayChange?: boolean;
  /** Who works here. */
  readonly author: string;
}

/**
 * Makes sure that a worker trades a portfolio by the journal's own terms: nothing where they agree, the event that
 * changes them where the worker may and must, and an error where it must not trade. Two workers of different terms can
 * therefore never decide for the same portfolio.
 * @throws UserError that says which differ, and what to do
 */
export function agreeOn(portfolio: Portfolio, terms: Terms, nowMs: number): Draft[] {
  const { name, opened } = portfolio;
  if (!opened) return [];
  if (portfolio.decisionsVersion > decisionsVersion)
    throw new UserError(
      `portfolio ${name} is traded by a newer version (its rules have version ${portfolio.decisionsVersion}, these ${decisionsVersion}): update this worker`,
    );
  const isSameMode = opened.mode === terms.mode;
  const isSame = canonicalJson(opened.settings) === canonicalJson(terms.settings);
  const mayChange = terms.mayChange === true && isSameAccount(opened, terms);
  if (!isSameMode || (!isSame && !mayChange)) {
    const differences = settingDifferences(
      { mode: opened.mode, ...opened.settings },
      { mode: terms.mode, ...terms.settings },
    );
    throw new UserError(
      `portfolio ${name} was opened with other settings (${differences}): ` +
        'start with those, or name another --portfolio',
    );
  }
  if (isSame && portfolio.decisionsVersion === decisionsVersion) return [];
  const { settings, author } = terms;
  const key = `${decisionsVersion} ${canonicalJson(settings)} ${nowMs}`;
  const correlationId = deterministicId('portfolio', name);
  return [
    draft(
      'portfolio_reconfigured',
      { portfolio: name, key, timeMs: nowMs, subject: name, correlationId },
      { settings, decisionsVersion, author },
    ),
  ];
}

/** What money there was at first, and the terms of a paper account, are as they were when it was opened. */
function isSameAccount(opened: Pick<Terms, 'mode' | 'settings'>, { settings }: Terms): boolean {
  if (opened.mode === 'live') return opened.settings.cash === settings.cash;
  return canonicalJson(accountTerms(opened.settings)) === canonicalJson(accountTerms(settings));
}
