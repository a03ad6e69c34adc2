import type { MetricFamily } from '../series/metric.ts';
import { seriesLabels } from '../series/resource-labels.ts';
import { labelText } from './label-text.ts';
import type { ExportedFamily, ExportedSeries } from './series-store.ts';

/** OpenMetrics 1.0.0, or Prometheus' own text format 0.0.4. */
export type TextFormat = 'openmetrics' | 'prometheus';

/** How series are written. */
export interface ExpositionOptions {
  readonly format: TextFormat;
  /** Whether each value is followed by the time of its sample. */
  readonly hasTimestamps: boolean;
  readonly formatValue: (value: number) => string;
}

/** Characters after which text is handed on. */
const chunkLength = 64 * 1024;

/** All series as text, in pieces of about 64 KiB that are made when they are asked for. */
export function* exposition(
  families: Iterable<ExportedFamily>,
  options: ExpositionOptions,
): Generator<string, void, undefined> {
  let text = '';
  for (const { family, series } of families) {
    let isFirst = true;
    for (const one of series) {
      if (isFirst) text += describe(family, options.format);
      isFirst = false;
      text += line(one, options);
      if (text.length < chunkLength) continue;
      yield text;
      text = '';
    }
  }
  if (options.format === 'openmetrics') text += '# EOF\n';
  if (text !== '') yield text;
}

function describe(family: MetricFamily, format: TextFormat): string {
  const { name, seriesName, type, unit, help } = family;
  if (format === 'prometheus') {
    return `# HELP ${seriesName} ${help.replace(/[\\\n]/g, escape)}\n# TYPE ${seriesName} ${type}\n`;
  }
  const unitLine = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  return `# HELP ${name} ${help.replace(/[\\\n"]/g, escape)}\n# TYPE ${name} ${type}\n${unitLine}`;
}

function escape(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

function line({ metric, resource, value, life }: ExportedSeries, options: ExpositionOptions): string {
  const labels = metric.labels.length === 0 ? resource.text : labelText(seriesLabels(metric, resource));
  const text = `${metric.family.seriesName}{${labels}} ${options.formatValue(value)}`;
  if (!options.hasTimestamps) return `${text}\n`;
  // OpenMetrics counts seconds, the other format milliseconds.
  return `${text} ${options.format === 'openmetrics' ? life.timestampMs / 1000 : life.timestampMs}\n`;
}
