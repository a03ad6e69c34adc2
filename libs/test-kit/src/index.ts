export { startLibvirtd } from './libvirtd/start-libvirtd.ts';
export type { TestLibvirtd } from './libvirtd/start-libvirtd.ts';
export type { Guests, Virsh } from './libvirtd/guests.ts';
export type {
  DiskActivity,
  DiskSpec,
  Guest,
  GuestDisk,
  GuestEnding,
  GuestNic,
  GuestSpec,
} from './libvirtd/guest-spec.ts';
export type { Nics } from './libvirtd/nics.ts';
export { runCommand } from './run-command.ts';
export type { CommandOptions } from './run-command.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export type { TemporaryDirectory } from './temporary-directory.ts';
export { startProcess } from './start-process.ts';
export type { ProcessExit, ProcessOptions, TestProcess, WaitForLineOptions } from './start-process.ts';
export type { OutputName } from './output-lines.ts';
export { startFaultProxy } from './fault-proxy.ts';
export type { Endpoint, FaultProxy } from './fault-proxy.ts';
export { startHttpSink } from './http-sink.ts';
export type { HttpSink, HttpSinkOptions, SinkAnswer, SinkReply, SinkRequest } from './http-sink.ts';
export { startPushgateway } from './pushgateway.ts';
export type { TestPushgateway } from './pushgateway.ts';
export { checkMetrics, startPrometheus } from './prometheus.ts';
export type {
  PrometheusOptions,
  PrometheusPoint,
  PrometheusSeries,
  ScrapeTarget,
  TestPrometheus,
} from './prometheus.ts';
export { startPostgres } from './start-postgres.ts';
export type { PostgresOptions, TestPostgres } from './start-postgres.ts';
export { sqlite3 } from './sqlite3.ts';
export { startGnocchi } from './gnocchi.ts';
export type { Measure, TestGnocchi } from './gnocchi.ts';
export { startKafka } from './kafka.ts';
export type { KafkaRecord, TestKafka } from './kafka.ts';
export { startKafkaGate } from './kafka-gate.ts';
export type { KafkaGate, KafkaGateOptions } from './kafka-gate.ts';
export { startOtlpSink } from './otlp-sink.ts';
export type { OtlpGrpcReply, OtlpRequest, OtlpSink, OtlpSinkTls } from './otlp-sink.ts';
export type { OtlpPoint } from './otlp-points.ts';
export { startNats } from './nats.ts';
export type { NatsOptions, TestNats } from './nats.ts';
export { startRabbitmq } from './start-rabbitmq.ts';
export type { RabbitmqOptions, RabbitmqTls, TestRabbitmq } from './start-rabbitmq.ts';
export { createCertificates } from './certificates.ts';
export { freePort } from './free-port.ts';
export { mountNamespace } from './mount-namespace.ts';
export { collect } from './collect.ts';
export { eventually } from './eventually.ts';
