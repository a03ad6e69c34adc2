/** Repairs what can be repaired: generated code, format, lint. */
import { runStep } from './run-step.ts';

runStep('proto format', 'buf', 'format', '-w', 'proto');
runStep('generate', 'node', 'tools/generate.ts');
runStep('page of meters', 'node', 'tools/meters-doc.ts');
runStep('projects', 'nx', 'show', 'projects');
runStep('lint', 'eslint', '--fix', 'apps', 'libs', 'test', 'tools');
runStep('format', 'prettier', '--write', '--log-level=warn', '.');
