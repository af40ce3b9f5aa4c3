// The real network on loopback: directory (PLC), server of accounts (PDS) and index (AppView); says READY and the DID of the index
// once it is up.
const { TestNetwork } = require("@atproto/dev-env");

const [plc, pds, bsky, ozone, introspect] = process.argv.slice(2).map(Number);

TestNetwork.create({
  plc: { port: plc },
  pds: { port: pds, hostname: "localhost", enableDidDocWithSession: true, rateLimitsEnabled: true },
  bsky: { port: bsky, publicUrl: `http://localhost:${bsky}`, dbPostgresSchema: "bsky" },
  ozone: { port: ozone },
  introspect: { port: introspect },
})
  .then((network) => console.log(`READY ${network.bsky.serverDid}`))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
