import type { OpenstackCredentials, ProjectScope } from '@nephometer/service-config';

/** The body with which Keystone is asked for a token. */
export function authRequest(credentials: OpenstackCredentials): unknown {
  switch (credentials.kind) {
    case 'password': {
      const { username, password, userDomainName } = credentials;
      const user = { name: username, domain: { name: userDomainName }, password };
      return { auth: { identity: { methods: ['password'], password: { user } }, scope: projectScope(credentials) } };
    }
    case 'application-credential': {
      const { id, secret } = credentials;
      return { auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } } };
    }
    case 'token': {
      const identity = { methods: ['token'], token: { id: credentials.token } };
      return { auth: { identity, scope: projectScope(credentials) } };
    }
  }
}

/** What of the credentials no message may have. */
export function secretsOf(credentials: OpenstackCredentials): readonly string[] {
  switch (credentials.kind) {
    case 'password':
      return [credentials.password];
    case 'application-credential':
      return [credentials.secret];
    case 'token':
      return [credentials.token];
  }
}

/** What to do when Keystone does not accept them. */
export function credentialsAdvice(credentials: OpenstackCredentials): string {
  switch (credentials.kind) {
    case 'password': {
      const { username, userDomainName, projectName, projectDomainName } = credentials;
      const project = `project "${projectName}" of domain "${projectDomainName}"`;
      return `check the password of user "${username}" of domain "${userDomainName}" and that it has a role in ${project}`;
    }
    case 'application-credential':
      return `check the secret of application credential "${credentials.id}", and that it still exists and has not expired`;
    case 'token':
      return `the token is wrong, has expired, or gives no role in project "${credentials.projectName}"; give a new one`;
  }
}

function projectScope({ projectName, projectDomainName }: ProjectScope): unknown {
  return { project: { name: projectName, domain: { name: projectDomainName } } };
}
