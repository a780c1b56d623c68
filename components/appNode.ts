import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { CtSettings } from "../lib/config/settings";
import { APP_PORT } from "../lib/config/settings";
import type { StorageDriver } from "../lib/docker/dockerDaemon";
import { SERVICE_FILES, SERVICE_USER } from "../lib/docker/serviceFiles";
import {
  appNodeFeatures,
  appNodeRawLines,
  DOCKER_UNIT,
  installDocker,
  writeServiceFiles,
} from "../lib/docker/installDocker";
import type { Target } from "../lib/haproxy/haproxyConfig";
import { withPrefix } from "../lib/net/cidr";
import type { SecurityGroup } from "../lib/security/securityGroup";
import { sshOptions } from "../lib/ssh/sshOptions";
import { TargetAttachment } from "../provider/targetAttachment";
import type { AppImage } from "./appImage";
import type { CtPlacement } from "./ct";
import { Container } from "./ct";
import { ctCommand } from "./ctCommand";
import type { DatabaseEndpoint } from "./database";
import { firewall } from "./firewall";
import type { LoadBalancer } from "./loadBalancer";
import type { Network } from "./network";

export interface AppNodeArgs extends CtSettings {
  placement: CtPlacement;
  network: Network;
  privateGateway: string;
  privateCidr: string;
  /** Storage driver of the node's Docker. A change restarts CT and Docker; images are built again. */
  storageDriver: StorageDriver;
  /** Who may reach the service. Applied in place. */
  securityGroup: SecurityGroup;
  database: DatabaseEndpoint;
  image: AppImage;
  /** Has the node as a target: it drains it before its service is replaced, and checks it afterwards. */
  loadBalancer: LoadBalancer;
  /**
   * The node whose service is replaced before this one's, so that a new image takes out one target at
   * a time, and no second one when the first does not get healthy.
   *
   * @default - none
   */
  after?: AppNode;
}

/** Memory of the service's container in MiB; the rest of the CT's cap is Docker's and the system's. */
const SERVICE_MEMORY_MIB = 192;

/** As an ALB's deregistration delay; answers take no longer than `timeout server`. */
const DEREGISTRATION_DELAY_SECONDS = 10;

/** A web service in Docker in a privileged CT of the private subnet: the part that EC2 plays. */
export class AppNode extends pulumi.ComponentResource {
  readonly name: string;
  readonly vmid: number;
  /** In the rotation, and healthy. */
  readonly attachment: TargetAttachment;
  readonly incarnation: pulumi.Output<string>;
  readonly summary: pulumi.Output<Target & { vmid: number; storageDriver: string }>;

  constructor(name: string, args: AppNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:AppNode", name, {}, opts);
    this.name = args.name;
    this.vmid = args.vmid;
    const container = this.makeContainer(name, args);
    const { aptProxy } = args.placement;
    // Rules first: the installation of Docker starts it, and there must be no moment without them.
    const { securityGroup } = args;
    const rules = firewall(
      name,
      { container, securityGroup, member: args.name, service: DOCKER_UNIT, aptProxy },
      this,
    );
    const engine = ctCommand(
      `${name}-docker`,
      {
        container,
        installs: true,
        script: installDocker(args.storageDriver, aptProxy),
        // In a CT just started Docker may need a moment more than SSH does.
        triggers: [container.starts],
        dependsOn: [rules],
      },
      this,
    );
    const files = ctCommand(
      `${name}-files`,
      {
        container,
        script: writeServiceFiles(),
        stdin: pulumi.interpolate`${args.database.password}\n${args.database.certificate}\n`,
        triggers: [args.database.incarnation],
      },
      this,
    );
    const service = this.runService(name, args, container, [engine, files]);
    this.attachment = this.attach(name, args, service);
    const target = targetOf(args);
    this.incarnation = container.incarnation;
    this.summary = pulumi.output({
      ...target,
      vmid: container.vmid,
      storageDriver: args.storageDriver,
    });
    this.registerOutputs({ summary: this.summary });
  }

