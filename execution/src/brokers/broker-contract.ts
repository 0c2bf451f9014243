import type { BrokerTerms } from './contract/harness.ts';
import { testKinds } from './contract/kinds.ts';
import { testOrders } from './contract/orders.ts';
import { testTakingBack } from './contract/taking-back.ts';
import { testTelling } from './contract/telling.ts';

/** What every broker must do, whatever venue is behind it. */
export function testBroker(name: string, terms: BrokerTerms): void {
  testOrders(name, terms);
  testKinds(name, terms);
  testTakingBack(name, terms);
  testTelling(name, terms);
}
