import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { storageDriverProblems } from "../lib/docker/checkService";
import {
  appNodeFeatures,
  appNodeRawLines,
  installDocker,
  writeServiceFiles,
} from "../lib/docker/installDocker";
import type { Target } from "../lib/haproxy/haproxyConfig";
import { APP_PORT, type CtBuild, type StorageDriver } from "../lib/stack/settings";
import { serviceWay } from "../lib/stack/ways";
import type { AppImage, RegistryImage } from "./appImage";
import { Ct } from "./ct";
import { ctCommand } from "./ctCommand";
import { CtFirewall } from "./ctFirewall";
import type { DatabaseEndpoint } from "./database";
import { guestAddress, type GuestArgs, knownGuest } from "./guest";
import { ctRules, groupOf, type IngressArgs } from "./ingress";
import type { LoadBalancer } from "./loadBalancer";
import type { Site } from "./site";
import { webService } from "./webService";

export interface AppNodeArgs {
  site: Site;
  /** Its privileged CT, in the private subnet. */
  guest: GuestArgs;
  /**
   * Who may reach the service, and SSH. Applied in place.
   *
   * @default - the service its load balancer, SSH the Proxmox node
   */
  ingress?: IngressArgs;
  /**
   * Storage driver of the node's Docker, overlay2 or fuse-overlayfs. A change restarts CT and Docker.
   *
   * @default "overlay2"
   */
  storageDriver?: pulumi.Input<StorageDriver>;
  /**
   * The database that the service keeps its visits in, of this program or another one. Another one restarts
   * the service.
   */
  database: DatabaseEndpoint;
  /** The service: built on the node from a folder of this machine, or pulled by the node. */
  image: AppImage | RegistryImage;
  /**
   * TCP port of the service, 1 to 65535; Docker publishes the same number, and the service is told it as
   * PORT. A change restarts the service.
   *
   * @default 3000
   */
  servicePort?: pulumi.Input<number>;
  /**
   * Variables of the service's environment besides those it needs, without secrets. A change restarts the
   * service.
   *
   * @default - none
   */
  environment?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Has the node as a target: the target is taken out before the node changes, and put back afterwards.
   *
   * @default - the service serves whoever may reach it
   */
  loadBalancer?: LoadBalancer;
  /**
   * The node that must be back before this one is changed, for a node that serves already. So changes go
   * from node to node, and end at the first that does not get healthy.
   *
   * @default - none: new nodes are made side by side
   */
  after?: AppNode;
  /**
   * Whether the load balancer's only target may be taken out for a change.
   *
   * @default false
   */
  allowOutage?: pulumi.Input<boolean>;
  /**
   * Names of the load balancer's targets that are only now made: they need not serve while this one is
   * taken out.
   *
   * @default - none
   */
  newcomers?: pulumi.Input<string[]>;
  /**
   * Another build than the one that the CT was first made from. Plain, for it decides what Pulumi ignores.
   *
   * @default - it keeps what it has
   */
  build?: CtBuild;
}

/** A web service in Docker in a privileged CT of the private subnet: the part that EC2 plays. */
export class AppNode extends pulumi.ComponentResource {
  readonly vmid: pulumi.Output<number>;
  /** Exists while the service runs and, with a load balancer, is in the rotation and healthy. */
  readonly serving: pulumi.CustomResource;
  readonly incarnation: pulumi.Output<string>;
  readonly summary: pulumi.Output<Target & { vmid: number; storageDriver: string }>;

