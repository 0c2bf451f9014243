import { EventId, OrderId, SymbolName, UserError } from '@heliograph/contracts';

// What stands behind a command. What is not understood is answered with what is.

/** A number of rows, or of days. */
export function countFrom(word: string | undefined, usually: number, most: number): number {
  if (word === undefined) return usually;
  const value = Number(word);
  if (/^\d+$/.test(word) && value >= 1 && value <= most) return value;
  throw new UserError(`"${word}": expected a number from 1 to ${most}`);
}

/** A symbol, in any case; `-` may stand for `/`. */
export function symbolFrom(word: string | undefined): SymbolName | undefined {
  if (word === undefined) return undefined;
  const parsed = SymbolName.safeParse(word.toUpperCase().replace('-', '/'));
  if (parsed.success) return parsed.data;
  throw new UserError(`"${shown(word)}": expected a symbol such as BTC/USDT`);
}

export function requiredSymbol(word: string | undefined): SymbolName {
  const symbol = symbolFrom(word);
  if (symbol === undefined) throw new UserError('name a symbol, such as BTC/USDT');
  return symbol;
}

export function signalIdFrom(word: string | undefined): EventId {
  const parsed = EventId.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new UserError('name the id of a signal, as /signals shows it');
}

export function orderIdFrom(word: string | undefined): OrderId {
  const parsed = OrderId.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new UserError('name the id of an order, as /orders shows it');
}

/** Words are strangers' text: no more of one than helps. */
function shown(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}
