// A round-robin TCP relay, just enough to look at two nodes behind one address.
import net from "node:net";

const [front, ...nodes] = process.argv.slice(2).map(Number);
let turn = 0;
net
  .createServer((client) => {
    const node = net.connect(nodes[turn++ % nodes.length], "127.0.0.1");
    client.pipe(node).pipe(client);
    client.on("error", () => node.destroy());
    node.on("error", () => client.destroy());
  })
  .listen(front, "127.0.0.1");
