/** A disk of a guest: an empty qcow2 image, unless there is a boot program. */
export interface DiskSpec {
  /** Default 8. Sparse: an empty image takes some 200 KB. */
  readonly sizeMib?: number;
  /** Names the disk: `virtio` gives vda, vdb..., `ide` hda..., `scsi` and `sata` sda... Default virtio. */
  readonly bus?: 'virtio' | 'ide' | 'scsi' | 'sata';
  /** Elements for `<disk>`, e.g. `<serial>x</serial>`. */
  readonly xml?: string;
}

/** What the guest does with its first disk, once, when it starts. */
export interface DiskActivity {
  /** Reads of one sector each, 0 to 1000. Counters show more reads: the BIOS looks at the disk first. */
  readonly reads: number;
  /** Writes of one sector each, 0 to 1000. */
  readonly writes: number;
}

/**
 * How the guest's program ends:
 * - `halt`: it runs and does nothing more
 * - `panic`: it tells its hypervisor that it panicked and is kept as it is: libvirt calls it `crashed`
 * - `suspend`: it puts itself to sleep in memory: libvirt calls it `pmsuspended`
 */
export type GuestEnding = 'halt' | 'panic' | 'suspend';

/** A small guest. It has no operating system: what moves is what `diskActivity` and `nics.send()` move. */
export interface GuestSpec {
  /** Unique in its libvirtd; letters, digits, `-`, `_` and `.`, for it becomes part of file names. */
  readonly name: string;
  /** Default: a random one. */
  readonly uuid?: string;
  /** Default 16. */
  readonly memoryMib?: number;
  /** Default 1. */
  readonly vcpus?: number;
  /** How many, or which. Default 0. */
  readonly disks?: number | readonly DiskSpec[];
  /** Needs a disk. */
  readonly diskActivity?: DiskActivity;
  /** All but `halt`, the default, need a disk to start from. It takes the guest a second or two to get there. */
  readonly ending?: GuestEnding;
  /** How many: tap devices with counters when the libvirtd has a network, else user mode NICs, which have none. Default 0. */
  readonly nics?: number;
  /**
   * What it starts from. `network`: the boot code of its NICs asks for an address, first after some two seconds, then again,
   * which is what a guest without an operating system can send: `tx` counters of tap devices move. Nobody answers it.
   * Default `disk`.
   */
  readonly boot?: 'disk' | 'network';
  /** Elements for every `<interface>`, e.g. a filterref. */
  readonly nicXml?: string;
  /** Contents of `<metadata>`; default none. */
  readonly metadataXml?: string;
  /** Elements for `<domain>`, e.g. `<title>x</title>`. */
  readonly xml?: string;
  /** Elements for `<devices>`. */
  readonly devicesXml?: string;
  /** Default 0. */
  readonly iothreads?: number;
  /** Default virtio. */
  readonly balloon?: 'virtio' | 'none';
}

/** A defined guest. */
export interface Guest {
  readonly name: string;
  readonly uuid: string;
  readonly disks: readonly GuestDisk[];
  readonly nics: readonly GuestNic[];
}

export interface GuestDisk {
  /** As statistics name it: `vda`. */
  readonly target: string;
  /** Of the image file. */
  readonly path: string;
  readonly bus: string;
  readonly xml: string;
}

export interface GuestNic {
  readonly mac: string;
  /** The tap device, as statistics name it; undefined without a network. */
  readonly device: string | undefined;
}
