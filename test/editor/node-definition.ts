import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';

/** What a node's html file hands to `RED.nodes.registerType`, as far as the tests look at it. */
export interface EditorDefinition {
  category: string;
  color: string;
  icon: string;
  defaults: Record<string, { value: unknown; type?: string }>;
  inputs?: number;
  outputs?: number;
  inputLabels?: (this: Translated, index: number) => string;
  outputLabels?: (this: Translated, index: number) => string;
  paletteLabel: (this: Translated) => string;
  label: (this: Translated & Record<string, unknown>) => string;
}

export interface Translated {
  _: (key: string) => string;
}

/** One node as it lies in the source folder. */
export interface NodeSource {
  type: string;
  html: string;
  template: string;
  help: string;
  /** Texts by dotted key, `label.name`. */
  texts: Map<string, string>;
  definition: EditorDefinition;
}

/** The folder of this package: the nearest one above that holds a package.json. */
export const packageFolder = (() => {
  let folder = __dirname;
  while (!readdirSync(folder).includes('package.json')) folder = dirname(folder);
  return folder;
})();

export const packageDocument = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  name: string;
  devDependencies: Record<string, string>;
  'node-red'?: { nodes: Record<string, string> };
};

export function nodeTypes(): string[] {
  const entries = readdirSync(join(packageFolder, 'nodes'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

export function readNode(type: string): NodeSource {
  const folder = join(packageFolder, 'nodes', type);
  const html = readFileSync(join(folder, `${type}.html`), 'utf8');
  const locale: unknown = JSON.parse(readFileSync(join(folder, 'locales/en-US', `${type}.json`), 'utf8'));
  return {
    type,
    html,
    template: scriptContent(html, `data-template-name="${type}"`),
    help: scriptContent(
      readFileSync(join(folder, 'locales/en-US', `${type}.html`), 'utf8'),
      `data-help-name="${type}"`,
    ),
    texts: new Map(flatten(locale, '')),
    definition: evaluate(type, scriptContent(html, 'type="text/javascript"')),
  };
}

/** The properties a person sees in the dialog: without the version of the configuration and the type of a typed input. */
export function visibleProperties({ definition }: NodeSource): string[] {
  return Object.keys(definition.defaults).filter((name) => name !== 'version' && !name.endsWith('Type'));
}

function scriptContent(html: string, attribute: string): string {
  const scripts = html.matchAll(/<script ([^>]*)>([\s\S]*?)<\/script>/g);
  const content = [...scripts].find(([, attributes]) => attributes?.includes(attribute))?.[2];
  if (content === undefined) throw new Error(`no <script ${attribute}>`);
  return content;
}

function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  return Object.entries(value as object).flatMap(([key, child]) =>
    flatten(child, path === '' ? key : `${path}.${key}`),
  );
}

function evaluate(type: string, script: string): EditorDefinition {
  const registered = new Map<string, EditorDefinition>();
  const accept = () => () => true;
  const RED = {
    nodes: { registerType: (name: string, definition: EditorDefinition) => registered.set(name, definition) },
    validators: { regex: accept, number: accept, typedInput: accept },
  };
  runInNewContext(script, { RED });
  const definition = registered.get(type);
  if (definition === undefined || registered.size !== 1)
    throw new Error(`${type}.html registers ${[...registered.keys()]}`);
  return definition;
}
