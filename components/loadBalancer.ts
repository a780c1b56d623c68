import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Listener } from "../lib/haproxy/albTypes";
import { certificateScript } from "../lib/haproxy/certificates";
import {
  DEREGISTRATION_DELAY_SECONDS,
  deregistrationDelayProblems,
} from "../lib/haproxy/checkHealthCheck";
import { anomalyCommand, listenersOf, renderConfig, usersText } from "../lib/haproxy/haproxyConfig";
import {
  activateConfig,
  installHaproxy,
  NEXT_CONFIG,
  STATS_USER,
} from "../lib/haproxy/installHaproxy";
import { type ProfileName, STATS_PORT } from "../lib/stack/settings";
import { listenerWay, statsWay } from "../lib/stack/ways";
import { GeneratedSecret } from "../provider/generatedSecret";
import { TargetAttachment } from "../provider/targetAttachment";
import { TargetDrain, type TargetDrainArgs } from "../provider/targetDrain";
import type { CtAccess } from "./access";
import { Ct } from "./ct";
import { ctCommand } from "./ctCommand";
import { CtFirewall } from "./ctFirewall";
import { guestAddress, type GuestArgs, knownGuest } from "./guest";
import { ctRules } from "./ingress";
import { knownConfig, type LoadBalancerArgs } from "./loadBalancerArgs";
import type { Site } from "./site";

/** A target, and what must happen around its changes. */
export interface AttachArgs {
  /** Name of the target in the target group. */
  target: string;
  /** vmid of the CT that it runs in: the attachment fails at once when the CT has stopped. */
  vmid: pulumi.Input<number>;
  /** The target is taken out before one of these is replaced, and put back afterwards. */
  triggers: pulumi.Input<unknown>[];
}

/** How long a target may take until it is healthy. */
const HEALTHY_WITHIN_SECONDS = 120;

/** Where clients reach a listener. */
function urlOf(address: string, { port, protocol }: Listener): string {
  const scheme = protocol.toLowerCase();
  const usual = protocol === "HTTPS" ? 443 : 80;
  return `${scheme}://${address}${port === usual ? "" : `:${port}`}/`;
}

