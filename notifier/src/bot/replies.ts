import { createBoundedMap } from '../bounded-map.ts';
import type { Reply } from '../commands/command.ts';
import { pagesOf } from '../commands/pages.ts';
import type { GivenCommand } from '../commands/parse-command.ts';
import type { Button, Said } from './speaker.ts';

const remembered = 128;

interface Kept {
  readonly given: GivenCommand;
  readonly pages: readonly string[];
  readonly canRefresh: boolean;
}

/** What was answered lately, for those who turn the page or ask again. */
export interface Replies {
  /** The first page, with its buttons. */
  keep(given: GivenCommand, reply: Reply): Said;
  /** Undefined once it is forgotten. */
  page(token: string, page: number): Said | undefined;
  given(token: string): GivenCommand | undefined;
}

export function createReplies(nowMs: () => number): Replies {
  const replies = createBoundedMap<string, Kept>(remembered);
  let count = 0;
  const page = (token: string, at: number): Said | undefined => {
    const kept = replies.get(token);
    const html = kept?.pages[at];
    return kept && html !== undefined
      ? { html, buttons: buttonsOf({ ...kept, token, at }) }
      : undefined;
  };
  return {
    keep(given, reply) {
      const token = `${nowMs().toString(36)}-${(count++).toString(36)}`;
      replies.set(token, { given, pages: pagesOf(reply), canRefresh: reply.canRefresh ?? false });
      return { html: '', ...page(token, 0), picture: reply.picture };
    },
    page,
    given: (token) => replies.get(token)?.given,
  };
}

function buttonsOf({
  token,
  at,
  pages: { length },
  canRefresh,
}: Kept & { token: string; at: number }): Button[] {
  return [
    ...(at > 0 ? [{ text: '‹', data: `p:${token}:${at - 1}` }] : []),
    ...(length > 1 ? [{ text: `${at + 1}/${length}`, data: `p:${token}:${at}` }] : []),
    ...(at < length - 1 ? [{ text: '›', data: `p:${token}:${at + 1}` }] : []),
    ...(canRefresh ? [{ text: '🔄', data: `r:${token}` }] : []),
  ];
}
