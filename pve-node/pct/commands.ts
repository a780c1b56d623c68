import type { LxcHost } from "../lxc/lxcHost";
import {
  configCommand,
  createCommand,
  destroyCommand,
  listCommand,
  resizeCommand,
  setCommand,
  unlockCommand,
} from "./configuration";
import { enterCommand, execCommand, pullCommand, pushCommand } from "./inside";
import { rebootCommand, shutdownCommand, startCommand, statusCommand, stopCommand } from "./power";

type Command = (host: LxcHost, args: string[]) => Promise<number>;

/** The commands of `pct`, as on a Proxmox node. */
export const commands: Record<string, Command> = {
  list: listCommand,
  config: configCommand,
  set: setCommand,
  create: createCommand,
  destroy: destroyCommand,
  resize: resizeCommand,
  unlock: unlockCommand,
  start: startCommand,
  stop: stopCommand,
  shutdown: shutdownCommand,
  reboot: rebootCommand,
  status: statusCommand,
  exec: execCommand,
  enter: enterCommand,
  push: pushCommand,
  pull: pullCommand,
};

export const usage = () =>
  `USAGE: pct <COMMAND> [ARGS] [OPTIONS]\n${Object.keys(commands)
    .map((name) => `       pct ${name}\n`)
    .join("")}`;
