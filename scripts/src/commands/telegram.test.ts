import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, freePort } from '@heliograph/contracts/testing';
import { startTelegramDouble, type TelegramDouble } from '@heliograph/notifier/testing';
import { describe, expect, test } from 'vitest';
import { oneLongRise } from '../testing/candles.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';

async function begin(change: Readonly<Record<string, string>> = {}) {
  await using stack = new AsyncDisposableStack();
  const double = stack.use(await startTelegramDouble());
  const folder = stack.use(await temporaryFolder());
  const cwd = folder.path;
  await writeFile(join(cwd, feed), oneLongRise());
  const env = {
    TELEGRAM_BOT_TOKEN: double.token,
    TELEGRAM_CHAT_ID: String(double.chatId),
    TELEGRAM_API_ROOT: double.apiRoot,
    TELEGRAM_USER_IDS: '99',
    ...change,
  };
  const running = stack.use(startCli(['start', '--feed', feed, '--speed', '36000'], { cwd, env }));
  const kept = stack.move();
  return { double, cwd, running, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const texts = ({ received }: TelegramDouble): string =>
  received.map(({ text }) => text).join('\n\n');

/** Says it until the answer holds that. */
async function answered(double: TelegramDouble, said: string, holds: string): Promise<string> {
  let answer = '';
  await eventually(async () => {
    const before = double.received.length;
    double.say(said);
    await eventually(() => expect(double.received.length).toBeGreaterThan(before));
    answer = double.received.at(-1)?.text ?? '';
    expect(answer).toContain(holds);
  });
  return answer;
}

describe.concurrent('Telegram, from a start that runs', () => {
  test('a trade is told, what is asked is answered, and panic leaves everything, once', async () => {
    await using here = await begin();
    const { double, cwd, running } = here;
    await eventually(() => expect(texts(double)).toMatch(/✅ Bought [\d.]+ at/));
    expect(texts(double)).toMatch(/has started[^]*opened[^]*Buy BTC\/USD[^]*✅ Bought/);
    expect(await answered(double, '/positions', 'BTC/USD')).toContain('long');
    expect(await answered(double, '/status', 'ACTIVE')).toContain('1 of');
    expect(await answered(double, '/health', 'trade log answers')).toContain('execution/');
    double.say('/panic');
    await eventually(() => expect(texts(double)).toContain('❔ /panic'));
    const question = double.received.find(({ text }) => text.startsWith('❔ /panic'));
    const [yes = ''] = Object.values(question?.buttons ?? {});
    const press = double.press(question?.messageId ?? 0, yes);
    double.repeat(press);
    double.press(question?.messageId ?? 0, yes);
    await eventually(() => {
      const now = double.received.find(({ messageId }) => messageId === question?.messageId);
      expect(now?.text).toContain('Halted, and left');
    });
    await eventually(() => expect(texts(double)).toContain('Trading is halted'));
    const { stdout } = await runCli(['status', '--json'], { cwd });
    expect(JSON.parse(stdout).portfolios).toMatchObject([
      { tradingState: { state: 'HALTED', author: 'telegram 99 (@u99)' }, positions: [] },
    ]);
    await answered(double, '/trades', 'BTC/USD');
    const closed = () => double.received.filter(({ text }) => text.includes('Closed BTC/USD'));
    // What is not edited by the stop is edited by the next start.
    await eventually(() => expect(closed().length).toBeGreaterThan(1));
    running.kill('SIGTERM');
    expect((await running.result).code).toBe(0);
    expect(texts(double)).toContain('[PAPER] Heliograph has stopped\nBy SIGTERM');
    const [story, close, ...others] = closed();
    expect(others, 'one position, one close').toEqual([]);
    expect(story?.text).toMatch(/✅ Bought[^]*✅ Sold[^]*closed: closed by hand/);
    expect(close?.answers).toBe(story?.messageId);
  });

  test('it hears by a webhook, and is asked for its health, where it is told to', async () => {
    const [port, healthPort] = [await freePort(), await freePort()];
    await using here = await begin({
      HELIOGRAPH_HEALTH_LISTEN: String(healthPort),
      TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}/bot`,
      TELEGRAM_WEBHOOK_LISTEN: String(port),
    });
    const { double, running } = here;
    await answered(double, '/version', 'Heliograph');
    expect(double.calls('getUpdates')).toBe(0);
    const health = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${healthPort}/health`);
      expect(response.status).toBe(200);
      return response.text();
    };
    // Each service is known from its first sign of life on.
    await eventually(async () =>
      expect(await health()).toMatch(/"isWell":true.*execution\/.*notifier\/.*trade-log\//),
    );
    running.kill('SIGTERM');
    expect((await running.result).code).toBe(0);
  });

  test('a wrong token stops nothing but the alerts, which say so', async () => {
    await using here = await begin({ TELEGRAM_BOT_TOKEN: '1:wrong' });
    const { running, double } = here;
    await running.said('stderr', /check the bot token/);
    running.kill('SIGTERM');
    const { code, stderr } = await running.result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr, "the token is nobody's business").not.toContain('1:wrong');
    expect(double.received).toEqual([]);
  });
});
