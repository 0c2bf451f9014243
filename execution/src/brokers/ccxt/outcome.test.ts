import ccxt from 'ccxt';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';

const answered = { sent: true, tooLate: false, status: 400, retryAfterMs: undefined };

function outcome(error: Error, fields: Partial<Parameters<typeof outcomeOf>[0]> = {}) {
  const { message } = error;
  return outcomeOf({
    error,
    detail: message,
    sending: answered,
    refusesWith4xx: false,
    wasLate: false,
    ...fields,
  });
}

describe('the outcome of a request that failed', () => {
  test.each([
    [ccxt.InsufficientFunds, 'INSUFFICIENT_FUNDS'],
    [ccxt.BadSymbol, 'UNKNOWN_SYMBOL'],
    [ccxt.InvalidNonce, 'CLOCK_SKEW'],
    [ccxt.PermissionDenied, 'VENUE_REJECTED'],
    [ccxt.OrderImmediatelyFillable, 'VENUE_REJECTED'],
    [ccxt.BadRequest, 'VENUE_REJECTED'],
    [ccxt.MarketClosed, 'VENUE_REJECTED'],
    [ccxt.NotSupported, 'UNSUPPORTED_ORDER'],
  ])('is a refusal where ccxt is sure of it: %o', (Kind, reason) => {
    expect(outcome(new Kind('no'))).toMatchObject({ status: 'rejected', reason, detail: 'no' });
    expect(outcome(new Kind('no'), { sending: { ...answered, status: 200 } })).toMatchObject({
      reason,
    });
  });

  test.each([
    ccxt.NetworkError,
    ccxt.RequestTimeout,
    ccxt.OperationFailed,
    ccxt.ExchangeNotAvailable,
    ccxt.OnMaintenance,
    ccxt.NullResponse,
    ccxt.ExchangeError,
    ccxt.BaseError,
    TypeError,
  ])('is unknown after %o', (Kind) => {
    expect(outcome(new Kind('?'))).toEqual({ status: 'unknown' });
  });

  test('is unknown after any server error, whatever ccxt calls it', () => {
    for (const status of [500, 502, 503, 504, 520, 408])
      for (const Kind of [ccxt.InsufficientFunds, ccxt.BadRequest, ccxt.ExchangeError])
        expect(outcome(new Kind('?'), { sending: { ...answered, status } })).toEqual({
          status: 'unknown',
        });
  });

  test('is a refusal without a word for it only where 4xx always means one', () => {
    const error = new ccxt.ExchangeError('code -9999');
    expect(outcome(error, { refusesWith4xx: true })).toMatchObject({ reason: 'VENUE_REJECTED' });
    const sending = { ...answered, status: 200 };
    expect(outcome(error, { refusesWith4xx: true, sending })).toEqual({ status: 'unknown' });
  });

  test('is a refusal where the key is good no more, which ccxt takes for a rate limit', () => {
    const error = new ccxt.DDoSProtection('Invalid API-key, IP, or permissions for action.');
    const sending = { ...answered, status: 401 };
    expect(outcome(error, { sending })).toMatchObject({
      status: 'rejected',
      reason: 'VENUE_REJECTED',
      detail: expect.stringContaining('permissions'),
    });
  });

  test('is certain when nothing was sent', () => {
    const sending = { ...answered, sent: false, status: undefined };
    expect(outcome(new ccxt.InvalidOrder('no'), { sending })).toMatchObject({
      reason: 'VENUE_REJECTED',
    });
    expect(outcome(new ccxt.NetworkError('refused'), { sending })).toMatchObject({
      status: 'not_taken',
    });
    expect(outcome(new Error('late'), { sending: { ...sending, tooLate: true } })).toMatchObject({
      reason: 'EXPIRED',
    });
  });

  test('is an order when the venue has it under that id', () => {
    expect(outcome(new ccxt.DuplicateOrderId('again'))).toEqual({ status: 'taken' });
    expect(outcome(new ccxt.InvalidOrder('Duplicate order sent.'))).toEqual({ status: 'taken' });
  });
});
