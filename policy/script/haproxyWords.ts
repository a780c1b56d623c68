import { linesOf, type Section } from "./haproxy";

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Options that neither let broken requests through nor hide anything from the log. */
const OPTIONS = set(
  "abortonclose allbackups checkcache clitcpka contstats dontlognull forwardfor forwarded h1-case-adjust-bogus-client " +
    "h1-case-adjust-bogus-server http-buffer-request http-ignore-probes http-keep-alive http-no-delay " +
    "http-pretend-keepalive http-restrict-req-hdr-names http-server-close httpchk httpclose httplog httpslog " +
    "idle-close-on-response independent-streams ldap-check log-health-checks log-separate-errors logasap mysql-check " +
    "nolinger originalto persist pgsql-check prefer-last-server redis-check redispatch smtpchk socket-stats " +
    "splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk tcp-check tcp-smart-accept " +
    "tcp-smart-connect tcpka tcplog",
);
/** Words of a bind line, with how many values each takes. */
const BIND: Readonly<Record<string, number>> = {
  ...{
    "accept-proxy": 0,
    ssl: 0,
    crt: 1,
    "crt-list": 1,
    alpn: 1,
    npn: 1,
    "ssl-min-ver": 1,
    "ssl-max-ver": 1,
  },
  ...{
    ciphers: 1,
    ciphersuites: 1,
    curves: 1,
    ecdhe: 1,
    "no-tls-tickets": 0,
    "no-sslv3": 0,
    "no-tlsv10": 0,
  },
  ...{
    "no-tlsv11": 0,
    "no-tlsv12": 0,
    "no-tlsv13": 0,
    "force-tlsv10": 0,
    "force-tlsv11": 0,
    "force-sslv3": 0,
  },
  ...{
    "force-tlsv12": 0,
    "force-tlsv13": 0,
    "strict-sni": 0,
    "ca-file": 1,
    "crl-file": 1,
    verify: 1,
    name: 1,
  },
  ...{
    id: 1,
    maxconn: 1,
    backlog: 1,
    nice: 1,
    "defer-accept": 0,
    tfo: 0,
    v4v6: 0,
    v6only: 0,
    mss: 1,
  },
  ...{
    "tcp-ut": 1,
    "prefer-client-ciphers": 0,
    proto: 1,
    thread: 1,
    shards: 1,
    "generate-certificates": 0,
  },
};
/** The same of servers and default-servers; what a check or a way around is belongs to the other policies. */
const SERVER: Readonly<Record<string, number>> = {
  ...{
    check: 0,
    "no-check": 0,
    inter: 1,
    fastinter: 1,
    downinter: 1,
    rise: 1,
    fall: 1,
    weight: 1,
    maxconn: 1,
  },
  ...{
    minconn: 1,
    maxqueue: 1,
    slowstart: 1,
    cookie: 1,
    id: 1,
    observe: 1,
    "error-limit": 1,
    "on-error": 1,
  },
  ...{
    "on-marked-down": 1,
    "on-marked-up": 1,
    "tcp-ut": 1,
    tfo: 0,
    "send-proxy": 0,
    "send-proxy-v2": 0,
  },
  ...{
    "send-proxy-v2-ssl": 0,
    "check-send-proxy": 0,
    ssl: 0,
    "check-ssl": 0,
    "ca-file": 1,
    verify: 1,
    verifyhost: 1,
  },
  ...{
    sni: 1,
    "check-sni": 1,
    alpn: 1,
    "check-alpn": 1,
    proto: 1,
    "ssl-min-ver": 1,
    "ssl-max-ver": 1,
    crt: 1,
  },
  ...{
    ciphers: 1,
    ciphersuites: 1,
    "init-addr": 1,
    "pool-max-conn": 1,
    "pool-purge-delay": 1,
    "pool-low-conn": 1,
  },
  ...{
    disabled: 0,
    enabled: 0,
    backup: 0,
    "init-state": 1,
    "log-proto": 1,
    "max-reuse": 1,
    ws: 1,
    shard: 1,
  },
  // Judged by the policy on targets.
  ...{
    addr: 1,
    port: 1,
    "agent-check": 0,
    "agent-addr": 1,
    "agent-port": 1,
    track: 1,
    "check-proto": 1,
  },
};
const TUNE =
  /^tune\.(buffers\.(limit|reserve)|bufsize|comp\.maxlevel|fd\.\S+|h2\.\S+|http\.(maxhdr|logurilen|cookielen)|idle\S*|lua\.maxmem|max(accept|pollevents|rewrite)|memory\.\S+|pattern\.\S+|pipesize|pool-\S+|(rcvbuf|sndbuf)\.\S+|recv_enough|runqueue-depth|sched\.\S+|ssl\.(cachesize|default-dh-param|lifetime|maxrecord|hard-maxrecord|force-private-cache|capture-buffer-size|capture-cipherlist-size)|stick-counters|vars\.\S+|zlib\.\S+)$/;
