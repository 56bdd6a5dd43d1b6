/** Requests to our own door: JSON in and out, a Problem for everything that went wrong. */

/** An RFC 9457 answer, or `offline` (code) when no answer came at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    /** Seconds after which it may be tried again; 0 when the answer did not say. */
    readonly retry_s = 0,
  ) {
    super(title);
  }
}

/** A photo over a telephone's network takes longer than a few words. */
const FILE_TIMES = 6;

export class Http {
  /** Milliseconds to add to this machine's clock to get the server's; 0 while they agree within two seconds. */
  skew = 0;

  constructor(
    private readonly send: typeof fetch = (input, init) => fetch(input, init),
    private readonly limit_ms = 10_000,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.ask<T>("GET", path);
  }

  /** `allow`: a status that is an answer too (503 of /health, say); `more`: headers besides the usual ones. */
  async ask<T>(method: string, path: string, body?: unknown, allow = 200, more: Record<string, string> = {}): Promise<T> {
    const file = body instanceof Blob;
    let answer: Response;
    try {
      answer = await this.send(path, {
        method,
        headers: body === undefined ? more : { "Content-Type": file ? body.type : "application/json", ...more },
        ...(body === undefined ? {} : { body: file ? body : JSON.stringify(body) }),
        credentials: "same-origin",
        signal: AbortSignal.timeout(file ? this.limit_ms * FILE_TIMES : this.limit_ms),
      });
    } catch {
      throw new Problem(0, "offline", "no answer");
    }
    this.setClock(answer.headers.get("Date"));
    const text = await answer.text().catch(() => "");
    let value: unknown = null;
    try {
      value = text === "" ? null : JSON.parse(text);
    } catch {
      value = null; // a proxy's error page
    }
    if (answer.ok || answer.status === allow) return value as T;
    const problem = (value ?? {}) as { code?: unknown; title?: unknown };
    throw new Problem(
      answer.status,
      typeof problem.code === "string" ? problem.code : "unexpected",
      typeof problem.title === "string" ? problem.title : answer.statusText,
      Number(answer.headers.get("Retry-After")) || 0,
    );
  }

  /** The Date header is whole seconds: smaller differences cannot be told from rounding. */
  private setClock(header: string | null): void {
    const there = Date.parse(header ?? "");
    if (Number.isNaN(there)) return;
    const skew = there + 500 - Date.now();
    this.skew = Math.abs(skew) < 2_000 ? 0 : skew;
  }
}
