import type { JetStreamCredentials } from '@heliograph/contracts/bus';
import { z } from 'zod';

/** Where a NATS server is and who we are there. */
export interface NatsAddress {
  readonly servers: readonly string[];
  readonly credentials?: JetStreamCredentials;
}

const expected =
  'expected nats://host:port, with user:password@ or token@ before the host if need be; several with commas';

/** `nats://user:password@host:4222`, or a list of them with commas, all with the same credentials. */
export const NatsAddressText = z.string().transform((text, context): NatsAddress => {
  const urls = text.split(',').map((server) => URL.parse(server.trim()));
  const [first] = urls;
  if (!first || !urls.every((url) => url && /^(nats|tls):$/.test(url.protocol) && url.hostname)) {
    // Without the text, which may hold a password.
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  }
  const user = decodeURIComponent(first.username);
  const password = decodeURIComponent(first.password);
  return {
    servers: urls.flatMap((url) => (url ? [`${url.protocol}//${url.host}`] : [])),
    ...(user !== '' && { credentials: password === '' ? { token: user } : { user, password } }),
  };
});
