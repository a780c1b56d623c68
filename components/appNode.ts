import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { SERVICE_FILES, SERVICE_USER } from "../lib/docker/serviceFiles";
import {
  appNodeFeatures,
  appNodeRawLines,
  installDocker,
  writeServiceFiles,
} from "../lib/docker/installDocker";
import type { Target } from "../lib/haproxy/haproxyConfig";
import { firewallRules, type Ingress } from "../lib/security/ctFirewall";
import { sshOptions } from "../lib/ssh/sshOptions";
import type { Guest } from "../lib/stack/guest";
import { addressOf } from "../lib/stack/guests";
import { APP_PORT, type CtBuild, type StorageDriver } from "../lib/stack/settings";
import type { AppImage } from "./appImage";
import { Ct } from "./ct";
import { ctCommand } from "./ctCommand";
import { CtFirewall } from "./ctFirewall";
import type { DatabaseEndpoint } from "./database";
import type { LoadBalancer } from "./loadBalancer";
import type { Site } from "./site";

export interface AppNodeArgs {
  site: Site;
  /** Its privileged CT, in the private subnet. */
  guest: Guest;
  /** Who may reach the service, and SSH. Applied in place. */
  ingress: readonly Ingress[];
  /** Storage driver of the node's Docker. A change restarts CT and Docker. */
  storageDriver: StorageDriver;
  /** The database that the service keeps its visits in. Another one restarts the service. */
  database: DatabaseEndpoint;
  image: AppImage;
  /**
   * TCP port of the service, 1 to 65535; Docker publishes the same number. A change restarts the service.
   *
   * @default 3000
   */
  servicePort?: number;
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
  allowOutage?: boolean;
  /**
   * Names of the load balancer's targets that are only now made: they need not serve while this one is
   * taken out.
   *
   * @default - none
   */
  newcomers?: string[];
  /**
   * Another build than the one that the CT was first made from.
   *
   * @default - it keeps what it has
   */
  build?: CtBuild;
}

/** Memory of the service's container in MiB; the rest of the CT's cap is Docker's and the system's. */
const SERVICE_MEMORY_MIB = 192;

/** A web service in Docker in a privileged CT of the private subnet: the part that EC2 plays. */
export class AppNode extends pulumi.ComponentResource {
  readonly vmid: number;
  /** Exists while the service runs and, with a load balancer, is in the rotation and healthy. */
  readonly serving: pulumi.CustomResource;
  readonly incarnation: pulumi.Output<string>;
  readonly summary: pulumi.Output<Target & { vmid: number; storageDriver: string }>;

  constructor(name: string, args: AppNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:AppNode", name, {}, args.site.options(opts));
    const { site, guest, storageDriver, servicePort = APP_PORT } = args;
    const { aptProxy } = site.args;
    const address = addressOf(guest, "private");
    this.vmid = guest.vmid;
    const dockerScript = installDocker(storageDriver, aptProxy);
    const privileged = {
      features: appNodeFeatures(storageDriver),
      rawLines: appNodeRawLines(storageDriver),
    };
    const drain = this.drain(name, args, [privileged, digest(dockerScript)]);
    const rules = firewallRules(guest, args.ingress);
    const ct = new Ct(
      name,
      {
        ...{ site, guest, privileged, firewall: rules, build: args.build },
        description: `Docker on ${storageDriver} (EC2 instance)`,
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
    const service = this.runService(name, args, ct, {
      dependsOn: [engine, files],
      // A hash, so that it may be read. It stands between the database's CT and the service: the service
      // would else be deleted, on all nodes at once, before a database that is built anew.
      credentials: pulumi.unsecret(files.stdout).apply((text) => text.trim()),
    });
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
      ...{ name: guest.name, address, port: servicePort },
      vmid: ct.vmid,
      storageDriver,
    });
    this.registerOutputs({ vmid: this.vmid, incarnation: ct.incarnation, summary: this.summary });
  }

