import { startLibvirtd } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import type { Scenario, ScenarioContext } from '../scenario.ts';
import { startCLibrary } from './c-library.ts';
import { startInspectorCall } from './inspector-call.ts';
import { readingLines } from './reading-result.ts';
import type { ReadingCase, ReadingResult } from './reading-result.ts';
import { takeTurns } from './take-turns.ts';
import { createVirshCommand } from './virsh-command.ts';

const TITLE = 'Reading all running guests: state, CPU, vCPUs, memory, network cards, disks';

/** Statistics of all running guests of one host, the six classic groups, by everybody who can. */
export const readGuests: Scenario = {
  name: 'reading',
  title: TITLE,
  rounds: 15,
  subjects: [],
  async run(context) {
    const { guests, progress, signal } = context;
    // Counters of network cards need a network namespace, which only root can make.
    const network = process.getuid?.() === 0;
    await using libvirtd = await startLibvirtd({ network, signal });
    const cases: ReadingCase[] = [];
    let running = 0;
    for (const number of guests) {
      progress(`${number} guests: starting ${number - running}`);
      for (; running < number; running += 1) await startGuest(libvirtd, running, signal);
      progress(`${number} guests: measuring ${context.rounds} rounds`);
      cases.push({ guests: number, ...(await measure(libvirtd, number, context)) });
    }
    const result: ReadingResult = {
      notes: [
        'private libvirtd; guests: QEMU without KVM, 1 vCPU, 16 MiB, 1 disk, 1 network card, no operating system',
        network ? 'network cards are tap devices with counters' : 'not root: network cards have no counters',
        'a fresh connection of virsh per turn, the others keep theirs; 3 rounds to warm up, not counted',
      ],
      cases,
    };
    return { report: readingLines(TITLE, result, context.rounds), document: result };
  },
};

async function startGuest({ guests }: TestLibvirtd, index: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await guests.create({ name: `bench-${index + 1}`, disks: 1, nics: 1 });
}

async function measure(
  libvirtd: TestLibvirtd,
  guests: number,
  { rounds, signal }: ScenarioContext,
): Promise<Omit<ReadingCase, 'guests'>> {
  const uri = libvirtd.uri('qemu');
  await using inspector = await startInspectorCall(uri, signal);
  await using library = await startCLibrary(uri);
  const contenders = [inspector, createVirshCommand(uri), library];
  const result = await takeTurns({ contenders, rounds, libvirtdPid: libvirtd.pid, signal });
  const wrong = result.contenders.filter(({ guestsSeen }) => guestsSeen !== guests);
  if (wrong.length > 0) {
    const seen = wrong.map(({ contender, guestsSeen }) => `${contender} saw ${guestsSeen}`).join(', ');
    throw new Error(`not the same work: there are ${guests} guests, ${seen}`);
  }
  return result;
}
