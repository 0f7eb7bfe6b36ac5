import type { Migration } from '../migrate';

/**
 * The first released schema.
 *
 * Foreign keys stand where rows are few and typed by people (customers, keys, payments). The tables of the order's
 * path have none: their rows are written only by the transaction that locked the parent, and each key checked there
 * would cost more than a third of the bulk insert. `o2c reconcile` looks for orphans instead.
 */
export const orderToCash: Migration = {
  number: 1,
  name: 'order-to-cash',
  statements: ({ text, int, id, serial, bytes, table, narrow, written, rewritten, changing, counted }) => [
    `create table setting (
      version ${id}, settings ${text} not null, created_at ${text} not null, created_by ${text} not null
    ) ${table}`,

    `create table partner (
      partner ${text} primary key, name ${text} not null, channels ${text} not null, customers ${text} not null, edi_ids ${text} not null,
      sku_map ${text} not null, price_policy ${text} not null, shortage_policy ${text}, indicator ${text},
      priority ${int} not null check (priority between 1 and 9), updated_at ${text} not null
    ) ${narrow}`,
    `insert into partner (partner, name, channels, customers, edi_ids, sku_map, price_policy, shortage_policy, indicator, priority, updated_at)
     values ('DIRECT', 'Direct', '["file","api","edi"]', '["*"]', '[]', '{}', 'tolerance', null, null, 5, '1970-01-01T00:00:00.000Z')`,
    `create table credit_account (
      account ${text} primary key, kind ${text} not null check (kind in ('customer', 'group')), currency ${text} not null,
      credit_limit ${int} check (credit_limit >= 0), open_receivables ${int} not null, uninvoiced_gross ${int} not null check (uninvoiced_gross >= 0),
      approved_gross ${int} not null check (approved_gross >= 0), passes ${int} not null, due_mark ${int} not null
    ) ${narrow}`,
    'create index credit_account_due on credit_account (account) where due_mark > 0',
    `create table customer (
      customer ${text} primary key, name ${text} not null, currency ${text} not null, credit_account ${text} not null references credit_account (account),
      payment_terms_days ${int} not null check (payment_terms_days >= 0), tax_code ${text}, ship_to ${text}, updated_at ${text} not null
    ) ${narrow}`,
    `create table product (
      sku ${text} primary key, name ${text} not null, base_uom ${text} not null, uoms ${text} not null, price ${int} not null check (price >= 0),
      cost ${int} not null check (cost >= 0), tax_code ${text} not null, gtin ${text}, updated_at ${text} not null
    ) ${narrow}`,
    `create table tax_rate (
      tax_code ${text} not null, valid_from ${text} not null, rate ${int} not null check (rate between 0 and 100000), primary key (tax_code, valid_from)
    ) ${narrow}`,
    `create table access_key (
      key_id ${text} primary key, hash ${text} not null unique, role ${text} not null check (role in ('partner', 'warehouse', 'finance', 'operations', 'auditor', 'admin')),
      partner ${text} references partner (partner), acts_for ${text} not null, name ${text} not null, created_at ${text} not null, created_by ${text} not null,
      expires_at ${text}, revoked_at ${text}, last_used_at ${text}
    ) ${narrow}`,

    `create table inbox_message (
      inbox_id ${id}, channel ${text} not null check (channel in ('file', 'api', 'edi')), partner ${text} not null, source_system ${text}, message_key ${text},
      document ${text} not null, content_type ${text} not null, bytes ${bytes} not null, size ${int} not null, sha256 ${text} not null, fingerprint ${text} not null,
      single ${int} not null, warnings ${text} not null, received_at ${text} not null, key_id ${text}
    ) ${table}`,
    'create unique index inbox_message_identity on inbox_message (partner, channel, message_key) where message_key is not null',
    `create table inbox_document (
      document_id ${id}, inbox_id ${int} not null, ordinal ${int} not null,
      kind ${text} not null check (kind in ('order', 'change', 'cancel', 'test', 'acknowledgement', 'unreadable')), place ${text} not null, po_number ${text}, canonical ${text},
      fingerprint ${text}, state ${text} not null check (state in ('stored', 'accepted', 'duplicate', 'rejected', 'parked')), order_id ${int}, code ${text}, faults ${text},
      attempts ${int} not null, next_attempt_at ${text}, step_at ${text} not null,
      unique (inbox_id, ordinal), check (state not in ('accepted', 'duplicate') or order_id is not null or kind <> 'order')
    ) ${changing}`,
    "create index inbox_document_waiting on inbox_document (step_at) where state = 'stored'",
    "create index inbox_document_failed on inbox_document (state, code) where state in ('rejected', 'parked')",

    // What never changes of an order stands apart from what each step changes: a step rewrites a narrow row with few indexes.
    `create table sales_order_terms (
      order_id ${id}, partner ${text} not null, customer ${text} not null, po_number ${text} not null, po_key ${text} not null, loose_po_key ${text} not null,
      release_number ${text} not null, fingerprint ${text} not null, document_id ${int} not null, inbox_id ${int} not null, channel ${text} not null, source_system ${text},
      document ${text} not null, indicator ${text} not null, received_at ${text} not null, created_at ${text} not null, currency ${text} not null, order_date ${text} not null,
      requested_delivery ${text}, warehouse ${text} not null, ship_to ${text}, note ${text}, shortage_policy ${text} not null, payment_terms_days ${int} not null,
      net ${int} not null, tax ${int} not null, gross ${int} not null, tax_rates ${text} not null, checks_required ${int} not null
    ) ${table}`,
    'create unique index sales_order_identity on sales_order_terms (customer, po_key, partner, release_number)',
    'create index sales_order_loose_number on sales_order_terms (customer, loose_po_key)',
    `create table sales_order_state (
      order_id ${id}, priority ${int} not null, credit_account ${text} not null,
      status ${text} not null check (status in ('Created', 'ReadyForDelivery', 'OnHold', 'SentToWarehouse', 'PartiallyDelivered', 'Delivered', 'Invoiced', 'CancelRequested', 'Cancelled')),
      reason ${text}, checks_judged ${int} not null, checks_passed ${int} not null, hold_count ${int} not null, held_since ${text}, passed_over ${int} not null,
      passes_at_hold ${int} not null, reserved_until ${text}, approval_gross ${int} not null, approval_at ${text}, approval_until ${text}, approval_policy ${int} not null,
      approved_gross ${int} not null check (approved_gross >= 0), earmarked ${int} not null check (earmarked >= 0), open_release ${int}, last_release ${int} not null,
      step_at ${text} not null, stamp ${int} not null
    ) ${changing}`,
    'create index sales_order_step on sales_order_state (status, priority, order_id)',
    "create index sales_order_held on sales_order_state (credit_account, held_since) where status = 'OnHold'",
    `create view sales_order as select t.*, s.priority, s.credit_account, s.status, s.reason, s.checks_judged, s.checks_passed, s.hold_count, s.held_since, s.passed_over,
      s.passes_at_hold, s.reserved_until, s.approval_gross, s.approval_at, s.approval_until, s.approval_policy, s.approved_gross, s.earmarked, s.open_release,
      s.last_release, s.step_at from sales_order_state s join sales_order_terms t on t.order_id = s.order_id`,
    `create table sales_order_line (
      order_id ${int} not null, line ${int} not null, sku ${text} not null, base_uom ${text} not null, uom ${text} not null, uom_numerator ${int} not null check (uom_numerator > 0),
      uom_denominator ${int} not null check (uom_denominator > 0), ordered ${int} not null check (ordered > 0), reserved ${int} not null check (reserved >= 0),
      delivered ${int} not null check (delivered >= 0), invoiced ${int} not null check (invoiced >= 0), cancelled ${int} not null check (cancelled >= 0),
      unit_price ${int} not null check (unit_price >= 0), tax_code ${text} not null, reason ${text}, primary key (order_id, line),
      check (invoiced <= delivered), check (reserved + delivered + cancelled <= ordered)
    ) ${rewritten}`,
    `create table decision (
      order_id ${int} not null, check_name ${text} not null, outcome ${text} not null, reason ${text}, explanation ${text} not null, evidence ${text} not null,
      passes_if ${text}, decided_at ${text} not null, primary key (order_id, check_name)
    ) ${written}`,
    `create table hold (
      order_id ${int} not null, reason ${text} not null, rule ${text} not null, evidence ${text} not null, since ${text} not null, placed_by ${text} not null, forced ${int} not null,
      primary key (order_id, reason)
    ) ${narrow}`,
    `create table warehouse_release (
      order_id ${int} not null, release ${int} not null, warehouse ${text} not null,
      status ${text} not null check (status in ('Claimed', 'Unknown', 'Acknowledged', 'Refused', 'CancelRequested', 'Cancelled', 'Closed')),
      idempotency_key ${text} not null, lines ${text} not null, attempts ${int} not null, next_attempt_at ${text}, parked ${int} not null, reference ${text}, words ${text}, cancel_reason ${text},
      claimed_at ${text} not null, primary key (order_id, release)
    ) ${narrow}`,
    "create index warehouse_release_retry on warehouse_release (warehouse, next_attempt_at) where status in ('Claimed', 'Unknown', 'CancelRequested')",
    `create table warehouse (
      warehouse ${text} primary key, failures ${int} not null, open_until ${text}
    ) ${narrow}`,

    `create table stock_item (
      sku ${text} not null, warehouse ${text} not null, on_hand ${int} not null, reserved ${int} not null, safety_stock ${int} not null check (safety_stock >= 0),
      deficit ${int} not null check (deficit >= 0), primary key (sku, warehouse), check (reserved >= 0), check (reserved <= on_hand)
    ) ${narrow}`,
    `create table stock_movement (
      movement ${serial}, sku ${text} not null, warehouse ${text} not null, kind ${text} not null, quantity ${int} not null, reference ${text} not null,
      at ${text} not null, counted_at ${text}
    ) ${table}`,

    `create table packing_slip (
      slip_id ${id}, warehouse ${text} not null, packing_slip ${text} not null, digest ${text} not null, final ${int} not null, shipped_at ${text} not null, received_at ${text} not null,
      state ${text} not null check (state in ('confirmed', 'exception', 'rejected')), body ${text} not null, faults ${text}, unique (warehouse, packing_slip)
    ) ${table}`,
    `create table packing_slip_line (
      slip_id ${int} not null, slip_line ${int} not null, order_id ${int} not null, line ${int} not null, release ${int} not null, sku ${text} not null,
      quantity ${int} not null check (quantity > 0), cost ${int} not null check (cost >= 0), lot ${text}, serials ${text}, primary key (slip_id, slip_line)
    ) ${written}`,
    'create index packing_slip_line_order on packing_slip_line (order_id)',

    `create table invoice (
      invoice_id ${id}, number ${text} not null unique, document_type ${text} not null, fiscal_year ${int} not null, sequence ${int} not null, order_id ${int} not null,
      slip_id ${int} not null, customer ${text} not null, credit_account ${text} not null, currency ${text} not null, net ${int} not null, tax ${int} not null, gross ${int} not null,
      open_amount ${int} not null, taxes ${text} not null, invoice_date ${text} not null, due_date ${text} not null, posted_at ${text} not null, disputed ${int} not null,
      unique (document_type, fiscal_year, sequence), unique (order_id, slip_id), check (net + tax = gross), check (open_amount between 0 and gross)
    ) ${table}`,
    'create index invoice_open on invoice (customer, due_date) where open_amount > 0',
    `create table number_series (
      document_type ${text} not null, fiscal_year ${int} not null, next ${int} not null, primary key (document_type, fiscal_year)
    ) ${narrow}`,
    `create table payment (
      payment_id ${id}, customer ${text} not null references customer (customer), reference ${text} not null, amount ${int} not null check (amount > 0), currency ${text} not null,
      received_at ${text} not null, invoice ${text}, order_id ${int}, earmarked ${int} not null check (earmarked >= 0), on_account ${int} not null check (on_account >= 0), posted_at ${text} not null,
      unique (customer, reference), check (earmarked + on_account <= amount)
    ) ${table}`,
    'create index payment_on_account on payment (customer, received_at) where on_account > 0 or earmarked > 0',
    `create table payment_application (
      payment_id ${int} not null references payment (payment_id), invoice_id ${int} not null, amount ${int} not null check (amount > 0), primary key (payment_id, invoice_id)
    ) ${narrow}`,
    'create index payment_application_invoice on payment_application (invoice_id)',
    `create table posting (
      posting ${counted}, document_type ${text} not null, document ${text} not null, debit ${text} not null, credit ${text} not null, amount ${int} not null check (amount > 0),
      currency ${text} not null, posting_date ${text} not null, posted_at ${text} not null, check (debit <> credit)
    ) ${table}`,
    'create unique index posting_date_order on posting (posting_date, posting)',

    `create table exception (
      exception_id ${id}, kind ${text} not null, subject ${text} not null, message ${text} not null, evidence ${text} not null, raised_at ${text} not null,
      closed_at ${text}, closed_by ${text}, resolution ${text}
    ) ${table}`,
    'create unique index exception_open on exception (kind, subject) where closed_at is null',

    `create table audit_record (
      batch ${int} not null, position ${int} not null, at ${text} not null, actor ${text} not null, stage ${text} not null, subject ${text} not null, subject_id ${text} not null,
      from_state ${text}, to_state ${text}, reason ${text}, evidence ${text} not null, primary key (batch, position)
    ) ${written}`,
    'create index audit_record_subject on audit_record (subject_id, subject)',
    `create table audit_link (
      link ${id}, batch ${int} not null unique, records ${int} not null, digest ${text} not null, hash ${text} not null, at ${text} not null
    ) ${table}`,
    `create table audit_head (one ${int} primary key check (one = 1), link ${int} not null, hash ${text} not null) ${narrow}`,
    "insert into audit_head (one, link, hash) values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000')",
  ],
  appendOnly: ['posting', 'audit_record', 'audit_link', 'setting', 'stock_movement'],
};
