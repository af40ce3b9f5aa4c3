// The real network on loopback: directory (PLC), server of accounts (PDS) and index (AppView); says READY once it is up.
const { TestNetwork } = require("@atproto/dev-env");

const [plc, pds, bsky, ozone, introspect] = process.argv.slice(2).map(Number);

TestNetwork.create({
  plc: { port: plc },
  pds: { port: pds, hostname: "localhost", enableDidDocWithSession: true, rateLimitsEnabled: true },
  bsky: { port: bsky, publicUrl: `http://localhost:${bsky}`, dbPostgresSchema: "bsky" },
  ozone: { port: ozone },
  introspect: { port: introspect },
})
  .then(() => console.log("READY"))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
