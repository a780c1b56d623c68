import { parse, type ParsedScript, type Script, type Statement, type SyntaxNode } from "unbash";
import type { Expansion } from "./words";
import { Machine } from "./machine";
import { runWords } from "./simpleCommand";
import type { Host, Shell as Followed } from "./types";
import { ANY, outcome, type FileFact, type Outcome } from "./values";
import { NODES } from "./nodes";

const MAX_DEPTH = 12;
const MAX_STEPS = 20_000;

/** Follows a script in a shell of its own: each way that it may go, and what they have in common after. */
export class Shell implements Expansion, Followed {
  readonly functions = new Map<string, SyntaxNode>();
  private readonly endings: Machine[] = [];
  private returns: Machine[] = [];
  private readonly atExit: string[] = [];
  private steps = 0;
  /** Arguments of the function or file that is run, the first one under "1". */
  arguments: string[] = [];
  depth = 0;
  /** Text of the script that is run, for messages. */
  source = "";

  constructor(
    readonly host: Host,
    /** Undefined: not known. */
    public stdin: string | undefined,
  ) {}

  get machine(): Machine {
    return this.host.machine;
  }

  run(text: string): Outcome {
    if (this.depth > MAX_DEPTH) {
      this.host.fault("script", text, "it runs itself again and again");
      return outcome();
    }
    const script = parse(text);
    this.complain(script, text);
    const before = this.source;
    this.source = text;
    this.depth += 1;
    const result = this.list(script.commands);
    this.depth -= 1;
    this.source = before;
    return result;
  }

  /** Ends the script: what `trap` names is run, and all its ends become one. */
  finish(): void {
    for (const text of this.atExit.splice(0)) {
      this.host.machine.ended = undefined;
      this.run(text);
    }
    const ends = [...this.endings];
    if (this.machine.ended !== "failed" || ends.length === 0) ends.push(this.machine);
    const [first = this.machine, ...others] = ends;
    this.host.machine = others.reduce(
      (a, b) => Machine.either(a, b, (what) => this.unsure(what, "exit")),
      first,
    );
    this.host.machine.ended = undefined;
  }

  trap(text: string): void {
    if (text !== "" && text !== "-") this.atExit.push(text);
  }

  variable(name: string): string | undefined {
    if (/^\d+$/.test(name)) return name === "0" ? "sh" : (this.arguments[Number(name) - 1] ?? "");
    if (name === "@" || name === "*") return this.arguments.join(" ");
    return this.machine.variables.get(name);
  }

  output(script: ParsedScript | undefined): string {
    return this.substituted(script)?.output ?? ANY;
  }

  follow(script: ParsedScript | undefined): void {
    this.substituted(script);
  }

  private substituted(script: ParsedScript | undefined): Outcome | undefined {
    if (!script) return undefined;
    this.complain(script, this.source);
    return this.inside(() => this.list(script.commands));
  }

  /** Runs in a subshell: folder and variables are as before, and `exit` ends it alone. */
  inside(run: () => Outcome): Outcome {
    const { variables, folder } = this.machine;
    this.machine.variables = new Map(variables);
    const result = run();
    this.machine.variables = variables;
    this.machine.folder = folder;
    const { ended } = this.machine;
    this.machine.ended = undefined;
    return ended === "failed" ? outcome(false) : ended ? outcome(true) : result;
  }

  list(statements: readonly Statement[]): Outcome {
    let last = outcome(true, "");
    let output: string | undefined = "";
    let leavesLoop = false;
    for (const { command } of statements) {
      if (this.machine.ended || leavesLoop) break;
      leavesLoop =
        command.type === "Command" && /^(break|continue)$/.test(command.name?.value ?? "");
      last = this.node(command);
      output = output === undefined || last.output === undefined ? undefined : output + last.output;
    }
    return { ...last, output };
  }

  /** Follows a command whose standard input is another one than the shell's. */
  fed(node: SyntaxNode, stdin: string | undefined): Outcome {
    const outer = this.stdin;
    this.stdin = stdin;
    const result = this.node(node);
    this.stdin = outer;
    return result;
  }

