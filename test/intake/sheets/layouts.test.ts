import { expect } from 'chai';
import { presets } from '../../../lib/intake/presets/presets';
import { sheetFields } from '../../../lib/intake/sheets/fields';
import type { SheetLayout } from '../../../lib/intake/sheets/layout';
import { allFaults, faultsOf, readCsvText } from '../orders';

const layoutOf = (name: string, fixed: SheetLayout['fixed'] = {}): Partial<SheetLayout> => {
  const preset = presets.find((one) => one.name === name);
  if (preset === undefined) throw new Error(`no preset ${name}`);
  return { ...preset.layout, fixed };
};

describe('layouts of tables', () => {
  it('know the names that people give to columns', () => {
    const text =
      'PO #;Account No.;Item Code;Qty;Price;Need-by date;Ship To ZIP;Comments\nPO-1;C-1;A;2;1.5;2026-11-30;01234;call';
    expect(readCsvText(text).documents[0]?.order).to.deep.equal({
      poNumber: 'PO-1',
      customer: 'C-1',
      requestedDelivery: '2026-11-30',
      shipTo: { postalCode: '01234' },
      note: 'call',
      lines: [{ line: 1, sku: 'A', quantity: '2', unitPrice: '1.5' }],
    });
    expect(faultsOf(readCsvText('poNumber,customer,sku,item,quantity\n1,2,3,4,5')), 'an own name wins').to.deep.equal([
      'row 1, column item: unknown-column',
    ]);
    expect(faultsOf(readCsvText('PO,Order number,customer,sku,quantity\n1,2,3,4,5'))).to.deep.equal([
      'row 1, column Order number: duplicate-key',
    ]);
  });

  it('find the header below titles, and say so', () => {
    const content = readCsvText('Order list;;;\nof Monday;;;\n\npoNumber;customer;sku;quantity\nPO-1;C-1;A;x\n');
    expect(faultsOf(content)).to.deep.equal(['row 5, column quantity: not-a-number']);
    expect(content.warnings).to.have.length(1);
    expect(content.warnings[0]).to.contain('row 4');
    const late = `${'title;x\n'.repeat(20)}poNumber;customer;sku;quantity\nPO-1;C-1;A;1`;
    expect(faultsOf(readCsvText(late))[0]).to.match(/^row 1/);
  });

  it('have dates in the format that is set, and fixed values where the file says nothing', () => {
    const text = 'poNumber,orderDate,sku,quantity,uom\nPO-1,23.11.2026,A,1,\nPO-1,23.11.2026,B,1,CA';
    const settings = { dateFormat: 'DD.MM.YYYY', fixed: { customer: 'SHOP', currency: 'EUR', uom: 'EA' } } as const;
    expect(readCsvText(text, settings).documents[0]?.order).to.deep.include({
      customer: 'SHOP',
      currency: 'EUR',
      orderDate: '2026-11-23',
      lines: [
        { line: 1, sku: 'A', quantity: '1', uom: 'EA' },
        { line: 2, sku: 'B', quantity: '1', uom: 'CA' },
      ],
    });
    const [fault] = allFaults(
      readCsvText(text.replace('poNumber', 'poNumber,customer').replaceAll('PO-1,', 'PO-1,C-1,')),
    );
    expect(fault).to.include({ path: 'row 2, column orderDate', code: 'bad-date', value: '23.11.2026' });
    expect(fault?.message).to.contain('several ways');
  });

  it('read the encoding that is set, unless the file or its sender says another', () => {
    const text = 'poNumber,customer,sku,quantity,note\nPO-1,C-1,A,1,Łódź';
    const bytes = Buffer.from(text.replace('Łódź', '\u00a3\u00f3d\u009f'), 'latin1');
    const content = readCsvText(bytes, { encoding: 'windows-1250' });
    expect(content.documents[0]?.order?.note).to.equal('Łódź');
    expect(content.warnings).to.deep.equal([]);
    expect(readCsvText(`\ufeff${text}`, { encoding: 'windows-1250' }).documents[0]?.order?.note).to.equal('Łódź');
  });

  it('leave other columns out when told so, but no values without a column', () => {
    const text = 'poNumber,customer,sku,quantity,colour\nPO-1,C-1,A,1,red\nPO-2,C-1,A,1,red,5';
    expect(faultsOf(readCsvText(text))).to.deep.equal(['row 1, column colour: unknown-column']);
    expect(faultsOf(readCsvText(text, { othersLeftOut: true }))).to.deep.equal(['row 3: unknown-column']);
  });

  it('may say what belongs to the order in its first row only', () => {
    const text =
      'poNumber,customer,note,sku,quantity\nPO-1,C-1,hi,A,1\n,,,B,2\nPO-2,C-2,,A,3\nPO-2,,,B,4\n,,,C,5\nPO-1,,,C,6\n';
    const content = readCsvText(text, { firstRowOnly: true });
    expect(content.documents.map(({ place, order }) => [place, order?.customer, order?.lines.length])).to.deep.equal([
      ['rows 2-3, 7', 'C-1', 3],
      ['rows 4-6', 'C-2', 3],
    ]);
    expect(faultsOf(readCsvText(text.replace('PO-1,C-1', ',C-1'), { firstRowOnly: true }))).to.include(
      'row 2, column poNumber: missing-field',
    );
  });

  it('reject orders that were cancelled where they come from', () => {
    const text = (word: string) => `poNumber,customer,sku,quantity,cancelled\nPO-1,C-1,A,1,\nPO-1,C-1,B,1,${word}`;
    for (const word of [
      'yes',
      'X',
      '1',
      'Cancelled',
      'canceled',
      'refunded',
      '2026-11-23 10:00:00 +0100',
      '23.11.2026',
    ])
      expect(faultsOf(readCsvText(text(word))), word).to.deep.equal(['row 3, column cancelled: cancelled-order']);
    for (const word of ['', 'no', '0', 'false', 'paid', 'processing', 'completed'])
      expect(faultsOf(readCsvText(text(word))), word).to.deep.equal([]);
  });

  describe('of exports', () => {
    it('map every column to a field that there is, each name once', () => {
      for (const { name, layout } of presets) {
        for (const field of Object.values(layout.mapping)) expect(sheetFields, name).to.include(field);
      }
      expect(presets.map(({ name }) => name)).to.deep.equal([
        'plain',
        'shopify',
        'woocommerce',
        'amazon',
        'erpnext',
        'odoo',
      ]);
    });

    it('Shopify: what belongs to the order is in its first row', () => {
      const text = [
        'Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Name,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Country,Notes,Cancelled at',
        "#2001,ada@shop.example,paid,EUR,31.50,2026-11-20 09:30:00 +0100,2,Cup,8.25,CUP-1,Ada Muster,Ringweg 4,Hof 2,Muster AG,Ulm,'01234,DE,ring twice,",
        '#2001,ada@shop.example,,,,,1,Mug,15.00,MUG-2,,,,,,,,,',
        '#2002,bob@shop.example,refunded,EUR,8.25,2026-11-21 09:30:00 +0100,1,Cup,8.25,CUP-1,Bob,Weg 1,,,Ulm,89073,DE,,2026-11-22 08:00:00 +0100',
      ].join('\n');
      const content = readCsvText(text, layoutOf('shopify', { customer: 'SHOP' }));
      expect(content.documents[0]?.order).to.deep.equal({
        poNumber: '#2001',
        customer: 'SHOP',
        currency: 'EUR',
        orderDate: '2026-11-20',
        shipTo: {
          name: 'Ada Muster Muster AG',
          address: 'Ringweg 4, Hof 2',
          city: 'Ulm',
          postalCode: '01234',
          country: 'DE',
        },
        note: 'ring twice',
        lines: [
          { line: 1, sku: 'CUP-1', quantity: '2', unitPrice: '8.25' },
          { line: 2, sku: 'MUG-2', quantity: '1', unitPrice: '15' },
        ],
      });
      expect(content.documents[1]?.faults.map(({ code }) => code)).to.deep.equal(['cancelled-order']);
    });

    it('WooCommerce: order columns in every row, or in the first', () => {
      const header =
        'Order Number,Order Status,Order Date,Customer Note,First Name (Shipping),Last Name (Shipping),Address 1&2 (Shipping),City (Shipping),State Code (Shipping),Postcode (Shipping),Country Code (Shipping),Order Total Amount,Item #,SKU,Item Name,Quantity (- Refund),Item Cost';
      const first = '55,Processing,2026-11-20 09:30,,Ada,Muster,Ringweg 4,Ulm,,89073,DE,31.5,1,CUP-1,Cup,2,8.25';
      for (const second of ['55,Processing,2026-11-20 09:30,,Ada,Muster,Ringweg 4,Ulm,,89073,DE,31.5', ',,,,,,,,,,,']) {
        const text = [header, first, `${second},2,MUG-2,Mug,1,15`].join('\n');
        const content = readCsvText(text, layoutOf('woocommerce', { customer: 'SHOP' }));
        expect(faultsOf(content)).to.deep.equal([]);
        expect(content.documents[0]?.order).to.deep.include({ poNumber: '55', orderDate: '2026-11-20' });
        expect(content.documents[0]?.order?.shipTo?.name).to.equal('Ada Muster');
        expect(content.documents[0]?.order?.lines.map(({ line, sku }) => [line, sku])).to.deep.equal([
          [1, 'CUP-1'],
          [2, 'MUG-2'],
        ]);
      }
    });

    it('Amazon: tabs, and quotes that are characters', () => {
      const text = [
        'order-id\torder-item-id\tpurchase-date\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\trecipient-name\tship-address-1\tship-address-2\tship-city\tship-postal-code\tship-country',
        '701-1\t12345678901234\t2026-11-20T23:50:49-08:00\tRACK\t"Pro" 19" rack\t2\tUSD\t99.80\tAda Muster\tRing Rd 4\tDock 2\tSpringfield\t01101\tUS',
      ].join('\r\n');
      expect(readCsvText(text, layoutOf('amazon', { customer: 'AMZ' })).documents[0]?.order).to.deep.equal({
        poNumber: '701-1',
        customer: 'AMZ',
        currency: 'USD',
        orderDate: '2026-11-20',
        shipTo: {
          name: 'Ada Muster',
          address: 'Ring Rd 4, Dock 2',
          city: 'Springfield',
          postalCode: '01101',
          country: 'US',
        },
        lines: [{ line: 1, sku: 'RACK', quantity: '2' }],
      });
    });

    it('ERPNext and Odoo: lines below their order', () => {
      const erpnext =
        'ID,Customer,Date,Delivery Date,Currency,Status,ID (Items),Item Code (Items),Quantity (Items),Rate (Items),UOM (Items)\nSO-7,C-1,2026-11-20,2026-11-30,EUR,To Deliver and Bill,a1,CUP-1,2,8.25,Nos\n,,,,,,a2,MUG-2,1,15,Nos\nSO-8,C-1,2026-11-20,2026-11-30,EUR,Cancelled,a3,CUP-1,2,8.25,Nos\n';
      const fromErpnext = readCsvText(erpnext, layoutOf('erpnext'));
      expect(fromErpnext.documents[0]?.order?.lines).to.have.length(2);
      expect(fromErpnext.documents[0]?.order).to.include({ customer: 'C-1', requestedDelivery: '2026-11-30' });
      expect(faultsOf(fromErpnext)).to.deep.equal(['row 4, column Status: cancelled-order']);
      const odoo =
        'Order Reference,Customer,Customer/Reference,Order Date,Order Lines/Product/Internal Reference,Order Lines/Quantity,Order Lines/Unit Price\nS00012,Muster AG,C-1,2026-11-20 08:00:00,CUP-1,2.0,8.25\n,,,,MUG-2,1.0,15.0\n';
      expect(readCsvText(odoo, layoutOf('odoo')).documents[0]?.order?.lines).to.deep.equal([
        { line: 1, sku: 'CUP-1', quantity: '2', unitPrice: '8.25' },
        { line: 2, sku: 'MUG-2', quantity: '1', unitPrice: '15' },
      ]);
    });
  });
});
