import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

/** A line of the public listener, before all others. */
const first = (line: string) => (stack: EditedStack) =>
  stack.haproxy("  maxconn 3500\n", `  maxconn 3500\n  ${line}\n`);
const inBackend = (line: string) => (stack: EditedStack) =>
  stack.haproxy("\nbackend app\n", `\nbackend app\n  ${line}\n`);
const time = (from: RegExp, to: string) => (stack: EditedStack) => stack.haproxy(from, to);
const inGlobal = (line: string) => (stack: EditedStack) =>
  stack.haproxy("  nbthread 1\n", `  nbthread 1\n  ${line}\n`);
const server = (words: string) => (stack: EditedStack) =>
  stack.haproxy("10.10.10.12:3000", `10.10.10.12:3000 ${words}`);
const bind = (words: string) => (stack: EditedStack) =>
  stack.haproxy("bind :80", `bind :80 ${words}`);

/** Edits of haproxy.cfg that shut requests out, lose them, or send them and their texts elsewhere. */
export const requestMutations: Mutation[] = [
  ...of("lb-requests-served", {
    "everybody is denied": first("http-request deny"),
    "denied by a condition that always holds": first("http-request deny if TRUE"),
    "denied unless what never holds": first("http-request deny unless FALSE"),
    "an answer for all": first("http-request return status 200"),
    "sent elsewhere": first("http-request redirect location https://evil.example/"),
    "sent elsewhere by the older word": first("redirect prefix https://evil.example"),
    "held for ever": first("http-request tarpit"),
    "dropped without a word": first("http-request silent-drop"),
    rejected: first("http-request reject"),
    "connections refused": first("tcp-request connection reject"),
    "connections dropped": first("tcp-request connection silent-drop"),
    "contents refused": first("tcp-request content reject"),
    "the LAN is denied": first("http-request deny if { src 172.20.0.0/16 }"),
    "all addresses are denied": first("http-request deny if { src 0.0.0.0/0 }"),
    "every path is denied": first("http-request deny if { path_beg / }"),
    "the home page is denied": first("http-request deny if { path / }"),
    "what reads is denied": first("http-request deny if METH_GET"),
    "what writes is denied": first("http-request deny if { method POST }"),
    "the health path is denied": first("http-request deny if { path /healthz }"),
    "a name for everybody": (s) => {
      first("acl all always_true")(s);
      s.haproxy("acl all always_true", "acl all always_true\n  http-request deny if all");
    },
    "clients that send no header": first("http-request deny unless { req.hdr(x-secret) -m found }"),
    "the first request is too many": first(
      "http-request deny if { sc_http_req_rate(0,clients) gt 0 }",
    ),
    "half of all requests": first("http-request deny if { rand(2) eq 1 }"),
    "denied by the target group": inBackend("http-request deny"),
    "answers are refused": inBackend("http-response deny"),
    "answers of health are made up": first("monitor-uri /healthz"),
    "every answer says well": inBackend("http-response set-status 200"),
    "another path for all": first("http-request set-path /evil"),
    "another method": first("http-request set-method GET"),
    "the listener is switched off": first("disabled"),
    "the target group is switched off": inBackend("disabled"),
    "one connection in all": (s) => s.haproxy("maxconn 4000", "maxconn 1"),
    "one connection of the listener": (s) => s.haproxy("maxconn 3500", "maxconn 2"),
    "one connection a target": (s) => s.haproxy(/maxconn 1000/, "maxconn 1"),
    "one connection a second": first("rate-limit sessions 1"),
    "sent twice": (s) => s.haproxy("  http-request disable-l7-retry unless METH_GET\n", ""),
    "tried for ever": (s) => s.haproxy("retries 3", "retries 1000"),
  }),
  ...of("lb-timeouts-bounded", {
    "clients have a millisecond": time(/timeout client 60s/, "timeout client 1ms"),
    "targets have a millisecond": time(/timeout server \S+/, "timeout server 1"),
    "a connection has a millisecond": time(/timeout connect \S+/, "timeout connect 1ms"),
    "a check has a millisecond": time(/timeout check \S+/, "timeout check 1ms"),
    "no time for clients": time(/ {2}timeout client 60s\n/, ""),
    "no time for targets": time(/ {2}timeout server \S+\n/, ""),
    "no time for a connection": time(/ {2}timeout connect \S+\n/, ""),
    "no time for a check": time(/ {2}timeout check \S+\n/, ""),
    "clients have for ever": time(/timeout client 60s/, "timeout client 0"),
    "targets have weeks": time(/timeout server \S+/, "timeout server 20d"),
    "requests have a millisecond": time(/timeout http-request \S+/, "timeout http-request 1ms"),
    "requests are sent for ever": time(/ {2}timeout http-request \S+\n/, ""),
    "the queue has no time": time(/timeout queue \S+/, "timeout queue 1us"),
    "a group's own": inBackend("timeout server 2ms"),
    "a listener's own": first("timeout client 3ms"),
    "no time at all": time(/timeout client 60s/, "timeout client forever"),
    "no time to end": time(/hard-stop-after 30s/, "hard-stop-after 1ms"),
  }),
  ...of("lb-backend-header", {
    "names swapped": (s) => {
      for (let i = 0; i < 2; i += 1) {
        s.haproxy("server app1 10.10.10.11", "server appX 10.10.10.11");
        s.haproxy("server app2 10.10.10.12", "server app1 10.10.10.12");
        s.haproxy("server appX 10.10.10.11", "server app2 10.10.10.11");
      }
    },
    "another name": (s) => s.haproxy("server app3 10.10.10.13", "server web 10.10.10.13"),
    "the service says another name": (s) => {
      const { envs } = s.inputs("app1-web") as { envs: string[] };
      envs[1] = "NODE_NAME=app2";
    },
    "taken out by the listener": first("http-response del-header X-Backend"),
    "set by the listener": first("http-response set-header X-Backend app1"),
    "set behind all": first("http-after-response set-header X-Backend app1"),
    "replaced by the listener": first("http-response replace-header X-Backend .* app1"),
  }),
  ...of("lb-targets-app-nodes", {
    "by way of a stranger": server("socks4 203.0.113.9:1080"),
    "clients sent elsewhere": server("redir http://evil.example"),
    "from another address": server("source 203.0.113.7"),
    "in another namespace": server("namespace other"),
    "one target less": (s) => {
      s.haproxy(/ {2}server app3 .*\n/, "");
      s.haproxy(/ {2}server app3 .*\n/, "");
    },
    "a target twice": (s) =>
      s.haproxy("  server app1", "  server app9 10.10.10.11:3000\n  server app1"),
  }),
  ...of("lb-health-check-enabled", {
    "errors match a pattern": (s) => s.haproxy("expect status 200-299", "expect rstatus ^[2-5]"),
    "any status": (s) => s.haproxy("expect status 200-299", "expect rstatus .*"),
    "any text": (s) => s.haproxy("expect status 200-299", "expect rstring .*"),
    "a list with errors": (s) => s.haproxy("expect status 200-299", "expect status 200,500"),
    "checked somewhere else": inBackend("http-check connect addr 10.10.10.50 port 22"),
    "a thousand times a second": (s) => s.haproxy(/ inter \d+ms/, " inter 1ms"),
    "back without a check": server("init-state fully-up"),
    "errors are never too many": (s) => s.haproxy(/error-limit 1 /, "error-limit 100000 "),
    "a target that is off": server("disabled"),
    "404 is a way out": inBackend("http-check disable-on-404"),
    "asks by TRACE": (s) => s.haproxy("send meth GET", "send meth TRACE"),
    "the check writes": (s) => s.haproxy("send meth GET", "send meth POST"),
  }),
  ...of("lb-config-known", {
    "a check by a program": inBackend("option external-check"),
    "keys of TLS in the log": inGlobal("tune.ssl.keylog on"),
    "errors about certificates are left out": bind("ssl crt /c.pem crt-ignore-err all"),
    "a socket for everybody": bind("user root mode 777"),
    "data before the handshake": bind("ssl crt /c.pem allow-0rtt"),
    "broken requests are taken": first("option accept-invalid-http-request"),
    "broken answers are taken": inBackend("option accept-invalid-http-response"),
    "a proxy for everybody": inBackend("option http_proxy"),
    "peers that nobody knows": (s) =>
      s.haproxy("frontend stats", "peers more\n  peer evil 203.0.113.9:1024\n\nfrontend stats"),
    "a log by a ring": (s) =>
      s.haproxy(
        "frontend stats",
        "ring x\n  format raw\n  server l 203.0.113.9:514\n\nfrontend stats",
      ),
    "mail for somebody": (s) =>
      s.haproxy("frontend stats", "mailers x\n  mailer a 203.0.113.9:25\n\nfrontend stats"),
    "no log": (s) => s.haproxy("  log global\n", "  no log\n"),
    "errors are not logged": first("option dontlog-normal"),
    "passwords in the log": first("http-request capture req.hdr(Authorization) len 128"),
    "cookies in the log": first("capture request header Cookie len 256"),
    "a header of the log": first('log-format "%ci %[req.hdr(authorization)]"'),
    "clients' addresses made up": first("http-request set-header X-Forwarded-For 127.0.0.1"),
    "group of Docker": (s) => s.haproxy("group haproxy", "group docker"),
    "a file for errors": first("errorfile 503 /etc/shadow"),
    "an error's page elsewhere": first("errorloc 503 http://evil.example/"),
    "traffic mirrored": first("filter spoe engine x config /tmp/x"),
    "traffic traced": first("filter trace"),
    "strings in memory": first("http-request add-acl(/tmp/x) %[src]"),
    "a map of a file": first("http-request set-header X-A %[src,map(/etc/shadow)]"),
    "an interface of its own": bind("interface eth1"),
    "a cache of answers": (s) => {
      s.haproxy("frontend stats", "cache c\n  total-max-size 4\n\nfrontend stats");
      inBackend("http-request cache-use c")(s);
      inBackend("http-response cache-store c")(s);
    },
  }),
  ...of("lb-tls-policy", {
    "old versions by no-": bind("ssl crt /c.pem no-tlsv12 no-tlsv13"),
    "at most 1.1": bind("ssl crt /c.pem ssl-max-ver TLSv1.1"),
    "suites of 1.3 without a key": bind("ssl crt /c.pem ciphers aNULL"),
    "weak for all": (s) => {
      inGlobal("ssl-default-bind-ciphers ALL")(s);
      bind("ssl crt /c.pem")(s);
    },
    "levels of security": bind("ssl crt /c.pem ciphers DEFAULT@SECLEVEL=0"),
  }),
  ...of("lb-stats-protected", {
    "users in the text": (s) =>
      s.haproxy("frontend stats", "userlist more\n  user eve password $5$x\n\nfrontend stats"),
    "a second page": inBackend("stats enable"),
    "by a path of the listener": first("stats uri /haproxy"),
    metrics: first("http-request use-service prometheus-exporter if { path /metrics }"),
  }),
];
