/** GitHub's REST API, as far as one comment needs it. */

export interface GitHub {
  get<T>(path: string): Promise<T>;
  /** Bytes of a file, at most so many. */
  download(path: string, mostBytes: number): Promise<Buffer>;
  send(method: "POST" | "PATCH", path: string, body: object): Promise<void>;
}

const TIMEOUT_MS = 60_000;

/**
 * @param url the API, as `GITHUB_API_URL` names it
 * @param token may read the run's artifacts and write comments
 */
export function gitHub(url: string, token: string): GitHub {
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    throw new Error(`GitHub: ${method} ${path}: was answered ${answer.status}`);
  };
  return {
    get: async <T>(path: string) => (await (await call("GET", path)).json()) as T,
    download: async (path, mostBytes) => {
      const answer = await call("GET", path);
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const part of answer.body ?? []) {
        size += (part as Uint8Array).length;
        if (size > mostBytes) throw new Error(`GitHub: ${path}: is larger than ${mostBytes} bytes`);
        parts.push(part as Uint8Array);
      }
      return Buffer.concat(parts);
    },
    send: async (method, path, body) => {
      await (await call(method, path, body)).body?.cancel();
    },
  };
}
