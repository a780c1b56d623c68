import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { SERVICE_FILES, SERVICE_USER } from "../lib/docker/serviceFiles";
import { sshOptions } from "../lib/ssh/sshOptions";
import { serviceProblems } from "../lib/docker/checkService";
import type { StorageDriver } from "../lib/stack/settings";
import type { AppImage, RegistryImage } from "./appImage";
import type { Ct } from "./ct";
import type { DatabaseEndpoint } from "./database";

/** What runs on an app node, with all defaults. */
export interface WebServiceArgs {
  ct: Ct;
  /** Name that the service shows, and the load balancer knows it by. */
  node: string;
  image: AppImage | RegistryImage;
  port: pulumi.Input<number>;
  environment: pulumi.Input<Record<string, pulumi.Input<string>>>;
  storageDriver: pulumi.Input<StorageDriver>;
  database: DatabaseEndpoint;
  /** A hash of the database's credentials; another one starts the service anew. */
  credentials: pulumi.Input<string>;
}

/** Memory of the service's container in MiB; the rest of the CT's cap is Docker's and the system's. */
const SERVICE_MEMORY_MIB = 192;

/** The service's image and its container, through the node's own Docker. */
export function webService(
  name: string,
  args: WebServiceArgs,
  { parent, dependsOn }: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): docker.Container {
  const { ct } = args;
  const provider = new docker.Provider(
    `${name}-engine`,
    {
      host: pulumi.interpolate`ssh://root@${ct.address}:22`,
      sshOpts: ct.access.endpoint.apply(sshOptions),
    },
    { parent, dependsOn },
  );
  const inside = { parent, provider, dependsOn, deletedWith: ct.ct };
  const image = new docker.RemoteImage(
    `${name}-image`,
    {
      ...imageArgs(args),
      // A replacement of the same content would else remove the image that its successor uses.
      keepLocally: true,
    },
    inside,
  );
  // Labels replace the container: it must start anew with another CT or other credentials.
  const labels = [
    { label: "homelab.incarnation", value: ct.incarnation },
    { label: "homelab.database", value: args.credentials },
  ];
  return new docker.Container(
    `${name}-web`,
    { ...containerArgs(args, parent), image: image.imageId, labels },
    { ...inside, deleteBeforeReplace: true },
  );
}

/** The image, built on the node from a folder of this machine, or pulled by the node. */
function imageArgs({ image, ct, storageDriver }: WebServiceArgs): docker.RemoteImageArgs {
  // Each storage driver has images of its own.
  const triggers = { incarnation: ct.incarnation, storageDriver };
  if ("reference" in image) return { name: image.reference, triggers };
  const digest = pulumi.output(image.digest);
  return {
    name: digest.apply((text) => `homelab/web:${text.slice(0, 12)}`),
    // The builder of the node itself: another one would build on this machine.
    build: { context: image.context, useLegacyBuilder: true },
    triggers: { context: digest, ...triggers },
  };
}

function containerArgs(
  args: WebServiceArgs,
  resource: pulumi.Resource,
): Omit<docker.ContainerArgs, "image" | "labels"> {
  const { database, node } = args;
  const checked = pulumi.all([args.port, args.environment]).apply(([port, environment]) => {
    const problems = serviceProblems(port, environment);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), resource);
    const own = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
    return { port, own };
  });
  const needed = pulumi.all([
    pulumi.interpolate`PORT=${checked.port}`,
    `NODE_NAME=${node}`,
    pulumi.interpolate`STORAGE_DRIVER=${args.storageDriver}`,
    pulumi.interpolate`PGHOST=${database.address}`,
    pulumi.interpolate`PGPORT=${database.port}`,
    pulumi.interpolate`PGUSER=${database.role}`,
    pulumi.interpolate`PGDATABASE=${database.database}`,
    "PGPASSWORD_FILE=/run/secrets/pgpassword",
    "PGSSLROOTCERT=/run/secrets/db.crt",
  ]);
  return {
    name: "web",
    restart: "unless-stopped",
    // Equal numbers: the access rules recognise traffic by the port that it was first sent to.
    ports: [{ internal: checked.port, external: checked.port }],
    envs: pulumi.all([needed, checked.own]).apply(([first, more]) => [...first, ...more]),
    volumes: [{ hostPath: SERVICE_FILES, containerPath: "/run/secrets", readOnly: true }],
    user: SERVICE_USER,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    memory: SERVICE_MEMORY_MIB,
    memorySwap: SERVICE_MEMORY_MIB,
  };
}
