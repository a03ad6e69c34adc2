import { openClient } from '../inspector/open-client.ts';
import type { InspectorAddress } from '../inspector/open-client.ts';
import { createStyle, print, printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { version } from '../version.ts';
import { askInspector } from './answers.ts';
import { examine } from './examination.ts';
import { needsAction } from './finding.ts';
import { reportJson } from './report-json.ts';
import { reportLines } from './report.ts';

/** What `nephometer doctor` is asked. */
export interface DoctorSettings extends InspectorAddress {
  /** One JSON document instead of text. */
  readonly json: boolean;
  readonly stdout: Output;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Says what is wrong with a host, and what to do about it. An inspector that cannot be asked is a finding, too.
 *
 * Rejects with a CliError if a TLS file cannot be used, or with the signal's reason.
 *
 * @returns whether the host is well: nothing was found that is worse than a note
 */
export async function doctor(settings: DoctorSettings): Promise<boolean> {
  const { target, tls, json, stdout, env, signal } = settings;
  const client = openClient(settings);
  try {
    const answers = await askInspector(client, signal);
    const examination = examine({ target, tls: tls !== undefined, ownVersion: version, answers });
    if (json) await print(stdout, reportJson(examination), signal);
    else await printLines(stdout, reportLines(examination, createStyle(stdout, env), stdout.columns), signal);
    return !needsAction(examination.findings);
  } finally {
    client.close();
  }
}