const FILTERS = set("compression bwlim-in bwlim-out cache fcgi-app");
/** What nobody should find in a log. */
const SECRET =
  /authorization|cookie|password|api-?key|x-amz-security|\btoken|\breq\.body|req\.hdrs\b(?!,length)/i;
/** Whose request it is, for whoever reads it behind the load balancer. */
const CLIENT_HEADER =
  /^(x-forwarded-for|forwarded|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/i;
const GROUPS = /^(haproxy|nogroup|nobody|www-data)$/;

/** The first line of a section with a word that opens or hides something, or that nobody knows. */
export function strangeWords(section: Section): string | undefined {
  for (const line of section.lines) {
    const fault = faultOf(line);
    if (fault) return `${fault}, got ${JSON.stringify(line.join(" "))}; take it out`;
  }
  return undefined;
}

function faultOf(line: string[]): string | undefined {
  const [word = "", second = "", ...rest] = line;
  const isNo = word === "no";
  if (word === "option" && !OPTIONS.has(second)) return "has an option that cannot be judged";
  if (isNo && second === "log") return "keeps no log of requests";
  if (word === "bind" && unknownWord(rest, BIND))
    return "has a listener with words that cannot be judged";
  if (word.startsWith("tune.") && !TUNE.test(word)) return "has a setting that cannot be judged";
  if (word === "filter" && !FILTERS.has(second)) return "has a filter that cannot be judged";
  if (word === "group" && !GROUPS.test(second))
    return "runs in a group that may more than it should";
  if (
    /^(log-format\S*|error-log-format|capture|log-tag)$/.test(word) &&
    SECRET.test(line.join(" "))
  ) {
    return "writes what is secret to the log";
  }
  if (word === "errorfile" && !rest.join(" ").startsWith("/etc/haproxy/errors/")) {
    return "shows a file of the CT to everybody";
  }
  if (/^errorloc/.test(word)) return "sends clients elsewhere after an error";
  if (/^http-(request|response|after-response)$/.test(word)) return ruleFault(second, rest);
  return undefined;
}

function ruleFault(action: string, [name = "", ...rest]: string[]): string | undefined {
  const words = [action, name, ...rest].join(" ");
  if (/^capture\b/.test(action) && SECRET.test(words)) return "writes what is secret to the log";
  if (/^(add|del|set)-(acl|map)\b/.test(action)) return "changes its own rules while it runs";
  if (/\bmap(_\w+)?\(|(^|\s)-f\s|\blf-file\b|\bfile\s\//.test(words))
    return "reads a file that cannot be judged";
  if (/^(set|replace|replace-value)-?(header|value)?$/.test(action) && CLIENT_HEADER.test(name)) {
    return /%\[src\]|%ci\b|%\[fc_src\]/.test(rest.join(" "))
      ? undefined
      : "tells targets of another client";
  }
  return undefined;
}

/** The first word that is not listed; values are skipped. */
function unknownWord(
  words: readonly string[],
  known: Readonly<Record<string, number>>,
): string | undefined {
  for (let i = 0; i < words.length; i += 1) {
    const values = Object.hasOwn(known, words[i] ?? "") ? known[words[i] ?? ""] : undefined;
    if (values === undefined) return words[i];
    i += values;
  }
  return undefined;
}

/** A word of a server, or of what all of them have, that nobody knows. */
export function strangeServerWord(section: Section): { line: string; word: string } | undefined {
  const shared = [...section.defaults, ...section.lines].filter(
    ([word]) => word === "default-server",
  );
  const lines: [string[], string[]][] = [
    ...shared.map((line): [string[], string[]] => [line, line.slice(1)]),
    ...linesOf(section, "server").map((line): [string[], string[]] => [line, line.slice(3)]),
  ];
  for (const [line, words] of lines) {
    const word = unknownWord(words, SERVER);
    if (word !== undefined) return { line: line.join(" "), word };
  }
  return undefined;
}
