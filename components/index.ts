export { nodeAccess, type NodeAccess } from "./access";
export { type AppImage, readAppImage, readImageContext, type RegistryImage } from "./appImage";
export { AppNode, type AppNodeArgs, targetOf } from "./appNode";
export { Ct, type CtArgs } from "./ct";
export { ctCommand, type CtCommandArgs } from "./ctCommand";
export { CtFirewall, type CtFirewallArgs } from "./ctFirewall";
export { Database, type DatabaseArgs, type DatabaseEndpoint } from "./database";
export {
  appGuest,
  databaseGuest,
  type GuestArgs,
  loadBalancerGuest,
  type LoadBalancerGuestArgs,
  type PrivateGuestArgs,
} from "./guest";
export type { IngressArgs } from "./ingress";
export { type AttachArgs, LoadBalancer } from "./loadBalancer";
export type { AlbArgs, LoadBalancerArgs } from "./loadBalancerArgs";
export { Network, type NetworkArgs } from "./network";
export { rollingNodes, type RollingNode } from "./rollingNodes";
export { rollOrder, servingNodes } from "./serving";
export { Site } from "./site";
export type { SiteArgs, SubnetArgs } from "./siteArgs";
export { readStackConfig, type StackConfig } from "./stackConfig";
export { WebStack, type WebStackArgs } from "./webStack";
export type { Target } from "../lib/haproxy/haproxyConfig";
export type {
  Action,
  Attributes,
  Condition,
  Listener,
  Rule,
  Stickiness,
  TargetGroupOptions,
} from "../lib/haproxy/albTypes";
export { groupsWithTargets } from "../lib/config/readLoadBalancer";
export type { HealthCheck } from "../lib/haproxy/profiles";
export type { TargetGroup } from "../lib/haproxy/targetGroup";
export {
  type CtFirewallRules,
  firewallRules,
  type Ingress,
  ingressOf,
} from "../lib/security/ctFirewall";
export type { IngressRule, Port, SecurityGroup } from "../lib/security/securityGroup";
export type { Guest } from "../lib/stack/guest";
export { addressOf } from "../lib/stack/guests";
export type { CtBuild, NatMode, ProfileName, StorageDriver } from "../lib/stack/settings";
export type { SshEndpoint } from "../lib/ssh/sshOptions";
export { STATE_VERSION } from "../lib/stack/stateVersion";
