import { StatisticsGroup } from '@nephometer/inspector-api';
import type { Host } from '@nephometer/inspector-api';
import { groupWord } from '../inspector/names.ts';
import { createFinding } from './finding.ts';
import type { Finding } from './finding.ts';

/** First version of libvirt that can give a group, as its header libvirt-domain.h has it; the others are older than 2016. */
const groupsSince = new Map<number, string>([
  [StatisticsGroup.PERF, '1.3.3'],
  [StatisticsGroup.IOTHREAD, '4.10.0'],
  [StatisticsGroup.MEMORY_BANDWIDTH, '6.0.0'],
  [StatisticsGroup.DIRTY_RATE, '7.2.0'],
  [StatisticsGroup.HYPERVISOR, '8.9.0'],
]);

/** From this version on, a guest that dies during a bulk read is left out of the answer. */
const LIBVIRT_LEAVES_OUT_THE_DEAD = '11.0.0';

/** What the versions of inspector and libvirt mean. */
export function checkVersions(host: Host, ownVersion: string): Finding[] {
  const { inspectorVersion, libvirtVersion, hypervisorType, supportedGroups } = host;
  const findings: Finding[] = [];
  if (inspectorVersion !== ownVersion) {
    findings.push(
      createFinding(
        'note',
        'version-differs',
        `the inspector is version ${inspectorVersion}, this command ${ownVersion}`,
        {
          explanation: ['They understand each other; what only the newer one knows is not shown.'],
        },
      ),
    );
  }
  if (libvirtVersion === undefined) return findings;
  if (hypervisorType === 'QEMU' && isOlder(libvirtVersion, LIBVIRT_LEAVES_OUT_THE_DEAD)) {
    findings.push(
      createFinding(
        'note',
        'libvirt-repeats-reads',
        `libvirt ${libvirtVersion} fails a whole reading when a guest dies`,
        {
          explanation: [
            `Before ${LIBVIRT_LEAVES_OUT_THE_DEAD}, a guest that dies during a bulk read ends it for all guests, and the inspector reads once more. Nothing is lost; that reading takes longer.`,
          ],
        },
      ),
    );
  }
  const lacking = Object.values(StatisticsGroup).filter(
    (group) => group > StatisticsGroup.UNSPECIFIED && !supportedGroups.includes(group),
  );
  if (lacking.length > 0) {
    const words = lacking.map((group) => {
      const since = groupsSince.get(group);
      return since !== undefined && isOlder(libvirtVersion, since)
        ? `${groupWord(group)} (needs libvirt ${since})`
        : groupWord(group);
    });
    findings.push(
      createFinding('note', 'groups-unsupported', `some statistics do not exist on this host: ${words.join(', ')}`, {
        explanation: [
          `The driver ${hypervisorType} of libvirt ${libvirtVersion} does not give them; meters made of them have no samples.`,
        ],
      }),
    );
  }
  return findings;
}

function isOlder(version: string, than: string): boolean {
  const parts = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [ours, theirs] = [parts(version), parts(than)];
  for (const [place, part] of theirs.entries()) {
    const own = ours[place] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}
