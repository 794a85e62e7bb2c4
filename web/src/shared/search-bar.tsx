import { Input } from "antd";
import { type ReactNode, useState } from "react";
import style from "./search-bar.module.css";
import { useUrl } from "./url";

/** The search field of a list, and what else narrows it. The words live in the address. */
export function SearchBar({ placeholder, children }: { placeholder: string; children?: ReactNode }) {
  const [url, setUrl] = useUrl();
  const [typed, setTyped] = useState<string>();
  const search = (q: string) => {
    setTyped(undefined);
    setUrl({ q: q.trim() || undefined });
  };
  return (
    <div className={style.bar}>
      <Input.Search
        data-search
        allowClear
        className={style.words}
        placeholder={placeholder}
        aria-label={placeholder}
        value={typed ?? url.q ?? ""}
        onChange={(e) => setTyped(e.target.value)}
        onClear={() => search("")}
        onSearch={search}
      />
      {children && <div className={style.rest}>{children}</div>}
    </div>
  );
}
