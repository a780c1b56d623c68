/** What a shell can complete behind one command. */
export interface Completable {
  name: string;
  /** Options as they are typed, such as `--json`. */
  options: readonly string[];
  /** Words that its arguments may be. */
  words: readonly string[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that a shell reads, upon which it completes the words of `lab` and `./lab`. */
export function completionScript(shell: Shell, commands: readonly Completable[]): string {
  if (shell === "fish") return fishScript(commands);
  // zsh runs bash's functions; `compinit` may not have been called by a plain .zshrc.
  const head = "autoload -Uz compinit bashcompinit && compinit -u && bashcompinit\n";
  return `${shell === "zsh" ? head : ""}${bashScript(commands)}`;
}

function bashScript(commands: readonly Completable[]): string {
  const cases = commands.map(
    ({ name, options, words }) =>
      `    ${name}) words="${words.join(" ")}" options="${options.join(" ")}" ;;`,
  );
  return `_lab() {
  local word before="" command="" words options
  local current=\${COMP_WORDS[COMP_CWORD]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -- ]] && return
    [[ -z $command && $word != -* && $before != --stack ]] && command=$word
    before=$word
  done
  case $command in
    "") words="${commands.map(({ name }) => name).join(" ")} help" options="--help --version" ;;
    help) words="${commands.map(({ name }) => name).join(" ")}" options="" ;;
${cases.join("\n")}
    *) return ;;
  esac
  [[ $current == -* ]] && words=$options
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _lab lab ./lab
`;
}

function fishScript(commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name);
  const first = `complete -c lab -n __fish_use_subcommand -f -a '${[...names, "help"].join(" ")}'`;
  const others = commands.flatMap(({ name, options, words }) => {
    const seen = `complete -c lab -n '__fish_seen_subcommand_from ${name}'`;
    return [
      ...(words.length > 0 ? [`${seen} -f -a '${words.join(" ")}'`] : []),
      ...options
        .filter((option) => option.startsWith("--"))
        .map((option) => `${seen} -l ${option.slice(2)}`),
    ];
  });
  return `${[first, ...others].join("\n")}\n`;
}
