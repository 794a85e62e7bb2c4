import { SearchOutlined } from "@ant-design/icons";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../shared/live";
import { useMay, useMe } from "../shared/session";
import { Waiting } from "../shared/states";
import { Account } from "./account-menu";
import { type Area, placeOf, visible } from "./nav";
import { PhoneTabs } from "./phone-tabs";
import style from "./shell.module.css";
import { useShortcuts } from "./shortcuts";
import { Guard } from "./guard";

const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));
const ShortcutHelp = lazy(async () => ({ default: (await import("./shortcut-help")).ShortcutHelp }));

/** The frame around every page of somebody who is logged in. */
export function Shell() {
  const { t } = useTranslation();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useLive();
  useShortcuts(setPalette, setHelp);
  return (
    <div className={style.shell}>
      <a className={style.skip} href="#content">{t("nav.skip")}</a>
      <Rail />
      <div className={style.main}>
        <Bar search={() => setPalette(true)} />
        <main id="content" tabIndex={-1} style={{ outline: "none" }}>
          <Suspense fallback={<Waiting />}>
            <Guard><Outlet /></Guard>
          </Suspense>
        </main>
      </div>
      <PhoneTabs />
      <Suspense fallback={null}>
        {palette && <Palette close={() => setPalette(false)} />}
        {help && <ShortcutHelp close={() => setHelp(false)} />}
      </Suspense>
    </div>
  );
}

function Rail() {
  const { t } = useTranslation();
  const may = useMay();
  const here = placeOf(useLocation().pathname)?.key ?? "";
  const seen = useMemo(() => visible(may), [may]);
  return (
    <nav className={style.rail} aria-label={t("nav.rail")}>
      <Link to="/" className={style.brand}>
        <img src="/icon.svg" alt="" />
        {t("nav.brand")}
      </Link>
      {seen.map((area) => <RailArea key={area.key} area={area} here={here} />)}
    </nav>
  );
}

function RailArea({ area, here }: { area: Area; here: string }) {
  const { t } = useTranslation();
  const single = area.places.length === 1;
  const item = (inner: boolean) => (p: Area["places"][number]) => (
    <Link
      key={p.key}
      to={p.to}
      className={[style.item, inner && style.inner, p.key === here && style.here].filter(Boolean).join(" ")}
      aria-current={p.key === here ? "page" : undefined}
    >
      {!inner && <span className={style.icon} aria-hidden>{area.icon}</span>}
      {t(`nav.${p.key}`)}
    </Link>
  );
  if (single) return <>{area.places.map(item(false))}</>;
  return (
    <>
      <div className={style.area}><span aria-hidden>{area.icon}</span>{t(`nav.area.${area.key}`)}</div>
      {area.places.map(item(true))}
    </>
  );
}

function Bar({ search }: { search: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <header className={style.bar}>
      <Link to="/" className={`${style.brand} ${style.phoneBrand}`}><img src="/icon.svg" alt={t("nav.brand")} /></Link>
      {me.corp_name && <span className={`${style.corp} ${style.wide}`}>{me.corp_name}</span>}
      {me.demo && <span className={style.demo}>{t("nav.demo")}</span>}
      <span className={style.push} />
      <button type="button" className={style.search} onClick={search} aria-label={t("nav.search")}>
        <SearchOutlined /><span className={style.words}>{t("nav.search")}</span><kbd>⌘K</kbd>
      </button>
      <Account />
    </header>
  );
}
