import type { ReasonCode } from '@heliograph/contracts';
import type { Placement } from '../broker.ts';
import type { Sending } from './sender.ts';

/** What is certain about an order after its request failed; `unknown` is when nothing is. */
export type Outcome = Placement | { readonly status: 'unknown' };

type Verdict = ReasonCode | 'taken' | 'not_taken' | 'unknown';

/**
 * By ccxt's classes, the first that fits. They say what was wrong, and only some of them whether the order is there:
 * those are `unknown`, like each class that is not listed.
 */
const verdicts: readonly (readonly [kind: string, verdict: Verdict])[] = [
  ['DuplicateOrderId', 'taken'],
  ['InsufficientFunds', 'INSUFFICIENT_FUNDS'],
  ['BadSymbol', 'UNKNOWN_SYMBOL'],
  // These three are network errors to ccxt; the venue has refused the request all the same.
  ['InvalidNonce', 'CLOCK_SKEW'],
  ['RateLimitExceeded', 'not_taken'],
  ['DDoSProtection', 'not_taken'],
  ['AuthenticationError', 'VENUE_REJECTED'],
  ['InvalidOrder', 'VENUE_REJECTED'],
  ['BadRequest', 'VENUE_REJECTED'],
  ['OperationRejected', 'VENUE_REJECTED'],
  ['ArgumentsRequired', 'VENUE_REJECTED'],
  ['NotSupported', 'UNSUPPORTED_ORDER'],
];

const defaultRetryMs = 1_000;

/** Decides by whether the outcome is known, whatever the error is called. */
export function outcomeOf({
  error,
  detail,
  sending,
  refusesWith4xx,
  wasLate,
}: {
  error: unknown;
  detail: string;
  sending: Sending;
  refusesWith4xx: boolean;
  /** The answer came after the time by which the venue had to have it. */
  wasLate: boolean;
}): Outcome {
  const { status } = sending;
  const notTaken = (): Outcome => ({
    status: 'not_taken',
    detail,
    retryAfterMs: sending.retryAfterMs ?? defaultRetryMs,
  });
  const rejected = (reason: ReasonCode): Outcome => ({ status: 'rejected', reason, detail });

  if (sending.tooLate) return rejected('EXPIRED');
  const kinds = kindsOf(error);
  // Nothing went out: what ccxt refuses by itself is final, and the venue may be there again soon.
  if (!sending.sent) return kinds.includes('ExchangeError') ? refusal(verdictOf()) : notTaken();
  if (status === 429 || status === 418) return notTaken();
  // Nothing is done for whom it does not let in: ccxt calls that a rate limit where the key was good before.
  if (status === 401) return rejected('VENUE_REJECTED');
  // No answer, or one that comes from in front of the exchange: it may have been executed behind.
  if (status === undefined || status >= 500 || status === 408) return { status: 'unknown' };
  return refusal(verdictOf());

  function verdictOf(): Verdict {
    if (isDuplicate(detail) && kinds.includes('InvalidOrder')) return 'taken';
    if (tooSmall.test(detail) && kinds.includes('ExchangeError')) return 'BELOW_MINIMUM';
    const known = verdicts.find(([kind]) => kinds.includes(kind))?.[1];
    if (known === 'CLOCK_SKEW' && wasLate) return 'EXPIRED';
    if (known !== undefined) return known;
    // An error that ccxt has no word for.
    const refused = refusesWith4xx && status !== undefined && status >= 400;
    return !sending.sent || (refused && kinds[0] === 'ExchangeError')
      ? 'VENUE_REJECTED'
      : 'unknown';
  }

  function refusal(verdict: Verdict): Outcome {
    if (verdict === 'taken') return { status: 'taken' };
    if (verdict === 'unknown') return { status: 'unknown' };
    return verdict === 'not_taken' ? notTaken() : rejected(verdict);
  }
}

/** The first one is open, and this is it again. */
function isDuplicate(detail: string): boolean {
  return /duplicate/i.test(detail);
}

const tooSmall = /\bMIN_NOTIONAL\b|\bNOTIONAL\b/;

/** The names of an error's classes, its own first. */
export function kindsOf(error: unknown): string[] {
  const kinds: string[] = [];
  for (let at: unknown = error; at instanceof Object; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, 'constructor')) kinds.push(at.constructor.name);
  return kinds;
}
