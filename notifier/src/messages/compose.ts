import type { Message, Severity } from './message.ts';
import { moment } from './times.ts';
import { bold, italic, line, toHtml, toPlain, type Line } from './text.ts';

/** What a message says, before it takes a form. */
export interface Draft {
  readonly severity: Severity;
  readonly quiet?: boolean;
  readonly emoji: string;
  readonly title: string;
  /** Those that are undefined are left out. */
  readonly lines: readonly (Line | undefined)[];
}

const maxLength = 4_096;
const referenceLength = 8;

/**
 * Gives a draft its forms, with the event's time and, where the event belongs to a trade idea, a tag that its messages
 * share. Equal events give equal messages, so that one which comes twice is seen to be the same.
 */
export function compose(
  { severity, quiet = false, emoji, title, lines }: Draft,
  event: { id: string; time: string; correlationid: string },
): Message {
  const time = moment(event.time);
  const body = lines.filter((line) => line !== undefined);
  const idea =
    event.correlationid === event.id ? '' : ` · #${event.correlationid.slice(0, referenceLength)}`;
  return {
    severity,
    quiet,
    // Made only where it is wanted: a terminal has no use for it.
    get html() {
      const lines = [line`${emoji} ${bold(title)}`, ...body, line`${italic(`${time}${idea}`)}`];
      return toHtml(lines, maxLength);
    },
    plain: [toPlain(line`${time} ${emoji} ${title}`), ...body.map(toPlain)].join(' · '),
  };
}
