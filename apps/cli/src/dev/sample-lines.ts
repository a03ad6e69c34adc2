import { escapeControls, pad } from '../text/display-width.ts';
import type { ShownSample } from './parse-sample.ts';

/** Longer meter names, of which there are few, push their line to the right. */
const METER_WIDTH = 30;

/**
 * A sample as a line for a pipe: time, instance, meter, device (`-` for the instance itself), volume, unit. Columns are
 * separated by two spaces at least and aligned to the widest name so far, so that `grep`, `awk -F'  +'` and eyes can read it.
 */
export function createSampleLine(): (sample: ShownSample) => string {
  let nameWidth = 0;
  let deviceWidth = 0;
  return ({ timestamp, instanceName, meter, device, volume, unit }) => {
    const name = escapeControls(instanceName);
    const measured = escapeControls(device ?? '-');
    nameWidth = Math.max(nameWidth, name.length);
    deviceWidth = Math.max(deviceWidth, measured.length);
    const columns = [
      pad(timestamp, 26, 'left'),
      pad(name, nameWidth, 'left'),
      pad(meter, METER_WIDTH, 'left'),
      pad(measured, deviceWidth, 'left'),
      unit === '' ? String(volume) : `${volume} ${unit}`,
    ];
    return columns.join('  ');
  };
}
