import { getTdjson } from 'prebuilt-tdlib';
import * as tdl from 'tdl';
import { z } from 'zod';

/** HTML as Telegram reads it: its text, or what Telegram says is wrong with it. */
export type ReadHtml =
  | { readonly text: string; readonly error?: never }
  | { readonly error: string; readonly text?: never };

const Parsed = z.union([
  z.looseObject({ _: z.literal('formattedText'), text: z.string() }),
  z.looseObject({ _: z.literal('error'), message: z.string() }),
]);

let isReady = false;

/** By Telegram's own parser, which its Bot API server calls as well; it works without an account and without a network. */
export function readHtml(html: string): ReadHtml {
  if (!isReady) tdl.configure({ tdjson: getTdjson(), verbosityLevel: 0 });
  isReady = true;
  const parsed = Parsed.parse(
    tdl.execute({
      _: 'parseTextEntities',
      text: html,
      parse_mode: { _: 'textParseModeHTML' },
    }),
  );
  return parsed._ === 'error' ? { error: parsed.message } : { text: parsed.text };
}
