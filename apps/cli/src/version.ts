import packageJson from '../package.json' with { type: 'json' };

/** Version of this command. */
export const { version } = packageJson;
