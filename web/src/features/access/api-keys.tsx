import { KeyOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Input, Modal, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { ApiKey, NewApiKey } from "../../api/types";
import { useAct } from "../../shared/act";
import { Chip } from "../../shared/chip";
import { CopyButton } from "../../shared/copy";
import { Field, wrongWith } from "../../shared/field";
import { Muted, Page, Row, Section, Stack } from "../../shared/page";
import { FaultView, FirstUse, Loaded } from "../../shared/states";
import { ago, moment } from "../../shared/time";
import { apiKeys, roles } from "./queries";

/** Keys for programs. Each is shown once, when it is made. */
export function ApiKeys() {
  const { t } = useTranslation();
  const query = useQuery(apiKeys);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewApiKey>();
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>{t("access.new_key")}</Button>;
  return (
    <Page title={t("nav.keys")} lead={<>{t("access.keys_lead")} <a href="/api/docs" target="_blank" rel="noreferrer">{t("access.api_docs")}</a></>} acts={add}>
      <Section>
        <Loaded query={query} rows={4}>
          {(keys) =>
            keys.length === 0 ? (
              <FirstUse icon={<KeyOutlined />} title={t("access.no_keys")} lead={t("access.no_keys_lead")} act={add} />
            ) : (
              <Stack>{keys.map((key) => <KeyRow key={key.id} apiKey={key} />)}</Stack>
            )
          }
        </Loaded>
      </Section>
      {making && <KeyForm close={() => setMaking(false)} done={(key) => { setMaking(false); setMade(key); }} />}
      {made && <Shown apiKey={made} close={() => setMade(undefined)} />}
    </Page>
  );
}

function KeyRow({ apiKey: key }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const revoke = useAct({
    run: async () => ok(await api.DELETE("/api-keys/{id}", { params: { path: { id: key.id } } })),
    topics: ["api-keys"],
    said: t("access.key_revoked"),
  });
  const over = key.revoked_at || (key.expires_at && new Date(key.expires_at) < new Date());
  return (
    <Row between>
      <span>
        <strong>{key.name}</strong> <code>{key.hint}</code>{" "}
        {over && <Chip>{t(key.revoked_at ? "access.revoked" : "access.key_expired")}</Chip>}
        <br />
        <Muted small>
          {t(`role.${key.role}`, { defaultValue: key.role })} · {key.expires_at ? t("access.expires", { at: moment(key.expires_at) }) : t("access.no_expiry")} ·{" "}
          {key.last_used_at ? t("access.used", { when: ago(key.last_used_at) }) : t("access.never_used")}
        </Muted>
      </span>
      {!key.revoked_at && (
        <Button
          danger
          size="small"
          onClick={() => void modal.confirm({ title: t("access.revoke_ask", { name: key.name }), content: t("access.revoke_lead"), okText: t("access.revoke"), okButtonProps: { danger: true }, onOk: () => revoke.mutateAsync() })}
        >
          {t("access.revoke")}
        </Button>
      )}
    </Row>
  );
}

function KeyForm({ close, done }: { close: () => void; done: (key: NewApiKey) => void }) {
  const { t } = useTranslation();
  const known = useQuery(roles).data ?? [];
  const [name, setName] = useState("");
  const [role, setRole] = useState("analyst");
  const [until, setUntil] = useState<Dayjs | null>(dayjs().add(1, "year"));
  const make = useAct({
    run: async () => ok(await api.POST("/api-keys", { body: { name: name.trim(), role, expires_at: until?.toISOString() } })),
    topics: ["api-keys"],
    done,
    failed: () => undefined,
  });
  return (
    <Modal open title={t("access.new_key")} onCancel={close} okText={t("access.make_key")} okButtonProps={{ disabled: !name.trim(), loading: make.isPending }} onOk={() => make.mutate()}>
      <Stack>
        {make.isError && <FaultView error={make.error} />}
        <Field label={t("access.key_name")} required help={t("access.key_name_help")} wrong={wrongWith(make.error, "name")}>
          {(id) => <Input id={id} maxLength={50} value={name} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <Field label={t("access.role")} wrong={wrongWith(make.error, "role")}>
          {(id) => <Select id={id} value={role} onChange={setRole} options={known.map((r) => ({ value: r.role, label: t(`role.${r.role}`, { defaultValue: r.role }) }))} />}
        </Field>
        <Field label={t("access.expiry")} wrong={wrongWith(make.error, "expires_at")}>
          {(id) => <DatePicker id={id} value={until} onChange={setUntil} placeholder={t("access.no_expiry")} minDate={dayjs()} />}
        </Field>
      </Stack>
    </Modal>
  );
}

function Shown({ apiKey, close }: { apiKey: NewApiKey; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open title={apiKey.name} footer={<Button type="primary" onClick={close}>{t("access.key_kept")}</Button>} closable={false} mask={{ closable: false }}>
      <Stack>
        <Alert type="warning" showIcon title={t("access.key_once")} />
        <Row><code style={{ overflowWrap: "anywhere" }}>{apiKey.key}</code><CopyButton text={apiKey.key} /></Row>
      </Stack>
    </Modal>
  );
}
