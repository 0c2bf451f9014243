/** A command as somebody has typed it. */
export interface GivenCommand {
  /** Without the slash, in lower case. */
  readonly name: string;
  readonly words: readonly string[];
  /** Named with `@` among the words. */
  readonly portfolio: string | undefined;
}

/** Undefined when it is no command, or one for another bot. */
export function parseCommand(text: string, botName: string | undefined): GivenCommand | undefined {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const [, name, bot] = /^\/(\w{1,32})(?:@(\w+))?$/.exec(first) ?? [];
  if (name === undefined) return undefined;
  if (bot !== undefined && botName !== undefined && bot.toLowerCase() !== botName.toLowerCase())
    return undefined;
  const named = rest.findLast((word) => /^@.+/.test(word));
  return {
    name: name.toLowerCase(),
    words: rest.filter((word) => !word.startsWith('@')),
    portfolio: named?.slice(1),
  };
}
