import { queryOptions, useQuery } from "@tanstack/react-query";
import { TreeSelect } from "antd";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Channel } from "../../api/types";

/** All channels, a flat list; the tree is in parent. */
export const channels = queryOptions({
  queryKey: ["channels"],
  queryFn: async () => ok(await api.GET("/channels")).items,
  staleTime: 60_000,
});

type Node = { value: string; title: string; children: Node[] };

/** The tree below parent, without what is archived. */
export function channelTree(all: Channel[], parent = ""): Node[] {
  return all
    .filter((channel) => (channel.parent ?? "") === parent && !channel.archived)
    .map((channel) => ({ value: channel.id, title: channel.name, children: channelTree(all, channel.id) }));
}

type Props = { id?: string; value?: string; onChange: (id: string | undefined) => void; placeholder?: string; width?: number };

/** Picks a channel from the tree. */
export function ChannelPicker({ id, value, onChange, placeholder, width }: Props) {
  const { t } = useTranslation();
  const query = useQuery(channels);
  return (
    <TreeSelect
      id={id}
      aria-label={id ? undefined : t("common.pick_channel")}
      allowClear
      showSearch={{ treeNodeFilterProp: "title" }}
      treeDefaultExpandAll
      loading={query.isPending}
      style={{ width: width ?? "100%" }}
      placeholder={placeholder ?? t("common.pick_channel")}
      treeData={channelTree(query.data ?? [])}
      value={value || undefined}
      onChange={(next: string | undefined) => onChange(next)}
    />
  );
}
