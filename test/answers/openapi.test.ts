import Ajv2020 from 'ajv/dist/2020';
import { expect } from 'chai';
import { openApiDocument } from '../../lib/answers/openapi';
import { expectAnswer } from '../support/openapi';

type Tree = Record<string, unknown>;

const contract: readonly (readonly [path: string, ...methods: string[]])[] = [
  ['/o2c/orders', 'get', 'post'],
  ['/o2c/orders/{salesOrder}', 'get'],
  ['/o2c/orders/{salesOrder}/cancel', 'post'],
  ['/o2c/orders/{salesOrder}/hold', 'post'],
  ['/o2c/orders/{salesOrder}/release', 'post'],
  ['/o2c/orders/{salesOrder}/reject', 'post'],
  ['/o2c/orders/{salesOrder}/resend', 'post'],
  ['/o2c/orders/{salesOrder}/not-received', 'post'],
  ['/o2c/orders/{salesOrder}/accept', 'post'],
  ['/o2c/orders/{salesOrder}/correct', 'post'],
  ['/o2c/deliveries', 'post'],
  ['/o2c/deliveries/cancellations', 'post'],
  ['/o2c/payments', 'get', 'post'],
  ['/o2c/invoices', 'get'],
  ['/o2c/invoices/{number}', 'get'],
  ['/o2c/credit-notes', 'get'],
  ['/o2c/credit-notes/{number}', 'get'],
  ['/o2c/ledger', 'get'],
  ...['customers', 'products', 'stock', 'partners', 'taxes', 'creditGroups'].map(
    (kind) => [`/o2c/master/${kind}`, 'put'] as const,
  ),
  ['/o2c/settings', 'get', 'put'],
  ['/o2c/keys', 'get', 'post'],
  ['/o2c/keys/{keyId}', 'delete'],
  ['/o2c/inbox', 'get'],
  ['/o2c/inbox/{id}', 'get'],
  ['/o2c/inbox/{id}/replay', 'post'],
  ['/o2c/inbox/{id}/raw', 'get'],
  ['/o2c/answers', 'get'],
  ['/o2c/answers/{answer}', 'get'],
  ['/o2c/answers/{answer}/raw', 'get'],
  ['/o2c/answers/{answer}/resend', 'post'],
  ['/o2c/exceptions', 'get'],
  ['/o2c/exceptions/{exception}/close', 'post'],
  ['/o2c/exceptions/{exception}/reject', 'post'],
  ['/o2c/messages', 'get'],
  ['/o2c/jobs', 'get'],
  ['/o2c/jobs/{id}/result.csv', 'get'],
  ['/o2c/signals', 'get'],
  ['/o2c/reports/sources', 'get'],
  ['/o2c/health', 'get'],
  ['/o2c/metrics', 'get'],
  ['/o2c/template.csv', 'get'],
  ['/o2c/template.xlsx', 'get'],
  ['/o2c/openapi.json', 'get'],
];

describe('the description of the API', () => {
  const document = openApiDocument('1.2.3');

  it('says how many documents of a message come on a page, and that a change may wait for its order', () => {
    const validate = new Ajv2020({ strict: false }).compile({ ...document, $ref: '#/components/schemas/Problem' });
    const problem = { type: 'urn:x', title: 'Waits', code: 'unknown-order', detail: '', errors: [] };
    expect([200, 202, 399, 409].map((status) => validate({ ...problem, status }))).to.deep.equal([
      false,
      true,
      false,
      true,
    ]);
    const limitOf = (path: string) => {
      const { parameters } = (document.paths as Record<string, { get: { parameters: Tree[] } }>)[path]?.get ?? {};
      return parameters?.find(({ name }) => name === 'limit')?.description;
    };
    expect(limitOf('/o2c/inbox/{id}')).to.equal('Entries a page, 500 when nothing is said.');
    expect(limitOf('/o2c/inbox')).to.equal('Entries a page, 50 when nothing is said.');
  });

  it('describes every call and no other', () => {
    const described = Object.entries(document.paths as Tree).map(([path, calls]) => [
      path,
      ...Object.keys(calls as Tree).sort(),
    ]);
    expect(described).to.have.deep.members(contract.map((entry) => [...entry]));
  });

  it('has only schemas that exist and are valid', () => {
    const schemas = (document.components as Tree).schemas as Tree;
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name as string,
    );
    expect(named).to.not.deep.equal([]);
    for (const name of named) expect(Object.keys(schemas)).to.include(name);
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, validateSchema: true });
    // Strict: a misspelt keyword is an error, not a schema that lets everything pass.
    for (const [name, schema] of Object.entries(schemas))
      ajv.addSchema(JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '')) as Tree, name);
    for (const name of Object.keys(schemas)) expect(() => ajv.compile({ $ref: name }), name).to.not.throw();
  });

  it('gives every path parameter and, but for what anybody may ask, the problems of a missing key', () => {
    for (const [path, calls] of Object.entries(document.paths as Tree)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, call] of Object.entries(calls as Record<string, Tree>)) {
        const parameters = ((call.parameters ?? []) as Tree[])
          .filter((parameter) => parameter.in === 'path')
          .map((parameter) => parameter.name);
        expect(parameters, `${method} ${path}`).to.deep.equal(inPath);
        const open = path.endsWith('/health') || path.endsWith('/openapi.json');
        expect(Object.keys(call.responses as Tree).includes('401'), `${method} ${path}`).to.equal(!open);
      }
    }
  });

  it('tells a right answer from a wrong one', () => {
    const page = { orders: [], next: null };
    expectAnswer('get', '/o2c/orders?limit=3', 200, 'application/json; charset=utf-8', page);
    const wrong: [string, string, number, string, unknown, RegExp][] = [
      ['get', '/o2c/orders', 200, 'application/json', { orders: [] }, /next/],
      ['get', '/o2c/orders', 200, 'application/json', { ...page, secret: 1 }, /secret/],
      ['get', '/o2c/orders', 200, 'text/html', page, /content type/],
      ['get', '/o2c/orders', 418, 'application/json', page, /status/],
      ['delete', '/o2c/orders', 200, 'application/json', page, /method/],
      ['get', '/o2c/nothing', 200, 'application/json', page, /path/],
      ['get', '/o2c/orders/SO-000001', 404, 'application/problem+json', { status: 404 }, /title/],
    ];
    for (const [method, path, status, type, body, words] of wrong)
      expect(() => expectAnswer(method, path, status, type, body)).to.throw(words);
  });
});
