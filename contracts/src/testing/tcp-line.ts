import { connect, createServer, type Socket } from 'node:net';

/** A TCP line to a port of this machine, on which answers can be swallowed and which can be cut. */
export interface TcpLine extends AsyncDisposable {
  readonly port: number;
  /** From now on the answers do not arrive. */
  mute(): void;
  /** From now on the answers wait until `release`. */
  hold(): void;
  release(): void;
  /** Ends the connections; new ones are as good as before. */
  cut(): void;
}

export async function openTcpLine(target: number): Promise<TcpLine> {
  const sockets = new Set<Socket>();
  let muted = false;
  let held: (() => void)[] | undefined;
  const server = createServer((near) => {
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
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
