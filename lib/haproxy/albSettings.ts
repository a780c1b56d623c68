import type { Attributes, HealthCheck, Listener, TargetGroupOptions } from "./albTypes";

/** A target group of the configuration: its targets are app nodes by name. */
export interface ConfiguredGroup extends TargetGroupOptions {
  name: string;
  targets: string[];
  healthCheck?: Partial<HealthCheck>;
}

/** What the configuration key `loadBalancer` says beyond the plain lab. */
export interface AlbSettings {
  listeners?: Listener[];
  targetGroup?: TargetGroupOptions;
  targetGroups?: ConfiguredGroup[];
  attributes?: Attributes;
  healthCheck?: Partial<HealthCheck>;
  deregistrationDelaySeconds?: number;
}
