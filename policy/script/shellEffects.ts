import { Firewall } from "./firewall";
import { parseScript, type Command } from "./shell";

/** Words before a command that only steer the script. Both branches of a condition count as run. */
const KEYWORDS = new Set([
  "if",
  "then",
  "elif",
  "else",
  "while",
  "until",
  "do",
  "!",
  "time",
  "exec",
]);
const MAX_DEPTH = 5;

/** What scripts leave on a host, as far as can be read from their text: files and firewall rules. */
export class Host {
  readonly files = new Map<string, string>();
  readonly ipv4 = new Firewall();
  readonly ipv6 = new Firewall();

  /** `watch` sees the words of each command, with the host as it is just before. */
  constructor(private readonly watch: (words: string[]) => void = () => undefined) {}

  /** Follows a script. What it does by loops, variables and unknown programs is not seen. */
  run(script: string, depth = 0): void {
    if (depth > MAX_DEPTH) return;
    let succeeded = true;
    for (const command of parseScript(script)) {
      if (command.after === "&&" && !succeeded) continue;
      if (command.after === "||" && succeeded) continue;
      succeeded = this.execute(command, depth);
    }
  }

  /** True when the command succeeds; anything that is not modelled is taken to. */
  private execute(command: Command, depth: number): boolean {
    const words = command.words.slice();
    while (KEYWORDS.has(words[0] ?? "") || /^[A-Za-z_]\w*=/.test(words[0] ?? "")) words.shift();
    this.watch(words);
    const [program = "", ...args] = words;
    const name = program.slice(program.lastIndexOf("/") + 1);
    const family = /^iptables/.test(name) ? this.ipv4 : this.ipv6;
    const operands = args.filter((arg) => !arg.startsWith("-"));
    if (/^ip6?tables(-nft|-legacy)?$/.test(name)) return family.apply(args);
    if (/^ip6?tables(-nft|-legacy)?-restore$/.test(name)) {
      const file = this.input(command) ?? this.files.get(operands.at(-1) ?? "");
      const keepOthers = args.includes("-n") || args.includes("--noflush");
      if (file !== undefined) family.restore(file, keepOthers);
    } else if (name === "mv" || name === "cp") {
      const [from = "", to = ""] = operands.slice(-2);
      const content = this.files.get(from);
      if (content !== undefined) this.files.set(to, content);
      if (name === "mv") this.files.delete(from);
    } else if (name === "tee") this.write(operands[0], command.input, args.includes("-a"));
    else if (/^(ba|da)?sh$/.test(name)) this.runFile(operands[0], depth);
    else this.runFile(program, depth);
    this.redirect(command, printed(name, args, command.input));
    return true;
  }

  private runFile(path: string | undefined, depth: number): void {
    const script = this.files.get(path ?? "");
    if (script !== undefined) this.run(script, depth + 1);
  }

  private input(command: Command): string | undefined {
    const from = command.redirects.find(({ operator }) => operator === "<");
    return from ? this.files.get(from.target) : command.input;
  }

  private redirect(command: Command, output: string | undefined): void {
    for (const { operator, target } of command.redirects) {
      if (operator.startsWith(">")) this.write(target, output, operator === ">>");
    }
  }

  private write(path: string | undefined, content: string | undefined, append: boolean): void {
    if (!path || path === "/dev/null") return;
    // A file with text that cannot be known is not what it was before.
    if (content === undefined) this.files.delete(path);
    else this.files.set(path, append ? (this.files.get(path) ?? "") + content : content);
  }
}

/** Standard output of the commands that scripts write files with. */
function printed(name: string, args: string[], input: string | undefined): string | undefined {
  if (name === "echo") return `${args.filter((arg) => arg !== "-n").join(" ")}\n`;
  if (name === "cat" && args.length === 0) return input;
  if (name !== "printf") return undefined;
  const [format = "", ...values] = args;
  const unescaped = format.replaceAll("\\n", "\n");
  if (!unescaped.includes("%")) return unescaped;
  if (!/^(%s|[^%])*$/.test(unescaped)) return undefined;
  // The format is used again until all values are printed.
  const slots = unescaped.split("%s").length - 1;
  let text = "";
  for (let i = 0; i < Math.max(values.length, 1); i += slots) {
    let next = i;
    text += unescaped.replaceAll("%s", () => values[next++] ?? "");
  }
  return text;
}
