/** The admin API as a program uses it: what a test must prepare, and what it may ask. */
export class Api {
  private constructor(private readonly url: string, readonly cookie: string) {}

  /** Logs in. */
  static async enter(url: string, login: string, password: string): Promise<Api> {
    const answer = await fetch(`${url}/api/v1/session`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ login, password }),
    });
    if (!answer.ok) throw new Error(`cannot log in as ${login}: ${answer.status} ${await answer.text()}`);
    const cookie = answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
    return new Api(url, cookie);
  }

  /** Goes on with a session that somebody has. */
  static with(url: string, cookie: string): Api {
    return new Api(url, cookie);
  }

  get = (path: string) => this.ask("GET", path);
  post = (path: string, body: unknown = {}, version?: number) => this.ask("POST", path, body, version);
  patch = (path: string, body: unknown, version?: number) => this.ask("PATCH", path, body, version);

  private async ask(method: string, path: string, body?: unknown, version?: number): Promise<any> {
    const headers: Record<string, string> = { Cookie: this.cookie, Origin: this.url };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      headers["Idempotency-Key"] = Math.random().toString(36).slice(2).padEnd(16, "0");
    }
    if (version !== undefined) headers["If-Match"] = `"${version}"`;
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    if (answer.headers.get("Content-Type")?.includes("json")) return JSON.parse(said);
    return said;
  }
}
