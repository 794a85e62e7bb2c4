import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Switch } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Account } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { Chip } from "../../shared/chip";
import { useList } from "../../shared/list";
import { Muted, Page, Row, Section, Stack } from "../../shared/page";
import { useMe } from "../../shared/session";
import { FirstUse, Loaded } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { ago } from "../../shared/time";
import { AccountForm } from "./account-form";
import { listAccounts, roles } from "./queries";

/** Who may log in, as what. */
export function Accounts() {
  const { t } = useTranslation();
  const [form, setForm] = useState<Account | "new">();
  const list = useList(["accounts"], listAccounts);
  const columns = useColumns(setForm);
  return (
    <Page
      title={t("nav.roles")}
      lead={t("access.accounts_lead")}
      acts={<Button type="primary" icon={<PlusOutlined />} onClick={() => setForm("new")}>{t("access.new_account")}</Button>}
    >
      <Stack>
        <Section flush>
          <ListTable
            list={list}
            columns={columns}
            open={setForm}
            card={(account) => <AccountCard account={account} edit={() => setForm(account)} />}
            empty={<FirstUse title={t("access.no_accounts")} lead={t("access.accounts_lead")} />}
          />
        </Section>
        <RoleTable />
      </Stack>
      {form && <AccountForm account={form === "new" ? undefined : form} close={() => setForm(undefined)} />}
    </Page>
  );
}

function useColumns(edit: (account: Account) => void): Columns<Account> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<Account> => [
      { title: t("access.your_name"), render: (_, a) => <><strong>{a.name}</strong><br /><Muted small>{a.login}</Muted></> },
      { title: t("access.role"), render: (_, a) => t(`role.${a.role}`, { defaultValue: a.role }) },
      { title: t("access.scope"), render: (_, a) => t(`access.scopes.${a.scope}`) },
      { title: t("access.last_login"), render: (_, a) => (a.last_login_at ? ago(a.last_login_at) : <Muted>{t("access.never")}</Muted>) },
      { title: t("access.enabled"), render: (_, a) => <Enabled account={a} /> },
      { title: "", align: "right", render: (_, a) => <Button size="small" onClick={() => edit(a)}>{t("common.edit")}</Button> },
    ],
    [t, edit],
  );
}

/** Switches an account off and on. Nobody locks themselves out. */
function Enabled({ account }: { account: Account }) {
  const { t } = useTranslation();
  const me = useMe();
  const flip = useAct({
    run: async (disabled: boolean) =>
      ok(await api.PATCH("/accounts/{id}", { params: { path: { id: account.id }, header: ifMatch(account.version) }, body: { disabled } })),
    topics: ["accounts"],
    said: t("common.saved"),
  });
  return (
    <Switch
      size="small"
      aria-label={t("access.enabled")}
      checked={!account.disabled}
      disabled={account.id === me.id}
      loading={flip.isPending}
      onChange={(on) => flip.mutate(!on)}
    />
  );
}

function AccountCard({ account, edit }: { account: Account; edit: () => void }) {
  const { t } = useTranslation();
  return (
    <Row between>
      <span>
        <strong>{account.name}</strong> {account.disabled && <Chip>{t("access.disabled")}</Chip>}
        <br /><Muted small>{account.login} · {t(`role.${account.role}`, { defaultValue: account.role })}</Muted>
      </span>
      <Row><Enabled account={account} /><Button onClick={edit}>{t("common.edit")}</Button></Row>
    </Row>
  );
}

function RoleTable() {
  const { t } = useTranslation();
  const query = useQuery(roles);
  return (
    <Section title={t("access.roles")}>
      <Loaded query={query} rows={4}>
        {(list) => (
          <Stack>
            {list.map((role) => (
              <div key={role.role}>
                <strong>{t(`role.${role.role}`, { defaultValue: role.role })}</strong>
                <div style={{ marginTop: 4 }}>
                  <Row gap={6}>{role.permissions.map((p) => <Chip key={p} plain>{t(`permission.${p}`, { defaultValue: p })}</Chip>)}</Row>
                </div>
              </div>
            ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
