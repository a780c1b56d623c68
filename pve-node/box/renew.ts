import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { docker, inspect, remove } from "./docker";
import { withNodeFiles } from "./images";
import { containerName } from "./names";
import { type Made, restartReason } from "./renewal";
import { readState } from "./boxState";

/** Where the files stand in the box before they take their places. */
const PLACE = "/opt/pve-node-new";

/** `renew` says by this exit status that only a boot sets up what has changed. */
const NEEDS_BOOT = 3;

interface Image {
  RootFS: { Layers: string[] };
}

/**
 * Gives a running node the files of another image and starts its daemons anew, under CTs that go on.
 *
 * @param runWith arguments of `docker run` for a container of the other image
 * @returns why the node must be restarted instead; undefined when it has the files
 */
export async function renew(paths: LabPaths, runWith: string[]): Promise<string | undefined> {
  const name = containerName(paths);
  const reason = await differs(paths, name, runWith);
  if (reason) return reason;
  return withNodeFiles(paths, async (context) => {
    await docker(["exec", name, "rm", "-rf", PLACE]);
    await docker(["cp", context, `${name}:${PLACE}`]);
    const script = `${PLACE}/rootfs/usr/local/lib/pve-node/renew`;
    const { code, stderr } = await exec("docker", ["exec", name, "bash", script, PLACE]);
    if (code === NEEDS_BOOT) return "only a start sets up what has changed";
    return code === 0 ? undefined : `its daemons were not started anew: ${stderr.trim()}`;
  });
}

/** Compares the container with one that is made as it would be now, and not started. */
async function differs(
  paths: LabPaths,
  name: string,
  runWith: string[],
): Promise<string | undefined> {
  const next = `${name}-next`;
  const named = runWith.map((word) => (word === name ? next : word));
  await remove("container", next);
  try {
    await docker(["create", ...named]);
    const [running, wanted] = await Promise.all(
      [name, next].map((which) => inspect<Made & { Image: string }>("container", which)),
    );
    if (!running || !wanted) return "it is gone";
    const layers = async (image?: string) =>
      image ? (await inspect<Image>("image", image))?.RootFS.Layers : undefined;
    const system = (await readState(paths)).image?.system;
    return restartReason({
      ...{ running, wanted },
      layers: {
        running: await layers(running.Image),
        wanted: await layers(wanted.Image),
        system: await layers(system),
      },
      selinux: /selinux/.test(await docker(["info", "--format", "{{.SecurityOptions}}"])),
    });
  } finally {
    await remove("container", next);
  }
}
