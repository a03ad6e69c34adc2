/** Everything that must hold before a change is handed in, and exactly what CI runs. */
import { checkBreaking } from './check-breaking.ts';
import { outputOf, runStep } from './run-step.ts';

const GENERATED = 'libs/inspector-api/src/gen';

runStep('format', 'prettier', '--check', '.');
// The boundary rule reads the project graph that this leaves in nx's cache.
runStep('projects', 'nx', 'show', 'projects');
runStep('lint', 'nx', 'run-many', '--targets=lint,typecheck', '--parallel=2', '--outputStyle=static');
runStep('lint of tools', 'eslint', '--max-warnings', '0', 'tools');
runStep('typecheck of tools', 'tsc', '-p', 'tools');
runStep('proto lint', 'buf', 'lint', 'proto');
runStep('proto format', 'buf', 'format', '--diff', '--exit-code', 'proto');
checkBreaking();

runStep('generate', 'node', 'tools/generate.ts');
const changed = outputOf('git', 'status', '--porcelain', '--', GENERATED);
if (changed !== '') {
  console.error(`generated files are not what proto/ says; run \`npm run update\` and commit:\n${changed}`);
  process.exit(1);
}

runStep('page of meters', 'node', 'tools/meters-doc.ts', '--check');

runStep('test', 'npm', 'test');
