import { queries, queryNames, type QueryName } from '../src/queries.ts';
import { queryGroup, subjects } from '../src/subjects.ts';
import { services } from './channels.ts';
import { answerSchemaPath, requestSchemaPath } from './query-schemas.ts';

/** The channels on which the trade log is asked, and those of its answers: each asker has an address of its own. */
export function queryChannels(): object {
  return Object.fromEntries(
    queryNames.flatMap((name) => [
      [
        channelOf(name),
        {
          address: subjects.query(name),
          description: `${queries[name].description} Request and reply, nothing is stored.`,
          messages: { [requestOf(name)]: { $ref: `#/components/messages/${requestOf(name)}` } },
        },
      ],
      [
        `${channelOf(name)}-answers`,
        {
          address: null,
          description: `The answer to ${subjects.query(name)}, at the reply subject of the question.`,
          messages: { [answerOf(name)]: { $ref: `#/components/messages/${answerOf(name)}` } },
        },
      ],
    ]),
  );
}

export function queryOperations(): object {
  return Object.fromEntries(
    queryNames.map((name) => [
      `trade-log-answers-${name}`,
      {
        action: 'receive',
        channel: { $ref: `#/channels/${channelOf(name)}` },
        tags: [{ name: 'trade-log', description: services['trade-log'] }],
        bindings: { nats: { queue: queryGroup } },
        reply: { channel: { $ref: `#/channels/${channelOf(name)}-answers` } },
      },
    ]),
  );
}

export function queryMessages(): object {
  return Object.fromEntries(
    queryNames.flatMap((name) => [
      [
        requestOf(name),
        messageObject({
          name: requestOf(name),
          summary: queries[name].description,
          schema: requestSchemaPath(name),
        }),
      ],
      [
        answerOf(name),
        messageObject({
          name: answerOf(name),
          summary: `The result of ${subjects.query(name)}, or why there is none.`,
          schema: answerSchemaPath(name),
        }),
      ],
    ]),
  );
}

function channelOf(name: QueryName): string {
  return `query-${name}`;
}

function requestOf(name: QueryName): string {
  return `${name}_asked`;
}

function answerOf(name: QueryName): string {
  return `${name}_answered`;
}

function messageObject({
  name,
  summary,
  schema,
}: {
  name: string;
  summary: string;
  /** Its file, from `contracts/` on. */
  schema: string;
}): object {
  return {
    name,
    title: name,
    summary,
    contentType: 'application/json',
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: { $ref: `./${schema}` },
    },
  };
}
