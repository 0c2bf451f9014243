import { simulatedVenue, type Feed, type RecordedFeed } from '@heliograph/signal-engine';
import type { Invocation } from './invocation.ts';

export function isSimulated({ instruments }: Pick<Feed, 'instruments'>): boolean {
  return instruments.some(({ venue }) => venue === simulatedVenue);
}

export function noteSimulated({ terminal }: Invocation, feed: RecordedFeed): void {
  if (isSimulated(feed))
    terminal.note('The market is simulated: it says nothing of what a real one would pay.');
}
