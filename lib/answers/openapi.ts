import { bodySchemas, businessSchemas } from './openapi-bodies';
import { booksSchemas } from './openapi-books';
import type { Call } from './openapi-calls';
import { paths } from './openapi-paths';
import { answerSchemas, ref, type Schema } from './openapi-schemas';

const problemWords: Readonly<Record<number, string>> = {
  400: 'The body cannot be read.',
  401: 'There is no valid key.',
  403: 'The key may not do this.',
  404: 'There is no such thing, or it is not for this key.',
  408: 'Nothing of the body came any more.',
  409: 'It conflicts with what is there.',
  410: 'It was there, and is not kept any more.',
  413: 'The body is too large.',
  415: 'This content type is not taken.',
  422: 'Rejected, with every fault found.',
  429: 'Too many requests; Retry-After tells when to come again.',
  500: 'Something went wrong here.',
  503: 'The store is away, nothing was accepted; Retry-After tells when to come again.',
};

function operation(call: Call): Schema {
  const open = call.roles.includes('none');
  const statuses = [...(open ? [] : [401, 403]), ...(call.problems ?? []), 429, 500, 503];
  const problems = [...new Set(statuses)]
    .sort()
    .map((status) => [
      status,
      { description: problemWords[status], content: { 'application/problem+json': { schema: ref('Problem') } } },
    ]);
  const answers = Object.entries(call.answers).map(([status, [description, content]]) => [
    status,
    { description, content: mediaTypes(content) },
  ]);
  return {
    summary: call.summary,
    ...(open ? { security: [] } : { description: `Roles: ${[...call.roles, 'admin'].join(', ')}.` }),
    ...(call.parameters === undefined ? {} : { parameters: call.parameters }),
    ...(call.body === undefined ? {} : { requestBody: { content: mediaTypes(call.body) } }),
    responses: Object.fromEntries([...answers, ...problems]) as Schema,
  };
}

const mediaTypes = (content: Readonly<Record<string, Schema>>): Schema =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

/** The description of the HTTP interface as OpenAPI 3.1; `version` is the package's. */
export function openApiDocument(version: string): Schema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Order to cash',
      version,
      description:
        'Orders in, and everything that becomes of them. Amounts and quantities are decimal strings, times ISO 8601 in UTC. Errors are problems of RFC 9457.',
    },
    security: [{ bearer: [] }, { apiKey: [] }],
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, calls]) => [
        path,
        Object.fromEntries(Object.entries(calls).map(([method, call]) => [method, operation(call)])),
      ]),
    ) as Schema,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      schemas: { ...answerSchemas, ...booksSchemas, ...bodySchemas, ...businessSchemas },
    },
  };
}
