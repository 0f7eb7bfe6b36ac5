import { expect } from 'chai';
import { defaultSettings } from '../../lib/domain/settings';
import { sheetFields } from '../../lib/intake/sheets/fields';
import { nodeTypes, packageDocument, readNode, visibleProperties } from './node-definition';

const familyColour = readNode('order-ingest').definition.color;

describe('dialog and help of the nodes', () => {
  it('covers exactly the nodes of the package', () => {
    expect(nodeTypes()).to.have.members(Object.keys(packageDocument['node-red']?.nodes ?? {}));
  });

  it('offers every field that a column of a file can have', () => {
    const select =
      /<select class="order-ingest-field">([\s\S]*?)<\/select>/.exec(readNode('order-ingest').template)?.[1] ?? '';
    const offered = [...select.matchAll(/value="([^"]*)"/g)].map(([, value]) => value);
    expect(offered).to.have.members([...sheetFields, '']);
  });

  it('has a field for every company setting', () => {
    const leaves = Object.entries(defaultSettings).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [name],
    );
    const fields = [...readNode('o2c-store').template.matchAll(/id="o2c-settings-(\w+)"/g)].map(([, name]) => name);
    expect(fields).to.include.members(leaves);
  });

  for (const type of nodeTypes()) {
    describe(type, () => {
      const node = readNode(type);
      const { definition, html, template, help, texts } = node;
      const isConfiguration = definition.category === 'config';
      const used = new Set<string>();
      const translated = {
        _: (key: string): string => {
          used.add(key);
          const text = texts.get(key);
          if (text === undefined) throw new Error(`no text for ${key}`);
          return text;
        },
      };
      const plainHelp = help.replace(/<[^>]*>/g, '');

      it('is registered with a literal that catalogues can read', () => {
        expect(html).to.match(new RegExp(`RED\\.nodes\\.registerType\\('${type}', \\{`));
      });

      it('belongs to the family', () => {
        expect(definition.category).to.equal(isConfiguration ? 'config' : 'order to cash');
        expect(definition.color).to.equal(familyColour);
        expect(definition.icon).to.equal(`${type}.svg`);
        expect(definition.defaults.version?.value).to.equal(1);
        if (!isConfiguration) expect(definition.defaults.store?.type).to.equal('o2c-store');
      });

      it('has a text for every key, and a key for every text', () => {
        for (const [, keys] of template.matchAll(/data-i18n="([^"]*)"/g)) {
          for (const key of keys?.split(';') ?? []) translated._(key.replace(/^\[\w+\]/, ''));
        }
        for (const [, key] of html.matchAll(/\b_\('([^']*)'/g)) translated._(key ?? '');
        for (let index = 0; index < (definition.outputs ?? 0); index++)
          definition.outputLabels?.call(translated, index);
        expect([...texts.keys()].filter((key) => !used.has(key))).to.deep.equal([]);
      });

      it('has no words that bypass the locale', () => {
        expect(template.replace(/<[^>]*>/g, '').trim()).to.equal('');
        expect(template).not.to.match(/ (placeholder|title|alt|aria-label)=/);
      });

      it('names every output once, in the dialog as in the help', () => {
        const outputs = definition.outputs ?? 0;
        const labels = Array.from(
          { length: outputs },
          (_, index) => definition.outputLabels?.call(translated, index) ?? '',
        );
        const ports = [...help.matchAll(/^ {2}<li>(.*)\n {4}<p>–/gm)].map(([, title]) => title?.toLowerCase());
        expect(ports).to.deep.equal(labels);
        expect(new Set(labels)).to.have.lengthOf(outputs);
      });

      it('explains every property under the name it has in the dialog', () => {
        for (const property of visibleProperties(node)) {
          const label = translated._(`label.${property}`);
          if (property !== 'name') expect(plainHelp, `help on ${property}`).to.contain(label);
        }
      });

      it('has help in the usual order, the first paragraph as tooltip', () => {
        expect(help.trim()).to.match(/^<p>/);
        const headings = [...help.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, title]) => title);
        expect(headings).to.deep.equal(['Inputs', 'Outputs', 'Details', 'References']);
      });

      it('takes its colours from the theme', () => {
        const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>|style="([^"]*)"/g)]
          .map((match) => match[0])
          .join('\n');
        expect(styles).not.to.match(/#[0-9a-f]{3,8}\b(?![\w-])|\brgba?\(|\bhsla?\(/i);
      });
    });
  }
});
