import { Button, Drawer, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Channel } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { Field, wrongWith } from "../../shared/field";
import { Stack } from "../../shared/page";
import { ChannelPicker } from "../../shared/pickers/channel-picker";
import { OneTag } from "../../shared/pickers/option-pickers";
import { FaultView } from "../../shared/states";

/** Which channel to change, or under which parent to make one. */
export type Wanted = { channel?: Channel; parent?: Channel };

const kinds = [0, 1, 2, 3, 4, 5];

/** Makes a channel, or changes one. */
export function ChannelForm({ wanted: { channel, parent }, close }: { wanted: Wanted; close: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({
    name: channel?.name ?? "", abbr: channel?.abbr ?? "", kind: channel?.kind ?? parent?.kind ?? 0,
    tag: channel?.tag || undefined, parent: parent?.id,
  });
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const save = useAct({
    run: async () => {
      const { parent: under, ...body } = { ...form, name: form.name.trim(), abbr: form.abbr.trim() };
      if (!channel) return ok(await api.POST("/channels", { body: { ...body, parent: under } }));
      return ok(await api.PATCH("/channels/{id}", { params: { path: { id: channel.id }, header: ifMatch(channel.version) }, body: { ...body, tag: body.tag ?? "" } }));
    },
    topics: ["channels"],
    said: t("common.saved"),
    done: close,
    failed: () => undefined,
  });
  const fault = save.error;
  return (
    <Drawer
      open
      size={400}
      title={channel ? channel.path : t("channel.new")}
      onClose={close}
      footer={<Button type="primary" block disabled={!form.name.trim()} loading={save.isPending} onClick={() => save.mutate()}>{t("common.save")}</Button>}
    >
      <Stack>
        {save.isError && <FaultView error={fault} />}
        {!channel && (
          <Field label={t("channel.parent")} wrong={wrongWith(fault, "parent")}>
            {(id) => <ChannelPicker id={id} value={form.parent} onChange={(value) => set({ parent: value })} placeholder={t("channel.no_parent")} />}
          </Field>
        )}
        <Field label={t("channel.name")} required wrong={wrongWith(fault, "name")}>
          {(id) => <Input id={id} maxLength={30} value={form.name} onChange={(e) => set({ name: e.target.value })} />}
        </Field>
        <Field label={t("channel.abbr")} help={t("channel.abbr_help")} wrong={wrongWith(fault, "abbr")}>
          {(id) => <Input id={id} maxLength={10} value={form.abbr} onChange={(e) => set({ abbr: e.target.value })} />}
        </Field>
        <Field label={t("channel.kind")}>
          {(id) => <Select id={id} value={form.kind} onChange={(kind) => set({ kind })} options={kinds.map((value) => ({ value, label: t(`channel.kinds.${value}`) }))} />}
        </Field>
        <Field label={t("channel.tag")} help={t("channel.tag_help")} wrong={wrongWith(fault, "tag")}>
          {() => <OneTag value={form.tag} onChange={(tag) => set({ tag })} />}
        </Field>
      </Stack>
    </Drawer>
  );
}
