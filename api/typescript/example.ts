// Check a person and read the entity found: `node dist/example.js http://127.0.0.1:8000 "Ivan Petrov"`.
import { connect, ServiceError } from "./client.js";

declare const process: { argv: string[]; env: Record<string, string | undefined> };

const [, , address = "http://127.0.0.1:8000", name = "Ivan Petrov"] = process.argv;
const key = process.env["RESOLVER_KEY"];
const service = connect(address, { ...(key ? { key } : {}), purpose: "example" });

const { data: checked } = await service.GET("/check", {
  params: { query: { name: [name], limit: 1 } },
});
const best = checked?.results[0];
if (best) {
  console.log(`${best.caption} ${best.score} ${best.summary}`);
  const { data: entity } = await service.GET("/entities/{entity_id}", {
    params: { path: { entity_id: best.id } },
    headers: { Accept: "application/json" },
  });
  console.log(entity && "referents" in entity ? entity.referents.join(" ") : "");
}

const { data: matched } = await service.POST("/match/{dataset}", {
  params: { path: { dataset: "default" } },
  body: { queries: { one: { schema: "Person", properties: { name: [name] } } } },
});
console.log(`${matched?.responses["one"]?.total.value} of version ${matched?.version}`);

try {
  await service.GET("/entities/{entity_id}", { params: { path: { entity_id: "nobody" } } });
} catch (error) {
  if (error instanceof ServiceError) console.log(`${error.status} ${error.message}`);
}

// What the API does not have is no valid program:
export async function mistakes(): Promise<void> {
  // @ts-expect-error there is no such path
  await service.GET("/chek");
  // @ts-expect-error a name is a list of texts
  await service.GET("/check", { params: { query: { name: 7 } } });
  // @ts-expect-error a dataset is missing
  await service.POST("/match/{dataset}", { body: { queries: {} } });
}
