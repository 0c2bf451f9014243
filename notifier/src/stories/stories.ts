import type { JournalEvent } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { intendedDraft } from '../messages/intended-message.ts';
import { ofTrade, type Message } from '../messages/message.ts';
import type { Portfolio } from '../messages/portfolio.ts';
import { keepStories, type Kept } from './kept-stories.ts';
import { startShowing, type Showing, type ShowingOptions } from './show-stories.ts';
import { storyPart } from './story-part.ts';
import { beginStory, withPart, type Story } from './story.ts';

/** An event that is to be told, or at least to be known. */
interface Happened {
  readonly event: JournalEvent;
  readonly stored: StoredMessage;
  readonly portfolio: Portfolio;
}

/** What is told beside the story. */
export interface Beside {
  readonly message: Message;
  /** To be called when it was sent, before it counts as told. Never rejects. */
  readonly sent?: (messageId: number | undefined, isAlone: boolean) => Promise<void>;
}

/** The trades as people follow them: a message each, which changes as the trade goes on, and the answers to it. */
export interface Stories extends AsyncDisposable, Pick<Showing, 'ready' | 'unshown' | 'shown'> {
  /** Puts it into the story of its trade, and says what is to be told beside that: all of it where there is no story. */
  tell(
    happened: Happened,
    how: { readonly message: Message; readonly isNews: boolean },
  ): Promise<Beside | undefined>;
  /** Puts it there without a word of it, unless it is `told` elsewhere. */
  note(happened: Happened, how: { readonly told: boolean }): Promise<undefined>;
  /** The message as an answer to that of its trade, where there is one. */
  answer(message: Message, happened: Happened): Promise<Message>;
}

interface Found {
  readonly key: string;
  readonly kept: Kept;
}

export function openStories({
  bus,
  route,
  ...options
}: ShowingOptions & {
  readonly bus: Pick<Bus, 'bucket'>;
  /** Whose they are. */
  readonly route: string;
}): Stories {
  const { editable, log, nowMs } = options;
  const { place } = editable;
  const stories = keepStories(bus, { route, place });
  const showing = startShowing(stories, options);

  const find = async ({ event, portfolio: { name } }: Happened): Promise<Found | undefined> => {
    const { data, correlationid } = event;
    // What reverses a position closes one trade and is another one itself.
    const ideas =
      event.type === 'trade_closed' ? [event.data.entrySignalId, correlationid] : [correlationid];
    for (const idea of ideas) {
      const key = stories.keyOf(name, idea);
      const kept = await stories.get(key);
      if (kept) return { key, kept };
    }
    // Who exits without knowing the idea, by hand or from elsewhere, means what is held.
    if (isEntry(event) || isOtherSignal(event) || !('symbol' in data) || data.symbol === undefined)
      return undefined;
    const last = await stories.ofSymbol(name, `${data.venue} ${data.symbol}`);
    if (!last?.kept.story.isOpen) return undefined;
    // What enters once more is another trade, the beginning of which has not come yet: it died with a notifier on its way.
    return 'side' in data && data.side === last.kept.story.side ? undefined : last;
  };

  const add = async (
    { key }: Found,
    { event, stored: { sequence }, portfolio }: Happened,
    isTold: boolean,
  ): Promise<void> => {
    const part = storyPart(event, portfolio);
    if (!part) return;
    const changed = await stories.change(key, (kept) => {
      const story = withPart(kept.story, part, { sequence, time: event.time, isTold });
      if (story === kept.story) return kept;
      return { ...kept, story, changes: kept.changes + 1, changedMs: nowMs() };
    });
    if (changed?.isAlone && changed.changes > changed.shown) showing.show(key);
  };

  const begin = (
    { event, portfolio: { name } }: Happened,
    story: Story,
  ): NonNullable<Beside['sent']> => {
    return async (messageId, isAlone) => {
      if (messageId === undefined || !('symbol' in event.data)) return;
      const key = stories.keyOf(name, story.idea);
      const atMs = nowMs();
      const kept: Kept = {
        place,
        messageId,
        isAlone,
        sentMs: atMs,
        changedMs: atMs,
        changes: 0,
        shown: 0,
        story,
      };
      const of = { portfolio: name, symbol: `${event.data.venue} ${event.data.symbol}` };
      await stories.begin(key, kept, of).catch((err: unknown) => {
        log.warn({ err }, 'a trade has no message of its own');
      });
    };
  };

  return {
    ready: showing.ready,
    unshown: showing.unshown,
    shown: showing.shown,
    async tell(happened, { message, isNews }) {
      const { event, stored, portfolio } = happened;
      const found = await find(happened);
      if (!found) {
        if (!isEntry(event)) return { message };
        const { time, correlationid: idea, data } = event;
        const draft = intendedDraft(event, portfolio);
        const { signalId, side } = data;
        const at = { idea, time, signalId, side, sequence: stored.sequence };
        return { message: ofTrade(message, {}), sent: begin(happened, beginStory(draft, at)) };
      }
      const { story, isAlone, messageId } = found.kept;
      // It was told, and the answer got lost.
      if (story.sequence === stored.sequence) return undefined;
      await add(found, happened, true);
      return isNews || !isAlone ? { message: ofTrade(message, { answers: messageId }) } : undefined;
    },
    async note(happened, { told }) {
      const found = await find(happened);
      if (found) await add(found, happened, told);
      return undefined;
    },
    async answer(message, happened) {
      const found = await find(happened);
      return found ? ofTrade(message, { answers: found.kept.messageId }) : message;
    },
    [Symbol.asyncDispose]: () => showing[Symbol.asyncDispose](),
  };
}

type Entry = Extract<JournalEvent, { type: 'order_intended' }>;

/** Whether a trade begins with it, or grows. */
function isEntry(event: JournalEvent): event is Entry {
  if (event.type !== 'order_intended') return false;
  const { role, intent } = event.data;
  return role === 'entry' || (role === undefined && (intent === 'enter' || intent === 'reverse'));
}

/** A signal that was skipped and did not want to leave what is held. */
function isOtherSignal(event: JournalEvent): boolean {
  return (
    event.type === 'signal_skipped' &&
    event.data.intent !== 'exit' &&
    event.data.intent !== 'reduce'
  );
}
