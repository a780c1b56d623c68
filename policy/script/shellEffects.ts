import type { Firewall } from "./firewall";
import { followLater } from "./later";
import { areaOf, type Area } from "./judgedPaths";
import { Machine } from "./machine";
import { Shell } from "./shell";
import { steered } from "./steering";
import type { Fault, Host as Followed, HostOptions, KernelSetting } from "./types";
import { ANY } from "./values";

/** What scripts leave on a host: files, firewall rules, units. What cannot be followed is a fault. */
export class Host implements Followed {
  readonly faults: Fault[] = [];
  readonly kernel: KernelSetting[] = [];
  /** What `docker run` and its like were given. */
  readonly dockerRuns: string[][] = [];
  /** Files whose later effects have been followed, by their path. */
  readonly seen = new Map<string, string>();
  machine = new Machine();

  constructor(readonly options: HostOptions = {}) {}

  /** Texts of the files that are wholly known. */
  get files(): Map<string, string> {
    const known = [...this.machine.files].filter(
      ([, text]) => text !== null && !text.includes(ANY),
    );
    return new Map(known as [string, string][]);
  }

  get ipv4(): Firewall {
    return this.machine.ipv4;
  }

  get ipv6(): Firewall {
    return this.machine.ipv6;
  }

  /**
   * Follows a script to its end, with whatever its units and hooks do later.
   *
   * @param stdin text of its standard input; undefined when it is not known
   */
  run(script: string, stdin?: string, environment: Record<string, string> = {}): void {
    // A shell of its own for each script: variables and the folder do not outlive it.
    this.machine.variables.clear();
    this.machine.folder = "/root";
    this.machine.ended = undefined;
    const shell = new Shell(this, stdin);
    for (const [name, value] of Object.entries(environment)) {
      steered(name, value, shell, `${name}=${value}`);
      this.machine.variables.set(name, value);
    }
    shell.run(script);
    shell.finish();
    followLater(this);
  }

  /** What a script would do to this host; the host stays as it is. */
  trial(script: string, stdin?: string): Host {
    const copy = this.copy();
    copy.run(script, stdin);
    return copy;
  }

  another(options: HostOptions): Host {
    return new Host(options);
  }

  shell(stdin: string | undefined): Shell {
    return new Shell(this, stdin);
  }

  /** A host of its own in the same state, without the faults. */
  copy(): Host {
    const copy = new Host(this.options);
    copy.machine = this.machine.clone();
    for (const [path, text] of this.seen) copy.seen.set(path, text);
    return copy;
  }

  /** What policies judge, as one text, for two hosts to be compared. */
  judgedState(): string {
    const { files, units, ipv4, ipv6, nft } = this.machine;
    const judged = [...files].filter(([path]) => areaOf(path)).sort();
    const orders = [...units].filter(([unit]) => !unit.startsWith("active ")).sort();
    return JSON.stringify([judged, orders, ipv4.text(), ipv6.text(), nft]);
  }

  /** A file is copied here whose text is not read. */
  copyTo(path: string): void {
    const area = areaOf(path);
    if (area) this.fault(area, `copy to ${path}`, "the text of a copied file is not read");
    this.machine.files.set(path, ANY);
  }

  fault(area: Area, command: string, why: string): void {
    const line = withoutSecrets(command.replace(/\s+/g, " ").trim());
    const short = line.length > 80 ? `${line.slice(0, 77)}...` : line;
    const known = this.faults.some((one) => one.area === area && one.command === short);
    if (!known && this.faults.length < 50) this.faults.push({ area, command: short, why });
  }
}

/** Values that are named like secrets are never shown. */
function withoutSecrets(text: string): string {
  return text
    .replace(/(\w*(?:pass|secret|token|key)\w*\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi, "$1…")
    .replace(/(password\s+)("[^"]*"|'[^']*'|\S+)/gi, "$1…")
    .replace(/-----BEGIN .*/, "…");
}
