import type { Client } from 'pg';
import { customer, customers, range, sku, skus } from './company';

/** The tables that an order leaves rows in. */
export const stockFlowTables = ['sales_order', 'sales_order_line', 'invoice', 'invoice_line'] as const;

const tables = `
  create table customer (
    customer text primary key, credit_limit numeric not null, tax_rate numeric not null, payment_terms_days int not null);
  create table stock (
    sku text primary key, on_hand numeric not null, reserved numeric not null default 0);
  create table sales_order (
    order_id bigint generated always as identity primary key, po_number text not null, customer text not null,
    currency text not null, net numeric not null, gross numeric not null, status text not null default 'Created',
    reason text, warehouse_reference text, created_at timestamptz not null default now(), closed_at timestamptz);
  create table sales_order_line (
    order_id bigint, line int, sku text not null, quantity numeric not null, unit_price numeric not null,
    delivered numeric not null default 0, primary key (order_id, line));
  create sequence invoice_number;
  create table invoice (
    invoice_number bigint primary key default nextval('invoice_number'), order_id bigint not null, customer text not null,
    net numeric not null, gross numeric not null, invoice_date date not null, due_date date not null,
    paid boolean not null default false);
  create table invoice_line (
    invoice_number bigint, line int, sku text not null, quantity numeric not null, unit_price numeric not null,
    amount numeric not null, primary key (invoice_number, line));
  create index sales_order_open on sales_order (customer) include (gross) where closed_at is null;
  create index invoice_open on invoice (customer, due_date) include (gross) where not paid;`;

/** The tables that the flow built by hand works on, and the same company in them, in the client's schema. */
export async function setUpTables(client: Client, schema: string): Promise<void> {
  await client.query(`create schema ${schema}`);
  await client.query(tables);
  await client.query('insert into customer select customer, 900000000, 0.19, 30 from unnest($1::text[]) as customer', [
    range(customers).map(customer),
  ]);
  await client.query('insert into stock select sku, 1000000000 from unnest($1::text[]) as sku', [range(skus).map(sku)]);
}
