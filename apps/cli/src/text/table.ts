import { displayWidth, escapeControls, pad, truncate } from './display-width.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Default: left. */
  readonly align?: 'left' | 'right';
  /** May be cut down to this many columns of the terminal where it is too narrow; without it the column is never cut. */
  readonly minimum?: number;
  /**
   * Left out where the terminal is too narrow even after cutting, the highest number first, those of one number together;
   * without it, never.
   */
  readonly leaveOut?: number;
}

/** A table as lines of text. */
export interface Table {
  /** The head line, then one for each row, without trailing spaces. */
  readonly lines: readonly string[];
  /** Titles of the columns that found no room, in their order. */
  readonly leftOut: readonly string[];
}

const GAP = '  ';

/**
 * Lays out cells in aligned columns, within `width` columns of a terminal if given. Cells are escaped here. Where nothing
 * more can be cut or left out, lines are cut at the edge.
 *
 * @param rows one cell for each column; missing ones are empty
 */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number = Infinity,
): Table {
  const cells = rows.map((row) => columns.map((_, index) => escapeControls(row[index] ?? '')));
  let shown = columns.map((column, index) => ({ column, index, width: naturalWidth(column, index, cells) }));
  const leftOut: number[] = [];

  while (shown.length > 1 && narrowest(shown) > width) {
    const least = Math.max(...shown.map(({ column }) => column.leaveOut ?? 0));
    if (least === 0) break;
    leftOut.push(...shown.filter(({ column }) => column.leaveOut === least).map(({ index }) => index));
    shown = shown.filter(({ column }) => column.leaveOut !== least);
  }
  shrink(shown, width);

  const line = (cellOf: (index: number, column: Column) => string): string => {
    const text = shown
      .map(({ column, index, width: own }) => pad(truncate(cellOf(index, column), own), own, column.align ?? 'left'))
      .join(GAP)
      .trimEnd();
    return truncate(text, width);
  };
  return {
    lines: [line((_, column) => column.title), ...cells.map((row) => line((index) => row[index] ?? ''))],
    leftOut: leftOut.sort((a, b) => a - b).map((index) => columns[index]?.title ?? ''),
  };
}

interface ShownColumn {
  readonly column: Column;
  readonly index: number;
  width: number;
}

function naturalWidth(column: Column, index: number, cells: readonly (readonly string[])[]): number {
  return cells.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(column.title));
}

/** Width of the table when every column is cut as far as it may be. */
function narrowest(shown: readonly ShownColumn[]): number {
  return total(shown.map(({ column, width }) => Math.min(width, column.minimum ?? width)));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, own) => sum + own, 0) + GAP.length * (widths.length - 1);
}

/** Takes columns from the widest that may be cut until the table fits. */
function shrink(shown: readonly ShownColumn[], width: number): void {
  while (total(shown.map((one) => one.width)) > width) {
    const cuttable = shown.filter(({ column, width: own }) => column.minimum !== undefined && own > column.minimum);
    const [first, ...others] = cuttable;
    if (first === undefined) return;
    others.reduce((widest, one) => (one.width > widest.width ? one : widest), first).width -= 1;
  }
}
