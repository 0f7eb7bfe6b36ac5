import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { openApiDocument } from '../../lib/answers/openapi';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>;
}

const description = openApiDocument('0.0.0');
const paths = description.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const ajv = new Ajv2020({ strict: false, allErrors: true }).addSchema(description, 'openapi.json');
const validators = new Map<string, ValidateFunction>();

const step = (text: string): string =>
  text.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('%', '%25').replaceAll('{', '%7B').replaceAll('}', '%7D');

/** The described path that a requested one belongs to; the one with the fewest parameters wins. */
function templateOf(path: string): string | undefined {
  const [plain = ''] = path.split('?');
  const fits = (template: string) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain);
  return Object.keys(paths)
    .filter(fits)
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

/**
 * Holds a real answer against the description of the API.
 * @param path as it was requested, from `/o2c` on; a query is ignored
 * @param body as parsed from JSON, or the text of an answer that is none
 * @throws Error with everything that does not fit
 */
export function expectAnswer(method: string, path: string, status: number, contentType: string, body: unknown): void {
  const call = `${method.toUpperCase()} ${path} -> ${status}`;
  const template = templateOf(path);
  if (template === undefined) throw new Error(`${call}: the description has no such path`);
  const operation = paths[template]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${call}: the description has no such method for ${template}`);
  const response = operation.responses[status];
  if (response === undefined)
    throw new Error(
      `${call}: this status is not described; ${Object.keys(operation.responses).join(', ')} are. Body: ${JSON.stringify(body)}`,
    );
  const types = Object.keys(response.content);
  const [type = ''] = contentType.toLowerCase().split(';');
  if (types.length === 0) {
    if (body !== undefined && body !== '')
      throw new Error(`${call}: no body is described, but there is ${JSON.stringify(body)}`);
    return;
  }
  if (!types.includes(type.trim()))
    throw new Error(`${call}: the content type is ${contentType}, described: ${types.join(', ')}`);
  const pointer = `openapi.json#/paths/${step(template)}/${method.toLowerCase()}/responses/${status}/content/${step(type.trim())}/schema`;
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
  validators.set(pointer, validate);
  if (validate(body)) return;
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `  ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(
    `${call}: the body is not as described\n${faults.join('\n')}\nin ${JSON.stringify(body, null, 1).slice(0, 4000)}`,
  );
}
