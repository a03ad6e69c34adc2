import { outputOf, runStep } from './run-step.ts';

/**
 * Compares the API with the one of the last release, or before the first release with the commit before: the two apps are
 * upgraded on different days, so a change that an old peer cannot read must not pass.
 */
export function checkBreaking(): void {
  const tags = outputOf('git', 'tag', '--list', 'v*', '--sort=-version:refname').split('\n').filter(Boolean);
  const hasParent = outputOf('git', 'rev-list', '--count', '--max-count=2', 'HEAD') === '2';
  const base = tags[0] ?? (hasParent ? 'HEAD~1' : 'HEAD');
  if (outputOf('git', 'ls-tree', '--name-only', base, 'proto/') === '') {
    console.log(`\n== proto breaking: ${base} has no API yet to compare with`);
    return;
  }
  runStep('proto breaking', 'buf', 'breaking', 'proto', '--against', `.git#ref=${base},subdir=proto`);
}
