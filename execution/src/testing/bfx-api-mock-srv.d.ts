declare module 'bfx-api-mock-srv' {
  import type { RequestListener } from 'node:http';

  /** What is used of Bitfinex's mock, which has no types. */
  export class MockRESTv2Server {
    constructor(options: { listen: boolean });
    readonly _apiServer: RequestListener;
    setResponse(key: string, answer: unknown): void;
  }
}
