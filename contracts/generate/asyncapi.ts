import { type EventType } from '../src/events.ts';
import { streams, type StreamDeclaration } from '../src/bus/streams.ts';
import { executionGroup } from '../src/subjects.ts';
import {
  channels,
  parameters,
  parametersOf,
  services,
  type Channel,
  type ServiceName,
} from './channels.ts';
import type { JsonSchema } from './json-schemas.ts';
import { queryChannels, queryMessages, queryOperations } from './query-channels.ts';
import { validVectors } from './vectors.ts';

/** The AsyncAPI 3.1 document: channels, messages, who sends and who receives. */
export function asyncApiDocument(schemas: Map<EventType, JsonSchema>, version: string): object {
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Heliograph',
      version,
      description:
        'The events of a real-time trading-signal pipeline on NATS JetStream. Each is a CloudEvent in structured JSON. Readers ignore fields that they do not know, and refuse unknown values of a list and unknown major versions.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      nats: {
        host: 'localhost:4222',
        protocol: 'nats',
        description: 'The server that NATS_URL names. Without it, `heliograph start` runs its own.',
        security: [{ $ref: '#/components/securitySchemes/userPassword' }],
      },
    },
    channels: { ...mapValues(channels, channelObject), ...queryChannels() },
    operations: {
      ...Object.fromEntries(
        Object.entries(channels).flatMap(([name, channel]) => operations(name, channel)),
      ),
      ...queryOperations(),
    },
    components: {
      messages: {
        ...Object.fromEntries(
          [...schemas].map(([type, schema]) => [type, messageObject(type, schema)]),
        ),
        ...queryMessages(),
      },
      securitySchemes: { userPassword: { type: 'userPassword' } },
    },
  };
}

function channelObject(channel: Channel): object {
  const { address, description, events, stream } = channel;
  return {
    address,
    description,
    parameters: Object.fromEntries(
      parametersOf(channel).map((name) => [
        name,
        { description: parameters[name], ...(name === 'type' && { enum: events }) },
      ]),
    ),
    messages: Object.fromEntries(
      events.map((type) => [type, { $ref: `#/components/messages/${type}` }]),
    ),
    'x-jetstream': { stream, ...(streams[stream] satisfies StreamDeclaration) },
  };
}

function operations(name: string, channel: Channel): [string, object][] {
  const operation = (service: ServiceName, action: 'send' | 'receive'): [string, object] => [
    `${service}-${action}s-${name}`,
    {
      action,
      channel: { $ref: `#/channels/${name}` },
      tags: [{ name: service, description: services[service] }],
      ...(action === 'receive' &&
        service === channel.sharedBy && { bindings: { nats: { queue: executionGroup('paper') } } }),
    },
  ];
  return [
    ...channel.senders.map((service) => operation(service, 'send')),
    ...channel.receivers.map((service) => operation(service, 'receive')),
  ];
}

function messageObject(type: EventType, schema: JsonSchema): object {
  return {
    name: type,
    title: type,
    summary: schema.description,
    contentType: 'application/json',
    correlationId: { location: '$message.payload#/correlationid' },
    headers: {
      type: 'object',
      properties: {
        'Nats-Msg-Id': { type: 'string', description: 'The `id` of the event: it is stored once.' },
      },
      required: ['Nats-Msg-Id'],
    },
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: { $ref: `./schemas/${type}.schema.json` },
    },
    examples: validVectors()
      .filter((vector) => vector.type === type)
      .map(({ name, content }) => ({
        name,
        headers: { 'Nats-Msg-Id': content['id'] },
        payload: content,
      })),
  };
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
