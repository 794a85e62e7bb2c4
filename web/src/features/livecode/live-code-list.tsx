import { PlusOutlined, QrcodeOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { useList } from "../../shared/list";
import { Page, Section } from "../../shared/page";
import { useMay } from "../../shared/session";
import { FilteredEmpty, FirstUse } from "../../shared/states";
import { ListTable } from "../../shared/table";
import { type UrlState, useUrl } from "../../shared/url";
import { BatchBar } from "./batch-bar";
import { CodeCard } from "./code-card";
import { useCodeColumns } from "./code-columns";
import style from "./list.module.css";
import { Filters } from "./list-filters";
import { listCodes, viewOf, views } from "./queries";
import { ShareSheet } from "./share-sheet";

const filterWords = ["q", "kind", "channel"] as const;

/** All live codes: find, judge, act. */
export function LiveCodeList() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const may = useMay();
  const navigate = useNavigate();
  const [selected, setSelected] = useState<string[]>([]);
  const [shared, setShared] = useState<LiveCode>();
  const list = useList(["live-codes", "list", keyOf(url)], listCodes(url));
  const columns = useCodeColumns(setShared);
  const view = viewOf(url);
  return (
    <Page
      title={t("livecode.all")}
      acts={may("code.create") && <Link to="/codes/new"><Button type="primary" icon={<PlusOutlined />}>{t("livecode.new")}</Button></Link>}
    >
      <Section flush>
        <div className={style.tabs}>
          <Tabs
            activeKey={view}
            onChange={(next) => setUrl({ view: next === "all" ? undefined : next })}
            items={views.map((key) => ({ key, label: t(`livecode.view.${key}`) }))}
          />
        </div>
        <Filters url={url} setUrl={setUrl} />
        <ListTable
          list={list}
          columns={columns}
          width={1100}
          open={(code) => void navigate({ to: "/codes/$id", params: { id: code.id } })}
          selection={{ ids: selected, change: setSelected }}
          card={(code) => <CodeCard code={code} share={() => setShared(code)} />}
          empty={<Empty url={url} setUrl={setUrl} />}
        />
      </Section>
      <BatchBar codes={(list.rows ?? []).filter((code) => selected.includes(code.id))} clear={() => setSelected([])} />
      {shared && <ShareSheet code={shared} close={() => setShared(undefined)} />}
    </Page>
  );
}

const keyOf = (url: UrlState) => ({ view: viewOf(url), q: url.q, kind: url.kind, channel: url.channel, sort: url.sort });

function Empty({ url, setUrl }: { url: UrlState; setUrl: (patch: UrlState) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const filtered = filterWords.some((word) => url[word]) || viewOf(url) !== "all";
  if (filtered) {
    const clear = () => setUrl({ q: undefined, kind: undefined, channel: undefined, view: undefined });
    return <FilteredEmpty text={t("livecode.none_match")} onClear={clear} />;
  }
  return (
    <FirstUse
      icon={<QrcodeOutlined />}
      title={t("livecode.none")}
      lead={t("livecode.none_lead")}
      act={may("code.create") && <Link to="/codes/new"><Button type="primary">{t("livecode.none_act")}</Button></Link>}
    />
  );
}
