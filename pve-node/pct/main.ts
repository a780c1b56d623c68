import { lxcHost } from "../lxc/lxcHost";
import { runHook } from "../lxc/hook";
import { serveArchive } from "../lxc/backup";
import { servePopulate } from "../lxc/populate";
import { errorText } from "./arguments";
import { commands, usage } from "./commands";
import { restartAfterStop } from "./power";

/** Subcommands that LXC and the driver call; people have no use for them. */
const internal: Record<string, (args: string[]) => Promise<number>> = {
  hook: ([vmid = "", , type = ""]) =>
    runHook(lxcHost(), Number(vmid), type, process.env.LXC_TARGET),
  populate: () => servePopulate(lxcHost()),
  archive: () => serveArchive(lxcHost()),
  "restart-after-stop": ([vmid = ""]) => restartAfterStop(lxcHost(), Number(vmid)),
};

async function main([name = "help", ...args]: string[]): Promise<number> {
  const own = internal[name];
  if (own) return own(args);
  const command = commands[name];
  if (command) return command(lxcHost(), args);
  process.stderr.write(
    name === "help" ? usage() : `ERROR: unknown command 'pct ${name}'\n${usage()}`,
  );
  return name === "help" ? 0 : 255;
}

process.exitCode = 255; // also when Node.js ends because nothing is left that could finish the command
main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = 255;
  },
);
