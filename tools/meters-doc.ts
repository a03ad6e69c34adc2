/** Writes docs/meters.md from the tables of libs/pollsters; `--check` only says whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { meterFamilies, rowAt } from '@nephometer/pollsters';
import type { MeterFamily, MeterRow, Versioned } from '@nephometer/pollsters';
import { compats } from '@nephometer/sample';
import { format, resolveConfig } from 'prettier';

const page = fileURLToPath(new URL('../docs/meters.md', import.meta.url));

const introduction = `# Meters

All ${meterFamilies.flatMap(({ rows }) => rows).length} meters of Ceilometer's compute agent, of any version. Which names and units they bear is the setting
\`compat\` of coordinator.yaml: \`2015\`, \`19.0.0\` or \`head\` (the default). This page is made by \`tools/meters-doc.ts\`
from the tables that the pollsters themselves are made of: change those.

- **Versions** are those whose Ceilometer has the meter. There, patterns such as \`*\` in a polling file match it; at the
  others it is polled **by name only**: a source must name it in full.
- **derived** marks what libvirt does not tell and Ceilometer's inspector for it never gave. It is made from two readings
  and the times at which the host was read, so the first reading gives none. A counter that went back was reset and counts
  from zero: nothing is ever negative. A guest's restart between two readings shows in its CPU time or in a counter that
  is lower than before; where none is, a rate is too small, never too large. If the pipeline has transformers, which make
  such values from samples, patterns pass over these meters lest there be two of each.
- A guest that is off has only \`instance\`, \`disk.root.size\` and \`disk.ephemeral.size\`. What could not be read gives no
  sample, not a zero.
- MB and MiB are both 1024 KiB; the text was corrected between the versions, and the value stayed.
- A sample's metadata is that of the guest, and what the sections say.
`;

/** The whole page as it should be. */
export async function metersPage(): Promise<string> {
  const text = [introduction, ...meterFamilies.map(section)].join('\n');
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
}

function section({ title, resourceId, metadata, rows }: MeterFamily): string {
  return [
    `## ${title}\n`,
    `\`resource_id\`: ${resourceId.replaceAll(/<[^>]*>(?:-<[^>]*>)*/g, '`$&`')}.`,
    ...(metadata === '' ? [] : [`Metadata adds ${metadata}.`]),
    '',
    '| meter | type | unit | versions | what it is |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| \`${row.name}\` | ${row.type} | ${unitOf(row)} | ${versionsOf(row)} | ${noteOf(row)} |`),
    '',
  ].join('\n');
}

function versionsOf({ versions }: MeterRow): string {
  return versions.length === compats.length ? 'all' : versions.join(', ');
}

/** The unit; where it is another one at some versions, each with those that have the meter under it. */
function unitOf(row: Versioned<MeterRow>): string {
  const versionsByUnit = Map.groupBy(row.versions, (compat) => rowAt(row, compat).unit);
  const [[unit] = [''], ...others] = [...versionsByUnit];
  if (others.length === 0) return unit === '' ? '(none)' : unit;
  return [...versionsByUnit].map(([one, versions]) => `${one} (${versions.join(', ')})`).join(', ');
}

function noteOf({ description, isDerived }: MeterRow): string {
  return isDerived === true ? `${description} **derived**` : description;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await metersPage();
  if (!process.argv.includes('--check')) {
    writeFileSync(page, text);
  } else if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/meters.md is not what the tables say; run `npm run update` and commit it');
    process.exitCode = 1;
  }
}
