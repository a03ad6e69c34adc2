/**
 * Meters of Ceilometer that nothing here gives, so that a polling.yaml which names one gets a fitting warning and not a guess
 * at a typing error: those of its central agent that its own default polling.yaml of 19.0.0 or later names.
 */
export const uncollectedMeterNames: readonly string[] = [
  'hardware.cpu.idle',
  'hardware.cpu.interrupt',
  'hardware.cpu.kernel',
  'hardware.cpu.nice',
  'hardware.cpu.system',
  'hardware.cpu.user',
  'hardware.cpu.util',
  'hardware.cpu.wait',
  'hardware.memory.buffer',
  'hardware.memory.cached',
  'hardware.memory.swap.avail',
  'hardware.memory.swap.total',
  'hardware.memory.total',
  'hardware.memory.used',
  'hardware.network.ip.incoming.datagrams',
  'hardware.network.ip.outgoing.datagrams',
  'hardware.system_stats.io.incoming.blocks',
  'hardware.system_stats.io.outgoing.blocks',
  'volume.backup.size',
  'volume.size',
  'volume.snapshot.size',
];
