import { api, ok } from "../../api/client";
import type { LiveCode, Pool, PoolDraft } from "../../api/types";
import { ifMatch } from "../../shared/act";
import { changesOf, type Draft } from "./draft";

/**
 * Makes the code what the draft says. The code goes first: its version says
 * whether a colleague was faster. A pool is changed, not replaced, so that its
 * turns and the numbers of its groups go on.
 */
export async function save(base: LiveCode, draft: Draft) {
  const { code, pool, overflow } = changesOf(base, draft);
  if (code) {
    const params = { path: { id: base.id }, header: ifMatch(base.version) };
    ok(await api.PATCH("/live-codes/{id}", { params, body: code }));
  }
  if (pool) await savePool(base.pool, pool);
  if (overflow && base.overflow_pool) await savePool(base.overflow_pool, overflow);
}

async function savePool(pool: Pool, body: PoolDraft) {
  const params = { path: { id: pool.id }, header: ifMatch(pool.version) };
  ok(await api.PATCH("/pools/{id}", { params, body }));
}