  private makeContainer(name: string, args: AppNodeArgs): Container {
    return new Container(
      name,
      {
        placement: args.placement,
        network: args.network,
        vmid: args.vmid,
        hostname: args.name,
        role: "app",
        description: `Docker on ${args.storageDriver} (EC2 instance)`,
        securityGroup: args.securityGroup,
        cores: 1,
        memoryMiB: args.memoryMiB,
        diskGiB: args.diskGiB,
        startupOrder: 2,
        address: args.address,
        interfaces: [
          {
            bridge: args.network.privateBridge,
            cidr: withPrefix(args.address, args.privateCidr),
            gateway: args.privateGateway,
          },
        ],
        privileged: {
          features: appNodeFeatures(args.storageDriver),
          rawLines: appNodeRawLines(args.storageDriver),
        },
      },
      { parent: this },
    );
  }

  private runService(
    name: string,
    args: AppNodeArgs,
    container: Container,
    dependsOn: pulumi.Resource[],
  ): docker.Container {
    const provider = new docker.Provider(
      `${name}-engine`,
      {
        host: `ssh://root@${args.address}:22`,
        sshOpts: container.access.endpoint.apply(sshOptions),
      },
      { parent: this, dependsOn },
    );
    const inside = { parent: this, provider, dependsOn, deletedWith: container.ct };
    const image = new docker.RemoteImage(
      `${name}-image`,
      {
        name: `homelab/web:${args.image.digest.slice(0, 12)}`,
        // The builder of the node itself: another one would build on this machine.
        build: { context: args.image.context, useLegacyBuilder: true },
        triggers: { context: args.image.digest, incarnation: container.incarnation },
        // A replacement of the same content would else remove the image that its successor uses.
        keepLocally: true,
      },
      inside,
    );
    return new docker.Container(
      `${name}-web`,
      serviceArgs(args, image.imageId, container.incarnation),
      {
        ...inside,
        dependsOn: args.after ? [...dependsOn, args.after.attachment] : dependsOn,
        deleteBeforeReplace: true,
      },
    );
  }

  private attach(name: string, args: AppNodeArgs, service: docker.Container): TargetAttachment {
    const { loadBalancer } = args;
    return new TargetAttachment(
      `${name}-target`,
      {
        target: args.name,
        loadBalancer: loadBalancer.access.endpoint,
        cts: { node: args.placement.access.endpoint, vmids: [args.vmid, loadBalancer.vmid] },
        deadlineSeconds: 120,
        deregistrationDelaySeconds: DEREGISTRATION_DELAY_SECONDS,
        triggers: [service.id],
      },
      {
        parent: this,
        dependsOn: [loadBalancer.active, service],
        deletedWith: loadBalancer.ct,
      },
    );
  }
}

/** An app node as the load balancer knows it; all of it is configured, so known at preview. */
export function targetOf({ name, address }: CtSettings): Target {
  return { name, address, port: APP_PORT };
}

function serviceArgs(
  args: AppNodeArgs,
  image: pulumi.Input<string>,
  incarnation: pulumi.Output<string>,
): docker.ContainerArgs {
  const { database } = args;
  return {
    name: "web",
    image,
    restart: "unless-stopped",
    // Equal numbers: the access rules recognise traffic by the port that it was first sent to.
    ports: [{ internal: APP_PORT, external: APP_PORT }],
    envs: [
      `PORT=${APP_PORT}`,
      `NODE_NAME=${args.name}`,
      `STORAGE_DRIVER=${args.storageDriver}`,
      `PGHOST=${database.address}`,
      `PGPORT=${database.port}`,
      `PGUSER=${database.role}`,
      `PGDATABASE=${database.database}`,
      "PGPASSWORD_FILE=/run/secrets/pgpassword",
      "PGSSLROOTCERT=/run/secrets/db.crt",
    ],
    volumes: [{ hostPath: SERVICE_FILES, containerPath: "/run/secrets", readOnly: true }],
    user: SERVICE_USER,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    memory: SERVICE_MEMORY_MIB,
    memorySwap: SERVICE_MEMORY_MIB,
    // Labels replace the container: it must start anew with another CT or other credentials.
    labels: [
      { label: "homelab.incarnation", value: incarnation },
      { label: "homelab.database", value: database.incarnation },
    ],
  };
}
