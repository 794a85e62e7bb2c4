import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Drawer, Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Attachment, Welcome } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { Field, wrongWith } from "../../shared/field";
import { Grid, Muted, Row, Stack } from "../../shared/page";
import { FaultView } from "../../shared/states";
import { Bubble } from "./bubble";
import { type Variable, variables } from "./variables";

/** WeCom takes nine attachments at most. */
const most = 9;

/** Writes a welcome, with its preview beside it. */
export function WelcomeForm({ welcome, close }: { welcome?: Welcome; close: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(welcome?.name ?? "");
  const [text, setText] = useState(welcome?.text ?? "");
  const [links, setLinks] = useState<Attachment[]>(welcome?.attachments ?? []);
  const save = useAct({
    run: async () => {
      const body = { name: name.trim(), text, attachments: links };
      if (!welcome) return ok(await api.POST("/welcomes", { body }));
      return ok(await api.PATCH("/welcomes/{id}", { params: { path: { id: welcome.id }, header: ifMatch(welcome.version) }, body }));
    },
    topics: ["welcomes"],
    said: t("common.saved"),
    done: close,
    failed: () => undefined,
  });
  const fault = save.error;
  const ready = name.trim() && text.trim() && links.every((link) => link.title && /^https?:\/\//.test(link.url));
  return (
    <Drawer
      open
      size={820}
      title={t(welcome ? "welcome.edit" : "welcome.new")}
      onClose={close}
      footer={<Row><Button type="primary" disabled={!ready} loading={save.isPending} onClick={() => save.mutate()}>{t("common.save")}</Button><Button onClick={close}>{t("common.cancel")}</Button>{welcome && welcome.used_by > 0 && <Muted small>{t("welcome.blast", { count: welcome.used_by })}</Muted>}</Row>}
    >
      <Grid min={320}>
        <Stack>
          {save.isError && <FaultView error={fault} />}
          <Field label={t("welcome.name")} required wrong={wrongWith(fault, "name")}>
            {(id) => <Input id={id} maxLength={50} value={name} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <Words text={text} change={setText} wrong={wrongWith(fault, "text")} />
          <Links links={links} change={setLinks} wrong={wrongWith(fault, "attachments")} />
        </Stack>
        <Stack gap={8}>
          <strong>{t("welcome.preview")}</strong>
          <Bubble text={text} attachments={links} filled />
          <Muted small>{t("welcome.preview_lead")}</Muted>
        </Stack>
      </Grid>
    </Drawer>
  );
}

/** The text, and buttons that put a variable where the cursor is. */
function Words({ text, change, wrong }: { text: string; change: (text: string) => void; wrong?: string }) {
  const { t } = useTranslation();
  const area = useRef<TextAreaRef>(null);
  const insert = (variable: Variable) => {
    const box = area.current?.resizableTextArea?.textArea;
    const at = box?.selectionStart ?? text.length;
    const word = t(`welcome.variable.${variable}`);
    change(`${text.slice(0, at)}{${word}}${text.slice(box?.selectionEnd ?? at)}`);
    box?.focus();
  };
  return (
    <Field label={t("welcome.text")} required wrong={wrong} help={t("welcome.text_help")}>
      {(id) => (
        <Stack gap={6}>
          <Input.TextArea ref={area} id={id} rows={7} maxLength={1300} showCount value={text} onChange={(e) => change(e.target.value)} />
          <Row gap={6}>
            {variables.map((variable) => (
              <Button key={variable} size="small" onClick={() => insert(variable)}>{`{${t(`welcome.variable.${variable}`)}}`}</Button>
            ))}
          </Row>
        </Stack>
      )}
    </Field>
  );
}

function Links({ links, change, wrong }: { links: Attachment[]; change: (links: Attachment[]) => void; wrong?: string }) {
  const { t } = useTranslation();
  const set = (i: number, part: Partial<Attachment>) => change(links.map((link, at) => (at === i ? { ...link, ...part } : link)));
  return (
    <Field label={t("welcome.links")} help={t("welcome.links_help", { n: most })} wrong={wrong}>
      {() => (
        <Stack gap={10}>
          {links.map((link, i) => (
            <Stack key={i} gap={6}>
              <Row>
                <Input style={{ flex: 1 }} maxLength={60} placeholder={t("welcome.link_title")} aria-label={t("welcome.link_title")} value={link.title} onChange={(e) => set(i, { title: e.target.value })} />
                <Button icon={<DeleteOutlined />} aria-label={t("welcome.remove_link")} onClick={() => change(links.filter((_, at) => at !== i))} />
              </Row>
              <Input placeholder="https://" aria-label={t("welcome.link_url")} value={link.url} status={link.url && !/^https?:\/\//.test(link.url) ? "error" : undefined} onChange={(e) => set(i, { url: e.target.value })} />
              <Input maxLength={100} placeholder={t("welcome.link_desc")} aria-label={t("welcome.link_desc")} value={link.desc ?? ""} onChange={(e) => set(i, { desc: e.target.value || undefined })} />
            </Stack>
          ))}
          {links.length < most && (
            <div><Button size="small" icon={<PlusOutlined />} onClick={() => change([...links, { kind: "link", title: "", url: "" }])}>{t("welcome.add_link")}</Button></div>
          )}
        </Stack>
      )}
    </Field>
  );
}
