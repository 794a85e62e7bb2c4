import { useQuery } from "@tanstack/react-query";
import { Segmented, Select, Spin } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CodeDraft, Preview } from "../../api/types";
import { Section } from "../../shared/page";
import { FaultView } from "../../shared/states";
import { clock, nowIso } from "../../shared/time";
import style from "./form.module.css";
import { preview } from "./queries";

const common = ["near", "all_full", "joined", "not_yet", "expired", "paused", "error"] as const;

/** A draft's page as the customer sees it, in every state it can be in. */
export function PreviewPane({ draft }: { draft: CodeDraft }) {
  const { t, i18n } = useTranslation();
  const usual = draft.kind === "staff" ? "ok_staff" : "ok_group";
  const [state, setState] = useState<Preview["state"]>(usual);
  const [os, setOs] = useState<"ios" | "android">("ios");
  const [locale, setLocale] = useState<"zh-CN" | "en">(i18n.language === "en" ? "en" : "zh-CN");
  const shown = state.startsWith("ok_") ? usual : state;
  const settled = useSettled(draft);
  const query = useQuery({ ...preview({ draft: settled, state: shown, locale, os }), enabled: settled.name !== "" });
  return (
    <Section title={t("livecode.form.preview")} extra={query.isFetching && <Spin size="small" />}>
      <div className={style.toggles}>
        <Select
          size="small"
          style={{ width: 116 }}
          aria-label={t("livecode.form.preview_state")}
          value={shown}
          onChange={setState}
          options={[usual, ...common].map((value) => ({ value, label: t(`livecode.preview.${value}`) }))}
        />
        <Segmented size="small" value={os} onChange={setOs} options={[{ value: "ios", label: "iPhone" }, { value: "android", label: "Android" }]} />
        <Segmented size="small" value={locale} onChange={setLocale} options={[{ value: "zh-CN", label: t("livecode.form.zh") }, { value: "en", label: "EN" }]} />
      </div>
      {query.isError && !query.data ? <FaultView error={query.error} retry={() => void query.refetch()} /> : <Phone html={query.data ?? ""} />}
    </Section>
  );
}

/** A phone around a page. The page is ours, but gets no scripts and no origin. */
function Phone({ html }: { html: string }) {
  const { t } = useTranslation();
  return (
    <div className={style.phone}>
      <header><span>{clock(nowIso()).slice(0, 5)}</span><span>{t("livecode.form.wechat")}</span></header>
      <div className={style.screen}>
        <iframe className={style.frame} title={t("livecode.form.preview")} sandbox="" srcDoc={html} />
      </div>
    </div>
  );
}

/** The value once it has stood still for a moment, so that typing does not ask per letter. */
export function useSettled<T>(value: T, pause = 400): T {
  const [settled, setSettled] = useState(value);
  const words = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(words) as T), pause);
    return () => clearTimeout(timer);
  }, [words, pause]);
  return settled;
}
