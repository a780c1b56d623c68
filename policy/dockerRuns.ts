import {
  asList,
  asNumber,
  asProps,
  asText,
  propsOf,
  UNKNOWN,
  type Plain,
  type Props,
} from "./plain";

type Finding = [wrong: string, got: Plain, remedy: string];

/** Variables that make a program load or run something else, listen for a debugger, or speak by way of others. */
const STEERING =
  /^(LD_(PRELOAD|LIBRARY_PATH|AUDIT)|NODE_(OPTIONS|PATH|REPL_EXTERNAL_MODULE|EXTRA_CA_CERTS|DEBUG\w*|V8_COVERAGE)|PYTHON(PATH|STARTUP|INSPECT|HOME)|PERL5(LIB|OPT)|RUBY(LIB|OPT)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|BASH_ENV|ENV|PATH|GCONV_PATH|SSL_CERT_(FILE|DIR)|GIT_SSH(_COMMAND)?|PG(OPTIONS|SERVICE|SERVICEFILE|SYSCONFDIR|HOSTADDR|PASSFILE))$|^(HTTPS?|ALL|FTP|SOCKS)_PROXY$/i;
/** Values that take the check of whom it connects to away. */
const LOOSE =
  /^(NODE_TLS_REJECT_UNAUTHORIZED=0|PGSSLMODE=(disable|allow|prefer|require)|PYTHONHTTPSVERIFY=0|GIT_SSL_NO_VERIFY=.+|CURL_INSECURE=.+)$/;

/** True for `NAME=value` that steers what runs, or whom it trusts. */
export function isSteering(assignment: string): boolean {
  const [name = ""] = assignment.split("=");
  return STEERING.test(name) || LOOSE.test(assignment);
}

const LOG_OPTIONS =
  /^(max-size|max-file|compress|mode|max-buffer-size|labels|labels-regex|env|env-regex|tag)$/;
/** A check that asks the container itself, by a program that does nothing else. */
const CHECK =
  /^(CMD(-SHELL)? )?(\/[\w./-]*)?(curl|wget|nc|pg_isready|test|true|[\w-]*health[\w-]*)( (-[\w-]+|\d+|[\w./-]*|https?:\/\/(localhost|127\.0\.0\.1)[\w:./?=-]*|\|\| exit 1))*$/;

/** What an argument says about what runs, how it ends, and what it may take. */
export function* runFaults(
  key: string,
  value: Plain,
  commands: readonly string[],
): Generator<Finding> {
  switch (key) {
    case "command":
    case "entrypoints": {
      const text = asList(value).map(String).join(" ");
      if (!commands.includes(text)) {
        // Its words may be secrets.
        yield [
          "runs something else than its image says",
          key,
          `take ${key} out, or list it as commands`,
        ];
      }
      return;
    }
    case "workingDir":
      if (!/^\/(app|srv|opt|home|usr\/src|work|data)(\/|$)/.test(asText(value) ?? ""))
        yield ["runs in another folder", value, "take workingDir out"];
      return;
    case "healthcheck": {
      const text = asList(asProps(value).tests).map(String).join(" ");
      if (!/^(NONE)?$/.test(text) && !CHECK.test(text))
        yield ["has a check that cannot be judged", "healthcheck", "ask localhost by curl or wget"];
      return;
    }
    case "stopSignal":
      if (!/^(SIG)?(TERM|INT|QUIT|HUP|USR1|USR2|WINCH|RTMIN\+3)$/.test(asText(value) ?? ""))
        yield ["is ended in the middle of its work", value, "use SIGTERM"];
      return;
    case "stopTimeout":
      if ((asNumber(value) ?? 10) < 1) yield ["has no time to end", value, "give 10 seconds"];
      return;
    case "ulimits":
      for (const limit of asList(value).map(asProps)) {
        const [soft, hard] = [asNumber(limit.soft) ?? 0, asNumber(limit.hard) ?? 0];
        if (soft < 0 || hard < 0) yield ["has no limit", limit.name, "give numbers"];
        else if (limit.name === "nofile" && soft < 256)
          yield ["may open hardly any file", soft, "give at least 256"];
      }
      return;
    case "logOpts":
      for (const [name, option] of Object.entries(asProps(value))) {
        if (!LOG_OPTIONS.test(name)) yield ["sends its log elsewhere", name, "take it out"];
        else if (name === "max-size" && !/^\d+[kmg]?$/i.test(asText(option) ?? ""))
          yield ["has a log without a limit", option, "give 10m"];
      }
      return;
    case "cpus":
      if (Number(value) < 0.05) yield ["has hardly any CPU", value, "give at least 0.05"];
      return;
    case "cpuShares":
      if (Number(value) < 64) yield ["has hardly any CPU", value, "give at least 64"];
      return;
    default:
  }
}

const SYSTEM = /^\/(etc|usr|bin|sbin|lib\w*|proc|sys|dev|boot|root)?(\/|$)(?!ssl\/)/;

/** Where something is put in a container: over its system, or over another mount. */
export function* mountTargetFaults(props: Props): Generator<Finding> {
  const { volumes, mounts, tmpfs } = props;
  const targets = [
    ...asList(volumes).map((one) => asText(asProps(one).containerPath)),
    ...asList(mounts).map((one) => asText(asProps(one).target)),
  ].filter((target) => target !== undefined);
  const system = targets.find((target) => SYSTEM.test(target));
  if (system) yield ["has a folder put over its system", system, "use /run, /srv or /data"];
  const memory = tmpfs === UNKNOWN ? [] : Object.keys(asProps(tmpfs));
  const hidden = memory.find((path) =>
    targets.some((target) => target === path || target.startsWith(`${path.replace(/\/$/, "")}/`)),
  );
  if (hidden) yield ["has memory put over a folder that it needs", hidden, "take it out of tmpfs"];
  for (const one of asList(mounts).map(asProps)) {
    const propagation = asText(propsOf(one.bindOptions).propagation);
    if (propagation && !/^r?private$/.test(propagation))
      yield ["shares mounts with its CT", propagation, "take propagation out"];
  }
}
