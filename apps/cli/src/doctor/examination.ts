import type { Host } from '@nephometer/inspector-api';
import type { Answers } from './answers.ts';
import { valueOf } from './answers.ts';
import { checkAnswers } from './check-answers.ts';
import { checkClock } from './check-clock.ts';
import { checkDaemon } from './check-daemon.ts';
import { checkErrors } from './check-errors.ts';
import { checkHung } from './check-hung.ts';
import type { CallFacts } from './check-inspector.ts';
import { checkMemory } from './check-memory.ts';
import { checkNova } from './check-nova.ts';
import { checkVersions } from './check-versions.ts';
import { bySeverity } from './finding.ts';
import type { Finding } from './finding.ts';
import { guestFactsOf } from './guest-facts.ts';

/** What an inspector said about its host, and what follows from it. */
export interface Examination extends CallFacts {
  /** Version of this command. */
  readonly ownVersion: string;
  readonly answers: Answers;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** What an examination of a host looks at, for a person. */
export function checkedSubjects(host: Host | undefined): string {
  const daemon = host?.driver === 'libvirt' ? 'its daemon, ' : '';
  return `inspector, hypervisor, ${daemon}versions, clock, hung guests, guest memory, other missing statistics, Nova metadata`;
}

/** Draws all conclusions; asks nobody. */
export function examine(input: Omit<Examination, 'findings'>): Examination {
  const { answers, ownVersion } = input;
  const host = valueOf(answers.host);
  const facts = guestFactsOf(answers);
  const findings = [
    ...checkAnswers(answers, input),
    ...checkHung(facts),
    ...(host ? checkDaemon(host) : []),
    ...(answers.clock ? checkClock(answers.clock) : []),
    ...checkErrors(facts),
    ...checkMemory(facts),
    ...checkNova(facts.instances),
    ...(host ? checkVersions(host, ownVersion) : []),
  ];
  return { ...input, findings: bySeverity(findings) };
}
