import { EditOutlined, MoreOutlined, ShareAltOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { App, Button, Dropdown, Tabs } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { useAct } from "../../shared/act";
import { CopyButton } from "../../shared/copy";
import { Muted, Page, Row, Section, Stack } from "../../shared/page";
import { useMay } from "../../shared/session";
import { Loaded, Waiting } from "../../shared/states";
import { useUrl } from "../../shared/url";
import { Changes } from "./changes-tab";
import { Overview } from "./overview-tab";
import style from "./page.module.css";
import { bin, liveCode, qr } from "./queries";
import { Settings } from "./settings-tab";
import { ShareSheet } from "./share-sheet";
import { Ends, StateChip } from "./state-chip";
import { useSteps } from "./steps";
import { TargetsTab } from "./targets-tab";

const Numbers = lazy(async () => ({ default: (await import("./numbers-tab")).Numbers }));

/** Everything about one code. */
export function LiveCodePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(liveCode(id));
  return <Loaded query={query} rows={10}>{(code) => <Whole code={code} />}</Loaded>;
}

function Whole({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const [sharing, setSharing] = useState(false);
  const tabs = [
    { key: "overview", label: t("livecode.tab.overview"), children: <Overview code={code} /> },
    { key: "numbers", label: t("livecode.tab.numbers"), children: <Suspense fallback={<Waiting />}><Numbers code={code} /></Suspense> },
    { key: "targets", label: t("livecode.tab.targets"), children: <TargetsTab code={code} /> },
    { key: "changes", label: t("livecode.tab.changes"), children: <Changes id={code.id} /> },
    { key: "settings", label: t("livecode.tab.settings"), children: <Settings code={code} /> },
  ];
  return (
    <Page title={code.name} chips={<StateChip code={code} />} back={{ to: "/codes", text: t("livecode.all") }} acts={<Acts code={code} share={() => setSharing(true)} />}>
      <Stack>
        <Section>
          <Head code={code} share={() => setSharing(true)} />
        </Section>
        <Tabs activeKey={url.tab ?? "overview"} onChange={(tab) => setUrl({ tab: tab === "overview" ? undefined : tab })} items={tabs} destroyOnHidden />
      </Stack>
      {sharing && <ShareSheet code={code} close={() => setSharing(false)} />}
    </Page>
  );
}

function Head({ code, share }: { code: LiveCode; share: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={style.head}>
      <button type="button" style={{ border: 0, background: "none", padding: 0 }} onClick={share} aria-label={t("livecode.share")}>
        <img className={style.qr} src={qr(code.id, "svg")} alt={t("livecode.qr_alt", { name: code.name })} />
      </button>
      <Stack gap={6}>
        <Row gap={4}><a className={style.link} href={code.url} target="_blank" rel="noreferrer">{code.url}</a><CopyButton text={code.url} /></Row>
        <Row gap={16}>
          <Muted>{t(`livecode.kind.${code.kind}`)}</Muted>
          {code.channel && <Muted>{code.channel.path || code.channel.name}</Muted>}
          <Muted>{t("livecode.owned_by", { name: code.owner?.name ?? "–" })}</Muted>
          <Muted><Ends code={code} /></Muted>
          <Muted>{t("livecode.version", { n: code.version })}</Muted>
        </Row>
        <Carriers code={code} />
      </Stack>
    </div>
  );
}

/** How far WeCom's side of the code is; a failure says WeCom's reason. */
function Carriers({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const { ready, total, failed, error } = code.carriers;
  if (total === 0 || ready === total) return null;
  if (failed > 0) return <span style={{ color: "var(--danger)" }}>{t("livecode.carriers_failed", { failed, total })} {error}</span>;
  return <Muted>{t("livecode.carriers_on_the_way", { ready, total })}</Muted>;
}

function Acts({ code, share }: { code: LiveCode; share: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const { stepsOf, go, busy } = useSteps();
  const remove = useAct({ run: () => bin(code), topics: ["live-codes", "home"], said: t("livecode.binned"), done: () => void navigate({ to: "/codes" }) });
  const steps = stepsOf(code);
  const first = steps.find((s) => s === "publication" || s === "resumption");
  const binned = may("code.delete") && code.state !== "deleted";
  const rest = [
    ...steps.filter((s) => s !== first).map((step) => ({ key: step as string, label: t(`livecode.step.${step}`), onClick: () => go(code, step) })),
    ...(binned ? [{ key: "bin", danger: true, label: t("livecode.step.bin"), onClick: () => void modal.confirm({ title: t("livecode.bin_ask", { name: code.name }), content: t("livecode.bin_lead", { n: code.stats.scans_7d.reduce((a, b) => a + b, 0) }), okText: t("livecode.step.bin"), okButtonProps: { danger: true }, onOk: () => remove.mutateAsync() }) }] : []),
  ];
  return (
    <>
      <Button icon={<ShareAltOutlined />} onClick={share}>{t("livecode.share")}</Button>
      {may("code.edit") && code.state !== "deleted" && (
        <Button icon={<EditOutlined />} onClick={() => void navigate({ to: "/codes/$id/edit", params: { id: code.id } })}>{t("common.edit")}</Button>
      )}
      {first && <Button type="primary" loading={busy} onClick={() => go(code, first)}>{t(`livecode.step.${first}`)}</Button>}
      {rest.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items: rest }}><Button icon={<MoreOutlined />} aria-label={t("common.more")} /></Dropdown>
      )}
    </>
  );
}
