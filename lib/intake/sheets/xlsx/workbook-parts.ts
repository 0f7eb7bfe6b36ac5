import type { Archive } from './archive';
import { UnreadableWorkbook } from './unreadable';
import { localName, readXml } from './xml';

export interface SheetPart {
  readonly name: string;
  /** Its part in the archive. */
  readonly part: string;
  readonly isHidden: boolean;
}

export interface WorkbookParts {
  readonly sheets: readonly SheetPart[];
  readonly sharedStrings?: string;
  readonly styles?: string;
  /** Dates count from 1904 instead of 1900. */
  readonly from1904: boolean;
}

interface Relation {
  readonly type: string;
  readonly target: string;
}

const usualWorkbook = 'xl/workbook.xml';
const mostSheets = 200;

/** Which sheets a workbook has and where they are. @throws UnreadableWorkbook */
export async function readWorkbookParts(archive: Archive): Promise<WorkbookParts> {
  const main = await mainPart(archive);
  const relations = await relationsOf(archive, main);
  const sheets: SheetPart[] = [];
  let from1904 = false;
  await readXml(archive.read(main), {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = isTrue(attributes.date1904);
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key !== 'id' && localName(key) === 'id')?.[1] ?? '';
      const relation = relations.get(id);
      if (relation === undefined || !relation.type.endsWith('/worksheet')) return;
      if (sheets.length >= mostSheets) throw new UnreadableWorkbook(`The workbook has more than ${mostSheets} sheets.`);
      const isHidden = (attributes.state ?? 'visible') !== 'visible';
      sheets.push({ name: attributes.name ?? '', part: relation.target, isHidden });
    },
  });
  if (sheets.length === 0) throw new UnreadableWorkbook('The workbook has no sheet with cells.');
  const partOf = (type: string) =>
    [...relations.values()].find((relation) => relation.type.endsWith(`/${type}`))?.target;
  const sharedStrings = partOf('sharedStrings');
  const styles = partOf('styles');
  return {
    sheets,
    from1904,
    ...(sharedStrings === undefined ? {} : { sharedStrings }),
    ...(styles === undefined ? {} : { styles }),
  };
}

export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true' || value === 'on';

async function mainPart(archive: Archive): Promise<string> {
  if (!archive.has('_rels/.rels')) return usualWorkbook;
  const relations = await relationsOf(archive, '');
  return [...relations.values()].find(({ type }) => type.endsWith('/officeDocument'))?.target ?? usualWorkbook;
}

async function relationsOf(archive: Archive, part: string): Promise<Map<string, Relation>> {
  const cut = part.lastIndexOf('/') + 1;
  const folder = part.slice(0, cut);
  const relations = new Map<string, Relation>();
  await readXml(archive.read(`${folder}_rels/${part.slice(cut)}.rels`), {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes.TargetMode === 'External') return;
      const { Id = '', Type = '', Target = '' } = attributes;
      relations.set(Id, { type: Type, target: partName(folder, Target) });
    },
  });
  return relations;
}

function partName(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of (target.startsWith('/') ? target : folder + target).split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}
