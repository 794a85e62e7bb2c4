import { useQuery } from "@tanstack/react-query";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { Button, Modal } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { LiveCode } from "../../api/types";
import { useAct } from "../../shared/act";
import { Muted, Page, Stack } from "../../shared/page";
import { useMay } from "../../shared/session";
import { FaultView } from "../../shared/states";
import { CodeForm } from "./code-form";
import { blank, bodyOf, type Draft } from "./draft";
import style from "./form.module.css";
import { Gate, useGate } from "./gate";
import { PreviewPane } from "./preview-pane";
import { suggestion } from "./queries";
import { ShareSheet } from "./share-sheet";

/** One screen from nothing to a code that works. */
export function NewCode() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const form = useNewDraft();
  const body = bodyOf(form.draft, false);
  const gate = useGate(body);
  const [made, setMade] = useState<LiveCode>();
  const create = useAct({
    run: async (publish: boolean) => ok(await api.POST("/live-codes", { body: bodyOf(form.draft, publish) })),
    topics: ["live-codes", "home"],
    done: (code, publish) => {
      form.settle();
      if (publish) setMade(code);
      else void navigate({ to: "/codes/$id", params: { id: code.id } });
    },
    failed: () => window.scrollTo({ top: 0, behavior: "smooth" }),
  });
  return (
    <Page title={t("livecode.new")} back={{ to: "/codes", text: t("livecode.all") }}>
      <Stack>
        {create.isError && <FaultView error={create.error} />}
        <div className={style.layout}>
          <div>
            <CodeForm draft={form.draft} patch={form.patch} fault={create.error} />
            <div className={style.foot}>
              <Muted small>{gate.failing && t("livecode.form.blocked")}</Muted>
              <Button loading={create.isPending && !create.variables} onClick={() => create.mutate(false)}>{t("livecode.form.save_draft")}</Button>
              {may("code.publish") && (
                <Button type="primary" disabled={gate.blocked} loading={create.isPending && create.variables} onClick={() => create.mutate(true)}>
                  {t("livecode.form.publish")}
                </Button>
              )}
            </div>
          </div>
          <div className={style.side}>
            <PreviewPane draft={body} />
            <Gate gate={gate} />
          </div>
        </div>
      </Stack>
      {form.leaving}
      {made && (
        <ShareSheet
          code={made}
          lead={<Muted>{t("livecode.form.published_lead")}</Muted>}
          close={() => void navigate({ to: "/codes/$id", params: { id: made.id } })}
        />
      )}
    </Page>
  );
}

/** A new draft: the name and end follow the suggestion until the person types their own. */
function useNewDraft() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Partial<Draft>>({});
  const settled = useRef(false);
  const empty = blank(t("livecode.form.contact_text_default"));
  const { kind, channel, purpose } = { ...empty, ...typed };
  const wish = useQuery(suggestion({ kind, channel, purpose })).data;
  const draft: Draft = { ...empty, name: wish?.name ?? "", endsAt: wish?.ends_at ?? undefined, ...typed };
  const patch = (part: Partial<Draft>) => setTyped((old) => ({ ...old, ...part }));
  const leaving = useLeaveGuard(() => Object.keys(typed).length > 0 && !settled.current);
  return { draft, patch, leaving, settle: () => void (settled.current = true) };
}

/** Asks before unsaved words are lost. */
export function useLeaveGuard(dirty: () => boolean) {
  const { t } = useTranslation();
  const guard = useBlocker({ shouldBlockFn: dirty, enableBeforeUnload: dirty, withResolver: true });
  return (
    <Modal
      open={guard.status === "blocked"}
      title={t("livecode.form.leave")}
      okText={t("livecode.form.leave_yes")}
      cancelText={t("livecode.form.leave_no")}
      onOk={() => guard.proceed?.()}
      onCancel={() => guard.reset?.()}
    >
      {t("livecode.form.leave_lead")}
    </Modal>
  );
}