/** HAProxy with one interface in the LAN and one in the private subnet: the part that the ALB plays. */
export class LoadBalancer extends pulumi.ComponentResource {
  /** Where it listens, known once it does; whether a target is healthy behind it is another matter. */
  readonly url: pulumi.Output<string>;
  readonly vmid: pulumi.Output<number>;
  /** Its CT, for app nodes and others that let it in. */
  readonly guest: GuestArgs;
  readonly access: CtAccess;
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
  /** Its configuration is in force. */
  private readonly active: pulumi.Resource;
  private readonly ct: Ct;
  private readonly site: Site;
  private readonly delaySeconds: pulumi.Output<number>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:LoadBalancer", name, {}, args.site.options(opts));
    const { site, guest } = args;
    const lanAddress = guestAddress(guest, "lan");
    this.site = site;
    this.guest = guest;
    this.vmid = knownGuest(guest).vmid;
    this.delaySeconds = pulumi
      .output(args.deregistrationDelaySeconds ?? DEREGISTRATION_DELAY_SECONDS)
      .apply((seconds) => {
        const [problem] = deregistrationDelayProblems(seconds);
        if (problem) throw new pulumi.ResourceError(problem, this);
        return seconds;
      });
    const password = new GeneratedSecret(`${name}-stats`, { length: 24 }, { parent: this });
    const profile = pulumi.output(args.profile ?? "tuned");
    const known = knownConfig(args, lanAddress, this);
    const listeners = known.apply(listenersOf);
    const ways = pulumi
      .all([listeners, site.known])
      .apply(([list, { lan }]) => [
        ...list.map(({ port }) => listenerWay(port)),
        statsWay(lan.cidr, STATS_PORT),
      ]);
    const rules = ctRules(site, guest, args.ingress, ways);
    this.ct = new Ct(
      name,
      {
        ...{ site, guest, firewall: rules, build: args.build },
        description: "HAProxy (Application Load Balancer)",
        // HAProxy's thread has one, its log and whatever else the CT does the other.
        cores: 2,
      },
      { parent: this },
    );
    const { ct } = this;
    const firewall = new CtFirewall(name, { ct, rules }, { parent: this });
    const install = ctCommand(
      `${name}-install`,
      {
        ct,
        script: site.known.apply(({ aptProxy }) => installHaproxy(aptProxy)),
        installs: true,
        dependsOn: [firewall.installed],
      },
      this,
    );
    const text = known.apply(renderConfig);
    const copy = new command.remote.CopyToRemote(
      `${name}-config`,
      {
        connection: ct.access.connection,
        source: text.apply((known) => new pulumi.asset.StringAsset(known)),
        remotePath: NEXT_CONFIG,
        triggers: [ct.incarnation],
      },
      { parent: this, dependsOn: [install], deletedWith: ct.ct },
    );
    const needs = pulumi
      .all([known, listeners, lanAddress])
      .apply(([config, list, address]) => [
        certificateScript(list, address),
        anomalyCommand(config),
      ]);
    const active = ctCommand(
      `${name}-activate`,
      {
        ct,
        script: pulumi
          .all([this.delaySeconds, needs])
          .apply(([seconds, made]) => activateConfig(seconds, made)),
        stdin: password.value.apply((value) => usersText(STATS_USER, value)),
        // For which names there are certificates is not in the text, nor is what mitigates anomalies.
        triggers: [pulumi.all([text, needs]).apply(([config, files]) => config + files.join(""))],
        dependsOn: [copy],
      },
      this,
    );
    this.active = active;
    firewall.seal([active]);
    this.access = ct.access;
    this.url = pulumi
      .all([lanAddress, listeners, active.id])
      .apply(([address, [first]]) => urlOf(address, first!));
    this.statsUrl = pulumi
      .all([lanAddress, active.id])
      .apply(([address]) => `http://${address}:${STATS_PORT}/`);
    this.statsPassword = password.value;
    this.summary = pulumi.output({
      name: guest.name,
      vmid: ct.vmid,
      lanAddress,
      privateAddress: guestAddress(guest, "private"),
      profile,
    });
    this.registerOutputs({
      url: this.url,
      vmid: this.vmid,
      statsUrl: this.statsUrl,
      statsUser: this.statsUser,
      statsPassword: this.statsPassword,
      summary: this.summary,
    });
  }

  /**
   * Takes a target out before its app node changes. What changes the node depends on the result.
   *
   * @param causes whatever interrupts the target when it changes
   * @param allowOutage whether the only target may be taken out
   * @param newcomers targets that are only now made, and need not serve
   */
  drainBefore(
    name: string,
    target: string,
    causes: pulumi.Input<unknown>[],
    opts: pulumi.CustomResourceOptions & Pick<TargetDrainArgs, "allowOutage" | "newcomers">,
  ): TargetDrain {
    const { allowOutage, newcomers, ...options } = opts;
    const args = {
      ...{ target, causes, allowOutage, newcomers },
      node: this.site.access.endpoint,
      loadBalancer: this.vmid,
      deregistrationDelaySeconds: this.delaySeconds,
    };
    return new TargetDrain(name, args, options);
  }

  /** Puts a target into the rotation; it is attached once the load balancer finds it healthy. */
  attach(name: string, args: AttachArgs, opts: pulumi.CustomResourceOptions): TargetAttachment {
    return new TargetAttachment(
      name,
      {
        target: args.target,
        loadBalancer: this.access.endpoint,
        cts: pulumi.output({
          node: this.site.access.endpoint,
          vmids: [args.vmid, this.vmid],
        }),
        deadlineSeconds: HEALTHY_WITHIN_SECONDS,
        deregistrationDelaySeconds: this.delaySeconds,
        triggers: args.triggers,
      },
      // Targets of a load balancer that is gone need not be taken out.
      pulumi.mergeOptions({ dependsOn: [this.active], deletedWith: this.ct.ct }, opts),
    );
  }
}
