import { createHmac } from 'node:crypto';
import type { ApiKey } from './access.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A request as anybody could send it, well signed whatever its parameters are. */
export async function signedRequest(
  { url, key }: { url: string; key: ApiKey },
  endpoint: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<RawAnswer> {
  const [method = '', path = ''] = endpoint.split(' ');
  const query = new URLSearchParams(
    Object.entries({ timestamp: Date.now(), ...parameters }).map(
      ([name, value]): [string, string] => [name, String(value)],
    ),
  ).toString();
  const signature = createHmac('sha256', key.secret).update(query).digest('hex');
  const response = await fetch(`${url}${path}?${query}&signature=${signature}`, {
    method,
    headers: { 'X-MBX-APIKEY': key.apiKey },
  });
  const text = await response.text();
  const body: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}
