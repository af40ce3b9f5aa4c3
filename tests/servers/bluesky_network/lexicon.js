// Reads [what, method, body] as JSON, a line each, and writes what the network's own lexicons find wrong, a line each.
const { lexicons } = require("@atproto/api/dist/client/lexicons.js");

for (const line of require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [what, method, body] = JSON.parse(line);
  try {
    if (what === "input") lexicons.assertValidXrpcInput(method, body);
    else lexicons.assertValidXrpcOutput(method, body);
    console.log("");
  } catch (error) {
    console.log(`${method}: ${error.message}`);
  }
}
