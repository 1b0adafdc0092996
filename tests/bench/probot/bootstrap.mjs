// Probot's Lambda adapter under the Runtime API, as its documentation sets it up: one handler, credentials from the
// environment. The loop is what Lambda's own Node runtime does: poll, call, post, over one kept connection.
//
//   node bootstrap.mjs NODE_MODULES

import http from "node:http";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { createLambdaFunction, createProbot } = require("@probot/adapter-aws-lambda-serverless");

const app = (probot) => {
  probot.on("push", async () => {});
};
const handle = createLambdaFunction(app, { probot: createProbot() });

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((done, failed) => {
    const request = http.request({ host, port, method, agent, path: `/2018-06-01/runtime/invocation/${path}` }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => done({ headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on("error", failed);
    request.end(body);
  });
}

for (;;) {
  const { headers, body } = await call("GET", "next");
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    const answer = await handle(JSON.parse(body), { awsRequestId: id });
    await call("POST", `${id}/response`, JSON.stringify(answer));
  } catch (error) {
    await call("POST", `${id}/error`, JSON.stringify({ errorType: error.name, errorMessage: String(error) }));
  }
}