  constructor(name: string, args: AppNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:AppNode", name, {}, args.site.options(opts));
    const { site, guest } = args;
    const port = pulumi.output(args.servicePort ?? APP_PORT);
    const storageDriver = driverOf(args, this);
    this.vmid = knownGuest(guest).vmid;
    const dockerScript = pulumi
      .all([storageDriver, site.known])
      .apply(([driver, { aptProxy }]) => installDocker(driver, aptProxy));
    const privileged = {
      features: storageDriver.apply(appNodeFeatures),
      rawLines: storageDriver.apply(appNodeRawLines),
    };
    const drain = this.drain(name, args, [privileged, dockerScript.apply(digest)]);
    const rules = ctRules(site, guest, args.ingress, ways(args, port));
    const ct = new Ct(
      name,
      {
        ...{ site, guest, privileged, firewall: rules, build: args.build },
        description: pulumi.interpolate`Docker on ${storageDriver} (EC2 instance)`,
        cores: 1,
        before: drain ? [drain] : after(args),
      },
      { parent: this },
    );
    // Rules first: the installation of Docker starts it, and there must be no moment without them.
    const firewall = new CtFirewall(name, { ct, rules }, { parent: this });
    const engine = ctCommand(
      `${name}-docker`,
      {
        ct,
        installs: true,
        script: dockerScript,
        // In a CT just started Docker may need a moment more than SSH does.
        triggers: [ct.starts],
        dependsOn: [firewall.installed],
      },
      this,
    );
    const files = ctCommand(
      `${name}-files`,
      {
        ct,
        script: writeServiceFiles(),
        stdin: pulumi.interpolate`${args.database.password}\n${args.database.certificate}\n`,
      },
      this,
    );
    const service = webService(
      name,
      {
        ...{ ct, port, storageDriver, node: guest.name },
        ...{ image: args.image, database: args.database, environment: args.environment ?? {} },
        // A hash, so that it may be read. It stands between the database's CT and the service: the service
        // would else be deleted, on all nodes at once, before a database that is built anew.
        credentials: pulumi.unsecret(files.stdout).apply((text) => text.trim()),
      },
      { parent: this, dependsOn: [engine, files] },
    );
    this.serving = args.loadBalancer
      ? args.loadBalancer.attach(
          `${name}-target`,
          {
            target: guest.name,
            vmid: guest.vmid,
            triggers: [service.id, ...(drain ? [drain.drains] : [])],
          },
          { parent: this, dependsOn: [service] },
        )
      : service;
    firewall.seal([this.serving]);
    this.incarnation = ct.incarnation;
    this.summary = pulumi.output({
      ...{ name: guest.name, address: ct.address, port },
      vmid: ct.vmid,
      storageDriver,
    });
    this.registerOutputs({ vmid: this.vmid, incarnation: ct.incarnation, summary: this.summary });
  }

  /** Takes the target out before anything that interrupts the service changes. */
  private drain(name: string, args: AppNodeArgs, own: pulumi.Input<unknown>[]) {
    const { loadBalancer, guest, site, build, image, allowOutage, newcomers } = args;
    const { privateNetwork, proxmox } = site.args;
    const causes = [
      ...own,
      knownGuest(guest),
      { bridge: privateNetwork, storage: proxmox.storage },
      { template: build?.template ?? "", generation: build?.generation ?? 0 },
      { image: "reference" in image ? image.reference : image.digest },
      { port: args.servicePort ?? APP_PORT, environment: args.environment ?? {} },
    ];
    return loadBalancer?.drainBefore(`${name}-drain`, guest.name, causes, {
      ...{ parent: this, allowOutage, newcomers },
      dependsOn: after(args),
    });
  }
}

/** Stands for a text that is too long to be kept once more in the state. */
const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const after = (args: AppNodeArgs): pulumi.Resource[] => (args.after ? [args.after.serving] : []);

/** The storage driver, checked: its script would be one for no driver at all. */
function driverOf({ storageDriver }: AppNodeArgs, resource: pulumi.Resource) {
  return pulumi.output(storageDriver ?? "overlay2").apply((driver) => {
    const [problem] = storageDriverProblems(driver);
    if (problem) throw new pulumi.ResourceError(problem, resource);
    return driver;
  });
}

/** Only the load balancer may ask the service; without one nobody may, unless `ingress` says so. */
function ways({ loadBalancer }: AppNodeArgs, port: pulumi.Output<number>) {
  if (!loadBalancer) return pulumi.output([]);
  const group = groupOf("loadBalancer", [loadBalancer.guest]);
  return pulumi.all([group, port]).apply(([from, number]) => [serviceWay(from, number)]);
}

/** An app node as a load balancer knows it; known at preview where its address and port are. */
export function targetOf(
  guest: GuestArgs,
  port: pulumi.Input<number> = APP_PORT,
): pulumi.Output<Target> {
  return pulumi.output({ name: guest.name, address: guestAddress(guest, "private"), port });
}
