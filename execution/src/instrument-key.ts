import type { SymbolName, Venue } from '@heliograph/contracts';

// Asked many times for each signal, always for the same few: text that is there has its hash, text that is put together
// anew has to be hashed anew.
const known = new Map<Venue, Map<SymbolName, string>>();

/** Names an instrument: its venue and symbol with a bar between. */
export function instrumentKey({ venue, symbol }: { venue: Venue; symbol: SymbolName }): string {
  let ofVenue = known.get(venue);
  if (!ofVenue) known.set(venue, (ofVenue = new Map()));
  let key = ofVenue.get(symbol);
  if (key === undefined) ofVenue.set(symbol, (key = `${venue}|${symbol}`));
  return key;
}
