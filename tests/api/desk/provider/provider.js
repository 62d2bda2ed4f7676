// Identity provider of the tests: the certified oidc-provider with its own sign-in pages.
// Arguments: address of the service, and a JSON file of accounts (claims by subject), which is read
// anew for each sign-in.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [service, accounts] = process.argv.slice(2);
const readClaims = (id) => ({ sub: id, ...JSON.parse(readFileSync(accounts, "utf8"))[id] });
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "hub",
      client_secret: "a secret of the tests",
      redirect_uris: [`${service}/desk/sign-in/callback`],
      post_logout_redirect_uris: [`${service}/desk/sign-in`],
      backchannel_logout_uri: `${service}/desk/sign-out/provider`,
      backchannel_logout_session_required: true,
    }],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups", "department"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["a key of the tests"] },
    features: { backchannelLogout: { enabled: true } },
    // by default it reaches no address of this machine
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => readClaims(id) }),
  });
  provider.on("backchannel.error", (_, error) => console.error("backchannel", error));
  provider.on("server_error", (_, error) => console.error("server", error));
  provider.on("grant.error", (_, error) => console.error("grant", error));
  server.on("request", provider.callback());
  console.log(issuer);
});
