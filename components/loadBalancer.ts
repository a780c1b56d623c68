import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CtSettings } from "../lib/config/settings";
import { LISTENER_PORT, STATS_PORT } from "../lib/config/settings";
import { HEALTH_PATH, type ProfileName } from "../lib/haproxy/profiles";
import type { Target } from "../lib/haproxy/render";
import { renderConfig, usersText } from "../lib/haproxy/render";
import {
  activateConfig,
  HAPROXY_UNIT,
  installHaproxy,
  NEXT_CONFIG,
  STATS_USER,
} from "../lib/haproxy/scripts";
import { withPrefix } from "../lib/net/cidr";
import type { SecurityGroup } from "../lib/security/model";
import { GeneratedSecret } from "../provider/generatedSecret";
import { ReadinessGate } from "../provider/readinessGate";
import type { AppNode } from "./appNode";
import type { CtPlacement } from "./container";
import { Container } from "./container";
import { ctCommand } from "./ctCommand";
import { firewall } from "./firewall";
import type { Network } from "./network";

export interface LoadBalancerArgs extends CtSettings {
  placement: CtPlacement;
  network: Network;
  privateCidr: string;
  /** Address in the LAN, where the listener and the stats page are. */
  lanAddress: string;
  lanCidr: string;
  lanGateway: string;
  /** Who may reach the listener and the stats page. Applied in place. */
  securityGroup: SecurityGroup;
  /** The target group. Applied by a reload, which loses no request. */
  targets: AppNode[];
  /** How it behaves when targets fail. Applied by a reload. */
  profile: ProfileName;
}

/** HAProxy with one interface in the LAN and one in the private subnet: the part that the ALB plays. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly statsUrl: pulumi.Output<string>;
  readonly statsUser = STATS_USER;
  /** Secret. */
  readonly statsPassword: pulumi.Output<string>;
  readonly summary: pulumi.Output<{
    name: string;
    vmid: number;
    lanAddress: string;
    privateAddress: string;
    profile: ProfileName;
  }>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:LoadBalancer", name, {}, opts);
    const password = new GeneratedSecret(`${name}-stats`, { length: 24 }, { parent: this });
    const container = this.makeContainer(name, args);
    const { securityGroup } = args;
    const { aptProxy } = args.placement;
    const rules = firewall(
      name,
      { container, securityGroup, member: args.name, service: HAPROXY_UNIT, aptProxy },
      this,
    );
    const install = ctCommand(
      `${name}-install`,
      { container, script: installHaproxy(aptProxy), installs: true, dependsOn: [rules] },
      this,
    );
    // Addresses are known at preview, so the whole text is, and policies can read it.
    const text = pulumi.all(args.targets.map((node) => node.target)).apply((targets: Target[]) =>
      renderConfig({
        listenerPort: LISTENER_PORT,
        statsAddress: args.lanAddress,
        statsPort: STATS_PORT,
        targets,
        profile: args.profile,
      }),
    );
    const copy = new command.remote.CopyToRemote(
      `${name}-config`,
      {
        connection: container.access.connection,
        source: text.apply((content) => new pulumi.asset.StringAsset(content)),
        remotePath: NEXT_CONFIG,
        triggers: [container.incarnation],
      },
      { parent: this, dependsOn: [install], deletedWith: container.ct },
    );
    const active = ctCommand(
      `${name}-activate`,
      {
        container,
        script: activateConfig(),
        stdin: password.value.apply((value) => usersText(STATS_USER, value)),
        triggers: [text],
        dependsOn: [copy],
      },
      this,
    );
    const gates = args.targets.map((node) => this.gate(name, args, node, container, active));
    const url = pulumi.interpolate`http://${args.lanAddress}/`;
    this.url = pulumi.all(gates.map((gate) => gate.id)).apply(() => url);
    this.statsUrl = active.id.apply(() => `http://${args.lanAddress}:${STATS_PORT}/`);
    this.statsPassword = password.value;
    this.summary = pulumi.output({
      name: args.name,
      vmid: container.vmid,
      lanAddress: args.lanAddress,
      privateAddress: args.address,
      profile: args.profile,
    });
    this.registerOutputs({ url: this.url, statsUrl: this.statsUrl, summary: this.summary });
  }

  private makeContainer(name: string, args: LoadBalancerArgs): Container {
    return new Container(
      name,
      {
        placement: args.placement,
        network: args.network,
        vmid: args.vmid,
        hostname: args.name,
        role: "lb",
        description: "HAProxy (Application Load Balancer)",
        cores: 1,
        memoryMiB: args.memoryMiB,
        diskGiB: args.diskGiB,
        startupOrder: 3,
        address: args.address,
        interfaces: [
          {
            bridge: args.network.lanBridge,
            cidr: withPrefix(args.lanAddress, args.lanCidr),
            gateway: args.lanGateway,
          },
          {
            bridge: args.network.privateBridge,
            cidr: withPrefix(args.address, args.privateCidr),
          },
        ],
      },
      { parent: this },
    );
  }

  /** A target is ready when it answers the health check to the load balancer itself. */
  private gate(
    name: string,
    args: LoadBalancerArgs,
    node: AppNode,
    container: Container,
    active: pulumi.Resource,
  ): ReadinessGate {
    return new ReadinessGate(
      `${name}-target-${node.name}`,
      {
        subject: `target ${node.name}`,
        from: container.access.endpoint,
        cts: { node: args.placement.access.endpoint, vmids: [args.vmid, node.vmid] },
        url: node.target.apply((t) => `http://${t.address}:${t.port}${HEALTH_PATH}`),
        deadlineSeconds: 120,
        triggers: [node.service.id],
      },
      { parent: this, dependsOn: [active, node.service], deletedWith: container.ct },
    );
  }
}
