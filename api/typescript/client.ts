// Client of the watchlist resolver. Paths, parameters, bodies and answers are typed by `schema.d.ts`,
// which is generated from the service's OpenAPI document (`npm run generate`).
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type Schemas = components["schemas"];

/** Options of a connection: the API key, and the purpose of access for the audit log (ASCII). */
export interface ConnectionOptions {
  key?: string;
  purpose?: string;
}

/** Failed answer: its status, what the service says of it, and the id of the request in its log. */
export class ServiceError extends Error {
  readonly status: number;
  readonly requestId: string;

  constructor(status: number, detail: string, requestId: string) {
    super(detail);
    this.name = "ServiceError";
    this.status = status;
    this.requestId = requestId;
  }
}

/** Connect to a service. Calls throw `ServiceError` for a failed answer. */
export function connect(address: string, options: ConnectionOptions = {}): Client<paths> {
  const headers: Record<string, string> = {};
  if (options.key) headers["Authorization"] = `ApiKey ${options.key}`;
  if (options.purpose) headers["X-Purpose"] = options.purpose;
  const client = createClient<paths>({ baseUrl: address, headers });
  client.use({
    async onResponse({ response }) {
      if (response.ok) return undefined;
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => null);
      const detail = (body as { detail?: unknown } | null)?.detail ?? response.statusText;
      const requestId = response.headers.get("X-Request-ID") ?? "";
      throw new ServiceError(response.status, String(detail), requestId);
    },
  });
  return client;
}
