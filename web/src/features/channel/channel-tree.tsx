import { BranchesOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Switch, Table } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Channel } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { Chip } from "../../shared/chip";
import { exact } from "../../shared/format";
import { Muted, Page, Row, Section } from "../../shared/page";
import { usePhone } from "../../shared/phone";
import { channels } from "../../shared/pickers/channel-picker";
import { useMay } from "../../shared/session";
import { FirstUse, Loaded } from "../../shared/states";
import { ChannelForm, type Wanted } from "./channel-form";

type Node = Channel & { depth: number; children?: Node[] };

/** The channels as a tree; what is archived only when asked for. */
export function treeOf(all: Channel[], archived: boolean, parent = "", depth = 1): Node[] {
  return all
    .filter((channel) => (channel.parent ?? "") === parent && (archived || !channel.archived))
    .map((channel) => {
      const children = treeOf(all, archived, channel.id, depth + 1);
      return { ...channel, depth, children: children.length > 0 ? children : undefined };
    });
}

/** Where customers come from, in three levels at most. */
export function ChannelTree() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery(channels);
  const [archived, setArchived] = useState(false);
  const [form, setForm] = useState<Wanted>();
  const add = may("channel.edit") && <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({})}>{t("channel.new")}</Button>;
  return (
    <Page title={t("channel.title")} lead={t("channel.lead")} acts={<><Row><Switch size="small" id="archived" checked={archived} onChange={setArchived} /><label htmlFor="archived">{t("channel.show_archived")}</label></Row>{add}</>}>
      <Section flush>
        <Loaded query={query}>
          {(all) =>
            all.length === 0 ? (
              <FirstUse icon={<BranchesOutlined />} title={t("channel.none")} lead={t("channel.none_lead")} act={add} />
            ) : (
              <Tree nodes={treeOf(all, archived)} open={setForm} />
            )
          }
        </Loaded>
      </Section>
      {form && <ChannelForm wanted={form} close={() => setForm(undefined)} />}
    </Page>
  );
}

function Tree({ nodes, open }: { nodes: Node[]; open: (wanted: Wanted) => void }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const columns = useMemo(() => {
    const name = {
      title: t("channel.name"),
      render: (_: unknown, c: Node) => <span><strong style={{ fontWeight: 550 }}>{c.name}</strong> {c.archived && <Chip>{t("channel.archived")}</Chip>}</span>,
    };
    const codes = {
      title: t("channel.codes"), width: 90, align: "right" as const,
      render: (_: unknown, c: Node) => (c.codes > 0 ? <Link to="/codes" search={{ channel: c.id } as never}>{exact(c.codes)}</Link> : 0),
    };
    const acts = { title: "", width: phone ? 120 : 260, align: "right" as const, render: (_: unknown, c: Node) => <Acts channel={c} open={open} /> };
    if (phone) return [name, codes, acts];
    return [
      name,
      { title: t("channel.kind"), width: 130, render: (_: unknown, c: Node) => t(`channel.kinds.${c.kind}`) },
      { title: t("channel.abbr"), width: 120, render: (_: unknown, c: Node) => c.abbr || <Muted>–</Muted> },
      codes,
      acts,
    ];
  }, [t, phone, open]);
  return <Table<Node> rowKey="id" size="middle" pagination={false} columns={columns} dataSource={nodes} expandable={{ defaultExpandAllRows: true }} />;
}

function Acts({ channel, open }: { channel: Node; open: (wanted: Wanted) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const phone = usePhone();
  const archive = useAct({
    run: async () =>
      ok(await api.PATCH("/channels/{id}", { params: { path: { id: channel.id }, header: ifMatch(channel.version) }, body: { archived: !channel.archived } })),
    topics: ["channels"],
    said: t("common.done"),
  });
  if (!may("channel.edit")) return null;
  return (
    <Row gap={4}>
      <span style={{ marginLeft: "auto" }} />
      <Button size="small" type="text" onClick={() => open({ channel })}>{t("common.edit")}</Button>
      {!phone && channel.depth < 3 && !channel.archived && <Button size="small" type="text" onClick={() => open({ parent: channel })}>{t("channel.add_child")}</Button>}
      {!phone && <Button size="small" type="text" loading={archive.isPending} onClick={() => archive.mutate()}>{t(channel.archived ? "channel.restore" : "channel.archive")}</Button>}
    </Row>
  );
}
