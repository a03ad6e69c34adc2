import type { ReadStream, WriteStream } from 'node:tty';

/** Alternate screen and no cursor; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** The last one is Ctrl-C: in raw mode it is a byte, not a signal. */
const QUIT_KEYS = 'qQ\x03';

/** The terminal while the live view has it. Disposing gives it back as it was. */
export interface Terminal extends Disposable {
  /** Shows these lines in place of those before. Does nothing while the terminal is still busy with the ones before. */
  draw(lines: readonly string[]): void;
}

/** What the live view tells its owner. */
export interface TerminalSettings {
  readonly stdout: WriteStream;
  readonly stdin: ReadStream;
  /** The person wants to leave: q, Q or Ctrl-C. */
  readonly onQuit: () => void;
  /** The terminal has another size now. */
  readonly onResize: () => void;
}

/**
 * Takes the terminal: alternate screen, keys one by one where there is a keyboard. It is given back when disposed, and also
 * when the process exits without that.
 */
export function openTerminal({ stdout, stdin, onQuit, onResize }: TerminalSettings): Terminal {
  const hasKeyboard = stdin.isTTY;
  let open = true;

  const onKeys = (keys: Buffer): void => {
    if ([...QUIT_KEYS].some((key) => keys.includes(key))) onQuit();
  };
  const restore = (): void => {
    if (!open) return;
    open = false;
    if (hasKeyboard) stdin.setRawMode(false);
    // Terminals are written at once, so this works while the process exits, too.
    stdout.write(LEAVE);
  };

  if (hasKeyboard) {
    stdin.setRawMode(true);
    stdin.on('data', onKeys);
    stdin.resume();
  }
  stdout.on('resize', onResize);
  process.once('exit', restore);
  stdout.write(ENTER);

  return {
    draw(lines) {
      if (!open || stdout.writableNeedDrain) return;
      stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
    },
    [Symbol.dispose]() {
      restore();
      process.off('exit', restore);
      stdout.off('resize', onResize);
      stdin.off('data', onKeys);
      stdin.pause();
    },
  };
}
