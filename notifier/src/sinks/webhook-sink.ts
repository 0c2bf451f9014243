import { createHmac } from 'node:crypto';
import type { Sink } from './sink.ts';
import { postJson } from './post-json.ts';

export interface WebhookSinkOptions {
  readonly url: string;
  /** Signs each message, so that whoever takes it knows where it is from. */
  readonly secret?: string | undefined;
  /** How long one call may take. Default 15,000. */
  readonly timeoutMs?: number;
}

/** In hex, over the bytes of the body. */
const signatureHeader = 'x-heliograph-signature';

/** Posts each message as JSON to an address. */
export function createWebhookSink({ url, secret, timeoutMs = 15_000 }: WebhookSinkOptions): Sink {
  return {
    name: 'webhook',
    maxInFlight: 1,
    send({ severity, quiet, plain, html }, signal) {
      const body = JSON.stringify({ severity, quiet, text: plain, html });
      const signed = secret === undefined ? undefined : createHmac('sha256', secret).update(body);
      const headers = signed ? { [signatureHeader]: `sha256=${signed.digest('hex')}` } : {};
      return postJson({ what: 'the webhook', url, headers }, body, { signal, timeoutMs });
    },
  };
}
