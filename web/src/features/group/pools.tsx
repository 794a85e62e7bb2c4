import { useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Modal, Select, Switch, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Pool } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { CapacityBar } from "../../shared/capacity";
import { Chip } from "../../shared/chip";
import { Field, wrongWith } from "../../shared/field";
import { Grid, Muted, Row, Section, Stack } from "../../shared/page";
import { useMay } from "../../shared/session";
import { FaultView, FirstUse, Loaded } from "../../shared/states";

/** The pools that codes draw their targets from. */
export function Pools() {
  const { t } = useTranslation();
  const may = useMay();
  const [editing, setEditing] = useState<Pool>();
  const query = useQuery({ queryKey: ["groups", "pools"], queryFn: async () => ok(await api.GET("/pools", { params: { query: { limit: 200 } } })).items });
  return (
    <Loaded query={query}>
      {(pools) =>
        pools.length === 0 ? (
          <Section><FirstUse title={t("group.no_pools")} lead={t("group.no_pools_lead")} /></Section>
        ) : (
          <Grid min={420}>
            {pools.map((pool) => (
              <Section
                key={pool.id}
                title={pool.name}
                extra={may("group.edit") && <Button size="small" onClick={() => setEditing(pool)}>{t("common.edit")}</Button>}
              >
                <PoolBody pool={pool} />
              </Section>
            ))}
            {editing && <PoolForm pool={editing} close={() => setEditing(undefined)} />}
          </Grid>
        )
      }
    </Loaded>
  );
}

function PoolBody({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  return (
    <Stack gap={10}>
      <Row>
        <Chip plain>{t(`livecode.strategy.${pool.strategy}`)}</Chip>
        {pool.auto_create && <Chip plain tone="info">{t("group.next_group", { name: `${pool.base_name}${pool.next_number}` })}</Chip>}
      </Row>
      {(pool.members ?? []).map((member) => (
        <Row key={member.target} between>
          <span>
            {member.name} {member.backup && <Chip plain>{t("livecode.form.backup")}</Chip>} {!member.enabled && <Chip>{t("group.off")}</Chip>}
          </span>
          <div style={{ width: 190 }}><CapacityBar joined={member.joined} held={member.held} capacity={member.capacity} /></div>
        </Row>
      ))}
      {(pool.members ?? []).length === 0 && <Muted>{t("group.empty_pool")}</Muted>}
    </Stack>
  );
}

function PoolForm({ pool, close }: { pool: Pool; close: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(pool);
  const set = (part: Partial<Pool>) => setForm({ ...form, ...part });
  const member = (target: string, part: Partial<Pool["members"][number]>) =>
    set({ members: form.members.map((m) => (m.target === target ? { ...m, ...part } : m)) });
  const save = useAct({ run: () => write(form), topics: ["groups", "live-codes"], said: t("common.saved"), done: close, failed: () => undefined });
  return (
    <Modal open width={640} title={pool.name} onCancel={close} okText={t("common.save")} cancelText={t("common.cancel")} okButtonProps={{ loading: save.isPending }} onOk={() => save.mutate()}>
      <Stack>
        {save.isError && <FaultView error={save.error} />}
        <Field label={t("group.pool_name")} required wrong={wrongWith(save.error, "name")}>
          {(id) => <Input id={id} maxLength={50} value={form.name} onChange={(e) => set({ name: e.target.value })} />}
        </Field>
        <Field label={t("livecode.field.strategy")} help={t(`livecode.strategy_lead.${form.strategy}`)}>
          {(id) => (
            <Select id={id} value={form.strategy} onChange={(strategy) => set({ strategy })} options={(["round_robin", "weighted", "in_order", "least_loaded"] as const).map((value) => ({ value, label: t(`livecode.strategy.${value}`) }))} />
          )}
        </Field>
        <Table
          size="small"
          rowKey="target"
          pagination={false}
          dataSource={form.members}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t("group.member"), dataIndex: "name" },
            { title: t("livecode.form.weight"), render: (_, m) => <InputNumber size="small" min={0} max={100} value={m.weight} onChange={(weight) => member(m.target, { weight: weight ?? 1 })} aria-label={t("livecode.form.weight")} /> },
            { title: t("livecode.form.backup"), render: (_, m) => <Switch size="small" checked={m.backup} onChange={(backup) => member(m.target, { backup })} aria-label={t("livecode.form.backup")} /> },
            { title: t("group.on"), render: (_, m) => <Switch size="small" checked={m.enabled} onChange={(enabled) => member(m.target, { enabled })} aria-label={t("group.on")} /> },
          ]}
        />
      </Stack>
    </Modal>
  );
}

async function write(pool: Pool) {
  const members = pool.members.map(({ target, weight, backup, enabled }) => ({ target, weight, backup, enabled }));
  const { name, strategy, auto_create, base_name } = pool;
  return ok(
    await api.PATCH("/pools/{id}", {
      params: { path: { id: pool.id }, header: ifMatch(pool.version) },
      body: { name, strategy, auto_create, base_name, members },
    }),
  );
}
