import {
  describeValue,
  formatListenAddress,
  parseListenAddress,
  problemAt,
  unknownKeyMessage,
} from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import { z } from 'zod';
import { isMapping } from './layered-document.ts';
import type { LayeredDocument } from './layered-document.ts';

/** Ways to find inspectors that the format has and that nothing here can follow yet. */
const notYet = ['files', 'dns', 'etcd'];

type Refuse = (message: string, path?: readonly (string | number)[]) => void;

/** One entry of `inspectors`: the targets it names, as written. */
const entry = z.unknown().transform((value, context): readonly string[] => {
  const refuse: Refuse = (message, path = []) => {
    context.issues.push({ code: 'custom', message, path: [...path], input: value });
  };
  if (!isMapping(value)) {
    const advice = typeof value === 'string' ? `; write targets: [${JSON.stringify(value)}]` : '';
    refuse(`expected a mapping with "targets", got ${describeValue(value)}${advice}`);
    return [];
  }
  for (const key of Object.keys(value)) {
    if (notYet.includes(key)) refuse(`"${key}" is not supported yet; list the inspectors under "targets"`, [key]);
    else if (key !== 'targets') refuse(unknownKeyMessage(key, ['targets']), [key]);
  }
  if (Object.hasOwn(value, 'targets')) return readTargets(value['targets'], refuse);
  if (Object.keys(value).length === 0) refuse('expected a mapping with "targets", got an empty one');
  return [];
});

/** The key `inspectors` of a coordinator.yaml. */
export const inspectorsField = z.array(entry).min(1);

/**
 * All targets of all entries, each once, paths of unix sockets absolute. A target that is listed twice is a warning: its
 * samples would come twice.
 */
export function inspectorTargets(
  document: LayeredDocument,
  entries: readonly (readonly string[])[],
): { readonly targets: readonly string[]; readonly warnings: readonly Problem[] } {
  const targets = new Set<string>();
  const warnings: Problem[] = [];
  entries.forEach((list, entryIndex) => {
    list.forEach((text, index) => {
      const path = ['inspectors', entryIndex, 'targets', index];
      const target = resolveTarget(document, path, text);
      if (targets.has(target)) warnings.push(problemAt(document, path, `${text} is listed twice; it is called once`));
      targets.add(target);
    });
  });
  return { targets: [...targets], warnings };
}

function readTargets(value: unknown, refuse: Refuse): readonly string[] {
  if (!Array.isArray(value)) {
    const advice = typeof value === 'string' ? `; write [${JSON.stringify(value)}] for a list of one` : '';
    refuse(`targets should be a list, got ${describeValue(value)}${advice}`, ['targets']);
    return [];
  }
  if (value.length === 0) refuse('no targets; list at least one, for example 127.0.0.1:7750', ['targets']);
  return value.flatMap((target: unknown, index) => {
    const message = explainTarget(target);
    if (message !== undefined) refuse(message, ['targets', index]);
    return typeof target === 'string' ? [target] : [];
  });
}

function explainTarget(target: unknown): string | undefined {
  if (typeof target !== 'string') return `a target should be a text like 127.0.0.1:7750, got ${describeValue(target)}`;
  const parsed = parseListenAddress(target);
  if (!parsed.ok) return parsed.message;
  return parsed.address.kind === 'tcp' && parsed.address.port === 0
    ? 'port 0 cannot be called; write the real one'
    : undefined;
}

function resolveTarget(document: LayeredDocument, path: readonly (string | number)[], text: string): string {
  const parsed = parseListenAddress(text);
  if (!parsed.ok) return text;
  const { address } = parsed;
  return formatListenAddress(
    address.kind === 'unix' ? { ...address, path: document.resolvePath(path, address.path) } : address,
  );
}
