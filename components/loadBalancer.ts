import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CtSettings } from "../lib/config/settings";
import { LISTENER_PORT, STATS_PORT } from "../lib/config/settings";
import type { ProfileName } from "../lib/haproxy/profiles";
import type { Target } from "../lib/haproxy/haproxyConfig";
import { renderConfig, usersText } from "../lib/haproxy/haproxyConfig";
import {
  activateConfig,
  HAPROXY_UNIT,
  installHaproxy,
  NEXT_CONFIG,
  STATS_USER,
} from "../lib/haproxy/installHaproxy";
import { withPrefix } from "../lib/net/cidr";
import type { SecurityGroup } from "../lib/security/securityGroup";
import { GeneratedSecret } from "../provider/generatedSecret";
import type { CtAccess } from "./access";
import type { CtPlacement } from "./ct";
import { Container } from "./ct";
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
  /** The target group, healthy or not yet. Applied by a reload, which loses no request. */
  targets: Target[];
  /** How it behaves when targets fail. Applied by a reload. */
  profile: ProfileName;
}

/** HAProxy with one interface in the LAN and one in the private subnet: the part that the ALB plays. */
export class LoadBalancer extends pulumi.ComponentResource {
  /** Where it listens, known once it does; whether anybody is healthy behind it is another matter. */
  readonly url: pulumi.Output<string>;
  readonly vmid: number;
  readonly access: CtAccess;
  /** What registers targets depends on it. */
  readonly active: pulumi.CustomResource;
  /** The CT itself: targets of one that is gone need not be taken out. */
  readonly ct: pulumi.Resource;
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
    const text = renderConfig({
      listenerPort: LISTENER_PORT,
      statsAddress: args.lanAddress,
      statsPort: STATS_PORT,
      targets: args.targets,
      profile: args.profile,
    });
    const copy = new command.remote.CopyToRemote(
      `${name}-config`,
      {
        connection: container.access.connection,
        source: new pulumi.asset.StringAsset(text),
        remotePath: NEXT_CONFIG,
        triggers: [container.incarnation],
      },
      { parent: this, dependsOn: [install], deletedWith: container.ct },
    );
    this.active = ctCommand(
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
    this.vmid = args.vmid;
    this.access = container.access;
    this.ct = container.ct;
    this.url = this.active.id.apply(() => `http://${args.lanAddress}/`);
    this.statsUrl = this.active.id.apply(() => `http://${args.lanAddress}:${STATS_PORT}/`);
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
        securityGroup: args.securityGroup,
        // HAProxy's thread has one, its log and whatever else the CT does the other.
        cores: 2,
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
}
