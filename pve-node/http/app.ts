import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { gzipSync } from "node:zlib";
import type { AccessControl, Session } from "../access/accessControl";
import { PlainError, PveError } from "../errors";
import { addBody, addUrlencoded, decodeLeniently, type RawParams } from "./parameters";
import { checkPermission } from "./permission";
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
  ): Promise<{ status: number; reason: string; json: Envelope; text: string }>;
}

export interface Envelope {
  data: unknown;
  message?: string;
  errors?: Record<string, string>;
  [extra: string]: unknown;
}

const BASE = "/api2/json";
const METHODS: readonly string[] = ["GET", "POST", "PUT", "DELETE"];
/** `extjs` is what Proxmox's own web interface asks for: always 200, with the status in the body. */
const FORMATS: readonly string[] = ["json", "extjs"];

/** The API without its socket. */
export function build(options: AppOptions): App {
  const router = new Router(options.routes);

  /** `seen` is told who asks as soon as that is known, for the log. */
  async function answer(request: AppRequest, seen: (user: string) => void): Promise<Envelope> {
    refuseUnread(request);
    const method = request.method as Method;
    const [rawPath = "", query = ""] = splitOnce(request.url, "?");
    const path = apiPath(rawPath);
    const found = router.find(method, path);
    const open = found?.route.permission === "world";
    const identity = open ? undefined : await options.access.authenticate(method, request.headers);
    if (identity) seen(identity.authId);
    if (!found) throw new PveError(501, `Method '${method} ${path}' not implemented`);
    const { route, uri } = found;
    checkNode(route, uri);
    const raw: RawParams = new Map();
    addUrlencoded(raw, query);
    addBody(raw, request.headers["content-type"], request.body);
    const who = identity ?? { authId: "", user: "" };
    const session = await options.access.session(who);
    checkPermission(route.permission, who, session, uri, raw);
    const { params, empty } = verify(route, uri, raw);
    const extra: Record<string, unknown> = {};
    const data = (await route.handler(context(who, session, params, empty, extra))) ?? null;
    return { data, ...extra };
  }

  /** A node that does not exist cannot be forwarded to. */
  function checkNode(route: Route, uri: Record<string, string>): void {
    if (uri.node === "localhost") uri.node = options.node;
    if (uri.node === undefined || uri.node === options.node || route.anyNode) return;
    throw new PveError(
      500,
      `hostname lookup '${uri.node}' failed - failed to get address info for: ${uri.node}: ` +
        "Name or service not known",
    );
  }

  function context(
    identity: Identity,
    session: Session,
    params: RequestContext["params"],
    empty: Set<string>,
    extra: Record<string, unknown>,
  ): RequestContext {
    return {
      identity,
      params,
      empty,
      isRoot: identity.authId === "root@pam",
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
      const body = isExtjs(request) ? { ...envelope, success: 1 } : envelope;
      response = respond(200, "OK", body, request.headers["accept-encoding"]);
    } catch (error) {
      response = fromError(error, options.onError, isExtjs(request));
    }
    options.log?.(logLine(request, user, response));
    return response;
  }

  return {
    handle,
    refuse(request, status, message) {
      const response = fromError(new PlainError(status, message), undefined);
      options.log?.(logLine(request, "-", response));
      return response;
    },
    async inject(method, path, headers = {}, body = "") {
      const url = path.startsWith("/api2/") ? path : BASE + path;
      const response = await handle({ method, url, headers, body });
      const text = response.body.toString("utf8");
      const isJson = response.headers["Content-Type"] !== undefined;
      const json = (isJson ? JSON.parse(text) : { data: null }) as Envelope;
      return { status: response.status, reason: response.reason, json, text };
    },
  };
}

/** What a real node refuses before it looks at the path. */
function refuseUnread({ method, headers, body }: AppRequest): void {
  if (!METHODS.includes(method)) {
    throw new PlainError(501, `method '${method}' not available`, "");
  }
  if (headers["transfer-encoding"]) {
    throw new PlainError(501, "chunked transfer encoding not supported");
  }
  const hasBody = body !== "" || Number(headers["content-length"] ?? 0) > 0;
  if (hasBody && method !== "POST" && method !== "PUT") {
    throw new PlainError(501, `Unexpected content for method '${method}'`);
  }
}

/** Decoded before routing: volume ids and CIDRs may come with encoded or literal slashes. */
function apiPath(rawPath: string): string {
  const path = decodeLeniently(rawPath);
  const [, format = "", rest = ""] = /^\/api2\/([^/]+)(\/.*)?$/s.exec(path) ?? [];
  if (format === "") throw new PlainError(501, "no such uri");
  const below = rest === "" ? "/" : rest;
  if (!FORMATS.includes(format)) {
    throw new PlainError(501, `no formatter for uri ${below}, ${format}`);
  }
  return below;
}

const isExtjs = (request: AppRequest) => request.url.startsWith("/api2/extjs");

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function fromError(error: unknown, onError: AppOptions["onError"], extjs = false): AppResponse {
  if (!(error instanceof PveError)) onError?.(error);
  const status = error instanceof PveError ? error.status : 500;
  const message = (error instanceof Error ? error.message : String(error)).trimEnd();
  const reason = message.split("\n", 1)[0] || "error";
  // Without a login there is no JSON either, but for the login itself.
  const unknown = status === 401 && message !== "authentication failure";
  const plain = error instanceof PlainError ? error.text : unknown ? "" : undefined;
  const envelope: Envelope = { data: null, message: `${message}\n` };
  if (error instanceof PveError && error.errors) envelope.errors = error.errors;
  if (extjs && plain === undefined) {
    // Texts where a permission is missing, numbers else, as recorded.
    const shown = status === 403 ? String(status) : status;
    return respond(200, "OK", { ...envelope, success: 0, status: shown }, undefined);
  }
  const response = respond(status, reason, plain ?? envelope, undefined);
  response.headers.Connection = "close"; // pve-http-server keeps no connection after an error
  return response;
}

function respond(
  status: number,
  reason: string,
  content: Envelope | string,
  acceptEncoding: string | string[] | undefined,
): AppResponse {
  const json = typeof content !== "string";
  let body: Buffer = Buffer.from(json ? JSON.stringify(content) : content, "utf8");
  const now = new Date().toUTCString();
  const headers: OutgoingHttpHeaders = {
    Server: "pve-api-daemon/3.0",
    "Cache-Control": "max-age=0",
    Pragma: "no-cache",
    Expires: now,
    Date: now,
    ...(json ? { "Content-Type": "application/json;charset=UTF-8" } : {}),
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
