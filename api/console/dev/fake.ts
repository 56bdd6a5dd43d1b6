/** Plays docs/api.md to the pages: one operator's desk, one manager's office, all invented. For development and tests.
 *
 * Any password but `wrong` signs in as `aigul` (operator), `dana` (manager) or `serik` (executor). `POST /fake/<scene>` changes what happens
 * (scenes.ts), `empty` and `broken` take the history or all answers away and give them back, `reset` begins anew.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";
import { WebSocketServer } from "ws";
import { NOUNS } from "../src/storm/types.ts";
import { wav } from "./history.ts";
import { answer, Fake } from "./routes.ts";
import { STAFF } from "./world.ts";

const COOKIE = "kezek_session";

function whoIs(request: IncomingMessage): string {
  return new RegExp(`${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? "")?.[1] ?? "";
}

async function read(request: IncomingMessage): Promise<{ body: Record<string, never>; file: Buffer }> {
  const parts: Buffer[] = [];
  for await (const chunk of request) parts.push(chunk as Buffer);
  const file = Buffer.concat(parts);
  const words = file.length > 0 && (request.headers["content-type"] ?? "").startsWith("application/json");
  return { body: words ? JSON.parse(file.toString()) : {}, file };
}

function stream(fake: Fake, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  let id = 0;
  const tell = () => response.write(`id: ${++id}\nevent: wallboard\ndata: ${JSON.stringify(fake.board())}\n\n`);
  const timer = setInterval(() => fake.desk.silent || tell(), 1_000);
  tell();
  request.on("close", () => clearInterval(timer));
}

/** Something of a storm is another: told within half a second. */
function news(fake: Fake, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  let seen = 0;
  const look = () => {
    const { revision } = fake.storm;
    if (revision === seen) return;
    seen = revision;
    for (const noun of NOUNS) response.write(`event: ${noun}\ndata: ${JSON.stringify({ revision })}\n\n`);
  };
  const timer = setInterval(look, 300);
  look();
  request.on("close", () => clearInterval(timer));
}

async function serve(fake: Fake, request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fake");
  if (!/^\/(api\/|fake\/|health$)/.test(url.pathname)) return next();
  const [method, who] = [request.method ?? "GET", whoIs(request)];
  const tell = (status: number, value: unknown, cookie?: string) => {
    response.writeHead(status, { "Content-Type": "application/json", ...(cookie === undefined ? {} : { "Set-Cookie": `${COOKIE}=${cookie}; Path=/` }) });
    response.end(status === 204 ? undefined : JSON.stringify(value));
  };
  const [, scene] = /^\/fake\/(\w+)$/.exec(url.pathname) ?? [];
  if (scene) return tell(...fake.scene(scene));
  if (url.pathname === "/api/wallboard/events" && who) return stream(fake, request, response);
  if (url.pathname === "/api/suspicions/events" && who) return news(fake, request, response);
  if (/^\/api\/bulletins\/\d+\/sound$/.test(url.pathname) && method === "GET") {
    response.writeHead(200, { "Content-Type": "audio/wav" });
    return void response.end(fake.storm.sounds.get(Number(url.pathname.split("/")[3])) ?? wav());
  }
  if (/^\/api\/recordings\/h-\d+$/.test(url.pathname)) {
    if (url.pathname.endsWith("h-6")) return tell(404, { code: "not_found" }); // its time is over
    response.writeHead(200, { "Content-Type": "audio/wav" });
    return void response.end(wav());
  }
  const { body, file } = await read(request);
  if (url.pathname === "/api/session" && method === "POST") {
    const login = String(body["login"]);
    if (body["password"] === "wrong" || !STAFF[login]) return tell(401, { code: "wrong_password" });
    if (STAFF[login]?.role === "operator") fake.desk.signIn();
    return tell(200, { staff: STAFF[login] }, login);
  }
  if (url.pathname === "/api/session" && method === "DELETE") return tell(204, null, "");
  const { headers } = request;
  const asked = {
    file, type: headers["content-type"] ?? "", match: headers["if-match"] ?? "", key: String(headers["idempotency-key"] ?? ""),
    language: /kezek_language=(\w+)/.exec(headers.cookie ?? "")?.[1] ?? "",
  };
  const [status, value] = answer(fake, who, method, url, body, asked);
  if (!Buffer.isBuffer(value)) return tell(status, value);
  response.writeHead(status, { "Content-Type": "image/png" });
  response.end(value);
}

function attach(server: ViteDevServer | PreviewServer): void {
  const fake = new Fake();
  const sockets = new WebSocketServer({ noServer: true });
  server.middlewares.use((request, response, next) => void serve(fake, request, response, next));
  server.httpServer?.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url !== "/api/desk") return;
    sockets.handleUpgrade(request, socket, head, (ws) => (whoIs(request) === "" ? ws.close(4003) : fake.desk.join(ws)));
  });
}

/** Behind `vite --mode fake`, and, for the tests, behind a built console: `vite preview --mode fake`. */
export function fakeServer(): Plugin {
  return { name: "kezek-fake", configureServer: attach, configurePreviewServer: attach };
}
