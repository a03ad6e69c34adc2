import type { InspectorError } from '@nephometer/inspector-client';
import type { Answer, Answers } from './answers.ts';
import { explainSilentHypervisor, explainUnavailable } from './check-hypervisor.ts';
import { explainInspectorError } from './check-inspector.ts';
import type { CallFacts } from './check-inspector.ts';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';

/** Of several errors of one host, the one that tells most. */
const telling: readonly InspectorError['code'][] = ['refused', 'incompatible', 'unreachable', 'deadline', 'failed'];

/** What is wrong with the asking itself: one finding if nothing was answered, else one for each call that failed. */
export function checkAnswers(answers: Answers, call: CallFacts): Finding[] {
  const { host, instances, reading } = answers;
  const all: readonly Answer<unknown>[] = [host, instances, reading];
  const errors = all.flatMap((answer) => (answer.kind === 'failed' ? [answer.error] : []));
  const unavailable = errors.find(({ code }) => code === 'hypervisor-unavailable');
  if (unavailable !== undefined) return [explainUnavailable(unavailable)];
  const slow = errors.find(({ reason }) => reason === 'HYPERVISOR_TOO_SLOW');
  const worst = errors.toSorted((a, b) => rank(a) - rank(b))[0];
  if (worst !== undefined && errors.length === all.length) {
    return [slow !== undefined ? explainSilentHypervisor(slow) : explainInspectorError(worst, call)];
  }
  // Facts of the host do not wait for guests: if they are late like the reading, the daemon is, and not a guest.
  if (isLate(host) && isLate(reading)) return [explainSilentHypervisor(slow ?? reading.error)];
  return [
    ...(host.kind === 'failed' ? [hostFailed(host.error)] : []),
    ...(instances.kind === 'failed' ? [listingFailed(instances.error)] : []),
    ...(reading.kind === 'failed' ? [readingFailed(reading.error)] : []),
  ];
}

function rank({ code }: InspectorError): number {
  const place = telling.indexOf(code);
  return place === -1 ? telling.length : place;
}

function isLate<T>(answer: Answer<T>): answer is Extract<Answer<T>, { kind: 'failed' }> {
  return answer.kind === 'failed' && answer.error.code === 'deadline';
}

function hostFailed(error: InspectorError): Finding {
  return createFinding('warning', 'host-facts-failed', 'the inspector does not say what its host is', {
    explanation: [
      'Versions, clock, socket and threads of the daemon are not checked.',
      ...(error.code === 'deadline'
        ? ['libvirt may take seconds to learn the version of QEMU the first time: ask again with --timeout 60.']
        : []),
      said(error),
    ],
    checks: ['time virsh version', 'journalctl -u nephometer-inspector -n 50'],
  });
}

function listingFailed(error: InspectorError): Finding {
  return createFinding('problem', 'listing-failed', 'the inspector does not list its guests', {
    explanation: ['A coordinator learns of no guest that is new.', said(error)],
    checks: ['journalctl -u nephometer-inspector -n 50'],
  });
}

function readingFailed(error: InspectorError): Finding {
  const explanation =
    error.code === 'deadline'
      ? [
          'No guest of this host can be metered. The inspector and the daemon answer other calls, so guests that hang hold up the reading, or there are more guests than can be read in this time.',
          'If the first of these two commands hangs and the second, started meanwhile, does not, it is a guest.',
        ]
      : ['No guest of this host can be metered.'];
  return createFinding('problem', 'reading-failed', 'the inspector cannot read its guests', {
    explanation: [...explanation, said(error)],
    checks:
      error.code === 'deadline'
        ? ['virsh domstats --nowait', 'virsh domstats --nowait  # in another terminal']
        : ['journalctl -u nephometer-inspector -n 50'],
  });
}

function said({ message, target }: InspectorError): string {
  return `The error: ${message.replace(`inspector ${target}: `, '')}`;
}