  node(node: SyntaxNode): Outcome {
    this.steps += 1;
    if (this.steps > MAX_STEPS) {
      if (this.steps === MAX_STEPS + 1) this.host.fault("script", this.source, "it is too long");
      return outcome();
    }
    const follow = NODES[node.type] as ((node: SyntaxNode, shell: Shell) => Outcome) | undefined;
    if (follow) return follow(node, this);
    this.host.fault("script", this.textOf(node), "this kind of command is not followed");
    return outcome();
  }

  textOf({ pos, end }: { pos: number; end: number }): string {
    return this.source.slice(pos, end);
  }

  /** Runs one of two ways, or both where it cannot be known which. */
  either(
    { succeeded, ifTrue, ifFalse }: Outcome,
    [first, second]: [() => Outcome, () => Outcome],
    swapped = false,
  ): Outcome {
    const way = (run: () => Outcome, facts: FileFact[]) => {
      for (const { path, text } of facts) this.machine.files.set(path, text);
      return run();
    };
    const [yes, no] = swapped ? [ifFalse, ifTrue] : [ifTrue, ifFalse];
    if (succeeded === true) return way(first, ifTrue);
    if (succeeded === false) return way(second, ifFalse);
    const before = this.machine.clone();
    const a = way(first, yes);
    const afterA = this.machine;
    this.host.machine = before;
    const b = way(second, no);
    this.host.machine = this.joined(afterA, this.machine);
    const same = a.succeeded === b.succeeded ? a.succeeded : undefined;
    return outcome(same, a.output === b.output ? a.output : undefined);
  }

  /** A way that ended the script goes no further; one that failed leaves nothing to be judged. */
  private joined(a: Machine, b: Machine): Machine {
    if (a.ended) this.keep(a);
    if (a.ended) return b;
    if (b.ended) this.keep(b);
    if (b.ended) return a;
    return Machine.either(a, b, (what) => this.unsure(what, "a condition"));
  }

  private keep(machine: Machine): void {
    if (machine.ended === "succeeded") this.endings.push(machine);
    if (machine.ended === "returned") this.returns.push(machine);
  }

  /** Runs a function's body: `return` ends it, wherever it stands. */
  called(body: SyntaxNode): Outcome {
    const outer = this.returns;
    this.returns = [];
    const result = this.node(body);
    const ends = this.returns.splice(0);
    this.returns = outer;
    for (const one of ends) one.ended = undefined;
    if (this.machine.ended === "returned") this.machine.ended = undefined;
    if (ends.length === 0) return result;
    if (!this.machine.ended) ends.push(this.machine);
    else this.keep(this.machine);
    const [first = this.machine, ...others] = ends;
    this.host.machine = others.reduce(
      (a, b) => Machine.either(a, b, (what) => this.unsure(what, "a condition")),
      first,
    );
    return outcome();
  }

  private unsure(what: string, because: string): void {
    const area = /iptables|nft|firewall/.test(what) ? "firewall" : "script";
    this.host.fault(area, what, `it depends on ${because} that cannot be known`);
  }

  private complain(
    script: Script & { errors?: readonly { message: string }[] },
    text: string,
  ): void {
    const [error] = script.errors ?? [];
    if (error) this.host.fault("script", text, `it is no valid shell script: ${error.message}`);
  }

  words(words: string[], given: { stdin: string | undefined; text: string }): Outcome {
    return runWords(words, given, this);
  }

  apart(text: string, args: string[], stdin: string | undefined): Outcome {
    if (this.depth > 8) {
      this.host.fault("script", text, "it runs itself again and again");
      return outcome();
    }
    const shell = new Shell(this.host, stdin);
    shell.depth = this.depth + 1;
    shell.arguments = args;
    return this.inside(() => {
      const result = shell.run(text);
      shell.finish();
      return result;
    });
  }
}
