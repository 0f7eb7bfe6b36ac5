import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { Pool } from 'pg';

interface DatabaseConfig extends NodeDef {
  readonly url: string;
  readonly schema: string;
}

interface DatabaseNode extends Node {
  pool: Pool;
}

interface QueryConfig extends NodeDef {
  readonly database: string;
  readonly query: string;
}

type QueryMessage = NodeMessage & { readonly params?: unknown[] };

/**
 * What a flow built by hand speaks to PostgreSQL with, behaving like `node-red-contrib-postgresql`: `bench-database` is a
 * pool of ten connections, `bench-query` runs its statement with `msg.params` on whichever connection is free, and sends
 * the rows as `msg.payload`. One statement a message, none prepared by name, no transaction from one node to the next.
 */
export = (RED: NodeAPI): void => {
  function Database(this: DatabaseNode, config: DatabaseConfig): void {
    RED.nodes.createNode(this, config);
    this.pool = new Pool({ connectionString: config.url, options: `-c search_path=${config.schema}`, max: 10 });
    this.pool.on('error', (error) => this.error(error));
    this.on('close', (done: () => void) => void this.pool.end().then(done));
  }

  function Query(this: Node, config: QueryConfig): void {
    RED.nodes.createNode(this, config);
    const { pool } = RED.nodes.getNode(config.database) as DatabaseNode;
    this.on('input', (message: QueryMessage, send, done) => {
      pool.query(config.query, message.params ?? []).then(({ rows }) => {
        message.payload = rows;
        send(message);
        done();
      }, done);
    });
  }

  RED.nodes.registerType('bench-database', Database);
  RED.nodes.registerType('bench-query', Query);
};
