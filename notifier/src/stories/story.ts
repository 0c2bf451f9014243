import { z } from 'zod';
import { compose, type Draft } from '../messages/compose.ts';
import type { Message } from '../messages/message.ts';
import { count } from '../messages/numbers.ts';
import { line, type Line } from '../messages/text.ts';
import { clock } from '../messages/times.ts';

const Line = z.array(
  z.object({ text: z.string(), style: z.enum(['bold', 'code', 'italic']).exactOptional() }),
);
const Head = { emoji: z.string(), title: z.string() };

/** What has become of a trade so far, as one message tells it. */
export const Story = z.object({
  /** The trade idea. */
  idea: z.string(),
  signalId: z.string(),
  /** What its entry does; absent from stories of older versions. */
  side: z.enum(['buy', 'sell']).optional(),
  /** The place of the event that it begins with. */
  sequence: z.int(),
  /** When it began, RFC 3339. */
  time: z.string(),
  ...Head,
  lines: z.array(Line),
  /** By their place in the stream, of which each is told once. */
  parts: z.array(z.object({ sequence: z.int(), time: z.string(), emoji: z.string(), line: Line })),
  /** How many of the middle are not kept any more, and the highest place of them. */
  leftOut: z.object({ count: z.int(), sequence: z.int() }).default({ count: 0, sequence: 0 }),
  /** What stands above it in the end. */
  ending: z.object(Head).optional(),
  /** Something was filled, and the trade is not over. */
  isOpen: z.boolean(),
});
export type Story = z.infer<typeof Story>;

/** What an event adds to it. */
export interface Part {
  readonly emoji: string;
  readonly line: Line;
  /** It ends there. */
  readonly ending?: { readonly emoji: string; readonly title: string };
  readonly isFill?: boolean;
}

/** Of a longer one the beginning and the end are told. */
const keptFirst = 4;
const keptLast = 20;

export function beginStory(
  { emoji, title, lines }: Pick<Draft, 'emoji' | 'title' | 'lines'>,
  begin: Pick<Story, 'idea' | 'signalId' | 'side' | 'sequence' | 'time'>,
): Story {
  const told = lines.filter((one) => one !== undefined).map((one) => [...one]);
  const leftOut = { count: 0, sequence: 0 };
  return { ...begin, emoji, title, lines: told, parts: [], leftOut, isOpen: false };
}

/** The same with what has come since, or at least with where it leaves the trade. What it tells already changes nothing. */
export function withPart(
  story: Story,
  { emoji, line: said, ending = story.ending, isFill = false }: Part,
  { isTold, ...at }: { sequence: number; time: string; isTold: boolean },
): Story {
  if (story.parts.some(({ sequence }) => sequence === at.sequence)) return story;
  const { count: left, sequence: leftUpTo } = story.leftOut;
  if (at.sequence <= leftUpTo) return story;
  const isOpen = ending === undefined && (story.isOpen || isFill);
  if (!isTold && isOpen === story.isOpen && ending === story.ending) return story;
  const parts = [...story.parts, ...(isTold ? [{ ...at, emoji, line: [...said] }] : [])].toSorted(
    (a, b) => a.sequence - b.sequence,
  );
  // Of an order that is filled in ten thousand parts no more is kept than is told.
  const out = parts.splice(keptFirst, Math.max(0, parts.length - keptFirst - keptLast));
  return {
    ...story,
    parts,
    leftOut: { count: left + out.length, sequence: out.at(-1)?.sequence ?? leftUpTo },
    isOpen,
    ...(ending && { ending }),
  };
}

/** The one message that tells all of it. The same story always gives the same text. */
export function storyMessage(story: Story): Message {
  const { emoji, title } = story.ending ?? story;
  const { parts, leftOut, time, idea } = story;
  const shown = (some: Story['parts']): Line[] =>
    some.map((part) => [...line`${clock(part.time, time)} ${part.emoji} `, ...part.line]);
  const lines = [
    ...story.lines,
    ...shown(parts.slice(0, keptFirst)),
    ...(leftOut.count === 0 ? [] : [line`… ${count(leftOut.count)} more …`]),
    ...shown(parts.slice(keptFirst)),
  ];
  return compose(
    { severity: 'info', emoji, title, lines },
    { id: '', time: parts.at(-1)?.time ?? time, correlationid: idea },
  );
}
