import { connect, createServer, type Socket } from 'node:net';

/** A TCP line to a port of this machine, on which answers can be swallowed and which can be cut. */
export interface TcpLine extends AsyncDisposable {
  readonly port: number;
  /** From now on the answers do not arrive. */
  mute(): void;
  /** From now on the answers wait until `release`. */
  hold(): void;
  release(): void;
  /** The next so many connections are told that the server gave up waiting for the credentials. */
  giveUpOn(connections: number): void;
  /** Ends the connections; new ones are as good as before. */
  cut(): void;
}

const tooSlow = `INFO {"server_id":"x","version":"2.14.0","proto":1,"headers":true,"max_payload":1000000}\r\n-ERR 'Authentication Timeout'\r\n`;

export async function openTcpLine(target: number): Promise<TcpLine> {
  const sockets = new Set<Socket>();
  let muted = false;
  let held: (() => void)[] | undefined;
  let givenUp = 0;
  const server = createServer((near) => {
    if (givenUp > 0) {
      givenUp--;
      near.on('error', () => undefined);
      near.write(tooSlow, () => near.destroySoon());
      return;
    }
    const far = connect(target, '127.0.0.1');
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (held) held.push(() => near.write(data));
      else if (!muted) near.write(data);
    });
    join(near, far);
    join(far, near);
  });
  const join = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    muted = false;
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    mute: () => {
      muted = true;
    },
    hold: () => {
      held = [];
    },
    release: () => {
      for (const answer of held ?? []) answer();
      held = undefined;
    },
    giveUpOn: (connections) => {
      givenUp = connections;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
