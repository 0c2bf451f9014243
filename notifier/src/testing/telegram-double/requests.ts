import type { IncomingMessage } from 'node:http';
import { badRequest, type Answer } from './answers.ts';
import { readHtml } from './read-html.ts';

/** The text as people read it, or the refusal. */
export function readText(
  text: string,
  parseMode: 'HTML' | undefined,
  most: number,
): Answer | string {
  const html = parseMode ? readHtml(text) : { text };
  if (html.text === undefined) return badRequest(html.error);
  if (html.text.trim() === '') return badRequest('message text is empty');
  return html.text.length > most ? badRequest('message is too long') : html.text;
}

/** PNG or JPEG, by their first bytes. */
export function isPicture(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4).toString('hex');
  return start === '89504e47' || start.startsWith('ffd8ff');
}

/** Of a form the values that are not text are JSON, as the Bot API wants them. */
export async function readParameters(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  const body = Buffer.concat(await request.toArray());
  if (!type.startsWith('multipart/form-data')) return JSON.parse(body.toString('utf8') || '{}');
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  // telegraf names the method once more, which Telegram does not mind: the address counts.
  form.delete('method');
  return Object.fromEntries(
    [...form].map(([name, value]) => [
      name,
      typeof value === 'string' && !['caption', 'parse_mode'].includes(name)
        ? JSON.parse(value)
        : value,
    ]),
  );
}
