import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { noFaults, type ServiceFaults } from "./faults";
import type { Logger } from "./log";
import { PAGE_CSP, renderPage } from "./page";
import type { Status } from "./status";
import { HEALTH_HEADER, readTargetHealth } from "./targetHealth";
import { StoreDown, type VisitStore } from "./visitStore";

/** Above the load balancer's 60 s, so that it is never the server that closes a connection in use. */
export const KEEP_ALIVE_MS = 75_000;

export interface ServiceOptions {
  node: string;
  storageDriver: string;
  store: VisitStore;
  log: Logger;
  /** Failures put in on purpose. @default - none */
  faults?: ServiceFaults;
}

interface Answer {
  status: number;
  type: "application/json" | "text/html" | "text/plain";
  body: string;
  headers?: Record<string, string>;
}

type Handler = (request: IncomingMessage, requestId: string) => Answer | Promise<Answer>;

/** Builds the service's HTTP server; the caller listens. */
export function buildServer(options: ServiceOptions): Server {
  const routes = routesOf(options);
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Above keepAliveTimeout, or a kept connection could be cut while its next request arrives.
    headersTimeout: KEEP_ALIVE_MS + 1_000,
    requestTimeout: KEEP_ALIVE_MS + 5_000,
    maxHeaderSize: 73_728, // the load balancer's own buffer: it passes 64 kB and adds to them
  });
  server.maxRequestsPerSocket = 0;
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void respond(server, routes, options, request, response);
  });
  return server;
}

function routesOf({ node, storageDriver, store, log }: ServiceOptions): Map<string, Handler> {
  const describe = async (request: IncomingMessage, requestId: string): Promise<Status> => {
    const uptimeSeconds = Math.floor(process.uptime());
    const targets = readTargetHealth(request.headers[HEALTH_HEADER]);
    const status = { node, storageDriver, targets, requestId, uptimeSeconds };
    try {
      return { ...status, counter: await store.count(node), database: "up" };
    } catch (error) {
      const reason = reasonOf(error);
      log.error("database-down", { requestId, reason });
      return { ...status, counter: null, database: `down: ${reason}` };
    }
  };
  const api: Handler = async (request, requestId) => {
    // Only a visit counts: HEAD asks for headers, and monitors ask it often.
    if (request.method === "HEAD") return json(200, {});
    return json(200, await describe(request, requestId));
  };
  const page: Handler = async (request, requestId) => {
    const vary = { vary: "Accept" };
    if (prefersJson(request.headers.accept)) {
      return { ...(await api(request, requestId)), headers: vary };
    }
    const head = request.method === "HEAD";
    const body = head ? "" : renderPage(await describe(request, requestId));
    return { status: 200, type: "text/html", body, headers: vary };
  };
  return new Map<string, Handler>([
    ["/", page],
    ["/api", api],
    ["/whoami", () => json(200, { node, storageDriver })],
    ["/healthz", () => json(200, { status: "ok", node })],
    [
      "/readyz",
      async () => {
        try {
          await store.ping();
          return json(200, { status: "ready", node, database: "up" });
        } catch (error) {
          const database = `down: ${reasonOf(error)}`;
          return json(503, { status: "not ready", node, database });
        }
      },
    ],
  ]);
}

async function respond(
  server: Server,
  routes: Map<string, Handler>,
  { log, faults = noFaults }: ServiceOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = process.hrtime.bigint();
  const requestId = requestIdOf(request.headers["x-request-id"]);
  // The query is cut off: nothing here reads it, and it may hold what does not belong in a log.
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  let answer: Answer;
  try {
    const { fail, delayMs } = faults.next(path);
    if (delayMs > 0) await sleep(delayMs);
    answer = fail
      ? json(500, { error: "a fault injected on purpose", requestId })
      : await answerOf(routes, request, path, requestId);
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown error";
    log.error("request-failed", { requestId, path, message });
    answer = json(500, { error: "internal error", requestId });
  }
  // While stopping, kept connections end with the answer they wait for.
  if (!server.listening || answer.status === 405) response.setHeader("connection", "close");
  send(request, response, answer, requestId);
  const probe = path === "/healthz" || path === "/readyz";
  if (probe && answer.status === 200) return; // several a second, all alike
  const durationMs = Number((process.hrtime.bigint() - started) / 10_000n) / 100;
  const { method = "" } = request;
  log.info("request", { requestId, method, path, status: answer.status, durationMs });
}

function answerOf(
  routes: Map<string, Handler>,
  request: IncomingMessage,
  path: string,
  requestId: string,
): Answer | Promise<Answer> {
  const handler = routes.get(path);
  if (!handler) {
    return json(404, { error: `no such path; there are ${[...routes.keys()].join(", ")}` });
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const refused = json(405, { error: "method not allowed; allowed are GET and HEAD" });
    return { ...refused, headers: { allow: "GET, HEAD" } };
  }
  return handler(request, requestId);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  requestId: string,
): void {
  response.writeHead(answer.status, {
    "content-type": `${answer.type}; charset=utf-8`,
    // The length of a page that was not rendered is unknown; HEAD may leave it out.
    ...(request.method === "HEAD" ? {} : { "content-length": Buffer.byteLength(answer.body) }),
    "cache-control": "no-store",
    "content-security-policy": PAGE_CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-request-id": requestId,
    ...answer.headers,
  });
  response.end(request.method === "HEAD" ? undefined : answer.body);
}

function json(status: number, value: unknown): Answer {
  return { status, type: "application/json", body: JSON.stringify(value, null, 2) + "\n" };
}

function reasonOf(error: unknown): string {
  return error instanceof StoreDown ? error.message : "error";
}

/** Keeps the caller's id when it is harmless in a header and a log line, else makes one. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** True when JSON is asked for by name and weighs more than HTML does. */
function prefersJson(accept = ""): boolean {
  const weight = (type: string) => {
    for (const range of accept.toLowerCase().split(",")) {
      const [name, ...params] = range.split(";").map((part) => part.trim());
      if (name !== type) continue;
      const q = params.find((p) => p.startsWith("q="));
      return q ? Number(q.slice(2)) || 0 : 1;
    }
    return 0;
  };
  return weight("application/json") > weight("text/html");
}
