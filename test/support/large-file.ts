/** A CSV file of about so many bytes: orders of ten lines for C-1001; about 66 bytes a row. */
export function csvOf(bytes: number): string {
  const rows = ['poNumber,customer,orderDate,line,sku,quantity,uom,unitPrice,note'];
  for (let size = 0, i = 0; size < bytes; i++) {
    const row = `PO-${Math.floor(i / 10)},C-1001,2026-11-23,${(i % 10) + 1},WIDGET-${i % 500},${1 + (i % 9)},EA,12.50,as agreed by telephone`;
    rows.push(row);
    size += row.length + 1;
  }
  return rows.join('\n');
}