  /** Takes the target out before anything that interrupts the service changes. */
  private drain(name: string, args: AppNodeArgs, own: pulumi.Input<unknown>[]) {
    const { loadBalancer, guest, site, build, image, allowOutage, newcomers } = args;
    const causes = [
      ...own,
      { ...guest },
      { bridge: site.args.privateNetwork, storage: site.args.proxmox.storage },
      { template: build?.template ?? "", generation: build?.generation ?? 0 },
      { image: image.digest },
      { port: args.servicePort ?? APP_PORT, environment: args.environment ?? {} },
    ];
    return loadBalancer?.drainBefore(`${name}-drain`, guest.name, causes, {
      ...{ parent: this, allowOutage, newcomers },
      dependsOn: after(args),
    });
  }

  private runService(
    name: string,
    args: AppNodeArgs,
    ct: Ct,
    needs: { dependsOn: pulumi.Resource[]; credentials: pulumi.Output<string> },
  ): docker.Container {
    const { dependsOn } = needs;
    const provider = new docker.Provider(
      `${name}-engine`,
      {
        host: `ssh://root@${ct.address}:22`,
        sshOpts: ct.access.endpoint.apply(sshOptions),
      },
      { parent: this, dependsOn },
    );
    const inside = { parent: this, provider, dependsOn, deletedWith: ct.ct };
    const image = new docker.RemoteImage(
      `${name}-image`,
      {
        name: `homelab/web:${args.image.digest.slice(0, 12)}`,
        // The builder of the node itself: another one would build on this machine.
        build: { context: args.image.context, useLegacyBuilder: true },
        triggers: {
          context: args.image.digest,
          incarnation: ct.incarnation,
          // Each storage driver has images of its own.
          storageDriver: args.storageDriver,
        },
        // A replacement of the same content would else remove the image that its successor uses.
        keepLocally: true,
      },
      inside,
    );
    // Labels replace the container: it must start anew with another CT or other credentials.
    const labels = [
      { label: "homelab.incarnation", value: ct.incarnation },
      { label: "homelab.database", value: needs.credentials },
    ];
    return new docker.Container(`${name}-web`, serviceArgs(args, image.imageId, labels), {
      ...inside,
      deleteBeforeReplace: true,
    });
  }
}

/** Stands for a text that is too long to be kept once more in the state. */
const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const after = (args: AppNodeArgs): pulumi.Resource[] => (args.after ? [args.after.serving] : []);

/** An app node as the load balancer knows it; all of it is configured, so known at preview. */
export function targetOf(guest: Guest, port: number = APP_PORT): Target {
  return { name: guest.name, address: addressOf(guest, "private"), port };
}

function serviceArgs(
  args: AppNodeArgs,
  image: pulumi.Input<string>,
  labels: docker.ContainerArgs["labels"],
): docker.ContainerArgs {
  const { database, guest, servicePort: port = APP_PORT } = args;
  const own = pulumi
    .output(args.environment ?? {})
    .apply((values) => Object.entries(values).map(([key, value]) => `${key}=${value}`));
  const needed = pulumi.all([
    `PORT=${port}`,
    `NODE_NAME=${guest.name}`,
    `STORAGE_DRIVER=${args.storageDriver}`,
    pulumi.interpolate`PGHOST=${database.address}`,
    pulumi.interpolate`PGPORT=${database.port}`,
    pulumi.interpolate`PGUSER=${database.role}`,
    pulumi.interpolate`PGDATABASE=${database.database}`,
    "PGPASSWORD_FILE=/run/secrets/pgpassword",
    "PGSSLROOTCERT=/run/secrets/db.crt",
  ]);
  return {
    name: "web",
    image,
    restart: "unless-stopped",
    // Equal numbers: the access rules recognise traffic by the port that it was first sent to.
    ports: [{ internal: port, external: port }],
    envs: pulumi.all([needed, own]).apply(([first, more]) => [...first, ...more]),
    volumes: [{ hostPath: SERVICE_FILES, containerPath: "/run/secrets", readOnly: true }],
    user: SERVICE_USER,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    memory: SERVICE_MEMORY_MIB,
    memorySwap: SERVICE_MEMORY_MIB,
    labels,
  };
}
