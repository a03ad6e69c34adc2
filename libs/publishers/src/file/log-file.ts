import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { PublisherError } from '../publisher-error.ts';

/** A file to which whole lines are appended. One operation at a time. */
export interface LogFile {
  /**
   * Opens the file if it is not open, or if another one stands at its path by now (it was moved away or deleted), and finds
   * out how long it is.
   *
   * @throws PublisherError `open_failed`
   */
  ready(): Promise<void>;
  /** Length in bytes; changes with `append` and `makeWay`. */
  readonly size: () => number;
  /**
   * Appends lines and resolves when the kernel has them. If they do not fit, the part of them that got there is taken
   * back, so that no half line stays.
   *
   * @throws PublisherError `write_failed`
   */
  append(lines: Buffer): Promise<void>;
  /**
   * Closes the file, has it moved away, and begins a new one. If it cannot be moved it is the same again. What is no regular
   * file, for example a terminal, stays as it is.
   *
   * @throws PublisherError `open_failed`, `write_failed`
   */
  makeWay(move: () => Promise<void>): Promise<void>;
  /** Safe twice. */
  close(): Promise<void>;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly regular: boolean;
  /** Tells whether the path still leads to it. */
  readonly identity: string;
}

/** The file at a path; touches nothing yet. */
export function createLogFile(path: string): LogFile {
  let file: OpenFile | undefined;
  let size = 0;

  async function close(): Promise<void> {
    const closing = file;
    file = undefined;
    await closing?.handle.close();
  }

  async function openAnew(): Promise<OpenFile> {
    const handle = await open(path, 'a+');
    try {
      const status = await handle.stat();
      const opened = { handle, regular: status.isFile(), identity: `${status.dev}:${status.ino}` };
      size = opened.regular ? status.size : 0;
      // Who died while writing may have left half a line; the next sample must not be glued to it.
      if (opened.regular && size > 0 && !(await endsWithNewline(handle, size))) {
        await handle.write('\n');
        size += 1;
      }
      return opened;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Cuts off the last bytes, if they are ours: where somebody else has written too, opening anew ends the half line. */
  async function takeBack({ handle }: OpenFile, written: number): Promise<void> {
    try {
      const { size: end } = await handle.stat();
      if (end === size + written) await handle.truncate(size);
      else await close();
    } catch {
      await close();
    }
  }

  return {
    size: () => size,
    async ready() {
      try {
        const status = await stat(path).catch(() => undefined);
        if (file && `${status?.dev}:${status?.ino}` !== file.identity) await close();
        if (file === undefined) file = await openAnew();
        else if (file.regular) size = status?.size ?? 0;
      } catch (error) {
        throw openError(path, error);
      }
    },
    async append(lines) {
      if (file === undefined) throw new PublisherError('closed', `${path} is not open`);
      let written = 0;
      try {
        while (written < lines.length) written += (await file.handle.write(lines, written)).bytesWritten;
        if (file.regular) size += written;
      } catch (cause) {
        if (file.regular && written > 0) await takeBack(file, written);
        throw new PublisherError('write_failed', `cannot write to ${path}: ${messageOf(cause)}`, { cause });
      }
    },
    async makeWay(move) {
      if (!file?.regular) return;
      try {
        await close();
        await move();
      } catch (cause) {
        throw new PublisherError('write_failed', `cannot rotate ${path}: ${messageOf(cause)}`, { cause });
      }
      try {
        file = await openAnew();
      } catch (error) {
        throw openError(path, error);
      }
    },
    close,
  };
}

async function endsWithNewline(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] === 0x0a;
}

function openError(path: string, cause: unknown): PublisherError {
  const code = codeOf(cause);
  let remedy = messageOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') remedy = 'its directory does not exist; create it';
  if (code === 'EACCES' || code === 'EPERM') remedy = 'this user may not read and write it; change its owner or mode';
  if (code === 'EISDIR') remedy = 'it is a directory; name a file';
  return new PublisherError('open_failed', `cannot open ${path}: ${remedy}`, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
