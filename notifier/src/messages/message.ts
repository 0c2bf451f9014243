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
}

/** The same with a picture; its HTML is made as late as without. */
export function withPicture(message: Message, picture: Buffer): Message {
  const { severity, quiet, plain } = message;
  return {
    severity,
    quiet,
    plain,
    picture,
    get html() {
      return message.html;
    },
  };
}
