import Ajv, { type ErrorObject } from 'ajv';
import type { FaultCode } from '../domain/faults';
import { pointerOf } from './json-pointer';

const text = (maxLength: number) => ({ type: 'string', maxLength });
/** Further rules say exactly how these look; the bound only keeps hostile ones short. */
const code = text(40);
const number = { type: 'string', maxLength: 40 };

/** The fields of an order as sent; numbers stand as texts here, blank texts are already taken away. */
const orderSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['poNumber', 'customer', 'lines'],
  properties: {
    poNumber: text(100),
    release: text(40),
    customer: text(100),
    currency: code,
    orderDate: code,
    requestedDelivery: code,
    warehouse: text(40),
    shipTo: {
      type: 'object',
      additionalProperties: false,
      properties: { name: text(200), address: text(500), city: text(200), postalCode: text(20), country: code },
    },
    note: text(4000),
    lines: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sku', 'quantity'],
        properties: {
          line: number,
          sku: text(100),
          ids: {
            type: 'array',
            maxItems: 25,
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['qualifier', 'value'],
              properties: { qualifier: text(20), value: text(100) },
            },
          },
          quantity: number,
          uom: text(20),
          unitPrice: number,
        },
      },
    },
  },
} as const;

const validate = new Ajv({ allErrors: true, ownProperties: true, strictTypes: true }).compile(orderSchema);

/** What the schema finds wrong, in the words of a fault; empty when the order has its form. */
export function schemaFaults(order: unknown): readonly { path: string; code: FaultCode; message: string }[] {
  if (validate(order)) return [];
  return (validate.errors ?? []).map(faultOf);
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text in double quotes',
  object: 'an object with fields',
  array: 'a list in square brackets',
};

function faultOf({ keyword, instancePath, params }: ErrorObject): { path: string; code: FaultCode; message: string } {
  switch (keyword) {
    case 'required': {
      const field = String(params.missingProperty);
      return {
        path: `${instancePath}/${field}`,
        code: 'missing-field',
        message: `The ${field} is missing; every ${ownerOf(instancePath)} needs one.`,
      };
    }
    case 'additionalProperties': {
      const field = String(params.additionalProperty);
      const path = instancePath + pointerOf([field]);
      const known = knownFields(instancePath).join(', ');
      return {
        path,
        code: 'unknown-field',
        message: `This is no field of an ${ownerOf(instancePath)}; leave it out, or use one of ${known}.`,
      };
    }
    case 'minItems':
      return { path: instancePath, code: 'missing-field', message: 'The order has no lines; send at least one.' };
    case 'maxItems':
      return {
        path: instancePath,
        code: 'out-of-range',
        message: `At most ${params.limit} are taken; leave some out.`,
      };
    case 'maxLength':
      return {
        path: instancePath,
        code: 'out-of-range',
        message: `The text is longer than ${params.limit} characters; shorten it.`,
      };
    default:
      return { path: instancePath, code: 'wrong-type', message: `This must be ${typeNames[String(params.type)]}.` };
  }
}

const inItemId = /^\/lines\/\d+\/ids\//;

function ownerOf(pointer: string): string {
  if (inItemId.test(pointer)) return 'item id';
  if (pointer.startsWith('/lines/')) return 'order line';
  return pointer === '/shipTo' ? 'order address' : 'order';
}

function knownFields(pointer: string): string[] {
  const { properties } = orderSchema;
  if (inItemId.test(pointer)) return Object.keys(properties.lines.items.properties.ids.items.properties);
  if (pointer.startsWith('/lines/')) return Object.keys(properties.lines.items.properties);
  return Object.keys(pointer === '/shipTo' ? properties.shipTo.properties : properties);
}
