import { Big, decimalOf, exactly, signOf, type OrderSize } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import type { EntryPlan, EntryTerms } from './entry-plan.ts';
import { equityLeft, turnedAround, unspent } from './funds.ts';
import { refusal, type Refusal } from '../refusal.ts';
import { feeFor, multiple, quantityAt, quantityLosing, reservation } from './size.ts';
import { decimalText, termsOf } from './terms.ts';

const zero = new Big('0');
/** Digits after the point of an amount that follows from a ratio. */
const ratioDigits = 18;

export function planEntry(considered: Considered): EntryPlan | Refusal {
  const { settings, rules, mode } = considered;
  const terms = termsOf(considered);
  if ('reason' in terms) return terms;
  const wish = wishOf(considered, terms);
  if ('reason' in wish) return wish;
  const { highest } = terms;
  const { lotSize } = rules;
  const entered = quantityAt(wish, highest, { feeBps: settings.feeBps, lotSize });
  if (signOf(entered) <= 0)
    return refusal('BELOW_MINIMUM', `less than one lot of ${lotSize} at ${highest.toFixed()}`);
  // What a reversal must first buy or sell to be flat.
  const closing = turnedAround(considered)?.quantity ?? zero;
  // The paper exchange turns quote currency into base units at the price of the fill.
  if (
    wish.kind === 'quote' &&
    terms.orderType === 'market' &&
    mode !== 'live' &&
    signOf(closing) === 0
  )
    return {
      ...terms,
      size: wish,
      quantity: entered,
      closing,
      notional: decimalOf(wish.notional),
      needed: reservation(wish, highest, settings),
    };
  const whole = signOf(closing) === 0 ? entered : multiple(entered.plus(closing), lotSize);
  const quantity = decimalText(whole);
  if (!quantity) return refusal('ABOVE_MAXIMUM', `${whole.toFixed()} has too many digits`);
  const notional = whole.minus(closing).times(highest);
  return {
    ...terms,
    size: { kind: 'base', quantity },
    quantity: whole,
    closing,
    notional,
    needed: notional.plus(feeFor(whole.times(highest), settings)),
  };
}

/** What is to be entered: the stake, or what the signal suggests where it may. */
function wishOf(considered: Considered, terms: EntryTerms): OrderSize | Refusal {
  const { settings, signal } = considered;
  const stake = (settings.signalSize && signal.data.size) || settings.stake;
  switch (stake.kind) {
    case 'quote':
      return { kind: 'quote', notional: stake.value, includesFee: false };
    case 'base':
      return { kind: 'base', quantity: stake.value };
    case 'all':
      return everything(considered, terms);
    case 'equityRatio':
      return partOfEquity(considered, terms, stake.value);
    case 'riskRatio':
      return atRisk(considered, terms, stake.value);
  }
}

function everything(considered: Considered, terms: EntryTerms): OrderSize | Refusal {
  const free = unspent(considered, terms);
  const notional = decimalText(free);
  if (!notional) return refusal('INSUFFICIENT_FUNDS', `no free cash: ${free.toFixed()}`);
  return { kind: 'quote', notional, includesFee: true };
}

function partOfEquity(
  considered: Considered,
  terms: EntryTerms,
  ratio: number,
): OrderSize | Refusal {
  const equity = equityLeft(considered, terms);
  const part = equity.times(exactly(ratio)).round(ratioDigits, Big.roundDown);
  const notional = decimalText(part);
  if (!notional) return nothingOf(ratio, equity);
  return { kind: 'quote', notional, includesFee: true };
}

function atRisk(considered: Considered, { worst }: EntryTerms, ratio: number): OrderSize | Refusal {
  const { signal, settings, rules } = considered;
  if (!worst.out) return refusal('STOP_REQUIRED', 'its size follows from a stop, and it has none');
  const equity = considered.equity();
  const loss = equity.times(exactly(ratio));
  if (loss.lte(zero)) return nothingOf(ratio, equity);
  const { side } = signal.data;
  const { feeBps } = settings;
  const { lotSize } = rules;
  const apart = { entryPrice: worst.in, exitPrice: worst.out };
  const quantity = quantityLosing(loss, apart, side, { feeBps, lotSize });
  if (!quantity)
    return refusal(
      'INVALID_PRICE',
      `in at ${worst.in.toFixed()} and out at ${worst.out.toFixed()} would lose nothing`,
    );
  const text = decimalText(quantity);
  if (text) return { kind: 'base', quantity: text };
  return quantity.eq(zero)
    ? refusal(
        'BELOW_MINIMUM',
        `one lot of ${lotSize} loses more than ${loss.toFixed()} at its stop`,
      )
    : refusal('ABOVE_MAXIMUM', `${quantity.toFixed()} has too many digits`);
}

function nothingOf(ratio: number, equity: Big): Refusal {
  return equity.lte(zero)
    ? refusal('INSUFFICIENT_FUNDS', `no equity: ${equity.toFixed()}`)
    : refusal('BELOW_MINIMUM', `${ratio} of ${equity.toFixed()} is nothing`);
}
