import { z } from 'zod';
import { queries, QueryError, queryNames, type QueryName } from '../src/queries.ts';
import type { JsonSchema } from './json-schemas.ts';

export function requestSchemaPath(name: QueryName): string {
  return `schemas/queries/${name}.request.schema.json`;
}

export function answerSchemaPath(name: QueryName): string {
  return `schemas/queries/${name}.answer.schema.json`;
}

/** What each question and its answer look like on the wire, as JSON Schema 2020-12, by the path from `contracts/`. */
export function queryJsonSchemas(): Map<string, JsonSchema> {
  return new Map(
    queryNames.flatMap((name): [string, JsonSchema][] => {
      const { description, request, result } = queries[name];
      const answer = z.discriminatedUnion('status', [
        z.object({ status: z.literal('ok'), result }),
        z.object({ status: z.literal('error'), error: QueryError }),
      ]);
      return [
        [
          requestSchemaPath(name),
          titled(`${name} asked`, z.toJSONSchema(request.describe(description), { io: 'input' })),
        ],
        // Readers ignore fields that they do not know.
        [
          answerSchemaPath(name),
          titled(`${name} answered`, z.toJSONSchema(answer, { io: 'input' })),
        ],
      ];
    }),
  );
}

function titled(title: string, { $schema, ...schema }: JsonSchema): JsonSchema {
  return {
    ...($schema && { $schema }),
    $id: `urn:heliograph:query:${title.replace(' ', ':')}`,
    title,
    ...schema,
  };
}
