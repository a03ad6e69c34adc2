/**
 * How bad a finding is.
 *
 * - `problem`: samples are lost now, or every guest of the host is at risk
 * - `warning`: samples are lost or wrong for some guests, or soon will be; somebody has to act
 * - `note`: worth knowing; nothing is wrong
 */
export type Severity = 'problem' | 'warning' | 'note';

/** Severities, the worst first. */
export const severities: readonly Severity[] = ['problem', 'warning', 'note'];

/** What was found, under names that scripts may rely on: one may be added, none changes its meaning. */
export type FindingCode =
  | 'inspector-unreachable'
  | 'inspector-silent'
  | 'inspector-refuses'
  | 'inspector-failed'
  | 'tls-failed'
  | 'not-an-inspector'
  | 'libvirt-socket-missing'
  | 'libvirt-permission-denied'
  | 'libvirt-authentication-failed'
  | 'libvirt-not-listening'
  | 'libvirt-clients-exhausted'
  | 'libvirt-silent'
  | 'hypervisor-unavailable'
  | 'host-facts-failed'
  | 'listing-failed'
  | 'reading-failed'
  | 'version-differs'
  | 'libvirt-repeats-reads'
  | 'groups-unsupported'
  | 'clock-offset'
  | 'read-write-socket'
  | 'daemon-limits-unknown'
  | 'daemon-workers-exhausted'
  | 'daemon-workers-scarce'
  | 'daemon-calls-queued'
  | 'daemon-clients-exhausted'
  | 'daemon-clients-scarce'
  | 'stuck-calls-exhausted'
  | 'monitor-hung'
  | 'job-busy'
  | 'balloon-period-zero'
  | 'balloon-absent'
  | 'balloon-silent'
  | 'libvirt-error'
  | 'instances-unmanaged'
  | 'nova-metadata-incomplete';

/** A guest that a finding is about. */
export interface FindingInstance {
  readonly id: string;
  readonly name: string;
}

/** Something to know about a host. Texts are as they came from elsewhere: whoever shows them escapes them. */
export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** What is wrong, in a line. */
  readonly title: string;
  /** What that means and how it comes about: paragraphs, and a line for each guest. */
  readonly explanation: readonly string[];
  /** Commands that look closer and change nothing. */
  readonly checks: readonly string[];
  /** Commands, or lines of a configuration file, that set it right. */
  readonly commands: readonly string[];
  /** The guests it is about, all of them; empty if it is about the host. */
  readonly instances: readonly FindingInstance[];
}

/** What a finding need not have. */
export type FindingDetails = Partial<Omit<Finding, 'severity' | 'code' | 'title'>>;

/** Makes a finding; what is not given is empty. */
export function createFinding(
  severity: Severity,
  code: FindingCode,
  title: string,
  details: FindingDetails = {},
): Finding {
  return { severity, code, title, explanation: [], checks: [], commands: [], instances: [], ...details };
}

/** The findings, the worst first, otherwise in the order they came. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** Whether somebody has to act: there is a warning or a problem. */
export function needsAction(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity !== 'note');
}
