export { readAppImage } from "./appImage";
export { AppNode, type AppNodeArgs, targetOf } from "./appNode";
export type { CtPlacement } from "./ct";
export { Database, type DatabaseArgs } from "./database";
export { firewallState } from "./firewallState";
export { LoadBalancer, type LoadBalancerArgs } from "./loadBalancer";
export { Network, type NetworkArgs } from "./network";
export { powerState, preflight } from "./preflight";
export { readStackConfig, type StackConfig } from "./stackConfig";
