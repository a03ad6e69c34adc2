/** One thing that has to work for the service to be of use. */
export interface HealthCheck {
  readonly ok: boolean;
  /** What is known about it, for a person: "connected to qemu:///system", "no answer for 12 s". */
  readonly message?: string;
}

/** All checks of a service by name. A service without checks is healthy. */
export interface HealthReport {
  readonly checks: Readonly<Record<string, HealthCheck>>;
}

/** Whether every check is fine. */
export function isHealthy(report: HealthReport): boolean {
  return Object.values(report.checks).every((check) => check.ok);
}
