declare module 'bfx-api-mock-srv' {
  import type { RequestListener } from 'node:http';

  /** What is used of Bitfinex's mock, which has no types. */
  export class MockRESTv2Server {
    constructor(options: { listen: boolean });
    readonly _apiServer: RequestListener;
    setResponse(key: string, answer: unknown): void;
  }

  /** Its streams: what is configured for a subscription, and what is sent to all. */
  export class MockWSv2Server {
    constructor(options: { apiPort: number; cmdPort: number; syncOnConnect: boolean });
    setResponse(key: string, answer: unknown): void;
    send(packet: unknown): void;
    /** What clients send. */
    on(
      event: 'message',
      listener: (socket: unknown, message: { key: string; chanId: number }) => void,
    ): void;
    close(): Promise<void>;
  }
}
