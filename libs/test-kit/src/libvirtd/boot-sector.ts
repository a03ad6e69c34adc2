import type { DiskActivity, GuestEnding } from './guest-spec.ts';

const SECTOR_BYTES = 512;
const MOST = 1000;

const lowHigh = (value: number): [number, number] => [value & 0xff, value >> 8];

/** `count` times BIOS interrupt 13h with AX = `function_`; DL is still the drive that the BIOS booted from. */
function diskLoop(function_: number, count: number): number[] {
  if (count === 0) return [];
  // prettier-ignore
  return [
    0xbe, ...lowHigh(count),     //        mov si, count
    0xb8, ...lowHigh(function_), // again: mov ax, function   AH = 02 read, 03 write; AL = 1 sector
    0xbb, 0x00, 0x7e,            //        mov bx, 0x7e00     ES:BX = the buffer, behind this sector
    0xb9, 0x02, 0x00,            //        mov cx, 0x0002     cylinder 0, sector 2: the one after this
    0xb6, 0x00,                  //        mov dh, 0          head 0
    0xcd, 0x13,                  //        int 0x13
    0x4e,                        //        dec si
    0x75, 0xf0,                  //        jnz again          16 bytes back
  ];
}

// prettier-ignore
const ENDINGS: Readonly<Record<GuestEnding, readonly number[]>> = {
  halt: [],
  // The port of QEMU's pvpanic device on the ISA bus; bit 0 says that the guest panicked.
  panic: [
    0xba, 0x05, 0x05, // mov dx, 0x505
    0xb0, 0x01,       // mov al, 1
    0xee,             // out dx, al
  ],
  // The PM1a control register of QEMU's `pc`, where its BIOS puts it: sleep type 1, which is S3, and sleep enable.
  suspend: [
    0xba, 0x04, 0x06, // mov dx, 0x604
    0xb8, 0x00, 0x24, // mov ax, 0x2400
    0xef,             // out dx, ax
  ],
};

/** What a guest does when it starts. */
export interface BootProgram extends DiskActivity {
  /** Default `halt`. */
  readonly ending?: GuestEnding;
}

/**
 * The first sector of a disk, as a PC's BIOS loads and starts it (at 0000:7c00, ended by the bytes 55 aa): does the
 * given number of reads and writes, one sector each, then panics or suspends if it is to, and halts.
 *
 * @throws RangeError for counts that are not whole numbers from 0 to 1000.
 */
export function bootSector({ reads, writes, ending = 'halt' }: BootProgram): Buffer {
  for (const count of [reads, writes]) {
    if (!Number.isInteger(count) || count < 0 || count > MOST) {
      throw new RangeError(`disk activity: ${count} is not a whole number from 0 to ${MOST}`);
    }
  }
  // prettier-ignore
  const program = [
    0x31, 0xc0,       // xor ax, ax
    0x8e, 0xd8,       // mov ds, ax
    0x8e, 0xc0,       // mov es, ax
    0x8e, 0xd0,       // mov ss, ax
    0xbc, 0x00, 0x7c, // mov sp, 0x7c00
    ...diskLoop(0x0201, reads),
    ...diskLoop(0x0301, writes),
    ...ENDINGS[ending],
    0xfa,             // cli
    0xf4,             // hlt
    0xeb, 0xfd,       // jmp back to hlt
  ];
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.set(program);
  sector.set([0x55, 0xaa], SECTOR_BYTES - 2);
  return sector;
}
