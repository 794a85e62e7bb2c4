import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Input, Modal } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { useMay } from "../shared/session";
import { places } from "./nav";
import style from "./palette.module.css";

type Hit = { key: string; kind: string; name: string; hint?: string; to: string };

/** One box that reaches every page, code, customer and scan. */
export function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const hits = useHits(useDeferredValue(words.trim()));
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    void navigate({ to: hit.to });
  };
  const key = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(hits.length - 1, at + step)));
    }
    if (event.key === "Enter" && !event.nativeEvent.isComposing) go(hits[at]);
  };
  return (
    <Modal open footer={null} closable={false} onCancel={close} width={560} style={{ top: 96 }} title={<span className="sr-only">{t("nav.search")}</span>}>
      <Input
        autoFocus
        size="large"
        placeholder={t("nav.search_hint")}
        aria-label={t("nav.search")}
        value={words}
        onChange={(e) => {
          setWords(e.target.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <div className={style.list} role="listbox" aria-label={t("nav.search")}>
        {hits.map((hit, i) => (
          <div key={hit.key}>
            {hit.kind !== hits[i - 1]?.kind && <div className={style.head}>{t(`nav.found.${hit.kind}`)}</div>}
            <button
              type="button"
              role="option"
              aria-selected={i === at}
              className={i === at ? `${style.item} ${style.on}` : style.item}
              onMouseEnter={() => setAt(i)}
              onClick={() => go(hit)}
            >
              {hit.name}
              {hit.hint && <small>{hit.hint}</small>}
            </button>
          </div>
        ))}
        {hits.length === 0 && <div className={style.none}>{t("nav.found_nothing")}</div>}
      </div>
    </Modal>
  );
}

function useHits(words: string): Hit[] {
  const { t } = useTranslation();
  const may = useMay();
  const asked = useQuery({
    queryKey: ["palette", words],
    enabled: words.length > 0,
    queryFn: () => ask(words, may),
    placeholderData: (old) => old,
  });
  const pages = places
    .filter((p) => may(p.permission))
    .map((p) => ({ key: p.key, kind: "page", name: t(`nav.${p.key}`), to: p.to }))
    .filter((hit) => hit.name.toLowerCase().includes(words.toLowerCase()));
  return words ? [...pages, ...(asked.data ?? [])] : pages;
}

/** Asks for codes, customers and scans at once; one that fails leaves the others. */
async function ask(words: string, may: (permission: string) => boolean): Promise<Hit[]> {
  const query = { q: words, limit: 5 };
  const parts = await Promise.allSettled([
    may("code.read") ? codes(query) : [],
    may("contact.read") ? contacts(query) : [],
    may("trace.read") ? scans(query) : [],
  ]);
  return parts.flatMap((part) => (part.status === "fulfilled" ? part.value : []));
}

type Query = { q: string; limit: number };

const codes = async (query: Query): Promise<Hit[]> =>
  ok(await api.GET("/live-codes", { params: { query } })).items.map((code) => ({
    key: code.id, kind: "code", name: code.name, hint: code.slug, to: `/codes/${code.id}`,
  }));

const contacts = async (query: Query): Promise<Hit[]> =>
  ok(await api.GET("/contacts", { params: { query } })).items.map((contact) => ({
    key: contact.id, kind: "contact", name: contact.name, hint: contact.external_userid_masked, to: `/customers/${contact.id}`,
  }));

const scans = async (query: Query): Promise<Hit[]> =>
  ok(await api.GET("/scans", { params: { query } })).items.map((scan) => ({
    key: scan.id, kind: "scan", name: scan.diagnosis, hint: scan.code?.name, to: `/trace/${scan.id}`,
  }));
