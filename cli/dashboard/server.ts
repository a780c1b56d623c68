import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LiveMessage } from "../../observer/view/message";
import { listenOnLoopback } from "../live/loopback";
import { refusal, safeHeaders } from "./guard";

export interface DashboardOptions {
  /** 0: one that is free. */
  port: number;
  /** The page, whose script and style run with this nonce. */
  page(nonce: string): string;
  /** What is to be seen now; called only while somebody looks. */
  message(): LiveMessage;
  /** A page that plays what was to be seen in the last minutes. */
  replay(): Promise<string>;
  /** Does what a button says, and tells what came of it. @throws when it cannot be done */
  act(action: string, target: string): Promise<string>;
}

export interface Dashboard {
  /** With the token; whoever knows it may look and break. */
  url: string;
  close(): Promise<void>;
}

const everyMs = 250;
/** A page that takes nothing for so many bytes is behind; it gets the next message when it is not. */
const mostUnsent = 256 * 1024;
const longestBody = 1000;

/** Serves the page on this machine's loopback. @throws when the port is taken */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const token = randomBytes(18).toString("base64url");
  const nonce = randomBytes(12).toString("base64url");
  const viewers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      if (!response.headersSent) answer(response, 500, { said: error.message });
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(safeHeaders(nonce))) response.setHeader(name, value);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const header = request.headers["x-lab-token"];
    const given =
      pathname === "/action" ? header?.toString() : (searchParams.get("token") ?? undefined);
    const refused = refusal(request, { given, token });
    const call = `${request.method} ${pathname}`;
    if (refused) return answer(response, refused.status, { said: refused.message });
    if (call === "GET /") {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(options.page(nonce));
    } else if (call === "GET /replay") {
      const page = await options.replay();
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("content-disposition", 'attachment; filename="replay.html"');
      response.end(page);
    } else if (call === "GET /events") follow(response);
    else if (call === "POST /action") await act(request, response);
    else answer(response, 404, { said: `${call}: there is nothing` });
  }

  function follow(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    viewers.add(response);
    response.on("close", () => viewers.delete(response));
    response.write(`data: ${JSON.stringify(options.message())}\n\n`);
  }

  async function act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = request.headers["content-type"];
    if (type !== "application/json") return answer(response, 415, { said: "must be JSON" });
    const { action, target } = parsed(await bodyOf(request));
    if (typeof action !== "string" || typeof target !== "string") {
      return answer(response, 400, { said: "action and target: must be words" });
    }
    try {
      answer(response, 200, { said: await options.act(action, target) });
    } catch (error) {
      answer(response, 409, { said: (error as Error).message });
    }
  }

  const timer = setInterval(() => {
    if (viewers.size === 0) return;
    const text = `data: ${JSON.stringify(options.message())}\n\n`;
    for (const viewer of viewers) if (viewer.writableLength < mostUnsent) viewer.write(text);
  }, everyMs);
  try {
    await listenOnLoopback(server, options.port);
  } catch (error) {
    clearInterval(timer);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, document: { said: string }): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(document));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestBody) throw new Error(`body: must have at most ${longestBody} bytes`);
  }
  return text;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
