import type { StoredMessage } from '@heliograph/contracts/bus';
import type { Alerts, Heard } from './alerts.ts';
import { isUrgent } from './messages/bundle.ts';
import type { Routed } from './routing/routed.ts';
import { isToldAnew, type Rules } from './routing/rules.ts';
import type { Beside, Stories } from './stories/stories.ts';

/** Which of the events a consumer tells. */
export type Told = 'all' | 'usual' | 'urgent';

/** What a consumer has to tell of an event, and beside the story of its trade. */
export type ToTell = (
  event: Heard,
  stored: StoredMessage,
  by: { readonly consumer: string; readonly told: Told },
) => Promise<Beside | undefined>;

export function createToTell({
  alerts,
  stories,
  routed,
  rules,
}: {
  readonly alerts: Alerts;
  readonly stories: Stories | undefined;
  readonly routed: Routed;
  readonly rules: Rules | undefined;
}): ToTell {
  return async (event, stored, { consumer, told }) => {
    const message = await alerts.of(event, stored);
    const happened = stories &&
      event.type !== 'message_dead_lettered' &&
      event.type !== 'strategy_failed' &&
      event.type !== 'market_disturbed' && {
        event,
        stored,
        portfolio: await alerts.portfolioOf(event, stored),
      };
    const isElsewhere = message && told !== 'all' && isUrgent(message) !== (told === 'urgent');
    const { stream, sequence } = stored;
    const wanted =
      message && !isElsewhere
        ? await routed(event.type, message, { stream, sequence, consumer })
        : undefined;
    if (!message || !happened) return wanted && { message: wanted };
    // One lane alone writes the stories, so that they are in order.
    if (told === 'urgent') return wanted && { message: await stories.answer(wanted, happened) };
    if (!wanted) return stories.note(happened, { told: isElsewhere ?? false });
    const isNews = isToldAnew(event.type, message, rules?.events[event.type]);
    return stories.tell(happened, { message: wanted, isNews });
  };
}
