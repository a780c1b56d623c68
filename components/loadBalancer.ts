import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { deregistrationDelayProblems, healthCheckProblems } from "../lib/haproxy/checkHealthCheck";
import { listenerProblems, targetProblems } from "../lib/haproxy/checkTargets";
import { renderConfig, type Target, usersText } from "../lib/haproxy/haproxyConfig";
import {
  activateConfig,
  installHaproxy,
  NEXT_CONFIG,
  STATS_USER,
} from "../lib/haproxy/installHaproxy";
import { type HealthCheck, isProfileName, PROFILES } from "../lib/haproxy/profiles";
import {
  type CtBuild,
  LISTENER_PORT,
  PROFILE_NAMES,
  type ProfileName,
  STATS_PORT,
} from "../lib/stack/settings";
import { listenerWay, statsWay } from "../lib/stack/ways";
import { GeneratedSecret } from "../provider/generatedSecret";
import { TargetAttachment } from "../provider/targetAttachment";
import { TargetDrain, type TargetDrainArgs } from "../provider/targetDrain";
import type { CtAccess } from "./access";
import { Ct } from "./ct";
import { ctCommand } from "./ctCommand";
import { CtFirewall } from "./ctFirewall";
import { guestAddress, type GuestArgs, knownGuest } from "./guest";
import { ctRules, type IngressArgs } from "./ingress";
import type { Site } from "./site";

export interface LoadBalancerArgs {
  site: Site;
  /** Its CT, with one interface in the LAN and one in the private subnet. */
  guest: GuestArgs;
  /**
   * Who may reach the listener, the stats page and SSH. Applied in place.
   *
   * @default - the listener everybody, the stats page the LAN, SSH the Proxmox node
   */
  ingress?: IngressArgs;
  /**
   * The target group, healthy or not yet; none: every request is answered 503. Applied by a reload, which
   * loses no request.
   *
   * @default - none
   */
  targets?: pulumi.Input<pulumi.Input<Target>[]>;
  /**
   * What becomes of requests when targets fail. Applied by a reload.
   *
   * @default "tuned" - other targets are tried, and no GET is lost
   */
  profile?: pulumi.Input<ProfileName>;
  /**
   * What differs from the profile's health check. Applied by a reload.
   *
   * @default - the profile's
   */
  healthCheck?: pulumi.Input<Partial<HealthCheck>>;
  /**
   * TCP port of the listener, 1 to 65535 and not that of the stats page (8404). Applied by a reload.
   *
   * @default 80
   */
  listenerPort?: pulumi.Input<number>;
  /**
   * Seconds that a target which is taken out may take to end its requests, 0 to 3600. Applied in place.
   *
   * @default 10
   */
  deregistrationDelaySeconds?: pulumi.Input<number>;
  /**
   * Another build than the one that the CT was first made from.
   *
   * @default - it keeps what it has
   */
  build?: CtBuild;
}

/** A target, and what must happen around its changes. */
export interface AttachArgs {
  /** Name of the target in the target group. */
  target: string;
  /** vmid of the CT that it runs in: the attachment fails at once when the CT has stopped. */
  vmid: pulumi.Input<number>;
  /** The target is taken out before one of these is replaced, and put back afterwards. */
  triggers: pulumi.Input<unknown>[];
}

/** As an ALB's deregistration delay; answers take no longer than `timeout server`. */
const DEREGISTRATION_DELAY_SECONDS = 10;
/** How long a target may take until it is healthy. */
const HEALTHY_WITHIN_SECONDS = 120;

const noProfile = (name: string) =>
  `profile is ${JSON.stringify(name)}; choose ${PROFILE_NAMES.join(", ")}`;

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
    const port = pulumi.output(args.listenerPort ?? LISTENER_PORT);
    const ways = pulumi
      .all([port, site.known])
      .apply(([number, { lan }]) => [listenerWay(number), statsWay(lan.cidr, STATS_PORT)]);
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
    const profile = pulumi.output(args.profile ?? "tuned");
    const text = this.render(args, lanAddress, profile);
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
    const active = ctCommand(
      `${name}-activate`,
      {
        ct,
        script: this.delaySeconds.apply(activateConfig),
        stdin: password.value.apply((value) => usersText(STATS_USER, value)),
        triggers: [text],
        dependsOn: [copy],
      },
      this,
    );
    this.active = active;
    firewall.seal([active]);
    this.access = ct.access;
    this.url = pulumi
      .all([lanAddress, port, active.id])
      .apply(([address, number]) => `http://${address}${number === 80 ? "" : `:${number}`}/`);
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

  /** What is configured is known at preview, so the whole text is, and policies can read it. */
  private render(
    args: LoadBalancerArgs,
    address: pulumi.Output<string>,
    profile: pulumi.Output<ProfileName>,
  ): pulumi.Output<string> {
    const { targets = [], healthCheck = {}, listenerPort = LISTENER_PORT } = args;
    return pulumi
      .all([
        pulumi.output(targets),
        profile,
        pulumi.output(healthCheck),
        pulumi.output<number>(listenerPort),
        address,
      ] as const)
      .apply(([known, profileName, check, port, statsAddress]) => {
        if (!isProfileName(profileName))
          throw new pulumi.ResourceError(noProfile(profileName), this);
        const problems = [
          ...listenerProblems(port),
          ...targetProblems(known),
          ...healthCheckProblems({ ...PROFILES[profileName].healthCheck, ...check }),
        ];
        if (problems.length > 0) {
          throw new pulumi.ResourceError(problems.join("\n"), this);
        }
        return renderConfig({
          listenerPort: port,
          statsAddress,
          statsPort: STATS_PORT,
          targets: known,
          profile: profileName,
          healthCheck: check,
        });
      });
  }
}
