/** Full name of the service, as health checks and reflection call it. */
export const inspectorServiceName = 'nephometer.inspector.v1.InspectorService';

/** Where the FileDescriptorSet of the API lies: what server reflection serves. */
export const descriptorSetUrl = new URL('./gen/descriptors.binpb', import.meta.url);
