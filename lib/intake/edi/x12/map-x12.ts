import { shownText } from '../../shown-value';
import type { EdiGroup, EdiInterchange, EdiMessage } from '../interchange';
import type { EdiReading, MappedMessage } from '../mapped-message';
import { Findings } from './findings';
import { mapAcknowledgement } from './map-acknowledgement';
import { mapGroceryOrder } from './map-grocery-order';
import { mapOrderChange } from './map-order-change';
import { mapPurchaseOrder } from './map-purchase-order';
import { finished } from './order-draft';

/**
 * One X12 message as the intake takes it. Never throws. Nothing but faults comes of a message whose syntax, or whose group
 * or interchange, rejects it; its echo is there as far as it could be read.
 */
export function mapX12(
  message: EdiMessage,
  group: EdiGroup,
  interchange: EdiInterchange,
  reading: EdiReading,
): MappedMessage {
  const syntax = new Findings(message, reading);
  for (const { faults } of [interchange, group, message]) syntax.addSyntax(faults);
  const mapped = mapContent(message, reading);
  if (syntax.faults.length === 0) return { ...mapped, warnings: [...syntax.warnings, ...mapped.warnings] };
  return finished(syntax, mapped.purpose, mapped.echo ? { echo: mapped.echo } : {});
}

function mapContent(message: EdiMessage, reading: EdiReading): MappedMessage {
  const findings = new Findings(message, reading);
  switch (message.type) {
    case '850':
      return mapPurchaseOrder(message, findings);
    case '875':
      return mapGroceryOrder(message, findings);
    case '860':
      return mapOrderChange(message, findings);
    case '997':
    case '999':
      return mapAcknowledgement(message, findings);
    default: {
      const said = `Messages of the type "${shownText(message.type)}" are not supported; send 850, 875, 860, 997 or 999.`;
      findings.add({ path: findings.place || 'ST', code: 'not-supported', message: said });
      return finished(findings, 'unsupported', {});
    }
  }
}
