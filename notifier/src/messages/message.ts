export type Severity = 'info' | 'success' | 'warning' | 'error';

/** What is told to people, in the two forms that sinks need. */
export interface Message {
  readonly severity: Severity;
  /** It may arrive without a sound. */
  readonly quiet: boolean;
  /** Telegram's HTML: at most 4,096 UTF-16 units once parsed. */
  readonly html: string;
  /** The same on one line, without markup or control characters. */
  readonly plain: string;
  /** PNG, for sinks that show it. */
  readonly picture?: Buffer;
  /** It is of a trade, and stands alone as long as nothing queues; `answers` is the message of the trade that it goes with. */
  readonly trade?: { readonly answers?: number };
}

/** The same as one of a trade. */
export function ofTrade(message: Message, trade: NonNullable<Message['trade']>): Message {
  return changed(message, { trade });
}

/** The same with a picture. */
export function withPicture(message: Message, picture: Buffer): Message {
  return changed(message, { picture });
}

/** The same with a sound, or without. */
export function withSound(message: Message, sounds: boolean): Message {
  return changed(message, { quiet: !sounds });
}

/** Its HTML is made as late as without the change. */
function changed(message: Message, change: Partial<Omit<Message, 'html'>>): Message {
  const { severity, quiet, plain, picture, trade } = message;
  return {
    severity,
    quiet,
    plain,
    ...(picture && { picture }),
    ...(trade && { trade }),
    ...change,
    get html() {
      return message.html;
    },
  };
}
