import { OrderId } from '@heliograph/contracts';
import { createRecent } from '../../recent.ts';
import type { VenueParticulars } from './venues.ts';

/** An order that is asked about is named again, so that none that is open is forgotten. */
const mostNames = 10_000;

/** How orders are called here and at the venue. */
export interface OrderNames {
  toVenue(id: OrderId): string | number;
  /** Of an order that was named here before, or whose name is the same; else undefined. */
  toOurs(clientId: string | undefined): OrderId | undefined;
}

export function createOrderNames({ clientIdOf }: VenueParticulars): OrderNames {
  if (!clientIdOf)
    return {
      toVenue: (id) => id,
      toOurs: (clientId) => OrderId.safeParse(clientId).data,
    };
  const ours = createRecent<string, OrderId>(mostNames);
  return {
    toVenue(id) {
      const clientId = clientIdOf(id);
      ours.set(String(clientId), id);
      return clientId;
    },
    toOurs: (clientId) => ours.get(clientId ?? ''),
  };
}
