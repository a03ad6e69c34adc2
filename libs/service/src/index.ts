export { formatPath, formatProblem } from './problem.ts';
export type { DocumentPath, Parsed, Problem } from './problem.ts';
export { ConfigError, ServiceError } from './service-error.ts';
export type { ServiceErrorCode } from './service-error.ts';

export { readConfigFile } from './read-config-file.ts';
export type { ConfigFile } from './read-config-file.ts';
export { parseYaml } from './yaml-document.ts';
export type { YamlDocument, YamlOptions } from './yaml-document.ts';
export { checkDocument, unknownKeyMessage } from './check-document.ts';
export { addFindings, problemAt } from './findings.ts';
export { describeValue } from './describe-value.ts';
export { suggest } from './suggest.ts';

export { formatListenAddress, isLocalAddress, parseListenAddress } from './listen-address.ts';
export type { ListenAddress, ParsedListenAddress } from './listen-address.ts';

export { createLogger } from './logger.ts';
export type { LogDestination, Logger, LoggerSettings, LogLevel, LogMethod } from './logger.ts';
export { describeError, formatError } from './describe-error.ts';
export type { ErrorDescription } from './describe-error.ts';
export { createSelfMetrics } from './self-metrics.ts';
export type { CounterSettings, GaugeSettings, HistogramSettings, MetricSettings, SelfMetrics } from './self-metrics.ts';
export type { Counter, Gauge, Histogram } from 'prom-client';

export { isHealthy } from './health.ts';
export type { HealthCheck, HealthReport } from './health.ts';
export { serveHttp } from './serve-http.ts';
export type { HttpHandler, HttpRoute, HttpServer, HttpSettings } from './serve-http.ts';
export { removeStaleSocket } from './stale-socket.ts';

export { endProcess } from './end-process.ts';
export { runMain } from './run-main.ts';
export type { MainContext, MainSettings } from './run-main.ts';
