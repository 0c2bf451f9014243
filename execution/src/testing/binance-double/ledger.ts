import { Big } from '@heliograph/contracts';
import { rejected } from './api-error.ts';

const zero = new Big('0');

interface Holding {
  readonly free: Big;
  readonly locked: Big;
}

/** The balances of the one account. Nothing can be spent that is not there. */
export interface Ledger {
  readonly holdings: ReadonlyMap<string, Holding>;
  set(asset: string, free: string): void;
  freeOf(asset: string): Big;
  lock(asset: string, amount: Big): void;
  unlock(asset: string, amount: Big): void;
  add(asset: string, amount: Big): void;
  /** Takes from what is free. */
  take(asset: string, amount: Big): void;
}

export function createLedger(balances: Readonly<Record<string, string>>): Ledger {
  const holdings = new Map<string, Holding>();
  const holding = (asset: string): Holding => holdings.get(asset) ?? { free: zero, locked: zero };
  const change = (asset: string, free: Big, locked: Big): void => {
    const now = holding(asset);
    const next = { free: now.free.plus(free), locked: now.locked.plus(locked) };
    if (next.free.lt(zero))
      throw rejected('Account has insufficient balance for requested action.');
    if (next.locked.lt(zero)) throw new Error(`${asset}: more unlocked than was locked`);
    holdings.set(asset, next);
  };
  const ledger: Ledger = {
    holdings,
    set: (asset, free) =>
      void holdings.set(asset, { free: new Big(free), locked: holding(asset).locked }),
    freeOf: (asset) => holding(asset).free,
    lock: (asset, amount) => change(asset, zero.minus(amount), amount),
    unlock: (asset, amount) => change(asset, amount, zero.minus(amount)),
    add: (asset, amount) => change(asset, amount, zero),
    take: (asset, amount) => change(asset, zero.minus(amount), zero),
  };
  for (const [asset, free] of Object.entries(balances)) ledger.set(asset, free);
  return ledger;
}
