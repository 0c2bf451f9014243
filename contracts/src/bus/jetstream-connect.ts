import { jetstreamManager } from '@nats-io/jetstream';
import { AuthorizationError, connect, type NatsConnection } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { CompleteOptions } from './jetstream-options.ts';
import { isSupported, oldestVersion } from './nats-version.ts';

const retryEveryMs = 200;

/**
 * Connects to a server that can do all that the bus needs. Once connected it reconnects for ever.
 * @throws UserError when that fails, exit code 1 for a server that cannot be reached, 78 otherwise
 */
export async function connectNats(options: CompleteOptions): Promise<NatsConnection> {
  const nc = await dial(options);
  try {
    await checkServer(nc, options);
    if (options.onConnection) void tellConnection(nc, options.onConnection);
    return nc;
  } catch (error) {
    await nc.close();
    throw error;
  }
}

/** Ends with the connection. */
async function tellConnection(
  nc: NatsConnection,
  tell: (state: 'lost' | 'back') => void,
): Promise<void> {
  for await (const { type } of nc.status()) {
    if (type === 'disconnect') tell('lost');
    if (type === 'reconnect') tell('back');
  }
}

async function dial(options: CompleteOptions): Promise<NatsConnection> {
  const { servers, name, connectTimeoutMs } = options;
  const where = withoutSecrets(servers);
  const deadline = performance.now() + connectTimeoutMs;
  for (;;) {
    try {
      return await connect({
        servers: where,
        name,
        ...authentication(options),
        timeout: connectTimeoutMs,
        maxReconnectAttempts: -1,
        // A server that is slow to hear who it is would end the connection for good the second time.
        ignoreAuthErrorAbort: true,
        reconnectTimeWait: retryEveryMs,
        // So a server that hangs is noticed within 15 s.
        pingInterval: 5_000,
        maxPingOut: 2,
      });
    } catch (cause) {
      if (cause instanceof AuthorizationError && !isTooSlow(cause))
        throw new UserError(
          `NATS at ${where.join(', ')} refuses the credentials: check user and password`,
          { cause },
        );
      if (performance.now() + retryEveryMs >= deadline) throw unreachable(options, cause);
      await sleep(retryEveryMs);
    }
  }
}

/** The server gave up waiting for the credentials: one of the two has too much to do. */
function isTooSlow({ message }: AuthorizationError): boolean {
  return /timeout/i.test(message);
}

function unreachable({ servers, connectTimeoutMs }: CompleteOptions, cause: unknown): UserError {
  const where = withoutSecrets(servers).join(', ');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    `cannot reach NATS at ${where} within ${connectTimeoutMs / 1_000} s: ${reason}`,
    {
      cause,
      exitCode: 1,
    },
  );
}

const userInfo = /^([a-z]+:\/\/)?([^@:]*)(?::([^@]*))?@/;

/** `nats://user:password@host:4222` without user and password. */
function withoutSecrets(servers: string | readonly string[]): string[] {
  return [servers].flat().map((server) => server.replace(userInfo, '$1'));
}

/** The credentials that were given, else those that stand in the address, which the client itself does not read. */
function authentication({ servers, credentials }: CompleteOptions): object {
  const [, , user, pass] = userInfo.exec([servers].flat()[0] ?? '') ?? [];
  if (credentials === undefined)
    return user === undefined ? {} : pass === undefined ? { token: user } : { user, pass };
  if ('token' in credentials) return credentials;
  return { user: credentials.user, pass: credentials.password };
}

async function checkServer(nc: NatsConnection, { servers }: CompleteOptions): Promise<void> {
  const where = withoutSecrets(servers).join(', ');
  const version = nc.info?.version ?? 'unknown';
  if (!isSupported(version))
    throw new UserError(
      `NATS at ${where} is version ${version}: ${oldestVersion} or newer is needed, upgrade the server`,
    );
  try {
    await jetstreamManager(nc);
  } catch (cause) {
    throw new UserError(
      `NATS at ${where} has no JetStream for this user: start it with "jetstream { store_dir: ... }" and enable it for the account`,
      { cause },
    );
  }
}
