import { readPackingSlips } from '../../lib/domain/delivery';
import { readIncoming } from '../../lib/domain/incoming-money';
import { salesOrderNumber } from '../../lib/domain/order';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { postCreditNotes } from '../../lib/stages/post-credit-notes';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import type { Store } from '../../lib/store/store';
import { SampleCompany, type SampleOrder } from '../support/orders';
import { readPayments } from '../support/payments';

/** A company with orders at every step, from their messages to a payment and a credit note in part. */
export class SoundBooks extends SampleCompany {
  private slips = 0;

  static async fill(store: Store): Promise<SoundBooks> {
    const books = new SoundBooks(store);
    await books.open(['C-1', 'C-2'], ['A', 'B'], 1000);
    await books.received({ lines: [{ sku: 'A', quantity: 3 }], state: 'Created' });
    await books.received({
      customer: 'C-2',
      lines: [
        { sku: 'A', quantity: 4 },
        { sku: 'B', quantity: 1 },
      ],
      state: 'OnHold',
    });
    await books.received({ lines: [{ sku: 'B', quantity: 7, unitPrice: 33_333 }], state: 'Ready' });
    const partly = await books.received({
      lines: [
        { sku: 'A', quantity: 10, unitPrice: 12_345 },
        { sku: 'B', quantity: 5 },
      ],
    });
    await books.ship(partly, 1, 4);
    const invoiced = await books.received({ customer: 'C-2', lines: [{ sku: 'A', quantity: 6 }] });
    await books.ship(invoiced, 1, 6);
    const again = await books.received({ lines: [{ sku: 'B', quantity: 2 }] });
    await books.ship(again, 1, 2);
    await postInvoices(books.context, { limit: 10 });
    await books.ship(partly, 1, 3);
    await books.pay({ customer: 'C-2', amount: '20.00' });
    await books.pay({ customer: 'C-1', amount: '50.00', salesOrder: salesOrderNumber(partly) });
    await books.credit({ invoice: 'INV-2026-000002', lines: [{ line: 1, quantity: '1' }] });
    return books;
  }

  /** An order with the message that it came in. */
  async received(sample: SampleOrder): Promise<number> {
    const id = await this.order(sample);
    await this.store.transaction(async (db) => {
      const message = {
        channel: 'api',
        partner: 'DIRECT',
        document: 'd',
        content_type: 'application/json',
        bytes: Buffer.from('{}'),
        size: 2,
        sha256: 'x',
        fingerprint: 'x',
        single: 1,
        warnings: '[]',
      };
      // the numbers are those of the order; the series have to know that they are taken
      await db.take('inbox_message', 1);
      await db.take('inbox_document', 1);
      await db.insert('inbox_message', [{ inbox_id: id, ...message, received_at: this.now }]);
      await db.insert('inbox_document', [
        {
          document_id: id,
          inbox_id: id,
          ordinal: 0,
          kind: 'order',
          place: '',
          state: 'accepted',
          order_id: id,
          attempts: 1,
          step_at: this.now,
        },
      ]);
    });
    return id;
  }

  private async ship(orderId: number, line: number, quantity: number): Promise<void> {
    const [read] = readPackingSlips({
      warehouse: 'MAIN',
      packingSlip: `PS-${++this.slips}`,
      lines: [{ salesOrder: salesOrderNumber(orderId), line, quantity: String(quantity) }],
    });
    if (read?.slip === undefined) throw new Error(JSON.stringify(read?.faults));
    const [outcome] = await confirmDeliveries(this.context, [read.slip]);
    if (outcome?.output === 'exception') throw new Error(outcome.summary);
  }

  private async pay(payment: { customer: string; amount: string; salesOrder?: string }): Promise<void> {
    const [read] = readPayments({ reference: `R-${payment.customer}`, currency: 'EUR', ...payment });
    if (read?.payment === undefined) throw new Error(JSON.stringify(read?.faults));
    const [outcome] = await postPayments(this.context, [read.payment]);
    if (outcome?.output !== 'applied') throw new Error(JSON.stringify(outcome));
  }

  private async credit(note: object): Promise<void> {
    const [read] = readIncoming({ creditNote: 'CLAIM', reason: 'damaged', ...note });
    if (read?.kind !== 'credit-note' || read.creditNote === undefined) throw new Error(JSON.stringify(read?.faults));
    const [outcome] = await postCreditNotes(this.context, [read.creditNote]);
    if (outcome?.output !== 'applied') throw new Error(JSON.stringify(outcome));
  }
}
