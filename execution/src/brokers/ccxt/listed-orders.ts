import { z } from 'zod';
import { FoundOrder } from './answers.ts';

/** What a list says of an order: all that must be known of it, or what of that is not there. */
export type ListedOrder = { readonly order: FoundOrder } | UntoldOrder;

interface UntoldOrder {
  readonly unread: string;
  readonly id: string | undefined;
  readonly clientOrderId: string | undefined;
}

const name = z.string().min(1).optional().catch(undefined);
const Named = z.looseObject({ id: name, clientOrderId: name });

/**
 * A list of orders, one by one: what the venue leaves out of one says nothing against the others.
 * @throws ZodError when it is no list, or something in it has no name at all: of nonsense ccxt makes orders without anything
 */
export function listedOrders(answer: unknown): ListedOrder[] {
  return z
    .array(z.unknown())
    .parse(answer)
    .map((each) => {
      const { data: order, error } = FoundOrder.safeParse(each);
      if (order) return { order };
      const { data: named = {} } = Named.safeParse(each);
      const { id, clientOrderId } = named;
      if (id === undefined && clientOrderId === undefined) throw error;
      const unread = error.issues.map((issue) => whatOf(each, issue)).join(', ');
      return { unread, id, clientOrderId };
    });
}

function whatOf(order: unknown, { path }: z.core.$ZodIssue): string {
  const value: unknown = path.reduce<unknown>((found, key) => Object(found)[key], order);
  const isEmpty = value === undefined || value === null || value === '';
  return `${path.join('.')} is ${isEmpty ? 'empty' : JSON.stringify(value).slice(0, 40)}`;
}
