import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Contender } from './take-turns.ts';

const groups = ['--state', '--cpu-total', '--vcpu', '--balloon', '--interface', '--block'];

/** One `virsh domstats` process for each turn, as an operator or a script runs it: start-up and printing included. */
export function createVirshCommand(libvirtUri: string): Contender {
  return {
    name: 'virsh',
    how: `virsh domstats ${groups.join(' ')} --nowait, one process per turn, output counted; time and CPU by bash's "time"`,
    async turn(signal) {
      // bash asks the kernel for its child's times, in microseconds; Node has no way to.
      const script = `TIMEFORMAT='%R %U %S'; time virsh -q -r -c "$1" domstats ${groups.join(' ')} --nowait`;
      const child = spawn('bash', ['-c', script, 'bash', libvirtUri], {
        env: { ...process.env, LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
      });
      const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      const [, real, user, system] = /^([\d.]+) ([\d.]+) ([\d.]+)\s*$/m.exec(errors) ?? [];
      if (child.exitCode !== 0 || real === undefined) throw new Error(`virsh domstats failed: ${errors.trim()}`);
      return {
        wallMs: Number(real) * 1000,
        cpuMs: (Number(user) + Number(system)) * 1000,
        guestsSeen: output.split('\n').filter((line) => line.startsWith('Domain:')).length,
      };
    },
  };
}
