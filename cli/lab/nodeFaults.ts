import { faultsFile, type NodeFaults } from "../../pve-node/box/nodeFaults";
import { integerOption, type OptionSpec, UsageError } from "../core/command";
import { type NodeAccess, onNode } from "./ssh";

/** Options of `pve faults`. */
export const faultOptions: Record<string, OptionSpec> = {
  "start-delay": { type: "string", value: "SECONDS", help: "each CT's start takes longer" },
  "lose-every": { type: "string", value: "N", help: "each Nth answer is 596 Broken pipe" },
  cut: {
    type: "string",
    value: "WHEN",
    help: "before or after it is done (default: by turns)",
  },
  "changes-only": { type: "boolean", help: "POST, PUT and DELETE only" },
};

/** What the options say; undefined: none is given. */
export function faultsOf(
  options: Record<string, string | boolean | undefined>,
): NodeFaults | undefined {
  if (Object.keys(faultOptions).every((name) => options[name] === undefined)) return undefined;
  const { cut } = options;
  if (cut !== undefined && cut !== "before" && cut !== "after") {
    throw new UsageError(
      `--cut: must be before or after, got ${JSON.stringify(cut)}; leave it out for both by turns`,
    );
  }
  const number = (name: string, min: number, max: number) =>
    integerOption(`--${name}`, options[name], { min, max, default: 0 });
  const startDelay = number("start-delay", 0, 600);
  const everyNth = number("lose-every", 2, 1_000_000);
  if (!everyNth && (cut !== undefined || options["changes-only"])) {
    throw new UsageError("--cut and --changes-only: need --lose-every, which is missing");
  }
  return {
    ...(startDelay ? { startDelayMs: startDelay * 1000 } : {}),
    ...(everyNth ? { everyNth } : {}),
    ...(cut ? { cut } : {}),
    ...(options["changes-only"] ? { only: "changes" } : {}),
  };
}

/** The faults in words, one a line. */
export function describeFaults(faults: NodeFaults): string[] {
  const { startDelayMs = 0, everyNth, cut, only } = faults;
  const what = only === "changes" ? "changes (POST, PUT, DELETE)" : "requests";
  const when = cut ? `${cut} it is carried out` : "before and after it is carried out, by turns";
  const lines = [
    ...(startDelayMs > 0 ? [`each start of a CT takes ${startDelayMs / 1000} s longer`] : []),
    ...(everyNth ? [`one of ${everyNth} ${what} is answered 596 Broken pipe, ${when}`] : []),
  ];
  return lines.length > 0 ? lines : ["the node has no faults"];
}

export async function readFaults(ssh: NodeAccess): Promise<NodeFaults> {
  const { stdout } = await onNode(ssh, ["cat", faultsFile]);
  return stdout.trim() === "" ? {} : (JSON.parse(stdout) as NodeFaults);
}

/** They hold at once, and until others are set. */
export async function writeFaults(ssh: NodeAccess, faults: NodeFaults): Promise<void> {
  const none = Object.keys(faults).length === 0;
  const words = none ? ["rm", "-f", faultsFile] : ["tee", faultsFile];
  const { code, stderr } = await onNode(ssh, words, { stdin: JSON.stringify(faults) });
  if (code !== 0) throw new Error(`embedded node: faults are not set: ${stderr.trim()}`);
}
