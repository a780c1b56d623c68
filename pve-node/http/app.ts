import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { gzipSync } from "node:zlib";
import type { AccessControl } from "../access/accessControl";
import { PveError } from "../errors";
import { addBody, addUrlencoded, type RawParams } from "./parameters";
import { Router } from "./router";
import type { Identity, Method, RequestContext, Route } from "../contract";
import { verify } from "./verify";

export interface AppRequest {
  method: string;
  /** Path and query as sent. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The client's address, for the log. */
  remote?: string;
}

export interface AppResponse {
  status: number;
  reason: string;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

export interface AppOptions {
  node: string;
  routes: Route[];
  access: AccessControl;
  /** One line per request, without query, body or credentials. @default - nothing is logged */
  log?: (line: string) => void;
  /** Unexpected errors with their stack. @default - they only answer 500 */
  onError?: (error: unknown) => void;
}

export interface App {
  handle(request: AppRequest): Promise<AppResponse>;
  /** The answer to a request that the HTTP layer itself refuses. */
  refuse(request: AppRequest, status: number, message: string): AppResponse;
  /** For tests: a request without a socket; `body` is urlencoded unless headers say otherwise. */
  inject(
    method: string,
    path: string,
    headers?: IncomingHttpHeaders,
    body?: string,
  ): Promise<{ status: number; reason: string; json: Envelope }>;
}

export interface Envelope {
  data: unknown;
  message?: string;
  errors?: Record<string, string>;
  [extra: string]: unknown;
}

const BASE = "/api2/json";
const METHODS: readonly string[] = ["GET", "POST", "PUT", "DELETE"];

/** The API without its socket. */
export function build(options: AppOptions): App {
  const router = new Router(options.routes);
  const world = options.routes.filter((route) => route.world);

  /** `seen` is told who asks as soon as that is known, for the log. */
  async function answer(request: AppRequest, seen: (user: string) => void): Promise<Envelope> {
    if (!METHODS.includes(request.method)) {
      throw new PveError(501, `method '${request.method}' not available`);
    }
    const method = request.method as Method;
    const [rawPath = "", query = ""] = splitOnce(request.url, "?");
    const path = apiPath(rawPath);
    const found = router.find(method, path);
    const open = found !== undefined && world.includes(found.route);
    const identity = open ? undefined : await options.access.authenticate(method, request.headers);
    if (identity) seen(identity.authId);
    if (!found) throw new PveError(501, `Method '${method} ${path}' not implemented`);
    const { route, uri } = found;
    if (route.rootOnly && identity?.authId !== "root@pam") {
      throw new PveError(403, "Permission check failed (user != root@pam)");
    }
    if (uri.node === "localhost") uri.node = options.node;
    if (uri.node !== undefined && uri.node !== options.node) {
      throw new PveError(
        500,
        `hostname lookup '${uri.node}' failed - failed to get address info for: ${uri.node}: ` +
          "Name or service not known",
      );
    }
    const raw: RawParams = new Map();
    addUrlencoded(raw, query);
    addBody(raw, request.headers["content-type"], request.body);
    const { params, empty } = verify(route, uri, raw);
    const extra: Record<string, unknown> = {};
    const ctx = await context(identity, params, empty, extra);
    const data = (await route.handler(ctx)) ?? null;
    return { data, ...extra };
  }

  async function context(
    identity: Identity | undefined,
    params: RequestContext["params"],
    empty: Set<string>,
    extra: Record<string, unknown>,
  ): Promise<RequestContext> {
    const who = identity ?? { authId: "", user: "" };
    const session = await options.access.session(who);
    return {
      identity: who,
      params,
      empty,
      isRoot: who.authId === "root@pam",
      require: session.require,
      allowed: session.allowed,
      envelope: (more) => void Object.assign(extra, more),
    };
  }

  async function handle(request: AppRequest): Promise<AppResponse> {
    let user = "-";
    let response: AppResponse;
    try {
      const envelope = await answer(request, (name) => (user = name));
      response = respond(200, "OK", envelope, request.headers["accept-encoding"]);
    } catch (error) {
      response = fromError(error, options.onError);
    }
    options.log?.(logLine(request, user, response));
    return response;
  }

  return {
    handle,
    refuse(request, status, message) {
      const response = fromError(new PveError(status, message), undefined);
      options.log?.(logLine(request, "-", response));
      return response;
    },
    async inject(method, path, headers = {}, body = "") {
      const response = await handle({ method, url: BASE + path, headers, body });
      const json = JSON.parse(response.body.toString("utf8")) as Envelope;
      return { status: response.status, reason: response.reason, json };
    },
  };
}

/** Decoded before routing: volume ids and CIDRs may come with encoded or literal slashes. */
function apiPath(rawPath: string): string {
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    throw new PveError(400, "invalid percent encoding in the path");
  }
  if (path !== BASE && !path.startsWith(`${BASE}/`)) throw new PveError(501, "no such uri");
  return path.slice(BASE.length) || "/";
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function fromError(error: unknown, onError: AppOptions["onError"]): AppResponse {
  if (!(error instanceof PveError)) onError?.(error);
  const status = error instanceof PveError ? error.status : 500;
  const message = (error instanceof Error ? error.message : String(error)).trimEnd();
  const envelope: Envelope = { data: null, message: `${message}\n` };
  if (error instanceof PveError && error.errors) envelope.errors = error.errors;
  const response = respond(status, message.split("\n", 1)[0] || "error", envelope, undefined);
  response.headers.Connection = "close"; // pve-http-server keeps no connection after an error
  return response;
}

function respond(
  status: number,
  reason: string,
  envelope: Envelope,
  acceptEncoding: string | string[] | undefined,
): AppResponse {
  let body: Buffer = Buffer.from(JSON.stringify(envelope), "utf8");
  const now = new Date().toUTCString();
  const headers: OutgoingHttpHeaders = {
    Server: "pve-api-daemon/3.0",
    "Cache-Control": "max-age=0",
    Pragma: "no-cache",
    Expires: now,
    Date: now,
    "Content-Type": "application/json;charset=UTF-8",
  };
  if (body.length > 1024 && String(acceptEncoding ?? "").includes("gzip")) {
    body = gzipSync(body);
    headers["Content-Encoding"] = "gzip";
  }
  headers["Content-Length"] = body.length;
  return { status, reason, headers, body };
}

/** Apache's common format, as pveproxy writes it, without the query: it may hold passwords. */
function logLine(request: AppRequest, user: string, response: AppResponse): string {
  const path = (request.url.split("?", 1)[0] ?? "").replaceAll(/[^\x21-\x7e]/g, "?");
  const stamp = new Date().toISOString();
  const { status, body } = response;
  return `${request.remote || "-"} - ${user} [${stamp}] "${request.method} ${path} HTTP/1.1" ${status} ${body.length}`;
}
