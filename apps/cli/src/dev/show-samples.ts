import { sleep } from '@nephometer/abortable';
import type { ReadStream, WriteStream } from 'node:tty';
import { escapeControls } from '../text/display-width.ts';
import { createStyle, print, printLines } from '../text/print.ts';
import { renderLiveView } from './live-view.ts';
import type { LiveModel } from './live-view.ts';
import type { ShownSample } from './parse-sample.ts';
import { createRates } from './rates.ts';
import { createSampleLine } from './sample-lines.ts';
import { openTerminal } from './terminal.ts';

/** A way to show samples. Disposing ends it. */
export interface Display extends Disposable {
  /** Resolves when the samples are shown, or at least not ours any more. */
  show(samples: readonly ShownSample[]): Promise<void>;
  /** Shows that a service warned of something. */
  notice(text: string): void;
}

/** What a display is about. */
export type DisplayFacts = Omit<LiveModel, 'summary' | 'notice' | 'keys'>;

/** What a display works with. */
export interface DisplaySettings {
  readonly facts: DisplayFacts;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly stdin: ReadStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly onQuit: () => void;
  readonly signal: AbortSignal;
}

/** Samples that come in a rush are drawn together. */
const REDRAW_MS = 100;

/** A live view on a terminal; otherwise a line for each sample. */
export async function openDisplay(settings: DisplaySettings): Promise<Display> {
  return settings.stdout.isTTY ? openLiveView(settings) : openLines(settings);
}

function openLiveView({ facts, stdout, stdin, env, onQuit, signal }: DisplaySettings): Display {
  const rates = createRates();
  const style = createStyle(stdout, env);
  const keys = stdin.isTTY ? 'q or Ctrl-C quits' : 'Ctrl-C quits';
  let notice: string | undefined;
  let drawingSoon = false;

  const draw = (): void => {
    drawingSoon = false;
    const model: LiveModel = { ...facts, summary: rates.summary(), keys, ...(notice !== undefined && { notice }) };
    terminal.draw(renderLiveView(model, { columns: stdout.columns, rows: stdout.rows, style }));
  };
  const drawSoon = (): void => {
    if (drawingSoon) return;
    drawingSoon = true;
    // Nothing is to be drawn any more once the signal aborts.
    void sleep(REDRAW_MS, signal).then(draw, () => undefined);
  };
  const terminal = openTerminal({ stdout, stdin, onQuit, onResize: drawSoon });
  draw();
  return {
    async show(samples) {
      for (const sample of samples) rates.add(sample);
      drawSoon();
    },
    notice(text) {
      notice = text;
      drawSoon();
    },
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
  };
}

async function openLines({ facts, stdout, stderr, signal }: DisplaySettings): Promise<Display> {
  const toLine = createSampleLine();
  const head = [
    `nephometer dev: host ${facts.host}, ${facts.source}`,
    `inspector ${facts.inspector}; every ${facts.intervalS} s all samples follow, one a line: time, instance, meter, ` +
      'device (- for the instance), volume and unit; Ctrl-C ends',
  ];
  await print(stderr, `${head.join('\n')}\n`, signal);
  return {
    show: (samples) => printLines(stdout, samples.map(toLine), signal),
    notice: (text) => void stderr.write(`${escapeControls(text)}\n`),
    [Symbol.dispose]: () => undefined,
  };
}
