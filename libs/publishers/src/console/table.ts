import type { Metadata, Sample } from '@nephometer/sample';

/** Lines of a table whose columns stand under each other over all calls. */
export interface Table {
  /** The samples as lines, each with its end; before them the head, on the first call and when a column has to grow. */
  lines(samples: readonly Sample[]): string;
}

const head = ['TIME', 'INSTANCE', 'METER', 'VOLUME', 'UNIT', 'RESOURCE'] as const;
const volumeColumn = head.indexOf('VOLUME');

/** An empty table. */
export function createTable(): Table {
  let widths: readonly number[] = head.map(() => 0);
  return {
    lines(samples) {
      const rows = samples.map(cellsOf);
      const needed = widths.map((width, column) =>
        [head, ...rows].reduce((most, cells) => Math.max(most, lengthOf(cells[column] ?? '')), width),
      );
      const grown = needed.some((width, column) => width !== widths[column]);
      widths = needed;
      return [...(grown && rows.length > 0 ? [head] : []), ...rows].map((cells) => lineOf(cells, widths)).join('');
    },
  };
}

function cellsOf(sample: Sample): readonly string[] {
  return [
    sample.timestamp.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length).replace('T', ' '),
    printable(nameOf(sample.resourceMetadata)),
    printable(sample.name),
    // Seven digits tell neighbours apart; a counter is shown in full.
    String(Number.isInteger(sample.volume) ? sample.volume : Number(sample.volume.toPrecision(7))),
    printable(sample.unit),
    printable(sample.resourceId),
  ];
}

function nameOf({ display_name: title, name }: Metadata): string {
  if (typeof title === 'string' && title !== '') return title;
  return typeof name === 'string' && name !== '' ? name : '-';
}

// Tenants choose names: one must not be able to move the reader's cursor or to look like another line.
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => {
    const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell)));
    return column === volumeColumn ? space + cell : cell + space;
  });
  return `${padded.join('  ').trimEnd()}\n`;
}

/** In characters, which is what most terminals give one column each. */
function lengthOf(text: string): number {
  return [...text].length;
}
