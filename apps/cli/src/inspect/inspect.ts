import { InspectorError } from '@nephometer/inspector-client';
import type { InspectorClient } from '@nephometer/inspector-client';
import type { Instance } from '@nephometer/inspector-api';
import { CliError } from '../cli-error.ts';
import { answersToJson } from '../inspector/api-json.ts';
import { hostLine } from '../inspector/host-line.ts';
import { openClient } from '../inspector/open-client.ts';
import type { InspectorAddress } from '../inspector/open-client.ts';
import { escapeControls } from '../text/display-width.ts';
import { createStyle, print, printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { findInstance } from './find-instance.ts';
import { instanceReport } from './instance-report.ts';
import { instancesTable } from './instances-table.ts';

/** What `nephometer inspect` is asked. */
export interface InspectSettings extends InspectorAddress {
  /** UUID, beginning of one, name or display name; absent: all instances. */
  readonly instance?: string;
  /** One JSON document instead of text. */
  readonly json: boolean;
  readonly stdout: Output;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Shows what an inspector knows: all instances in a table, or everything about one.
 *
 * @throws CliError if the inspector cannot be asked, or the instance is not there or not the only one that fits; the
 *   signal's reason
 */
export async function inspect(settings: InspectSettings): Promise<void> {
  const client = openClient(settings);
  try {
    await (settings.instance === undefined
      ? inspectHost(client, settings)
      : inspectInstance(client, settings, settings.instance));
  } catch (error) {
    // Its message has all that a person can use; the causes below it repeat it in gRPC's words.
    if (error instanceof InspectorError) throw new CliError('inspector-failed', error.message);
    throw error;
  } finally {
    client.close();
  }
}

async function inspectHost(client: InspectorClient, settings: InspectSettings): Promise<void> {
  const { signal, stdout, json, env } = settings;
  const [host, { instances }, reading] = await Promise.all([
    client.getHost({ signal }),
    client.listInstances({ signal }),
    client.inspectInstances({}, { signal }),
  ]);
  if (json) return print(stdout, answersToJson({ host, instances, reading }), signal);
  const [head = '', ...rows] = instancesTable(instances, reading.instances, stdout.columns);
  const style = createStyle(stdout, env);
  const table = rows.length === 0 ? ['no instances'] : [style('bold', head), ...rows];
  return printLines(stdout, [hostLine(host), '', ...table], signal);
}

async function inspectInstance(client: InspectorClient, settings: InspectSettings, query: string): Promise<void> {
  const { signal, stdout, json } = settings;
  const { instances } = await client.listInstances({ signal });
  const instance = choose(instances, query, settings.target);
  const [host, reading] = await Promise.all([
    client.getHost({ signal }),
    client.inspectInstances({ ids: [instance.id] }, { signal }),
  ]);
  if (json) return print(stdout, answersToJson({ host, instances: [instance], reading }), signal);
  return printLines(stdout, [hostLine(host), '', ...instanceReport(instance, reading.instances[0])], signal);
}

function choose(instances: readonly Instance[], query: string, target: string): Instance {
  const found = findInstance(instances, query);
  const shown = escapeControls(query);
  switch (found.kind) {
    case 'found':
      return found.instance;
    case 'ambiguous': {
      const candidates = found.candidates.map(
        ({ id, name, nova }) =>
          `\n  ${id}  ${escapeControls(name)}${nova?.name ? `  ${escapeControls(nova.name)}` : ''}`,
      );
      throw new CliError(
        'ambiguous-instance',
        `"${shown}" may be any of ${candidates.length} instances; give the id:${candidates.join('')}`,
      );
    }
    case 'none':
      throw new CliError(
        'instance-not-found',
        `inspector ${target}: none of its ${instances.length} instances is "${shown}"; ` +
          `"nephometer inspect ${target}" lists them`,
      );
  }
}
