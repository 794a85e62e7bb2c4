import { Input } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useUrl } from "./url";

/** The search field of a list, and what else narrows it. The words live in the address. */
export function SearchBar({ placeholder, children }: { placeholder: string; children?: ReactNode }) {
  const [url, setUrl] = useUrl();
  const [words, setWords] = useState(url.q ?? "");
  useEffect(() => setWords(url.q ?? ""), [url.q]);
  const search = (q: string) => setUrl({ q: q.trim() || undefined });
  return (
    <div style={{ display: "flex", gap: 8, flexWrap: "wrap", padding: "8px 20px 12px" }}>
      <Input.Search
        data-search
        allowClear
        style={{ width: 260 }}
        placeholder={placeholder}
        aria-label={placeholder}
        value={words}
        onChange={(e) => {
          setWords(e.target.value);
          if (!e.target.value) search("");
        }}
        onSearch={search}
      />
      {children}
    </div>
  );
}
